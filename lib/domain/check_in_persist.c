/* Check-ins on their last step: from the queue into SQL. */
#include "domain/check_in_internal.h"

#include <json-c/json.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/calendar.h"
#include "base/log.h"
#include "domain/points.h"

#define DEPTH 4
#define AT_ONCE 64 /* users whose points are reckoned at once; those of more follow in a minute */

enum { AT_KIND, AT_TYPE, AT_DAY, AT_USER, AT_TIME, AT_COUNT };

/*
 * Each row with the days before its own, d1 to d5: as many of them as are there without a gap are
 * points more.
 */
#define THERE(day) \
	"EXISTS (SELECT 1 FROM check_in i WHERE i.user_id = j.user AND i.day = j." day ")"

static const struct db_sql sql_write = SQL(
	"INSERT INTO check_in (user_id, day, points, checked_at)"
	" SELECT j.user, j.day, 5 + " THERE("d1") " * (1 + " THERE("d2") " * (1 + " THERE(
		"d3") " * (1 + " THERE("d4") " * (1 + " THERE("d5") ")))), j.at"
								    " FROM JSON_TABLE(?, '$[*]' "
								    "COLUMNS (user BIGINT PATH "
								    "'$[0]', day INT PATH '$[1]',"
								    " at BIGINT PATH '$[2]', d1 "
								    "INT PATH '$[3]', d2 INT PATH "
								    "'$[4]', d3 INT PATH '$[5]',"
								    " d4 INT PATH '$[6]', d5 INT "
								    "PATH '$[7]')) j JOIN user u "
								    "ON u.user_id = j.user"
								    " ON DUPLICATE KEY UPDATE "
								    "checked_at = "
								    "check_in.checked_at");

_Static_assert(POINTS_CHECK_IN == 5 && POINTS_STREAK_MOST == 5,
	       "sql_write gives 5 points and looks at 5 days");

static int compare(const void *left, const void *right)
{
	const struct check_in_event *a = left, *b = right;

	if (a->day != b->day)
		return a->day < b->day ? -1 : 1;
	return (a->user_id > b->user_id) - (a->user_id < b->user_id);
}

static void put_event(struct buf *b, const struct check_in_event *event)
{
	int day = event->day, i;

	buf_addf(b, "%s[%lld,%d,%lld", b->n > 1 ? "," : "", (long long)event->user_id, event->day,
		 (long long)event->at);
	for (i = 0; i < POINTS_STREAK_MOST; i++) {
		day = calendar_day_before(day);
		buf_addf(b, ",%d", day);
	}
	buf_add_char(b, ']');
}

/* Day after day: a row counts for the bonus of the next day's. */
err check_in_write(struct ctx *c, struct check_in_events *events)
{
	size_t i = 0, k;
	err e = OK;

	qsort(events->items, events->count, sizeof(*events->items), compare);
	while (!e && i < events->count) {
		struct buf b;

		buf_init(&b, c->arena, 4096);
		buf_add_char(&b, '[');
		for (k = i; k < events->count && events->items[k].day == events->items[i].day; k++)
			put_event(&b, &events->items[k]);
		buf_add_char(&b, ']');
		e = db_exec(c->db, NULL, &sql_write, DB_ARGS(buf_str(&b)));
		i = k;
	}
	for (i = 0; !e && i < events->count; i++) {
		if (events->count > AT_ONCE)
			points_mark_user(c, events->items[i].user_id);
		else
			e = points_refresh(c, events->items[i].user_id);
		e = e == ERR_NOT_FOUND ? OK : e;
	}
	return e;
}

static int64_t number(struct json_object *event, size_t at)
{
	struct json_object *value = json_object_array_get_idx(event, at);

	return json_object_is_type(value, json_type_int) ? json_object_get_int64(value) : 0;
}

static bool read_event(struct json_object *from, struct check_in_event *out)
{
	int64_t day;

	if (!json_object_is_type(from, json_type_array) ||
	    json_object_array_length(from) != AT_COUNT)
		return false;
	day = number(from, AT_DAY);
	out->user_id = number(from, AT_USER);
	out->at = number(from, AT_TIME) / 1000;
	out->day = check_in_is_day(day) ? (int)day : 0;
	return out->day && out->user_id > 0 && out->at > 0;
}

static void release(void *object)
{
	json_object_put(object);
}

static err parse(struct arena *a, struct str json, struct check_in_events *out)
{
	struct json_tokener *tokener = json_tokener_new_ex(DEPTH);
	struct json_object *list = NULL;
	size_t i, count;

	if (!tokener)
		BUG("out of memory");
	if (json.n <= INT32_MAX)
		list = json_tokener_parse_ex(tokener, json.p, (int)json.n);
	json_tokener_free(tokener);
	if (list)
		arena_defer(a, release, list);
	if (!json_object_is_type(list, json_type_array)) {
		log_error("a batch of check-ins is no JSON array");
		return ERR_INVALID;
	}
	count = json_object_array_length(list);
	out->items = ARENA_ARRAY(a, struct check_in_event, count + 1);
	for (i = 0, out->count = 0; i < count; i++)
		out->count +=
			read_event(json_object_array_get_idx(list, i), &out->items[out->count]);
	if (out->count < count)
		log_warn("%zu of %zu check-ins in a batch make no sense", count - out->count,
			 count);
	return OK;
}

err check_in_persist(struct ctx *c, struct str json_batch)
{
	struct check_in_events events;
	err e = parse(c->arena, json_batch, &events);

	return e ? e : check_in_write(c, &events);
}
