/* Words to mask. */
#include "unit/unit.h"

#include "base/buf.h"
#include "base/words.h"

#define LIST_MAX 8

/* What `text` becomes under words written as "one|two". */
static struct str mask(struct arena *a, const char *words, const char *text)
{
	struct str rest = str_from_c(words);
	struct str list[LIST_MAX];
	size_t count = 0;

	while (count < LIST_MAX && str_split(&rest, '|', &list[count]))
		count++;
	return words_mask(a, words_new(a, list, count), str_from_c(text));
}

struct example {
	const char *words, *text, *masked;
};

static void check(struct arena *a, const struct example *examples, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		assert_same(mask(a, examples[i].words, examples[i].text),
			    str_from_c(examples[i].masked));
}

#define CHECK(state, examples) check(*(state), (examples), ARRAY_LEN(examples))

static void words_are_masked(void **state)
{
	static const struct example examples[] = {
		{ "赌博", "不要赌博。", "不要***。" },
		{ "赌博|吸毒", "赌博和吸毒", "***和***" },
		{ "赌博", "赌赌博博", "赌***博" },
		{ "赌博", "赌", "赌" },
		{ "bad", "a bad day", "a *** day" },
		{ "bad", "badbad", "***" },
		{ "赌博|吸毒", "赌博吸毒", "***" },
		{ "a", "a", "***" },
		{ "bad", "", "" },
		{ "bad", "  \t", "  \t" },
		{ "", "anything", "anything" },
		{ "   |--\xE2\x80\x8B", "a b", "a b" },
	};

	CHECK(state, examples);
}

/* All that any word covers goes, and the end of the text is no reason to stop looking. */
static void overlaps_are_united(void **state)
{
	static const struct example examples[] = {
		{ "abcd|bc", "abc", "a***" },      { "abcd|bc", "abcd", "***" },
		{ "abcd|bc", "abcx", "a***x" },    { "abcd|b", "abcabcd", "a***c***" },
		{ "ab|bc", "abc", "***" },         { "ab|abcde", "abcd", "***cd" },
		{ "ab|abcde", "abcde", "***" },    { "she|he|hers|his", "ushers", "u***" },
		{ "aba", "ababababx", "***bx" },   { "abc|bcd|cde", "xabcdey", "x***y" },
		{ "c|abcde", "abcdx", "ab***dx" },
	};

	CHECK(state, examples);
}

static void symbols_inside_a_word_are_skipped(void **state)
{
	static const struct example examples[] = {
		{ "赌博", "☆赌☆☆博☆", "☆***☆" },
		{ "bad", "b-a-d", "***" },
		{ "bad", "(b_a*d!)", "(***!)" },
		{ "bad", "--bad--", "--***--" },
		{ "bad",
		  "b\xE2\x80\x8B"
		  "a\xC2\xAD"
		  "d",
		  "***" }, /* zero width */
		{ "bad", "b😀a😀d", "***" },
		{ "bad",
		  "b\xCC\xB6"
		  "a\xCC\xB6"
		  "d",
		  "***" }, /* struck through */
		{ "赌博", "赌**博**", "*****" },
		{ "bad", "b-a-c", "b-a-c" },
	};

	CHECK(state, examples);
}

static void white_space_borders_words_but_not_characters(void **state)
{
	static const struct example examples[] = {
		{ "赌博", "赌 博", "***" },
		{ "赌博", "赌\xE3\x80\x80\n博", "***" },
		{ "赌博", "喜欢赌\n\n博客", "喜欢赌\n\n博客" },
		{ "赌博", "喜欢赌\r\n \r\n博客", "喜欢赌\r\n \r\n博客" },
		{ "bad", "club admin", "club admin" },
		{ "ass", "as such", "as such" },
		{ "bad", "so b a d it is", "so *** it is" },
		{ "bad", "b  a.\td", "***" },
		{ "bad", "b ad", "b ad" },
		{ "bad", "a, b, a, d!", "a, ***!" },
		{ "qq号", "QQ 号", "***" },
	};

	CHECK(state, examples);
}

static void letters_are_compared_folded(void **state)
{
	static const struct example examples[] = {
		{ "bad", "BaD", "***" },
		{ "BAD", "bad", "***" },
		{ "bad", "ｂＡｄ", "***" },
		{ "ｂａｄ", "bad", "***" },
		{ "bad", "ⓑⓐⓓ 𝐛𝐚𝐝", "*** ***" },
		{ "office", "oﬃce", "***" },
		{ "ice", "oﬃce", "o***" }, /* half a ligature takes it all */
		{ "straße", "STRASSE", "***" },
		{ "bad", "bád", "***" },
		{ "bád",
		  "ba\xCC\x81"
		  "d",
		  "***" },
		{ "\xCE\xA3\xCE\xB9", "\xCF\x83\xCE\xB9 \xCF\x82\xCE\xB9", "*** ***" }, /* sigma */
		{ "가", "각", "각" },
		{ "각", "\xE1\x84\x80가", "\xE1\x84\x80가" },
	};

	CHECK(state, examples);
}

static void words_with_symbols_are_found_as_written(void **state)
{
	static const struct example examples[] = {
		{ "c++", "c is not C++, cc", "c is not ***, cc" },
		{ "t.me/x", "see T.me/x or tmex", "see *** or tmex" },
		{ "bad word", "bad   word, badword", "***, badword" },
		{ " bad ", "x bad y", "x *** y" },
		{ "🍆", "a🍆b", "a***b" },
		{ "c++|bc", "abc++", "a***" },
		{ "bad word", "bad\n\nword", "bad\n\nword" },
	};

	CHECK(state, examples);
}

static void bytes_outside_are_kept(void **state)
{
	static const struct example examples[] = {
		{ "bad", "ＡBÀ\xE2\x80\x8B bad \xE2\x80\x8B", "ＡBÀ\xE2\x80\x8B *** \xE2\x80\x8B" },
		{ "bad", "\r\n\tbad\r\n", "\r\n\t***\r\n" },
	};
	struct str text = STR("nothing");
	struct words *w = words_new(*state, &(struct str)STR_INIT("bad"), 1);

	CHECK(state, examples);
	assert_ptr_equal(words_mask(*state, w, text).p, text.p);
	assert_text(words_mask_as(*state, w, STR("a bad"), STR("\\*")), "a \\*");
}

static void names_are_refused(void **state)
{
	const struct str list[] = { STR("admin"), STR("赌博") };
	struct words *w = words_new(*state, list, ARRAY_LEN(list));
	struct words *none = words_new(*state, NULL, 0);

	assert_true(words_occur(w, STR("xx_Admin_xx")));
	assert_true(words_occur(w, STR("赌-博")));
	assert_true(words_occur(w, STR("ａｄｍｉｎ")));
	assert_false(words_occur(w, STR("adm")));
	assert_false(words_occur(w, (struct str){ 0 }));
	assert_false(words_occur(none, STR("admin")));
	assert_text(words_mask(*state, none, STR("admin")), "admin");
}

static uint32_t next_random(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 16;
}

static struct str random_text(struct arena *a, uint32_t *seed, size_t most)
{
	size_t n = next_random(seed) % (most + 1);
	char *p = arena_alloc(a, n + 1);
	size_t i;

	for (i = 0; i < n; i++)
		p[i] = (char)('a' + next_random(seed) % 3);
	return (struct str){ p, n };
}

/* The plainest way: every word at every place. */
static struct str mask_slowly(struct arena *a, const struct str *list, size_t count,
			      struct str text)
{
	bool *is_covered = ARENA_ARRAY(a, bool, text.n + 1);
	struct buf out;
	size_t at;
	size_t i;

	for (i = 0; i < count; i++) {
		for (at = 0; list[i].n > 0 && at + list[i].n <= text.n; at++) {
			if (str_is(str_slice(text, at, at + list[i].n), list[i]))
				memset(is_covered + at, true, list[i].n);
		}
	}
	buf_init(&out, a, text.n);
	for (i = 0; i < text.n; i++) {
		if (!is_covered[i])
			buf_add_char(&out, text.p[i]);
		else if (!is_covered[i + 1])
			buf_add(&out, STR("***"));
	}
	return buf_str(&out);
}

static void random_words_as_by_brute_force(void **state)
{
	uint32_t seed = 1;
	int round;

	for (round = 0; round < 5000; round++) {
		struct str list[LIST_MAX];
		size_t count = next_random(&seed) % (LIST_MAX + 1);
		struct str text = random_text(*state, &seed, 40);
		struct words *w;
		size_t i;

		for (i = 0; i < count; i++)
			list[i] = random_text(*state, &seed, 6);
		w = words_new(*state, list, count);
		assert_same(words_mask(*state, w, text), mask_slowly(*state, list, count, text));
		assert_int_equal(words_occur(w, text), words_mask(*state, w, text).p != text.p);
	}
}

static struct str repeat(struct arena *a, struct str unit, size_t bytes)
{
	struct buf b;

	buf_init(&b, a, bytes);
	while (b.n + unit.n <= bytes)
		buf_add(&b, unit);
	return buf_str(&b);
}

/* Processor time used: the machine may be busy with other things. */
static int64_t milliseconds(void)
{
	return (int64_t)clock() * 1000 / CLOCKS_PER_SEC;
}

/* Texts and words made to make a search go back far and often. */
static void time_is_linear(void **state)
{
	static const char *const units[] = { "a",  "a ",  "a-",
					     "ab", "aab", "\xE2\x80\x8B",
					     "  ", "赌 ", "\xEF\xB7\xBA" };
	struct str as = repeat(*state, STR("a"), 500);
	struct str list[500];
	struct words *w;
	size_t i;

	for (i = 0; i < ARRAY_LEN(list); i++)
		list[i] = str_slice(as, 0, i + 1);
	w = words_new(*state, list, ARRAY_LEN(list));
	for (i = 0; i < ARRAY_LEN(units); i++) {
		struct str text = repeat(*state, str_from_c(units[i]), 64 * 1024);
		int64_t start = milliseconds();

		words_mask(*state, w, text);
		assert_true(milliseconds() - start < 1000);
	}
	assert_text(words_mask(*state, w, repeat(*state, STR("a"), 64 * 1024)), "***");
	list[0] = STR("b");
	list[1] = str_copy(*state, repeat(*state, STR("a"), 400));
	w = words_new(*state, list, 2);
	for (i = 0; i < 100; i++)
		words_mask(*state, w, repeat(*state, STR("aaaaaaaaaaaaab"), 6400));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		arena_test(words_are_masked),
		arena_test(overlaps_are_united),
		arena_test(symbols_inside_a_word_are_skipped),
		arena_test(white_space_borders_words_but_not_characters),
		arena_test(letters_are_compared_folded),
		arena_test(words_with_symbols_are_found_as_written),
		arena_test(bytes_outside_are_kept),
		arena_test(names_are_refused),
		arena_test(random_words_as_by_brute_force),
		arena_test(time_is_linear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
