/*
 * Tickets against orders. Redis is read in small steps (HSCAN, HMGET), as it serves the buyers
 * meanwhile; each step has its own arena, as a sale may have a million tickets.
 */
#include "domain/sale_check_tickets.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/num.h"
#include "domain/sale_gate.h"
#include "domain/sale_keys.h"

#define STEP 500
#define STEP_BYTES (256 * 1024)
#define AGAIN_MOST 200 /* doubtful orders that are looked at a second time */
#define AGAIN_AFTER_MS 1000

/* Of these pairs [order, buyer] so many are orders of the sale. */
static const struct db_sql sql_known =
	SQL("SELECT COUNT(*) FROM JSON_TABLE(?, '$[*]' COLUMNS (id BIGINT PATH '$[0]',"
	    " buyer BIGINT PATH '$[1]')) j STRAIGHT_JOIN sale_order o FORCE INDEX (PRIMARY)"
	    " ON o.order_id = j.id WHERE o.user_id = j.buyer AND o.sale_id = ?");

static const struct db_sql sql_orders =
	SQL("SELECT user_id, order_id FROM sale_order WHERE sale_id = ? AND user_id > ?"
	    " ORDER BY user_id LIMIT ?");

/* KEYS: ticket. ARGV: buyer, order, buyer, order. A ticket that waits is `orders`' to end; a sale
 * that is not loaded is loaded as a whole. Gives how many were put. */
static const struct cache_script script_put =
	CACHE_SCRIPT("if redis.call('HEXISTS', KEYS[1], '0') == 0 then return 0 end\n"
		     "local put = 0\n"
		     "for i = 1, #ARGV, 2 do\n"
		     "  local ticket = redis.call('HGET', KEYS[1], ARGV[i])\n"
		     "  if ticket ~= ARGV[i + 1] and string.byte(ticket or '-') ~= 113 then\n"
		     "    redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1])\n"
		     "    put = put + 1\n"
		     "  end\n"
		     "end\n"
		     "return put");

struct look {
	struct ctx *c;
	struct arena *step;
	struct str key;
	int64_t sale_id, stuck_upto, ends_at;
	struct sale_report *report;
	struct sale_tickets_seen seen;
	struct {
		int64_t users[AGAIN_MOST], orders[AGAIN_MOST];
		size_t count;
	} again;
};

static bool has_time(const struct look *l)
{
	return clock_ticks() < l->ends_at;
}

/* The next piece of work: what Redis and MariaDB answered to the last is gone. */
static void next_step(struct look *l)
{
	arena_reset(l->step);
	cache_start_request(l->c->cache, l->step);
}

/* The number of a ticket that waits. */
static bool is_queued(struct str ticket, int64_t *no)
{
	return str_starts(ticket, STR("q")) &&
	       num_parse_i64(str_slice(ticket, 1, ticket.n), 1, INT64_MAX, no);
}

static bool is_refused(struct str ticket)
{
	struct str word = str_slice(ticket, 1, ticket.n);
	int i;

	for (i = SALE_REFUSED_SOLD_OUT; i <= SALE_REFUSED_AWAY; i++) {
		if (str_starts(ticket, STR("-")) &&
		    str_is(word, sale_refusal_word((enum sale_refusal)i)))
			return true;
	}
	return false;
}

static void look_at_queued(struct look *l, int64_t no)
{
	l->report->queued++;
	l->report->stuck += no <= l->stuck_upto;
	l->seen.newest = no > l->seen.newest ? no : l->seen.newest;
}

static err count_unknown(struct look *l, struct str pairs, int64_t count)
{
	struct db_rows *rows;
	err e = db_query(l->c->db, l->step, &rows, &sql_known, DB_ARGS(pairs, l->sale_id));

	if (!e && db_next(rows))
		l->report->unknown += count - db_int(rows, 0);
	return e;
}

/* Field and value in turn: buyer, ticket. */
static err look_at_tickets(struct look *l, const struct cache_reply *items)
{
	struct buf pairs;
	int64_t count = 0, buyer, order, no;
	size_t i;

	buf_init(&pairs, l->step, STEP * 48);
	for (i = 0; i + 1 < cache_items(items); i += 2) {
		struct str who = cache_text(cache_item(items, i));
		struct str ticket = cache_text(cache_item(items, i + 1));

		if (str_is(who, STR("0"))) /* which only makes the key exist */
			continue;
		if (!num_parse_id(who, &buyer))
			l->report->unknown++;
		else if (is_queued(ticket, &no))
			look_at_queued(l, no);
		else if (num_parse_id(ticket, &order))
			buf_addf(&pairs, "%s[%lld,%lld]", count++ ? "," : "[", (long long)order,
				 (long long)buyer);
		else
			l->report->unknown += !is_refused(ticket);
	}
	if (!count)
		return OK;
	buf_add_char(&pairs, ']');
	return count_unknown(l, buf_str(&pairs), count);
}

static err scan_tickets(struct look *l)
{
	struct cache_reply *reply;
	char cursor[24] = "0";
	err e;

	do {
		next_step(l);
		e = cache_run(l->c->cache, &reply,
			      CACHE_ARGS(STR("HSCAN"), l->key, str_from_c(cursor), STR("COUNT"),
					 STEP));
		if (e || cache_items(reply) != 2)
			return e ? e : ERR_UNAVAILABLE;
		(void)snprintf(cursor, sizeof(cursor), STR_FMT,
			       STR_ARG(cache_text(cache_item(reply, 0))));
		e = look_at_tickets(l, cache_item(reply, 1));
	} while (!e && strcmp(cursor, "0") != 0 && has_time(l));
	l->report->is_partial = strcmp(cursor, "0") != 0;
	l->seen.waiting = l->report->queued;
	return e;
}

static bool is_ticket_of(const struct cache_reply *ticket, int64_t order)
{
	int64_t found;

	return num_parse_id(cache_text(ticket), &found) && found == order;
}

/* The tickets of so many buyers, in one command. */
static err read_tickets(struct look *l, const int64_t *users, size_t count,
			struct cache_reply **out)
{
	struct cache_arg args[STEP + 2];
	size_t i;
	err e;

	args[0] = cache_arg_text(STR("HMGET"));
	args[1] = cache_arg_text(l->key);
	for (i = 0; i < count; i++)
		args[i + 2] = cache_arg_int(users[i]);
	e = cache_run(l->c->cache, out, (struct cache_args){ args, count + 2 });
	return e ? e : cache_items(*out) == count ? OK : ERR_UNAVAILABLE;
}

static void doubt(struct look *l, int64_t user, int64_t order)
{
	if (l->again.count < AGAIN_MOST) {
		l->again.users[l->again.count] = user;
		l->again.orders[l->again.count++] = order;
	} else {
		l->report->lost++;
	}
}

/* One step over the orders. *after becomes the last buyer; unchanged: that was all. */
static err look_at_orders(struct look *l, int64_t *after)
{
	int64_t users[STEP], orders[STEP];
	struct cache_reply *tickets;
	struct db_rows *rows;
	size_t i, n = 0;
	err e = db_query(l->c->db, l->step, &rows, &sql_orders, DB_ARGS(l->sale_id, *after, STEP));

	if (e)
		return e;
	for (; n < STEP && db_next(rows); n++) {
		users[n] = db_int(rows, 0);
		orders[n] = db_int(rows, 1);
	}
	if (!n)
		return OK;
	e = read_tickets(l, users, n, &tickets);
	for (i = 0; !e && i < n; i++)
		if (!is_ticket_of(cache_item(tickets, i), orders[i]))
			doubt(l, users[i], orders[i]);
	*after = users[n - 1];
	return e;
}

static err scan_orders(struct look *l)
{
	int64_t after = 0, before = -1;
	err e = OK;

	while (!e && after > before && has_time(l)) {
		before = after;
		next_step(l);
		e = look_at_orders(l, &after);
	}
	l->report->is_partial = l->report->is_partial || after > before;
	return e;
}

/* An order never goes, so its ticket can only be this one. */
static err put_tickets(struct look *l)
{
	struct cache_arg args[2 * AGAIN_MOST + 1];
	struct cache_reply *reply;
	size_t i, n = 0;
	err e;

	args[n++] = cache_arg_text(l->key);
	for (i = 0; i < l->again.count; i++) {
		args[n++] = cache_arg_int(l->again.users[i]);
		args[n++] = cache_arg_int(l->again.orders[i]);
	}
	e = cache_run_script(l->c->cache, &reply, &script_put, 1, (struct cache_args){ args, n });
	if (!e)
		l->report->mended = cache_int(reply);
	return e;
}

/* Tickets are written after the orders were committed: a moment later there is no excuse. */
static err look_again(struct look *l)
{
	struct cache_reply *tickets;
	size_t i;
	err e;

	if (!l->again.count)
		return OK;
	clock_sleep(AGAIN_AFTER_MS);
	next_step(l);
	e = read_tickets(l, l->again.users, l->again.count, &tickets);
	for (i = 0; !e && i < l->again.count; i++)
		l->report->lost += !is_ticket_of(cache_item(tickets, i), l->again.orders[i]);
	return e || !l->report->lost ? e : put_tickets(l);
}

static struct look begin(struct ctx *c, int64_t sale_id, int64_t ends_at, struct sale_report *r)
{
	return (struct look){ .c = c,
			      .step = arena_new(STEP_BYTES),
			      .key = sale_ticket_key(c->arena, sale_id),
			      .sale_id = sale_id,
			      .ends_at = ends_at,
			      .report = r };
}

static void end(struct look *l, struct sale_tickets_seen *seen)
{
	*seen = l->seen;
	cache_start_request(l->c->cache, l->c->arena);
	arena_free(l->step);
}

err sale_check_tickets(struct ctx *c, int64_t sale_id, int64_t stuck_upto, int64_t ends_at,
		       struct sale_report *r, struct sale_tickets_seen *seen)
{
	struct look l = begin(c, sale_id, ends_at, r);
	err e;

	l.stuck_upto = stuck_upto;
	e = scan_tickets(&l);
	if (!e)
		e = scan_orders(&l);
	if (!e)
		e = look_again(&l);
	end(&l, seen);
	return e;
}

err sale_check_waiting(struct ctx *c, int64_t sale_id, int64_t ends_at, struct sale_report *r,
		       struct sale_tickets_seen *seen)
{
	struct look l = begin(c, sale_id, ends_at, r);
	err e = scan_tickets(&l);

	end(&l, seen);
	return e;
}
