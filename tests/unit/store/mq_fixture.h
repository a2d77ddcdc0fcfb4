/* What the tests of the RabbitMQ wrapper share: a publisher, and queues that are empty. */
#ifndef STORE_MQ_FIXTURE_H
#define STORE_MQ_FIXTURE_H

#include "unit/unit.h"

#include "store/mq.h"
#include "support/patience.h"
#include "support/queue.h"
#include "support/stores.h"

#define WAIT_MS WAIT_MOST_MS

struct fixture {
	struct arena *a;
	struct mq *publisher;
};

/* A fresh connection, as a process just started has it. */
static inline struct mq *connect_new(void)
{
	return mq_new(&stores.config);
}

/* Take away what an earlier test left in a queue. */
static inline void drain(struct fixture *f, const char *queue)
{
	struct mq *m = connect_new();
	struct mq_delivery d;

	if (mq_subscribe(m, queue, 5000))
		BUG("cannot drain");
	while (mq_next(m, f->a, 100, &d) == OK) {
		if (mq_ack(m, d.tag, false))
			BUG("cannot drain");
	}
	mq_free(m);
	arena_reset(f->a);
}

/* Up to the mark: its tag. */
static inline uint64_t drain_to(struct fixture *f, struct mq *m, struct str mark)
{
	struct mq_delivery d;

	for (;;) {
		if (mq_next(m, f->a, WAIT_MS, &d))
			BUG("cannot drain");
		if (str_is(d.id, mark))
			return d.tag;
		if (mq_ack(m, d.tag, false))
			BUG("cannot drain");
	}
}

/* To its very end, with the dead letters: a pause alone may be the broker's. */
static inline void drain_mail(struct fixture *f)
{
	struct str mark = queue_mark(f->publisher, f->a, STR("mail.requested"));
	struct mq *m = connect_new();

	if (mq_subscribe(m, "mail", 5000) || mq_reject(m, drain_to(f, m, mark)))
		BUG("cannot drain");
	mq_free(m);
	m = connect_new();
	if (mq_subscribe(m, "mail.dead", 5000) || mq_ack(m, drain_to(f, m, mark), false))
		BUG("cannot drain");
	mq_free(m);
	arena_reset(f->a);
}

static inline int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	size_t i;

	*state = f;
	f->a = arena_new(4096);
	if (stores.missing)
		return 0;
	f->publisher = connect_new();
	if (mq_declare(f->publisher))
		return -1;
	for (i = 0; i < mq_queue_count; i++) {
		char dead[64];

		snprintf(dead, sizeof(dead), "%s.dead", mq_queues[i].name);
		drain(f, mq_queues[i].name);
		drain(f, dead);
	}
	drain_mail(f);
	return 0;
}

static inline int tear_down(void **state)
{
	struct fixture *f = *state;

	mq_free(f->publisher);
	arena_free(f->a);
	free(f);
	return 0;
}

static inline struct mq *consumer_of(const char *queue, uint16_t prefetch)
{
	struct mq *m = connect_new();

	assert_int_equal(mq_subscribe(m, queue, prefetch), OK);
	return m;
}

static inline struct mq_delivery next(struct fixture *f, struct mq *m)
{
	struct mq_delivery d = { 0 };

	assert_int_equal(mq_next(m, f->a, WAIT_MS, &d), OK);
	return d;
}

/* Of the queue `mail`: the next thing in it is a mark that is set now. */
static inline void assert_empty(struct fixture *f, struct mq *m)
{
	struct str mark = queue_mark(f->publisher, f->a, STR("mail.requested"));
	struct mq_delivery d;

	assert_false(queue_next(m, f->a, mark, &d));
}

static inline void publish(struct fixture *f, const char *id, const char *body)
{
	assert_int_equal(mq_publish_confirmed(f->publisher, STR("mail.requested"), str_from_c(id),
					      str_from_c(body)),
			 OK);
}

#define mq_test(function) cmocka_unit_test_setup_teardown((function), set_up, tear_down)

#endif
