/* strace as a child beside the program, or (-D) as its grandchild. */
#include "fault/sale/strace.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define ATTACH_MS 30000

static void injection(char *out, size_t size, int n)
{
	snprintf(out, size, "inject=all:signal=KILL:when=%d", n);
}

/* It says "strace: Process 123 attached" when it is so. */
static bool wait_until_said(int fd)
{
	struct pollfd p = { fd, POLLIN, 0 };
	char text[256];
	ssize_t n;

	if (poll(&p, 1, ATTACH_MS) <= 0)
		return false;
	n = read(fd, text, sizeof(text) - 1);
	if (n <= 0)
		return false;
	text[n] = 0;
	return strstr(text, "attached") != NULL;
}

bool strace_attach(struct strace *t, pid_t pid, int n)
{
	char expression[64], number[16];
	int ends[2];
	bool is_attached;

	injection(expression, sizeof(expression), n);
	snprintf(number, sizeof(number), "%d", (int)pid);
	*t = (struct strace){ .tracer = -1, .traced = pid };
	if (pipe2(ends, O_CLOEXEC))
		return false;
	t->tracer = fork();
	if (t->tracer == 0) {
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		dup2(ends[1], STDERR_FILENO);
		execlp("strace", "strace", "-o", "/dev/null", "-e", expression, "-p", number,
		       (char *)NULL);
		_exit(127);
	}
	close(ends[1]);
	is_attached = t->tracer > 0 && wait_until_said(ends[0]);
	close(ends[0]);
	return is_attached;
}

void strace_detach(struct strace *t)
{
	if (t->tracer <= 0)
		return;
	kill(t->tracer, SIGTERM);
	waitpid(t->tracer, NULL, 0);
	t->tracer = -1;
}

bool strace_start(struct strace *t, const char *path, const char *argument, int n)
{
	char expression[64];

	injection(expression, sizeof(expression), n);
	t->tracer = -1;
	t->traced = fork();
	if (t->traced == 0) {
		int nowhere = open("/dev/null", O_RDWR);

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(nowhere, STDIN_FILENO);
		dup2(nowhere, STDOUT_FILENO);
		dup2(nowhere, STDERR_FILENO);
		/* The leak checker cannot work beside a tracer. */
		setenv("ASAN_OPTIONS", "detect_leaks=0", 1);
		execlp("strace", "strace", "-D", "-o", "/dev/null", "-e", expression, path,
		       argument, (char *)NULL);
		_exit(127);
	}
	return t->traced > 0;
}

bool strace_wait(struct strace *t)
{
	int status = 0;

	waitpid(t->traced, &status, 0);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

bool strace_is_dead(pid_t pid)
{
	siginfo_t info = { 0 };

	return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) || info.si_pid == pid;
}
