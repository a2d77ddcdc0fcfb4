/* What differs between two texts: each run in its place, nothing lost, no more than needed. */
#include "unit/unit.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/diff.h"

static struct arena *arena;

/* "=a|-b,c|+d" */
static struct str drawn(const struct diff *d)
{
	struct buf b;

	buf_init(&b, arena, 64);
	for (size_t i = 0; i < d->count; i++) {
		if (i)
			buf_add_char(&b, '|');
		buf_add_char(&b, "=-+"[d->runs[i].kind]);
		for (size_t k = 0; k < d->runs[i].lines.n; k++)
			buf_add_char(&b,
				     d->runs[i].lines.p[k] == '\n' ? ',' : d->runs[i].lines.p[k]);
	}
	return buf_str(&b);
}

static struct diff differ(struct str from, struct str to)
{
	struct diff d;

	diff_lines(arena, from, to, &d);
	return d;
}

static void check(const char *from, const char *to, const char *wanted)
{
	struct diff d = differ(str_from_c(from), str_from_c(to));

	assert_false(d.is_rough);
	assert_string_equal(drawn(&d).p, wanted);
}

static void runs_stand_in_order(void **state)
{
	(void)state;
	check("a\nb\nc", "a\nb\nc", "=a,b,c");
	check("a\nb\nc", "a\nx\nc", "=a|-b|+x|=c");
	check("a\nb\nc", "a\nc", "=a|-b|=c");
	check("a\nc", "a\nb\nc", "=a|+b|=c");
	check("a\nb", "x\ny", "-a,b|+x,y");
	check("b\nc", "a\nb\nc\nd", "+a|=b,c|+d");
	check("a\nb\nc\nd", "b\nc", "-a|=b,c|-d");
	check("1\na\n2\nb\n3", "1\nx\n2\ny\n3", "=1|-a|+x|=2|-b|+y|=3");
}

/* The example of the paper: five changes and no fewer. */
static void no_more_than_needed(void **state)
{
	struct diff d = differ(STR("a\nb\nc\na\nb\nb\na"), STR("c\nb\na\nb\na\nc"));
	size_t changes = 0;

	(void)state;
	for (size_t i = 0; i < d.count; i++)
		changes += d.runs[i].kind == DIFF_SAME ? 0 : d.runs[i].count;
	assert_int_equal(changes, 5);
	check("x\na\nx", "a", "-x|=a|-x");
	check("a\na\na", "a\na", "=a,a|-a");
}

static void edges(void **state)
{
	(void)state;
	check("", "", "");
	check("", "a\nb", "+a,b");
	check("a\nb", "", "-a,b");
	check("a\n", "a", "=a");
	check("a", "a\n\n", "=a|+");
	check("\n\n", "\n", "=|-");
	check("\n\n\n", "\n\n\n", "=,,");
	check("a\n\nb", "a\nb", "=a|-|=b");
	check("a\r\nb", "a\nb", "-a\r|+a|=b");
	check("第一行\n二", "第一行\n三", "=第一行|-二|+三");
	check("ab", "a\nb", "-ab|+a,b");
}

static void a_line_may_hold_any_byte(void **state)
{
	struct diff d = differ((struct str){ "a\0b\nc", 5 }, (struct str){ "a\0x\nc", 5 });

	(void)state;
	assert_int_equal(d.count, 3);
	assert_int_equal(d.runs[0].lines.n, 3);
	assert_memory_equal(d.runs[1].lines.p, "a\0x", 3);
}

static struct str numbers(int from, int to, int step, const char *word)
{
	struct buf b;

	buf_init(&b, arena, 4096);
	for (int i = from; i < to; i += step)
		buf_addf(&b, "%s%d\n", word, i);
	return buf_str(&b);
}

static struct str join(struct str a, struct str b)
{
	struct buf all;

	buf_init(&all, arena, a.n + b.n + 1);
	buf_add(&all, a);
	buf_add(&all, b);
	return buf_str(&all);
}

/* Past the bound the middle counts as replaced as a whole, and equal ends are still found. */
static void what_differs_too_much_is_not_compared(void **state)
{
	struct str head = STR("head\n"), tail = STR("tail\n");
	struct str half = numbers(0, DIFF_MOST / 2, 1, "a");
	struct diff d = differ(half, numbers(0, DIFF_MOST / 2, 1, "b"));

	(void)state;
	assert_false(d.is_rough);
	d = differ(join(head, join(join(half, STR("one more\n")), tail)),
		   join(head, join(numbers(0, DIFF_MOST / 2, 1, "b"), tail)));
	assert_true(d.is_rough);
	assert_int_equal(d.count, 4);
	assert_int_equal(d.runs[0].kind, DIFF_SAME);
	assert_int_equal(d.runs[1].count, DIFF_MOST / 2 + 1);
	assert_int_equal(d.runs[2].count, DIFF_MOST / 2);
	assert_int_equal(d.runs[3].count, 1);
	d = differ(numbers(0, 20000, 1, ""), numbers(20000, 40000, 1, ""));
	assert_true(d.is_rough);
}

/* As many runs as there can be. */
static void many_small_changes(void **state)
{
	struct diff d = differ(numbers(0, 2 * DIFF_MOST, 1, ""), numbers(0, 2 * DIFF_MOST, 2, ""));

	(void)state;
	assert_false(d.is_rough);
	assert_int_equal(d.count, 2 * DIFF_MOST);
}

/* Whatever the texts: removed and same lines make the one, added and same lines the other. */
static void nothing_is_lost(void **state)
{
	uint32_t chance = 7;

	(void)state;
	for (int round = 0; round < 3000; round++) {
		struct buf texts[2], made[2];
		struct diff d;

		for (int t = 0; t < 2; t++) {
			buf_init(&texts[t], arena, 64);
			buf_init(&made[t], arena, 64);
			for (int i = 0; i < 12; i++) {
				chance = chance * 1664525 + 1013904223;
				if (chance >> 30)
					buf_addf(&texts[t], "%c\n", 'a' + (int)(chance >> 24) % 3);
			}
		}
		d = differ(buf_str(&texts[0]), buf_str(&texts[1]));
		for (size_t i = 0; i < d.count; i++) {
			for (int t = 0; t < 2; t++) {
				if (d.runs[i].kind == (t ? DIFF_REMOVED : DIFF_ADDED))
					continue;
				buf_add(&made[t], d.runs[i].lines);
				buf_add_char(&made[t], '\n');
			}
		}
		assert_string_equal(made[0].p, texts[0].p);
		assert_string_equal(made[1].p, texts[1].p);
		arena_reset(arena);
	}
}

static int set_up(void **state)
{
	(void)state;
	arena = arena_new(1 << 16);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(runs_stand_in_order),
		cmocka_unit_test(no_more_than_needed),
		cmocka_unit_test(edges),
		cmocka_unit_test(a_line_may_hold_any_byte),
		cmocka_unit_test(what_differs_too_much_is_not_compared),
		cmocka_unit_test(many_small_changes),
		cmocka_unit_test(nothing_is_lost),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
