/* Refunds on their way to the cashier: asked for until it says that the money went back. */
#include "base/clock.h"
#include "base/log.h"
#include "domain/cashier.h"

static const struct db_sql sql_due =
	SQL("SELECT reference, order_id, CAST(amount * 100 AS SIGNED), attempts, next_try_at"
	    " FROM payment WHERE state = 2 AND next_try_at <= ? ORDER BY next_try_at LIMIT ?");

/* Who finds the row as it was read has it for himself until the time he sets. */
static const struct db_sql sql_claim =
	SQL("UPDATE payment SET attempts = attempts + 1, next_try_at = ?"
	    " WHERE reference = ? AND state = 2 AND next_try_at = ?");

struct due {
	struct payment payment;
	int64_t attempts, next_try_at;
};

static int64_t wait_after(int64_t attempts)
{
	int64_t wait = PAYMENT_REFUND_AGAIN_MS * (attempts + 1);

	return wait < CLOCK_HOUR ? wait : CLOCK_HOUR;
}

static err hand_over(struct ctx *c, const struct cashier *cashier, const struct due *d,
		     bool *is_mine)
{
	int64_t changed = 0;
	err e = db_exec(c->db, &changed, &sql_claim,
			DB_ARGS(c->now + wait_after(d->attempts), d->payment.reference,
				d->next_try_at));

	*is_mine = changed > 0;
	if (e || !changed)
		return e;
	if (d->attempts + 1 >= PAYMENT_REFUND_ATTEMPTS)
		log_error("ALARM payment: the refund of order %lld was asked for %lld times",
			  (long long)d->payment.order_id, (long long)d->attempts + 1);
	/* What it refuses now is asked for again; the others need not wait for it. */
	e = cashier->refund(c, &d->payment);
	if (e)
		log_warn("payment: the cashier does not take the refund of order %lld: %s",
			 (long long)d->payment.order_id, err_name(e));
	return OK;
}

err payment_refund(struct ctx *c, int limit, int64_t *handed)
{
	const struct cashier *cashier = cashier_of(c->config);
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, &sql_due, DB_ARGS(c->now, limit));

	*handed = 0;
	/* A site whose cashier was taken away still owes the money. */
	if (!e && !cashier && db_count(rows))
		log_error("ALARM payment: refunds are due, and there is no cashier to take them");
	if (!cashier)
		return e;
	while (!e && db_next(rows)) {
		struct due d = { { .reference = db_str(rows, 0),
				   .order_id = db_int(rows, 1),
				   .amount = db_int(rows, 2),
				   .state = PAYMENT_REFUNDING },
				 db_int(rows, 3),
				 db_int(rows, 4) };
		bool is_mine = false;

		e = hand_over(c, cashier, &d, &is_mine);
		*handed += is_mine;
	}
	return e;
}
