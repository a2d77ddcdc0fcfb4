/* Pressing the button, and how things stand. */
#include "domain/check_in.h"

#include "base/calendar.h"
#include "base/clock.h"
#include "base/log.h"
#include "domain/check_in_internal.h"
#include "domain/points.h"
#include "domain/reaction.h"

#define BLOCK 12 /* months looked at together, for a streak */
#define ANSWER_LOAD (-1)

/*
 * KEYS: the month, the stream. ARGV: the day of the month, the day, the user. -1: not loaded, 0:
 * was set before, 1: set now, and the event is on its way.
 */
static const struct cache_script script_press = CACHE_SCRIPT(
	"if redis.call('GETBIT', KEYS[1], 0) == 0 then return -1 end\n"
	"if redis.call('BITFIELD', KEYS[1], 'SET', 'u1', ARGV[1], 1)[1] == 1 then return 0 end\n"
	"redis.call('EXPIRE', KEYS[1], 34560000)\n"
	"redis.call('XADD', KEYS[2], '*', 'e', 'checkin 1 ' .. ARGV[2] .. ' ' .. ARGV[3])\n"
	"return 1");

int check_in_points(int streak)
{
	int more = streak - 1;

	if (more > POINTS_STREAK_MOST)
		more = POINTS_STREAK_MOST;
	return POINTS_CHECK_IN + (more > 0 ? more : 0);
}

static err ask(struct ctx *c, int day, int64_t *answer)
{
	struct cache_reply *reply;
	int64_t user = c->viewer.id;
	err e = cache_run_script(c->cache, &reply, &script_press, 2,
				 CACHE_ARGS(check_in_key(c->arena, user, day / 100),
					    reaction_stream_key(c->arena, reaction_shard(user)),
					    day % 100, day, user));

	if (e)
		return e;
	if (cache_is_nil(reply))
		return ERR_UNAVAILABLE;
	*answer = cache_int(reply);
	return OK;
}

/* Redis is away: the row is written here and now, and the days are read from SQL, too. */
static err press_in_sql(struct ctx *c, int day, bool *is_first)
{
	struct check_in_event event = { c->viewer.id, day, c->now };
	struct check_in_events events = { &event, 1 };
	uint32_t days;
	err e = check_in_fill(c, c->viewer.id, day / 100, 1, &days);

	if (e)
		return e;
	*is_first = !check_in_has(days, day % 100);
	log_warn("user %lld checks in without Redis", (long long)c->viewer.id);
	return check_in_write(c, &events);
}

err check_in_press(struct ctx *c, bool *is_first)
{
	int day = clock_day(c->now);
	int64_t answer;
	uint32_t days;
	err e = ask(c, day, &answer);

	if (!e && answer == ANSWER_LOAD) {
		e = check_in_fill(c, c->viewer.id, day / 100, 1, &days);
		if (!e)
			e = ask(c, day, &answer);
	}
	if (e || answer == ANSWER_LOAD)
		return press_in_sql(c, day, is_first);
	*is_first = answer == 1;
	return OK;
}

/* Backwards from `day`, month by month, as long as each is full to its beginning. */
static err count_streak(struct ctx *c, int day, int *out)
{
	uint32_t days[BLOCK];
	int month = day / 100, last = day % 100, at = BLOCK;
	err e;

	for (*out = 0;; at++) {
		int row;

		if (at == BLOCK) {
			e = check_in_months(c, c->viewer.id, month, BLOCK, days);
			if (e)
				return e;
			at = 0;
		}
		row = check_in_row(days[at], last);
		*out += row;
		if (row < last)
			return OK;
		month = calendar_month_before(month);
		last = calendar_month_days(month);
	}
}

/*
 * This month and the one before are asked of both: a day that was written while Redis was away is
 * missing there if Redis came back with what it had. It learns of it now.
 */
err check_in_load(struct ctx *c, int month, struct check_in_state *out)
{
	struct check_in_state s = { .today = clock_day(c->now) };
	uint32_t days[2];
	err e = check_in_fill(c, c->viewer.id, s.today / 100, ARRAY_LEN(days), days);

	if (e)
		return e;
	s.is_done = check_in_has(days[0], s.today % 100);
	s.days = days[0];
	if (month && month != s.today / 100)
		e = check_in_months(c, c->viewer.id, month, 1, &s.days);
	if (!e)
		e = count_streak(c, s.is_done ? s.today : calendar_day_before(s.today), &s.streak);
	s.days_in_month = check_in_count(s.days);
	if (!e)
		*out = s;
	return e;
}
