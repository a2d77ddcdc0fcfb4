/*
 * Lists of posts: hot, newest, featured, of one author. Ten a page, pinned ones first on the first
 * page of hot and newest, paged by a cursor, so that nothing is shown twice or skipped while others
 * post.
 *
 * Rows are remembered in the process for at most a second and only while no
 * post was written, changed or deleted (posts:version); counts are live.
 */
#ifndef DOMAIN_POST_LIST_H
#define DOMAIN_POST_LIST_H

#include "domain/post.h"

#define POST_LIST_PAGE 10

enum post_sort { POST_SORT_HOT, POST_SORT_NEW, POST_SORT_FEATURED, POST_SORT_AUTHOR };

struct post_row {
	int64_t id;
	struct author author;
	struct str title, excerpt;
	bool is_pinned, is_featured;
	int64_t created_at;             /* Unix ms */
	int64_t votes, likes, comments; /* live when Redis answered */
};

struct post_list {
	struct {
		struct post_row *items;
		size_t count;
	} rows;
	struct str next; /* cursor of the next page; empty at the end */
};

/* A page being asked for. Zero it, set sort, after and author_id, keep it until post_list_load. */
struct post_list_want {
	enum post_sort sort;
	struct str after;  /* cursor from the address; empty for the first page */
	int64_t author_id; /* for POST_SORT_AUTHOR */
	/* The list's own, from prepare to load: the counts asked for, and of which posts. */
	struct cache_reply *version;
	struct cache_reply *counts[2 * POST_LIST_PAGE];
	int64_t ids[2 * POST_LIST_PAGE];
	size_t count;
};

/* Queue what a page needs into the request's pipeline (before the flush). */
void post_list_prepare(struct ctx *c, struct post_list_want *want);

/*
 * After the flush. ERR_NOT_FOUND for a cursor that is not one of ours. With Redis gone it
 * still answers, from SQL.
 */
err post_list_load(struct ctx *c, struct post_list_want *want, struct post_list *out) MUST_CHECK;

/* For the sitemap: ids and times of posts with after < id <= last, in order, at most `limit`. */
struct post_stamp {
	int64_t id, changed_at;
};
struct post_stamps {
	struct post_stamp *items;
	size_t count;
};
err post_list_stamps(struct ctx *c, int64_t after, int64_t last, int limit,
		     struct post_stamps *out) MUST_CHECK;

/*
 * The id of the step-th post with id > after, pinned ones not counted; 0 when none follows that
 * one. Read from an index alone: the sitemap walks over all posts in this way.
 */
err post_list_step(struct ctx *c, int64_t after, int step, int64_t *id_out) MUST_CHECK;

/* Newest posts with bodies for the Atom feed, at most `limit`. */
struct post_bodies {
	struct post *items;
	size_t count;
};
err post_list_feed(struct ctx *c, int limit, struct post_bodies *out) MUST_CHECK;

#endif
