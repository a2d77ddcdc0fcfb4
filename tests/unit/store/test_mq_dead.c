/* Queues that nobody leads any more, as the broker was killed when they were new. */
#include "unit/store/mq_fixture.h"

#include "base/clock.h"
#include "unit/store/dying.h"

#define NEW "sale.order.21"
#define OLD "sale.order.22"
#define FRESH "sale.order.23"
#define GROWN_MS 4000 /* from then on it outlives the broker */

/* A queue that was dead is left alone for a while. */
static struct mq_delivery next_in_the_end(struct fixture *f, struct mq *consumer)
{
	int64_t until = clock_ticks() + 2 * WAIT_MOST_MS;
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
	/* One old queue with a message, and one that is as good as gone. */
	assert_int_equal(mq_remove(f->publisher, STR(OLD)), OK);
	dying_publish(f->publisher, STR(OLD));
	stores_sleep_ms(GROWN_MS);
	dying_kill(f->publisher, STR(NEW), STR(NEW));
	assert_false(dying_is_dead(f->publisher, STR(OLD)));
	assert_int_equal(mq_depth(f->publisher, OLD, &depth), OK);
	assert_int_equal(depth, 1);
	/* It does not stop the others. */
	consumer = connect_new();
	assert_int_equal(mq_subscribe_also(consumer, NEW, 4), ERR_UNAVAILABLE);
	assert_int_equal(mq_subscribe_also(consumer, OLD, 4), ERR_UNAVAILABLE);
	d = next_in_the_end(f, consumer);
	assert_text(d.key, OLD);
	assert_int_equal(mq_ack(consumer, d.tag, false), OK);
	/* What it had confirmed is lost; what it is given now is not. */
	assert_int_equal(mq_make_anew(f->publisher, STR(NEW)), OK);
	dying_publish(f->publisher, STR(NEW));
	assert_text(next_in_the_end(f, consumer).key, NEW);
	assert_false(dying_is_dead(f->publisher, STR(NEW)));
	mq_free(consumer);
}

/*
 * As durable as any other, once it is a second old. Its name must be one no queue had before the
 * one that died: RabbitMQ forgets the deletion of that one, too, when it is killed, and finds it
 * again at each start; then the queue is made anew each time.
 */
static void a_queue_made_anew_outlives_the_broker(void **state)
{
	struct fixture *f = *state;
	int64_t depth;

	STORES_OR_SKIP();
	dying_publish(f->publisher, STR(FRESH));
	stores_signal("rabbitmq", SIGKILL);
	stores_start("rabbitmq");
	/* Dead, as a rule; if it is not, all the better. */
	(void)dying_is_dead(f->publisher, STR(FRESH));
	dying_make(f->publisher, STR(FRESH));
	dying_publish(f->publisher, STR(FRESH));
	stores_sleep_ms(GROWN_MS);
	stores_signal("rabbitmq", SIGTERM);
	stores_start("rabbitmq");
	assert_false(dying_is_dead(f->publisher, STR(FRESH)));
	assert_int_equal(mq_depth(f->publisher, FRESH, &depth), OK);
	assert_int_equal(depth, 1);
}

/* Nothing can be said of a queue while the broker itself is silent. */
static void a_frozen_broker_has_no_dead_queues(void **state)
{
	struct fixture *f = *state;
	bool answer = true;

	STORES_OR_SKIP();
	dying_publish(f->publisher, STR(OLD));
	stores_signal("rabbitmq", SIGSTOP);
	assert_int_equal(mq_is_dead(f->publisher, STR(OLD), &answer), ERR_UNAVAILABLE);
	assert_false(answer);
	stores_signal("rabbitmq", SIGCONT);
	stores_sleep_ms(MQ_RETRY_MS);
	assert_false(dying_is_dead(f->publisher, STR(OLD)));
	/* One that is not there is not dead, either. */
	assert_int_equal(mq_remove(f->publisher, STR(OLD)), OK);
	assert_false(dying_is_dead(f->publisher, STR(OLD)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		mq_test(a_dead_queue_is_made_anew),
		mq_test(a_queue_made_anew_outlives_the_broker),
		mq_test(a_frozen_broker_has_no_dead_queues),
	};

	stores_need((const char *const[]){ "rabbitmq" }, 1);
	return cmocka_run_group_tests(tests, stores_set_up, stores_tear_down);
}
