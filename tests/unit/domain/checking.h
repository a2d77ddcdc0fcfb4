/*
 * What tests of the reconciler begin with: a sale as a row, and the states of Redis, which are made
 * by hand.
 */
#ifndef UNIT_DOMAIN_CHECKING_H
#define UNIT_DOMAIN_CHECKING_H

#include "unit/domain/selling.h"

#include "base/num.h"
#include "domain/sale_check.h"
#include "domain/sale_keys.h"

#define BASE INT64_C(1000000)
#define UNITS 5

static const struct db_sql sql_settles =
	SQL("SELECT COUNT(*) FROM outbox WHERE topic = ? AND payload LIKE '{\"kind\":\"settle\"%'");
static const struct db_sql sql_settle_upto =
	SQL("SELECT COALESCE(MAX(CAST(JSON_VALUE(payload, '$.upto') AS SIGNED)), -1) FROM outbox"
	    " WHERE topic = ? AND JSON_VALUE(payload, '$.kind') = 'settle'");
static const struct db_sql sql_stock = SQL("UPDATE sale SET stock = stock + ? WHERE sale_id = ?");
static const struct db_sql sql_terms =
	SQL("SELECT starts_at, ends_at, units FROM sale WHERE sale_id = ?");
static const struct db_sql sql_cancelled =
	SQL("UPDATE sale_order SET state = 2, ended_at = ? WHERE order_id = ?");

struct checking {
	struct ctx *c;
	int64_t sale;
	struct sale_report r;
};

static inline int start(void **state)
{
	return forum_set_up(state);
}

static inline void set(struct ctx *c, struct cache_args args)
{
	struct cache_reply *reply;

	assert_int_equal(cache_run(c->cache, &reply, args), OK);
	assert_false(cache_is_error(reply));
}

static inline void set_ticket(struct checking *k, int64_t user, struct str ticket)
{
	set(k->c, CACHE_ARGS(STR("HSET"), sale_ticket_key(k->c->arena, k->sale), user, ticket));
}

static inline void set_queued(struct checking *k, int64_t user, int64_t no)
{
	set_ticket(k, user, str_format(k->c->arena, "q%lld", (long long)no));
}

static inline void set_order(struct checking *k, int64_t user, int64_t order)
{
	set_ticket(k, user, num_text(k->c->arena, order));
}

static inline void set_field(struct checking *k, const char *field, int64_t value)
{
	set(k->c,
	    CACHE_ARGS(STR("HSET"), sale_key(k->c->arena, k->sale), str_from_c(field), value));
}

static inline void load_terms(struct checking *k)
{
	struct db_rows *rows;

	assert_int_equal(db_query(k->c->db, k->c->arena, &rows, &sql_terms, DB_ARGS(k->sale)), OK);
	assert_true(db_next(rows));
	set_field(k, "starts", db_int(rows, 0));
	set_field(k, "ends", db_int(rows, 1));
	set_field(k, "units", db_int(rows, 2));
}

/* As `orders` leaves it: so many units left, so many requests taken and answered. */
static inline void load(struct checking *k, int64_t stock, int64_t taken, int64_t answered)
{
	struct ctx *c = k->c;

	load_terms(k);
	set(c, CACHE_ARGS(STR("HSETNX"), sale_key(c->arena, k->sale), STR("change"), 0));
	set(c, CACHE_ARGS(STR("HSET"), sale_key(c->arena, k->sale), STR("base"), BASE, STR("taken"),
			  taken, STR("answered"), answered, STR("done"), BASE));
	set(c, CACHE_ARGS(STR("SET"), sale_stock_key(c->arena, k->sale), stock));
	set_ticket(k, 0, STR(""));
}

static inline int open_check(void **state)
{
	struct checking *k = calloc(1, sizeof(*k));

	*state = k;
	if (stores.missing)
		return 0;
	k->c = forum_open();
	k->sale = selling_sale(k->c, UNITS);
	return 0;
}

static inline int close_check(void **state)
{
	struct checking *k = *state;

	if (!stores.missing)
		forum_close(k->c);
	free(k);
	return 0;
}

/* A look that does not wait for things to get better. */
static inline bool is_right(struct checking *k)
{
	assert_int_equal(sale_check(k->c, k->sale, clock_ticks(), &k->r), OK);
	return sale_report_is_right(&k->r);
}

/* The same with all the time it needs to look at the tickets. */
static inline bool is_right_in_time(struct checking *k)
{
	assert_int_equal(sale_check(k->c, k->sale, clock_ticks() + CLOCK_MINUTE, &k->r), OK);
	return sale_report_is_right(&k->r);
}

static inline int64_t settles(struct checking *k)
{
	return forum_number(k->c, &sql_settles, DB_ARGS(sale_orders_key(k->c->arena, k->sale)));
}

static inline int64_t settle_upto(struct checking *k)
{
	return forum_number(k->c, &sql_settle_upto, DB_ARGS(sale_orders_key(k->c->arena, k->sale)));
}

#define check_test(function) cmocka_unit_test_setup_teardown((function), open_check, close_check)

#endif
