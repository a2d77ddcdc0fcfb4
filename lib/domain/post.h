/*
 * Posts: what people write, and its versions and drafts. The only code that reads or
 * writes `post`, `post_revision` and `post_draft`.
 *
 * Texts are stored as typed (sensitive words masked) together with the markup rendered
 * from them. Strings in a returned struct live in the arena of the ctx.
 */
#ifndef DOMAIN_POST_H
#define DOMAIN_POST_H

#include "domain/ctx.h"
#include "domain/shared_rows.h"
#include "html/html.h"

#define POST_TITLE_MAX 100  /* code points */
#define POST_BODY_MAX 20000 /* code points */
#define POST_EDITABLE_BY_VERSION 1
#define POST_PINNED_MOST 10 /* at once: as many as stand on top of a list */

/* Somebody as shown beside what they wrote. */
struct author {
	int64_t id;
	struct str name;
	struct str avatar; /* file name; empty for the drawn default */
	int level;
};

struct post {
	int64_t id;
	struct author author;
	struct str title;
	struct str body_md;
	struct html body;
	struct str excerpt;
	int64_t version;
	int64_t pinned_at, featured_at; /* Unix ms; 0 when not */
	int64_t votes, likes, comments; /* as SQL has them; live ones are in reaction.h */
	int64_t created_at, edited_at;  /* Unix ms; edited_at 0 when never */
};

struct post_draft {
	struct str title;
	struct str body;
};

/* A post that may be read. ERR_NOT_FOUND when there is none or it was deleted. */
err post_find(struct ctx *c, int64_t id, struct post *out) MUST_CHECK;

/* A post being asked for; as post_list_want. */
struct post_want {
	int64_t id;
	struct shared_rows shared;
};

/* Queue the question whether another process has it, for the pipeline of the request. */
void post_prepare(struct ctx *c, struct post_want *want, int64_t id);

/*
 * After the flush: as post_find, but without body_md, and from what this process or all of them
 * remember of this version (reaction_version's; 0 means unknown): a warm article needs no SQL. The
 * texts of *out may be the process's own: good until the next call of this function.
 */
err post_load(struct ctx *c, const struct post_want *want, int64_t version,
	      struct post *out) MUST_CHECK;

/* Both, for those who have no pipeline: from this process's memory or SQL. */
err post_find_version(struct ctx *c, int64_t id, int64_t version, struct post *out) MUST_CHECK;

/*
 * Mask, render, store, claim the form, count it for the author, drop the viewer's draft, all in one
 * transaction; then the new rank in Redis. The same form again gives the same *id_out. ERR_INVALID
 * with *problem (English, for the catalogue) when the text cannot be rendered or consists of
 * nothing visible.
 */
err post_create(struct ctx *c, const struct post_draft *d, struct str form_id, int64_t *id_out,
		const char **problem) MUST_CHECK;

/*
 * Change one's own post (moderators: any). base_version is the one the form was filled from:
 * ERR_CONFLICT when another edit came first. What it said goes into post_revision, the viewer's
 * draft of it goes. ERR_NOT_FOUND when it is someone else's.
 */
err post_edit(struct ctx *c, int64_t id, const struct post_draft *d, int64_t base_version,
	      const char **problem) MUST_CHECK;

/* Delete one's own post, or any as a moderator (then into moderation_log with the reason). Again is
 * OK. */
err post_delete(struct ctx *c, int64_t id, struct str reason) MUST_CHECK;

/* For moderators: written to moderation_log. ERR_CONFLICT for one more than POST_PINNED_MOST. */
err post_set_pinned(struct ctx *c, int64_t id, bool is_pinned) MUST_CHECK;
err post_set_featured(struct ctx *c, int64_t id, bool is_featured) MUST_CHECK;

/* May the viewer edit and delete it? */
bool post_is_own(const struct ctx *c, const struct post *p);
bool post_may_moderate(const struct ctx *c);

/* What a draft would look like. ERR_INVALID with *problem as post_create. */
err post_preview(struct ctx *c, const struct post_draft *d, struct html *out,
		 const char **problem) MUST_CHECK;

struct post_revision {
	int64_t version;
	struct author editor; /* id 0: somebody who is not here any more */
	struct str title;
	struct str body_md;
	int64_t written_at; /* Unix ms */
};

struct post_revision_list {
	struct post_revision *items;
	size_t count;
};

/* Newest first, at most 50; texts of one version by post_revision_find. For all who may read the
 * post. */
err post_revisions(struct ctx *c, int64_t id, struct post_revision_list *out) MUST_CHECK;
err post_revision_find(struct ctx *c, int64_t id, int64_t version,
		       struct post_revision *out) MUST_CHECK;

/* The viewer's draft; post_id 0 for a new post. ERR_NOT_FOUND when there is none. */
struct post_draft_saved {
	struct post_draft draft;
	int64_t base_version; /* of the post it changes; 0 for a new one */
	int64_t saved_at;
};
err post_draft_find(struct ctx *c, int64_t post_id, struct post_draft_saved *out) MUST_CHECK;
err post_draft_save(struct ctx *c, int64_t post_id, const struct post_draft *d,
		    int64_t base_version) MUST_CHECK;
/* Also when there is none. */
err post_draft_delete(struct ctx *c, int64_t post_id) MUST_CHECK;
/* Forget drafts nobody touched for half a year, at most `limit`. */
err post_draft_sweep(struct ctx *c, int limit, int64_t *swept) MUST_CHECK;

#endif
