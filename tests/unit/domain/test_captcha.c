/* Captchas: one try each, in any case, and pictures that show every letter. */
#include "unit/domain/account.h"

#include <gd.h>

#include "domain/captcha.h"
#include "domain/captcha_draw.h"

static struct str answer_of(struct ctx *c, struct str id)
{
	struct cache_reply *r;
	struct str key = str_format(c->arena, "captcha:" STR_FMT, STR_ARG(id));

	assert_int_equal(cache_run(c->cache, &r, CACHE_ARGS(STR("GET"), key)), OK);
	return cache_text(r);
}

static bool is_right(struct ctx *c, struct str id, struct str typed)
{
	bool right = true;

	assert_int_equal(captcha_check(c, id, typed, &right), OK);
	return right;
}

static void a_right_answer_is_taken_once(void **state)
{
	struct ctx *c = *state;
	struct str id, answer;

	STORES_OR_SKIP();
	assert_int_equal(captcha_new(c, &id), OK);
	answer = answer_of(c, id);
	assert_int_equal(answer.n, 5);
	assert_true(is_right(c, id, answer));
	assert_false(is_right(c, id, answer));
}

static void a_wrong_answer_takes_it_away(void **state)
{
	struct ctx *c = *state;
	struct str id, answer, png;

	STORES_OR_SKIP();
	assert_int_equal(captcha_new(c, &id), OK);
	answer = answer_of(c, id);
	assert_false(is_right(c, id, STR("00000")));
	assert_false(is_right(c, id, answer));
	assert_int_equal(captcha_picture(c, id, &png), ERR_NOT_FOUND);
}

static void case_width_and_spaces_do_not_matter(void **state)
{
	struct ctx *c = *state;
	struct str id, answer;
	struct buf typed;
	size_t i;

	STORES_OR_SKIP();
	assert_int_equal(captcha_new(c, &id), OK);
	answer = answer_of(c, id);
	buf_init(&typed, c->arena, 64);
	BUF_LIT(&typed, "  ");
	for (i = 0; i < answer.n; i++) {
		char ch = answer.p[i];

		if (i == 0)
			buf_add_code_point(&typed, (uint32_t)ch - '!' + 0xFF01); /* full-width */
		else
			buf_add_char(&typed, (char)(ch >= 'A' ? ch + 32 : ch));
		buf_add_char(&typed, i % 2 ? '\t' : ' ');
	}
	assert_true(is_right(c, id, buf_str(&typed)));
}

/* However it would fold, nobody types so much. */
static void what_is_too_long_is_no_answer(void **state)
{
	struct ctx *c = *state;
	struct buf typed;
	struct str id;
	int i;

	STORES_OR_SKIP();
	for (i = 64; i <= 65; i++) {
		assert_int_equal(captcha_new(c, &id), OK);
		buf_init(&typed, c->arena, 128);
		buf_add(&typed, answer_of(c, id));
		while (typed.n < (size_t)i)
			buf_add_char(&typed, ' ');
		assert_int_equal(is_right(c, id, buf_str(&typed)), i == 64);
	}
}

static void nothing_typed_is_wrong(void **state)
{
	static const char *const ids[] = { "", "x", "../../../../etc/passwd",
					   "AAAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAA\r\n" };
	struct ctx *c = *state;
	struct str id, png;
	size_t i;

	STORES_OR_SKIP();
	assert_int_equal(captcha_new(c, &id), OK);
	assert_false(is_right(c, id, STR("")));
	assert_int_equal(captcha_new(c, &id), OK);
	assert_false(is_right(c, id, (struct str){ "\xff\xff", 2 }));
	for (i = 0; i < ARRAY_LEN(ids); i++) {
		assert_false(is_right(c, str_from_c(ids[i]), STR("")));
		assert_int_equal(captcha_picture(c, str_from_c(ids[i]), &png), ERR_NOT_FOUND);
	}
}

static void it_lives_three_minutes(void **state)
{
	struct ctx *c = *state;
	struct cache_reply *r;
	struct str id;

	STORES_OR_SKIP();
	assert_int_equal(captcha_new(c, &id), OK);
	assert_int_equal(cache_run(c->cache, &r,
				   CACHE_ARGS(STR("TTL"), str_format(c->arena, "captcha:" STR_FMT,
								     STR_ARG(id)))),
			 OK);
	assert_in_range(cache_int(r), CAPTCHA_SECONDS - 60, CAPTCHA_SECONDS);
}

/* Asking again for the same picture gives no second look at its letters. */
static void a_picture_is_always_the_same(void **state)
{
	struct ctx *c = *state;
	struct str id, one, two;

	STORES_OR_SKIP();
	assert_int_equal(captcha_new(c, &id), OK);
	assert_int_equal(captcha_picture(c, id, &one), OK);
	assert_int_equal(captcha_picture(c, id, &two), OK);
	assert_same(one, two);
	assert_in_range(one.n, 500, 8000);
}

/* Of one owner: for another's answer, and another's look at the picture, there is nothing. */
static void it_is_for_its_owner_only(void **state)
{
	const struct str mine = STR("sale 1 2"), other = STR("sale 1 3");
	struct ctx *c = *state;
	struct str id, png, answer;
	bool right = true;

	STORES_OR_SKIP();
	assert_int_equal(captcha_new_for(c, mine, &id), OK);
	answer = str_slice(answer_of(c, id), 0, 5);
	assert_int_equal(captcha_picture(c, id, &png), ERR_NOT_FOUND);
	assert_int_equal(captcha_picture_for(c, id, other, &png), ERR_NOT_FOUND);
	assert_int_equal(captcha_picture_for(c, id, mine, &png), OK);
	assert_int_equal(captcha_check_for(c, id, other, answer, &right), OK);
	assert_false(right);
	assert_int_equal(captcha_check_for(c, id, mine, answer, &right), OK);
	assert_false(right);
	assert_int_equal(captcha_new_for(c, mine, &id), OK);
	assert_false(is_right(c, id, str_slice(answer_of(c, id), 0, 5)));
	assert_int_equal(captcha_new_for(c, mine, &id), OK);
	answer = str_slice(answer_of(c, id), 0, 5);
	assert_int_equal(captcha_check_for(c, id, mine, answer, &right), OK);
	assert_true(right);
}

/* Dark points of the picture: letters are mostly where noise is not. */
static int ink(struct str png)
{
	gdImagePtr image = gdImageCreateFromPngPtr((int)png.n, (void *)(uintptr_t)png.p);
	int x, y, count = 0;

	assert_non_null(image);
	assert_int_equal(gdImageSX(image), CAPTCHA_WIDTH);
	assert_int_equal(gdImageSY(image), CAPTCHA_HEIGHT);
	for (y = 0; y < CAPTCHA_HEIGHT; y++)
		for (x = 0; x < CAPTCHA_WIDTH; x++)
			count += gdImageGreen(image, gdImageGetPixel(image, x, y)) < 128;
	gdImageDestroy(image);
	return count;
}

static void every_letter_can_be_drawn(void **state)
{
	static const char letters[] = CAPTCHA_LETTERS;
	struct str png;
	size_t i;

	for (i = 0; i < strlen(letters); i++) {
		char text[5];

		memset(text, letters[i], sizeof(text));
		assert_int_equal(captcha_draw(*state, (struct str){ text, sizeof(text) }, i, &png),
				 OK);
		assert_in_range(ink(png), 300, 4000);
	}
}

static void pictures_of_one_text_differ(void **state)
{
	struct str one, two;

	assert_int_equal(captcha_draw(*state, STR("ABCDE"), 1, &one), OK);
	assert_int_equal(captcha_draw(*state, STR("ABCDE"), 2, &two), OK);
	assert_false(str_is(one, two));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		account_test(a_right_answer_is_taken_once),
		account_test(a_wrong_answer_takes_it_away),
		account_test(case_width_and_spaces_do_not_matter),
		account_test(what_is_too_long_is_no_answer),
		account_test(nothing_typed_is_wrong),
		account_test(it_lives_three_minutes),
		account_test(a_picture_is_always_the_same),
		account_test(it_is_for_its_owner_only),
		arena_test(every_letter_can_be_drawn),
		arena_test(pictures_of_one_text_differ),
	};

	return cmocka_run_group_tests(tests, forum_set_up, stores_tear_down);
}
