/* The mail worker against a mail server of the test's own: what is sent, put off, given up, and
 * once only. */
#include "unit/unit.h"

#include <arpa/inet.h>
#include <errno.h>
#include <sodium.h>
#include <sys/socket.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/num.h"
#include "base/secret.h"
#include "domain/outbox.h"
#include "domain/user.h"
#include "html/text.h"
#include "support/child.h"
#include "support/forum.h"
#include "support/patience.h"
#include "support/running.h"

#define WAIT_MS (2 * WAIT_MOST_MS) /* the worker itself waits for a silent server */

static const struct db_sql sql_id_of = SQL("SELECT user_id FROM user WHERE username_folded = ?");
static const struct db_sql sql_later =
	SQL("SELECT COUNT(*) FROM outbox WHERE state = 0 AND next_try_at > ? AND"
	    " JSON_VALUE(payload, '$.user') = ? AND JSON_VALUE(payload, '$.tries') = 1");

struct fixture {
	struct ctx *c;
	pid_t server, worker;
	int listener;
	char log[64]; /* what the server heard */
};

/* One line with its CR LF; 0 at the end. */
static size_t hear(FILE *in, char *line, size_t room)
{
	return fgets(line, (int)room, in) ? strlen(line) : 0;
}

/* NULL: none. */
static const char *answer_to(const char *line, bool *is_data)
{
	*is_data = !strncmp(line, "DATA", 4);
	if (*is_data)
		return "354 go on\r\n";
	if (!strncmp(line, "RCPT TO:<later", 14))
		return "451 come back later\r\n";
	if (!strncmp(line, "RCPT TO:<never", 14))
		return "550 no such person\r\n";
	if (!strncmp(line, "RCPT TO:<silence", 16))
		return NULL;
	if (!strncmp(line, "QUIT", 4))
		return "221 bye\r\n";
	return "250 fine\r\n";
}

static void converse(int fd, FILE *log)
{
	FILE *in = fdopen(fd, "r+");
	const char *answer;
	char line[2048];
	bool is_data = false;

	setvbuf(in, NULL, _IONBF, 0);
	fputs("220 test\r\n", in);
	while (hear(in, line, sizeof(line))) {
		fputs(line, log);
		fflush(log);
		if (is_data && strcmp(line, ".\r\n"))
			continue;
		if (is_data) {
			is_data = false;
			fputs("250 taken\r\n", in);
		} else {
			answer = answer_to(line, &is_data);
			if (answer)
				fputs(answer, in);
		}
	}
	fclose(in);
}

static pid_t serve(const struct fixture *f)
{
	pid_t pid = fork();
	FILE *log;

	if (pid)
		return pid;
	log = fopen(f->log, "a");
	for (;;) {
		int fd = accept(f->listener, NULL, NULL);

		if (fd >= 0)
			converse(fd, log);
	}
}

/* A port nobody has; bound here, so that it stays ours while no server listens. */
static void open_port(struct fixture *f)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(at);
	char url[64];

	f->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(f->listener, (struct sockaddr *)&at, size), 0);
	assert_int_equal(getsockname(f->listener, (struct sockaddr *)&at, &size), 0);
	snprintf(url, sizeof(url), "smtp://127.0.0.1:%d", ntohs(at.sin_port));
	setenv("PLAZA_MAIL_SMTP_URL", url, 1);
	setenv("PLAZA_MAIL_OUTBOX_DIR", "", 1);
}

static int set_up(void **state)
{
	static struct fixture f;
	struct str schema;

	*state = &f;
	stores_need((const char *const[]){ "mariadb", "redis", "rabbitmq" }, 3);
	if (stores_set_up(state))
		return -1;
	*state = &f;
	if (stores.missing)
		return 0;
	secret_open();
	f.c = forum_open();
	snprintf(f.log, sizeof(f.log), "/tmp/plaza-test-mail-%d", (int)getpid());
	schema = stores_schema(f.c->arena);
	open_port(&f);
	f.worker = child_start("mail", NULL);
	return db_run_script_unsafe(f.c->db, schema) || mq_declare(f.c->mq) ? -1 : 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;
	int status = 0;

	if (!stores.missing) {
		status = child_end(f->worker, SIGTERM);
		/* There is none when the first test has failed. */
		if (f->server)
			child_end(f->server, SIGKILL);
		forum_close(f->c);
		remove(f->log);
	}
	return stores_tear_down(state) || status ? -1 : 0;
}

/* Somebody registers; the event goes to the queue as after a reply. */
static int64_t request_mail(struct fixture *f, const char *local)
{
	struct ctx *c = f->c;
	struct registration r = { .password = STR("correct horse battery staple"),
				  .language = TEXT_ZH };

	forum_next(c);
	r.username = str_format(c->arena, "%s%d", local, (int)secret_random_below(100000000));
	r.email = str_format(c->arena, "%s@example.org", local);
	assert_int_equal(user_register(c, &r, forum_form(c)), OK);
	outbox_publish_own(c);
	return forum_number(c, &sql_id_of, DB_ARGS(r.username));
}

static int count_in(struct str text, const char *words)
{
	struct str wanted = str_from_c(words);
	ptrdiff_t at;
	int count = 0;

	while ((at = str_find(text, wanted)) >= 0) {
		count++;
		text = str_slice(text, (size_t)at + wanted.n, text.n);
	}
	return count;
}

/* The server heard these words so often, within a while. */
static bool is_heard(struct fixture *f, const char *words, int times)
{
	int64_t until = clock_ticks() + WAIT_MS;

	do {
		forum_next(f->c);
		if (count_in(running_read_file(f->c->arena, f->log), words) >= times)
			return true;
		stores_sleep_ms(50);
	} while (clock_ticks() < until);
	return false;
}

/* The text of the last mail heard. */
static struct str last_text(struct fixture *f)
{
	struct str heard = running_read_file(f->c->arena, f->log);
	char *text = arena_alloc(f->c->arena, heard.n + 1);
	ptrdiff_t at;
	size_t n = 0;

	while ((at = str_find(heard, STR("Content-Transfer-Encoding: base64\r\n\r\n"))) >= 0)
		heard = str_slice(heard, (size_t)at + 37, heard.n);
	(void)!sodium_base642bin((unsigned char *)text, heard.n, heard.p, heard.n, "\r\n", &n, NULL,
				 sodium_base64_VARIANT_ORIGINAL);
	return (struct str){ text, n };
}

static void a_mail_waits_for_the_server(void **state)
{
	struct fixture *f = *state;
	int64_t depth = -1;

	STORES_OR_SKIP();
	request_mail(f, "first");
	/* The worker has it in hand. */
	WAIT_UNTIL(!mq_depth(f->c->mq, "mail", &depth) && depth == 0);
	assert_int_equal(depth, 0);
	stores_sleep_ms(1500);
	assert_int_equal(listen(f->listener, 8), 0);
	f->server = serve(f);
	assert_true(is_heard(f, "\r\n.\r\n", 1));
	assert_true(is_heard(f, "RCPT TO:<first@example.org>", 1));
	assert_true(is_heard(f, "MAIL FROM:<no-reply@localhost.localdomain>", 1));
}

static void the_link_in_it_works(void **state)
{
	struct fixture *f = *state;
	struct str text, token;
	struct user u;
	int64_t id;
	ptrdiff_t at;

	STORES_OR_SKIP();
	id = request_mail(f, "second");
	assert_true(is_heard(f, "\r\n.\r\n", 2));
	text = last_text(f);
	at = str_find(text, STR("/activate/"));
	assert_true(at > 0);
	token = str_slice(text, (size_t)at + 10, (size_t)at + 53);
	assert_int_equal(user_activate(f->c, token, &u), OK);
	assert_int_equal(u.id, id);
}

static void an_event_that_comes_twice_is_one_mail(void **state)
{
	struct fixture *f = *state;
	struct str payload;
	int64_t user;
	int i;

	STORES_OR_SKIP();
	user = request_mail(f, "third");
	payload =
		str_format(f->c->arena,
			   "{\"kind\":\"activation\",\"user\":\"%lld\",\"language\":1,\"tries\":0}",
			   (long long)user);
	for (i = 0; i < 3; i++)
		assert_int_equal(mq_publish_confirmed(f->c->mq, STR("mail.requested"), STR("4242"),
						      payload),
				 OK);
	/* one by the registration, one by the event that came three times */
	request_mail(f, "fourth");
	assert_true(is_heard(f, "RCPT TO:<fourth@", 1));
	assert_int_equal(count_in(running_read_file(f->c->arena, f->log), "RCPT TO:<third@"), 2);
}

static bool is_put_off(struct fixture *f, int64_t id)
{
	int64_t until = clock_ticks() + WAIT_MS, now, found = 0;
	struct str who;

	while (!found && clock_ticks() < until) {
		forum_next(f->c);
		now = f->c->now;
		who = num_text(f->c->arena, id);
		found = forum_number(f->c, &sql_later, DB_ARGS(now + 5 * CLOCK_MINUTE, who));
	}
	return found == 1;
}

static void what_the_server_wants_later_is_put_off(void **state)
{
	struct fixture *f = *state;
	int64_t id;

	STORES_OR_SKIP();
	id = request_mail(f, "later");
	assert_true(is_heard(f, "RCPT TO:<later@", 1));
	assert_true(is_put_off(f, id));
	/* and does not hold up the next */
	request_mail(f, "sixth");
	assert_true(is_heard(f, "RCPT TO:<sixth@", 1));
}

/* A server may ask around about a stranger for longer than we wait. */
static void an_address_that_gets_no_answer_holds_up_nobody(void **state)
{
	struct fixture *f = *state;
	int64_t id;

	STORES_OR_SKIP();
	id = request_mail(f, "silence");
	assert_true(is_heard(f, "RCPT TO:<silence@", 1));
	assert_true(is_put_off(f, id));
	request_mail(f, "eighth");
	assert_true(is_heard(f, "RCPT TO:<eighth@", 1));
}

static void what_cannot_be_sent_goes_to_the_dead(void **state)
{
	struct fixture *f = *state;
	int64_t depth = 0, until = clock_ticks() + WAIT_MS;

	STORES_OR_SKIP();
	request_mail(f, "never");
	assert_int_equal(mq_publish_confirmed(f->c->mq, STR("mail.requested"), STR("77"),
					      STR("no order at all")),
			 OK);
	assert_int_equal(mq_publish_confirmed(f->c->mq, STR("mail.requested"), STR("../../x"),
					      STR("{}")),
			 OK);
	while (depth < 3 && clock_ticks() < until) {
		stores_sleep_ms(100);
		assert_int_equal(mq_depth(f->c->mq, "mail.dead", &depth), OK);
	}
	assert_int_equal(depth, 3);
	request_mail(f, "seventh");
	assert_true(is_heard(f, "RCPT TO:<seventh@", 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_mail_waits_for_the_server),
		cmocka_unit_test(the_link_in_it_works),
		cmocka_unit_test(an_event_that_comes_twice_is_one_mail),
		cmocka_unit_test(what_the_server_wants_later_is_put_off),
		cmocka_unit_test(an_address_that_gets_no_answer_holds_up_nobody),
		cmocka_unit_test(what_cannot_be_sent_goes_to_the_dead),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
