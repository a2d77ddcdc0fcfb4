/* From Redis streams to RabbitMQ: read, pack, publish, cut off. */
#include "domain/event_relay.h"

#include "base/buf.h"
#include "base/log.h"
#include "base/num.h"
#include "domain/reaction.h"

#define PACKED_MOST 4096 /* events in a message: some 250 kB */
/*
 * So many messages share a round, each with shards of its own: the database has smaller pieces to
 * write, and still the votes for a post come together.
 */
#define PARTS 8

/* Redis does one thing at a time: it works for us in slices of less than a millisecond. */
#define READ_MOST 64 /* entries of one stream in one command */

/* Where an event goes: each kind has a routing key, each key PARTS messages under construction. */
enum { KEY_VOTE, KEY_LIKE, KEY_CHECK_IN, KEY_COUNT };

static const struct {
	struct str kind;
	int key;
} kinds[] = {
	{ STR_INIT("vote"), KEY_VOTE },
	{ STR_INIT("like"), KEY_LIKE },
	{ STR_INIT("unlike"), KEY_LIKE },
	{ STR_INIT("checkin"), KEY_CHECK_IN },
};

static const struct str keys[KEY_COUNT] = {
	[KEY_VOTE] = STR_INIT("event.vote"),
	[KEY_LIKE] = STR_INIT("event.like"),
	[KEY_CHECK_IN] = STR_INIT("event.checkin"),
};

struct pack {
	struct buf body;
	size_t count;
	struct str id; /* of the message: shard and entry of its first event */
};

struct round {
	struct ctx *c;
	struct str streams[REACTION_SHARDS];
	struct str last[REACTION_SHARDS]; /* the id of the last entry read; empty: none */
	size_t entries;                   /* read so far */
	struct pack packs[KEY_COUNT][PARTS];
	struct mq_message *messages;
	size_t message_count, message_room;
};

struct event {
	struct str kind, target, user;
	int64_t type, at;
	int key;
};

static struct round *round_new(struct ctx *c)
{
	struct round *r = ARENA_NEW(c->arena, struct round);
	int i;

	r->c = c;
	for (i = 0; i < REACTION_SHARDS; i++)
		r->streams[i] = reaction_stream_key(c->arena, i);
	return r;
}

/* Unix us from an id, "ms-sequence": in the order of the ids, unless a thousand share a
 * millisecond. */
static bool read_time(struct str id, int64_t *out)
{
	int64_t ms, sequence = 999;
	struct str text;

	if (!str_split(&id, '-', &text) || !num_parse_i64(text, 1, INT64_MAX / 2000, &ms) ||
	    (id.n <= 3 && !num_parse_i64(id, 0, 999, &sequence)))
		return false;
	*out = ms * 1000 + sequence;
	return true;
}

/* An entry: its id, and [name, value, name, value, ...]. */
static bool read_event(struct str id, const struct cache_reply *fields, struct event *out)
{
	struct str text, word = { 0 };
	int64_t number;
	size_t i;

	*out = (struct event){ .key = KEY_COUNT };
	if (cache_items(fields) != 2 || !str_is(cache_text(cache_item(fields, 0)), STR("e")))
		return false;
	text = cache_text(cache_item(fields, 1));
	str_split(&text, ' ', &out->kind);
	for (i = 0; i < ARRAY_LEN(kinds); i++) {
		if (str_is(out->kind, kinds[i].kind))
			out->key = kinds[i].key;
	}
	str_split(&text, ' ', &word);
	str_split(&text, ' ', &out->target);
	out->user = text;
	return out->key != KEY_COUNT &&
	       num_parse_i64(word, TARGET_POST, TARGET_COMMENT, &out->type) &&
	       num_parse_id(out->target, &number) && num_parse_id(out->user, &number) &&
	       read_time(id, &out->at);
}

static void finish_pack(struct round *r, int key, int part)
{
	struct pack *p = &r->packs[key][part];

	if (!p->count)
		return;
	BUF_LIT(&p->body, "]");
	if (r->message_count == r->message_room) {
		size_t room = r->message_room ? r->message_room * 2 : KEY_COUNT;

		r->messages =
			arena_grow(r->c->arena, r->messages, r->message_room * sizeof(*r->messages),
				   room * sizeof(*r->messages));
		r->message_room = room;
	}
	r->messages[r->message_count++] =
		(struct mq_message){ .key = keys[key], .id = p->id, .body = buf_str(&p->body) };
	*p = (struct pack){ 0 };
}

static void pack_event(struct round *r, const struct event *event, int shard, struct str entry_id)
{
	struct pack *p = &r->packs[event->key][shard % PARTS];
	struct buf *b = &p->body;

	if (!p->count) {
		buf_init(b, r->c->arena, 4096);
		p->id = str_format(r->c->arena, "%d:" STR_FMT, shard, STR_ARG(entry_id));
	}
	/* Only digits and known words by now: nothing to escape. */
	buf_add(b, p->count ? STR(",[\"") : STR("[[\""));
	buf_add(b, event->kind);
	BUF_LIT(b, "\",");
	buf_add_i64(b, event->type);
	BUF_LIT(b, ",");
	buf_add(b, event->target);
	BUF_LIT(b, ",");
	buf_add(b, event->user);
	BUF_LIT(b, ",");
	buf_add_i64(b, event->at);
	BUF_LIT(b, "]");
	if (++p->count == PACKED_MOST)
		finish_pack(r, event->key, shard % PARTS);
}

static void add_entries(struct round *r, int shard, const struct cache_reply *entries)
{
	size_t i, n = cache_items(entries);

	r->entries += n;
	for (i = 0; i < n; i++) {
		const struct cache_reply *entry = cache_item(entries, i);
		struct str id = cache_text(cache_item(entry, 0));
		struct event event;

		r->last[shard] = id;
		if (read_event(id, cache_item(entry, 1), &event))
			pack_event(r, &event, shard, id);
		else
			log_error("events: entry " STR_FMT " of shard %d makes no sense",
				  STR_ARG(id), shard);
	}
}

/* Trimming up to the last entry that was read leaves that one. */
static err cut_off(struct round *r)
{
	struct cache *cache = r->c->cache;
	int i;

	for (i = 0; i < REACTION_SHARDS; i++) {
		if (!r->last[i].n)
			continue;
		cache_want(cache, CACHE_ARGS(STR("XTRIM"), r->streams[i], STR("MINID"), STR("="),
					     r->last[i]));
		cache_want(cache, CACHE_ARGS(STR("XDEL"), r->streams[i], r->last[i]));
	}
	return cache_flush(cache);
}

/* Publish what was read and cut it off: all of it, or nothing. */
static err finish_round(struct round *r, size_t *moved)
{
	bool *done;
	err e;
	int i;

	for (i = 0; i < KEY_COUNT * PARTS; i++)
		finish_pack(r, i / PARTS, i % PARTS);
	done = ARENA_ARRAY(r->c->arena, bool, r->message_count + 1);
	e = mq_await_lasting(r->c->mq);
	if (!e)
		e = mq_publish_batch_confirmed(r->c->mq, r->messages, r->message_count, done);
	if (!e)
		e = cut_off(r);
	*moved = e ? 0 : r->entries;
	return e;
}

static int shard_of(const struct round *r, struct str stream)
{
	int i;

	for (i = 0; i < REACTION_SHARDS; i++) {
		if (str_is(r->streams[i], stream))
			return i;
	}
	BUG("a stream that was not asked for");
}

/* XREAD over all streams, behind what was read. The answer names those that have something. */
static err read_more(struct round *r, int64_t wait_ms)
{
	struct cache_arg args[6 + 2 * REACTION_SHARDS];
	struct cache_reply *reply;
	size_t i, n = 0;
	err e;

	args[n++] = cache_arg_text(STR("XREAD"));
	args[n++] = cache_arg_text(STR("COUNT"));
	args[n++] = cache_arg_int(READ_MOST);
	if (wait_ms > 0) {
		args[n++] = cache_arg_text(STR("BLOCK"));
		args[n++] = cache_arg_int(wait_ms);
		cache_allow_wait(r->c->cache, wait_ms);
	}
	args[n++] = cache_arg_text(STR("STREAMS"));
	for (i = 0; i < REACTION_SHARDS; i++) {
		args[n + i] = cache_arg_text(r->streams[i]);
		args[n + REACTION_SHARDS + i] =
			cache_arg_text(r->last[i].n ? r->last[i] : STR("0-0"));
	}
	e = cache_run(r->c->cache, &reply, (struct cache_args){ args, n + 2 * REACTION_SHARDS });
	if (e)
		return e;
	for (i = 0; i < cache_items(reply); i++) {
		const struct cache_reply *stream = cache_item(reply, i);

		add_entries(r, shard_of(r, cache_text(cache_item(stream, 0))),
			    cache_item(stream, 1));
	}
	return OK;
}

err event_relay_round(struct ctx *c, int64_t wait_ms, size_t *moved)
{
	struct round *r = round_new(c);
	err e = read_more(r, wait_ms);
	size_t before = 0;

	*moved = 0;
	while (!e && r->entries > before && r->entries < EVENT_RELAY_ROUND) {
		before = r->entries;
		e = read_more(r, 0);
	}
	return e ? e : finish_round(r, moved);
}

/* The time in an entry's id is Redis's when it was added. */
static bool is_idle(struct ctx *c, const struct cache_reply *first)
{
	struct str id = cache_text(cache_item(cache_item(first, 0), 0)), ms;
	int64_t at;

	return str_split(&id, '-', &ms) && num_parse_id(ms, &at) &&
	       at <= c->now - EVENT_RELAY_IDLE_MS;
}

err event_relay_idle(struct ctx *c, size_t *moved)
{
	struct cache_reply *first[REACTION_SHARDS];
	bool has_idle = false;
	err e;
	int i;

	*moved = 0;
	for (i = 0; i < REACTION_SHARDS; i++)
		first[i] = cache_want(c->cache,
				      CACHE_ARGS(STR("XRANGE"), reaction_stream_key(c->arena, i),
						 STR("-"), STR("+"), STR("COUNT"), 1));
	e = cache_flush(c->cache);
	for (i = 0; !e && i < REACTION_SHARDS; i++)
		has_idle = has_idle || (cache_items(first[i]) && is_idle(c, first[i]));
	return e || !has_idle ? e : event_relay_round(c, 0, moved);
}
