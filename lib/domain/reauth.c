/* When the owner of a session last proved who they are: a field of the session's hash. */
#include "domain/reauth.h"

#include "base/clock.h"

static const struct cache_script script_note =
	CACHE_SCRIPT("if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end\n"
		     "redis.call('HSET', KEYS[1], 'sure', ARGV[1])\n"
		     "return 1");

err reauth_find(struct ctx *c, const struct session *s, bool *is_fresh)
{
	struct cache_reply *at;
	err e = cache_run(c->cache, &at, CACHE_ARGS(STR("HGET"), s->key, STR("sure")));

	if (e)
		return e;
	*is_fresh = c->now - cache_int(at) < REAUTH_SECONDS * CLOCK_SECOND;
	return OK;
}

err reauth_note(struct ctx *c, const struct session *s)
{
	struct cache_reply *noted;
	err e = cache_run_script(c->cache, &noted, &script_note, 1, CACHE_ARGS(s->key, c->now));

	if (e)
		return e;
	return cache_int(noted) ? OK : ERR_AUTH;
}
