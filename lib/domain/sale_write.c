/* Sales as administrators set them up, publish, close and change them. */
#include "domain/sale.h"

#include "base/clock_typed.h"
#include "base/log.h"
#include "base/money.h"
#include "domain/form_once.h"
#include "domain/moderation.h"
#include "domain/sale_keys.h"
#include "domain/sale_orders.h"
#include "domain/sale_row.h"
#include "html/text.h"

#define LONGEST_MS (366 * CLOCK_DAY)

static const struct db_sql sql_goods =
	SQL("SELECT goods_id FROM goods WHERE goods_id = ? AND deleted_at = 0 LOCK IN SHARE MODE");

static const struct db_sql sql_insert =
	SQL("INSERT INTO sale (sale_id, goods_id, price, units, stock, starts_at, ends_at,"
	    " pay_seconds, created_by, created_at) VALUES (?, ?, ? / 100, ?, ?, ?, ?, ?, ?, ?)");

static const struct db_sql sql_lock =
	SQL("SELECT state, ends_at FROM sale WHERE sale_id = ? FOR UPDATE");

static const struct db_sql sql_update =
	SQL("UPDATE sale SET goods_id = ?, price = ? / 100, units = ?, stock = ?, starts_at = ?,"
	    " ends_at = ?, pay_seconds = ? WHERE sale_id = ? AND state = 0");

static const struct db_sql sql_delete = SQL("DELETE FROM sale WHERE sale_id = ? AND state = 0");

static const struct db_sql sql_name =
	SQL("SELECT g.name FROM sale s JOIN goods g USING (goods_id) WHERE s.sale_id = ?");

static const struct db_sql sql_publish =
	SQL("UPDATE sale SET state = 1, published_at = ?, stock = units WHERE sale_id = ?");

static const struct db_sql sql_close =
	SQL("UPDATE sale SET state = 2, closed_at = ? WHERE sale_id = ?");

/* The gate closes at once; when the sale is not loaded there is none, and loading it says so. */
static const struct cache_script script_close =
	CACHE_SCRIPT("if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end "
		     "redis.call('HSET', KEYS[1], 'closed', '1') return 1");

/* A sale being written: what the transaction needs. */
struct writing {
	struct ctx *c;
	int64_t id, delta;
	struct sale_terms terms;
	struct str form_id, seen;
};

static const char *end_problem(const struct sale_terms *t, int64_t now)
{
	if (t->ends_at <= t->starts_at)
		return N_("The end must come after the start.");
	if (t->ends_at <= now)
		return N_("The end has passed already.");
	if (t->starts_at < 0 || t->ends_at - t->starts_at > LONGEST_MS)
		return N_("A sale lasts a year at most.");
	return NULL;
}

size_t sale_terms_problems(const struct sale_terms *t, int64_t now,
			   struct sale_problem out[SALE_PROBLEMS_MAX])
{
	const char *end = end_problem(t, now);
	size_t n = 0;

	if (t->goods_id < 1)
		out[n++] = (struct sale_problem){ "goods_id", N_("Choose what is sold.") };
	if (t->price < 1 || t->price > GOODS_PRICE_MAX)
		out[n++] = (struct sale_problem){
			"price",
			N_("The price must be more than nothing and less than a billion.")
		};
	if (t->units < 1 || t->units > SALE_UNITS_MAX)
		out[n++] = (struct sale_problem){
			"units", N_("There must be at least one unit, and at most a million.")
		};
	if (end)
		out[n++] = (struct sale_problem){ "ends_at", end };
	if (t->pay_seconds < SALE_PAY_SECONDS_MIN || t->pay_seconds > SALE_PAY_SECONDS_MAX)
		out[n++] = (struct sale_problem){
			"pay_seconds", N_("The time to pay is between a minute and three days.")
		};
	return n;
}

static err check(struct ctx *c, const struct sale_terms *t)
{
	struct sale_problem problems[SALE_PROBLEMS_MAX];

	if (c->viewer.role != ROLE_ADMIN)
		return ERR_FORBIDDEN;
	return sale_terms_problems(t, c->now, problems) ? ERR_INVALID : OK;
}

/* They cannot be deleted until this transaction has ended. */
static err hold_goods(struct ctx *c, int64_t goods_id)
{
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, &sql_goods, DB_ARGS(goods_id));

	return e ? e : db_next(rows) ? OK : ERR_NOT_FOUND;
}

static err record(const struct writing *w, struct str action, struct str reason)
{
	return moderation_record(w->c, action, TARGET_SALE, w->id, reason);
}

/* The terms go along: a later edit leaves no trace elsewhere. */
static err record_terms(const struct writing *w, struct str action)
{
	const struct sale_terms *t = &w->terms;
	struct arena *a = w->c->arena;

	return record(w, action,
		      str_format(a, "%lld x " STR_FMT ", " STR_FMT " - " STR_FMT,
				 (long long)t->units, STR_ARG(money_text(a, t->price)),
				 STR_ARG(clock_shown(a, t->starts_at)),
				 STR_ARG(clock_shown(a, t->ends_at))));
}

static err insert(void *context)
{
	struct writing *w = context;
	const struct sale_terms *t = &w->terms;
	struct ctx *c = w->c;
	err e = form_once_claim(c, w->form_id, w->id);

	if (!e)
		e = hold_goods(c, t->goods_id);
	if (!e)
		e = db_exec(c->db, NULL, &sql_insert,
			    DB_ARGS(w->id, t->goods_id, t->price, t->units, t->units, t->starts_at,
				    t->ends_at, t->pay_seconds, c->viewer.id, c->now));
	return e ? e : record_terms(w, STR("sale.create"));
}

err sale_create(struct ctx *c, const struct sale_terms *t, struct str form_id, int64_t *id_out)
{
	struct writing w = { .c = c, .terms = *t, .form_id = form_id };
	err e = check(c, t);

	if (!e)
		e = ctx_new_id(c, &w.id);
	if (!e)
		e = db_transaction(c->db, insert, &w);
	if (e == ERR_CONFLICT)
		return form_once_find(c, form_id, id_out);
	if (!e)
		*id_out = w.id;
	return e;
}

static err lock(struct writing *w, enum sale_state *state, int64_t *ends_at)
{
	struct ctx *c = w->c;
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, &sql_lock, DB_ARGS(w->id));

	if (e)
		return e;
	if (!db_next(rows))
		return ERR_NOT_FOUND;
	*state = (enum sale_state)db_int(rows, 0);
	*ends_at = db_int(rows, 1);
	return OK;
}

static struct str terms_text(struct arena *a, const struct sale_terms *t)
{
	return str_format(a, "%lld-%lld-%lld-%lld-%lld-%lld", (long long)t->goods_id,
			  (long long)t->price, (long long)t->units, (long long)t->starts_at,
			  (long long)t->ends_at, (long long)t->pay_seconds);
}

struct str sale_terms_seen(struct arena *a, const struct sale *s)
{
	return terms_text(a, &(struct sale_terms){ s->goods_id, s->price, s->units, s->starts_at,
						   s->ends_at, s->pay_seconds });
}

/* What it says now: it is locked, so that it stays so. */
static err read_terms(const struct writing *w, struct str *out)
{
	struct sale now;
	err e = sale_find_any(w->c, w->id, &now);

	if (!e)
		*out = sale_terms_seen(w->c->arena, &now);
	return e;
}

static err write_terms(struct writing *w)
{
	const struct sale_terms *t = &w->terms;
	struct ctx *c = w->c;
	err e = hold_goods(c, t->goods_id);

	if (!e)
		e = db_exec(c->db, NULL, &sql_update,
			    DB_ARGS(t->goods_id, t->price, t->units, t->units, t->starts_at,
				    t->ends_at, t->pay_seconds, w->id));
	return e ? e : record_terms(w, STR("sale.edit"));
}

static err edit(void *context)
{
	struct writing *w = context;
	enum sale_state state;
	struct str now = { 0 };
	int64_t ends_at;
	err e = lock(w, &state, &ends_at);

	if (!e && state != SALE_DRAFT)
		e = ERR_CONFLICT;
	if (!e)
		e = read_terms(w, &now);
	/* The same form sent twice. */
	if (e || str_is(now, terms_text(w->c->arena, &w->terms)))
		return e;
	return str_is(now, w->seen) ? write_terms(w) : ERR_CONFLICT;
}

err sale_edit(struct ctx *c, int64_t id, struct str seen, const struct sale_terms *t)
{
	struct writing w = { .c = c, .id = id, .terms = *t, .seen = seen };
	err e = check(c, t);

	return e ? e : db_transaction(c->db, edit, &w);
}

/* The row goes, so the name of what it was to sell goes along into the log. */
static err record_deletion(const struct writing *w)
{
	struct ctx *c = w->c;
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, &sql_name, DB_ARGS(w->id));

	if (e)
		return e;
	return record(w, STR("sale.delete"), db_next(rows) ? db_str(rows, 0) : STR(""));
}

static err delete (void *context)
{
	struct writing *w = context;
	enum sale_state state;
	int64_t ends_at;
	err e = lock(w, &state, &ends_at);

	if (e)
		return e == ERR_NOT_FOUND ? OK : e;
	if (state != SALE_DRAFT)
		return ERR_CONFLICT;
	e = record_deletion(w);
	return e ? e : db_exec(w->c->db, NULL, &sql_delete, DB_ARGS(w->id));
}

err sale_delete(struct ctx *c, int64_t id)
{
	struct writing w = { .c = c, .id = id };

	if (c->viewer.role != ROLE_ADMIN)
		return ERR_FORBIDDEN;
	return db_transaction(c->db, delete, &w);
}

static err check_seen(const struct writing *w)
{
	struct str now;
	err e = w->seen.n ? read_terms(w, &now) : OK;

	return e || !w->seen.n || str_is(now, w->seen) ? e : ERR_CONFLICT;
}

static err publish(void *context)
{
	struct writing *w = context;
	struct ctx *c = w->c;
	enum sale_state state;
	int64_t ends_at;
	err e = lock(w, &state, &ends_at);

	if (e || state == SALE_PUBLISHED)
		return e;
	if (state != SALE_DRAFT || ends_at <= c->now)
		return ERR_CONFLICT;
	e = check_seen(w);
	if (!e)
		e = db_exec(c->db, NULL, &sql_publish, DB_ARGS(c->now, w->id));
	if (!e)
		e = record(w, STR("sale.publish"), (struct str){ 0 });
	return e ? e : sale_orders_settle(c, w->id, 0);
}

err sale_publish(struct ctx *c, int64_t id)
{
	return sale_publish_seen(c, id, (struct str){ 0 });
}

err sale_publish_seen(struct ctx *c, int64_t id, struct str seen)
{
	struct writing w = { .c = c, .id = id, .seen = seen };

	if (c->viewer.role != ROLE_ADMIN)
		return ERR_FORBIDDEN;
	return db_transaction(c->db, publish, &w);
}

static err close_sale(void *context)
{
	struct writing *w = context;
	struct ctx *c = w->c;
	enum sale_state state;
	int64_t ends_at;
	err e = lock(w, &state, &ends_at);

	if (e || state >= SALE_CLOSED)
		return e;
	if (state == SALE_DRAFT)
		return ERR_CONFLICT;
	e = db_exec(c->db, NULL, &sql_close, DB_ARGS(c->now, w->id));
	if (!e)
		e = record(w, STR("sale.close"), (struct str){ 0 });
	return e ? e : sale_orders_settle(c, w->id, 0);
}

err sale_close(struct ctx *c, int64_t id)
{
	struct writing w = { .c = c, .id = id };
	struct cache_reply *reply;
	err e;

	if (c->viewer.role != ROLE_ADMIN)
		return ERR_FORBIDDEN;
	e = db_transaction(c->db, close_sale, &w);
	if (e)
		return e;
	sale_forget(c, id);
	if (cache_run_script(c->cache, &reply, &script_close, 1,
			     CACHE_ARGS(sale_key(c->arena, id))))
		log_warn("sale %lld: Redis learns of its closing later", (long long)id);
	return OK;
}

static err ask_units(void *context)
{
	struct writing *w = context;
	struct ctx *c = w->c;
	enum sale_state state;
	int64_t ends_at;
	err e = form_once_claim(c, w->form_id, w->id);

	if (!e)
		e = lock(w, &state, &ends_at);
	if (!e && (state != SALE_PUBLISHED || ends_at <= c->now))
		e = ERR_CONFLICT;
	if (!e)
		e = record(w, STR("sale.units"),
			   str_format(c->arena, "%+lld", (long long)w->delta));
	return e ? e : sale_orders_units(c, w->id, w->form_id, w->delta);
}

err sale_change_units(struct ctx *c, int64_t id, int64_t delta, struct str form_id)
{
	struct writing w = { .c = c, .id = id, .delta = delta, .form_id = form_id };
	int64_t made;
	err e;

	if (c->viewer.role != ROLE_ADMIN)
		return ERR_FORBIDDEN;
	if (!delta || delta > SALE_UNITS_MAX || delta < -SALE_UNITS_MAX)
		return ERR_INVALID;
	e = db_transaction(c->db, ask_units, &w);
	if (e == ERR_CONFLICT && form_once_find(c, form_id, &made) == OK)
		return OK;
	return e;
}
