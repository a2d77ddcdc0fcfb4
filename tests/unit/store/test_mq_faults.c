/* The RabbitMQ wrapper while the broker is out of memory, killed, restarted, or loses a queue. */
#include "unit/store/mq_fixture.h"

#include "base/clock.h"

static void rabbitmqctl_four(const char *one, const char *two, const char *three, const char *four)
{
	const char *argv[] = { "bash",        "tests/support/services.sh",
			       "rabbitmqctl", stores.folder,
			       "-q",          one,
			       two,           three,
			       four,          NULL };

	assert_true(stores_run(argv));
}

static void rabbitmqctl(const char *one, const char *two, const char *three)
{
	rabbitmqctl_four(one, two, three, NULL);
}

/* Nobody waits for a broker that is known to be silent. */
static void publish_in_vain(void *context)
{
	struct fixture *f = context;

	assert_int_equal(mq_publish_confirmed(f->publisher, STR("mail.requested"), STR("2"),
					      STR("{}")),
			 ERR_UNAVAILABLE);
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
		messages[i] = (struct mq_message){ STR("mail.requested"),
						   STR("during"),
						   { arena_alloc(f->a, 2000), 2000 } };
	rabbitmqctl("set_vm_memory_high_watermark", "absolute", "1");
	started = clock_ticks();
	assert_int_equal(mq_publish_batch_confirmed(f->publisher, messages, COUNT, done),
			 ERR_UNAVAILABLE);
	assert_in_range(clock_ticks() - started, 1500, WAIT_MOST_MS);
	for (i = 0; i < COUNT; i++)
		assert_false(done[i]);
	assert_true(patience_is_quick(publish_in_vain, f, MQ_CONFIRM_MS / 2));
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
	assert_in_range(clock_ticks() - started, 1500, WAIT_MOST_MS);
	stores_signal("rabbitmq", SIGKILL);
	stores_start("rabbitmq");
	stores_sleep_ms(MQ_RETRY_MS);
	publish(f, "during", "{}");
	m = consumer_of("mail", 10);
	assert_text(next(f, m).id, "before");
	while (!is_there && mq_next(m, f->a, WAIT_MS, &d) == OK)
		is_there = str_is(d.id, STR("during"));
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
	assert_true(clock_ticks() - started >= 400);
	stores_start("rabbitmq");
	WAIT_UNTIL(mq_next(m, f->a, 1000, &d) == OK);
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
	assert_int_equal(mq_next(m, f->a, WAIT_MS, &d), ERR_UNAVAILABLE);
	mq_free(m);
}

static void publish_often_in_vain(void *context)
{
	struct fixture *f = context;
	int i;

	for (i = 0; i < 100; i++)
		publish_in_vain(f);
	assert_int_equal(mq_declare(f->publisher), ERR_UNAVAILABLE);
}

static void a_dead_broker_is_found_out_at_once(void **state)
{
	struct fixture *f = *state;

	STORES_OR_SKIP();
	publish(f, "1", "{}");
	stores_signal("rabbitmq", SIGKILL);
	assert_true(patience_is_quick(publish_often_in_vain, f, 500));
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
	/* Said once; then it is looked for in vain. */
	assert_int_equal(mq_next(m, f->a, WAIT_MS, &d), ERR_NOT_FOUND);
	assert_int_equal(mq_next(m, f->a, 100, &d), ERR_UNAVAILABLE);
	assert_int_equal(mq_publish_confirmed(f->publisher, STR("mail.requested"), STR("1"),
					      STR("{}")),
			 ERR_UNAVAILABLE);
	assert_int_equal(mq_declare(f->publisher), OK);
	publish(f, "1", "{}");
	mq_free(m);
}

/* Whoever set the limit: what was confirmed before is not pushed out, and what has no room is not
 * confirmed. */
static void a_full_queue_keeps_the_oldest(void **state)
{
	enum { COUNT = 40 };
	struct fixture *f = *state;
	size_t i, confirmed = 0, got = 0;
	struct mq_delivery d;
	struct mq *m;

	STORES_OR_SKIP();
	rabbitmqctl_four("set_policy", "full", "^mail$", "{\"max-length\":5}");
	for (i = 0; i < COUNT; i++)
		confirmed += mq_publish_confirmed(f->publisher, STR("mail.requested"),
						  str_format(f->a, "%zu", i), STR("{}")) == OK;
	assert_in_range(confirmed, 5, COUNT - 1);
	m = consumer_of("mail", COUNT);
	while (mq_next(m, f->a, got < confirmed ? WAIT_MS : 500, &d) == OK) {
		assert_same(d.id, str_format(f->a, "%zu", got));
		got++;
	}
	assert_int_equal(got, confirmed);
	rabbitmqctl("clear_policy", "full", NULL);
	mq_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		mq_test(a_broker_out_of_memory_is_in_doubt),
		mq_test(a_broker_killed_before_the_confirm_is_in_doubt),
		mq_test(a_consumer_comes_back_by_itself),
		mq_test(a_dead_broker_is_found_out_at_once),
		mq_test(a_deleted_queue_is_noticed),
		mq_test(a_full_queue_keeps_the_oldest),
	};

	stores_need((const char *const[]){ "rabbitmq" }, 1);
	return cmocka_run_group_tests(tests, stores_set_up, stores_tear_down);
}
