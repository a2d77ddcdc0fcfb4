/*
 * What tests of orders begin with: people as in people.h, and sales and orders as rows, without the
 * worker that makes them.
 */
#ifndef UNIT_DOMAIN_SELLING_H
#define UNIT_DOMAIN_SELLING_H

#include "unit/domain/people.h"

#include "base/clock.h"
#include "domain/address.h"
#include "domain/cashier.h"
#include "domain/outbox.h"
#include "domain/sale_orders.h"

#define PRICE INT64_C(1999) /* cents */

static const struct db_sql selling_goods =
	SQL("INSERT INTO goods (goods_id, name, body_md, body_html, excerpt, price, created_at)"
	    " VALUES (?, 'A lamp', '', '', '', 29.99, 1)");
static const struct db_sql selling_sale_row =
	SQL("INSERT INTO sale (sale_id, goods_id, price, units, stock, starts_at, ends_at,"
	    " pay_seconds, state, created_by, created_at) VALUES (?, ?, 19.99, ?, ?, ?, ?, 1800, 1,"
	    " 1, 1)");
static const struct db_sql selling_order_row =
	SQL("INSERT INTO sale_order (order_id, sale_id, user_id, goods_id, request_no, price,"
	    " created_at, expires_at) SELECT ?, sale_id, ?, goods_id, 1, price, ?, ? FROM sale"
	    " WHERE sale_id = ?");
static const struct db_sql selling_stock =
	SQL("UPDATE sale SET stock = stock - 1 WHERE sale_id = ?");
static const struct db_sql selling_state = SQL("SELECT state FROM sale_order WHERE order_id = ?");
static const struct db_sql selling_returns =
	SQL("SELECT COUNT(*) FROM outbox WHERE topic = ? AND payload = ?");
static const struct db_sql selling_set_expiry =
	SQL("UPDATE sale_order SET expires_at = ? WHERE order_id = ?");

static inline int64_t selling_id(struct ctx *c)
{
	int64_t id = 0;

	assert_int_equal(ctx_new_id(c, &id), OK);
	return id;
}

/* forum_set_up with RabbitMQ. */
static inline int selling_set_up_mq(void **state)
{
	struct ctx *c;
	err e;

	stores_need((const char *const[]){ "mariadb", "redis", "rabbitmq" }, 3);
	if (stores_set_up(state))
		return -1;
	if (stores.missing)
		return 0;
	secret_open();
	c = forum_open();
	e = db_run_script_unsafe(c->db, stores_schema(c->arena));
	if (!e)
		e = mq_declare(c->mq);
	forum_close(c);
	return e ? -1 : 0;
}

/* A sale that began a minute ago and ends in an hour. */
static inline int64_t selling_sale(struct ctx *c, int64_t units)
{
	int64_t goods = selling_id(c), sale = selling_id(c);

	assert_int_equal(db_exec(c->db, NULL, &selling_goods, DB_ARGS(goods)), OK);
	assert_int_equal(db_exec(c->db, NULL, &selling_sale_row,
				 DB_ARGS(sale, goods, units, units, c->now - CLOCK_MINUTE,
					 c->now + CLOCK_HOUR)),
			 OK);
	return sale;
}

/* An unpaid order that may be paid for half an hour. */
static inline int64_t selling_order(struct ctx *c, int64_t sale, int64_t user)
{
	int64_t id = selling_id(c);

	assert_int_equal(db_exec(c->db, NULL, &selling_order_row,
				 DB_ARGS(id, user, c->now, c->now + 30 * CLOCK_MINUTE, sale)),
			 OK);
	assert_int_equal(db_exec(c->db, NULL, &selling_stock, DB_ARGS(sale)), OK);
	return id;
}

static inline int64_t selling_state_of(struct ctx *c, int64_t order)
{
	return forum_number(c, &selling_state, DB_ARGS(order));
}

/* How often `orders` was asked to put the unit of an order back on sale. */
static inline int64_t selling_returns_of(struct ctx *c, int64_t sale, int64_t order)
{
	return forum_number(c, &selling_returns,
			    DB_ARGS(sale_orders_key(c->arena, sale),
				    str_format(c->arena, "{\"kind\":\"ended\",\"order\":\"%lld\"}",
					       (long long)order)));
}

static inline void selling_let_expire(struct ctx *c, int64_t order)
{
	assert_int_equal(db_exec(c->db, NULL, &selling_set_expiry,
				 DB_ARGS(c->now - CLOCK_MINUTE, order)),
			 OK);
}

static inline int64_t selling_address(struct ctx *c, const char *name)
{
	struct address a = { .name = str_from_c(name),
			     .phone = STR("138 0000 0000"),
			     .region = STR("上海市"),
			     .street = STR("南京路 1 号") };
	int64_t id = 0;

	assert_int_equal(address_create(c, &a, forum_form(c), &id), OK);
	return id;
}

/* A payment the viewer has begun. */
static inline struct payment selling_begin(struct ctx *c, int64_t order)
{
	struct payment p = { 0 };

	assert_int_equal(payment_begin(c, order, &p), OK);
	return p;
}

static inline err selling_call(struct ctx *c, const struct payment *p, const char *outcome)
{
	struct payment_call call = cashier_sandbox_call(c, p, str_from_c(outcome));

	return payment_called(c, &call);
}

#endif
