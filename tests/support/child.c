/* What is known of a child comes from its status in /proc. */
#include "support/child.h"

#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/str.h"

#define MOST_MS 60000
#define NAME_BYTES 16 /* of a process, with its NUL */
#define STATUS_BYTES 4096

extern char **environ;

pid_t child_start(const char *program, const char *argument)
{
	const char *bin = getenv("PLAZA_BIN");
	char path[512], word[16];
	char *argv[] = { path, argument ? word : NULL, NULL };
	pid_t pid;

	snprintf(path, sizeof(path), "%s/%s", bin ? bin : "build/asan/bin", program);
	snprintf(word, sizeof(word), "%s", argument ? argument : "");
	if (posix_spawn(&pid, path, NULL, NULL, argv, environ)) {
		fprintf(stderr, "# cannot start %s\n", path);
		exit(1);
	}
	return pid;
}

int child_wait(pid_t pid)
{
	int64_t until = clock_ticks() + MOST_MS;
	int status;

	while (waitpid(pid, &status, WNOHANG) == 0) {
		if (clock_ticks() > until) {
			kill(pid, SIGKILL);
			waitpid(pid, &status, 0);
			return -1;
		}
		usleep(2000);
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int child_run(const char *program)
{
	return child_wait(child_start(program, NULL));
}

static bool has_ended(pid_t pid)
{
	siginfo_t info = { 0 };

	return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) || info.si_pid;
}

static struct str read_status(pid_t pid, char room[STATUS_BYTES])
{
	char path[32];
	FILE *f;
	size_t n;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	f = fopen(path, "r");
	n = f ? fread(room, 1, STATUS_BYTES - 1, f) : 0;
	if (f)
		fclose(f);
	room[n] = '\0';
	return (struct str){ room, n };
}

/* One line of it: "SigBlk:\t0000000000004000". */
static bool has_term(struct str status, struct str line)
{
	ptrdiff_t at = str_find(status, line);

	return at >= 0 && strtoull(status.p + at + line.n, NULL, 16) >> (SIGTERM - 1) & 1;
}

/* Its program runs, no longer a copy of the test, and has said what TERM is to do. */
static bool is_ready(pid_t pid)
{
	char own[NAME_BYTES], room[STATUS_BYTES];
	struct str rest = read_status(pid, room);
	struct str status = rest;
	struct str name = { 0 };

	prctl(PR_GET_NAME, own);
	str_split(&rest, '\n', &name);
	return !str_ends(name, str_from_c(own)) &&
	       (has_term(status, STR("SigBlk:")) || has_term(status, STR("SigCgt:")));
}

void child_wait_ready(pid_t pid)
{
	int64_t until = clock_ticks() + MOST_MS;

	while (!has_ended(pid) && !is_ready(pid) && clock_ticks() < until)
		usleep(2000);
}

void child_stop(pid_t pid)
{
	int64_t until = clock_ticks() + MOST_MS;
	char room[STATUS_BYTES];

	kill(pid, SIGSTOP);
	while (!has_ended(pid) && str_find(read_status(pid, room), STR("\nState:\tT")) < 0 &&
	       clock_ticks() < until)
		usleep(2000);
}

int child_end(pid_t pid, int signal)
{
	if (signal == SIGTERM)
		child_wait_ready(pid);
	kill(pid, signal);
	return child_wait(pid);
}
