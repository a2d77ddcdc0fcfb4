/* Pressing the button, and how the request stands. */
#include "domain/sale_gate.h"

#include "base/clock.h"
#include "base/num.h"
#include "base/sabotage.h"
#include "domain/sale_keys.h"
#include "domain/sale_press.h"

#define REMEMBER_MS 1000 /* that it was sold out */
#define COUNT_EVERY_MS 250
#define WAIT_LEAST_MS 200
#define WAIT_MOST_MS 5000
#define WAIT_AWAY_MS 1000
#define ORDERS_A_MS 10 /* that `orders` writes, about */

/* What the script answers first, when it is no enum sale_refusal. */
#define ANSWER_TICKET 0

/*
 * KEYS: sale, stock, ticket, stream, rate. ARGV: user, requests to count (0: none). Every check
 * comes before the first write, or is it: HSETNX writes the ticket of who has none. That tickets
 * were lost is found out next, a stock or a stream that is none by DECR and XADD themselves, and
 * what was written is taken back: the gate is closed until the sale is loaded again. Counting is
 * for the statistics only, and stops nobody. Numbers are made text by hand, as Lua's own way keeps
 * 14 digits. Gives {answer, ticket or base, done}.
 */
static const struct cache_script script_press = CACHE_SCRIPT(
	"local call = redis.call\n"
	"local s = call('HMGET', KEYS[1], 'starts', 'ends', 'closed', 'base', 'done', 'taken')\n"
	"local starts, ends, base, taken = tonumber(s[1]), tonumber(s[2]), tonumber(s[4]),"
	" tonumber(s[6])\n"
	"if not (starts and ends and base and taken) then return {7} end\n"
	"local user, time = ARGV[1], call('TIME')\n"
	"if ARGV[2] ~= '0' then\n"
	"  redis.pcall('HINCRBY', KEYS[1], 'asked', ARGV[2])\n"
	"  if redis.pcall('HINCRBY', KEYS[5], time[1], ARGV[2]) == tonumber(ARGV[2]) then\n"
	"    call('EXPIREAT', KEYS[5], math.floor(ends / 1000) + 604800)\n"
	"    if call('HLEN', KEYS[5]) > 256 then\n"
	"      for _, second in ipairs(call('HKEYS', KEYS[5])) do\n"
	"        if second + 128 < time[1] + 0 then call('HDEL', KEYS[5], second) end\n"
	"      end\n"
	"    end\n"
	"  end\n"
	"end\n"
	"local now, refusal = time[1] * 1000 + time[2] / 1000\n"
	"if s[3] or now >= ends then refusal = 3\n"
	"elseif now < starts then refusal = 2\n"
	"else\n"
	"  local stock = tonumber(call('GET', KEYS[2]))\n"
	"  if not stock then refusal = 7 elseif stock <= 0 then refusal = 1 end\n"
	"end\n"
	"if refusal then\n"
	"  local tickets = call('HMGET', KEYS[3], user, '0')\n"
	"  if tickets[1] then return {0, tickets[1], s[5]} end\n"
	"  if not tickets[2] then return {7} end\n"
	"  return {refusal, s[4]}\n"
	"end\n"
	"local no = string.format('%.0f', base + taken + 1)\n"
	"if call('HSETNX', KEYS[3], user, 'q' .. no) == 0 then\n"
	"  return {0, call('HGET', KEYS[3], user), s[5]}\n"
	"end\n"
	"local left, entry = call('HEXISTS', KEYS[3], '0') == 1 and redis.pcall('DECR', KEYS[2])\n"
	"if type(left) == 'number' then\n"
	"  entry = redis.pcall('XADD', KEYS[4], '*', 'user', user, 'no', no)\n"
	"end\n"
	"if type(entry) ~= 'string' then\n"
	"  if type(left) == 'number' then call('INCR', KEYS[2]) end\n"
	"  call('HDEL', KEYS[3], user)\n"
	"  return {7}\n"
	"end\n"
	"if call('HINCRBY', KEYS[1], 'taken', 1) == 1 then\n"
	"  call('EXPIREAT', KEYS[4], math.floor(ends / 1000) + 604800)\n"
	"end\n"
	"return {0, 'q' .. no, s[5]}");

_Static_assert(SALE_REFUSED_SOLD_OUT == 1 && SALE_REFUSED_EARLY == 2 && SALE_REFUSED_LATE == 3 &&
		       SALE_REFUSED_AWAY == 7,
	       "script_press answers with these numbers");
_Static_assert(SALE_KEEP_MS == INT64_C(604800) * 1000, "script_press keeps keys for so long");

static const struct db_sql sql_order = SQL("SELECT order_id FROM sale_order"
					   " WHERE sale_id = ? AND user_id = ?");

static const struct db_sql sql_sale = SQL("SELECT state, ends_at FROM sale WHERE sale_id = ?");

/* These words are in tickets and in what others read: they never change. */
static const struct str words[] = {
	[SALE_NO_REFUSAL] = STR_INIT(""),
	[SALE_REFUSED_SOLD_OUT] = STR_INIT("sold-out"),
	[SALE_REFUSED_EARLY] = STR_INIT("early"),
	[SALE_REFUSED_LATE] = STR_INIT("late"),
	[SALE_REFUSED_LOST] = STR_INIT("lost"),
	[SALE_REFUSED_DUPLICATE] = STR_INIT("duplicate"),
	[SALE_REFUSED_NOBODY] = STR_INIT("nobody"),
	[SALE_REFUSED_AWAY] = STR_INIT("away"),
};

struct str sale_refusal_word(enum sale_refusal refusal)
{
	return words[refusal];
}

struct str sale_answer_code(struct arena *a, const struct sale_answer *answer)
{
	if (answer->order_id)
		return num_text(a, answer->order_id);
	return answer->refusal == SALE_NO_REFUSAL ? STR("0") : STR("-1");
}

static struct sale_answer refused(enum sale_refusal refusal)
{
	return (struct sale_answer){ .refusal = refusal };
}

static struct sale_answer queueing(int64_t ahead)
{
	int64_t wait = WAIT_LEAST_MS + ahead / ORDERS_A_MS;

	return (struct sale_answer){ .ahead = ahead,
				     .wait_ms = wait < WAIT_MOST_MS ? wait : WAIT_MOST_MS };
}

/* done: the number up to which `orders` has come. A ticket that says nothing known is lost. */
static struct sale_answer read_ticket(struct str ticket, int64_t done)
{
	struct str rest = str_slice(ticket, 1, ticket.n);
	struct sale_answer answer = { 0 };
	int64_t no;
	size_t i;

	if (num_parse_id(ticket, &answer.order_id))
		return answer;
	if (str_starts(ticket, STR("q")) && num_parse_i64(rest, 1, SALE_NUMBER_MOST, &no))
		return queueing(no > done ? no - done - 1 : 0);
	for (i = 1; i < ARRAY_LEN(words); i++) {
		if (str_starts(ticket, STR("-")) && str_is(rest, words[i]))
			return refused((enum sale_refusal)i);
	}
	return refused(SALE_REFUSED_LOST);
}

static struct sale_memory *memory_of(struct ctx *c, int64_t sale_id)
{
	struct sale_memory *all = c->process->sale_memories;
	size_t count = ARRAY_LEN(c->process->sale_memories);
	struct sale_memory *m =
		&all[((uint64_t)sale_id * UINT64_C(0x9E3779B97F4A7C15) >> 32) % count];

	if (m->sale_id != sale_id)
		*m = (struct sale_memory){ .sale_id = sale_id };
	return m;
}

/* This request and those before it, when it is time to count them; else 0. */
static int64_t to_count(struct sale_memory *m)
{
	int64_t count = ++m->asked;

	if (clock_ticks() - m->counted_at < COUNT_EVERY_MS)
		return 0;
	m->counted_at = clock_ticks();
	m->asked = 0;
	return count;
}

static err ask(struct ctx *c, int64_t sale_id, struct sale_memory *m, struct sale_answer *out)
{
	struct cache_reply *reply;
	enum sale_refusal refusal;
	err e = cache_run_script(
		c->cache, &reply, &script_press, 5,
		CACHE_ARGS(sale_key(c->arena, sale_id), sale_stock_key(c->arena, sale_id),
			   sale_ticket_key(c->arena, sale_id), sale_stream_key(c->arena, sale_id),
			   sale_rate_key(c->arena, sale_id), c->viewer.id, to_count(m)));

	if (e)
		return e;
	if (!cache_items(reply))
		return ERR_UNAVAILABLE;
	refusal = (enum sale_refusal)cache_int(cache_item(reply, 0));
	if (refusal == SALE_NO_REFUSAL) {
		*out = read_ticket(cache_text(cache_item(reply, 1)),
				   cache_int(cache_item(reply, 2)));
		return OK;
	}
	if (refusal == SALE_REFUSED_SOLD_OUT) {
		m->base = cache_int(cache_item(reply, 1));
		m->sold_out_until = clock_ticks() + REMEMBER_MS;
	}
	*out = refused(refusal);
	return OK;
}

void sale_press_prepare(struct ctx *c, struct sale_press_want *want, int64_t sale_id,
			int64_t viewer_hint)
{
	struct sale_memory *m = memory_of(c, sale_id);

	*want = (struct sale_press_want){ .sale_id = sale_id, .viewer_hint = viewer_hint };
	if (!viewer_hint || clock_ticks() >= m->sold_out_until)
		return;
	want->is_asked = true;
	want->base = cache_want(c->cache,
				CACHE_ARGS(STR("HGET"), sale_key(c->arena, sale_id), STR("base")));
	want->tickets =
		cache_want(c->cache, CACHE_ARGS(STR("HMGET"), sale_ticket_key(c->arena, sale_id),
						viewer_hint, STR("0")));
}

/* Sold out a moment ago and not loaded since: only who has a ticket is told something else. */
static bool is_known(struct sale_memory *m, const struct ctx *c, const struct sale_press_want *want)
{
	return want->is_asked && want->viewer_hint == c->viewer.id && !cache_is_nil(want->base) &&
	       cache_int(want->base) == m->base && cache_items(want->tickets) == 2 &&
	       cache_is_nil(cache_item(want->tickets, 0)) &&
	       !cache_is_nil(cache_item(want->tickets, 1));
}

err sale_press_go(struct ctx *c, const struct sale_press_want *want, struct sale_answer *out)
{
	struct sale_memory *m = memory_of(c, want->sale_id);

	if (ctx_is_guest(c))
		return ERR_AUTH;
	if (!is_known(m, c, want))
		return ask(c, want->sale_id, m, out);
	m->asked++;
	*out = refused(SALE_REFUSED_SOLD_OUT);
	return OK;
}

err sale_press(struct ctx *c, int64_t sale_id, struct sale_answer *out)
{
	struct sale_press_want want;

	sale_press_prepare(c, &want, sale_id, c->viewer.id);
	/* When Redis does not answer this, the next question fails too. */
	if (want.is_asked && cache_flush(c->cache))
		want.is_asked = false;
	return sale_press_go(c, &want, out);
}

/*
 * Redis does not know: an order is an order. Without one nobody knows before the sale is loaded
 * again, unless all is over.
 */
static err ask_sql(struct ctx *c, int64_t sale_id, struct sale_answer *out)
{
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, &sql_order, DB_ARGS(sale_id, c->viewer.id));

	if (e)
		return e;
	if (db_next(rows)) {
		*out = (struct sale_answer){ .order_id = db_int(rows, 0) };
		return OK;
	}
	e = db_query(c->db, c->arena, &rows, &sql_sale, DB_ARGS(sale_id));
	if (e)
		return e;
	if (!db_next(rows) || db_int(rows, 0) == SALE_DRAFT)
		return ERR_NOT_FOUND;
	if (db_int(rows, 0) == SALE_OVER || db_int(rows, 1) + SALE_KEEP_MS <= c->now)
		*out = refused(SALE_REFUSED_NOBODY);
	else
		*out = (struct sale_answer){ .wait_ms = WAIT_AWAY_MS };
	return OK;
}

/*
 * Whoever has no ticket while the sale is loaded never made a request, or Redis lost it. That is
 * only known when the sale was loaded, and the same loading, before and after the look at the
 * ticket: it may be emptied in between. And not when all tickets are gone.
 */
err sale_result(struct ctx *c, int64_t sale_id, struct sale_answer *out)
{
	struct str key = sale_key(c->arena, sale_id);
	struct cache_reply *before, *tickets, *after;
	const struct cache_reply *ticket;

	if (ctx_is_guest(c))
		return ERR_AUTH;
	before = cache_want(c->cache, CACHE_ARGS(STR("HGET"), key, STR("base")));
	tickets = cache_want(c->cache, CACHE_ARGS(STR("HMGET"), sale_ticket_key(c->arena, sale_id),
						  c->viewer.id, STR("0")));
	after = cache_want(c->cache, CACHE_ARGS(STR("HMGET"), key, STR("base"), STR("done")));
	if (cache_flush(c->cache) || cache_items(after) != 2 || cache_items(tickets) != 2)
		return ask_sql(c, sale_id, out);
	ticket = cache_item(tickets, 0);
	if (cache_is_nil(ticket) && cache_is_nil(cache_item(tickets, 1)) &&
	    !SABOTAGED("result-loaded"))
		return ask_sql(c, sale_id, out);
	if ((cache_is_nil(before) || cache_int(cache_item(after, 0)) != cache_int(before)) &&
	    !SABOTAGED("result-loaded"))
		return ask_sql(c, sale_id, out);
	if (cache_is_nil(ticket))
		*out = refused(SALE_REFUSED_NOBODY);
	else
		*out = read_ticket(cache_text(ticket), cache_int(cache_item(after, 1)));
	return OK;
}
