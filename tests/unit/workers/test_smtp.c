/*
 * Mail over TLS, against a server of the test's own with a certificate of its own authority:
 * nothing of a mail, and no password, goes to a server that cannot prove its name.
 */
#include "unit/unit.h"

#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../workers/mail/sending.h"
#include "base/arena.h"
#include "base/log.h"

#define MESSAGE "Subject: x\r\n\r\nthe letter\r\n"

extern char **environ;

static char folder[] = "/tmp/plaza-test-smtp-XXXXXX";
static struct arena *arena;

struct server {
	pid_t pid;
	FILE *says;
	int port;
};

/* An authority, and certificates of it for this machine and for another; one of nobody's. */
static const char make_certificates[] =
	"cd \"$0\" && exec >openssl.log 2>&1 && umask 077 &&"
	"authority() { openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2"
	"	-subj \"/CN=$1\" -keyout $1.key -out $1.pem; } &&"
	"certificate() { openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "
	"/CN=$1"
	"	-keyout $1.key -out $1.csr && printf \"subjectAltName=$2\\n\" >$1.ext &&"
	"	openssl x509 -req -in $1.csr -CA ours.pem -CAkey ours.key -CAcreateserial"
	"	-extfile $1.ext -days $3 -out $1.pem; } &&"
	"authority ours && authority strange && certificate here IP:127.0.0.1 2 &&"
	"certificate there DNS:mail.example.org 2 && certificate old IP:127.0.0.1 -1";

static int run_shell(const char *script)
{
	const char *const argv[] = { "sh", "-c", script, folder, NULL };
	int status = -1;
	pid_t pid;

	if (posix_spawnp(&pid, "sh", NULL, NULL, (char *const *)argv, environ))
		return -1;
	waitpid(pid, &status, 0);
	return status;
}

static void serve(struct server *s, const char *mode, const char *certificate)
{
	char key[128], cert[128];
	const char *const argv[] = { "node", "tests/support/smtp_tls.js", mode, key, cert, NULL };
	posix_spawn_file_actions_t actions;
	int ends[2];

	snprintf(key, sizeof(key), "%s/%s.key", folder, certificate);
	snprintf(cert, sizeof(cert), "%s/%s.pem", folder, certificate);
	assert_int_equal(pipe(ends), 0);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
	posix_spawn_file_actions_addclose(&actions, ends[0]);
	assert_int_equal(posix_spawnp(&s->pid, "node", &actions, NULL, (char *const *)argv,
				      environ),
			 0);
	posix_spawn_file_actions_destroy(&actions);
	close(ends[1]);
	s->says = fdopen(ends[0], "r");
	assert_int_equal(fscanf(s->says, "%d", &s->port), 1);
}

/* What it heard, until its end. */
static struct str end(struct server *s)
{
	char *heard = arena_alloc(arena, 8192);
	size_t n;

	kill(s->pid, SIGTERM);
	n = fread(heard, 1, 8191, s->says);
	fclose(s->says);
	waitpid(s->pid, NULL, 0);
	return (struct str){ heard, n };
}

static bool has(struct str heard, const char *words)
{
	return str_find(heard, str_from_c(words)) >= 0;
}

/* Send one letter to such a server; authority and user may be empty. */
static enum sending send(const char *mode, const char *certificate, const char *authority,
			 const char *user, struct str *heard)
{
	struct config c = { .mail = { .from = STR("me@example.org"),
				      .smtp_user = str_from_c(user) } };
	enum sending sending;
	struct server s;

	serve(&s, mode, certificate);
	c.mail.smtp_password = STR("hush");
	c.mail.smtp_url =
		str_format(arena, "%s://127.0.0.1:%d",
			   str_is(str_from_c(mode), STR("smtps")) ? "smtps" : "smtp", s.port);
	if (*authority)
		c.mail.ca_file = str_format(arena, "%s/%s.pem", folder, authority);
	sending = smtp_send(&c, STR("you@example.org"), STR(MESSAGE));
	*heard = end(&s);
	return sending;
}

static void a_letter_goes_through_tls(void **state)
{
	struct str heard;

	(void)state;
	assert_int_equal(send("smtps", "here", "ours", "", &heard), SENDING_DONE);
	assert_true(has(heard, "tls RCPT TO:<you@example.org>\n"));
	assert_true(has(heard, "tls the letter\n"));
	assert_false(has(heard, "open "));
}

/* AHVzZXIAaHVzaA== is user and hush. */
static void a_password_goes_through_starttls(void **state)
{
	struct str heard;

	(void)state;
	assert_int_equal(send("starttls", "here", "ours", "user", &heard), SENDING_DONE);
	assert_true(has(heard, "open STARTTLS\ntls EHLO"));
	assert_true(has(heard, "AHVzZXIAaHVzaA=="));
	assert_false(has(heard, "open AUTH"));
	assert_false(has(heard, "open AHVz"));
	assert_true(has(heard, "tls the letter\n"));
}

static void a_server_without_tls_gets_no_password(void **state)
{
	struct str heard;

	(void)state;
	assert_int_equal(send("plain", "here", "ours", "user", &heard), SENDING_AWAY);
	assert_true(has(heard, "open EHLO"));
	assert_false(has(heard, "AUTH"));
	assert_false(has(heard, "AHVz"));
	assert_false(has(heard, "MAIL FROM"));
}

static void who_cannot_prove_its_name_gets_nothing(void **state)
{
	static const struct {
		const char *mode, *certificate, *authority;
	} cases[] = {
		{ "smtps", "here", "strange" },    { "smtps", "here", "" },
		{ "smtps", "there", "ours" },      { "smtps", "old", "ours" },
		{ "smtps", "strange", "ours" },    { "starttls", "here", "strange" },
		{ "starttls", "there", "ours" },   { "starttls", "old", "ours" },
		{ "starttls", "strange", "ours" },
	};
	struct str heard;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		enum sending sending = send(cases[i].mode, cases[i].certificate, cases[i].authority,
					    "user", &heard);

		if (sending != SENDING_AWAY || has(heard, "AUTH") || has(heard, "MAIL FROM") ||
		    has(heard, "tls "))
			fail_msg("%s, %s, %s: %d, " STR_FMT, cases[i].mode, cases[i].certificate,
				 cases[i].authority, (int)sending, STR_ARG(heard));
	}
}

static void without_the_file_nobody_is_trusted(void **state)
{
	struct str heard;

	(void)state;
	assert_int_equal(send("smtps", "here", "missing", "", &heard), SENDING_AWAY);
	assert_false(has(heard, "MAIL FROM"));
}

static int set_up(void **state)
{
	(void)state;
	arena = arena_new(1 << 14);
	if (!mkdtemp(folder) || run_shell(make_certificates) || smtp_open())
		return -1;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	smtp_close();
	arena_free(arena);
	return run_shell("rm -r \"$0\"") ? -1 : 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_letter_goes_through_tls),
		cmocka_unit_test(a_password_goes_through_starttls),
		cmocka_unit_test(a_server_without_tls_gets_no_password),
		cmocka_unit_test(who_cannot_prove_its_name_gets_nothing),
		cmocka_unit_test(without_the_file_nobody_is_trusted),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
