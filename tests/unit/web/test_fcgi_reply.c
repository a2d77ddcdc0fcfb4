/* The records of an answer: whole, in order, of the right sizes, to a reader of any speed. */
#include "unit/unit.h"

#include <sys/socket.h>

#include "base/buf.h"
#include "web/fcgi_reply.h"

#define ID 0x1234

static struct str filled(struct arena *a, size_t n, char first)
{
	char *p = arena_alloc(a, n + 1);
	size_t i;

	for (i = 0; i < n; i++)
		p[i] = (char)(first + (char)(i % 23));
	return (struct str){ p, n };
}

/* What the other end reads, in pieces of `step` bytes. */
static struct str written(struct arena *a, struct str head, struct str body, size_t step)
{
	int ends[2];
	struct buf got;
	ssize_t n;
	pid_t child;
	int status;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	child = fork();
	if (child == 0) {
		close(ends[0]);
		_exit(fcgi_reply_write(ends[1], ID, head, body) ? 0 : 1);
	}
	close(ends[1]);
	buf_init(&got, a, body.n + head.n + 4096);
	while ((n = read(ends[0], buf_reserve(&got, step), step)) > 0)
		got.n += (size_t)n;
	close(ends[0]);
	waitpid(child, &status, 0);
	assert_int_equal(status, 0);
	return buf_str(&got);
}

/* The standard output in the records, each of which is checked. */
static struct str unpacked(struct arena *a, struct str got)
{
	struct buf out;
	bool is_closed = false;

	buf_init(&out, a, got.n + 1);
	while (got.n) {
		const unsigned char *h = (const unsigned char *)got.p;
		size_t n;

		assert_true(got.n >= 8);
		n = (size_t)h[4] << 8 | h[5];
		assert_int_equal(h[0], 1);
		assert_int_equal(h[2] << 8 | h[3], ID);
		assert_int_equal(h[6], 0);
		assert_true(got.n >= 8 + n);
		if (h[1] == 3) {
			assert_true(is_closed);
			assert_int_equal(got.n, 16);
			assert_int_equal(n, 8);
		} else {
			assert_int_equal(h[1], 6);
			assert_false(is_closed);
			is_closed = n == 0;
			buf_add_bytes(&out, got.p + 8, n);
		}
		got = str_slice(got, 8 + n, got.n);
	}
	assert_true(is_closed);
	return buf_str(&out);
}

static void check(struct arena *a, size_t head_n, size_t body_n, size_t step)
{
	struct str head = filled(a, head_n, 'a');
	struct str body = filled(a, body_n, 'A');
	struct str out = unpacked(a, written(a, head, body, step));

	assert_int_equal(out.n, head_n + body_n);
	assert_same(str_slice(out, 0, head_n), head);
	assert_same(str_slice(out, head_n, out.n), body);
}

static void answers_of_all_sizes(void **state)
{
	static const size_t sizes[] = { 0,     1,     7,      8,      20000,  65527,
					65528, 65529, 131056, 131057, 3000000 };
	size_t i;

	for (i = 0; i < ARRAY_LEN(sizes); i++)
		check(*state, 700, sizes[i], 65536);
	check(*state, 70000, 0, 65536);
}

static void a_slow_reader_gets_it_all(void **state)
{
	check(*state, 700, 1200000, 1000);
}

static void a_reader_who_has_gone_is_no_trouble(void **state)
{
	int ends[2];

	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	close(ends[0]);
	assert_false(fcgi_reply_write(ends[1], ID, STR("head"), filled(*state, 3000000, 'x')));
	close(ends[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		arena_test(answers_of_all_sizes),
		arena_test(a_slow_reader_gets_it_all),
		arena_test(a_reader_who_has_gone_is_no_trouble),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
