/*
 * Settling: requests whose messages were lost are written, the stock becomes what it should be, and
 * a sale that Redis lost is loaded again.
 */
#include "domain/sale_settle.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/id.h"
#include "base/log.h"
#include "base/sabotage.h"
#include "domain/sale_batch.h"
#include "domain/sale_keys.h"

static const struct db_sql sql_settled = SQL("UPDATE sale SET settled_no = ? WHERE sale_id = ?");

/* The states of an order that ended (enum order_state). By the index (sale_id, is_returned, state).
 */
static const struct db_sql sql_return =
	SQL("UPDATE sale_order FORCE INDEX (held) SET is_returned = 1"
	    " WHERE sale_id = ? AND is_returned = 0 AND state IN (2, 3, 4, 5)");

static const struct db_sql sql_raise =
	SQL("UPDATE sale SET stock = stock + ?, change_no = change_no + 1 WHERE sale_id = ?");

/* KEYS: sale, stock, ticket. ARGV: starts, ends, units, closed, tickets answered (-1: as it says).
 */
static const struct cache_script script_facts = CACHE_SCRIPT(
	"if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end\n"
	"redis.call('HSET', KEYS[1], 'starts', ARGV[1], 'ends', ARGV[2], 'units', ARGV[3])\n"
	"if ARGV[4] == '1' then redis.call('HSET', KEYS[1], 'closed', '1') end\n"
	"if ARGV[5] ~= '-1' then redis.call('HSET', KEYS[1], 'answered', ARGV[5]) end\n"
	"local expires = math.floor(ARGV[2] / 1000) + 604800\n"
	"redis.call('EXPIREAT', KEYS[1], expires)\n"
	"redis.call('EXPIREAT', KEYS[3], expires)\n"
	"return 1");

/* KEYS: sale. ARGV: published, change_no. */
static const struct cache_script script_put_right = CACHE_SCRIPT(
	"local change = redis.call('HGET', KEYS[1], 'change')\n"
	"if not change then return 0 end\n"
	"if ARGV[1] == '1' then redis.call('HDEL', KEYS[1], 'closed') end\n"
	"if change + 0 > ARGV[2] + 0 then redis.call('HSET', KEYS[1], 'change', ARGV[2]) end\n"
	"return 1");

struct settling {
	struct ctx *c;
	int64_t sale_id, upto;
	struct sale_in_redis there;
	struct sale_locked sale;
};

/* The first number of a loading that begins now, or later: above all that were ever given. */
static int64_t next_base(const struct settling *s)
{
	int64_t last =
		s->sale.settled_no > s->there.last_no ? s->sale.settled_no : s->there.last_no;
	int64_t seconds = (clock_now() - ID_EPOCH) / CLOCK_SECOND;
	int64_t next = (last >> SALE_NUMBER_BITS) + 1;

	return (seconds > next ? seconds : next) << SALE_NUMBER_BITS;
}

/* Units of orders that ended, and whose message came to nothing. The sale is locked. */
static err return_units(struct settling *s)
{
	struct ctx *c = s->c;
	int64_t returned = 0;
	err e = db_exec(c->db, &returned, &sql_return, DB_ARGS(s->sale_id));

	if (e || !returned)
		return e;
	log_warn("sale %lld: %lld units come back late", (long long)s->sale_id,
		 (long long)returned);
	s->sale.stock += returned;
	s->sale.change_no++;
	return db_exec(c->db, NULL, &sql_raise, DB_ARGS(returned, s->sale_id));
}

/*
 * What Redis may only have after SQL: that the sale is closed, and the number of a change. While
 * its row is locked nobody closes it or changes the stock, so what is ahead of the row is wrong.
 */
static err put_right(struct settling *s)
{
	struct ctx *c = s->c;
	struct cache_reply *reply;
	err e;

	if (!s->there.is_loaded)
		return OK;
	e = cache_run_script(c->cache, &reply, &script_put_right, 1,
			     CACHE_ARGS(sale_key(c->arena, s->sale_id),
					s->sale.state == SALE_PUBLISHED ? 1 : 0,
					s->sale.change_no));
	return e ? e : cache_is_nil(reply) ? ERR_UNAVAILABLE : OK;
}

/* From here on no late message of those numbers makes an order. */
static err settle_numbers(void *context)
{
	struct settling *s = context;
	struct ctx *c = s->c;
	int64_t upto;
	err e = sale_lock(c, s->sale_id, &s->sale);

	if (!e)
		e = return_units(s);
	if (!e)
		e = put_right(s);
	if (e)
		return e;
	upto = s->there.is_loaded ? s->upto : next_base(s);
	if (upto <= s->sale.settled_no)
		return OK;
	s->sale.settled_no = upto;
	return db_exec(c->db, NULL, &sql_settled, DB_ARGS(upto, s->sale_id));
}

static int compare_numbers(const void *left, const void *right)
{
	const struct sale_request *a = left, *b = right;

	return (a->no > b->no) - (a->no < b->no);
}

/* An instant at which the gate was open: it has let them in. */
static int64_t time_of_requests(const struct settling *s)
{
	int64_t now = s->c->now;

	if (now >= s->sale.ends_at)
		return s->sale.ends_at - 1;
	return now < s->sale.starts_at ? s->sale.starts_at : now;
}

/*
 * A ticket that waits is all that is left of a request whose message was lost: it is written now,
 * in the order of the numbers, and a message that turns up after all changes nothing. *answered:
 * all that were taken, less those that go on waiting.
 */
static err write_waiting(struct settling *s, int64_t *answered)
{
	struct sale_requests requests = { 0 };
	struct sale_waiting waiting;
	size_t i;
	err e = sale_waiting_find(s->c, s->sale_id,
				  s->there.is_loaded ? s->there.last_no : INT64_MAX, &waiting);

	if (e)
		return e;
	requests.items = ARENA_ARRAY(s->c->arena, struct sale_request, waiting.count + 1);
	for (i = 0; i < waiting.count; i++) {
		const struct sale_decision *d = &waiting.items[i];

		if (!s->there.is_loaded || d->no <= s->upto || d->no <= s->sale.settled_no)
			requests.items[requests.count++] = (struct sale_request){
				.no = d->no, .user_id = d->user_id, .at = time_of_requests(s)
			};
	}
	if (requests.count)
		log_warn("sale %lld: the messages of %zu requests were lost", (long long)s->sale_id,
			 requests.count);
	*answered = s->there.taken - (int64_t)(waiting.count - requests.count);
	qsort(requests.items, requests.count, sizeof(*requests.items), compare_numbers);
	return sale_requests_write(s->c, s->sale_id, &requests);
}

static err mend(struct settling *s, int64_t answered)
{
	const struct sale_locked *sale = &s->sale;
	struct ctx *c = s->c;

	cache_want_script(c->cache, &script_facts, 3,
			  CACHE_ARGS(sale_key(c->arena, sale->id),
				     sale_stock_key(c->arena, sale->id),
				     sale_ticket_key(c->arena, sale->id), sale->starts_at,
				     sale->ends_at, sale->units, sale->state == SALE_CLOSED ? 1 : 0,
				     answered));
	return sale_tickets_apply(c, sale, NULL, 0, 0);
}

static err look_at_sale(void *context)
{
	struct settling *s = context;

	return sale_lock(s->c, s->sale_id, &s->sale);
}

/* The requests first: once their numbers are settled they would be refused. */
static err settle_waiting(struct settling *s, int64_t *answered)
{
	err e = db_transaction(s->c->db, look_at_sale, s);

	if (s->upto > s->there.last_no)
		s->upto = s->there.last_no;
	return e ? e : write_waiting(s, answered);
}

/* A draft is not loaded yet, one that is over no more, nor one whose tickets are kept no longer. */
static bool is_to_load(const struct settling *s)
{
	return (s->sale.state == SALE_PUBLISHED || s->sale.state == SALE_CLOSED) &&
	       s->sale.ends_at + SALE_KEEP_MS > s->c->now;
}

/* Tickets that were left when another part of the sale was lost are as good as any; and when all
 * seem answered, those that wait tell whether that is so. */
static bool has_work(const struct settling *s)
{
	if (SABOTAGED("settle-waiting"))
		return false;
	return s->there.is_loaded || s->there.has_tickets;
}

err sale_settle(struct ctx *c, int64_t sale_id, int64_t upto)
{
	struct settling s = { .c = c, .sale_id = sale_id, .upto = upto };
	int64_t answered = -1;
	err e = sale_in_redis_read(c, sale_id, &s.there);

	if (!e && has_work(&s))
		e = settle_waiting(&s, &answered);
	if (!e)
		e = db_transaction(c->db, settle_numbers, &s);
	if (e)
		return e;
	if (s.there.is_loaded)
		return mend(&s, answered);
	if (!is_to_load(&s))
		return OK;
	log_info("sale %lld: loading, %lld units are left", (long long)sale_id,
		 (long long)s.sale.stock);
	return sale_load(c, &s.sale, &s.there);
}
