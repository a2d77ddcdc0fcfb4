/* The RabbitMQ wrapper, against a real broker: publishing, consuming, dead letters, faults. */
#include "unit/store/mq_fixture.h"

#include <sys/time.h>

#include "base/clock.h"

static void messages_arrive_as_they_were_sent(void **state)
{
	struct fixture *f = *state;
	struct mq_delivery d;
	struct mq *m;

	STORES_OR_SKIP();
	m = consumer_of("mail", 10);
	assert_int_equal(mq_publish_confirmed(f->publisher, STR("mail.requested"), STR("17"),
					      STR("{\"a\":\"\0\xFF\"}")),
			 OK);
	assert_int_equal(mq_publish_confirmed(f->publisher, STR("mail.requested"), STR(""),
					      STR("")),
			 OK);
	d = next(f, m);
	assert_text(d.key, "mail.requested");
	assert_text(d.id, "17");
	assert_text(d.body, "{\"a\":\"\0\xFF\"}");
	assert_false(d.is_redelivered);
	assert_int_equal(mq_ack(m, d.tag, false), OK);
	d = next(f, m);
	assert_int_equal(d.id.n, 0);
	assert_int_equal(d.body.n, 0);
	assert_int_equal(mq_ack(m, d.tag, false), OK);
	assert_empty(f, m);
	mq_free(m);
	m = consumer_of("mail", 10);
	assert_empty(f, m);
	mq_free(m);
}

static void large_messages_take_many_frames(void **state)
{
	static const size_t sizes[] = { 131064, 131065, 131072, 1000000 };
	struct fixture *f = *state;
	struct mq *m;
	size_t i;

	STORES_OR_SKIP();
	m = consumer_of("mail", 10);
	for (i = 0; i < ARRAY_LEN(sizes); i++) {
		char *p = arena_alloc(f->a, sizes[i]);
		struct str body = { p, sizes[i] };
		struct mq_delivery d;

		memset(p, 'a' + (int)i, sizes[i]);
		assert_int_equal(mq_publish_confirmed(f->publisher, STR("mail.requested"), STR("1"),
						      body),
				 OK);
		d = next(f, m);
		assert_same(d.body, body);
		assert_int_equal(mq_ack(m, d.tag, false), OK);
	}
	mq_free(m);
}

static void wait_for_nothing(void *context)
{
	struct arena *a = arena_new(4096);
	int64_t started = clock_ticks();
	struct mq_delivery d;

	assert_int_equal(mq_next(context, a, 400, &d), ERR_NOT_FOUND);
	assert_true(clock_ticks() - started >= 350);
	arena_free(a);
}

static void idle(void *context)
{
	struct arena *a = arena_new(4096);
	int64_t started = clock_ticks();
	struct mq_delivery d;

	assert_int_equal(mq_next(context, a, 0, &d), ERR_NOT_FOUND);
	mq_idle(context, 200);
	assert_true(clock_ticks() - started >= 190);
	arena_free(a);
}

static void waiting_for_nothing_ends_in_time(void **state)
{
	struct mq *m;

	STORES_OR_SKIP();
	(void)state;
	m = consumer_of("mail", 1);
	assert_true(patience_is_quick(wait_for_nothing, m, 1000));
	assert_true(patience_is_quick(idle, m, 800));
	mq_free(m);
}

static void hear(int signal_number)
{
	(void)signal_number;
}

/* Or a worker that is told to end would do so a second later. Signals come until one of them finds
 * it waiting. */
static void a_signal_ends_the_wait(void **state)
{
	struct sigaction action = { .sa_handler = hear };
	struct itimerval soon = { .it_interval.tv_usec = 100000, .it_value.tv_usec = 100000 };
	struct itimerval never = { 0 };
	struct fixture *f = *state;
	struct mq_delivery d;
	struct mq *m;
	int64_t from;

	STORES_OR_SKIP();
	m = consumer_of("mail", 1);
	assert_empty(f, m);
	sigaction(SIGALRM, &action, NULL);
	from = clock_ticks();
	setitimer(ITIMER_REAL, &soon, NULL);
	assert_int_equal(mq_next(m, f->a, WAIT_MS, &d), ERR_NOT_FOUND);
	setitimer(ITIMER_REAL, &never, NULL);
	assert_in_range(clock_ticks() - from, 50, WAIT_MS / 2);
	/* And nothing is missed. */
	publish(f, "1", "{}");
	assert_text(next(f, m).id, "1");
	mq_free(m);
}

static void a_message_nobody_takes_is_not_published(void **state)
{
	struct fixture *f = *state;

	STORES_OR_SKIP();
	assert_int_equal(mq_publish_confirmed(f->publisher, STR("no.such.key"), STR("1"),
					      STR("{}")),
			 ERR_UNAVAILABLE);
	/* The connection is none the worse for it. */
	publish(f, "2", "{}");
}

static void a_batch_tells_which_were_stored(void **state)
{
	enum { COUNT = 700 };
	struct fixture *f = *state;
	struct mq_message messages[COUNT];
	bool done[COUNT];
	struct mq *m;
	size_t i;

	STORES_OR_SKIP();
	m = consumer_of("mail", 100);
	for (i = 0; i < COUNT; i++) {
		messages[i] = (struct mq_message){ .key = STR("mail.requested"),
						   .id = str_format(f->a, "%zu", i),
						   .body = STR("the same") };
	}
	messages[0].key = messages[301].key = messages[699].key = STR("no.such.key");
	assert_int_equal(mq_publish_batch_confirmed(f->publisher, messages, COUNT, done),
			 ERR_UNAVAILABLE);
	for (i = 0; i < COUNT; i++)
		assert_int_equal(done[i], i != 0 && i != 301 && i != 699);
	for (i = 0; i < COUNT; i++) {
		struct mq_delivery d;

		if (!done[i])
			continue;
		d = next(f, m);
		assert_same(d.id, messages[i].id);
		if (i % 50 == 49)
			assert_int_equal(mq_ack(m, d.tag, true), OK);
	}
	mq_free(m);
	messages[0].key = messages[301].key = messages[699].key = STR("mail.requested");
	assert_int_equal(mq_publish_batch_confirmed(f->publisher, messages, COUNT, done), OK);
	assert_int_equal(mq_publish_batch_confirmed(f->publisher, messages, 0, done), OK);
}

static void what_is_not_acknowledged_comes_again(void **state)
{
	struct fixture *f = *state;
	struct mq_delivery d;
	struct mq *m;

	STORES_OR_SKIP();
	publish(f, "1", "{}");
	m = consumer_of("mail", 10);
	assert_false(next(f, m).is_redelivered);
	mq_free(m);
	m = consumer_of("mail", 10);
	d = next(f, m);
	assert_true(d.is_redelivered);
	assert_text(d.id, "1");
	mq_free(m);
}

static void after_too_many_tries_a_message_is_dead(void **state)
{
	struct fixture *f = *state;
	struct mq_delivery d;
	struct mq *m, *dead;
	int i;

	STORES_OR_SKIP();
	publish(f, "poison", "{");
	m = consumer_of("mail", 10);
	for (i = 0; i <= MQ_DELIVERY_LIMIT; i++) {
		d = next(f, m);
		assert_text(d.id, "poison");
		assert_int_equal(mq_requeue(m, d.tag), OK);
	}
	dead = consumer_of("mail.dead", 10);
	d = next(f, dead);
	assert_text(d.id, "poison");
	assert_text(d.body, "{");
	assert_int_equal(mq_ack(dead, d.tag, false), OK);
	assert_empty(f, m);
	mq_free(dead);
	mq_free(m);
}

static void a_rejected_message_is_dead_at_once(void **state)
{
	struct fixture *f = *state;
	struct mq_delivery d;
	struct mq *m, *dead;

	STORES_OR_SKIP();
	publish(f, "no", "{}");
	m = consumer_of("mail", 10);
	d = next(f, m);
	assert_int_equal(mq_reject(m, d.tag), OK);
	dead = consumer_of("mail.dead", 10);
	assert_text(next(f, dead).id, "no");
	assert_empty(f, m);
	mq_free(dead);
	mq_free(m);
}

static void one_consumer_at_a_time_keeps_the_order(void **state)
{
	struct fixture *f = *state;
	struct mq *first, *second;
	struct mq_delivery d;
	int i;

	STORES_OR_SKIP();
	first = consumer_of("events", 10);
	second = consumer_of("events", 10);
	for (i = 0; i < 4; i++)
		assert_int_equal(mq_publish_confirmed(f->publisher, STR("event.vote"),
						      str_format(f->a, "%d", i), STR("[]")),
				 OK);
	assert_int_equal(mq_next(second, f->a, 300, &d), ERR_NOT_FOUND);
	d = next(f, first);
	assert_text(d.id, "0");
	assert_int_equal(mq_ack(first, d.tag, false), OK);
	mq_free(first);
	for (i = 1; i < 4; i++) {
		d = next(f, second);
		assert_same(d.id, str_format(f->a, "%d", i));
	}
	assert_int_equal(mq_ack(second, d.tag, true), OK);
	mq_free(second);
}

static void the_depth_of_a_queue(void **state)
{
	struct fixture *f = *state;
	int64_t depth = -1;

	STORES_OR_SKIP();
	assert_int_equal(mq_depth(f->publisher, "no.such.queue", &depth), ERR_NOT_FOUND);
	publish(f, "1", "{}");
	WAIT_UNTIL(mq_depth(f->publisher, "mail", &depth) || depth == 1);
	assert_int_equal(depth, 1);
}

static struct mq *misused;

static void publish_on_a_consumer(void)
{
	err e = mq_publish_confirmed(misused, STR("mail.requested"), STR("1"), STR("{}"));

	(void)e;
}

static void next_without_subscribe(void)
{
	struct mq_delivery d;
	err e = mq_next(connect_new(), arena_new(4096), 0, &d);

	(void)e;
}

static void misuse_aborts(void **state)
{
	(void)state;
	STORES_OR_SKIP();
	misused = consumer_of("mail", 1);
	assert_aborts(publish_on_a_consumer);
	assert_aborts(next_without_subscribe);
	mq_free(misused);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		mq_test(messages_arrive_as_they_were_sent),
		mq_test(large_messages_take_many_frames),
		mq_test(waiting_for_nothing_ends_in_time),
		mq_test(a_signal_ends_the_wait),
		mq_test(a_message_nobody_takes_is_not_published),
		mq_test(a_batch_tells_which_were_stored),
		mq_test(what_is_not_acknowledged_comes_again),
		mq_test(after_too_many_tries_a_message_is_dead),
		mq_test(a_rejected_message_is_dead_at_once),
		mq_test(one_consumer_at_a_time_keeps_the_order),
		mq_test(the_depth_of_a_queue),
		mq_test(misuse_aborts),
	};

	stores_need((const char *const[]){ "rabbitmq" }, 1);
	return cmocka_run_group_tests(tests, stores_set_up, stores_tear_down);
}
