/* Numbers of a sale for pages. */
#include "domain/sale_gate.h"

#include "base/num.h"
#include "domain/sale_keys.h"

/* KEYS: sale, stock, ticket. A sale of which a part is missing is as closed as one that is not
 * there. */
static const struct cache_script script_stock = CACHE_SCRIPT(
	"if redis.call('EXISTS', KEYS[1]) == 0 or redis.call('HEXISTS', KEYS[3], '0') == 0 then\n"
	"  return false\n"
	"end\n"
	"return redis.call('GET', KEYS[2])");

struct cache_reply *sale_stock_want(struct ctx *c, int64_t sale_id)
{
	return cache_want_script(c->cache, &script_stock, 3,
				 CACHE_ARGS(sale_key(c->arena, sale_id),
					    sale_stock_key(c->arena, sale_id),
					    sale_ticket_key(c->arena, sale_id)));
}

int64_t sale_stock_read(const struct cache_reply *reply)
{
	int64_t left = cache_is_nil(reply) ? -1 : cache_int(reply);

	return left < -1 ? 0 : left;
}

void sale_stocks_read(struct ctx *c, const struct sale_list *list, int64_t *left_out)
{
	struct cache_reply **replies = ARENA_ARRAY(c->arena, struct cache_reply *, list->count + 1);
	bool is_known;
	size_t i;

	for (i = 0; i < list->count; i++)
		replies[i] = sale_stock_want(c, list->items[i].id);
	is_known = !cache_flush(c->cache);
	for (i = 0; i < list->count; i++)
		left_out[i] = is_known ? sale_stock_read(replies[i]) : -1;
}

/* Field and value in turn: second, requests. */
static void read_rate(struct sale_live_numbers *out, const struct cache_reply *rate, int64_t second)
{
	int64_t count = (int64_t)ARRAY_LEN(out->rate.items), at;
	size_t i;

	for (i = 0; i + 1 < cache_items(rate); i += 2) {
		at = cache_int(cache_item(rate, i)) - (second - count);
		if (at >= 0 && at < count)
			out->rate.items[at] = cache_int(cache_item(rate, i + 1));
	}
}

err sale_live_read(struct ctx *c, int64_t sale_id, struct sale_live_numbers *out)
{
	struct cache_reply *sale, *stock, *stream, *rate, *time;
	err e;

	*out = (struct sale_live_numbers){ .stock = -1 };
	sale = cache_want(c->cache, CACHE_ARGS(STR("HMGET"), sale_key(c->arena, sale_id),
					       STR("base"), STR("taken"), STR("answered"),
					       STR("sold"), STR("refused"), STR("asked")));
	stock = sale_stock_want(c, sale_id);
	stream = cache_want(c->cache, CACHE_ARGS(STR("XLEN"), sale_stream_key(c->arena, sale_id)));
	rate = cache_want(c->cache, CACHE_ARGS(STR("HGETALL"), sale_rate_key(c->arena, sale_id)));
	time = cache_want(c->cache, CACHE_ARGS(STR("TIME")));
	e = cache_flush(c->cache);
	if (e || cache_items(sale) != 6 || cache_is_nil(cache_item(sale, 0)))
		return e;
	out->is_loaded = sale_stock_read(stock) >= 0;
	out->stock = sale_stock_read(stock);
	out->taken = cache_int(cache_item(sale, 1));
	out->newest = cache_int(cache_item(sale, 0)) + out->taken;
	out->queued = out->taken - cache_int(cache_item(sale, 2));
	out->sold = cache_int(cache_item(sale, 3));
	out->refused = cache_int(cache_item(sale, 4));
	out->asked = cache_int(cache_item(sale, 5));
	out->stream = cache_int(stream);
	/* The second that is running is not full yet. */
	if (cache_items(time) == 2)
		read_rate(out, rate, cache_int(cache_item(time, 0)));
	return OK;
}
