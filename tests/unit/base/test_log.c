/* The log: its lines are read back from a file put in place of standard error. */
#include "unit/unit.h"

#include <errno.h>

#include "base/log.h"
#include "base/utf8.h"

static int real_stderr;
static int file;

static int capture(void **state)
{
	char path[] = "/tmp/test_log_XXXXXX";

	*state = arena_new(65536);
	file = mkstemp(path);
	unlink(path);
	real_stderr = dup(STDERR_FILENO);
	dup2(file, STDERR_FILENO);
	log_open("unit", LOG_LEVEL_DEBUG);
	log_set_request(STR(""));
	return 0;
}

static int release(void **state)
{
	dup2(real_stderr, STDERR_FILENO);
	close(real_stderr);
	close(file);
	arena_free(*state);
	return 0;
}

/* All that was written since the last call. */
static struct str written(struct arena *a)
{
	static const size_t room = 32768;
	char *p = arena_alloc(a, room);
	ssize_t n = pread(file, p, room, 0);

	assert_true(n >= 0);
	assert_int_equal(ftruncate(file, 0), 0);
	lseek(file, 0, SEEK_SET);
	return (struct str){ p, (size_t)n };
}

/* The one line that was written, from the level on. */
static struct str line(struct arena *a)
{
	struct str all = written(a);

	assert_true(str_ends(all, STR("\n")));
	assert_int_equal(str_find_byte(all, '\n'), all.n - 1);
	assert_true(all.n > 25);
	assert_int_equal(all.p[10], 'T');
	assert_int_equal(all.p[23], 'Z');
	return str_slice(all, 25, all.n - 1);
}

static void a_line_says_who_and_when(void **state)
{
	struct arena *a = *state;

	log_info("hello %d", 7);
	assert_same(line(a), str_format(a, "info unit[%d] hello 7", (int)getpid()));
	log_warn("x");
	assert_true(str_starts(line(a), STR("warn ")));
	log_error("x");
	assert_true(str_starts(line(a), STR("error ")));
	log_debug("x");
	assert_true(str_starts(line(a), STR("debug ")));
}

static void lower_levels_are_left_out(void **state)
{
	log_open("unit", LOG_LEVEL_WARN);
	log_debug("x");
	log_info("x");
	assert_text(written(*state), "");
	log_warn("x");
	assert_true(str_ends(line(*state), STR(" x")));
}

static void the_request_stands_in_each_line(void **state)
{
	struct arena *a = *state;

	log_set_request(STR("abc123"));
	log_info("x");
	assert_true(str_ends(line(a), STR("] request=abc123 x")));
	log_set_request(STR("1234567890123456789012345678901234567890and more"));
	log_info("x");
	assert_true(str_ends(line(a), STR("] request=1234567890123456789012345678901234567890 x")));
	log_set_request((struct str){ NULL, 0 });
	log_info("x");
	assert_true(str_ends(line(a), STR("] x")));
}

static void no_input_forges_a_line(void **state)
{
	struct arena *a = *state;

	log_info("name=" STR_FMT, STR_ARG(STR("a\r\n2026-01-01T00:00:00.000Z error x")));
	assert_true(str_ends(line(a), STR(" name=a\\x0d\\x0a2026-01-01T00:00:00.000Z error x")));
	log_info("\x1b[31m\t\x7f");
	assert_true(str_ends(line(a), STR(" \\x1b[31m\\x09\\x7f")));
	log_info("\xC2\x85\xC2\x9B\xE2\x80\xA8\xE2\x80\xA9"); /* C1, line and paragraph separator */
	assert_true(str_ends(line(a), STR(" \\xc2\\x85\\xc2\\x9b\\xe2\\x80\\xa8\\xe2\\x80\\xa9")));
	log_set_request(STR("a\nb"));
	log_info("x");
	assert_true(str_ends(line(a), STR(" request=a\\x0ab x")));
}

static void text_stays_readable(void **state)
{
	struct arena *a = *state;

	log_info("\xE4\xB8\xAD\xE6\x96\x87 \xF0\x9F\x98\x80 \xEF\xBF\xBD");
	assert_true(
		str_ends(line(a), STR(" \xE4\xB8\xAD\xE6\x96\x87 \xF0\x9F\x98\x80 \xEF\xBF\xBD")));
	log_info("\xFF\xC3");
	assert_true(str_ends(line(a), STR(" \\xff\\xc3")));
}

/* The longest line, and the longest made of what takes most room. */
static void long_messages_are_cut(void **state)
{
	struct arena *a = *state;
	char *text = arena_alloc(a, 5001);
	struct str got;

	memset(text, 'x', 5000);
	log_info("%.2047s", text);
	assert_true(str_ends(line(a), STR("xxx")));
	log_info("%.2048s", text);
	got = line(a);
	assert_true(str_ends(got, STR("xxx...")));
	assert_true(got.n < 2048 + 64);
	memset(text, '\n', 5000);
	log_set_request(STR("\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n"
			    "\n\n\n\n\n"));
	log_info("%s", text);
	got = line(a);
	assert_true(str_ends(got, STR("\\x0a...")));
	assert_true(utf8_is_valid(got));
}

static void errno_is_left_alone(void **state)
{
	(void)state;
	errno = EAGAIN;
	log_info("%s", "x");
	assert_int_equal(errno, EAGAIN);
}

static void error_codes_have_names(void **state)
{
	(void)state;
	assert_string_equal(err_name(OK), "ok");
	assert_string_equal(err_name(ERR_INVALID), "invalid");
	assert_string_equal(err_name(ERR_AUTH), "auth");
	assert_string_equal(err_name(ERR_FORBIDDEN), "forbidden");
	assert_string_equal(err_name(ERR_NOT_FOUND), "not_found");
	assert_string_equal(err_name(ERR_CONFLICT), "conflict");
	assert_string_equal(err_name(ERR_LIMITED), "limited");
	assert_string_equal(err_name(ERR_UNAVAILABLE), "unavailable");
	assert_string_equal(err_name(ERR_INTERNAL), "internal");
	assert_string_equal(err_name((err)99), "unknown");
}

/* The child's standard error is the file, for bug_at writes before it aborts. */
static void a_bug_is_logged(void **state)
{
	pid_t child = fork();
	int status = 0;

	if (child == 0) {
		signal(SIGABRT, SIG_DFL);
		BUG("broken %d\n", 7);
	}
	waitpid(child, &status, 0);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
	assert_true(str_find(written(*state), STR("broken 7\\x0a")) > 0);
}

#define log_test(function) cmocka_unit_test_setup_teardown((function), capture, release)

int main(void)
{
	const struct CMUnitTest tests[] = {
		log_test(a_line_says_who_and_when),
		log_test(lower_levels_are_left_out),
		log_test(the_request_stands_in_each_line),
		log_test(no_input_forges_a_line),
		log_test(text_stays_readable),
		log_test(long_messages_are_cut),
		log_test(errno_is_left_alone),
		log_test(error_codes_have_names),
		log_test(a_bug_is_logged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
