/* From the streams of sales to their queues: read, pack, publish, cut off. */
#include "domain/sale_relay_internal.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/num.h"
#include "base/sabotage.h"
#include "domain/sale_gate.h"
#include "domain/sale_keys.h"
#include "domain/sale_orders.h"

#define READ_ARGS 6 /* of XREAD before the streams */

/* What a round takes from one stream. */
struct load {
	int64_t sale_id;
	struct str last; /* id of the last entry */
	size_t count;
	bool has_message; /* the next one of the round's; else there was nothing in it to carry */
};

struct round {
	struct ctx *c;
	struct str *keys; /* of all streams */
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

struct watched *sale_relay_watch(struct sale_relay *r, int64_t id)
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

err sale_relay_read(struct sale_relay *r, struct ctx *c)
{
	struct sale_list live;
	size_t i, kept = 0;
	err e = sale_live(c, &live);

	if (e)
		return e;
	for (i = 0; i < r->count; i++)
		r->items[i].is_seen = false;
	for (i = 0; i < live.count; i++) {
		struct watched *w = sale_relay_watch(r, live.items[i].id);

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

void sale_relay_note(struct watched *w, bool is_done)
{
	if (is_done)
		w->failing_since = 0;
	else if (!w->failing_since)
		w->failing_since = clock_ticks();
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

	if (!num_parse_i64(no, 1, SALE_NUMBER_MOST, &number) || !num_parse_id(user, &number) ||
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
	load->has_message = packed > 0;
	if (packed)
		r->messages[r->message_count++] =
			(struct mq_message){ .key = sale_orders_key(r->c->arena, sale_id),
					     .body = buf_str(&b) };
}

/* The answer has the streams that hold something, in the order they were asked for. */
static void take_all(const struct sale_relay *relay, struct round *r,
		     const struct cache_reply *streams)
{
	size_t i = 0, j;

	for (j = 0; j < cache_items(streams); j++) {
		const struct cache_reply *stream = cache_item(streams, j);
		struct str key = cache_text(cache_item(stream, 0));

		while (i < relay->count && !str_is(key, r->keys[i]))
			i++;
		if (i == relay->count)
			BUG("a stream that was not asked for");
		take(r, relay->items[i].id, cache_item(stream, 1));
	}
}

/* ERR_CONFLICT: Redis does not read them. */
static err read_streams(const struct sale_relay *relay, struct round *r, int64_t wait_ms)
{
	struct ctx *c = r->c;
	struct cache_arg *args =
		ARENA_ARRAY(c->arena, struct cache_arg, READ_ARGS + 2 * relay->count);
	struct cache_reply *reply;
	size_t i, first, n = 0;
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
	first = n;
	for (i = 0; i < relay->count; i++) {
		r->keys[i] = sale_stream_key(c->arena, relay->items[i].id);
		if (!relay->items[i].is_misfit)
			args[n++] = cache_arg_text(r->keys[i]);
	}
	if (n == first)
		return ERR_UNAVAILABLE;
	for (i = n - first; i > 0; i--)
		args[n++] = cache_arg_text(STR("0"));
	e = cache_run(c->cache, &reply, (struct cache_args){ args, n });
	if (e)
		return e;
	if (cache_is_error(reply))
		return ERR_CONFLICT;
	take_all(relay, r, reply);
	return OK;
}

/* What is no stream is left out, and the others are read. */
static err read_readable(struct sale_relay *relay, struct round *r, int64_t wait_ms)
{
	bool is_more;
	err e = read_streams(relay, r, wait_ms);

	if (e != ERR_CONFLICT)
		return e;
	e = sale_relay_find_misfits(relay, r->c, &is_more);
	if (!e)
		e = is_more ? read_streams(relay, r, wait_ms) : ERR_UNAVAILABLE;
	return e == ERR_CONFLICT ? ERR_UNAVAILABLE : e;
}

/* Entries up to the last one that was published: their ids only grow. */
static void want_cut(struct ctx *c, const struct load *load)
{
	struct str last = load->last, ms = last;
	ptrdiff_t dash = str_find_byte(last, '-');
	int64_t sequence = 0;

	if (dash < 0 ||
	    !num_parse_i64(str_slice(last, (size_t)dash + 1, last.n), 0, INT64_MAX - 1, &sequence))
		return;
	ms.n = (size_t)dash;
	cache_want(c->cache, CACHE_ARGS(STR("XTRIM"), sale_stream_key(c->arena, load->sale_id),
					STR("MINID"), STR("="),
					str_format(c->arena, STR_FMT "-%lld", STR_ARG(ms),
						   (long long)sequence + 1)));
}

/* A queue that confirms nothing does not hold up the others. done: as they were published. */
static err cut_off(struct sale_relay *relay, struct round *r, const bool *done, size_t *moved)
{
	size_t i, at = 0, count = 0;
	err e;

	for (i = 0; i < r->load_count; i++) {
		const struct load *load = &r->loads[i];
		bool is_done = !load->has_message || done[at++];

		sale_relay_note(sale_relay_watch(relay, load->sale_id), is_done);
		if (!is_done)
			continue;
		want_cut(r->c, load);
		count += load->count;
	}
	e = cache_flush(r->c->cache);
	*moved += e ? 0 : count;
	return e;
}

err sale_relay_round(struct sale_relay *relay, struct ctx *c, int64_t wait_ms, size_t *moved)
{
	struct round r = { .c = c };
	bool *done;
	err e, cut;

	*moved = 0;
	if (!relay->count)
		return OK;
	r.keys = ARENA_ARRAY(c->arena, struct str, relay->count);
	r.loads = ARENA_ARRAY(c->arena, struct load, relay->count);
	r.messages = ARENA_ARRAY(c->arena, struct mq_message, relay->count);
	e = read_readable(relay, &r, wait_ms);
	if (e || !r.load_count)
		return e;
	done = ARENA_ARRAY(c->arena, bool, relay->count);
	if (SABOTAGED("strike-unconfirmed")) {
		memset(done, true, relay->count * sizeof(*done));
		if (cut_off(relay, &r, done, moved))
			return ERR_UNAVAILABLE;
	}
	e = mq_publish_batch_confirmed(c->mq, r.messages, r.message_count, done);
	cut = cut_off(relay, &r, done, moved);
	return e ? e : cut;
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
	err e = sale_relay_read(relay, c);

	*moved = 0;
	if (!e)
		e = find_old(relay, c);
	if (!e)
		e = sale_relay_round(relay, c, 0, moved);
	sale_relay_free(relay);
	return e;
}
