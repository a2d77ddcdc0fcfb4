/* The buyers' threads: who is due presses or asks. */
#include "fault/sale/crowd_internal.h"

#include <stdlib.h>

#include "base/clock.h"

#define THREE_TIMES 5 /* every fifth buyer presses three times at once */
#define ASK_AGAIN_MS 100
#define PRESS_AGAIN_MS 400
#define LOOK_AGAIN_MS 1500 /* who knows the end looks at it now and then */

static const struct db_sql sql_order_of =
	SQL("SELECT order_id FROM sale_order WHERE sale_id = ? AND user_id = ?");

static pthread_t threads[CROWD_THREADS];

void crowd_open(const struct proof_sale *s, const int64_t *users, size_t count, int64_t within_ms)
{
	size_t i;

	crowd = (struct crowd){ .sale = *s, .count = count };
	crowd.arena = arena_new(65536);
	pthread_mutex_init(&crowd.lock, NULL);
	crowd.buyers = ARENA_ARRAY(crowd.arena, struct buyer, count);
	for (i = 0; i < count; i++) {
		struct buyer *b = &crowd.buyers[i];

		b->id = users[i];
		b->hands = i % THREE_TIMES ? 1 : 3;
		b->due_at = within_ms * (int64_t)i / (int64_t)count;
		snprintf(b->address, sizeof(b->address), "10.%d.%d.%d", (int)(users[i] >> 20 & 255),
			 (int)(i >> 8), (int)(i & 255));
	}
}

void crowd_close(void)
{
	free(crowd.answers);
	arena_free(crowd.arena);
	pthread_mutex_destroy(&crowd.lock);
}

/* A hand of a buyer who has more to do: -1 when nobody is due. */
static int take_due(int64_t now)
{
	size_t i, first = secret_random_below((uint32_t)crowd.count);
	int found = -1;

	pthread_mutex_lock(&crowd.lock);
	for (i = 0; found < 0 && i < crowd.count; i++) {
		struct buyer *b = &crowd.buyers[(first + i) % crowd.count];

		if (b->hands > 0 && !b->is_busy && b->due_at <= now) {
			found = (int)((first + i) % crowd.count);
			/* The other hands press at the same moment. */
			if (!--b->hands)
				b->is_busy = true;
			if (!b->pressed_at)
				b->pressed_at = now;
		}
	}
	pthread_mutex_unlock(&crowd.lock);
	return found;
}

static bool wants_to_press(const struct buyer *b)
{
	return !b->verdict && !b->accepted_at && !b->unsure_since;
}

static int64_t pause_of(const struct buyer *b, const struct answer *a)
{
	if (a->status == 429)
		return 2 * PRESS_AGAIN_MS;
	if (b->verdict)
		return LOOK_AGAIN_MS;
	return wants_to_press(b) ? PRESS_AGAIN_MS : ASK_AGAIN_MS;
}

static void act(struct asker *k, int buyer)
{
	struct buyer *b = &crowd.buyers[buyer];
	struct answer a;
	bool is_press;

	pthread_mutex_lock(&crowd.lock);
	is_press = b->hands || wants_to_press(b);
	pthread_mutex_unlock(&crowd.lock);
	a = is_press ? asker_press(k, buyer) : asker_ask(k, buyer);
	pthread_mutex_lock(&crowd.lock);
	if (b->is_busy) {
		b->is_busy = false;
		b->hands = 1;
		b->due_at = clock_ticks() + pause_of(b, &a);
	}
	pthread_mutex_unlock(&crowd.lock);
}

static void *run(void *unused)
{
	struct asker k;

	(void)unused;
	asker_open(&k);
	while (!crowd.is_stopping) {
		int buyer = take_due(clock_ticks());

		if (buyer >= 0)
			act(&k, buyer);
		else
			sleep_ms(5);
	}
	asker_close(&k);
	return NULL;
}

void crowd_start(void)
{
	int64_t now = clock_ticks();
	size_t i;

	for (i = 0; i < crowd.count; i++)
		crowd.buyers[i].due_at += now;

	for (i = 0; i < CROWD_THREADS; i++) {
		if (pthread_create(&threads[i], NULL, run, NULL))
			abort();
	}
}

void crowd_stop(void)
{
	size_t i;

	crowd.is_stopping = true;
	for (i = 0; i < CROWD_THREADS; i++)
		pthread_join(threads[i], NULL);
}

static int64_t order_of(int64_t user_id)
{
	struct ctx *c = site_ctx(proof_site);
	struct db_rows *rows;

	if (db_query(c->db, c->arena, &rows, &sql_order_of, DB_ARGS(crowd.sale.id, user_id)))
		return -1;
	return db_next(rows) ? db_int(rows, 0) : 0;
}

static void compare(const struct buyer *b, struct verdict *v)
{
	int64_t order_id = order_of(b->id);

	if (!b->verdict && (b->accepted_at || b->unsure_since)) {
		v->stuck++;
		note("stuck: buyer %lld, order %lld", (long long)b->id, (long long)order_id);
	}
	if (b->verdict > 0 && order_id != b->verdict) {
		v->lost++;
		note("lost: buyer %lld was told %lld, SQL has %lld", (long long)b->id,
		     (long long)b->verdict, (long long)order_id);
	}
	if (b->verdict < 0 && order_id) {
		v->changed++;
		note("refused, and has the order %lld: buyer %lld", (long long)order_id,
		     (long long)b->id);
	}
}

void crowd_last_round(struct verdict *v)
{
	struct asker k;
	size_t i;

	asker_open(&k);
	for (i = 0; i < crowd.count; i++) {
		asker_ask(&k, (int)i);
		if (!wants_to_press(&crowd.buyers[i])) {
			asker_press(&k, (int)i);
			asker_ask(&k, (int)i);
		}
		compare(&crowd.buyers[i], v);
	}
	asker_close(&k);
	v->changed += crowd.changed;
}
