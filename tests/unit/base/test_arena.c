/* Arenas. */
#include "unit/unit.h"

#include "base/arena.h"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#endif

static bool is_zero(const unsigned char *p, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (p[i])
			return false;
	}
	return true;
}

static void memory_is_zero_and_aligned(void **state)
{
	struct arena *a = *state;
	size_t size;

	for (size = 0; size < 300; size++) {
		unsigned char *p = arena_alloc(a, size);

		assert_non_null(p);
		assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
		assert_true(is_zero(p, size));
		memset(p, 0xAA, size);
	}
}

static void memory_used_before_is_zero_again(void **state)
{
	struct arena *a = *state;
	unsigned char *p = arena_alloc(a, 2000);

	memset(p, 0xAA, 2000);
	arena_reset(a);
	assert_true(is_zero(arena_alloc(a, 2000), 2000));
}

static void empty_objects_are_distinct(void **state)
{
	assert_ptr_not_equal(arena_alloc(*state, 0), arena_alloc(*state, 0));
}

/* Sizes on both sides of what the first block has left. */
static void objects_of_every_size_keep_their_bytes(void **state)
{
	static const size_t sizes[] = { 1,    4000,   100,  4095,   4096,  4097,
					8192, 100000, 5000, 300000, 70000, 1 };
	unsigned char *objects[ARRAY_LEN(sizes)];
	size_t i;

	for (i = 0; i < ARRAY_LEN(sizes); i++) {
		objects[i] = arena_alloc(*state, sizes[i]);
		memset(objects[i], (int)i + 1, sizes[i]);
	}
	for (i = 0; i < ARRAY_LEN(sizes); i++) {
		assert_int_equal(objects[i][0], i + 1);
		assert_int_equal(objects[i][sizes[i] - 1], i + 1);
	}
}

static void a_large_object_leaves_the_rest_of_the_block_in_use(void **state)
{
	char *before = arena_alloc(*state, 16);
	char *after;

	arena_alloc(*state, 1000000);
	after = arena_alloc(*state, 16);
	assert_true(after > before && after < before + 4096);
}

static void used_is_counted_and_reset(void **state)
{
	struct arena *a = *state;

	assert_int_equal(arena_used(a), 0);
	arena_alloc(a, 1);
	assert_int_equal(arena_used(a), 16);
	arena_alloc(a, 100000);
	assert_int_equal(arena_used(a), 16 + 100000);
	arena_reset(a);
	assert_int_equal(arena_used(a), 0);
}

static void the_first_block_is_kept(void **state)
{
	struct arena *a = *state;
	void *first = arena_alloc(a, 100);

	arena_alloc(a, 100000);
	arena_alloc(a, 1000000);
	arena_reset(a);
	assert_ptr_equal(arena_alloc(a, 100), first);
}

static void the_last_object_grows_in_place(void **state)
{
	struct arena *a = *state;
	unsigned char *p = arena_alloc(a, 10);
	unsigned char *grown;

	memset(p, 7, 10);
	grown = arena_grow(a, p, 10, 1000);
	assert_ptr_equal(grown, p);
	assert_int_equal(grown[9], 7);
	assert_true(is_zero(grown + 10, 990));
	memset(grown, 7, 1000);
	assert_ptr_equal(arena_grow(a, p, 1000, 20), p);
	grown = arena_grow(a, p, 20, 1000);
	assert_ptr_equal(grown, p);
	assert_true(is_zero(grown + 20, 980));
}

static void another_object_grows_by_a_copy(void **state)
{
	struct arena *a = *state;
	unsigned char *p = arena_alloc(a, 10);
	unsigned char *other = arena_alloc(a, 10);
	unsigned char *grown;

	memset(p, 7, 10);
	memset(other, 8, 10);
	grown = arena_grow(a, p, 10, 50);
	assert_ptr_not_equal(grown, p);
	assert_int_equal(grown[9], 7);
	assert_true(is_zero(grown + 10, 40));
	assert_int_equal(other[0], 8);
	assert_ptr_equal(arena_grow(a, grown, 50, 5), grown);
	assert_ptr_equal(arena_grow(a, other, 10, 10), other);
}

static void growing_past_the_block_copies(void **state)
{
	struct arena *a = *state;
	unsigned char *p = arena_alloc(a, 4000);

	memset(p, 7, 4000);
	p = arena_grow(a, p, 4000, 40000);
	assert_int_equal(p[3999], 7);
	assert_true(is_zero(p + 4000, 36000));
}

static void growing_nothing_allocates(void **state)
{
	assert_non_null(arena_grow(*state, NULL, 0, 10));
}

static char order[8];

static void note(void *object)
{
	size_t n = strlen(order);

	order[n] = *(char *)object;
}

static void note_and_defer(void *object)
{
	static char names[] = "LN";

	note(names);
	arena_defer(object, note, names + 1);
}

static void deferred_functions_run_last_in_first_out(void **state)
{
	static char names[] = "abc";
	struct arena *a = *state;

	memset(order, 0, sizeof(order));
	arena_defer(a, note, names);
	arena_defer(a, note, names + 1);
	arena_alloc(a, 100000);
	arena_defer(a, note, names + 2);
	arena_reset(a);
	assert_string_equal(order, "cba");
	arena_reset(a);
	assert_string_equal(order, "cba");
}

static void a_deferred_function_may_use_the_arena(void **state)
{
	static char name = 'a';
	struct arena *a = *state;

	memset(order, 0, sizeof(order));
	arena_defer(a, note, &name);
	arena_defer(a, note_and_defer, a);
	arena_reset(a);
	assert_string_equal(order, "LNa");
}

static void free_runs_deferred_functions(void **state)
{
	static char name = 'f';
	struct arena *a = arena_new(0);

	(void)state;
	memset(order, 0, sizeof(order));
	arena_defer(a, note, &name);
	arena_free(a);
	arena_free(NULL);
	assert_string_equal(order, "f");
}

static void calloc_too_large(void)
{
	arena_calloc(arena_new(0), SIZE_MAX / 2, 3);
}

static void alloc_too_large(void)
{
	arena_alloc(arena_new(0), SIZE_MAX - 5);
}

static void sizes_that_overflow_abort(void **state)
{
	(void)state;
	assert_aborts(calloc_too_large);
	assert_aborts(alloc_too_large);
}

#if defined(__SANITIZE_ADDRESS__)

static void what_is_not_handed_out_is_poisoned(void **state)
{
	struct arena *a = *state;
	char *p = arena_alloc(a, 13);

	assert_false(__asan_address_is_poisoned(p + 12));
	assert_true(__asan_address_is_poisoned(p + 13));
	p = arena_grow(a, p, 13, 40);
	assert_false(__asan_address_is_poisoned(p + 39));
	assert_true(__asan_address_is_poisoned(p + 40));
	p = arena_grow(a, p, 40, 20);
	assert_true(__asan_address_is_poisoned(p + 20));
	arena_reset(a);
	assert_true(__asan_address_is_poisoned(p));
}

#else

static void alloc_more_than_there_is(void)
{
	arena_alloc(arena_new(0), PTRDIFF_MAX / 2);
}

/* The sanitizer would end the process itself. */
static void out_of_memory_aborts(void **state)
{
	(void)state;
	assert_aborts(alloc_more_than_there_is);
}

#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		arena_test(memory_is_zero_and_aligned),
		arena_test(memory_used_before_is_zero_again),
		arena_test(empty_objects_are_distinct),
		arena_test(objects_of_every_size_keep_their_bytes),
		arena_test(a_large_object_leaves_the_rest_of_the_block_in_use),
		arena_test(used_is_counted_and_reset),
		arena_test(the_first_block_is_kept),
		arena_test(the_last_object_grows_in_place),
		arena_test(another_object_grows_by_a_copy),
		arena_test(growing_past_the_block_copies),
		arena_test(growing_nothing_allocates),
		arena_test(deferred_functions_run_last_in_first_out),
		arena_test(a_deferred_function_may_use_the_arena),
		arena_test(free_runs_deferred_functions),
		arena_test(sizes_that_overflow_abort),
#if defined(__SANITIZE_ADDRESS__)
		arena_test(what_is_not_handed_out_is_poisoned),
#else
		arena_test(out_of_memory_aborts),
#endif
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
