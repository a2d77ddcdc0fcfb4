/* Queues that come and go: declared by who needs them, many consumed by one. */
#include "unit/store/mq_fixture.h"

#define ONE "sale.order.1"
#define TWO "sale.order.2"
#define DEAD "sale.order.dead"

static int start_servers(void **state)
{
	stores_need((const char *const[]){ "rabbitmq" }, 1);
	return stores_set_up(state);
}

static int set_up_families(void **state)
{
	struct fixture *f;
	err e;

	if (set_up(state))
		return -1;
	f = *state;
	if (stores.missing)
		return 0;
	e = mq_remove(f->publisher, STR(ONE));
	if (!e)
		e = mq_remove(f->publisher, STR(TWO));
	return e ? -1 : 0;
}

/* A queue that was just made takes nothing before it has a leader. */
static void say(struct fixture *f, struct str key, struct str body)
{
	err e = ERR_UNAVAILABLE;

	WAIT_UNTIL(!(e = mq_publish_confirmed(f->publisher, key, STR(""), body)));
	assert_int_equal(e, OK);
}

/* Whatever comes next within some seconds; what the broker is asked for meanwhile is repeated. */
static struct mq_delivery hear(struct fixture *f, struct mq *m)
{
	struct mq_delivery d = { 0 };

	WAIT_UNTIL(mq_next(m, f->a, 100, &d) == OK);
	assert_true(d.tag > 0);
	return d;
}

static void who_publishes_makes_the_queue(void **state)
{
	struct fixture *f = *state;
	int64_t depth;

	STORES_OR_SKIP();
	say(f, STR(ONE), STR("{}"));
	assert_int_equal(mq_depth(f->publisher, ONE, &depth), OK);
	/* Deleted behind our back: the message comes back, and the next try makes the queue. */
	assert_int_equal(mq_remove(f->publisher, STR(ONE)), OK);
	say(f, STR(ONE), STR("{}"));
	assert_int_equal(mq_remove(f->publisher, STR(ONE)), OK);
	assert_int_equal(mq_remove(f->publisher, STR(ONE)), OK);
	assert_int_equal(mq_depth(f->publisher, ONE, &depth), ERR_NOT_FOUND);
}

static void a_queue_deleted_by_others_is_made_again(void **state)
{
	struct fixture *f = *state;
	struct mq *other;

	STORES_OR_SKIP();
	say(f, STR(ONE), STR("{}"));
	other = connect_new();
	assert_int_equal(mq_remove(other, STR(ONE)), OK);
	mq_free(other);
	assert_int_equal(mq_publish_confirmed(f->publisher, STR(ONE), STR(""), STR("{}")),
			 ERR_UNAVAILABLE);
	say(f, STR(ONE), STR("{}"));
}

static void one_consumer_has_many_queues(void **state)
{
	struct fixture *f = *state;
	struct mq_delivery d;
	struct mq *m;

	STORES_OR_SKIP();
	m = connect_new();
	mq_become_consumer(m);
	assert_int_equal(mq_next(m, f->a, 50, &d), ERR_NOT_FOUND);
	assert_int_equal(mq_subscribe_also(m, ONE, 4), OK);
	assert_int_equal(mq_subscribe_also(m, TWO, 4), OK);
	assert_int_equal(mq_subscribe_also(m, TWO, 4), OK);
	say(f, STR(ONE), STR("1"));
	d = hear(f, m);
	assert_text(d.key, ONE);
	assert_int_equal(mq_ack(m, d.tag, false), OK);
	say(f, STR(TWO), STR("2"));
	d = hear(f, m);
	assert_text(d.key, TWO);
	assert_int_equal(mq_ack(m, d.tag, false), OK);
	assert_int_equal(mq_leave(m, ONE), OK);
	assert_int_equal(mq_leave(m, ONE), OK);
	say(f, STR(ONE), STR("3"));
	assert_int_equal(mq_next(m, f->a, 300, &d), ERR_NOT_FOUND);
	assert_int_equal(mq_subscribe_also(m, ONE, 4), OK);
	assert_text(hear(f, m).body, "3");
	mq_free(m);
}

static void a_consumer_makes_its_queue_again(void **state)
{
	struct fixture *f = *state;
	struct mq_delivery d;
	struct mq *m;

	STORES_OR_SKIP();
	m = connect_new();
	assert_int_equal(mq_subscribe_also(m, ONE, 4), OK);
	assert_int_equal(mq_subscribe_also(m, TWO, 4), OK);
	assert_int_equal(mq_remove(f->publisher, STR(ONE)), OK);
	assert_int_equal(mq_next(m, f->a, 1000, &d), ERR_NOT_FOUND);
	say(f, STR(ONE), STR("1"));
	d = hear(f, m);
	assert_text(d.body, "1");
	assert_int_equal(mq_ack(m, d.tag, false), OK);
	say(f, STR(TWO), STR("2"));
	assert_text(hear(f, m).body, "2");
	mq_free(m);
}

static void dead_letters_keep_their_key(void **state)
{
	struct fixture *f = *state;
	struct mq_delivery d;
	struct mq *m, *dead;

	STORES_OR_SKIP();
	m = connect_new();
	assert_int_equal(mq_subscribe_also(m, TWO, 4), OK);
	drain(f, DEAD);
	say(f, STR(TWO), STR("poison"));
	d = hear(f, m);
	assert_int_equal(mq_reject(m, d.tag), OK);
	dead = consumer_of(DEAD, 4);
	d = hear(f, dead);
	assert_text(d.key, TWO);
	assert_text(d.body, "poison");
	assert_int_equal(mq_ack(dead, d.tag, false), OK);
	mq_free(dead);
	mq_free(m);
}

#define test(function) cmocka_unit_test_setup_teardown((function), set_up_families, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(who_publishes_makes_the_queue), test(a_queue_deleted_by_others_is_made_again),
		test(one_consumer_has_many_queues),  test(a_consumer_makes_its_queue_again),
		test(dead_letters_keep_their_key),
	};

	return cmocka_run_group_tests(tests, start_servers, stores_tear_down);
}
