/* What the unit tests share: cmocka, and asserts about text and about aborting. */
#ifndef UNIT_UNIT_H
#define UNIT_UNIT_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/str.h"

static inline void assert_text_at(struct str got, struct str wanted, const char *file, int line)
{
	if (str_is(got, wanted))
		return;
	print_error("got  \"" STR_FMT "\"\nnot  \"" STR_FMT "\"\n", STR_ARG(got), STR_ARG(wanted));
	_fail(file, line);
}

/* got is the same bytes as the literal. */
#define assert_text(got, literal) assert_text_at((got), STR(literal), __FILE__, __LINE__)
#define assert_same(got, wanted) assert_text_at((got), (wanted), __FILE__, __LINE__)

/* The function ends the process by abort; what it says about that is not shown. */
static inline void assert_aborts_at(void (*function)(void), const char *file, int line)
{
	pid_t child = fork();
	int status = 0;

	if (child == 0) {
		int null = open("/dev/null", O_WRONLY);

		dup2(null, STDERR_FILENO);
		signal(SIGABRT, SIG_DFL);
		function();
		_exit(0);
	}
	waitpid(child, &status, 0);
	if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGABRT) {
		print_error("did not abort\n");
		_fail(file, line);
	}
}
#define assert_aborts(function) assert_aborts_at((function), __FILE__, __LINE__)

/* An arena for each test, as its state. */
static inline int arena_setup(void **state)
{
	*state = arena_new(4096);
	return 0;
}

static inline int arena_teardown(void **state)
{
	arena_free(*state);
	return 0;
}

#define arena_test(function) \
	cmocka_unit_test_setup_teardown((function), arena_setup, arena_teardown)

#endif
