/*
 * orders: writes what the gates of sales took, each sale's messages one after the other. The queues
 * have a single active consumer, so of several processes one works for a sale and another takes
 * over when it ends.
 */
#include <stdlib.h>

#include "base/log.h"
#include "base/num.h"
#include "domain/consumer.h"
#include "domain/sale_orders.h"

/* The sales whose queues we are subscribed to. */
static struct {
	int64_t *items;
	size_t count, room;
} followed;

static bool has_sale(const struct sale_list *list, int64_t id)
{
	size_t i;

	for (i = 0; i < list->count; i++) {
		if (list->items[i].id == id)
			return true;
	}
	return false;
}

static bool is_followed(int64_t id)
{
	size_t i;

	for (i = 0; i < followed.count; i++) {
		if (followed.items[i] == id)
			return true;
	}
	return false;
}

static void add(int64_t id)
{
	if (followed.count == followed.room) {
		followed.room = followed.room ? followed.room * 2 : 16;
		followed.items = realloc(followed.items, followed.room * sizeof(*followed.items));
		if (!followed.items)
			BUG("out of memory");
	}
	followed.items[followed.count++] = id;
}

static err leave_gone(struct program *p, const struct sale_list *live)
{
	struct arena *a = p->ctx.arena;
	size_t i, kept = 0;
	err e = OK;

	for (i = 0; i < followed.count; i++) {
		if (has_sale(live, followed.items[i]))
			followed.items[kept++] = followed.items[i];
		else if (!e)
			e = mq_leave(p->ctx.mq, sale_orders_key(a, followed.items[i]).p);
	}
	followed.count = kept;
	return e;
}

static err follow(struct program *p, uint16_t prefetch)
{
	struct sale_list live;
	size_t i;
	err e = sale_live(&p->ctx, &live);

	if (!e)
		e = leave_gone(p, &live);
	for (i = 0; !e && i < live.count; i++) {
		if (is_followed(live.items[i].id))
			continue;
		e = mq_subscribe_also(p->ctx.mq, sale_orders_key(p->ctx.arena, live.items[i].id).p,
				      prefetch);
		/* Asked for again by the broker's part, whatever became of it now. */
		add(live.items[i].id);
	}
	return e;
}

static bool sale_of(struct str key, int64_t *out)
{
	struct str prefix = STR(SALE_ORDERS_PREFIX);

	return str_starts(key, prefix) && num_parse_id(str_slice(key, prefix.n, key.n), out);
}

static err handle(struct program *p, const struct mq_delivery *d)
{
	int64_t sale_id;

	if (!sale_of(d->key, &sale_id))
		return ERR_INVALID;
	return sale_orders_handle(&p->ctx, sale_id, d->body);
}

static err handle_some(struct program *p, const struct mq_delivery *d, size_t count)
{
	struct str bodies[CONSUMER_TOGETHER_MOST];
	int64_t sale_id;
	size_t i;

	if (!sale_of(d->key, &sale_id))
		return ERR_INVALID;
	for (i = 0; i < count; i++)
		bodies[i] = d[i].body;
	return sale_orders_handle_some(&p->ctx, sale_id, bodies, count);
}

int main(void)
{
	static const struct consumer orders = { .prefetch = 2 * CONSUMER_TOGETHER_MOST,
						.handle = handle,
						.follow = follow,
						.handle_some = handle_some };
	struct program p;

	if (program_open(&p, "orders"))
		return 1;
	consumer_run(&p, &orders);
	free(followed.items);
	program_close(&p);
	return 0;
}
