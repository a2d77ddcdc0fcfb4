/* The views of the templates here. */
#ifndef TMPLC_SITE_VIEWS_H
#define TMPLC_SITE_VIEWS_H

#include "html/html.h"

struct person {
	struct str name;
	struct url link;
};

struct reply {
	int64_t id;
	struct person author;
	struct html body;
	struct {
		const struct reply *const *items;
		size_t count;
	} children;
};

struct values_view {
	struct str text;
	struct html markup;
	struct url link;
	struct when when;
	int64_t number;
	int small;
	size_t size;
	struct person person;
	const struct person *friend; /* may be NULL */
};

struct blocks_view {
	bool is_first, is_second;
	struct str text;
	struct {
		const struct reply *items;
		size_t count;
	} replies;
	const struct tag_list {
		const struct str *items;
		size_t count;
	} * tags;
};

#endif
