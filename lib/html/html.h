/*
 * Markup that is safe by type. Three types reach a page: struct str is escaped,
 * struct html is finished markup, struct url is a checked link. HTML_PUT picks
 * the writer by type and has no default: a char * does not compile.
 */
#ifndef HTML_HTML_H
#define HTML_HTML_H

#include "base/buf.h"
#include "base/zone.h"

/* Finished markup, made by HTML_LITERAL, templates, markdown_render and html_trusted_column only.
 */
struct html {
	struct str markup;
};

/* A link that passed url_check, or was built by url_format. */
struct url {
	struct str href;
};

/* An instant shown as <time>: relative when recent, a date in the reader's zone otherwise. */
struct when {
	int64_t ms; /* Unix ms, UTC */
};

/* Where a template writes, and what all templates of a page share. */
struct page_out {
	struct buf *buf;
	int language;            /* index into the text catalogue: TEXT_ZH or TEXT_EN */
	int64_t now;             /* Unix ms, UTC: for relative times */
	const struct zone *zone; /* the reader's; NULL: the site's */
	/* Write the hidden field of {{csrf}}; NULL writes nothing. */
	void (*put_csrf)(struct page_out *out);
	void *csrf_context; /* the web layer's, for put_csrf */
};

#define HTML_LITERAL(literal) ((struct html){ STR(literal) })

/* A column that holds markup our own renderer stored. Named so that a check can list its uses. */
struct html html_trusted_column(struct str stored);

void html_put_text(struct page_out *out, struct str text); /* escapes & < > " ' */
void html_put_markup(struct page_out *out, struct html markup);
void html_put_link(struct page_out *out, struct url link); /* escaped for a quoted attribute */
void html_put_int(struct page_out *out, int64_t value);
void html_put_when(struct page_out *out, struct when when);

static inline void html_put_i32(struct page_out *out, int value)
{
	html_put_int(out, value);
}

/* Counts: no list of ours has more than INT64_MAX items. */
static inline void html_put_size(struct page_out *out, size_t value)
{
	html_put_int(out, (int64_t)value);
}

/* clang-format does not know _Generic. */
/* clang-format off */

/* Chosen by the type of x; inside a quoted attribute the same writers are safe. */
#define HTML_PUT(out, x)                      \
	_Generic((x),                         \
		struct str: html_put_text,    \
		struct html: html_put_markup, \
		struct url: html_put_link,    \
		struct when: html_put_when,   \
		int64_t: html_put_int,        \
		size_t: html_put_size,        \
		int: html_put_i32)((out), (x))

/* At the start of href, src, action, formaction: only a struct url compiles. */
#define HTML_PUT_URL(out, x) _Generic((x), struct url: html_put_link)((out), (x))

/* Inside an attribute: struct html and struct when do not compile. */
#define HTML_PUT_ATTRIBUTE(out, x)          \
	_Generic((x),                       \
		struct str: html_put_text,  \
		struct url: html_put_link,  \
		int64_t: html_put_int,      \
		size_t: html_put_size,      \
		int: html_put_i32)((out), (x))

/* Further on in an address ("/posts/{{id}}"): only numbers compile. */
#define HTML_PUT_NUMBER(out, x)        \
	_Generic((x),                  \
		int64_t: html_put_int, \
		size_t: html_put_size, \
		int: html_put_i32)((out), (x))

/* clang-format on */

static inline bool html_has_str(struct str s)
{
	return s.n > 0;
}

static inline bool html_has_html(struct html h)
{
	return h.markup.n > 0;
}

static inline bool html_has_url(struct url u)
{
	return u.href.n > 0;
}

static inline bool html_has_when(struct when w)
{
	return w.ms != 0;
}

static inline bool html_has_int(int64_t v)
{
	return v != 0;
}

static inline bool html_has_size(size_t v)
{
	return v != 0;
}

static inline bool html_has_bool(bool v)
{
	return v;
}

static inline bool html_has_pointer(const void *p)
{
	return p != NULL;
}

/*
 * What {{#if x}} asks: a text is not empty, a number is not zero, a boolean is
 * true, a pointer is not NULL. Other types do not convert to a pointer.
 */
/* clang-format off */
#define HTML_HAS(x)                         \
	_Generic((x),                       \
		struct str: html_has_str,   \
		struct html: html_has_html, \
		struct url: html_has_url,   \
		struct when: html_has_when, \
		bool: html_has_bool,        \
		int64_t: html_has_int,      \
		size_t: html_has_size,      \
		int: html_has_int,          \
		default: html_has_pointer)((x))
/* clang-format on */

/* Escape into a buffer: what html_put_text does, for feeds and mails. */
void html_escape(struct buf *b, struct str text);

#endif
