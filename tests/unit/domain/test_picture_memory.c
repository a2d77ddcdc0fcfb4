/*
 * The limits of the process that decodes pictures, which only a build without AddressSanitizer can
 * have: what eats memory or time ends as a refused picture, the largest picture that is allowed is
 * made, and the worker goes on. mk/test.mk builds this program so.
 */
#include "unit/unit.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "base/clock.h"
#include "base/log.h"
#include "domain/picture.h"
#include "domain/program.h"
#include "unit/domain/pictures.h"

#include "../../../workers/picture/confine.h" /* NOLINT: the worker's own part */

#define CHUNK (16UL << 20)
#define SLOWNESS 5

err __real_picture_encode(struct arena *a, struct str bytes, const struct picture_shape *shape,
			  struct picture_files *out);
err __wrap_picture_encode(struct arena *a, struct str bytes, const struct picture_shape *shape,
			  struct picture_files *out);
int64_t __real_clock_ticks(void);
int64_t __wrap_clock_ticks(void);
int __real_setrlimit(__rlimit_resource_t what, const struct rlimit *limit);
int __wrap_setrlimit(__rlimit_resource_t what, const struct rlimit *limit);

static const struct picture_shape shape = { true, { 192, 96 } };

bool program_is_stopping(void)
{
	return false;
}

static bool is_hurried;

/*
 * Waiting for all the seconds a child may have would be long; and a machine that is slow, or busy
 * with others, needs more of them for the same work.
 */
int __wrap_setrlimit(__rlimit_resource_t what, const struct rlimit *limit)
{
	rlim_t seconds = is_hurried ? 1 : SLOWNESS * CONFINE_CPU_SECONDS;

	if (what == RLIMIT_CPU && limit->rlim_max == CONFINE_CPU_SECONDS)
		return __real_setrlimit(what, &(struct rlimit){ seconds, seconds });
	return __real_setrlimit(what, limit);
}

/* Who waits for a child is as patient. */
int64_t __wrap_clock_ticks(void)
{
	return __real_clock_ticks() / SLOWNESS;
}

/* True when so much was there, and could be written to. */
static bool eat(size_t bytes)
{
	for (; bytes >= CHUNK; bytes -= CHUNK) {
		char *p = malloc(CHUNK);

		if (!p)
			return false;
		memset(p, 1, CHUNK);
		__asm__ volatile("" : : "r"(p) : "memory");
	}
	return true;
}

static err made(const struct picture_shape *s, struct picture_files *out)
{
	out->count = 2;
	out->items[0] = (struct picture_file){ s->sizes[0], STR("RIFF") };
	out->items[1] = (struct picture_file){ s->sizes[1], STR("RIFF") };
	return OK;
}

/* A decoder taken over, by the first letter; of a real picture the real one. */
err __wrap_picture_encode(struct arena *a, struct str bytes, const struct picture_shape *s,
			  struct picture_files *out)
{
	char *p;

	switch (bytes.p[0]) {
	case 'h': /* half of what there is */
		return eat((size_t)CONFINE_MEMORY_MB << 19) ? made(s, out) : ERR_INVALID;
	case 'a': /* all of it: the program itself needs some */
		return eat((size_t)CONFINE_MEMORY_MB << 20) ? made(s, out) : ERR_INVALID;
	case 'b': /* as one piece, and written to without a look */
		p = malloc((size_t)CONFINE_MEMORY_MB << 21);
		memset(p, 1, 1);
		__asm__ volatile("" : : "r"(p) : "memory");
		return made(s, out);
	case 't':
		for (;;)
			__asm__ volatile("" : : : "memory");
	default:
		return __real_picture_encode(a, bytes, s, out);
	}
}

static err run(struct arena *a, struct str bytes)
{
	struct picture_files files = { 0 };

	return confine_encode(a, bytes, &shape, &files);
}

static void what_eats_memory_is_refused(void **state)
{
	assert_int_equal(run(*state, STR("half")), OK);
	assert_int_equal(run(*state, STR("all")), ERR_INVALID);
	assert_int_equal(run(*state, STR("blindly")), ERR_INVALID);
	assert_int_equal(run(*state, picture_made(*state, 64, 64, AS_PNG)), OK);
}

static void what_eats_time_is_refused(void **state)
{
	int64_t began = clock_ticks();

	is_hurried = true;
	assert_int_equal(run(*state, STR("time")), ERR_INVALID);
	is_hurried = false;
	/* By its own limit, not by the patience of who waits for it. */
	assert_true(clock_ticks() - began < CONFINE_WALL_MS);
	assert_int_equal(run(*state, picture_made(*state, 64, 64, AS_WEBP)), OK);
}

/* As many pixels as may be fit into that memory and that time. */
static void the_largest_picture_is_made(void **state)
{
	assert_int_equal(run(*state,
			     picture_made(*state, 6000, PICTURE_PIXELS_MAX / 6000, AS_JPEG)),
			 OK);
}

static int start(void **state)
{
	(void)state;
	log_open("test", LOG_LEVEL_ERROR);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		arena_test(what_eats_memory_is_refused),
		arena_test(what_eats_time_is_refused),
		arena_test(the_largest_picture_is_made),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
