/* Months of days: from Redis, from SQL, and from there into Redis. */
#include "domain/check_in_internal.h"

#include "base/calendar.h"
#include "domain/reaction.h"

#define LIFE_SECONDS (400 * 86400)
#define LOADED (UINT32_C(1) << 31)
#define MONTHS_MOST 12

static const struct db_sql sql_days =
	SQL("SELECT day FROM check_in WHERE user_id = ? AND day BETWEEN ? AND ?");

/*
 * KEYS: months. ARGV: what SQL has of each, and their life. What is set stays set: it may be on its
 * way to SQL. Gives what there is then. Lua's bit operations are signed, hence the halves.
 */
static const struct cache_script script_fill = CACHE_SCRIPT(
	"local days = {}\n"
	"for i, key in ipairs(KEYS) do\n"
	"  local old = redis.call('BITFIELD', key, 'GET', 'u16', 0, 'GET', 'u16', 16)\n"
	"  local new = tonumber(ARGV[i])\n"
	"  local high = bit.bor(old[1], math.floor(new / 65536))\n"
	"  local low = bit.bor(old[2], new % 65536)\n"
	"  redis.call('BITFIELD', key, 'SET', 'u16', 0, high, 'SET', 'u16', 16, low)\n"
	"  redis.call('EXPIRE', key, ARGV[#ARGV])\n"
	"  days[i] = high * 65536 + low\n"
	"end\n"
	"return days");

struct str check_in_key(struct arena *a, int64_t user_id, int month)
{
	return str_format(a, "sign:{%d}:%lld:%d", reaction_shard(user_id), (long long)user_id,
			  month);
}

bool check_in_is_day(int64_t day)
{
	return day > 20000101 && day < 99991231 && day / 100 % 100 >= 1 && day / 100 % 100 <= 12 &&
	       day % 100 >= 1 && day % 100 <= calendar_month_days((int)(day / 100));
}

int check_in_count(uint32_t days)
{
	return __builtin_popcount(days & ~LOADED);
}

int check_in_row(uint32_t days, int day)
{
	int count = 0;

	while (day - count >= 1 && check_in_has(days, day - count))
		count++;
	return count;
}

/* The place of a month in a list that goes back from `newest`; -1 when it is not in it. */
static int place(int newest, int month, int count)
{
	int at = (newest / 100 - month / 100) * 12 + newest % 100 - month % 100;

	return at >= 0 && at < count ? at : -1;
}

static int month_back(int month, int count)
{
	while (count-- > 0)
		month = calendar_month_before(month);
	return month;
}

static err read_sql(struct ctx *c, int64_t user_id, int month, int count, uint32_t *days)
{
	int first = month_back(month, count - 1);
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, &sql_days,
			 DB_ARGS(user_id, first * 100, month * 100 + 31));

	if (e)
		return e;
	memset(days, 0, (size_t)count * sizeof(*days));
	while (db_next(rows)) {
		int day = (int)db_int(rows, 0);
		int at = place(month, day / 100, count);

		if (at >= 0)
			days[at] |= UINT32_C(1) << (31 - day % 100);
	}
	return OK;
}

err check_in_fill(struct ctx *c, int64_t user_id, int month, int count, uint32_t *days)
{
	struct cache_arg args[2 * MONTHS_MOST + 1];
	struct cache_reply *reply;
	err e;
	int i;

	if (count > MONTHS_MOST)
		BUG("%d months at once", count);
	e = read_sql(c, user_id, month, count, days);
	if (e)
		return e;
	for (i = 0; i < count; i++) {
		args[i] = cache_arg_text(check_in_key(c->arena, user_id, month_back(month, i)));
		args[count + i] = cache_arg_int((int64_t)(days[i] | LOADED));
	}
	args[2 * count] = cache_arg_int(LIFE_SECONDS);
	if (cache_run_script(c->cache, &reply, &script_fill, (size_t)count,
			     (struct cache_args){ args, (size_t)(2 * count + 1) }))
		return OK; /* SQL's word is what there is while Redis is away */
	for (i = 0; i < count && (size_t)i < cache_items(reply); i++)
		days[i] = (uint32_t)cache_int(cache_item(reply, (size_t)i)) & ~LOADED;
	return OK;
}

err check_in_months(struct ctx *c, int64_t user_id, int month, int count, uint32_t *days)
{
	struct cache_reply *replies[MONTHS_MOST];
	bool is_whole;
	int i;

	if (count > MONTHS_MOST)
		BUG("%d months at once", count);
	for (i = 0; i < count; i++)
		replies[i] =
			cache_want(c->cache,
				   CACHE_ARGS(STR("BITFIELD"),
					      check_in_key(c->arena, user_id, month_back(month, i)),
					      STR("GET"), STR("u32"), 0));
	is_whole = !cache_flush(c->cache);
	for (i = 0; is_whole && i < count; i++) {
		int64_t value = cache_items(replies[i]) ? cache_int(cache_item(replies[i], 0)) : 0;

		days[i] = (uint32_t)value & ~LOADED;
		is_whole = (value & LOADED) != 0;
	}
	return is_whole ? OK : check_in_fill(c, user_id, month, count, days);
}
