/* The configuration. */
#include "unit/unit.h"

#include <sys/stat.h>

#include "base/config.h"

#define SECRET_TAIL "0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define SECRET_HEX "00" SECRET_TAIL

/* All that must be given, each key alone in its line. */
static const char least[] = "site.url = https://plaza.example\n"
			    "site.secret = " SECRET_HEX "\n"
			    "db.socket = /run/db.sock\n"
			    "db.user = plaza\n"
			    "db.name = plaza\n"
			    "redis.socket = /run/redis.sock\n"
			    "mq.user = plaza\n"
			    "mq.password = secret\n"
			    "mail.from = plaza@plaza.example\n"
			    "mail.smtp_url = smtps://mail.example:465\n";

static char *const nothing[] = { NULL };

/* The least text without the line that starts with key, and with another line in its place. */
static struct str with(struct arena *a, const char *key, const char *line)
{
	struct str rest = str_from_c(least);
	struct str all = str_from_c(line);
	struct str one;

	while (str_split(&rest, '\n', &one)) {
		if (!str_starts(one, str_format(a, "%s =", key)))
			all = str_format(a, STR_FMT "\n" STR_FMT, STR_ARG(all), STR_ARG(one));
	}
	return all;
}

static struct config parsed(struct arena *a, struct str text)
{
	struct config c;

	assert_int_equal(config_parse(a, text, nothing, &c), OK);
	return c;
}

static void assert_wrong(struct arena *a, struct str text)
{
	struct config c = { .db.port = 99 };

	if (config_parse(a, text, nothing, &c) != ERR_INVALID) {
		print_error("taken for right:\n" STR_FMT "\n", STR_ARG(text));
		fail();
	}
	assert_int_equal(c.db.port, 99);
}

static void the_least_that_will_do(void **state)
{
	struct config c = parsed(*state, str_from_c(least));

	assert_text(c.site.name, "Plaza");
	assert_text(c.site.url, "https://plaza.example");
	assert_text(c.site.zone, "Asia/Shanghai");
	assert_false(c.site.is_development);
	assert_true(c.site.is_secure);
	assert_int_equal(c.site.secret[0], 0);
	assert_int_equal(c.site.secret[31], 0x1f);
	assert_text(c.db.socket, "/run/db.sock");
	assert_text(c.db.host, "");
	assert_int_equal(c.db.port, 3306);
	assert_text(c.db.password, "");
	assert_text(c.mq.host, "127.0.0.1");
	assert_int_equal(c.mq.port, 5672);
	assert_text(c.mq.vhost, "/");
	assert_int_equal(c.redis.port, 6379);
	assert_int_equal(c.log_level, LOG_LEVEL_INFO);
}

static void every_key_is_read(void **state)
{
	struct config c = parsed(
		*state,
		STR("site.name = \xE5\xB9\xBF\xE5\x9C\xBA\n site.url=http://127.0.0.1:8080\n"
		    "# a comment = x\n\n \t\r\n\tsite.zone\t=\tUTC\t\r\nsite.mode = development\n"
		    "site.secret = " SECRET_HEX "\ndb.host = db.example\ndb.port = 1\n"
		    "db.user = du\ndb.password = a = b # c\ndb.name = dn\n"
		    "redis.host = ::1\nredis.port = 65535\nredis.password = rp\n"
		    "mq.host = 10.0.0.1\nmq.port = 5671\nmq.user = mu\nmq.password = mp\n"
		    "mq.vhost = vh\nmail.smtp_url = smtp://localhost\nmail.smtp_user = su\n"
		    "mail.smtp_password = sp\nmail.ca_file = ca.pem\nmail.from = a.b+c@m.example\n"
		    "mail.outbox_dir = var/outbox\nlog.level = debug"));

	assert_text(c.site.name, "\xE5\xB9\xBF\xE5\x9C\xBA");
	assert_text(c.site.url, "http://127.0.0.1:8080");
	assert_text(c.site.zone, "UTC");
	assert_true(c.site.is_development);
	assert_false(c.site.is_secure);
	assert_text(c.db.host, "db.example");
	assert_int_equal(c.db.port, 1);
	assert_text(c.db.user, "du");
	assert_text(c.db.password, "a = b # c");
	assert_text(c.db.name, "dn");
	assert_text(c.redis.host, "::1");
	assert_int_equal(c.redis.port, 65535);
	assert_text(c.redis.password, "rp");
	assert_text(c.mq.host, "10.0.0.1");
	assert_int_equal(c.mq.port, 5671);
	assert_text(c.mq.user, "mu");
	assert_text(c.mq.password, "mp");
	assert_text(c.mq.vhost, "vh");
	assert_text(c.mail.smtp_url, "smtp://localhost");
	assert_text(c.mail.smtp_user, "su");
	assert_text(c.mail.smtp_password, "sp");
	assert_text(c.mail.ca_file, "ca.pem");
	assert_text(c.mail.from, "a.b+c@m.example");
	assert_text(c.mail.outbox_dir, "var/outbox");
	assert_int_equal(c.log_level, LOG_LEVEL_DEBUG);
}

static void each_wrong_value_is_refused(void **state)
{
	static const char *const wrong[][2] = {
		{ "site.name", "site.name = a\x1b[31m" },
		{ "site.name",
		  "site.name = 0123456789012345678901234567890123456789012345678901234567890" },
		{ "site.url", "site.url = plaza.example" },
		{ "site.url", "site.url = ftp://plaza.example" },
		{ "site.url", "site.url = https://plaza.example/" },
		{ "site.url", "site.url = https://plaza.example/forum" },
		{ "site.url", "site.url = https://user@plaza.example" },
		{ "site.url", "site.url = https://plaza.example:0" },
		{ "site.url", "site.url = https://plaza.example:65536" },
		{ "site.url", "site.url = https://plaza.example:" },
		{ "site.url", "site.url = https://plaza.example:443" },
		{ "site.url", "site.url = http://plaza.example:80" },
		{ "site.url", "site.url = https://" },
		{ "site.url", "site.url = https://[::1" },
		{ "site.url", "site.url = https://[::1]x" },
		{ "site.url", "site.url = https://[]" },
		{ "site.url", "site.url = https://-plaza.example" },
		{ "site.zone", "site.zone = Mars/Olympus" },
		{ "site.mode", "site.mode = test" },
		{ "site.secret", "site.secret = 0001" },
		{ "site.secret", "site.secret = " SECRET_HEX "00" },
		{ "site.secret", "site.secret = g0" SECRET_TAIL },
		{ "db.socket", "db.socket = run/db.sock" },
		{ "db.socket", "db.host = bad host" },
		{ "db.port", "db.port = 65536" },
		{ "db.port", "db.port = x" },
		{ "redis.socket", "redis.socket = redis.sock" },
		{ "redis.socket", "redis.host = a/b" },
		{ "redis.port", "redis.port = -1" },
		{ "mq.host", "mq.host = mq_host" },
		{ "mq.port", "mq.port = 05672" },
		{ "mail.from", "mail.from = plaza" },
		{ "mail.from", "mail.from = Plaza <plaza@plaza.example>" },
		{ "mail.from", "mail.from = a@b@c" },
		{ "mail.from", "mail.from = @plaza.example" },
		{ "mail.from", "mail.from = plaza@" },
		{ "mail.smtp_url", "mail.smtp_url = http://mail.example" },
		{ "sms.url", "sms.url = sms.example/send" },
		{ "sms.url", "sms.url = http://" },
		{ "sms.url", "sms.url = http://sms.example/a b" },
		{ "sms.daily_most", "sms.daily_most = 0" },
		{ "sms.signature", "sms.signature = a\x1b[31m" },
		{ "login.totp_admins", "login.totp_admins = yes" },
		{ "log.level", "log.level = loud" },
	};
	size_t i;

	for (i = 0; i < ARRAY_LEN(wrong); i++)
		assert_wrong(*state, with(*state, wrong[i][0], wrong[i][1]));
}

/* On a real server both are on the safe side when nothing is said. */
static void what_follows_from_the_mode(void **state)
{
	struct config c = parsed(*state, str_from_c(least));

	assert_true(c.login.needs_totp);
	assert_false(c.sms.is_on);
	assert_int_equal(c.sms.daily_most, 1000);
	c = parsed(*state, with(*state, "x",
				"login.totp_admins = optional\n"
				"sms.url = https://sms.example/send?x=1"));
	assert_false(c.login.needs_totp);
	assert_true(c.sms.is_on);
	c = parsed(*state, with(*state, "x", "site.mode = development\nmail.outbox_dir = o"));
	assert_false(c.login.needs_totp);
	assert_true(c.sms.is_on);
	c = parsed(*state, with(*state, "x",
				"site.mode = development\n"
				"login.totp_admins = required"));
	assert_true(c.login.needs_totp);
	assert_false(c.sms.is_on);
}

static void urls_with_ports_and_addresses(void **state)
{
	static const char *const right[] = { "site.url = http://localhost:443",
					     "site.url = https://plaza.example:80",
					     "site.url = https://plaza.example:65535",
					     "site.url = http://[::1]",
					     "site.url = http://[::1]:8080" };
	size_t i;

	for (i = 0; i < ARRAY_LEN(right); i++)
		parsed(*state, with(*state, "site.url", right[i]));
}

static void each_missing_key_is_noticed(void **state)
{
	static const char *const required[] = {
		"site.url",     "site.secret", "db.socket",   "db.user",   "db.name",
		"redis.socket", "mq.user",     "mq.password", "mail.from", "mail.smtp_url",
	};
	size_t i;

	for (i = 0; i < ARRAY_LEN(required); i++) {
		assert_wrong(*state, with(*state, required[i], ""));
		assert_wrong(*state, with(*state, required[i],
					  str_c(*state, str_format(*state, "%s =", required[i]))));
	}
}

static void wrong_lines_are_refused(void **state)
{
	static const char *const wrong[] = { "colour = blue",
					     "site = x",
					     "no equals sign",
					     "Site.Name = x",
					     "= x",
					     "site.name = a\nsite.name = b",
					     "db.host = both.example",
					     "redis.host = both.example",
					     "site.name = a\xFF" };
	size_t i;

	for (i = 0; i < ARRAY_LEN(wrong); i++)
		assert_wrong(*state, with(*state, "nothing", wrong[i]));
}

static void socket_paths_have_a_limit(void **state)
{
	char line[200] = "db.socket = /";

	memset(line + 13, 'x', 106);
	assert_int_equal(parsed(*state, with(*state, "db.socket", line)).db.socket.n, 107);
	line[119] = 'x';
	assert_wrong(*state, with(*state, "db.socket", line));
}

static void development_needs_a_place_for_mail(void **state)
{
	struct arena *a = *state;

	assert_wrong(a, with(a, "mail.smtp_url", "site.mode = development"));
	assert_wrong(a, with(a, "mail.smtp_url", "mail.outbox_dir = var/outbox"));
	parsed(a, with(a, "mail.smtp_url", "site.mode = development\nmail.outbox_dir = x"));
}

/* The least text, with variables of the environment; the list ends with NULL. */
static err parse_under(struct arena *a, const char *const *list, struct config *out)
{
	char *environment[16] = { NULL };
	size_t i;

	for (i = 0; list[i]; i++)
		environment[i] = str_c(a, str_from_c(list[i]));
	return config_parse(a, str_from_c(least), environment, out);
}

static void the_environment_wins(void **state)
{
	static const char *const environment[] = { "PATH=/bin",
						   "PLAZA_SITE_NAME=From outside",
						   "PLAZA_DB_SOCKET=",
						   "PLAZA_DB_HOST=db.example",
						   "PLAZA_DB_PORT=3307",
						   "PLAZA_DB_PASSWORD=a=b",
						   "PLAZA_MAIL_SMTP_USER=u",
						   "PLAZA_MAIL_OUTBOX_DIR=o",
						   "PLAZA_LOG_LEVEL=error",
						   "PLAZA_CONFIG=/etc/x",
						   "PLAZA_SOMETHING=else",
						   "PLAZA",
						   NULL };
	struct config c;

	assert_int_equal(parse_under(*state, environment, &c), OK);
	assert_text(c.site.name, "From outside");
	assert_text(c.db.socket, "");
	assert_text(c.db.host, "db.example");
	assert_int_equal(c.db.port, 3307);
	assert_text(c.db.password, "a=b");
	assert_text(c.mail.smtp_user, "u");
	assert_text(c.mail.outbox_dir, "o");
	assert_int_equal(c.log_level, LOG_LEVEL_ERROR);
}

static void a_wrong_environment_is_refused(void **state)
{
	static const char *const wrong[] = { "PLAZA_DB_PORT=x",      "PLAZA_DB_SOKET=/x",
					     "PLAZA_SITE_=x",        "PLAZA_DB_HOST=both.example",
					     "PLAZA_SITE_NAME=\xFF", "PLAZA_MAIL_FROM=" };
	size_t i;

	for (i = 0; i < ARRAY_LEN(wrong); i++) {
		const char *const environment[] = { wrong[i], NULL };
		struct config c;

		assert_int_equal(parse_under(*state, environment, &c), ERR_INVALID);
	}
}

static err load(struct arena *a, const char *text, struct config *out)
{
	char path[] = "/tmp/test_config_XXXXXX";
	int fd = mkstemp(path);
	err e;

	assert_true(fd >= 0);
	assert_true(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	close(fd);
	setenv("PLAZA_CONFIG", path, 1);
	e = config_load(a, out);
	unlink(path);
	return e;
}

static void the_file_is_read(void **state)
{
	struct config c;
	char *text = arena_alloc(*state, 70001);

	assert_int_equal(load(*state, least, &c), OK);
	assert_text(c.db.user, "plaza");
	assert_int_equal(load(*state, "site.name = x", &c), ERR_INVALID);
	memset(text, '#', 65536);
	memcpy(text + 65536 - sizeof(least), "\n", 1);
	memcpy(text + 65536 - sizeof(least) + 1, least, sizeof(least) - 1);
	assert_int_equal(load(*state, text, &c), OK);
	text[65536] = '\n';
	assert_int_equal(load(*state, text, &c), ERR_INVALID);
}

static void a_file_that_is_not_there(void **state)
{
	struct config c;

	setenv("PLAZA_CONFIG", "/nonexistent/plaza.conf", 1);
	assert_int_equal(config_load(*state, &c), ERR_INVALID);
	setenv("PLAZA_CONFIG", "/tmp", 1);
	assert_int_equal(config_load(*state, &c), ERR_INVALID);
	unsetenv("PLAZA_CONFIG");
	assert_int_equal(config_load(*state, &c), ERR_INVALID);
}

/* The log lines about wrong values are meant, but not to be read here. */
static int silence(void **state)
{
	(void)state;
	log_open("unit", (enum log_level)(LOG_LEVEL_ERROR + 1));
	return 0;
}

static void nobody_pays_into_the_sandbox_of_a_real_site(void **state)
{
	struct arena *a = *state;
	struct config c = parsed(a, str_from_c(least));

	assert_text(c.pay.cashier, "none");
	assert_memory_not_equal(c.pay.secret, c.site.secret, SECRET_KEY_SIZE);
	assert_wrong(a, with(a, "x", "pay.cashier = sandbox"));
	c = parsed(a, with(a, "x", "site.mode = development\nmail.outbox_dir = o"));
	assert_text(c.pay.cashier, "sandbox");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		arena_test(the_least_that_will_do),
		arena_test(every_key_is_read),
		arena_test(each_wrong_value_is_refused),
		arena_test(what_follows_from_the_mode),
		arena_test(urls_with_ports_and_addresses),
		arena_test(each_missing_key_is_noticed),
		arena_test(wrong_lines_are_refused),
		arena_test(socket_paths_have_a_limit),
		arena_test(development_needs_a_place_for_mail),
		arena_test(nobody_pays_into_the_sandbox_of_a_real_site),
		arena_test(the_environment_wins),
		arena_test(a_wrong_environment_is_refused),
		arena_test(the_file_is_read),
		arena_test(a_file_that_is_not_there),
	};

	return cmocka_run_group_tests(tests, silence, NULL);
}
