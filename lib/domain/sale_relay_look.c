/* Which sales there are, whether Redis has them, and whether their queues live. */
#include "domain/sale_relay_internal.h"

#include "base/clock.h"
#include "base/log.h"
#include "domain/dead_queue.h"
#include "domain/sale_gate.h"
#include "domain/sale_keys.h"
#include "domain/sale_orders.h"

static bool starts_soon(const struct watched *w, int64_t now)
{
	return !w->is_reminded && w->starts_at > now && w->starts_at - now <= SALE_RELAY_BEFORE_MS;
}

/* Was it asked? If not, it is not `orders` that is slow. */
static void note_answer(struct watched *w, int64_t now, bool is_done)
{
	sale_relay_note(w, is_done);
	if (!is_done) {
		w->ask_at = 0;
		w->ask_wait = SALE_RELAY_ASK_MS;
		return;
	}
	w->is_reminded |= starts_soon(w, now);
	w->is_to_settle = false;
	w->ask_at = clock_ticks() + w->ask_wait;
	w->ask_wait *= w->ask_wait < SALE_RELAY_ASK_MOST_MS ? 2 : 1;
}

/* Ask `orders` to settle each of these. is_missing is their order in r->items. */
static err ask(struct sale_relay *r, struct ctx *c, const bool *is_missing)
{
	struct mq_message *messages = ARENA_ARRAY(c->arena, struct mq_message, r->count + 1);
	struct watched **asked = ARENA_ARRAY(c->arena, struct watched *, r->count + 1);
	bool *done = ARENA_ARRAY(c->arena, bool, r->count + 1);
	size_t i, n = 0;
	err e;

	for (i = 0; i < r->count; i++) {
		struct watched *w = &r->items[i];
		bool is_due = is_missing[i] && clock_ticks() >= w->ask_at;

		if (!is_missing[i])
			w->ask_wait = SALE_RELAY_ASK_MS;
		if (!is_due && !starts_soon(w, c->now) && !w->is_to_settle)
			continue;
		asked[n] = w;
		messages[n++] = (struct mq_message){
			.key = sale_orders_key(c->arena, w->id),
			.body = sale_settle_body(c->arena, w->is_to_settle ? SALE_NUMBER_MOST : 0)
		};
	}
	e = mq_publish_batch_confirmed(c->mq, messages, n, done);
	for (i = 0; i < n; i++)
		note_answer(asked[i], c->now, done[i]);
	return e;
}

static struct cache_reply *want_type(struct ctx *c, const struct watched *w)
{
	return cache_want(c->cache, CACHE_ARGS(STR("TYPE"), sale_stream_key(c->arena, w->id)));
}

static bool can_be_read(const struct cache_reply *type)
{
	struct str word = cache_text(type);

	/* What Redis does not say is not held against it. */
	return cache_is_nil(type) || str_is(word, STR("stream")) || str_is(word, STR("none"));
}

err sale_relay_find_misfits(struct sale_relay *r, struct ctx *c, bool *more)
{
	struct cache_reply **types = ARENA_ARRAY(c->arena, struct cache_reply *, r->count + 1);
	size_t i;
	err e;

	for (i = 0; i < r->count; i++)
		types[i] = want_type(c, &r->items[i]);
	e = cache_flush(c->cache);
	*more = false;
	for (i = 0; !e && i < r->count; i++) {
		struct watched *w = &r->items[i];

		if (w->is_misfit || can_be_read(types[i]))
			continue;
		log_error("ALARM sale %lld: what should be its stream is none; it is left out",
			  (long long)w->id);
		w->is_misfit = true;
		*more = true;
	}
	return e;
}

/* Settling a sale removes what is no stream. */
static err look_at_misfits(struct sale_relay *r, struct ctx *c)
{
	size_t i;
	err e = OK;

	for (i = 0; !e && i < r->count; i++) {
		struct watched *w = &r->items[i];
		struct cache_reply *type = w->is_misfit ? want_type(c, w) : NULL;

		if (!type)
			continue;
		e = cache_flush(c->cache);
		w->is_misfit = e || !can_be_read(type);
	}
	return e;
}

err sale_relay_look(struct sale_relay *r, struct ctx *c)
{
	struct cache_reply **loaded, **tickets;
	bool *is_missing;
	size_t i;
	err e = sale_relay_read(r, c);

	if (e)
		log_debug("sales: those known before are served");
	e = look_at_misfits(r, c);
	if (e)
		return e;
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
	for (i = 0; i < r->count; i++)
		is_missing[i] = r->items[i].is_misfit || cache_int(loaded[i]) != 2 ||
				cache_int(tickets[i]) != 1;
	return ask(r, c, is_missing);
}

/*
 * Its queue was lost, with all it had confirmed. What was recorded in SQL is published again, and
 * the tickets say who waits: `orders` writes them.
 */
static err mend_queue(struct watched *w, struct ctx *c)
{
	struct str queue = sale_orders_key(c->arena, w->id);
	bool was_dead = false;
	err e = dead_queue_mend(c, queue, queue, &was_dead);

	w->is_to_settle |= was_dead;
	/* The broker is away: looked at as soon as it is back, before the next message fails. */
	if (e && !was_dead)
		return e;
	/* Whatever came of the rest: the others have their turn before the next try. */
	w->failing_since = clock_ticks();
	return e;
}

err sale_relay_mend(struct sale_relay *r, struct ctx *c)
{
	size_t i;
	err e = OK;

	for (i = 0; !e && i < r->count; i++) {
		struct watched *w = &r->items[i];

		if (w->failing_since && clock_ticks() - w->failing_since >= SALE_RELAY_DEAD_MS)
			e = mend_queue(w, c);
	}
	return e;
}
