/* Typed fields that wait for a login: a Redis list of the action, then name and value by turns. */
#include "domain/held.h"

#define HELD_SECONDS 3600
#define HELD_FIELDS_MAX 64
#define HELD_TOKEN_BYTES 16
#define HELD_TOKEN_LENGTH 22

static struct str held_key(struct arena *a, struct str token)
{
	return str_format(a, "held:" STR_FMT, STR_ARG(token));
}

static bool fits(const struct held *h)
{
	size_t bytes = h->action.n;

	for (size_t i = 0; i < h->fields.count; i++)
		bytes += h->fields.items[i].name.n + h->fields.items[i].value.n;
	return bytes <= HELD_BYTES_MAX && h->fields.count <= HELD_FIELDS_MAX;
}

err held_keep(struct ctx *c, const struct held *h, struct str *token_out)
{
	struct cache_arg *args = ARENA_ARRAY(c->arena, struct cache_arg, 3 + 2 * h->fields.count);
	struct str token = secret_token(c->arena, HELD_TOKEN_BYTES);
	struct str key = held_key(c->arena, token);
	struct cache_reply *pushed;
	size_t n = 0;
	err e;

	if (!fits(h))
		return ERR_INVALID;
	args[n++] = cache_arg_text(STR("RPUSH"));
	args[n++] = cache_arg_text(key);
	args[n++] = cache_arg_text(h->action);
	for (size_t i = 0; i < h->fields.count; i++) {
		args[n++] = cache_arg_text(h->fields.items[i].name);
		args[n++] = cache_arg_text(h->fields.items[i].value);
	}
	pushed = cache_want(c->cache, (struct cache_args){ args, n });
	cache_want(c->cache, CACHE_ARGS(STR("EXPIRE"), key, HELD_SECONDS));
	e = cache_flush(c->cache);
	if (!e && cache_is_nil(pushed))
		e = ERR_INTERNAL;
	if (!e)
		*token_out = token;
	return e;
}

err held_find(struct ctx *c, struct str token, struct held *out)
{
	struct cache_reply *list;
	size_t count;
	err e;

	if (!secret_is_token(token, HELD_TOKEN_LENGTH))
		return ERR_NOT_FOUND;
	e = cache_run(c->cache, &list,
		      CACHE_ARGS(STR("LRANGE"), held_key(c->arena, token), STR("0"), STR("-1")));
	if (e)
		return e;
	if (cache_items(list) == 0)
		return ERR_NOT_FOUND;
	count = (cache_items(list) - 1) / 2;
	out->action = cache_text(cache_item(list, 0));
	out->fields.items = ARENA_ARRAY(c->arena, struct held_field, count);
	out->fields.count = count;
	for (size_t i = 0; i < count; i++)
		out->fields.items[i] = (struct held_field){
			cache_text(cache_item(list, 1 + 2 * i)),
			cache_text(cache_item(list, 2 + 2 * i)),
		};
	return OK;
}

err held_drop(struct ctx *c, struct str token)
{
	struct cache_reply *reply;

	if (!secret_is_token(token, HELD_TOKEN_LENGTH))
		return OK;
	return cache_run(c->cache, &reply, CACHE_ARGS(STR("DEL"), held_key(c->arena, token)));
}
