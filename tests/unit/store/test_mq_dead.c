/* Queues that nobody leads any more, as the broker was killed when they were new. */
#include "unit/store/mq_fixture.h"

#include "base/clock.h"

#define NEW "sale.order.21"
#define OLD "sale.order.22"
#define TRIES 5
#define GROWN_MS 1500 /* from then on it outlives the broker */

static err say(struct fixture *f, struct str key)
{
	err e = ERR_UNAVAILABLE;
	int i;

	for (i = 0; e && i < 50; i++) {
		e = mq_publish_confirmed(f->publisher, key, STR(""), STR("{}"));
		if (e)
			stores_sleep_ms(100);
	}
	return e;
}

static bool is_dead(struct fixture *f, struct str queue)
{
	int64_t until = clock_ticks() + 20000;
	bool answer = false;
	err e = ERR_UNAVAILABLE;

	/* A broker that has just come back does not serve new queues at once. */
	while (e && clock_ticks() < until) {
		e = mq_is_dead(f->publisher, queue, &answer);
		if (e)
			stores_sleep_ms(500);
	}
	assert_int_equal(e, OK);
	return answer;
}

/* One old queue with a message, and one that is as good as gone. */
static void make_dead(struct fixture *f)
{
	int i;

	assert_int_equal(mq_remove(f->publisher, STR(OLD)), OK);
	assert_int_equal(say(f, STR(OLD)), OK);
	stores_sleep_ms(GROWN_MS);
	for (i = 0; i < TRIES; i++) {
		assert_int_equal(mq_remove(f->publisher, STR(NEW)), OK);
		assert_int_equal(say(f, STR(NEW)), OK);
		stores_signal("rabbitmq", SIGKILL);
		stores_start("rabbitmq");
		if (is_dead(f, STR(NEW)))
			return;
	}
	fail_msg("no queue died");
}

static struct mq_delivery next_within(struct fixture *f, struct mq *consumer, int64_t ms)
{
	int64_t until = clock_ticks() + ms;
	struct mq_delivery d = { 0 };
	err e = ERR_NOT_FOUND;

	while (e && clock_ticks() < until)
		e = mq_next(consumer, f->a, 1000, &d);
	return d;
}

static void a_dead_queue_is_made_anew(void **state)
{
	struct fixture *f = *state;
	struct mq_delivery d;
	struct mq *consumer;
	int64_t depth;

	STORES_OR_SKIP();
	make_dead(f);
	assert_false(is_dead(f, STR(OLD)));
	assert_int_equal(mq_depth(f->publisher, OLD, &depth), OK);
	assert_int_equal(depth, 1);
	/* It does not stop the others. */
	consumer = connect_new();
	assert_int_equal(mq_subscribe_also(consumer, NEW, 4), ERR_UNAVAILABLE);
	assert_int_equal(mq_subscribe_also(consumer, OLD, 4), ERR_UNAVAILABLE);
	d = next_within(f, consumer, 20000);
	assert_text(d.key, OLD);
	assert_int_equal(mq_ack(consumer, d.tag, false), OK);
	/* What it had confirmed is lost; what it is given now is not. */
	assert_int_equal(mq_make_anew(f->publisher, STR(NEW)), OK);
	assert_int_equal(say(f, STR(NEW)), OK);
	assert_text(next_within(f, consumer, 30000).key, NEW);
	assert_false(is_dead(f, STR(NEW)));
	mq_free(consumer);
}

/* Nothing can be said of a queue while the broker itself is silent. */
static void a_frozen_broker_has_no_dead_queues(void **state)
{
	struct fixture *f = *state;
	bool answer = true;

	STORES_OR_SKIP();
	assert_int_equal(say(f, STR(OLD)), OK);
	stores_signal("rabbitmq", SIGSTOP);
	assert_int_equal(mq_is_dead(f->publisher, STR(OLD), &answer), ERR_UNAVAILABLE);
	assert_false(answer);
	stores_signal("rabbitmq", SIGCONT);
	stores_sleep_ms(MQ_RETRY_MS);
	assert_false(is_dead(f, STR(OLD)));
	/* One that is not there is not dead, either. */
	assert_int_equal(mq_remove(f->publisher, STR(OLD)), OK);
	assert_false(is_dead(f, STR(OLD)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		mq_test(a_dead_queue_is_made_anew),
		mq_test(a_frozen_broker_has_no_dead_queues),
	};

	stores_need((const char *const[]){ "rabbitmq" }, 1);
	return cmocka_run_group_tests(tests, stores_set_up, stores_tear_down);
}
