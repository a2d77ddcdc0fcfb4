/* From Redis streams to RabbitMQ: read, pack, publish, strike off. */
#include "domain/event_relay.h"

#include "base/buf.h"
#include "base/log.h"
#include "base/num.h"
#include "domain/reaction.h"

#define GROUP STR("relay")
#define PACKED_MOST 4096 /* events in a message: some 350 kB */

/* Redis does one thing at a time: it works for us in slices of less than a millisecond. */
#define READ_MOST 32    /* entries of one stream in one command */
#define STRIKE_MOST 512 /* entries struck off in one command */

/* An existing group is as good as a new one, and not an error worth a log line. */
static const struct cache_script script_open =
	CACHE_SCRIPT("local r = redis.pcall('XGROUP', 'CREATE', KEYS[1], ARGV[1], '0', 'MKSTREAM') "
		     "if r.err and not string.find(r.err, 'BUSYGROUP', 1, true) then return r end "
		     "return 1");

/*
 * In one step: an entry acknowledged but not deleted would lie in the stream for ever. ARGV: ids in
 * their order. When no reader holds anything any more, all up to the last one is done with, and
 * cutting the stream there costs a tenth of deleting entry by entry.
 */
static const struct cache_script script_strike =
	CACHE_SCRIPT("local group = table.remove(ARGV, 1) "
		     "redis.call('XACK', KEYS[1], group, unpack(ARGV)) "
		     "if redis.call('XPENDING', KEYS[1], group)[1] > 0 then "
		     "return redis.call('XDEL', KEYS[1], unpack(ARGV)) end "
		     "local ms, number = string.match(ARGV[#ARGV], '(%d+)-(%d+)') "
		     "return redis.call('XTRIM', KEYS[1], 'MINID', '=', ms .. '-' .. number + 1)");

/* Where an event goes: each kind has a routing key, each key one message under construction. */
enum { KEY_VOTE, KEY_LIKE, KEY_COUNT };

static const struct {
	struct str kind;
	int key;
} kinds[] = {
	{ STR_INIT("vote"), KEY_VOTE },
	{ STR_INIT("like"), KEY_LIKE },
	{ STR_INIT("unlike"), KEY_LIKE },
};

static const struct str keys[KEY_COUNT] = {
	[KEY_VOTE] = STR_INIT("event.vote"),
	[KEY_LIKE] = STR_INIT("event.like"),
};

struct pack {
	struct buf body;
	size_t count;
	struct str id; /* of the message: shard and entry of its first event */
};

/* The entries of one stream that are done with once the messages are stored. */
struct strike {
	struct cache_arg *ids;
	size_t count, room;
};

struct round {
	struct ctx *c;
	struct str streams[REACTION_SHARDS];
	struct strike strikes[REACTION_SHARDS];
	size_t entries; /* read so far */
	struct pack packs[KEY_COUNT];
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

static bool read_event(const struct cache_reply *fields, struct event *out)
{
	int64_t id;
	size_t i;

	*out = (struct event){ .kind = field(fields, STR("kind")),
			       .target = field(fields, STR("target")),
			       .user = field(fields, STR("user")),
			       .key = KEY_COUNT };
	for (i = 0; i < ARRAY_LEN(kinds); i++) {
		if (str_is(out->kind, kinds[i].kind))
			out->key = kinds[i].key;
	}
	return out->key != KEY_COUNT && num_parse_id(out->target, &id) &&
	       num_parse_id(out->user, &id) &&
	       num_parse_i64(field(fields, STR("type")), TARGET_POST, TARGET_COMMENT, &out->type) &&
	       num_parse_i64(field(fields, STR("at")), 1, INT64_MAX, &out->at);
}

static void finish_pack(struct round *r, int key)
{
	struct pack *p = &r->packs[key];

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
	struct pack *p = &r->packs[event->key];
	struct buf *b = &p->body;

	if (!p->count) {
		buf_init(b, r->c->arena, 4096);
		p->id = str_format(r->c->arena, "%d:" STR_FMT, shard, STR_ARG(entry_id));
		BUF_LIT(b, "[{\"kind\":\"");
	} else {
		BUF_LIT(b, ",{\"kind\":\"");
	}
	/* Only digits and known words by now: nothing to escape. */
	buf_add(b, event->kind);
	BUF_LIT(b, "\",\"type\":");
	buf_add_i64(b, event->type);
	BUF_LIT(b, ",\"target\":\"");
	buf_add(b, event->target);
	BUF_LIT(b, "\",\"user\":\"");
	buf_add(b, event->user);
	BUF_LIT(b, "\",\"at\":");
	buf_add_i64(b, event->at);
	BUF_LIT(b, "}");
	if (++p->count == PACKED_MOST)
		finish_pack(r, event->key);
}

static void make_room(struct arena *a, struct strike *s, size_t more)
{
	size_t room = s->count + more > 2 * s->room ? s->count + more : 2 * s->room;

	if (s->count + more <= s->room)
		return;
	s->ids = arena_grow(a, s->ids, s->room * sizeof(*s->ids), room * sizeof(*s->ids));
	s->room = room;
}

static void add_entries(struct round *r, int shard, const struct cache_reply *entries)
{
	struct strike *s = &r->strikes[shard];
	size_t i, n = cache_items(entries);

	make_room(r->c->arena, s, n);
	r->entries += n;
	for (i = 0; i < n; i++) {
		const struct cache_reply *entry = cache_item(entries, i);
		const struct cache_reply *fields;
		struct str id;
		struct event event;

		if (cache_items(entry) != 2)
			continue;
		id = cache_text(cache_item(entry, 0));
		fields = cache_item(entry, 1);
		s->ids[s->count++] = cache_arg_text(id);
		/* Without fields: held by us, but trimmed from the stream meanwhile. */
		if (cache_is_nil(fields))
			log_error("events: entry " STR_FMT " of shard %d is lost", STR_ARG(id),
				  shard);
		else if (read_event(fields, &event))
			pack_event(r, &event, shard, id);
		else
			log_error("events: entry " STR_FMT " of shard %d makes no sense",
				  STR_ARG(id), shard);
	}
}

static void want_strike(struct round *r, int shard, size_t from, size_t count)
{
	struct cache_arg *args = ARENA_ARRAY(r->c->arena, struct cache_arg, count + 2);

	args[0] = cache_arg_text(r->streams[shard]);
	args[1] = cache_arg_text(GROUP);
	memcpy(args + 2, r->strikes[shard].ids + from, count * sizeof(*args));
	cache_want_script(r->c->cache, &script_strike, 1, (struct cache_args){ args, count + 2 });
}

static err strike_off(struct round *r, size_t *moved)
{
	size_t from, left;
	err e = OK;
	int i;

	for (i = 0; i < REACTION_SHARDS; i++) {
		for (from = 0; !e && from < r->strikes[i].count; from += STRIKE_MOST) {
			left = r->strikes[i].count - from;
			want_strike(r, i, from, left < STRIKE_MOST ? left : STRIKE_MOST);
			e = cache_flush(r->c->cache);
		}
		*moved += r->strikes[i].count;
	}
	return e;
}

/* Publish what was read and strike it off: all of it, or nothing. */
static err finish_round(struct round *r, size_t *moved)
{
	bool *done;
	err e;
	int i;

	*moved = 0;
	for (i = 0; i < KEY_COUNT; i++)
		finish_pack(r, i);
	done = ARENA_ARRAY(r->c->arena, bool, r->message_count + 1);
	e = mq_publish_batch_confirmed(r->c->mq, r->messages, r->message_count, done);
	return e ? e : strike_off(r, moved);
}

err event_relay_open(struct ctx *c)
{
	struct cache_reply *replies[REACTION_SHARDS];
	err e;
	int i;

	for (i = 0; i < REACTION_SHARDS; i++)
		replies[i] = cache_want_script(c->cache, &script_open, 1,
					       CACHE_ARGS(reaction_stream_key(c->arena, i), GROUP));
	e = cache_flush(c->cache);
	for (i = 0; !e && i < REACTION_SHARDS; i++) {
		if (cache_is_error(replies[i]))
			e = ERR_INTERNAL;
	}
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

/* XREADGROUP over all streams, from `from` on. The answer names those that have something. */
static err read_group(struct round *r, struct str reader, struct str from, int64_t wait_ms)
{
	struct cache_arg args[9 + 2 * REACTION_SHARDS];
	struct cache_reply *reply;
	size_t i, n = 0;
	err e;

	args[n++] = cache_arg_text(STR("XREADGROUP"));
	args[n++] = cache_arg_text(STR("GROUP"));
	args[n++] = cache_arg_text(GROUP);
	args[n++] = cache_arg_text(reader);
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
		args[n + REACTION_SHARDS + i] = cache_arg_text(from);
	}
	e = cache_run(r->c->cache, &reply, (struct cache_args){ args, n + 2 * REACTION_SHARDS });
	if (e)
		return e;
	if (cache_is_error(reply)) /* the group is gone: Redis was emptied */
		return ERR_UNAVAILABLE;
	for (i = 0; i < cache_items(reply); i++) {
		const struct cache_reply *stream = cache_item(reply, i);

		add_entries(r, shard_of(r, cache_text(cache_item(stream, 0))),
			    cache_item(stream, 1));
	}
	return OK;
}

err event_relay_held(struct ctx *c, struct str reader, size_t *moved)
{
	struct round *r = round_new(c);
	err e = read_group(r, reader, STR("0"), 0);

	return e ? e : finish_round(r, moved);
}

err event_relay_new(struct ctx *c, struct str reader, int64_t wait_ms, size_t *moved)
{
	struct round *r = round_new(c);
	err e = read_group(r, reader, STR(">"), wait_ms);
	size_t before = 0;

	while (!e && r->entries > before && r->entries < EVENT_RELAY_ROUND) {
		before = r->entries;
		e = read_group(r, reader, STR(">"), 0);
	}
	return e ? e : finish_round(r, moved);
}

err event_relay_idle(struct ctx *c, struct str reader, size_t *moved)
{
	struct cache_reply *replies[REACTION_SHARDS];
	struct round *r = round_new(c);
	err e;
	int i;

	for (i = 0; i < REACTION_SHARDS; i++)
		replies[i] = cache_want(c->cache, CACHE_ARGS(STR("XAUTOCLAIM"), r->streams[i],
							     GROUP, reader, EVENT_RELAY_IDLE_MS,
							     STR("0-0"), STR("COUNT"), READ_MOST));
	e = cache_flush(c->cache);
	if (e)
		return e;
	for (i = 0; i < REACTION_SHARDS; i++) {
		if (cache_is_error(replies[i]))
			return ERR_UNAVAILABLE;
		if (cache_items(replies[i]) > 1)
			add_entries(r, i, cache_item(replies[i], 1));
	}
	return finish_round(r, moved);
}
