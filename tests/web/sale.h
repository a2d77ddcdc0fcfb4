/*
 * What the tests of sales share: sales as rows, loaded into Redis as `orders` does it; a buyer's
 * way through the forms; and the queue, carried by hand, so that a test says when an order is made.
 */
#ifndef WEB_SALE_H
#define WEB_SALE_H

#include "web/web.h"

#include "base/clock.h"
#include "base/num.h"
#include "domain/limit.h"
#include "domain/sale_keys.h"
#include "domain/sale_orders.h"

static const struct db_sql sql_goods_row =
	SQL("INSERT INTO goods (goods_id, name, body_md, body_html, excerpt, price, created_at)"
	    " VALUES (?, 'A <lamp>', 'x', '<p>It <em>shines</em>.</p>', 'It shines.', 99.00, 1)");
static const struct db_sql sql_sale_row =
	SQL("INSERT INTO sale (sale_id, goods_id, price, units, stock, starts_at, ends_at,"
	    " pay_seconds, state, created_by, created_at, published_at)"
	    " VALUES (?, ?, 19.90, ?, ?, ?, ?, 1800, 1, 1, 1, 1)");
static const struct db_sql sql_orders_of = SQL("SELECT COUNT(*) FROM sale_order WHERE sale_id = ?");
static const struct db_sql sql_order_of =
	SQL("SELECT order_id FROM sale_order WHERE sale_id = ? AND user_id = ?");
static const struct db_sql sql_stock_of = SQL("SELECT stock FROM sale WHERE sale_id = ?");

static inline void sale_message(int64_t sale, struct str json)
{
	assert_int_equal(sale_orders_handle(site_ctx(site), sale, json), OK);
}

/* What Redis knows of it is brought back from SQL. */
static inline void sale_load(int64_t sale)
{
	sale_message(sale, STR("{\"kind\":\"settle\",\"upto\":0}"));
}

/* A sale that starts and ends so many ms from now. */
static inline int64_t sale_make(int64_t units, int64_t starts, int64_t ends)
{
	int64_t goods = 0, sale = 0, now = clock_now();
	struct ctx *c = site_ctx(site);

	assert_int_equal(ctx_new_id(c, &goods), OK);
	assert_int_equal(ctx_new_id(c, &sale), OK);
	visit_change(site, &sql_goods_row, DB_ARGS(goods));
	visit_change(site, &sql_sale_row,
		     DB_ARGS(sale, goods, units, units, now + starts, now + ends));
	sale_load(sale);
	return sale;
}

/* One that is open. */
static inline int64_t sale_open(int64_t units)
{
	return sale_make(units, -CLOCK_MINUTE, CLOCK_HOUR);
}

/* It is over, and no process remembers that it was open. */
static inline void sale_end_now(int64_t sale)
{
	static const struct db_sql sql_end = SQL("UPDATE sale SET ends_at = ? WHERE sale_id = ?");

	visit_change(site, &sql_end, DB_ARGS(clock_now() - 1, sale));
	sale_load(sale);
	usleep(1100000);
}

/* Carry what waits to `orders`, as relay and broker do. */
static inline void sale_carry(int64_t sale)
{
	struct ctx *c = site_ctx(site);
	struct str stream = sale_stream_key(c->arena, sale);
	struct cache_reply *entries, *gone;
	struct buf b;
	size_t i;

	assert_int_equal(cache_run(c->cache, &entries,
				   CACHE_ARGS(STR("XRANGE"), stream, STR("-"), STR("+"))),
			 OK);
	buf_init(&b, c->arena, 4096);
	BUF_LIT(&b, "{\"kind\":\"requests\",\"items\":[");
	for (i = 0; i < cache_items(entries); i++) {
		const struct cache_reply *entry = cache_item(entries, i);
		const struct cache_reply *fields = cache_item(entry, 1);
		struct str at = cache_text(cache_item(entry, 0));

		/* user, no; when is the first part of its id. */
		buf_addf(&b, "%s[" STR_FMT "," STR_FMT "," STR_FMT "]", i ? "," : "",
			 STR_ARG(cache_text(cache_item(fields, 3))),
			 STR_ARG(cache_text(cache_item(fields, 1))),
			 STR_ARG(str_slice(at, 0, (size_t)str_find_byte(at, '-'))));
	}
	BUF_LIT(&b, "]}");
	if (cache_items(entries) > 0)
		sale_message(sale, buf_str(&b));
	assert_int_equal(cache_run(c->cache, &gone,
				   CACHE_ARGS(STR("XTRIM"), stream, STR("MAXLEN"), 0)),
			 OK);
}

/* Forget what Redis knows of the sale itself. */
static inline void sale_lose(int64_t sale)
{
	struct ctx *c = site_ctx(site);
	struct cache_reply *r;

	assert_int_equal(cache_run(c->cache, &r,
				   CACHE_ARGS(STR("DEL"), sale_key(c->arena, sale),
					      sale_stock_key(c->arena, sale),
					      sale_ticket_key(c->arena, sale))),
			 OK);
}

/* One of its keys: "", ":stock", ":ticket". */
static inline void sale_lose_part(int64_t sale, const char *part)
{
	struct ctx *c = site_ctx(site);
	struct cache_reply *r;

	assert_int_equal(cache_run(c->cache, &r,
				   CACHE_ARGS(STR("DEL"), sale_key_of(c->arena, sale, part))),
			 OK);
	assert_int_equal(cache_int(r), 1);
}

static inline const char *sale_path_to(struct browser *b, int64_t sale, const char *more)
{
	return visit_path(b, "/sales/%lld%s", (long long)sale, more);
}

/* A captcha for this reader and sale, and its answer, as fields of a form. */
static inline const char *sale_captcha(struct browser *b, int64_t sale)
{
	struct reply r = get(b, sale_path_to(b, sale, ""));
	struct str id = page_value(b->arena, r.body, "captcha_id");
	struct str kept =
		visit_redis(site, b->arena, visit_path(b, "captcha:" STR_FMT, STR_ARG(id)), NULL);

	if (!id.n)
		show_reply(r);
	assert_int_equal(id.n, 22);
	return visit_path(b, "captcha_id=" STR_FMT "&captcha=" STR_FMT, STR_ARG(id),
			  STR_ARG(str_slice(kept, 0, 5)));
}

/* The address of an order request: the captcha's form was sent, its answer not yet followed. */
static inline const char *sale_way(struct browser *b, int64_t sale)
{
	struct reply r = post_form(b, sale_path_to(b, sale, "/path"), sale_captcha(b, sale));

	assert_status(r, 307);
	return reply_header(b, &r, "Location").p;
}

/* The whole way, as a browser goes it: the answer to the order request. */
static inline struct reply sale_buy(struct browser *b, int64_t sale)
{
	return post_form(b, sale_way(b, sale), "");
}

static const char *const sale_as_json[] = { "HTTP_ACCEPT", "application/json", NULL };

static inline struct reply sale_get_json(struct browser *b, const char *path)
{
	return browser_ask(b, &(struct ask){ .path = path, .extra = sale_as_json });
}

static inline struct reply sale_post_json(struct browser *b, const char *path, const char *fields)
{
	struct str body = str_format(b->arena, STR_FMT "%s%s", STR_ARG(browser_token(b)),
				     *fields ? "&" : "", fields);

	return browser_ask(b, &(struct ask){ .path = path, .body = body, .extra = sale_as_json });
}

/* How the reader's request stands: the JSON of the poll. */
static inline struct str sale_standing(struct browser *b, int64_t sale)
{
	struct reply r = sale_get_json(b, sale_path_to(b, sale, "/result"));

	assert_status(r, 200);
	return str_trim(r.body);
}

/* Bought and decided: the order's number. */
static inline int64_t sale_bought(struct browser *b, int64_t sale)
{
	int64_t id;

	assert_redirect(b, sale_buy(b, sale), sale_path_to(b, sale, "/result"));
	sale_carry(sale);
	id = visit_number(site, &sql_order_of, DB_ARGS(sale, visit_id(b)));
	assert_true(id > 0);
	return id;
}

#endif
