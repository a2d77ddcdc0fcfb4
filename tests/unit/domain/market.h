/*
 * What tests of sales begin with: goods, a sale that is open and loaded, people who press, and the
 * relay's part played by hand, so that a message may come twice, late, or in another order.
 */
#ifndef UNIT_DOMAIN_MARKET_H
#define UNIT_DOMAIN_MARKET_H

#include "unit/domain/people.h"

#include "base/buf.h"
#include "base/clock.h"
#include "domain/sale_keys.h"
#include "domain/sale_orders.h"

#define MARKET_PRICE 990

static inline void market_admin(struct ctx *c)
{
	forum_as(c, 1, ROLE_ADMIN);
}

static inline int64_t market_goods(struct ctx *c, const char *name)
{
	struct goods_text t = { str_from_c(name), STR("A *good* one."), 1999 };
	int64_t id;

	market_admin(c);
	assert_int_equal(goods_create(c, &t, forum_form(c), &id), OK);
	return id;
}

/* A draft; from and to are ms from now. */
static inline int64_t market_draft(struct ctx *c, int64_t units, int64_t from, int64_t to)
{
	int64_t goods = market_goods(c, "A lamp"), id;
	struct sale_terms t = { .goods_id = goods,
				.price = MARKET_PRICE,
				.units = units,
				.starts_at = c->now + from,
				.ends_at = c->now + to,
				.pay_seconds = SALE_PAY_SECONDS };

	assert_int_equal(sale_create(c, &t, forum_form(c), &id), OK);
	return id;
}

static inline void market_settle(struct ctx *c, int64_t sale, int64_t upto)
{
	assert_int_equal(sale_orders_handle(c, sale, sale_settle_body(c->arena, upto)), OK);
}

static inline int64_t market_sale_at(struct ctx *c, int64_t units, int64_t from, int64_t to)
{
	int64_t id = market_draft(c, units, from, to);

	assert_int_equal(sale_publish(c, id), OK);
	market_settle(c, id, 0);
	return id;
}

/* Open now, loaded. */
static inline int64_t market_sale(struct ctx *c, int64_t units)
{
	return market_sale_at(c, units, -CLOCK_MINUTE, CLOCK_HOUR);
}

static inline struct sale_answer market_press(struct ctx *c, int64_t sale, int64_t user)
{
	struct sale_answer answer;

	forum_as(c, user, ROLE_USER);
	assert_int_equal(sale_press(c, sale, &answer), OK);
	return answer;
}

static inline struct sale_answer market_result(struct ctx *c, int64_t sale, int64_t user)
{
	struct sale_answer answer;

	forum_as(c, user, ROLE_USER);
	assert_int_equal(sale_result(c, sale, &answer), OK);
	return answer;
}

static inline bool market_is_queueing(struct sale_answer answer)
{
	return !answer.order_id && answer.refusal == SALE_NO_REFUSAL;
}

static inline struct str market_field(const struct cache_reply *entry, size_t at)
{
	return cache_text(cache_item(cache_item(entry, 1), 2 * at + 1));
}

/* What the stream holds, as the message the relay makes of it. */
static inline struct str market_peek(struct ctx *c, int64_t sale)
{
	struct str key = sale_stream_key(c->arena, sale);
	struct cache_reply *entries;
	struct buf b;
	size_t i;

	assert_int_equal(cache_run(c->cache, &entries,
				   CACHE_ARGS(STR("XRANGE"), key, STR("-"), STR("+"))),
			 OK);
	buf_init(&b, c->arena, 64);
	BUF_LIT(&b, "{\"kind\":\"requests\",\"items\":[");
	for (i = 0; i < cache_items(entries); i++) {
		const struct cache_reply *entry = cache_item(entries, i);

		buf_addf(&b, "%s[" STR_FMT "," STR_FMT ",%lld]", i ? "," : "",
			 STR_ARG(market_field(entry, 1)), STR_ARG(market_field(entry, 0)),
			 (long long)c->now);
	}
	BUF_LIT(&b, "]}");
	return buf_str(&b);
}

/* The same; the stream is emptied. */
static inline struct str market_message(struct ctx *c, int64_t sale)
{
	struct str message = market_peek(c, sale);
	struct cache_reply *trimmed;

	assert_int_equal(cache_run(c->cache, &trimmed,
				   CACHE_ARGS(STR("XTRIM"), sale_stream_key(c->arena, sale),
					      STR("MAXLEN"), 0)),
			 OK);
	return message;
}

static inline void market_handle(struct ctx *c, int64_t sale, struct str message)
{
	assert_int_equal(sale_orders_handle(c, sale, message), OK);
}

/* As if the process died after the commit: SQL has it, and Redis hears nothing. */
static inline err market_handle_halfway(struct ctx *c, int64_t sale, struct str message)
{
	struct config nowhere = stores.config;
	struct cache *there = c->cache;
	err e;

	nowhere.redis.socket = STR("/nowhere/redis.sock");
	c->cache = cache_new(&nowhere);
	cache_start_request(c->cache, c->arena);
	e = sale_orders_handle(c, sale, message);
	cache_free(c->cache);
	c->cache = there;
	return e;
}

static inline void market_deliver(struct ctx *c, int64_t sale)
{
	market_handle(c, sale, market_message(c, sale));
}

static inline int64_t market_number(struct ctx *c, struct cache_args args)
{
	struct cache_reply *reply;

	assert_int_equal(cache_run(c->cache, &reply, args), OK);
	return cache_is_nil(reply) ? -1 : cache_int(reply);
}

static inline int64_t market_redis_stock(struct ctx *c, int64_t sale)
{
	return market_number(c, CACHE_ARGS(STR("GET"), sale_stock_key(c->arena, sale)));
}

static inline int64_t market_of(struct ctx *c, int64_t sale, const char *field)
{
	return market_number(c,
			     CACHE_ARGS(STR("HGET"), sale_key(c->arena, sale), str_from_c(field)));
}

static inline void market_set(struct ctx *c, int64_t sale, const char *field, int64_t value)
{
	market_number(c,
		      CACHE_ARGS(STR("HSET"), sale_key(c->arena, sale), str_from_c(field), value));
}

static inline int64_t market_sql_stock(struct ctx *c, int64_t sale)
{
	static const struct db_sql sql = SQL("SELECT stock FROM sale WHERE sale_id = ?");

	return forum_number(c, &sql, DB_ARGS(sale));
}

static inline int64_t market_orders(struct ctx *c, int64_t sale)
{
	static const struct db_sql sql = SQL("SELECT COUNT(*) FROM sale_order WHERE sale_id = ?");

	return forum_number(c, &sql, DB_ARGS(sale));
}

/* Orders that hold a unit and what is left make up all units, and Redis says the same, of the same
 * change. */
static inline void market_check(struct ctx *c, int64_t sale)
{
	static const struct db_sql sql_gap =
		SQL("SELECT units - stock - (SELECT COUNT(*) FROM sale_order o WHERE o.sale_id = "
		    "s.sale_id AND o.is_returned = 0) FROM sale s WHERE sale_id = ?");
	static const struct db_sql sql_change = SQL("SELECT change_no FROM sale WHERE sale_id = ?");
	int64_t waiting = market_of(c, sale, "taken") - market_of(c, sale, "answered");

	assert_int_equal(market_of(c, sale, "change"), forum_number(c, &sql_change, DB_ARGS(sale)));
	assert_int_equal(forum_number(c, &sql_gap, DB_ARGS(sale)), 0);
	assert_int_equal(market_redis_stock(c, sale), market_sql_stock(c, sale) - waiting);
}

#endif
