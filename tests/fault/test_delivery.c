/*
 * What people did reaches SQL exactly once, and mails their receivers, whatever dies on the way:
 * relay, persist, mail, the broker, the database; and two compensators at once are as good as one.
 */
#include "fault/fault.h"

#include <dirent.h>
#include <sys/wait.h>

#include "support/running.h"

struct site *site;

#define VOTERS 6
#define POSTS 10

static struct browser *ann, *voters[VOTERS];

static const struct db_sql sql_rows =
	SQL("SELECT COUNT(*) FROM post_vote v JOIN post p ON p.post_id = v.post_id"
	    " WHERE p.title = ?");
static const struct db_sql sql_counted =
	SQL("SELECT CAST(SUM(votes) * 1000 + SUM(score = created_at DIV 1000 + 432 * votes)"
	    " AS SIGNED) FROM post WHERE title = ?");
static const struct db_sql sql_likes =
	SQL("SELECT CAST(SUM(likes) AS SIGNED) FROM post WHERE title = ?");
static const struct db_sql sql_lock = SQL("SELECT votes FROM post WHERE post_id = ? FOR UPDATE");
static const struct db_sql sql_pending = SQL("SELECT COUNT(*) FROM outbox WHERE state <> 1");
static const struct db_sql sql_due = SQL("UPDATE outbox SET next_try_at = 0 WHERE state <> 1");
static const struct db_sql sql_mails =
	SQL("SELECT COUNT(*) FROM consumed c JOIN outbox o ON c.event_id = o.event_id"
	    " WHERE o.topic = 'mail.requested'");
static const struct db_sql sql_asked =
	SQL("SELECT COUNT(*) FROM outbox WHERE topic = 'mail.requested'");

/* Some posts under one title. */
static void publish_all(const char *title, int64_t *posts)
{
	int i;

	visit_forgive(site, ann);
	for (i = 0; i < POSTS; i++)
		posts[i] = visit_publish(ann, title, "to be voted for");
}

/* Everybody votes for everything and likes it; each second one takes the like back. */
static void vote_all(const int64_t *posts)
{
	int i, k;

	for (i = 0; i < VOTERS; i++)
		visit_forgive(site, voters[i]);
	for (k = 0; k < POSTS; k++) {
		for (i = 0; i < VOTERS; i++) {
			struct browser *b = voters[i];
			const char *path = visit_path(b, "/posts/%lld", (long long)posts[k]);

			assert_status(post_form(b, visit_path(b, "%s/vote", path), ""), 303);
			assert_status(post_form(b, visit_path(b, "%s/like", path), "on=1"), 303);
			if (i % 2)
				assert_status(post_form(b, visit_path(b, "%s/like", path), "on=0"),
					      303);
		}
	}
}

static bool is_all_there(void *title)
{
	struct str t = str_from_c(title);

	return visit_number(site, &sql_rows, DB_ARGS(t)) == VOTERS * POSTS &&
	       visit_number(site, &sql_counted, DB_ARGS(t)) == VOTERS * POSTS * 1000 + POSTS &&
	       visit_number(site, &sql_likes, DB_ARGS(t)) == VOTERS / 2 * POSTS;
}

/* What no consumer could handle. */
static int64_t dead_letters(void)
{
	struct ctx *c = site_ctx(site);
	int64_t events = 0, mails = 0;

	assert_int_equal(mq_depth(c->mq, "events.dead", &events), OK);
	assert_int_equal(mq_depth(c->mq, "mail.dead", &mails), OK);
	return events + mails;
}

static void kill_at_random(int64_t ms)
{
	static const char *const workers[] = { "relay", "persist" };
	int64_t until = clock_ticks() + ms;

	while (clock_ticks() < until) {
		const char *who = workers[secret_random_below(2)];

		usleep(20000 + secret_random_below(180000));
		kill(site_pid(site, who), SIGKILL);
		site_restart(site, who);
	}
}

static void every_vote_arrives_once_while_workers_die(void **state)
{
	char *title = str_c(ann->arena, STR("Voted for in an earthquake"));
	int64_t posts[POSTS];
	pid_t child;
	int status;

	(void)state;
	publish_all(title, posts);
	child = fork();
	if (child == 0) {
		vote_all(posts);
		_exit(0);
	}
	kill_at_random(fault_is_long() ? 15000 : 3000);
	waitpid(child, &status, 0);
	assert_int_equal(status, 0);
	fault_wait(is_all_there, title, 60000);
	assert_int_equal(dead_letters(), 0);
}

/* In its transaction: nothing of it is kept; and then all of it. */
static void persist_dies_in_the_middle_of_a_batch(void **state)
{
	char *title = str_c(ann->arena, STR("Half written"));
	struct ctx *c = site_ctx(site);
	struct db_rows *rows;
	int64_t posts[POSTS];

	(void)state;
	publish_all(title, posts);
	assert_int_equal(db_begin(c->db), OK);
	assert_int_equal(db_query(c->db, c->arena, &rows, &sql_lock, DB_ARGS(posts[POSTS - 1])),
			 OK);
	vote_all(posts);
	fault_wait(fault_is_row_waited_for, NULL, WAIT_MOST_MS);
	kill(site_pid(site, "persist"), SIGKILL);
	assert_int_equal(db_end(c->db, OK), OK);
	site_restart(site, "persist");
	fault_wait(is_all_there, title, 60000);
	assert_int_equal(dead_letters(), 0);
}

/* However often it is started again while the database is away: the fault is not the message's. */
static void a_message_survives_many_deaths_of_its_consumer(void **state)
{
	char *title = str_c(ann->arena, STR("Delivered ten times"));
	int64_t posts[POSTS];
	int i;

	(void)state;
	publish_all(title, posts);
	site_store_signal(site, "mariadb", SIGSTOP);
	for (i = 0; i < VOTERS; i++)
		browser_ask(voters[i],
			    &(struct ask){ .path = visit_path(voters[i], "/posts/%lld/vote",
							      (long long)posts[0]),
					   .body = fault_form(voters[i], "") });
	for (i = 0; i < 10; i++) {
		usleep(1200000);
		kill(site_pid(site, "persist"), i % 2 ? SIGKILL : SIGTERM);
		site_restart(site, "persist");
	}
	site_store_signal(site, "mariadb", SIGCONT);
	fault_wait(fault_is_connected, NULL, RECOVERY_MS);
	vote_all(posts);
	fault_wait(is_all_there, title, 60000);
	assert_int_equal(dead_letters(), 0);
}

static bool is_nothing_pending(void *context)
{
	(void)context;
	return visit_number(site, &sql_pending, DB_NO_ARGS) == 0;
}

static bool is_every_mail_out(void *context)
{
	(void)context;
	return visit_number(site, &sql_mails, DB_NO_ARGS) ==
	       visit_number(site, &sql_asked, DB_NO_ARGS);
}

/* Mails to this address, in the folder of development. */
static int mails_to(struct browser *b, const char *address)
{
	struct str folder = site_config(site)->mail.outbox_dir;
	struct str wanted = str_format(b->arena, "To: <%s>", address);
	DIR *d = opendir(folder.p);
	struct dirent *entry;
	int count = 0;

	while (d && (entry = readdir(d)) != NULL) {
		const char *path = visit_path(b, STR_FMT "/%s", STR_ARG(folder), entry->d_name);

		count += entry->d_name[0] != '.' &&
			 str_find(running_read_file(b->arena, path), wanted) >= 0;
	}
	if (d)
		closedir(d);
	return count;
}

#define REGISTRATIONS 4

static void mails_asked_for_without_a_broker_go_out_later(void **state)
{
	const char *addresses[REGISTRATIONS];
	struct browser *b = visit_guest(site);
	int i;

	(void)state;
	site_store_stop(site, "rabbitmq");
	for (i = 0; i < REGISTRATIONS; i++) {
		const char *name = visit_path(b, "r%x%d", secret_random_below(UINT32_MAX), i);
		struct str fields;

		addresses[i] = visit_path(b, "%s@example.org", name);
		fields = visit_fields(b, "username", name, "email", addresses[i], "password",
				      "zqxj kvbn wpty", NULL);
		assert_redirect(b,
				ask_in_time(b, .path = "/register",
					    .body = fault_form(b, fields.p)),
				"/register/done");
	}
	assert_true(visit_number(site, &sql_pending, DB_NO_ARGS) >= REGISTRATIONS);
	/* Without the broker it does what it can, and ends. */
	(void)site_run(site, "compensator", 1);
	site_store_start(site, "rabbitmq");
	visit_change(site, &sql_due, DB_NO_ARGS);
	/* Two at once; and one of them may die. */
	assert_int_equal(site_run(site, "compensator", 2), 0);
	fault_wait(is_nothing_pending, NULL, WAIT_MOST_MS);
	kill(site_pid(site, "mail"), SIGKILL);
	site_restart(site, "mail");
	fault_wait(is_every_mail_out, NULL, 30000);
	for (i = 0; i < REGISTRATIONS; i++)
		assert_int_equal(mails_to(b, addresses[i]), 1);
	assert_int_equal(dead_letters(), 0);
}

static void ask_for_a_mail(struct browser *b)
{
	const char *name = visit_path(b, "n%x", secret_random_below(UINT32_MAX));
	struct str fields =
		visit_fields(b, "username", name, "email", visit_path(b, "%s@example.org", name),
			     "password", "zqxj kvbn wpty", NULL);

	assert_redirect(b, ask_in_time(b, .path = "/register", .body = fault_form(b, fields.p)),
			"/register/done");
}

static bool is_every_mail_out_by_now(void *context)
{
	visit_change(site, &sql_due, DB_NO_ARGS);
	(void)site_run(site, "compensator", 1);
	return is_every_mail_out(context);
}

/*
 * The queues are a moment old when the broker is killed, and dead when it is back, as a rule: their
 * consumers make them anew, and what had been confirmed into them comes as well.
 */
static void queues_that_died_young_are_made_anew(void **state)
{
	char *title = str_c(ann->arena, STR("Voted for while the broker was new"));
	struct ctx *c = site_ctx(site);
	struct browser *b = visit_guest(site);
	int64_t posts[POSTS];

	(void)state;
	publish_all(title, posts);
	child_stop(site_pid(site, "mail"));
	assert_int_equal(mq_make_anew(c->mq, STR("events")), OK);
	assert_int_equal(mq_make_anew(c->mq, STR("mail")), OK);
	ask_for_a_mail(b);
	site_store_signal(site, "rabbitmq", SIGKILL);
	kill(site_pid(site, "mail"), SIGCONT);
	ask_for_a_mail(b);
	vote_all(posts);
	site_store_start(site, "rabbitmq");
	fault_wait(is_all_there, title, 120000);
	fault_wait(is_every_mail_out_by_now, NULL, 120000);
	assert_int_equal(dead_letters(), 0);
}

/* No relay at all: the compensator carries what lies in the streams, when its time has come. */
static void nothing_is_sent_twice_by_five_compensators(void **state)
{
	struct str before = visit_sum(site, ann->arena);
	struct browser *b = visit_guest(site);
	struct str name = str_format(b->arena, "f%x", secret_random_below(UINT32_MAX));
	struct str fields = visit_fields(b, "username", name.p, "email",
					 visit_path(b, STR_FMT "@example.org", STR_ARG(name)),
					 "password", "zqxj kvbn wpty", NULL);

	(void)state;
	assert_int_equal(site_run(site, "compensator", 5), 0);
	assert_same(visit_sum(site, ann->arena), before);
	assert_redirect(b, post_form(b, "/register", fields.p), "/register/done");
	visit_change(site, &sql_due, DB_NO_ARGS);
	assert_int_equal(site_run(site, "compensator", 5), 0);
	fault_wait(is_every_mail_out, NULL, 30000);
	assert_int_equal(mails_to(b, visit_path(b, STR_FMT "@example.org", STR_ARG(name))), 1);
}

static int start(void **state)
{
	int i;

	(void)state;
	fault_start((const char *const[]){ "post", "account", NULL },
		    (const char *const[]){ "relay", "persist", "mail", NULL });
	ann = visit_member(site, ROLE_USER);
	for (i = 0; i < VOTERS; i++)
		voters[i] = visit_member(site, ROLE_USER);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	visit_end();
	site_stop(site);
	return 0;
}

int main(void)
{
	static const struct CMUnitTest brief[] = {
		cmocka_unit_test(every_vote_arrives_once_while_workers_die),
		cmocka_unit_test(persist_dies_in_the_middle_of_a_batch),
		cmocka_unit_test(mails_asked_for_without_a_broker_go_out_later),
		cmocka_unit_test(nothing_is_sent_twice_by_five_compensators),
		/* Last: the next restart of the broker takes longer after it. */
		cmocka_unit_test(queues_that_died_young_are_made_anew),
	};
	static const struct CMUnitTest all[] = {
		cmocka_unit_test(every_vote_arrives_once_while_workers_die),
		cmocka_unit_test(persist_dies_in_the_middle_of_a_batch),
		cmocka_unit_test(a_message_survives_many_deaths_of_its_consumer),
		cmocka_unit_test(mails_asked_for_without_a_broker_go_out_later),
		cmocka_unit_test(nothing_is_sent_twice_by_five_compensators),
	};

	if (fault_is_long())
		return cmocka_run_group_tests(all, start, stop);
	return cmocka_run_group_tests(brief, start, stop);
}
