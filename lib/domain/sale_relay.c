/* From the streams of sales to their queues: read, pack, publish, cut off. */
#include "domain/sale_relay.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/num.h"
#include "base/sabotage.h"
#include "domain/sale_keys.h"
#include "domain/sale_orders.h"

#define NUMBER_MOST ((INT64_C(1) << 53) - 1)
#define READ_ARGS 6 /* of XREAD before the streams */

/* A sale that is watched. */
struct watched {
	int64_t id, starts_at;
	int64_t ask_at;   /* clock_ticks: not before then again */
	int64_t ask_wait; /* ms */
	bool is_reminded; /* settled shortly before its start */
	bool is_seen;     /* in the look that is being made */
};

struct sale_relay {
	struct watched *items;
	size_t count, room;
};

/* What a round takes from one stream. */
struct load {
	int64_t sale_id;
	struct str last; /* id of the last entry */
	size_t count;
};

struct round {
	struct ctx *c;
	struct load *loads;
	struct mq_message *messages;
	size_t load_count, message_count;
};

struct sale_relay *sale_relay_new(void)
{
	struct sale_relay *r = calloc(1, sizeof(*r));

	if (!r)
		BUG("out of memory");
	return r;
}

void sale_relay_free(struct sale_relay *r)
{
	if (!r)
		return;
	free(r->items);
	free(r);
}

size_t sale_relay_count(const struct sale_relay *r)
{
	return r->count;
}

static struct watched *watch(struct sale_relay *r, int64_t id)
{
	size_t i;

	for (i = 0; i < r->count; i++) {
		if (r->items[i].id == id)
			return &r->items[i];
	}
	if (r->count == r->room) {
		r->room = r->room ? r->room * 2 : 16;
		r->items = realloc(r->items, r->room * sizeof(*r->items));
		if (!r->items)
			BUG("out of memory");
	}
	r->items[r->count] = (struct watched){ .id = id, .ask_wait = SALE_RELAY_ASK_MS };
	return &r->items[r->count++];
}

static err read_sales(struct sale_relay *r, struct ctx *c)
{
	struct sale_list live;
	size_t i, kept = 0;
	err e = sale_live(c, &live);

	if (e)
		return e;
	for (i = 0; i < r->count; i++)
		r->items[i].is_seen = false;
	for (i = 0; i < live.count; i++) {
		struct watched *w = watch(r, live.items[i].id);

		w->starts_at = live.items[i].starts_at;
		w->is_seen = true;
	}
	for (i = 0; i < r->count; i++) {
		if (r->items[i].is_seen)
			r->items[kept++] = r->items[i];
	}
	r->count = kept;
	return OK;
}

static bool starts_soon(const struct watched *w, int64_t now)
{
	return !w->is_reminded && w->starts_at > now && w->starts_at - now <= SALE_RELAY_BEFORE_MS;
}

/* Ask `orders` to settle each of these. is_missing is their order in r->items. */
static err ask(struct sale_relay *r, struct ctx *c, const bool *is_missing)
{
	struct mq_message *messages = ARENA_ARRAY(c->arena, struct mq_message, r->count + 1);
	bool *done = ARENA_ARRAY(c->arena, bool, r->count + 1);
	size_t i, n = 0;
	err e;

	for (i = 0; i < r->count; i++) {
		struct watched *w = &r->items[i];
		bool is_due = is_missing[i] && clock_ticks() >= w->ask_at;

		if (!is_missing[i])
			w->ask_wait = SALE_RELAY_ASK_MS;
		if (!is_due && !starts_soon(w, c->now))
			continue;
		messages[n++] = (struct mq_message){ .key = sale_orders_key(c->arena, w->id),
						     .body = sale_settle_body(c->arena, 0) };
		w->ask_at = clock_ticks() + w->ask_wait;
		w->ask_wait *= w->ask_wait < SALE_RELAY_ASK_MOST_MS ? 2 : 1;
	}
	e = mq_publish_batch_confirmed(c->mq, messages, n, done);
	for (i = 0; i < r->count; i++) {
		struct watched *w = &r->items[i];

		w->is_reminded |= !e && starts_soon(w, c->now);
		/* Nobody was asked: it is not `orders` that is slow. */
		if (e) {
			w->ask_at = 0;
			w->ask_wait = SALE_RELAY_ASK_MS;
		}
	}
	return e;
}

err sale_relay_look(struct sale_relay *r, struct ctx *c)
{
	struct cache_reply **loaded, **tickets;
	bool *is_missing;
	size_t i;
	err e = read_sales(r, c);

	if (e)
		log_debug("sales: those known before are served");
	loaded = ARENA_ARRAY(c->arena, struct cache_reply *, r->count + 1);
	tickets = ARENA_ARRAY(c->arena, struct cache_reply *, r->count + 1);
	is_missing = ARENA_ARRAY(c->arena, bool, r->count + 1);
	for (i = 0; i < r->count; i++) {
		int64_t id = r->items[i].id;

		loaded[i] = cache_want(c->cache, CACHE_ARGS(STR("EXISTS"), sale_key(c->arena, id),
							    sale_stock_key(c->arena, id)));
		tickets[i] =
			cache_want(c->cache, CACHE_ARGS(STR("HEXISTS"),
							sale_ticket_key(c->arena, id), STR("0")));
	}
	e = cache_flush(c->cache);
	if (e)
		return e;
	for (i = 0; i < r->count; i++) {
		is_missing[i] = cache_int(loaded[i]) != 2 || cache_int(tickets[i]) != 1;
	}
	return ask(r, c, is_missing);
}

/* A field of an entry: [name, value, name, value, ...]. */
static struct str field(const struct cache_reply *fields, struct str name)
{
	size_t i;

	for (i = 0; i + 1 < cache_items(fields); i += 2) {
		if (str_is(cache_text(cache_item(fields, i)), name))
			return cache_text(cache_item(fields, i + 1));
	}
	return (struct str){ 0 };
}

/* The time in an entry's id: when it was taken, Unix ms. */
static struct str time_of(struct str id)
{
	ptrdiff_t dash = str_find_byte(id, '-');

	return str_slice(id, 0, dash < 0 ? 0 : (size_t)dash);
}

/* Append [no, user, at]. False when the entry is none of ours. */
static bool pack(struct buf *b, struct str id, const struct cache_reply *fields)
{
	struct str no = field(fields, STR("no")), user = field(fields, STR("user"));
	struct str at = time_of(id);
	int64_t number;

	if (!num_parse_i64(no, 1, NUMBER_MOST, &number) || !num_parse_id(user, &number) ||
	    !num_parse_id(at, &number))
		return false;
	/* Only digits: nothing to escape. */
	buf_add_char(b, '[');
	buf_add(b, no);
	buf_add_char(b, ',');
	buf_add(b, user);
	buf_add_char(b, ',');
	buf_add(b, at);
	buf_add_char(b, ']');
	return true;
}

/* One stream's entries, as one message. */
static void take(struct round *r, int64_t sale_id, const struct cache_reply *entries)
{
	struct load *load = &r->loads[r->load_count++];
	size_t i, packed = 0;
	struct buf b;

	*load = (struct load){ .sale_id = sale_id, .count = cache_items(entries) };
	buf_init(&b, r->c->arena, 64 + 64 * load->count);
	BUF_LIT(&b, "{\"kind\":\"requests\",\"items\":[");
	for (i = 0; i < load->count; i++) {
		const struct cache_reply *entry = cache_item(entries, i);

		if (cache_items(entry) != 2)
			continue;
		load->last = cache_text(cache_item(entry, 0));
		if (packed)
			buf_add_char(&b, ',');
		if (pack(&b, load->last, cache_item(entry, 1))) {
			packed++;
			continue;
		}
		buf_cut(&b, b.n - (packed ? 1 : 0));
		log_error("sale %lld: entry " STR_FMT " makes no sense", (long long)sale_id,
			  STR_ARG(load->last));
	}
	BUF_LIT(&b, "]}");
	if (packed)
		r->messages[r->message_count++] =
			(struct mq_message){ .key = sale_orders_key(r->c->arena, sale_id),
					     .body = buf_str(&b) };
}

static err read_streams(const struct sale_relay *relay, struct round *r, int64_t wait_ms)
{
	struct ctx *c = r->c;
	struct cache_arg *args =
		ARENA_ARRAY(c->arena, struct cache_arg, READ_ARGS + 2 * relay->count);
	struct cache_reply *reply;
	size_t i, j, n = 0;
	err e;

	args[n++] = cache_arg_text(STR("XREAD"));
	args[n++] = cache_arg_text(STR("COUNT"));
	args[n++] = cache_arg_int(SALE_RELAY_MOST);
	if (wait_ms > 0) {
		args[n++] = cache_arg_text(STR("BLOCK"));
		args[n++] = cache_arg_int(wait_ms);
		cache_allow_wait(c->cache, wait_ms);
	}
	args[n++] = cache_arg_text(STR("STREAMS"));
	for (i = 0; i < relay->count; i++) {
		args[n + i] = cache_arg_text(sale_stream_key(c->arena, relay->items[i].id));
		args[n + relay->count + i] = cache_arg_text(STR("0"));
	}
	e = cache_run(c->cache, &reply, (struct cache_args){ args, n + 2 * relay->count });
	if (e)
		return e;
	if (cache_is_error(reply))
		return ERR_UNAVAILABLE;
	/* The answer has the streams that hold something, in the order they were asked for. */
	for (i = 0, j = 0; j < cache_items(reply); j++) {
		const struct cache_reply *stream = cache_item(reply, j);
		struct str key = cache_text(cache_item(stream, 0));

		while (i < relay->count && !str_is(key, args[n + i].text))
			i++;
		if (i == relay->count)
			BUG("a stream that was not asked for");
		take(r, relay->items[i].id, cache_item(stream, 1));
	}
	return OK;
}

/* Entries up to the last one that was published: their ids only grow. */
static err cut_off(struct round *r, size_t *moved)
{
	struct ctx *c = r->c;
	size_t i;
	err e;

	for (i = 0; i < r->load_count; i++) {
		struct str last = r->loads[i].last, ms = last;
		ptrdiff_t dash = str_find_byte(last, '-');
		int64_t sequence = 0;

		if (dash < 0 || !num_parse_i64(str_slice(last, (size_t)dash + 1, last.n), 0,
					       INT64_MAX - 1, &sequence))
			continue;
		ms.n = (size_t)dash;
		cache_want(c->cache,
			   CACHE_ARGS(STR("XTRIM"), sale_stream_key(c->arena, r->loads[i].sale_id),
				      STR("MINID"), STR("="),
				      str_format(c->arena, STR_FMT "-%lld", STR_ARG(ms),
						 (long long)sequence + 1)));
	}
	e = cache_flush(c->cache);
	for (i = 0; !e && i < r->load_count; i++)
		*moved += r->loads[i].count;
	return e;
}

err sale_relay_round(struct sale_relay *relay, struct ctx *c, int64_t wait_ms, size_t *moved)
{
	struct round r = { .c = c };
	bool *done;
	err e;

	*moved = 0;
	if (!relay->count)
		return OK;
	r.loads = ARENA_ARRAY(c->arena, struct load, relay->count);
	r.messages = ARENA_ARRAY(c->arena, struct mq_message, relay->count);
	e = read_streams(relay, &r, wait_ms);
	if (e || !r.load_count)
		return e;
	done = ARENA_ARRAY(c->arena, bool, relay->count);
	if (SABOTAGED("strike-unconfirmed") && cut_off(&r, moved))
		return ERR_UNAVAILABLE;
	e = mq_publish_batch_confirmed(c->mq, r.messages, r.message_count, done);
	return e ? e : cut_off(&r, moved);
}

/* The oldest entry of each stream is asked for its age; ids begin with their time. */
static err find_old(struct sale_relay *relay, struct ctx *c)
{
	struct cache_reply **oldest = ARENA_ARRAY(c->arena, struct cache_reply *, relay->count + 1);
	size_t i, kept = 0;
	err e;

	for (i = 0; i < relay->count; i++)
		oldest[i] = cache_want(c->cache,
				       CACHE_ARGS(STR("XRANGE"),
						  sale_stream_key(c->arena, relay->items[i].id),
						  STR("-"), STR("+"), STR("COUNT"), 1));
	e = cache_flush(c->cache);
	for (i = 0; !e && i < relay->count; i++) {
		int64_t at;

		if (!cache_items(oldest[i]))
			continue;
		if (num_parse_i64(time_of(cache_text(cache_item(cache_item(oldest[i], 0), 0))), 0,
				  INT64_MAX, &at) &&
		    at < c->now - SALE_RELAY_IDLE_MS)
			relay->items[kept++] = relay->items[i];
	}
	relay->count = kept;
	return e;
}

err sale_relay_idle(struct ctx *c, size_t *moved)
{
	struct sale_relay *relay = sale_relay_new();
	err e = read_sales(relay, c);

	*moved = 0;
	if (!e)
		e = find_old(relay, c);
	if (!e)
		e = sale_relay_round(relay, c, 0, moved);
	sale_relay_free(relay);
	return e;
}
