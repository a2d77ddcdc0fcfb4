/* Typed fields that wait for a login: a Redis list of the action, then name and value by turns. */
#include "domain/held.h"

#include "base/log.h"

#define HELD_SECONDS 3600
#define HELD_FIELDS_MAX 64
#define HELD_TOKEN_BYTES 16
#define HELD_TOKEN_LENGTH 22

/* Bytes kept since it began to count; gone after an hour. */
#define TOTAL_KEY STR("held:total")

/* Who has the token alone does not know the key. */
static struct str held_key(struct ctx *c, struct str token, struct str browser)
{
	const struct str parts[] = { STR("held"), token, browser };
	struct str mac = secret_mac(c->arena, c->config->site.secret, parts, ARRAY_LEN(parts));

	return str_format(c->arena, "held:" STR_FMT, STR_ARG(mac));
}

static size_t weight(const struct held *h)
{
	size_t bytes = h->action.n;
	size_t i;

	for (i = 0; i < h->fields.count; i++)
		bytes += h->fields.items[i].name.n + h->fields.items[i].value.n;
	return bytes;
}

/* Guests write here: without a bound they could fill Redis. */
static err count_total(struct ctx *c, size_t bytes)
{
	struct cache_reply *total =
		cache_want(c->cache, CACHE_ARGS(STR("INCRBY"), TOTAL_KEY, (int64_t)bytes));
	err e;

	cache_want(c->cache, CACHE_ARGS(STR("EXPIRE"), TOTAL_KEY, HELD_SECONDS, STR("NX")));
	e = cache_flush(c->cache);
	if (!e && cache_int(total) > HELD_TOTAL_MAX) {
		log_warn("held: no more is kept, %lld bytes within an hour",
			 (long long)cache_int(total));
		e = ERR_UNAVAILABLE;
	}
	return e;
}

static err store(struct ctx *c, const struct held *h, struct str key)
{
	struct cache_arg *args = ARENA_ARRAY(c->arena, struct cache_arg, 3 + 2 * h->fields.count);
	struct cache_reply *pushed;
	size_t n = 0;
	size_t i;
	err e;

	args[n++] = cache_arg_text(STR("RPUSH"));
	args[n++] = cache_arg_text(key);
	args[n++] = cache_arg_text(h->action);
	for (i = 0; i < h->fields.count; i++) {
		args[n++] = cache_arg_text(h->fields.items[i].name);
		args[n++] = cache_arg_text(h->fields.items[i].value);
	}
	pushed = cache_want(c->cache, (struct cache_args){ args, n });
	cache_want(c->cache, CACHE_ARGS(STR("EXPIRE"), key, HELD_SECONDS));
	e = cache_flush(c->cache);
	return !e && cache_is_nil(pushed) ? ERR_INTERNAL : e;
}

err held_keep(struct ctx *c, const struct held *h, struct str browser, struct str *token_out)
{
	struct str token = secret_token(c->arena, HELD_TOKEN_BYTES);
	size_t bytes = weight(h);
	err e;

	if (bytes > HELD_BYTES_MAX || h->fields.count > HELD_FIELDS_MAX || !browser.n)
		return ERR_INVALID;
	e = count_total(c, bytes);
	if (!e)
		e = store(c, h, held_key(c, token, browser));
	if (!e)
		*token_out = token;
	return e;
}

err held_find(struct ctx *c, struct str token, struct str browser, struct held *out)
{
	struct cache_reply *list;
	size_t count;
	size_t i;
	err e;

	if (!secret_is_token(token, HELD_TOKEN_LENGTH) || !browser.n)
		return ERR_NOT_FOUND;
	e = cache_run(c->cache, &list,
		      CACHE_ARGS(STR("LRANGE"), held_key(c, token, browser), 0, -1));
	if (e)
		return e;
	if (cache_items(list) == 0)
		return ERR_NOT_FOUND;
	count = (cache_items(list) - 1) / 2;
	out->action = cache_text(cache_item(list, 0));
	out->fields.items = ARENA_ARRAY(c->arena, struct held_field, count);
	out->fields.count = count;
	for (i = 0; i < count; i++)
		out->fields.items[i] = (struct held_field){
			cache_text(cache_item(list, 1 + 2 * i)),
			cache_text(cache_item(list, 2 + 2 * i)),
		};
	return OK;
}
