/*
 * Goods and sales of the demo data, made as an administrator makes them, at the time when each
 * would have been set up.
 */
#include "demo.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/num.h"
#include "base/secret.h"
#include "domain/picture.h"
#include "domain/sale_orders.h"
#include "plazactl.h"

#define BEFORE_MS CLOCK_DAY /* the start: when a sale was set up */
#define TERMS 6
#define BUY_EVERY_MS 400

static const struct db_sql sql_paid =
	SQL("UPDATE sale_order SET state = 1, created_at = created_at + ?, paid_at = created_at + ?"
	    " WHERE sale_id = ?");

/* The words of the second line, each before its number. */
static const char *const words[TERMS] = { "price", "sale", "units", "from", "to", "pay" };
enum { WORD_PRICE, WORD_SALE, WORD_UNITS, WORD_FROM, WORD_TO, WORD_PAY };

struct item {
	struct goods_text goods;
	int64_t terms[TERMS];
	struct str picture; /* a file of the folder goods */
};

static bool read_terms(struct str line, int64_t *terms)
{
	struct str word = { 0 }, number = { 0 };
	int i;

	for (i = 0; i < TERMS; i++) {
		if (!str_split(&line, ' ', &word) || !str_is(word, str_from_c(words[i])) ||
		    !str_split(&line, ' ', &number) ||
		    !num_parse_i64(number, INT32_MIN, INT32_MAX, &terms[i]))
			return false;
	}
	return true;
}

/* "picture kettle.jpg" */
static bool read_picture(struct str line, struct str *out)
{
	struct str word = { 0 };

	*out = line;
	return str_split(out, ' ', &word) && str_is(word, STR("picture")) && out->n;
}

/* Name, terms, picture, an empty line, and the text up to the next "%%". */
static bool read_item(struct str *rest, struct item *out)
{
	ptrdiff_t end = str_find(*rest, STR("\n%%\n"));
	struct str block = end < 0 ? *rest : str_slice(*rest, 0, (size_t)end), line = { 0 };

	*rest = end < 0 ? (struct str){ 0 } : str_slice(*rest, (size_t)end + 4, rest->n);
	if (!str_split(&block, '\n', &out->goods.name) || !str_split(&block, '\n', &line) ||
	    !read_terms(line, out->terms) || !str_split(&block, '\n', &line) ||
	    !read_picture(line, &out->picture))
		return false;
	out->goods.body_md = str_trim(block);
	out->goods.price = out->terms[WORD_PRICE];
	return true;
}

static struct str form(struct ctx *c)
{
	return secret_token(c->arena, 16);
}

/* As `orders` would have been told of them. */
static err buy(struct ctx *c, int64_t sale_id, const struct sale_terms *t, const int64_t *buyers,
	       size_t count)
{
	struct buf b;
	size_t i;
	err e;

	buf_init(&b, c->arena, 4096);
	BUF_LIT(&b, "{\"kind\":\"requests\",\"items\":[");
	for (i = 0; i < count && (int64_t)i < t->units; i++)
		buf_addf(&b, "%s[%zu,%lld,%lld]", i ? "," : "", i + 1, (long long)buyers[i],
			 (long long)t->starts_at + (int64_t)i * BUY_EVERY_MS);
	BUF_LIT(&b, "]}");
	e = sale_orders_handle(c, sale_id, buf_str(&b));
	return e ? e
		 : db_exec(c->db, NULL, &sql_paid,
			   DB_ARGS(BEFORE_MS, BEFORE_MS + 5 * CLOCK_MINUTE, sale_id));
}

/* As it was uploaded; the worker `picture` makes what is shown. */
static err load_picture(struct ctx *c, const char *folder, struct str name, int64_t goods_id)
{
	struct str bytes,
		path = str_format(c->arena, "%s/demo/goods/" STR_FMT, folder, STR_ARG(name));
	err e = read_file(c->arena, path.p, &bytes);

	if (e || picture_problem(bytes)) {
		log_error("%s is no picture", path.p);
		return e ? e : ERR_INVALID;
	}
	return picture_take(c, PICTURE_GOODS, goods_id, bytes, form(c));
}

static err load_item(struct ctx *c, const char *folder, const struct item *item, int64_t now,
		     const int64_t *buyers, size_t buyer_count)
{
	struct sale_terms t = { .price = item->terms[WORD_SALE],
				.units = item->terms[WORD_UNITS],
				.starts_at = now + item->terms[WORD_FROM] * CLOCK_SECOND,
				.ends_at = now + item->terms[WORD_TO] * CLOCK_SECOND,
				.pay_seconds = item->terms[WORD_PAY] };
	int64_t sale_id;
	err e;

	c->now = (t.starts_at < now ? t.starts_at : now) - BEFORE_MS;
	e = goods_create(c, &item->goods, form(c), &t.goods_id);
	if (!e)
		e = sale_create(c, &t, form(c), &sale_id);
	if (!e)
		e = sale_publish(c, sale_id);
	if (!e && t.ends_at < now)
		e = buy(c, sale_id, &t, buyers, buyer_count);
	/* What waits for hours is given up, and what is new is left to whoever took it. */
	c->now = now - CLOCK_MINUTE;
	if (!e)
		e = load_picture(c, folder, item->picture, t.goods_id);
	return e;
}

err demo_load_sales(struct ctx *c, const char *folder, int64_t admin_id, const int64_t *buyers,
		    size_t buyer_count)
{
	int64_t now = c->now;
	struct str rest, path = str_format(c->arena, "%s/demo/goods.md", folder);
	struct item item;
	err e = read_file(c->arena, path.p, &rest);

	if (e)
		return e;
	c->viewer = (struct viewer){ .id = admin_id, .role = ROLE_ADMIN };
	while (!e && rest.n) {
		if (!read_item(&rest, &item)) {
			log_error("%s: a block lacks its name, its terms or its picture", path.p);
			e = ERR_INVALID;
		}
		if (!e)
			e = load_item(c, folder, &item, now, buyers, buyer_count);
	}
	c->now = now;
	c->viewer = (struct viewer){ 0 };
	return e;
}
