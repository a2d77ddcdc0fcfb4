/* What the tests of the Redis wrapper share: a connection to an empty server for each test. */
#ifndef STORE_CACHE_FIXTURE_H
#define STORE_CACHE_FIXTURE_H

#include "unit/unit.h"

#include "base/clock.h"
#include "store/cache.h"
#include "support/patience.h"
#include "support/stores.h"

static const struct cache_script script_push =
	CACHE_SCRIPT("redis.call('RPUSH', KEYS[1], ARGV[1]) return redis.call('LLEN', KEYS[1])");

struct fixture {
	struct arena *a;
	struct cache *c;
};

/* As the administrator: the programs' user may not empty the server. */
static inline void redis_cli(const char *one, const char *two)
{
	const char *argv[] = {
		"bash", "tests/support/services.sh", "redis", stores.folder, one, two, NULL
	};

	assert_true(stores_run(argv));
}

static inline int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	*state = f;
	f->a = arena_new(4096);
	if (stores.missing)
		return 0;
	f->c = cache_new(&stores.config);
	cache_start_request(f->c, f->a);
	redis_cli("FLUSHALL", NULL);
	return 0;
}

static inline int tear_down(void **state)
{
	struct fixture *f = *state;

	cache_free(f->c);
	arena_free(f->a);
	free(f);
	return 0;
}

static inline struct cache_reply *run(struct fixture *f, struct cache_args args)
{
	struct cache_reply *reply = NULL;

	assert_int_equal(cache_run(f->c, &reply, args), OK);
	return reply;
}

#define cache_test(function) cmocka_unit_test_setup_teardown((function), set_up, tear_down)

#endif
