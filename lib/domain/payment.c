/*
 * Payments. A row of `payment` is locked before the row of its order, and a begin locks the order
 * alone: so no two of them wait for each other.
 */
#include "domain/payment.h"

#include "base/log.h"
#include "domain/cashier.h"

#define REFERENCE_BYTES 24
#define REFERENCE_LENGTH 32

#define PAYMENT_COLUMNS \
	"SELECT p.reference, p.order_id, CAST(p.amount * 100 AS SIGNED), p.state FROM payment p"

static const struct db_sql sql_find = SQL(
	PAYMENT_COLUMNS
	" JOIN sale_order o ON o.order_id = p.order_id WHERE p.reference = ? AND o.user_id = ?");

static const struct db_sql sql_lock = SQL(PAYMENT_COLUMNS " WHERE p.reference = ? FOR UPDATE");

static const struct db_sql sql_lock_order =
	SQL("SELECT CAST(price * 100 AS SIGNED), state, expires_at FROM sale_order"
	    " WHERE order_id = ? AND user_id = ? FOR UPDATE");

static const struct db_sql sql_open = SQL(PAYMENT_COLUMNS " WHERE p.order_id = ? AND p.state = 0");

static const struct db_sql sql_insert =
	SQL("INSERT INTO payment (reference, order_id, amount, state, created_at, changed_at)"
	    " VALUES (?, ?, ? / 100, 0, ?, ?)");

/* The guard decides between this, a cancel and the closer. */
static const struct db_sql sql_order_paid =
	SQL("UPDATE sale_order SET state = 1, paid_at = ?"
	    " WHERE order_id = ? AND state = 0 AND expires_at >= ?");

static const struct db_sql sql_order_late =
	SQL("UPDATE sale_order SET state = 3, ended_at = ? WHERE order_id = ? AND state = 0");

static const struct db_sql sql_order_refunding =
	SQL("UPDATE sale_order SET state = 4, paid_at = ? WHERE order_id = ? AND state IN (2, 3)");

static const struct db_sql sql_order_refunded =
	SQL("UPDATE sale_order SET state = 5 WHERE order_id = ? AND state = 4");

static const struct db_sql sql_whose =
	SQL("SELECT sale_id, user_id FROM sale_order WHERE order_id = ?");

static const struct db_sql sql_change =
	SQL("UPDATE payment SET state = ?, changed_at = ?, next_try_at = ? WHERE reference = ?");

struct payment_work {
	struct ctx *c;
	const struct payment_call *call;
	struct payment payment;
	bool is_found;
};

static struct payment read_payment(const struct db_rows *rows)
{
	return (struct payment){ .reference = db_str(rows, 0),
				 .order_id = db_int(rows, 1),
				 .amount = db_int(rows, 2),
				 .state = (enum payment_state)db_int(rows, 3) };
}

static err find_open(struct payment_work *w)
{
	struct ctx *c = w->c;
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, &sql_open, DB_ARGS(w->payment.order_id));

	if (e)
		return e;
	w->is_found = db_next(rows);
	if (w->is_found)
		w->payment = read_payment(rows);
	return OK;
}

static err begin_run(void *context)
{
	struct payment_work *w = context;
	struct payment *p = &w->payment;
	struct ctx *c = w->c;
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, &sql_lock_order,
			 DB_ARGS(p->order_id, c->viewer.id));

	if (e)
		return e;
	if (!db_next(rows))
		return ERR_NOT_FOUND;
	if (db_int(rows, 1) != ORDER_UNPAID || db_int(rows, 2) <= c->now)
		return ERR_CONFLICT;
	p->amount = db_int(rows, 0);
	e = find_open(w);
	if (e || w->is_found)
		return e;
	p->reference = secret_token(c->arena, REFERENCE_BYTES);
	return db_exec(c->db, NULL, &sql_insert,
		       DB_ARGS(p->reference, p->order_id, p->amount, c->now, c->now));
}

err payment_begin(struct ctx *c, int64_t order_id, struct payment *out)
{
	struct payment_work w = { .c = c, .payment.order_id = order_id };
	const struct cashier *cashier = cashier_of(c->config);
	err e;

	if (ctx_is_guest(c))
		return ERR_AUTH;
	if (!cashier)
		return ERR_UNAVAILABLE;
	e = db_transaction(c->db, begin_run, &w);
	if (!e)
		e = cashier->begin(c, &w.payment, &w.payment.page);
	if (!e)
		*out = w.payment;
	return e;
}

err payment_find(struct ctx *c, struct str reference, struct payment *out)
{
	struct db_rows *rows;
	err e;

	if (ctx_is_guest(c))
		return ERR_AUTH;
	if (!secret_is_token(reference, REFERENCE_LENGTH))
		return ERR_NOT_FOUND;
	e = db_query(c->db, c->arena, &rows, &sql_find, DB_ARGS(reference, c->viewer.id));
	if (e)
		return e;
	if (!db_next(rows))
		return ERR_NOT_FOUND;
	*out = read_payment(rows);
	return OK;
}

struct str payment_sign(struct ctx *c, const struct payment_call *call)
{
	struct buf text;

	buf_init(&text, c->arena, 128);
	buf_add(&text, call->reference);
	buf_add_char(&text, '|');
	buf_add_i64(&text, call->amount);
	buf_add_char(&text, '|');
	buf_add(&text, call->outcome);
	buf_add_char(&text, '|');
	buf_add_i64(&text, call->at);
	return secret_hmac_sha256(c->arena, c->config->pay.secret, buf_str(&text));
}

static err change(struct payment_work *w, enum payment_state to)
{
	struct ctx *c = w->c;

	return db_exec(c->db, NULL, &sql_change,
		       DB_ARGS((int)to, c->now, c->now, w->payment.reference));
}

static err pay_order(struct payment_work *w, bool *is_paid)
{
	int64_t changed = 0;
	err e = db_exec(w->c->db, &changed, &sql_order_paid,
			DB_ARGS(w->call->at, w->payment.order_id, w->call->at));

	*is_paid = changed > 0;
	return e;
}

/* Its time was up, and the closer has not come to it yet: it ends here, as it would have there. */
static err close_late(struct payment_work *w)
{
	struct ctx *c = w->c;
	struct db_rows *rows;
	int64_t changed = 0;
	err e = db_exec(c->db, &changed, &sql_order_late, DB_ARGS(c->now, w->payment.order_id));

	if (e || !changed)
		return e;
	e = db_query(c->db, c->arena, &rows, &sql_whose, DB_ARGS(w->payment.order_id));
	if (e)
		return e;
	return db_next(rows) ? sale_order_announce_closed(c, w->payment.order_id, db_int(rows, 0),
							  db_int(rows, 1))
			     : ERR_INTERNAL;
}

static err take_paid(struct payment_work *w)
{
	bool is_paid;
	err e;

	if (w->payment.state != PAYMENT_ASKED)
		return OK;
	e = pay_order(w, &is_paid);
	if (e)
		return e;
	if (is_paid)
		return change(w, PAYMENT_PAID);
	log_info("payment: order %lld was closed when it was paid, the money goes back",
		 (long long)w->payment.order_id);
	e = close_late(w);
	if (!e)
		e = db_exec(w->c->db, NULL, &sql_order_refunding,
			    DB_ARGS(w->call->at, w->payment.order_id));
	return e ? e : change(w, PAYMENT_REFUNDING);
}

static err take_refunded(struct payment_work *w)
{
	err e;

	if (w->payment.state == PAYMENT_REFUNDED)
		return OK;
	if (w->payment.state != PAYMENT_REFUNDING)
		return ERR_CONFLICT;
	e = db_exec(w->c->db, NULL, &sql_order_refunded, DB_ARGS(w->payment.order_id));
	return e ? e : change(w, PAYMENT_REFUNDED);
}

static err called_run(void *context)
{
	struct payment_work *w = context;
	struct ctx *c = w->c;
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, &sql_lock, DB_ARGS(w->call->reference));

	if (e)
		return e;
	if (!db_next(rows))
		return ERR_NOT_FOUND;
	w->payment = read_payment(rows);
	if (w->payment.amount != w->call->amount)
		return ERR_CONFLICT;
	if (str_is(w->call->outcome, STR("paid")))
		return take_paid(w);
	return str_is(w->call->outcome, STR("refunded")) ? take_refunded(w) : ERR_INVALID;
}

static bool is_signed(struct ctx *c, const struct payment_call *call)
{
	int64_t age;

	if (!secret_is_equal(payment_sign(c, call), call->signature))
		return false;
	/* Signed, so the number is the cashier's: far from an overflow. */
	age = c->now - call->at;
	return age <= PAYMENT_CALL_MS && age >= -PAYMENT_CALL_MS;
}

err payment_called(struct ctx *c, const struct payment_call *call)
{
	struct payment_work w = { .c = c, .call = call };
	err e;

	if (!is_signed(c, call)) {
		log_warn("payment: a call that is not the cashier's, or too old");
		return ERR_FORBIDDEN;
	}
	e = db_transaction(c->db, called_run, &w);
	if (e && e != ERR_UNAVAILABLE)
		log_error("ALARM payment: the cashier's call about " STR_FMT " is not believed: %s",
			  STR_ARG(call->reference), err_name(e));
	return e;
}
