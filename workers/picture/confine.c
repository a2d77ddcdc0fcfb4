/*
 * The child is forked, closes every descriptor but the one for its answer (a piece of memory both
 * sides know, bounded in size), takes limits upon itself and then forbids itself every system call
 * that is not about memory or about that descriptor. What a broken decoder could still do is write
 * a wrong answer, and that is a picture at most.
 */
#include "confine.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "domain/program.h"
#include "syscalls.h"

#define POLL_MS 1000

enum { CHILD_DONE = 0, CHILD_REFUSED = 3, CHILD_NOT_CONFINED = 4 };

/* What stands before the files in the answer. */
struct answer_head {
	size_t count;
	struct {
		int size;
		size_t length;
	} files[PICTURE_SIZES_MAX];
};

static bool set_limit(int what, rlim_t most)
{
	return setrlimit((__rlimit_resource_t)what, &(struct rlimit){ most, most }) == 0;
}

static bool set_limits(void)
{
	bool is_set = set_limit(RLIMIT_CPU, CONFINE_CPU_SECONDS) && set_limit(RLIMIT_CORE, 0) &&
		      set_limit(RLIMIT_FSIZE, CONFINE_ANSWER_MAX);

#ifndef __SANITIZE_ADDRESS__ /* which keeps terabytes of addresses in reserve */
	is_set = is_set && set_limit(RLIMIT_AS, (rlim_t)CONFINE_MEMORY_MB << 20);
#endif
	return is_set;
}

static bool write_all(int fd, const void *bytes, size_t n)
{
	const char *p = bytes;

	while (n) {
		ssize_t done = write(fd, p, n);

		if (done <= 0)
			return false;
		p += done;
		n -= (size_t)done;
	}
	return true;
}

static bool write_answer(int fd, const struct picture_files *files)
{
	struct answer_head head = { .count = files->count };
	size_t i;

	for (i = 0; i < files->count; i++) {
		head.files[i].size = files->items[i].size;
		head.files[i].length = files->items[i].bytes.n;
	}
	if (!write_all(fd, &head, sizeof(head)))
		return false;
	for (i = 0; i < files->count; i++) {
		if (!write_all(fd, files->items[i].bytes.p, files->items[i].bytes.n))
			return false;
	}
	return true;
}

/* Never returns: what the parent registered to be run at its end is not the child's business. */
static NORETURN void run_child(struct arena *a, int answer, struct str bytes,
			       const struct picture_shape *shape)
{
	struct picture_files files = { 0 };

	/* Whatever becomes of the parent, it does not go on without it. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (dup2(answer, STDIN_FILENO) < 0 || syscall(SYS_close_range, 1U, ~0U, 0U) ||
	    !set_limits() || !syscalls_confine())
		_exit(CHILD_NOT_CONFINED);
	if (picture_encode(a, bytes, shape, &files) || !write_answer(STDIN_FILENO, &files))
		_exit(CHILD_REFUSED);
	_exit(CHILD_DONE);
}

/* The status of the child's end; it is killed when it takes too long, or when we are to stop. */
static int wait_for(pid_t pid, bool *is_given_up)
{
	int64_t ends_at = clock_ticks() + CONFINE_WALL_MS;
	int fd = (int)syscall(SYS_pidfd_open, pid, 0U);
	int status = 0;

	*is_given_up = fd < 0;
	while (!*is_given_up && clock_ticks() < ends_at) {
		struct pollfd end = { .fd = fd, .events = POLLIN };

		if (poll(&end, 1, POLL_MS) > 0)
			break;
		*is_given_up = program_is_stopping();
	}
	if (*is_given_up || clock_ticks() >= ends_at)
		kill(pid, SIGKILL);
	if (fd >= 0)
		close(fd);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

static bool read_all(int fd, void *to, size_t n, off_t at)
{
	return pread(fd, to, n, at) == (ssize_t)n;
}

/* The child may be anybody's by now: its answer is checked like a stranger's. */
static err read_answer(struct arena *a, int fd, const struct picture_shape *shape,
		       struct picture_files *out)
{
	struct picture_files files = { 0 };
	struct answer_head head;
	off_t at = sizeof(head);

	if (!read_all(fd, &head, sizeof(head), 0) || head.count > PICTURE_SIZES_MAX)
		return ERR_INVALID;
	for (; files.count < head.count; files.count++) {
		size_t length = head.files[files.count].length;
		char *bytes;

		if (length == 0 || length > CONFINE_ANSWER_MAX ||
		    head.files[files.count].size != shape->sizes[files.count])
			return ERR_INVALID;
		bytes = arena_bytes(a, length);
		if (!read_all(fd, bytes, length, at) || memcmp(bytes, "RIFF", 4) != 0)
			return ERR_INVALID;
		files.items[files.count] =
			(struct picture_file){ shape->sizes[files.count], { bytes, length } };
		at += (off_t)length;
	}
	*out = files;
	return OK;
}

static err judge(int status)
{
	if (WIFEXITED(status) && WEXITSTATUS(status) == CHILD_DONE)
		return OK;
	if (WIFEXITED(status) && WEXITSTATUS(status) == CHILD_NOT_CONFINED) {
		log_error("a child could not be confined, so it decodes nothing");
		return ERR_UNAVAILABLE;
	}
	if (WIFSIGNALED(status))
		log_warn("a picture ended its decoder: signal %d", WTERMSIG(status));
	return ERR_INVALID;
}

err confine_encode(struct arena *a, struct str bytes, const struct picture_shape *shape,
		   struct picture_files *out)
{
	int answer = memfd_create("answer", MFD_CLOEXEC);
	bool is_given_up = false;
	pid_t pid;
	err e;

	if (answer < 0)
		return ERR_UNAVAILABLE;
	pid = fork();
	if (pid == 0)
		run_child(a, answer, bytes, shape);
	if (pid < 0) {
		close(answer);
		return ERR_UNAVAILABLE;
	}
	e = judge(wait_for(pid, &is_given_up));
	if (is_given_up)
		e = ERR_UNAVAILABLE;
	if (!e)
		e = read_answer(a, answer, shape, out);
	close(answer);
	return e;
}
