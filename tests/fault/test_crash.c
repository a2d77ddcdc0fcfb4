/* Processes killed in the middle of a request: that request is lost, and nothing else. */
#include "fault/fault.h"

#include <dirent.h>
#include <sys/wait.h>

struct site *site;

static struct browser *ann;
static int64_t post;

static const struct db_sql sql_lock = SQL("SELECT posts FROM user WHERE user_id = ? FOR UPDATE");
static const struct db_sql sql_posts = SQL("SELECT COUNT(*) FROM post WHERE author_id = ?");
static const struct db_sql sql_count = SQL("SELECT posts FROM user WHERE user_id = ?");
static const struct db_sql sql_comments =
	SQL("SELECT COUNT(*) * 1000 + COUNT(DISTINCT body_md) FROM comment WHERE target_id = ?");
static const struct db_sql sql_post_comments = SQL("SELECT comments FROM post WHERE post_id = ?");

#define SENDERS 4
#define FORMS 15

/* Send it from another process; its exit status is 0 when an answer with this status came. */
static pid_t send_aside(struct browser *b, const char *path, struct str body, int wanted)
{
	pid_t child = fork();

	if (child == 0) {
		struct reply r = browser_ask(b, &(struct ask){ .path = path, .body = body });

		_exit(r.status == wanted ? 0 : 1);
	}
	return child;
}

static void one_request_is_lost_and_nothing_else(void **state)
{
	struct browser *b = visit_member(site, ROLE_USER);
	struct browser *other = visit_member(site, ROLE_USER);
	struct str form = fault_form(b, "title=Interrupted&body=and+sent+again");
	struct ctx *c = site_ctx(site);
	struct db_rows *rows;
	pid_t child;
	int status = 1;

	(void)state;
	/* Only the first process can take it, and it stops where it counts the post. */
	child_stop(site_process(site, "post", 1));
	assert_int_equal(db_begin(c->db), OK);
	assert_int_equal(db_query(c->db, c->arena, &rows, &sql_lock, DB_ARGS(visit_id(b))), OK);
	child = send_aside(b, "/posts", form, 0);
	fault_wait(fault_is_row_waited_for, NULL, WAIT_MOST_MS);
	kill(site_process(site, "post", 0), SIGKILL);
	kill(site_process(site, "post", 1), SIGCONT);
	waitpid(child, &status, 0);
	assert_int_equal(status, 0);
	/* The other one goes on, before anybody has started a new one. */
	assert_page(other, ask_in_time(other, .path = "/posts/new"), 200);
	visit_publish(other, "Undisturbed", "by it");
	assert_int_equal(db_end(c->db, OK), OK);
	assert_int_equal(visit_number(site, &sql_posts, DB_ARGS(visit_id(b))), 0);
	assert_int_equal(visit_number(site, &sql_count, DB_ARGS(visit_id(b))), 0);
	site_replace(site, "post", 0);
	/* The form is as good as new. */
	assert_status(ask_in_time(b, .path = "/posts", .body = form), 303);
	assert_int_equal(visit_number(site, &sql_posts, DB_ARGS(visit_id(b))), 1);
	assert_int_equal(visit_number(site, &sql_count, DB_ARGS(visit_id(b))), 1);
}

/* Sends its forms one after the other, each until it is answered. Its exit status: forms given up.
 */
static NORETURN void send_until_done(struct browser *b, int number)
{
	const char *path = visit_path(b, "/posts/%lld/comments", (long long)post);
	int i, tries, given_up = 0;

	for (i = 0; i < FORMS; i++) {
		struct str form = fault_form(b, visit_path(b, "body=sender+%d+form+%d", number, i));
		struct reply r = { 0 };

		for (tries = 0; tries < 100 && r.status != 303; tries++) {
			if (tries)
				usleep(20000);
			r = browser_ask(b, &(struct ask){ .path = path, .body = form });
		}
		given_up += r.status != 303;
	}
	_exit(given_up);
}

/* How long a request lasts on this machine, in us. */
static uint32_t time_of_a_form(void)
{
	int64_t started = clock_ticks_us();

	visit_comment(ann, visit_publish(ann, "Timed", "in peace"), 0, "and quiet");
	started = clock_ticks_us() - started;
	return (uint32_t)(started < 15000 ? 15000 : started < 1000000 ? started : 1000000);
}

/* They are given the time to do something, and to start. */
static void kill_while_they_work(const pid_t *senders, int signal_number, uint32_t unit)
{
	size_t next = 0;
	int running = SENDERS, status, i;

	while (running) {
		site_wait_ready(site, "post");
		usleep(2 * unit + secret_random_below(7 * unit));
		kill(site_process(site, "post", next), signal_number);
		site_replace(site, "post", next);
		next = 1 - next;
		for (i = 0; i < SENDERS; i++) {
			if (waitpid(senders[i], &status, WNOHANG) != senders[i])
				continue;
			running--;
			assert_int_equal(status, 0);
		}
	}
}

static void forms_work_once_whatever_dies(void **state)
{
	struct browser *people[SENDERS];
	uint32_t unit = time_of_a_form();
	pid_t senders[SENDERS];
	struct reply r;
	int i;

	(void)state;
	post = visit_publish(ann, "Commented in an earthquake", "hold on");
	for (i = 0; i < SENDERS; i++)
		people[i] = visit_member(site, ROLE_USER);
	for (i = 0; i < SENDERS; i++) {
		senders[i] = fork();
		if (senders[i] == 0)
			send_until_done(people[i], i);
	}
	kill_while_they_work(senders, SIGKILL, unit);
	assert_int_equal(visit_number(site, &sql_comments, DB_ARGS(post)),
			 SENDERS * FORMS * 1000 + SENDERS * FORMS);
	assert_int_equal(visit_number(site, &sql_post_comments, DB_ARGS(post)), SENDERS * FORMS);
	/* Redis may have missed a change by a death in between; the page itself puts it right. */
	r = ask_in_time(ann, .path = visit_path(ann, "/posts/%lld", (long long)post));
	assert_page(ann, r, 200);
	assert_shows(ann, r, visit_path(ann, "%d comments", SENDERS * FORMS));
}

/* As a new release is put in place: every request is answered. */
static NORETURN void read_until_told(struct browser *b, int count)
{
	int i;

	for (i = 0; i < count; i++) {
		struct reply r = browser_ask(b, &(struct ask){ .path = "/?sort=new" });

		if (r.status != 200)
			_exit(1);
		arena_reset(b->arena);
	}
	_exit(0);
}

static void a_restart_drops_no_request(void **state)
{
	uint32_t unit = time_of_a_form();
	pid_t senders[SENDERS];
	int i;

	(void)state;
	for (i = 0; i < SENDERS; i++) {
		senders[i] = fork();
		if (senders[i] == 0) {
			struct browser *b = browser_open(site);

			b->arena = arena_new(65536);
			read_until_told(b, fault_is_long() ? 1000 : 150);
		}
	}
	kill_while_they_work(senders, SIGTERM, unit);
}

struct stopping {
	enum fcgi_moment moment; /* in which the signal comes */
	int files;               /* open before the connection is taken */
};

static int count_files(pid_t pid)
{
	char path[32];
	DIR *d;
	int n = 0;

	snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
	d = opendir(path);
	while (d && readdir(d))
		n++;
	if (d)
		closedir(d);
	return n;
}

static bool is_taken(void *context)
{
	const struct stopping *s = context;

	return count_files(site_process(site, "post", 0)) > s->files;
}

static void stop_first(void *context, enum fcgi_moment moment)
{
	const struct stopping *s = context;

	if (moment != s->moment)
		return;
	fault_wait(is_taken, context, WAIT_MOST_MS);
	kill(site_process(site, "post", 0), SIGTERM);
	usleep(100000); /* until it has heard it */
}

static int ask_while_it_stops(enum fcgi_moment moment)
{
	struct browser *b = browser_open(site);
	struct stopping stopping = { .moment = moment };
	struct reply r;

	site_wait_ready(site, "post");
	/* Only the first process can take it. */
	child_stop(site_process(site, "post", 1));
	stopping.files = count_files(site_process(site, "post", 0));
	b->pause = &(struct fcgi_pause){ stop_first, &stopping };
	r = browser_ask(b, &(struct ask){ .path = "/" });
	kill(site_process(site, "post", 1), SIGCONT);
	site_replace(site, "post", 0);
	browser_close(b);
	return r.status;
}

/* Its connection was taken, its bytes are not all there: it is served like any other. */
static void a_request_that_comes_with_the_signal_is_answered(void **state)
{
	(void)state;
	assert_int_equal(ask_while_it_stops(FCGI_CONNECTED), 200);
	assert_int_equal(ask_while_it_stops(FCGI_HALF_READ), 200);
}

static int start(void **state)
{
	static const struct db_sql sql_users = SQL("SELECT COUNT(*) FROM user");

	(void)state;
	fault_start((const char *const[]){ "post", "post", NULL }, (const char *const[]){ NULL });
	/* Nobody is there by default. */
	assert_int_equal(visit_number(site, &sql_users, DB_NO_ARGS), 0);
	ann = visit_member(site, ROLE_USER);
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
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_request_is_lost_and_nothing_else),
		cmocka_unit_test(forms_work_once_whatever_dies),
		cmocka_unit_test(a_request_that_comes_with_the_signal_is_answered),
		cmocka_unit_test(a_restart_drops_no_request),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
