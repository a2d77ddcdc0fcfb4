/* Private servers for test programs. */
#include "support/stores.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"

#define SERVICES "tests/support/services.sh"
#define NAMES_MOST 3

extern char **environ;

struct stores stores;

static const char *needed[NAMES_MOST];
static size_t needed_count;

void stores_need(const char *const *names, size_t count)
{
	size_t i;

	for (i = 0; i < count && i < NAMES_MOST; i++)
		needed[i] = names[i];
	needed_count = i;
}

static bool wait_for(pid_t child)
{
	int status;

	while (waitpid(child, &status, 0) < 0) {
		if (errno != EINTR)
			return false;
	}
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool stores_run(const char *const *argv)
{
	char *const *plain = (char *const *)(uintptr_t)argv; /* POSIX has no const there */
	posix_spawn_file_actions_t quiet;
	bool is_started;
	pid_t child;

	/* What it prints is not for the reader of test results; its errors are. */
	posix_spawn_file_actions_init(&quiet);
	posix_spawn_file_actions_addopen(&quiet, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	is_started = posix_spawnp(&child, argv[0], &quiet, NULL, plain, environ) == 0;
	posix_spawn_file_actions_destroy(&quiet);
	return is_started && wait_for(child);
}

static bool services(const char *command, const char *name)
{
	const char *argv[] = { "bash", SERVICES, command, stores.folder, name, NULL };

	return stores_run(argv);
}

/* The program of a server, where Debian puts it. */
static bool is_installed(const char *name)
{
	if (strcmp(name, "mariadb") == 0)
		return access("/usr/sbin/mariadbd", X_OK) == 0;
	if (strcmp(name, "redis") == 0)
		return access("/usr/bin/redis-server", X_OK) == 0;
	return access("/usr/lib/rabbitmq/bin/rabbitmq-server", X_OK) == 0;
}

/*
 * A test program may be aborted or killed: then this process, which notices by the end of the pipe,
 * ends the servers and removes their folder.
 */
static bool watch_over(void)
{
	const char *argv[] = { "bash", SERVICES, "remove", stores.folder, NULL };
	int ends[2];
	char byte;

	if (pipe2(ends, O_CLOEXEC))
		return false;
	switch (fork()) {
	case -1:
		return false;
	case 0:
		setsid();
		close(ends[1]);
		while (read(ends[0], &byte, 1) < 0 && errno == EINTR)
			;
		execvp(argv[0], (char *const *)(uintptr_t)argv);
		_exit(1);
	default:
		close(ends[0]);
		return true;
	}
}

int stores_set_up(void **state)
{
	char path[128];
	size_t i;

	(void)state;
	for (i = 0; i < needed_count; i++) {
		if (!is_installed(needed[i]))
			stores.missing = needed[i];
	}
	if (stores.missing)
		return 0;
	stores.arena = arena_new(16384);
	snprintf(stores.folder, sizeof(stores.folder), "/tmp/stores-XXXXXX");
	if (!mkdtemp(stores.folder) || !watch_over())
		return -1;
	for (i = 0; i < needed_count; i++) {
		if (!services("start", needed[i]))
			return -1;
	}
	snprintf(path, sizeof(path), "%s/plaza.conf", stores.folder);
	if (setenv("PLAZA_CONFIG", path, 1))
		return -1;
	return config_load(stores.arena, &stores.config) ? -1 : 0;
}

int stores_tear_down(void **state)
{
	(void)state;
	if (stores.missing)
		return 0;
	arena_free(stores.arena);
	return services("remove", NULL) ? 0 : -1;
}

/* "<pid> <start time>", written by services.sh. */
static pid_t process_of(const char *folder, const char *name)
{
	char path[256];
	int pid = 0;
	FILE *f;

	snprintf(path, sizeof(path), "%s/run/%s.process", folder, name);
	f = fopen(path, "r");
	if (!f || fscanf(f, "%d", &pid) != 1 || pid <= 1)
		BUG("%s is not running", name);
	fclose(f);
	return pid;
}

/* The state letter of a process as /proc shows it; 0 when it is gone. */
static char state_in(const char *path)
{
	char state = 0;
	FILE *f;

	f = fopen(path, "r");
	if (!f)
		return 0;
	if (fscanf(f, "%*d (%*[^)]) %c", &state) != 1)
		state = 0;
	fclose(f);
	return state;
}

static char state_of(pid_t pid)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	return state_in(path);
}

/* A process is said to be stopped before its last thread is. */
static bool all_threads_stand(pid_t pid)
{
	char pattern[64];
	bool all = true;
	glob_t found;
	size_t i;

	snprintf(pattern, sizeof(pattern), "/proc/%d/task/*/stat", (int)pid);
	if (glob(pattern, 0, NULL, &found))
		return true;
	for (i = 0; i < found.gl_pathc; i++) {
		char state = state_in(found.gl_pathv[i]);

		all = all && (state == 'T' || state == 0);
	}
	globfree(&found);
	return all;
}

void stores_signal(const char *name, int signal)
{
	stores_signal_in(stores.folder, name, signal);
}

void stores_signal_in(const char *folder, const char *name, int signal)
{
	pid_t pid = process_of(folder, name);
	int tries = 0;
	char state;

	if (kill(pid, signal))
		BUG("%s cannot be signalled", name);
	/* A dead one may lie unburied: it is nobody's child here. */
	while (state = state_of(pid),
	       ((signal == SIGKILL || signal == SIGTERM) && state && state != 'Z') ||
		       (signal == SIGSTOP && state != 'T')) {
		if (++tries > 3000)
			BUG("%s does not obey", name);
		stores_sleep_ms(10);
	}
	while (signal == SIGSTOP && !all_threads_stand(pid))
		stores_sleep_ms(2);
}

void stores_start(const char *name)
{
	if (!services("start", name))
		BUG("%s did not start", name);
}

void stores_sleep_ms(int64_t ms)
{
	struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };

	while (nanosleep(&t, &t) && errno == EINTR)
		;
}

static void add_file(struct buf *b, const char *path)
{
	FILE *f = fopen(path, "r");
	size_t n;

	if (!f)
		BUG("%s cannot be read", path);
	do {
		char *to = buf_reserve(b, 65536);

		n = fread(to, 1, 65536, f);
		b->n += n;
	} while (n);
	fclose(f);
}

struct str stores_schema(struct arena *a)
{
	struct buf b;
	glob_t found;
	size_t i;

	if (glob("sql/[0-9]*.sql", 0, NULL, &found))
		BUG("there are no migrations here");
	buf_init(&b, a, 65536);
	for (i = 0; i < found.gl_pathc; i++)
		add_file(&b, found.gl_pathv[i]);
	globfree(&found);
	return buf_str(&b);
}
