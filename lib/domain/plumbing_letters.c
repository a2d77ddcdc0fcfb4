/* Dead letters: looked at, tried again, thrown away. */
#include "domain/plumbing.h"

#include "base/log.h"
#include "base/num.h"
#include "domain/moderation.h"
#include "domain/sale_orders.h"

#define LETTER_BYTES 65536
#define LOGGED_BYTES 2000

/* What to do with a letter of a queue; ERR_CONFLICT: it stays. */
struct letter_work {
	struct ctx *c;
	const char *queue;
	struct str id; /* only this one; empty: all */
	err (*handle)(struct letter_work *w, const struct mq_letter *letter);
	struct plumbing_letters *seen;
	int64_t done, room;
	struct arena *letters; /* emptied after each, unless they are to be seen */
	int64_t lying; /* not fetched yet of those that lay in the queue; -1: not known yet */
	uint64_t held; /* tag of the last letter that stays; 0: none */
};

static bool is_wanted(struct str queue, const char *name)
{
	return !queue.n || str_is(queue, str_from_c(name));
}

static err look(struct letter_work *w, const struct mq_letter *l)
{
	w->seen->items[w->seen->count++] = (struct plumbing_letter){
		.queue = str_from_c(w->queue),
		.id = l->id,
		.key = l->key,
		.body = l->body,
		.died_in = l->died_in,
		.reason = l->reason,
		.died_at = l->died_at,
	};
	return ERR_CONFLICT;
}

/* Publishing would make its queue anew, and nobody would ever look there. */
static bool is_of_past_sale(struct ctx *c, struct str key)
{
	struct str prefix = STR(SALE_ORDERS_PREFIX);
	struct sale sale;
	int64_t id;

	return str_starts(key, prefix) && num_parse_id(str_slice(key, prefix.n, key.n), &id) &&
	       sale_find_any(c, id, &sale) == OK && sale.state == SALE_OVER;
}

static err replay(struct letter_work *w, const struct mq_letter *l)
{
	err e;

	if (is_of_past_sale(w->c, l->key)) {
		log_warn("letter " STR_FMT " stays dead: its sale is over", STR_ARG(l->id));
		return ERR_CONFLICT;
	}
	e = mq_publish_confirmed(w->c->mq, l->key, l->id, l->body);
	if (e) {
		log_warn("letter " STR_FMT " stays dead: nobody takes " STR_FMT, STR_ARG(l->id),
			 STR_ARG(l->key));
		return e;
	}
	return mq_ack(w->c->mq, l->tag, false);
}

static err drop(struct letter_work *w, const struct mq_letter *l)
{
	struct str body = str_slice(l->body, 0, LOGGED_BYTES);

	log_warn("letter " STR_FMT " for " STR_FMT " was dropped by hand: " STR_FMT, STR_ARG(l->id),
		 STR_ARG(l->key), STR_ARG(body));
	return mq_ack(w->c->mq, l->tag, false);
}

/* One letter more. ERR_NOT_FOUND: there is none. */
static err step(struct letter_work *w)
{
	struct mq_letter letter;
	err e;

	if (!w->seen)
		arena_reset(w->letters);
	e = mq_fetch_letter(w->c->mq, w->letters, w->queue, &letter);
	if (e)
		return e;
	if (w->lying < 0)
		w->lying = letter.behind + 1;
	e = !w->id.n || str_is(w->id, letter.id) ? w->handle(w, &letter) : ERR_CONFLICT;
	if (e)
		w->held = letter.tag;
	w->done += !e;
	return e == ERR_CONFLICT ? OK : e;
}

/*
 * Those that stay are held until the end, so that none comes twice. One that dies again at once is
 * not met again either: no more are fetched than lay there.
 */
static err walk(struct letter_work *w)
{
	err e = OK, back = OK;

	w->held = 0;
	w->lying = -1;
	for (; !e && w->lying && w->room; w->lying--, w->room--)
		e = step(w);
	if (w->held)
		back = mq_give_back(w->c->mq, w->held);
	return e && e != ERR_NOT_FOUND ? e : back;
}

static err walk_all(struct letter_work *w, struct str queue)
{
	bool is_known = false;
	size_t i;
	err e = OK;

	for (i = 0; !e && i < mq_dead_count(); i++) {
		w->queue = mq_dead_queue(i);
		if (!is_wanted(queue, w->queue))
			continue;
		is_known = true;
		e = walk(w);
	}
	return e ? e : is_known ? OK : ERR_NOT_FOUND;
}

err plumbing_letters(struct ctx *c, struct str queue, struct plumbing_letters *out)
{
	struct letter_work w = {
		.c = c, .handle = look, .seen = out, .room = PLUMBING_LETTERS, .letters = c->arena
	};

	out->items = ARENA_ARRAY(c->arena, struct plumbing_letter, PLUMBING_LETTERS);
	out->count = 0;
	return walk_all(&w, queue);
}

/* What is asked for is written down before it is done, so that a crash cannot hide it. */
static err record(struct ctx *c, struct str action, struct str queue, struct str id)
{
	struct str what = str_format(c->arena, STR_FMT " " STR_FMT, STR_ARG(queue), STR_ARG(id));

	return moderation_record(c, action, TARGET_LETTER, 0, str_trim(what));
}

static err change(struct ctx *c, struct str action, struct str queue, struct letter_work *w,
		  int64_t *done)
{
	err e = record(c, action, queue, w->id);

	*done = 0;
	if (e)
		return e;
	w->c = c;
	w->room = INT64_MAX;
	w->letters = arena_new(LETTER_BYTES);
	e = walk_all(w, queue);
	arena_free(w->letters);
	*done = w->done;
	return e;
}

err plumbing_letters_replay(struct ctx *c, struct str queue, struct str id, int64_t *done)
{
	struct letter_work w = { .id = id, .handle = replay };

	return change(c, STR("letter.replay"), queue, &w, done);
}

err plumbing_letters_drop(struct ctx *c, struct str queue, struct str id, int64_t *done)
{
	struct letter_work w = { .id = id, .handle = drop };

	return change(c, STR("letter.drop"), queue, &w, done);
}
