/* A queue that always exists and died with what it had confirmed, with real servers. */
#include "domain/dead_queue.h"

#include "unit/unit.h"

#include "base/clock.h"
#include "domain/job_lease.h"
#include "domain/outbox.h"
#include "support/stores.h"
#include "unit/store/dying.h"

#define MAIL STR("mail")
#define TOPIC STR("mail.requested")

struct fixture {
	struct ctx c;
	const struct mq_queue *mails;
};

static const struct db_sql sql_add =
	SQL("INSERT INTO outbox (event_id, topic, payload, state, attempts, next_try_at,"
	    " created_at) VALUES (?, ?, '{}', 1, 1, ?, 0)");
static const struct db_sql sql_due =
	SQL("SELECT event_id FROM outbox WHERE state = 0 AND attempts = 0 ORDER BY event_id");
static const struct db_sql sql_empty = SQL("DELETE FROM outbox");

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	*state = f;
	if (stores.missing)
		return 0;
	f->c.arena = arena_new(4096);
	f->c.config = &stores.config;
	f->c.db = db_new(&stores.config);
	f->c.mq = mq_new(&stores.config);
	f->c.now = clock_now();
	f->mails = mq_fixed(MAIL);
	return db_run_script_unsafe(f->c.db, stores_schema(f->c.arena)) || mq_declare(f->c.mq);
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	if (!stores.missing) {
		mq_free(f->c.mq);
		db_free(f->c.db);
		arena_free(f->c.arena);
	}
	free(f);
	return 0;
}

static void add_sent(struct fixture *f, int64_t id, struct str topic, int64_t due)
{
	assert_int_equal(db_exec(f->c.db, NULL, &sql_add, DB_ARGS(id, topic, due)), OK);
}

/* The ids of what is to be published once more, as digits. */
static struct str due(struct fixture *f)
{
	struct db_rows *rows;
	struct str out = { 0 };

	assert_int_equal(db_query(f->c.db, f->c.arena, &rows, &sql_due, DB_NO_ARGS), OK);
	while (db_next(rows))
		out = str_format(f->c.arena, STR_FMT "%lld", STR_ARG(out),
				 (long long)db_int(rows, 0));
	return out;
}

static void it_is_made_anew_and_its_mails_are_due_again(void **state)
{
	struct fixture *f = *state;
	int64_t depth;

	STORES_OR_SKIP();
	assert_int_equal(db_exec(f->c.db, NULL, &sql_empty, DB_NO_ARGS), OK);
	add_sent(f, 1, TOPIC, f->c.now + 1000);
	add_sent(f, 2, STR("picture.uploaded"), f->c.now + 1000);
	add_sent(f, 3, TOPIC, f->c.now - DEAD_QUEUE_AGAIN_MS - 1);
	add_sent(f, 4, TOPIC, f->c.now - 60000);
	/* One that lives is left alone, with what is in it. */
	dying_publish(f->c.mq, TOPIC);
	assert_int_equal(dead_queue_mend_fixed(&f->c, f->mails), OK);
	assert_text(due(f), "");
	dying_kill(f->c.mq, MAIL, TOPIC);
	/* Somebody else is at it. */
	assert_int_equal(job_lease_take(&f->c, STR("queue:mail"), STR("other"), 60000), OK);
	assert_int_equal(dead_queue_mend_fixed(&f->c, f->mails), OK);
	assert_text(due(f), "");
	assert_true(dying_is_dead(f->c.mq, MAIL));
	assert_int_equal(job_lease_release(&f->c, STR("queue:mail"), STR("other")), OK);
	assert_int_equal(dead_queue_mend_fixed(&f->c, f->mails), OK);
	assert_text(due(f), "14");
	assert_false(dying_is_dead(f->c.mq, MAIL));
	dying_publish(f->c.mq, TOPIC);
	assert_int_equal(mq_depth(f->c.mq, "mail", &depth), OK);
	assert_int_equal(depth, 1);
	assert_int_equal(mq_depth(f->c.mq, "mail.dead", &depth), OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(it_is_made_anew_and_its_mails_are_due_again, set_up,
						tear_down),
	};

	stores_need((const char *const[]){ "mariadb", "rabbitmq" }, 2);
	return cmocka_run_group_tests(tests, stores_set_up, stores_tear_down);
}
