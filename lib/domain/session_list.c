/* The list people have of their own sessions, and ending some of them. */
#include "domain/session.h"

#include "base/secret.h"
#include "domain/session_keys.h"

/* KEYS: the user's sessions, the prefix of their keys. ARGV: the hash of the one that stays. */
static const struct cache_script script_end_others =
	CACHE_SCRIPT("local all = redis.call('ZRANGE', KEYS[1], 0, -1)\n"
		     "for _, hash in ipairs(all) do\n"
		     "  if hash ~= ARGV[1] then\n"
		     "    redis.call('DEL', KEYS[2] .. hash)\n"
		     "    redis.call('ZREM', KEYS[1], hash)\n"
		     "  end\n"
		     "end\n"
		     "return #all");

/* KEYS: the same. */
static const struct cache_script script_list = CACHE_SCRIPT(
	"local out = {}\n"
	"for _, hash in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do\n"
	"  local s = redis.call('HMGET', KEYS[2] .. hash, 'created', 'seen', 'agent', 'address')\n"
	"  if s[1] then table.insert(out, { hash, s[1], s[2], s[3], s[4] }) end\n"
	"end\n"
	"return out");

enum { OF_HASH, OF_CREATED, OF_SEEN, OF_AGENT, OF_ADDRESS };

err session_end_others(struct ctx *c, const struct session *s)
{
	struct cache_reply *reply;
	struct str list = session_list_key(c->arena, s->viewer.id);
	struct str prefix = session_key_prefix(c->arena, s->viewer.id);
	err e = cache_run_script(c->cache, &reply, &script_end_others, 2,
				 CACHE_ARGS(list, prefix, session_key_hash(s->key)));

	if (e)
		return e;
	return cache_is_nil(reply) ? ERR_UNAVAILABLE : OK;
}

static int compare_seen(const void *a, const void *b)
{
	const struct session_entry *x = a, *y = b;

	return (x->seen_at < y->seen_at) - (x->seen_at > y->seen_at);
}

err session_list(struct ctx *c, struct session_list *out)
{
	struct session_list list = { 0 };
	struct cache_reply *reply;
	err e = cache_run_script(c->cache, &reply, &script_list, 2,
				 CACHE_ARGS(session_list_key(c->arena, c->viewer.id),
					    session_key_prefix(c->arena, c->viewer.id)));

	if (e)
		return e;
	if (cache_is_nil(reply))
		return ERR_UNAVAILABLE;
	list.items = ARENA_ARRAY(c->arena, struct session_entry, cache_items(reply));
	for (; list.count < cache_items(reply); list.count++) {
		const struct cache_reply *s = cache_item(reply, list.count);

		list.items[list.count] = (struct session_entry){
			.id = cache_text(cache_item(s, OF_HASH)),
			.agent = cache_text(cache_item(s, OF_AGENT)),
			.address = cache_text(cache_item(s, OF_ADDRESS)),
			.created_at = cache_int(cache_item(s, OF_CREATED)),
			.seen_at = cache_int(cache_item(s, OF_SEEN)),
		};
	}
	if (list.count)
		qsort(list.items, list.count, sizeof(*list.items), compare_seen);
	*out = list;
	return OK;
}

struct str session_id(const struct session *s)
{
	return session_key_hash(s->key);
}

static bool is_id(struct str id)
{
	size_t i;

	for (i = 0; i < id.n; i++)
		if (!((id.p[i] >= '0' && id.p[i] <= '9') || (id.p[i] >= 'a' && id.p[i] <= 'f')))
			return false;
	return id.n == 2 * SECRET_KEY_SIZE;
}

/* The key is made with the viewer's own number: another's session has no such key. */
err session_end_by_id(struct ctx *c, struct str id)
{
	struct session s = { .viewer = c->viewer };

	if (!is_id(id))
		return ERR_NOT_FOUND;
	s.key = str_format(c->arena, STR_FMT STR_FMT,
			   STR_ARG(session_key_prefix(c->arena, c->viewer.id)), STR_ARG(id));
	return session_end(c, &s);
}
