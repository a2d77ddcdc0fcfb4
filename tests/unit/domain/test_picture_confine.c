/*
 * The process in which hostile bytes are decoded: what it may not do, and that whatever becomes of
 * it is a refused picture. The decoder is one of ours, taken over by who wrote the bytes.
 */
#include "unit/unit.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/log.h"

#include "../../../workers/picture/confine.c"  /* NOLINT: the worker's own part */
#include "../../../workers/picture/syscalls.c" /* NOLINT */

err __wrap_picture_encode(struct arena *a, struct str bytes, const struct picture_shape *shape,
			  struct picture_files *out);

static const struct picture_shape shape = { true, { 64, 32 } };

/* True when the attempt was refused by the kernel. */
static bool try(char what)
{
	char byte;
	int fd;

	switch (what) {
	case 'o': /* a file */
		return open("/etc/passwd", O_RDONLY) < 0 && errno == EPERM;
	case 'n': /* the network */
		return socket(AF_INET, SOCK_STREAM, 0) < 0 && errno == EPERM;
	case 'f': /* another process */
		return syscall(SYS_clone, 0, 0, 0, 0, 0) < 0 && errno == EPERM;
	case 'x':
		return syscall(SYS_execve, "/bin/sh", NULL, NULL) < 0 && errno == EPERM;
	case 'k': /* somebody else */
		return kill(getppid(), 0) < 0 && errno == EPERM;
	case 'd': /* what the parent had open */
		for (fd = 1; fd < 256; fd++)
			if (read(fd, &byte, 1) >= 0 || errno != EBADF)
				return false;
		return true;
	default:
		return true;
	}
}

err __wrap_picture_encode(struct arena *a, struct str bytes, const struct picture_shape *s,
			  struct picture_files *out)
{
	(void)a;
	if (bytes.p[0] == 'a')
		abort();
	if (bytes.p[0] == 's')
		raise(SIGKILL);
	if (bytes.p[0] == 'e')
		_exit(0);
	if (bytes.p[0] == 'l') {
		out->count = 1; /* of a size nobody asked for */
		out->items[0] = (struct picture_file){ 999, STR("RIFF") };
		return OK;
	}
	if (bytes.p[0] == 'p') {
		out->count = 1; /* no picture */
		out->items[0] = (struct picture_file){ s->sizes[0], STR("<script>") };
		return OK;
	}
	if (bytes.p[0] == 'i' || !try(bytes.p[0]))
		return ERR_INVALID;
	out->count = 2;
	out->items[0] = (struct picture_file){ s->sizes[0], STR("RIFF large") };
	out->items[1] = (struct picture_file){ s->sizes[1], STR("RIFF small") };
	return OK;
}

static err run(struct arena *a, const char *bytes, struct picture_files *files)
{
	return confine_encode(a, str_from_c(bytes), &shape, files);
}

static void what_it_made_arrives(void **state)
{
	struct picture_files files = { 0 };

	assert_int_equal(run(*state, "good", &files), OK);
	assert_int_equal(files.count, 2);
	assert_int_equal(files.items[0].size, 64);
	assert_text(files.items[0].bytes, "RIFF large");
	assert_text(files.items[1].bytes, "RIFF small");
}

static void it_may_do_nothing_else(void **state)
{
	static const char *const attempts[] = { "open", "network", "fork",
						"x",    "kill",    "descriptors" };
	struct picture_files files;
	size_t i;

	/* A descriptor it must not have. */
	int fd = open("/dev/zero", O_RDONLY);

	for (i = 0; i < ARRAY_LEN(attempts); i++) {
		err e = run(*state, attempts[i], &files);

		if (e)
			fail_msg("%s: %s", attempts[i], err_name(e));
	}
	close(fd);
}

static void its_end_is_a_refused_picture(void **state)
{
	static const char *const ends[] = { "abort", "signal", "exit", "invalid", "lie", "page" };
	struct picture_files files = { 0 };
	size_t i;

	log_open("test", LOG_LEVEL_ERROR);
	for (i = 0; i < ARRAY_LEN(ends); i++)
		assert_int_equal(run(*state, ends[i], &files), ERR_INVALID);
	assert_int_equal(files.count, 0);
	log_open("test", LOG_LEVEL_WARN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		arena_test(what_it_made_arrives),
		arena_test(it_may_do_nothing_else),
		arena_test(its_end_is_a_refused_picture),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
