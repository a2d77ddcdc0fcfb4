/*
 * One page of a list of posts as SQL and the ranking have it, without live counts: what post_list.c
 * remembers.
 */
#ifndef DOMAIN_POST_LIST_PAGE_H
#define DOMAIN_POST_LIST_PAGE_H

#include "domain/post_list.h"
#include "domain/post_rank.h"

#define POST_LIST_ROWS_MAX (2 * POST_LIST_PAGE) /* pinned ones, and a page */

struct post_list_page {
	struct post_row rows[POST_LIST_ROWS_MAX];
	size_t count;
	struct str next; /* cursor; empty at the end */
};

/* Where a cursor says that the page starts. ERR_NOT_FOUND when it is not one of ours. */
err post_list_cursor(enum post_sort sort, struct str after, struct post_place *out) MUST_CHECK;

/* Texts are in the arena of the ctx. place.id 0: the first page. */
err post_list_read(struct ctx *c, const struct post_list_want *want, struct post_place place,
		   struct post_list_page *out) MUST_CHECK;

#endif
