/* Child processes of a test. */
#include "support/running.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "support/child.h"

#define BACKLOG 64
#define LOG_SHOWN 4000
#define LOG_TIME strlen("2026-01-31T08:05:09.123Z ")

static void fail(const char *what, const char *which)
{
	fprintf(stderr, "# site: %s %s\n", what, which);
	exit(1);
}

struct str running_read_file(struct arena *a, const char *path)
{
	FILE *f = fopen(path, "r");
	struct buf b;
	size_t n;

	buf_init(&b, a, 8192);
	while (f && (n = fread(buf_reserve(&b, 8192), 1, 8192, f)) > 0)
		b.n += n;
	if (f)
		fclose(f);
	return buf_str(&b);
}

static int listen_on(const char *path)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(at.sun_path, sizeof(at.sun_path), "%s", path);
	if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof(at)) || listen(fd, BACKLOG))
		fail("no socket at", path);
	return fd;
}

void running_open(struct running *p, struct arena *a, struct str bin, struct str folder,
		  const char *name, bool has_socket)
{
	struct str argument = str_from_c(name);
	struct str program = { 0 };

	*p = (struct running){ .listener = -1 };
	p->name = str_copy(a, argument);
	str_split(&argument, ' ', &program);
	p->argument = argument.n ? str_copy(a, argument) : argument;
	p->path = str_format(a, STR_FMT "/" STR_FMT, STR_ARG(bin), STR_ARG(program));
	p->log_path = str_format(a, STR_FMT "/%s.log", STR_ARG(folder), name);
	if (!has_socket)
		return;
	p->socket_path = str_format(a, STR_FMT "/%s.sock", STR_ARG(folder), name);
	p->listener = listen_on(p->socket_path.p);
}

static NORETURN void become(const struct running *p)
{
	int log = open(p->log_path.p, O_WRONLY | O_CREAT | O_APPEND, 0600);
	int in = p->listener < 0 ? open("/dev/null", O_RDONLY) : p->listener;

	if (log < 0 || in < 0)
		_exit(126);
	/* The test's own ways with signals are not the program's. */
	signal(SIGTERM, SIG_DFL);
	signal(SIGINT, SIG_DFL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	dup2(in, STDIN_FILENO);
	dup2(log, STDOUT_FILENO);
	dup2(log, STDERR_FILENO);
	execl(p->path.p, p->name.p, p->argument.n ? p->argument.p : (char *)NULL, (char *)NULL);
	_exit(127);
}

static pid_t start(const struct running *p)
{
	pid_t pid = fork();

	if (pid == 0)
		become(p);
	if (pid < 0)
		fail("cannot start", p->path.p);
	return pid;
}

void running_add(struct running *p)
{
	if (p->count == RUNNING_PROCESSES_MAX)
		fail("too many processes of", p->name.p);
	p->pids[p->count++] = start(p);
}

void running_replace(struct running *p, size_t i)
{
	child_wait(p->pids[i]);
	p->pids[i] = start(p);
}

void running_wait_ready(const struct running *p)
{
	size_t i;

	for (i = 0; i < p->count; i++)
		child_wait_ready(p->pids[i]);
}

static void show_end(const struct running *p, int status)
{
	struct arena *a = arena_new(65536);
	struct str log = running_read_file(a, p->log_path.p);

	if (log.n > LOG_SHOWN)
		log = str_slice(log, log.n - LOG_SHOWN, log.n);
	fprintf(stderr, "# site: %s ended with %d\n%s\n", p->name.p, status, log.p);
	arena_free(a);
}

/* What it had to complain of, for whoever reads why the test failed. */
static void show_complaints(const struct running *p)
{
	struct arena *a = arena_new(65536);
	struct str rest = running_read_file(a, p->log_path.p), line = { 0 };
	struct buf b;

	buf_init(&b, a, 4096);
	while (str_split(&rest, '\n', &line)) {
		struct str level = str_slice(line, LOG_TIME, line.n);

		if (str_starts(level, STR("error ")) || str_starts(level, STR("warn ")))
			buf_addf(&b, "# " STR_FMT "\n", STR_ARG(line));
	}
	fwrite(b.p + (b.n > LOG_SHOWN ? b.n - LOG_SHOWN : 0), 1, b.n < LOG_SHOWN ? b.n : LOG_SHOWN,
	       stderr);
	arena_free(a);
}

static void clear_away(struct running *p)
{
	if (p->listener >= 0) {
		close(p->listener);
		unlink(p->socket_path.p);
	}
	unlink(p->log_path.p);
}

void running_kill(struct running *p)
{
	size_t i;

	for (i = 0; i < p->count; i++) {
		kill(p->pids[i], SIGKILL);
		waitpid(p->pids[i], NULL, 0);
	}
	clear_away(p);
}

static bool end_all(const struct running *p)
{
	bool is_fine = true;
	size_t i;

	running_wait_ready(p);
	for (i = 0; i < p->count; i++)
		kill(p->pids[i], SIGTERM);
	for (i = 0; i < p->count; i++) {
		int status = child_wait(p->pids[i]);

		if (status) {
			show_end(p, status);
			is_fine = false;
		}
	}
	return is_fine;
}

bool running_stop(struct running *p)
{
	bool is_fine = end_all(p);

	show_complaints(p);
	clear_away(p);
	return is_fine;
}

void running_renew(struct running *p)
{
	size_t i;

	if (!end_all(p))
		fail("no good end of", p->name.p);
	for (i = 0; i < p->count; i++)
		p->pids[i] = start(p);
}
