/* Tickets that are decided, and the stock that follows from it, in one script for each batch. */
#include "domain/sale_tickets.h"

#include "base/num.h"
#include "domain/sale_keys.h"

#define AT_ONCE 256 /* decisions in a call: Redis works for us in slices of a millisecond */
#define FIXED 7     /* arguments before the decisions, keys included */

/*
 * KEYS: sale, stock, ticket. ARGV: change_no, SQL's stock, done, settled_no, then for each
 * decision: user, its ticket while it waits, and what to write. An order replaces any ticket that
 * waits, as the buyer's other request, whose ticket it may be, comes to nothing; a refusal only the
 * ticket of its own request. What was told before stays.
 *
 * When Redis was set back to an old state its numbers may be among those that are settled, and no
 * request would become an order: it goes on above them.
 */
static const struct cache_script script_apply = CACHE_SCRIPT(
	"local s = redis.call('HMGET', KEYS[1], 'base', 'taken', 'answered', 'done', 'change',"
	" 'ends')\n"
	"if not s[1] then return 0 end\n"
	"local users, put, sold, refused = {}, {}, 0, 0\n"
	"for i = 5, #ARGV, 3 do users[#users + 1] = ARGV[i] end\n"
	"local answered = tonumber(s[3])\n"
	"if #users > 0 then\n"
	"  local now = redis.call('HMGET', KEYS[3], unpack(users))\n"
	"  for i, user in ipairs(users) do\n"
	"    local mine, what, ticket = ARGV[3 * i + 3], ARGV[3 * i + 4], now[i]\n"
	"    local waits = ticket and string.byte(ticket) == 113\n"
	"    local is_order = string.byte(what) ~= 45\n"
	"    if waits and (is_order or ticket == mine) then\n"
	"      answered = answered + 1\n"
	"      if is_order then sold = sold + 1 else refused = refused + 1 end\n"
	"      put[#put + 1] = user put[#put + 1] = what\n"
	"    elseif is_order and not ticket then\n"
	"      sold = sold + 1\n"
	"      put[#put + 1] = user put[#put + 1] = what\n"
	"    end\n"
	"  end\n"
	"  if #put > 0 then redis.call('HSET', KEYS[3], unpack(put)) end\n"
	"end\n"
	"local done, change = s[4], s[5]\n"
	"if tonumber(ARGV[3]) > tonumber(done) then done = ARGV[3] end\n"
	"if tonumber(ARGV[1]) >= tonumber(change) then\n"
	"  change = ARGV[1]\n"
	"  local left = ARGV[2] - (s[2] - answered)\n"
	"  redis.call('SET', KEYS[2], left > 0 and left or 0, 'EXAT', math.floor(s[6] / 1000) + "
	"604800)\n"
	"end\n"
	"redis.call('HSET', KEYS[1], 'answered', answered, 'done', done, 'change', change)\n"
	"if s[1] + s[2] < tonumber(ARGV[4]) then\n"
	"  local base = (math.floor(ARGV[4] / 16777216) + 1) * 16777216\n"
	"  redis.call('HSET', KEYS[1], 'base', string.format('%.0f', base))\n"
	"end\n"
	"if sold > 0 then redis.call('HINCRBY', KEYS[1], 'sold', sold) end\n"
	"if refused > 0 then redis.call('HINCRBY', KEYS[1], 'refused', refused) end\n"
	"return 1");

static struct str ticket_of(struct arena *a, const struct sale_decision *d)
{
	if (d->order_id)
		return num_text(a, d->order_id);
	return str_format(a, "-" STR_FMT, STR_ARG(sale_refusal_word(d->refusal)));
}

/* A change_no that no stock was ever older than: the stock stays as it is. */
#define CHANGE_NONE (-1)

/*
 * A buyer stands once in a call: of two decisions the script would see the ticket before both. The
 * first counts, which is the one that became an order if any did.
 */
static struct cache_reply *queue_some(struct ctx *c, const struct sale_locked *sale,
				      int64_t change_no, const struct sale_decision *decisions,
				      size_t count, int64_t done)
{
	struct cache_arg *args = ARENA_ARRAY(c->arena, struct cache_arg, FIXED + 3 * count);
	size_t i, n = 0;

	args[n++] = cache_arg_text(sale_key(c->arena, sale->id));
	args[n++] = cache_arg_text(sale_stock_key(c->arena, sale->id));
	args[n++] = cache_arg_text(sale_ticket_key(c->arena, sale->id));
	args[n++] = cache_arg_int(change_no);
	args[n++] = cache_arg_int(sale->stock);
	args[n++] = cache_arg_int(done);
	args[n++] = cache_arg_int(sale->settled_no);
	for (i = 0; i < count; i++) {
		args[n++] = cache_arg_int(decisions[i].user_id);
		args[n++] =
			cache_arg_text(str_format(c->arena, "q%lld", (long long)decisions[i].no));
		args[n++] = cache_arg_text(ticket_of(c->arena, &decisions[i]));
	}
	return cache_want_script(c->cache, &script_apply, 3, (struct cache_args){ args, n });
}

void sale_tickets_send(struct ctx *c, struct sale_telling *out, const struct sale_locked *sale,
		       const struct sale_decision *decisions, size_t count, int64_t done)
{
	size_t i = 0, some;

	out->replies = ARENA_ARRAY(c->arena, struct cache_reply *, count / AT_ONCE + 1);
	out->count = 0;
	/*
	 * Also with no decision at all: the stock may be another. It is set with the last of them:
	 * SQL's is that after all, and less what is on its way it would look sold out in between.
	 */
	do {
		some = count - i < AT_ONCE ? count - i : AT_ONCE;
		out->replies[out->count++] =
			queue_some(c, sale, i + some < count ? CHANGE_NONE : sale->change_no,
				   decisions + i, some, done);
		i += some;
	} while (i < count);
	cache_send_early(c->cache);
}

err sale_tickets_wait(struct ctx *c, struct sale_telling *sent)
{
	err e = cache_flush(c->cache);
	size_t i;

	for (i = 0; !e && i < sent->count; i++)
		e = cache_is_nil(sent->replies[i]) ? ERR_UNAVAILABLE : OK;
	sent->count = 0;
	return e;
}

err sale_tickets_apply(struct ctx *c, const struct sale_locked *sale,
		       const struct sale_decision *decisions, size_t count, int64_t done)
{
	struct sale_telling sent;

	sale_tickets_send(c, &sent, sale, decisions, count, done);
	return sale_tickets_wait(c, &sent);
}

err sale_tickets_find_refused(struct ctx *c, int64_t sale_id, const int64_t *users, size_t count,
			      bool *is_refused)
{
	struct cache_arg *args = ARENA_ARRAY(c->arena, struct cache_arg, 2 + count);
	struct cache_reply *tickets;
	size_t i;
	err e;

	args[0] = cache_arg_text(STR("HMGET"));
	args[1] = cache_arg_text(sale_ticket_key(c->arena, sale_id));
	for (i = 0; i < count; i++)
		args[2 + i] = cache_arg_int(users[i]);
	e = cache_run(c->cache, &tickets, (struct cache_args){ args, 2 + count });
	if (!e && cache_items(tickets) != count)
		e = ERR_UNAVAILABLE;
	for (i = 0; !e && i < count; i++)
		is_refused[i] = str_starts(cache_text(cache_item(tickets, i)), STR("-"));
	return e;
}
