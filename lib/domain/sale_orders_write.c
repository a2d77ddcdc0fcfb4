/*
 * Requests become orders, batch by batch: one transaction, then one script, which Redis runs while
 * SQL writes the next batch. The row of the sale is locked first, so that nobody else decides
 * meanwhile; UNIQUE (sale_id, user_id) and the guarded decrement hold even if somebody did.
 */
#include "domain/sale_batch.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/sabotage.h"

#define AT_ONCE 512 /* requests in a transaction: others get the sale's row in between */

/* The gate has asked Redis's clock a moment before the entry got its time. */
#define TIME_OFF_MS 1000

static const struct db_sql sql_existing = SQL(
	"SELECT o.user_id, o.order_id, o.request_no"
	" FROM JSON_TABLE(?, '$[*]' COLUMNS (id BIGINT PATH '$')) j"
	" STRAIGHT_JOIN sale_order o FORCE INDEX (buyer) ON o.sale_id = ? AND o.user_id = j.id");

static const struct db_sql sql_take =
	SQL("UPDATE sale SET stock = stock - ?, change_no = change_no + 1"
	    " WHERE sale_id = ? AND stock >= ?");

static const struct db_sql sql_insert =
	SQL("INSERT INTO sale_order (order_id, sale_id, user_id, goods_id, goods_name, request_no,"
	    " price, created_at, expires_at) SELECT j.id, ?, j.user, ?, ?, j.no, ?, ?, ?"
	    " FROM JSON_TABLE(?, '$[*]' COLUMNS (id BIGINT PATH '$[0]', user BIGINT PATH '$[1]',"
	    " no BIGINT PATH '$[2]')) j");

static const struct db_sql sql_refused = SQL("UPDATE sale SET has_refused = 1 WHERE sale_id = ?");

/* A buyer of the batch: the first request that counts, or the order there is. */
struct buyer {
	struct sale_decision decision;
	int64_t order_no; /* of an order that was there before: its request's number */
	bool is_made;     /* the order is made by this batch */
	bool is_refused;  /* and was told so */
};

struct batch {
	struct ctx *c;
	int64_t sale_id;
	const struct sale_requests *requests;
	struct sale_locked sale;
	struct buyer *buyers;
	size_t buyer_count;
	uint32_t *slots; /* a hash table of places in buyers, plus one */
	size_t slot_mask;
	struct sale_decision *decisions;
	int64_t made;
	bool is_read; /* the orders there are; before, nobody is taken to have one */
};

static struct buyer *find_buyer(struct batch *b, int64_t user_id)
{
	size_t at = ((uint64_t)user_id * UINT64_C(0x9E3779B97F4A7C15) >> 32) & b->slot_mask;

	while (b->slots[at] && b->buyers[b->slots[at] - 1].decision.user_id != user_id)
		at = (at + 1) & b->slot_mask;
	if (!b->slots[at]) {
		b->buyers[b->buyer_count++].decision.user_id = user_id;
		b->slots[at] = (uint32_t)b->buyer_count;
	}
	return &b->buyers[b->slots[at] - 1];
}

/* At most half full, so that a search ends soon, and always. */
static void gather_buyers(struct batch *b)
{
	size_t i, room = 4;

	while (room < 2 * b->requests->count + 2)
		room *= 2;
	b->slots = ARENA_ARRAY(b->c->arena, uint32_t, room);
	b->slot_mask = room - 1;
	b->buyers = ARENA_ARRAY(b->c->arena, struct buyer, b->requests->count + 1);
	b->buyer_count = 0;
	b->made = 0;
	for (i = 0; i < b->requests->count; i++)
		(void)find_buyer(b, b->requests->items[i].user_id);
}

static err read_existing(struct batch *b)
{
	struct ctx *c = b->c;
	struct db_rows *rows;
	struct buf ids;
	size_t i;
	err e;

	if (SABOTAGED("sql-existing") || SABOTAGED("sql-unique"))
		return OK;
	buf_init(&ids, c->arena, 21 * (b->buyer_count + 1));
	for (i = 0; i < b->buyer_count; i++) {
		buf_add_char(&ids, i ? ',' : '[');
		buf_add_i64(&ids, b->buyers[i].decision.user_id);
	}
	buf_add_char(&ids, ']');
	e = db_query(c->db, c->arena, &rows, &sql_existing, DB_ARGS(buf_str(&ids), b->sale_id));
	if (e)
		return e;
	while (db_next(rows)) {
		struct buyer *buyer = find_buyer(b, db_int(rows, 0));

		buyer->decision.order_id = db_int(rows, 1);
		buyer->order_no = db_int(rows, 2);
	}
	return OK;
}

/*
 * A request may come again when units have come back: who was told that there are none gets none.
 * As a rule nobody was, because the gate lets in no more than there are units.
 */
static err read_refused(struct batch *b)
{
	struct ctx *c = b->c;
	int64_t *users = ARENA_ARRAY(c->arena, int64_t, b->buyer_count + 1);
	bool *is_refused = ARENA_ARRAY(c->arena, bool, b->buyer_count + 1);
	size_t i;
	err e;

	if (!b->sale.has_refused)
		return OK;
	for (i = 0; i < b->buyer_count; i++)
		users[i] = b->buyers[i].decision.user_id;
	e = sale_tickets_find_refused(c, b->sale_id, users, b->buyer_count, is_refused);
	for (i = 0; !e && i < b->buyer_count; i++)
		b->buyers[i].is_refused = is_refused[i];
	return e;
}

/* No order yet. */
static enum sale_refusal judge(const struct batch *b, const struct sale_request *request)
{
	if (request->no <= b->sale.settled_no && !SABOTAGED("settled"))
		return SALE_REFUSED_LOST;
	if (request->at + TIME_OFF_MS < b->sale.starts_at)
		return SALE_REFUSED_EARLY;
	if (request->at >= b->sale.ends_at + TIME_OFF_MS || b->sale.state == SALE_DRAFT ||
	    b->sale.state == SALE_OVER)
		return SALE_REFUSED_LATE;
	return b->made < b->sale.stock || SABOTAGED("sql-stock") ? SALE_NO_REFUSAL
								 : SALE_REFUSED_SOLD_OUT;
}

/*
 * Who has an order, of this request or another, is told which. Of several requests of a buyer the
 * newest is the one whose number the ticket has; an older one that was refused does not stand in
 * its way.
 */
static err decide(struct batch *b, const struct sale_request *request)
{
	struct buyer *buyer = find_buyer(b, request->user_id);
	struct sale_decision *d = &buyer->decision;

	if (request->no > d->no)
		d->no = request->no;
	if (d->order_id)
		return OK;
	d->refusal = buyer->is_refused ? SALE_REFUSED_SOLD_OUT : judge(b, request);
	if (d->refusal != SALE_NO_REFUSAL)
		return OK;
	buyer->is_made = true;
	buyer->order_no = request->no;
	b->made++;
	return ctx_new_id(b->c, &d->order_id);
}

static err insert(struct batch *b)
{
	struct ctx *c = b->c;
	const struct sale_locked *sale = &b->sale;
	struct buf rows;
	size_t i;

	buf_init(&rows, c->arena, 64 * ((size_t)b->made + 1));
	for (i = 0; i < b->buyer_count; i++) {
		const struct buyer *buyer = &b->buyers[i];

		if (!buyer->is_made)
			continue;
		buf_add_char(&rows, rows.n ? ',' : '[');
		buf_add_char(&rows, '[');
		buf_add_i64(&rows, buyer->decision.order_id);
		buf_add_char(&rows, ',');
		buf_add_i64(&rows, buyer->decision.user_id);
		buf_add_char(&rows, ',');
		buf_add_i64(&rows, buyer->order_no);
		buf_add_char(&rows, ']');
	}
	buf_add_char(&rows, ']');
	return db_exec(c->db, NULL, &sql_insert,
		       DB_ARGS(sale->id, sale->goods_id, sale->goods_name, sale->price, c->now,
			       c->now + sale->pay_seconds * 1000, buf_str(&rows)));
}

/* The guard of SQL alone: whatever was decided above, the stock does not fall below nothing. */
static err take(struct batch *b)
{
	int64_t changed;
	err e = db_exec(b->c->db, &changed, &sql_take, DB_ARGS(b->made, b->sale_id, b->made));

	if (!e && changed != 1) {
		log_error("sale %lld: the stock changed under its lock", (long long)b->sale_id);
		e = ERR_UNAVAILABLE;
	}
	b->sale.stock -= b->made;
	b->sale.change_no++;
	return e ? e : insert(b);
}

static err decide_all(struct batch *b)
{
	size_t i;
	err e = OK;

	for (i = 0; !e && i < b->requests->count; i++)
		e = decide(b, &b->requests->items[i]);
	return e;
}

static err note_refused(struct batch *b)
{
	size_t i = 0;

	while (i < b->buyer_count && (b->buyers[i].decision.order_id ||
				      b->buyers[i].decision.refusal != SALE_REFUSED_SOLD_OUT))
		i++;
	if (i == b->buyer_count || b->sale.has_refused)
		return OK;
	return db_exec(b->c->db, NULL, &sql_refused, DB_ARGS(b->sale_id));
}

/*
 * As a rule everybody gets an order and nobody had one: then UNIQUE says so, and it need not be
 * asked before. Where somebody is refused, or UNIQUE says no (ERR_CONFLICT: write again), it is.
 */
static err write(void *context)
{
	struct batch *b = context;
	err e = sale_lock(b->c, b->sale_id, &b->sale);

	gather_buyers(b);
	b->is_read = b->is_read || b->sale.has_refused;
	if (!e && !b->is_read)
		e = decide_all(b);
	if (!e && !b->is_read && b->made < (int64_t)b->buyer_count) {
		b->is_read = true;
		gather_buyers(b);
	}
	if (!e && b->is_read) {
		e = read_existing(b);
		if (!e)
			e = read_refused(b);
		if (!e)
			e = decide_all(b);
		if (!e)
			e = note_refused(b);
	}
	return e || !b->made ? e : take(b);
}

static int64_t list_decisions(struct batch *b)
{
	int64_t done = 0;
	size_t i;

	b->decisions = ARENA_ARRAY(b->c->arena, struct sale_decision, b->buyer_count + 1);
	for (i = 0; i < b->buyer_count; i++) {
		b->decisions[i] = b->buyers[i].decision;
		done = done > b->decisions[i].no ? done : b->decisions[i].no;
	}
	return done;
}

/* The tickets of the batch before have arrived when those of this one are sent. */
static err write_batch(struct ctx *c, int64_t sale_id, const struct sale_requests *requests,
		       struct sale_telling *sent)
{
	struct batch b = { .c = c, .sale_id = sale_id, .requests = requests };
	int64_t done;
	err e = db_transaction(c->db, write, &b);

	if (e == ERR_CONFLICT && !b.is_read) {
		b.is_read = true;
		e = db_transaction(c->db, write, &b);
	}
	/* Somebody wrote an order of a buyer without the lock: seen by the next try. */
	if (e == ERR_CONFLICT)
		e = ERR_UNAVAILABLE;
	if (!e)
		e = sale_tickets_wait(c, sent);
	if (e)
		return e;
	done = list_decisions(&b);
	sale_tickets_send(c, sent, &b.sale, b.decisions, b.buyer_count, done);
	return OK;
}

err sale_requests_write(struct ctx *c, int64_t sale_id, const struct sale_requests *requests)
{
	struct sale_telling sent = { 0 };
	struct sale_requests some;
	size_t i;
	err written = OK, told;

	for (i = 0; !written && i < requests->count; i += some.count) {
		some.items = requests->items + i;
		some.count = requests->count - i < AT_ONCE ? requests->count - i : AT_ONCE;
		written = write_batch(c, sale_id, &some, &sent);
	}
	told = sale_tickets_wait(c, &sent);
	return written ? written : told;
}
