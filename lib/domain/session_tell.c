/* What sessions say of their user, changed in all of them. */
#include "domain/session.h"

#include "domain/session_keys.h"

/* KEYS: the user's sessions, the prefix of their keys (in the same slot). ARGV: a field, its value.
 * One that has run out is not brought back. */
static const struct cache_script script_tell =
	CACHE_SCRIPT("for _, hash in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do\n"
		     "  local key = KEYS[2] .. hash\n"
		     "  if redis.call('EXISTS', key) == 1 then\n"
		     "    redis.call('HSET', key, ARGV[1], ARGV[2])\n"
		     "  end\n"
		     "end\n"
		     "return 1");

err session_tell(struct ctx *c, int64_t user_id, struct str field, struct str value)
{
	struct cache_reply *reply;
	err e = cache_run_script(c->cache, &reply, &script_tell, 2,
				 CACHE_ARGS(session_list_key(c->arena, user_id),
					    session_key_prefix(c->arena, user_id), field, value));

	if (e)
		return e;
	return cache_is_nil(reply) ? ERR_UNAVAILABLE : OK;
}
