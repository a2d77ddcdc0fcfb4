/*
 * A template as a tree: what the parser makes, the checker completes and the
 * generator writes out as C.
 *
 * Everything lives in the arena of the run; texts are slices of the template
 * unless they had to be decoded.
 */
#ifndef TMPLC_TREE_H
#define TMPLC_TREE_H

#include "base/str.h"

#define TREE_NESTING_MAX 24  /* blocks inside each other */
#define TREE_ARGUMENTS_MAX 8 /* of {{t}} and {{n}} */

/* A value: fields of the view, or of a loop variable. */
struct path {
	struct str variable; /* the loop variable it starts from; empty for the view */
	struct str fields;   /* "author.name"; empty for the loop variable itself */
};

/* How a value is written; the checker finds it from where the value stands. */
enum writer {
	WRITE_TEXT,      /* between tags */
	WRITE_ATTRIBUTE, /* in a quoted attribute, <title> or <textarea> */
	WRITE_URL,       /* at the start of an address: a checked link only */
	WRITE_NUMBER     /* further on in an address: a number only */
};

enum node_kind {
	NODE_TEXT,        /* markup as it stands */
	NODE_VALUE,       /* {{post.title}} */
	NODE_TRANSLATION, /* {{t "..."}} and {{n "..." "..." count}} */
	NODE_ASSET,       /* {{asset "site.css"}}; the checker makes it a NODE_TEXT */
	NODE_CSRF,        /* {{csrf}} */
	NODE_PARTIAL,     /* {{> post/comment c}} */
	NODE_IF,          /* {{#if}} and {{#unless}} */
	NODE_EACH         /* {{#each}} */
};

/* One branch of an #if. */
struct branch {
	struct branch *next;
	bool is_else; /* no condition: the last branch */
	bool is_negated;
	struct path condition;
	int line;
	struct node *body;
};

struct node {
	enum node_kind kind;
	int line;
	struct node *next;
	struct str text;   /* markup, the name of a partial or asset, or the English text */
	struct str many;   /* NODE_TRANSLATION: the English plural; empty when there is none */
	size_t text_index; /* NODE_TRANSLATION: its place among the template's texts */
	enum writer writer;
	struct path path;               /* NODE_VALUE, NODE_PARTIAL, NODE_EACH */
	bool has_path;                  /* NODE_PARTIAL: without one our own view is passed on */
	bool is_in_form;                /* NODE_PARTIAL: set by the checker */
	const struct template *partial; /* NODE_PARTIAL: set by link_templates */
	struct path arguments[TREE_ARGUMENTS_MAX];
	size_t argument_count;
	struct branch *branches; /* NODE_IF */
	struct str variable;     /* NODE_EACH */
	struct node *body;       /* NODE_EACH: for each item */
	struct node *otherwise;  /* NODE_EACH: when there is none */
};

/* A text of the site's own, as it stands in a template or a C source. */
struct text_use {
	struct text_use *next;
	struct str one;  /* English, and the key */
	struct str many; /* English plural; empty when there is none */
	struct str path; /* where it was found */
	int line;
};

struct template
{
	struct str path;   /* "templates/post/show.html" */
	struct str name;   /* "post/show" */
	struct str symbol; /* "post_show" */
	struct str view;   /* "struct post_show_view"; empty when it has none */
	struct str header; /* the header that declares the view */
	struct node *body;
	bool has_form;          /* it or a partial of it holds a <form> */
	struct text_use *texts; /* in the order of text_index; the list goes on behind them */
	size_t text_count;
};

/* All templates of a run. */
struct template_list {
	struct template *items;
	size_t count;
};

#endif
