/*
 * What the tests of accounts share: a context in the forum's stores as the state of each test, and
 * people with passwords.
 */
#ifndef UNIT_DOMAIN_ACCOUNT_H
#define UNIT_DOMAIN_ACCOUNT_H

#include "unit/unit.h"

#include "base/clock.h"
#include "base/secret.h"
#include "domain/user.h"
#include "support/forum.h"

#define PASSWORD "correct horse battery staple"

static inline int account_set_up(void **state)
{
	if (!stores.missing)
		*state = forum_open();
	return 0;
}

static inline int account_tear_down(void **state)
{
	if (!stores.missing)
		forum_close(*state);
	return 0;
}

#define account_test(function) \
	cmocka_unit_test_setup_teardown((function), account_set_up, account_tear_down)

/* A name nobody has, as it is folded. */
static inline struct str account_name(struct ctx *c)
{
	struct str hash = secret_hash(c->arena, secret_token(c->arena, 9));

	return str_format(c->arena, "n%.12s", hash.p);
}

static inline struct str account_email(struct ctx *c, struct str name)
{
	return str_format(c->arena, STR_FMT "@Example.org", STR_ARG(name));
}

/* An active account with PASSWORD. */
static inline struct user account_new(struct ctx *c)
{
	struct registration r = { .username = account_name(c), .password = STR(PASSWORD) };
	struct user u = { 0 };
	int64_t id;

	r.email = account_email(c, r.username);
	assert_int_equal(user_create(c, &r, ROLE_USER, &id), OK);
	assert_int_equal(user_find(c, id, &u), OK);
	return u;
}

#endif
