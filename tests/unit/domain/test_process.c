/* What processes share and keep: worker numbers of ids, forms, the outbox, words, memos. */
#include "unit/unit.h"
#include "unit/still_clock.h"

#include <sys/mman.h>

#include "base/clock.h"
#include "domain/form_once.h"
#include "domain/outbox.h"
#include "domain/words_list.h"
#include "support/forum.h"

static const struct db_sql sql_held = SQL(
	"SELECT COUNT(*) FROM id_worker WHERE owner <> '' AND until_at > UNIX_TIMESTAMP() * 1000");
static const struct db_sql sql_expire = SQL("UPDATE id_worker SET until_at = 0 WHERE worker = ?");
static const struct db_sql sql_steal =
	SQL("UPDATE id_worker SET owner = 'other', until_at = until_at + 1000000 WHERE worker = ?");
static const struct db_sql sql_set_all = SQL("UPDATE id_worker SET until_at = ?");
static const struct db_sql sql_pass = SQL("UPDATE id_worker SET last_ms = ? WHERE worker = ?");
static const struct db_sql sql_events = SQL("SELECT COUNT(*) FROM outbox WHERE topic = ?");
static const struct db_sql sql_forms = SQL("SELECT COUNT(*) FROM form_used");

static int set_up(void **state)
{
	*state = stores.missing ? NULL : forum_open();
	return 0;
}

static int tear_down(void **state)
{
	if (!stores.missing)
		forum_close(*state);
	return 0;
}

#define IDS_EACH 3000

static int64_t *ids_made; /* shared by the processes */

static int64_t make_ids(struct ctx *c, int number, const void *context)
{
	int64_t *to = (int64_t *)(uintptr_t)context + number * IDS_EACH;

	for (int i = 0; i < IDS_EACH; i++) {
		if (ctx_new_id(c, &to[i]))
			return 99;
	}
	return c->process->lease.source.worker;
}

static int compare(const void *left, const void *right)
{
	int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;

	return (a > b) - (a < b);
}

static void ids_of_many_processes_never_meet(void **state)
{
	int64_t workers[12];

	STORES_OR_SKIP();
	(void)state;
	ids_made = mmap(NULL, 12 * IDS_EACH * sizeof(int64_t), PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	forum_at_once(12, make_ids, ids_made, workers);
	qsort(workers, 12, sizeof(*workers), compare);
	for (int i = 0; i < 12; i++) {
		assert_in_range(workers[i], 0, ID_WORKERS - 1);
	}
	qsort(ids_made, 12 * IDS_EACH, sizeof(int64_t), compare);
	for (int i = 1; i < 12 * IDS_EACH; i++)
		assert_true(ids_made[i] > ids_made[i - 1]);
	munmap(ids_made, 12 * IDS_EACH * sizeof(int64_t));
}

static void a_worker_number_is_given_back(void **state)
{
	struct ctx *c = *state;
	int64_t before, id;

	STORES_OR_SKIP();
	before = forum_number(c, &sql_held, DB_NO_ARGS);
	assert_int_equal(ctx_new_id(c, &id), OK);
	assert_int_equal(forum_number(c, &sql_held, DB_NO_ARGS), before + 1);
	ctx_release_ids(c);
	assert_int_equal(forum_number(c, &sql_held, DB_NO_ARGS), before);
	assert_int_equal(ctx_new_id(c, &id), OK);
}

static void a_lost_worker_number_is_not_used_again(void **state)
{
	struct ctx *c = *state;
	int64_t id, worker;

	STORES_OR_SKIP();
	assert_int_equal(ctx_new_id(c, &id), OK);
	worker = c->process->lease.source.worker;
	assert_int_equal(db_exec(c->db, NULL, &sql_steal, DB_ARGS(worker)), OK);
	c->process->lease.renew_at = 1; /* it is time to renew */
	assert_int_equal(ctx_new_id(c, &id), OK);
	assert_int_not_equal(c->process->lease.source.worker, worker);
}

/* Its owner died: the lease ran out, but ids of it may have times up to its last_ms. */
static void a_successor_waits_until_the_last_id_has_passed(void **state)
{
	struct ctx *c = *state, *other;
	int64_t id, worker;

	STORES_OR_SKIP();
	assert_int_equal(ctx_new_id(c, &id), OK);
	worker = c->process->lease.source.worker;
	assert_int_equal(db_exec(c->db, NULL, &sql_set_all, DB_ARGS(clock_now() * 2)), OK);
	assert_int_equal(db_exec(c->db, NULL, &sql_expire, DB_ARGS(worker)), OK);
	other = forum_open();
	assert_int_equal(ctx_new_id(other, &id), ERR_UNAVAILABLE);
	assert_int_equal(db_exec(c->db, NULL, &sql_pass, DB_ARGS(id_time(id), worker)), OK);
	assert_int_equal(ctx_new_id(other, &id), OK);
	assert_int_equal(other->process->lease.source.worker, worker);
	forum_close(other);
	assert_int_equal(db_exec(c->db, NULL, &sql_set_all, DB_ARGS(0)), OK);
}

static void without_a_free_number_there_are_no_ids(void **state)
{
	struct ctx *c = *state;
	int64_t id;

	STORES_OR_SKIP();
	assert_int_equal(db_exec(c->db, NULL, &sql_set_all, DB_ARGS(clock_now() * 2)), OK);
	assert_int_equal(ctx_new_id(c, &id), ERR_UNAVAILABLE);
	assert_int_equal(db_exec(c->db, NULL, &sql_set_all, DB_ARGS(0)), OK);
	assert_int_equal(ctx_new_id(c, &id), OK);
}

static void a_lease_outlives_a_rollback(void **state)
{
	struct ctx *c = *state;
	int64_t id, before;

	STORES_OR_SKIP();
	before = forum_number(c, &sql_held, DB_NO_ARGS);
	assert_int_equal(db_begin(c->db), OK);
	assert_int_equal(ctx_new_id(c, &id), OK);
	assert_int_equal(db_end(c->db, ERR_INVALID), ERR_INVALID);
	assert_int_equal(forum_number(c, &sql_held, DB_NO_ARGS), before + 1);
}

static void a_form_works_once_for_each_person(void **state)
{
	struct ctx *c = *state;
	struct str form;
	int64_t made = 0;

	STORES_OR_SKIP();
	form = forum_form(c);
	forum_as(c, 7, ROLE_USER);
	assert_int_equal(form_once_find(c, form, &made), ERR_NOT_FOUND);
	assert_int_equal(form_once_claim(c, form, 70), OK);
	assert_int_equal(form_once_claim(c, form, 71), ERR_CONFLICT);
	assert_int_equal(form_once_find(c, form, &made), OK);
	assert_int_equal(made, 70);
	forum_as(c, 8, ROLE_USER);
	assert_int_equal(form_once_claim(c, form, 80), OK);
	assert_int_equal(form_once_claim(c, STR("too short"), 80), ERR_INVALID);
	assert_int_equal(form_once_claim(c, STR(""), 80), ERR_INVALID);
}

static void old_forms_are_forgotten(void **state)
{
	struct ctx *c = *state;
	int64_t count, swept;

	STORES_OR_SKIP();
	assert_int_equal(form_once_claim(c, forum_form(c), 1), OK);
	count = forum_number(c, &sql_forms, DB_NO_ARGS);
	assert_int_equal(form_once_sweep(c, 100, &swept), OK);
	assert_int_equal(swept, 0);
	c->now += 2 * CLOCK_DAY;
	assert_int_equal(form_once_sweep(c, 1, &swept), OK);
	assert_int_equal(swept, 1);
	assert_int_equal(forum_number(c, &sql_forms, DB_NO_ARGS), count - 1);
}

static void an_event_lives_and_dies_with_its_transaction(void **state)
{
	struct ctx *c = *state;

	STORES_OR_SKIP();
	assert_int_equal(db_begin(c->db), OK);
	assert_int_equal(outbox_add(c, STR("test.gone"), STR("{}")), OK);
	assert_int_equal(db_end(c->db, ERR_CONFLICT), ERR_CONFLICT);
	outbox_publish_own(c);
	assert_int_equal(forum_number(c, &sql_events, DB_ARGS(STR("test.gone"))), 0);
	assert_int_equal(outbox_add(c, STR("test.kept"), STR("{}")), OK);
	/* RabbitMQ is not there: the row stays for the compensator. */
	outbox_publish_own(c);
	assert_null(c->outbox);
	assert_int_equal(forum_number(c, &sql_events, DB_ARGS(STR("test.kept"))), 1);
}

static void words_outlive_the_database(void **state)
{
	struct ctx *c = *state;
	const struct words *words;

	STORES_OR_SKIP();
	assert_int_equal(words_list_find(c, &words), OK);
	c->process->words.read_at -= 2 * CLOCK_MINUTE;
	stores_signal("mariadb", SIGKILL);
	assert_int_equal(words_list_find(c, &words), OK);
	stores_start("mariadb");
	stores_sleep_ms(600);
}

static void what_is_remembered_has_a_bound(void **state)
{
	struct ctx *c = *state;
	struct remembered *r;
	struct memo_entry *entry;
	struct str key;

	STORES_OR_SKIP();
	r = &c->process->posts;
	clock_stop();
	for (int i = 0; i < 1000; i++) {
		key = str_format(c->arena, "%d", i);
		entry = remember_start(r, key);
		entry->value = arena_alloc(entry->arena, 50000);
		entry->stamp = i;
		remember_end(r, entry);
		assert_non_null(remember_find(r, key, i));
		assert_null(remember_find(r, key, i + 1));
		assert_true(r->bytes <= r->bytes_max + 51000);
	}
	assert_null(remember_find(r, STR("0"), 0));
	clock_move(999);
	assert_non_null(remember_find(r, key, 999));
	clock_move(1);
	assert_null(remember_find(r, key, 999));
	clock_run();
}

#define forum_test(function) cmocka_unit_test_setup_teardown((function), set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		forum_test(ids_of_many_processes_never_meet),
		forum_test(a_worker_number_is_given_back),
		forum_test(a_lost_worker_number_is_not_used_again),
		forum_test(a_successor_waits_until_the_last_id_has_passed),
		forum_test(without_a_free_number_there_are_no_ids),
		forum_test(a_lease_outlives_a_rollback),
		forum_test(a_form_works_once_for_each_person),
		forum_test(old_forms_are_forgotten),
		forum_test(an_event_lives_and_dies_with_its_transaction),
		forum_test(words_outlive_the_database),
		forum_test(what_is_remembered_has_a_bound),
	};

	return cmocka_run_group_tests(tests, forum_set_up, stores_tear_down);
}
