/* The SMS worker against a gateway of the test's own: what is sent, put off, given up, once only,
 * and not any more when nobody waits for it. */
#include "web/web.h"

#include <arpa/inet.h>
#include <signal.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/secret.h"
#include "domain/outbox.h"
#include "domain/sms.h"
#include "html/text.h"
#include "support/child.h"
#include "support/running.h"

#define WAIT_MS WAIT_MOST_MS

struct site *site;

static const struct db_sql sql_later =
	SQL("SELECT COUNT(*) FROM outbox WHERE state = 0 AND next_try_at > ? AND created_at >= ?"
	    " AND topic = 'sms.requested' AND JSON_VALUE(payload, '$.tries') = 1");

struct fixture {
	struct ctx *c;
	pid_t server;
	int listener;
	char log[64]; /* what the gateway heard: one request after the other */
};

/* The status depends on the number, as a gateway's might. */
static const char *answer_to(const char *request)
{
	if (strstr(request, "\"13900000429\""))
		return "429 Too Many Requests";
	if (strstr(request, "\"13900000400\""))
		return "400 Bad Request";
	return "200 OK";
}

static size_t length_of(const char *head)
{
	const char *at = strcasestr(head, "content-length:");

	return at ? strtoul(at + strlen("content-length:"), NULL, 10) : 0;
}

static void converse(int fd, FILE *log)
{
	char request[8192] = { 0 };
	const char *body = NULL;
	char answer[256];
	size_t n = 0;
	ssize_t got = 1;

	while (got > 0 && n < sizeof(request) - 1 && (!body || strlen(body) < length_of(request))) {
		got = recv(fd, request + n, sizeof(request) - 1 - n, 0);
		n += got > 0 ? (size_t)got : 0;
		body = strstr(request, "\r\n\r\n");
		body = body ? body + 4 : NULL;
	}
	fprintf(log, "%s\n", request);
	fflush(log);
	snprintf(answer, sizeof(answer),
		 "HTTP/1.1 %s\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok",
		 answer_to(request));
	send(fd, answer, strlen(answer), MSG_NOSIGNAL);
	close(fd);
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

static void open_port(struct fixture *f)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(at);
	char url[64];

	f->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(f->listener, (struct sockaddr *)&at, size), 0);
	assert_int_equal(getsockname(f->listener, (struct sockaddr *)&at, &size), 0);
	snprintf(url, sizeof(url), "http://127.0.0.1:%d/send", ntohs(at.sin_port));
	setenv("PLAZA_SMS_URL", url, 1);
	setenv("PLAZA_SMS_KEY", "the-key", 1);
	setenv("PLAZA_SMS_SIGNATURE", "广场", 1);
	setenv("PLAZA_SMS_CODE_TEMPLATE", "T-1", 1);
	setenv("PLAZA_SMS_NOTICE_TEMPLATE", "T-2", 1);
}

static int set_up(void **state)
{
	static struct fixture f;

	*state = &f;
	open_port(&f);
	site = site_start((const char *const[]){ "account", NULL });
	f.c = site_ctx(site);
	if (clock_set_zone(f.c->config->site.zone))
		return -1;
	snprintf(f.log, sizeof(f.log), "/tmp/plaza-test-sms-%d", (int)getpid());
	site_start_worker(site, "sms");
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	site_stop(site);
	/* There is none when the first test has failed. */
	if (f->server)
		child_end(f->server, SIGKILL);
	unlink(f->log);
	return 0;
}

static struct code_for code_for(struct ctx *c, const char *phone)
{
	return (struct code_for){ CODE_LOGIN, str_from_c(phone), secret_hash(c->arena, STR("me")) };
}

/* Asked for and published, as a web process does. */
static void ask(struct fixture *f, const char *phone)
{
	struct code_for code = code_for(f->c, phone);

	f->c = site_ctx(site);
	code.holder = secret_hash(f->c->arena, STR("me"));
	assert_int_equal(code_request(f->c, &code, 0, TEXT_ZH), OK);
	outbox_publish_own(f->c);
}

/* What the gateway has heard, once words are in it. */
static struct str heard(struct fixture *f, const char *words)
{
	int64_t until = clock_ticks() + WAIT_MS;
	struct str all;

	do {
		usleep(50000);
		all = running_read_file(f->c->arena, f->log);
	} while (str_find(all, str_from_c(words)) < 0 && clock_ticks() < until);
	if (str_find(all, str_from_c(words)) < 0)
		fail_msg("the gateway heard nothing of %s", words);
	return all;
}

static size_t times(struct str all, const char *words)
{
	size_t count = 0;
	ptrdiff_t at;

	while ((at = str_find(all, str_from_c(words))) >= 0) {
		all = str_slice(all, (size_t)at + 1, all.n);
		count++;
	}
	return count;
}

/* While no gateway answers nothing is lost. */
static void a_code_waits_for_the_gateway(void **state)
{
	struct fixture *f = *state;
	struct str all, code;
	struct code_for wanted;
	bool is_right = false;

	ask(f, "13900000001");
	WAIT_UNTIL(str_find(site_log(site, f->c->arena, "sms"), STR("] sms: ")) >= 0);
	assert_true(str_find(site_log(site, f->c->arena, "sms"), STR("] sms: ")) >= 0);
	assert_int_equal(listen(f->listener, 16), 0);
	f->server = serve(f);
	all = heard(f, "13900000001");
	assert_true(str_find(all, STR("POST /send HTTP/1.1")) >= 0);
	assert_true(str_find(all, STR("Authorization: Bearer the-key")) > 0);
	assert_true(str_find(all, STR("Idempotency-Key: ")) > 0);
	assert_true(str_find(all, STR("\"signature\":\"广场\"")) > 0);
	assert_true(str_find(all, STR("\"template\":\"T-1\"")) > 0);
	code = str_slice(all, (size_t)str_find(all, STR("\"value\":\"")) + 9, all.n);
	code = str_slice(code, 0, CODE_DIGITS);
	wanted = code_for(f->c, "13900000001");
	assert_int_equal(code_check(f->c, &wanted, code, true, &is_right), OK);
	assert_true(is_right);
}

static void what_the_gateway_puts_off_comes_later(void **state)
{
	struct fixture *f = *state;
	int64_t until, asked = clock_now(), later = 0;

	ask(f, "13900000429");
	heard(f, "13900000429");
	for (until = clock_ticks() + WAIT_MS; !later && clock_ticks() < until; usleep(50000))
		later = visit_number(site, &sql_later, DB_ARGS(f->c->now, asked));
	assert_int_equal(later, 1);
}

static void what_it_refuses_goes_to_the_dead(void **state)
{
	struct fixture *f = *state;
	int64_t until, before, dead;

	assert_int_equal(mq_depth(f->c->mq, "sms.dead", &before), OK);
	dead = before;
	ask(f, "13900000400");
	heard(f, "13900000400");
	for (until = clock_ticks() + WAIT_MS; dead == before && clock_ticks() < until;
	     usleep(100000))
		if (mq_depth(f->c->mq, "sms.dead", &dead))
			dead = before;
	assert_int_equal(dead, before + 1);
	assert_int_equal(times(heard(f, "13900000400"), "13900000400"), 1);
}

/* The same event again, and an order older than its code would be: nothing is sent. */
static void once_and_only_while_it_is_wanted(void **state)
{
	struct fixture *f = *state;
	struct code_for code;
	struct str all;

	f->c = site_ctx(site);
	code = code_for(f->c, "13900000002");
	assert_int_equal(db_begin(f->c->db), OK);
	f->c->now -= (CODE_SECONDS + 5) * CLOCK_SECOND;
	assert_int_equal(db_end(f->c->db, sms_request_code(f->c, &code, 0, TEXT_EN)), OK);
	outbox_publish_own(f->c);
	ask(f, "13900000003");
	all = heard(f, "13900000003");
	assert_int_equal(times(all, "13900000002"), 0);
	assert_int_equal(times(all, "13900000001"), 1);
}

/* Neither number nor code lies in a table or a queue. */
static void the_outbox_tells_nothing(void **state)
{
	static const struct db_sql seen =
		SQL("SELECT COUNT(*) FROM outbox WHERE payload LIKE '%13900000%'");
	struct fixture *f = *state;
	int64_t sent = 0, until;

	assert_int_equal(visit_number(site, &seen, DB_NO_ARGS), 0);
	f->c = site_ctx(site);
	for (until = clock_ticks() + WAIT_MS; sent < 2 && clock_ticks() < until; usleep(50000))
		assert_int_equal(sms_count(f->c, &sent), OK);
	assert_true(sent >= 2);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_code_waits_for_the_gateway),
		cmocka_unit_test(what_the_gateway_puts_off_comes_later),
		cmocka_unit_test(what_it_refuses_goes_to_the_dead),
		cmocka_unit_test(once_and_only_while_it_is_wanted),
		cmocka_unit_test(the_outbox_tells_nothing),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
