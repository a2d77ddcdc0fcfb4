/* A program as a process: told to stop, killed, spoken to in broken FastCGI, run from a shell. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "support/site.h"
#include "web/app.h"

static struct site *site;

static int start(void **state)
{
	(void)state;
	site = site_start((const char *[]){ "site", "account", NULL });
	return 0;
}

static int stop(void **state)
{
	(void)state;
	site_stop(site);
	return 0;
}

static int open_guest(void **state)
{
	*state = browser_open(site);
	return 0;
}

static int close_browser(void **state)
{
	browser_close(*state);
	return 0;
}

/* While the hash of a password is computed. */
static void tell_to_stop(void *context, enum fcgi_moment moment)
{
	const pid_t *account = context;

	if (moment == FCGI_ALL_READ)
		kill(*account, SIGTERM);
}

static void what_is_begun_is_finished(void **state)
{
	struct browser *b = *state;
	pid_t account = site_pid(site, "account");
	struct reply r;
	int status;

	b->pause = &(struct fcgi_pause){ tell_to_stop, &account };
	r = post_form(b, "/login", "login=nobody&password=wrong+password+here");
	assert_int_equal(r.status, 422);
	assert_true(r.body.n > 0);
	b->pause = NULL;
	assert_int_equal(waitpid(account, &status, 0), account);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	site_restart(site, "account");
	assert_int_equal(get(b, "/login").status, 200);
}

/* Bytes to the socket, and the connection closed; whatever comes back is thrown away. */
static void send_raw(struct browser *b, const void *bytes, size_t n)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	char dropped[4096];

	snprintf(at.sun_path, sizeof(at.sun_path), "%s", b->socket_of(b->site, STR("/healthz")));
	assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_true(send(fd, bytes, n, MSG_NOSIGNAL) >= 0 || n == 0);
	shutdown(fd, SHUT_WR);
	while (read(fd, dropped, sizeof(dropped)) > 0)
		;
	close(fd);
}

#define BEGIN "\1\1\0\1\0\10\0\0\0\1\0\0\0\0\0\0"

static void broken_records_are_survived(void **state)
{
	static const struct str rows[] = {
		STR_INIT("x"),
		STR_INIT("GET / HTTP/1.1\r\n\r\n"),
		STR_INIT("\1\1\0\1"),
		STR_INIT(BEGIN),
		STR_INIT(BEGIN "\1\4\0\1\0\100\0\0\16\3REQUEST"),
		STR_INIT(BEGIN "\1\4\0\1\0\2\0\0\377\377"),
		STR_INIT(BEGIN "\1\4\0\1\0\5\0\0\5\5abc"),
		STR_INIT(BEGIN "\1\5\0\1\0\0\0\0"),
		STR_INIT(BEGIN "\1\4\0\1\0\0\0\0\1\5\0\1\0\0\0\0"),
		STR_INIT("\1\11\0\0\0\0\0\0"),
		STR_INIT("\2\1\0\1\0\10\0\0\0\1\0\0\0\0\0\0"),
		STR_INIT("\1\143\0\1\0\0\0\0"),
	};
	pid_t before = site_pid(site, "site");
	size_t i;

	for (i = 0; i < ARRAY_LEN(rows); i++)
		send_raw(*state, rows[i].p, rows[i].n);
	send_raw(*state, "", 0);
	assert_int_equal(get(*state, "/healthz").status, 200);
	assert_int_equal(site_pid(site, "site"), before);
}

static void a_body_that_stops_short_is_refused(void **state)
{
	static const char *const longer[] = { "CONTENT_LENGTH", "1000", NULL };
	static const char *const endless[] = { "CONTENT_LENGTH", "9223372036854775807", NULL };
	struct ask ask = { .path = "/language", .method = "POST", .extra = longer };

	assert_int_equal(browser_ask(*state, &ask).status, 400);
	ask.extra = endless;
	assert_int_equal(browser_ask(*state, &ask).status, 413);
}

static void a_body_that_is_too_big_is_refused(void **state)
{
	struct browser *b = *state;
	char *big = arena_alloc(b->arena, 2 * APP_SMALL_BODY);

	memset(big, 'a', 2 * APP_SMALL_BODY);
	assert_int_equal(browser_ask(b, &(struct ask){ .path = "/language",
						       .body = { big, 2 * APP_SMALL_BODY } })
				 .status,
			 413);
	assert_int_equal(get(b, "/healthz").status, 200);
}

/* Standard output of the program as CGI. */
static struct str shell(struct browser *b, const char *variables, const char *input)
{
	const char *bin = getenv("PLAZA_BIN");
	struct str line = str_format(b->arena, "printf '%%s' '%s' | env %s %s/site 2>/dev/null",
				     input, variables, bin ? bin : "build/asan/bin");
	FILE *f = popen(line.p, "r"); /* NOLINT: a test's own words */
	struct buf out;
	size_t n;

	buf_init(&out, b->arena, 16384);
	assert_non_null(f);
	while ((n = fread(buf_reserve(&out, 4096), 1, 4096, f)) > 0)
		out.n += n;
	assert_int_equal(pclose(f), 0);
	return buf_str(&out);
}

static void from_a_shell_it_is_a_cgi_program(void **state)
{
	struct str out = shell(*state, "REQUEST_METHOD=GET PATH_INFO=/healthz", "");

	assert_true(str_find(out, STR("Status: 200 OK\r\n")) >= 0);
	assert_true(str_ends(out, STR("\r\n\r\nok\n")));
	out = shell(*state, "REQUEST_METHOD=GET PATH_INFO=/nothing", "");
	assert_true(str_find(out, STR("Status: 404 Not Found\r\n")) >= 0);
}

#define LANGUAGE_FORM \
	"REQUEST_METHOD=POST PATH_INFO=/language CONTENT_LENGTH=11" \
	" CONTENT_TYPE=application/x-www-form-urlencoded"

static void as_somebody_in_development_only(void **state)
{
	struct browser *b = *state;
	int64_t id = site_user(site, "shell", ROLE_USER);
	struct str as = str_format(b->arena, "AS=%lld " LANGUAGE_FORM, (long long)id);
	struct str out = shell(b, as.p, "language=zh");

	assert_true(str_find(out, STR("Status: 303 ")) >= 0);
	out = shell(b, LANGUAGE_FORM, "language=zh");
	assert_true(str_find(out, STR("Status: 403 ")) >= 0);
	as = str_format(b->arena,
			"PLAZA_SITE_MODE=production PLAZA_MAIL_SMTP_URL=smtp://127.0.0.1 "
			"PLAZA_MAIL_OUTBOX_DIR=  AS=%lld " LANGUAGE_FORM,
			(long long)id);
	out = shell(b, as.p, "language=zh");
	assert_true(str_find(out, STR("Status: 403 ")) >= 0);
}

#define process_test(function) cmocka_unit_test_setup_teardown(function, open_guest, close_browser)

int main(void)
{
	const struct CMUnitTest tests[] = {
		process_test(what_is_begun_is_finished),
		process_test(broken_records_are_survived),
		process_test(a_body_that_stops_short_is_refused),
		process_test(a_body_that_is_too_big_is_refused),
		process_test(from_a_shell_it_is_a_cgi_program),
		process_test(as_somebody_in_development_only),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
