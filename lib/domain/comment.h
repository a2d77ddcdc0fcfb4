/*
 * Comments and replies: a tree under a post (or, later, any other target). The only code that
 * reads or writes `comment`.
 *
 * A first-level comment is the root of its thread; replies are numbered in it
 * (reply_no), so that a parent always comes before its children and any prefix of a thread is a
 * tree.
 */
#ifndef DOMAIN_COMMENT_H
#define DOMAIN_COMMENT_H

#include "domain/post.h"
#include "domain/reaction.h"

#define COMMENT_BODY_MAX 2000   /* code points */
#define COMMENT_PAGE 10         /* first-level comments a page */
#define COMMENT_REPLIES 20      /* replies of each shown at once */
#define COMMENT_THREAD_PAGE 100 /* replies a page on the thread's own page */
#define COMMENT_DRAWN_DEPTH 4   /* deeper ones are drawn at this depth */

enum comment_sort { COMMENT_SORT_BEST, COMMENT_SORT_NEW, COMMENT_SORT_OLD };

struct comment;

struct comment_refs {
	struct comment **items;
	size_t count;
};

struct comment {
	int64_t id, root_id, parent_id, target_id;
	int64_t reply_no; /* 0 for first level */
	struct author author;
	struct author to; /* whom it answers; id 0 on the first level */
	struct html body; /* empty when deleted */
	int64_t likes;    /* live when Redis answered */
	bool is_liked;    /* by the viewer */
	int64_t version;
	int64_t created_at, edited_at; /* Unix ms; edited_at 0 when never */
	bool is_deleted;               /* a stub: it has replies */
	bool is_own;
	int depth;              /* 0 for first level, at most COMMENT_DRAWN_DEPTH */
	int64_t replies;        /* in the whole thread; on first-level comments only */
	int64_t hidden_replies; /* of them not in this page */
	struct comment_refs children;
};

struct comment_page {
	struct comment_refs roots;
	struct str next; /* cursor; empty at the end */
};

/* A page of comments being asked for; as post_list_want. */
struct comment_want {
	int64_t post_id, viewer_hint;
	enum comment_sort sort;
	struct str after;
	/* The page's own, from prepare to load: the likes asked for, and of which comments. */
	struct comment_asked {
		struct cache_reply *counts, *liked, *is_loaded;
		const int64_t *ids;
		size_t count;
	} asked;
	struct shared_rows
		shared; /* the page itself, where it is the first one of the usual sort */
};

/* Queue the likes of the page last seen under this address, for the pipeline of the request. */
void comment_page_prepare(struct ctx *c, struct comment_want *want);

/*
 * After the flush: ten first-level comments with their first COMMENT_REPLIES replies as trees.
 * version is reaction_state's. ERR_NOT_FOUND for a cursor that is not one of ours. What *out points
 * to may be the process's own: good until the next call of this function, and not to be changed.
 */
err comment_page_load(struct ctx *c, struct comment_want *want, int64_t version,
		      struct comment_page *out) MUST_CHECK;

/*
 * One comment with what hangs below it after reply number `after`, as a page of its own:
 * COMMENT_THREAD_PAGE replies. A reply whose parent was on an earlier page hangs directly below the
 * comment. *next_after is 0 at the end. ERR_NOT_FOUND when the comment or its post is gone.
 */
err comment_thread(struct ctx *c, int64_t comment_id, int64_t after, struct comment *out,
		   int64_t *next_after) MUST_CHECK;

/* Source text for the edit form. ERR_NOT_FOUND unless it is the viewer's own (moderators: any) and
 * not deleted. */
struct comment_source {
	int64_t id, post_id, version;
	struct str body_md;
	bool is_own; /* false: a moderator looks at somebody else's */
};
err comment_source(struct ctx *c, int64_t id, struct comment_source *out) MUST_CHECK;

/*
 * Answer a post (parent_id 0) or a comment of that same post. Form claimed as in post_create.
 * ERR_NOT_FOUND when the post or the comment is not there (any more); ERR_INVALID with *problem.
 */
err comment_create(struct ctx *c, int64_t post_id, int64_t parent_id, struct str body,
		   struct str form_id, int64_t *id_out, const char **problem) MUST_CHECK;

/* ERR_CONFLICT when it was changed since base_version. */
err comment_edit(struct ctx *c, int64_t id, struct str body, int64_t base_version,
		 const char **problem) MUST_CHECK;

/* One's own, or any as a moderator. With replies it stays as a stub. Again is OK. *post_id_out is
 * where it was. */
err comment_delete(struct ctx *c, int64_t id, struct str reason, int64_t *post_id_out) MUST_CHECK;

/*
 * Where a reply is shown on the page of a comment above it: the number to give comment_thread as
 * `after`, 0 for the first page. ERR_NOT_FOUND.
 */
err comment_place(struct ctx *c, int64_t top_id, int64_t id, int64_t *after) MUST_CHECK;

/* Preview of a comment. */
err comment_preview(struct ctx *c, struct str body, struct html *out,
		    const char **problem) MUST_CHECK;

#endif
