/* The RabbitMQ wrapper, against a real broker: publishing, consuming, dead letters, faults. */
#include "unit/unit.h"

#include "base/clock.h"
#include "store/mq.h"
#include "support/stores.h"

#define WAIT_MS 3000

struct fixture {
	struct arena *a;
	struct mq *publisher;
};

static void rabbitmqctl(const char *one, const char *two, const char *three)
{
	const char *argv[] = { "bash", "tests/support/services.sh", "rabbitmqctl", stores.folder,
			       "-q", one, two, three, NULL };

	assert_true(stores_run(argv));
}

/* A fresh connection, as a process just started has it. */
static struct mq *connect_new(void)
{
	return mq_new(&stores.config);
}

/* Take away what an earlier test left in a queue. */
static void drain(struct fixture *f, const char *queue)
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

static int set_up(void **state)
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
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	mq_free(f->publisher);
	arena_free(f->a);
	free(f);
	return 0;
}

static struct mq *consumer_of(const char *queue, uint16_t prefetch)
{
	struct mq *m = connect_new();

	assert_int_equal(mq_subscribe(m, queue, prefetch), OK);
	return m;
}

static struct mq_delivery next(struct fixture *f, struct mq *m)
{
	struct mq_delivery d = { 0 };

	assert_int_equal(mq_next(m, f->a, WAIT_MS, &d), OK);
	return d;
}

static void assert_empty(struct fixture *f, struct mq *m)
{
	struct mq_delivery d;

	assert_int_equal(mq_next(m, f->a, 300, &d), ERR_NOT_FOUND);
}

static void publish(struct fixture *f, const char *id, const char *body)
{
	assert_int_equal(mq_publish_confirmed(f->publisher, STR("mail.requested"), str_from_c(id),
					      str_from_c(body)),
			 OK);
}

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
	assert_int_equal(mq_publish_confirmed(f->publisher, STR("mail.requested"), STR(""), STR("")), OK);
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
		assert_int_equal(mq_publish_confirmed(f->publisher, STR("mail.requested"), STR("1"), body),
				 OK);
		d = next(f, m);
		assert_same(d.body, body);
		assert_int_equal(mq_ack(m, d.tag, false), OK);
	}
	mq_free(m);
}

static void waiting_for_nothing_ends_in_time(void **state)
{
	struct fixture *f = *state;
	struct mq_delivery d;
	int64_t started;
	struct mq *m;

	STORES_OR_SKIP();
	m = consumer_of("mail", 1);
	started = clock_ticks();
	assert_int_equal(mq_next(m, f->a, 400, &d), ERR_NOT_FOUND);
	assert_in_range(clock_ticks() - started, 350, 1000);
	started = clock_ticks();
	assert_int_equal(mq_next(m, f->a, 0, &d), ERR_NOT_FOUND);
	mq_idle(m, 200);
	assert_in_range(clock_ticks() - started, 190, 800);
	mq_free(m);
}

static void a_message_nobody_takes_is_not_published(void **state)
{
	struct fixture *f = *state;

	STORES_OR_SKIP();
	assert_int_equal(mq_publish_confirmed(f->publisher, STR("no.such.key"), STR("1"), STR("{}")),
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
	assert_empty(f, m);
	dead = consumer_of("mail.dead", 10);
	d = next(f, dead);
	assert_text(d.id, "poison");
	assert_text(d.body, "{");
	assert_int_equal(mq_ack(dead, d.tag, false), OK);
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
	assert_empty(f, second);
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
	int tries;

	STORES_OR_SKIP();
	assert_int_equal(mq_depth(f->publisher, "no.such.queue", &depth), ERR_NOT_FOUND);
	publish(f, "1", "{}");
	for (tries = 0; tries < 100 && depth != 1; tries++) {
		assert_int_equal(mq_depth(f->publisher, "mail", &depth), OK);
		stores_sleep_ms(100);
	}
	assert_int_equal(depth, 1);
}

static void a_broker_out_of_memory_is_in_doubt(void **state)
{
	enum { COUNT = 3000 };
	struct fixture *f = *state;
	struct mq_message messages[COUNT];
	bool done[COUNT];
	int64_t started;
	struct mq *m;
	size_t i;

	STORES_OR_SKIP();
	publish(f, "before", "{}");
	for (i = 0; i < COUNT; i++)
		messages[i] = (struct mq_message){ STR("mail.requested"), STR("during"),
						   { arena_alloc(f->a, 2000), 2000 } };
	rabbitmqctl("set_vm_memory_high_watermark", "absolute", "1");
	started = clock_ticks();
	assert_int_equal(mq_publish_batch_confirmed(f->publisher, messages, COUNT, done),
			 ERR_UNAVAILABLE);
	assert_in_range(clock_ticks() - started, 1500, 4000);
	for (i = 0; i < COUNT; i++)
		assert_false(done[i]);
	assert_int_equal(mq_publish_confirmed(f->publisher, STR("mail.requested"), STR("2"), STR("{}")),
			 ERR_UNAVAILABLE);
	assert_in_range(clock_ticks() - started, 1500, 4000);
	rabbitmqctl("set_vm_memory_high_watermark", "absolute", "400MB");
	stores_sleep_ms(MQ_RETRY_MS);
	publish(f, "after", "{}");
	m = consumer_of("mail", 200);
	assert_text(next(f, m).id, "before");
	mq_free(m);
}

static void a_broker_killed_before_the_confirm_is_in_doubt(void **state)
{
	struct fixture *f = *state;
	bool is_there = false;
	struct mq_delivery d;
	int64_t started;
	struct mq *m;

	STORES_OR_SKIP();
	publish(f, "before", "{}");
	stores_signal("rabbitmq", SIGSTOP);
	started = clock_ticks();
	assert_int_equal(mq_publish_confirmed(f->publisher, STR("mail.requested"), STR("during"),
					      STR("{}")),
			 ERR_UNAVAILABLE);
	assert_in_range(clock_ticks() - started, 1500, 4000);
	stores_signal("rabbitmq", SIGKILL);
	stores_start("rabbitmq");
	stores_sleep_ms(MQ_RETRY_MS);
	publish(f, "during", "{}");
	m = consumer_of("mail", 10);
	assert_text(next(f, m).id, "before");
	while (mq_next(m, f->a, 300, &d) == OK)
		is_there |= str_is(d.id, STR("during"));
	assert_true(is_there);
	mq_free(m);
}

static void a_consumer_comes_back_by_itself(void **state)
{
	struct fixture *f = *state;
	struct mq_delivery d, old;
	int64_t started;
	struct mq *m;

	STORES_OR_SKIP();
	publish(f, "1", "{}");
	m = consumer_of("mail", 10);
	old = next(f, m);
	stores_signal("rabbitmq", SIGKILL);
	assert_int_equal(mq_next(m, f->a, 1000, &d), ERR_UNAVAILABLE);
	/* Away: it fails, but not at once. */
	started = clock_ticks();
	assert_int_equal(mq_next(m, f->a, 500, &d), ERR_UNAVAILABLE);
	assert_in_range(clock_ticks() - started, 400, 1500);
	stores_start("rabbitmq");
	for (started = clock_ticks(); clock_ticks() - started < 15000;) {
		if (mq_next(m, f->a, 1000, &d) == OK)
			break;
	}
	assert_text(d.id, "1");
	assert_true(d.is_redelivered);
	/* The old connection's tag has the same number as the new one's. */
	assert_int_equal(mq_ack(m, old.tag, false), ERR_UNAVAILABLE);
	assert_int_equal(mq_requeue(m, old.tag), ERR_UNAVAILABLE);
	assert_int_equal(mq_reject(m, old.tag), ERR_UNAVAILABLE);
	mq_free(m);
	m = consumer_of("mail", 10);
	d = next(f, m);
	assert_text(d.id, "1");
	assert_int_equal(mq_ack(m, d.tag, false), OK);
	assert_int_equal(mq_ack(m, d.tag, false), OK); /* a mistake the broker answers by closing */
	assert_int_equal(mq_next(m, f->a, 500, &d), ERR_UNAVAILABLE);
	mq_free(m);
}

static void a_dead_broker_is_found_out_at_once(void **state)
{
	struct fixture *f = *state;
	int64_t started;
	int i;

	STORES_OR_SKIP();
	publish(f, "1", "{}");
	stores_signal("rabbitmq", SIGKILL);
	started = clock_ticks();
	for (i = 0; i < 100; i++)
		assert_int_equal(mq_publish_confirmed(f->publisher, STR("mail.requested"), STR("1"),
						      STR("{}")),
				 ERR_UNAVAILABLE);
	assert_int_equal(mq_declare(f->publisher), ERR_UNAVAILABLE);
	assert_in_range(clock_ticks() - started, 0, 500);
	stores_start("rabbitmq");
	stores_sleep_ms(MQ_RETRY_MS);
	publish(f, "2", "{}");
	/* Restarted between two calls: nobody notices. */
	stores_signal("rabbitmq", SIGKILL);
	stores_start("rabbitmq");
	publish(f, "3", "{}");
}

static void a_deleted_queue_is_noticed(void **state)
{
	struct fixture *f = *state;
	struct mq_delivery d;
	struct mq *m;

	STORES_OR_SKIP();
	m = consumer_of("mail", 10);
	rabbitmqctl("delete_queue", "mail", NULL);
	assert_int_equal(mq_next(m, f->a, 1000, &d), ERR_UNAVAILABLE);
	assert_int_equal(mq_publish_confirmed(f->publisher, STR("mail.requested"), STR("1"), STR("{}")),
			 ERR_UNAVAILABLE);
	assert_int_equal(mq_declare(f->publisher), OK);
	publish(f, "1", "{}");
	mq_free(m);
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

#define mq_test(function) cmocka_unit_test_setup_teardown((function), set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		mq_test(messages_arrive_as_they_were_sent),
		mq_test(large_messages_take_many_frames),
		mq_test(waiting_for_nothing_ends_in_time),
		mq_test(a_message_nobody_takes_is_not_published),
		mq_test(a_batch_tells_which_were_stored),
		mq_test(what_is_not_acknowledged_comes_again),
		mq_test(after_too_many_tries_a_message_is_dead),
		mq_test(a_rejected_message_is_dead_at_once),
		mq_test(one_consumer_at_a_time_keeps_the_order),
		mq_test(the_depth_of_a_queue),
		mq_test(a_broker_out_of_memory_is_in_doubt),
		mq_test(a_broker_killed_before_the_confirm_is_in_doubt),
		mq_test(a_consumer_comes_back_by_itself),
		mq_test(a_dead_broker_is_found_out_at_once),
		mq_test(a_deleted_queue_is_noticed),
		mq_test(misuse_aborts),
	};

	stores_need((const char *const[]){ "rabbitmq" }, 1);
	return cmocka_run_group_tests(tests, stores_set_up, stores_tear_down);
}
