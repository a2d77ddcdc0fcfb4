/*
 * What tests of the forum begin with: a context, ann and bob who are users, a moderator, and ann as
 * the viewer. With a post of hers, or without.
 */
#ifndef UNIT_DOMAIN_PEOPLE_H
#define UNIT_DOMAIN_PEOPLE_H

#include "unit/unit.h"

#include "support/forum.h"
#include "support/patience.h"

struct fixture {
	struct ctx *c;
	int64_t ann, bob, mod;
	int64_t post; /* 0: none */
};

static inline int people_set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	*state = f;
	if (stores.missing)
		return 0;
	f->c = forum_open();
	f->ann = forum_user(f->c, ROLE_USER);
	f->bob = forum_user(f->c, ROLE_USER);
	f->mod = forum_user(f->c, ROLE_MODERATOR);
	forum_as(f->c, f->ann, ROLE_USER);
	return 0;
}

static inline int people_set_up_post(void **state)
{
	struct fixture *f;

	people_set_up(state);
	f = *state;
	if (!stores.missing)
		f->post = forum_post(f->c, "Title", "about this");
	return 0;
}

static inline int people_tear_down(void **state)
{
	struct fixture *f = *state;

	if (!stores.missing)
		forum_close(f->c);
	free(f);
	return 0;
}

#define people_test(function) \
	cmocka_unit_test_setup_teardown((function), people_set_up, people_tear_down)
#define post_test(function) \
	cmocka_unit_test_setup_teardown((function), people_set_up_post, people_tear_down)

#endif
