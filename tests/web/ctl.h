/*
 * plazactl as somebody at a shell uses it: words go in, what it says and what it exits with come
 * out.
 */
#ifndef WEB_CTL_H
#define WEB_CTL_H

#include "unit/unit.h"

#include "base/buf.h"
#include "support/forum.h"

#define OUTPUT_BYTES 65536

struct outcome {
	int status;
	struct str said; /* both streams */
};

static inline const char *ctl_program(struct arena *a)
{
	const char *bin = getenv("PLAZA_BIN");

	return str_format(a, "%s/plazactl", bin ? bin : "build/asan/bin").p;
}

static inline NORETURN void ctl_become(struct arena *a, const char *arguments, int in, int out)
{
	char *argv[12] = { str_c(a, STR("plazactl")) };
	struct str rest = str_from_c(arguments), word;
	size_t n = 1;

	while (rest.n && n < 11 && str_split(&rest, ' ', &word))
		argv[n++] = str_c(a, word);
	dup2(in, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	dup2(out, STDERR_FILENO);
	execv(ctl_program(a), argv);
	_exit(127);
}

/* Run it with words separated by spaces, and a text on standard input. */
static inline struct outcome ctl(struct ctx *c, const char *arguments, const char *input)
{
	int in[2], out[2], status = 0;
	struct outcome o = { 0 };
	struct buf said;
	ssize_t n;
	pid_t pid;

	arguments = strdup(arguments);
	forum_next(c);
	assert_int_equal(pipe2(in, O_CLOEXEC) | pipe2(out, O_CLOEXEC), 0);
	/* Before it runs: one that wants none of it may end sooner than it is written. */
	assert_int_equal(write(in[1], input, strlen(input)), strlen(input));
	pid = fork();
	if (pid == 0)
		ctl_become(c->arena, arguments, in[0], out[1]);
	close(in[0]);
	close(out[1]);
	close(in[1]);
	buf_init(&said, c->arena, OUTPUT_BYTES);
	while ((n = read(out[0], buf_reserve(&said, 4096), 4096)) > 0)
		said.n += (size_t)n;
	close(out[0]);
	free((char *)(uintptr_t)arguments);
	waitpid(pid, &status, 0);
	o.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128;
	o.said = buf_str(&said);
	return o;
}

static inline void expect_at(struct outcome o, int status, const char *words, int line)
{
	if (o.status == status && str_find(o.said, str_from_c(words)) >= 0)
		return;
	print_error("%d: " STR_FMT "\n", o.status, STR_ARG(o.said));
	_fail(__FILE__, line);
}

#define expect(o, status, words) expect_at((o), (status), (words), __LINE__)

#endif
