/* The message of the next page. */
#include "unit/unit.h"

#include "base/buf.h"
#include "web/flash.h"

static const unsigned char secret[SECRET_KEY_SIZE] = { 9 };
static const unsigned char other_secret[SECRET_KEY_SIZE] = { 8 };

static void what_was_sealed_is_opened(void **state)
{
	struct str cookie = flash_seal(*state, secret, STR("已保存。 Saved & <b>; \"x\""));
	size_t i;

	assert_text(flash_open(*state, secret, cookie), "已保存。 Saved & <b>; \"x\"");
	/* Nothing in it that a cookie cannot hold. */
	for (i = 0; i < cookie.n; i++)
		assert_true(cookie.p[i] > ' ' && cookie.p[i] < 127 &&
			    !strchr("\",;\\", cookie.p[i]));
}

static void nobody_else_can_write_one(void **state)
{
	struct str cookie = flash_seal(*state, secret, STR("Saved."));
	char *changed;
	size_t i;

	assert_int_equal(flash_open(*state, other_secret, cookie).n, 0);
	for (i = 0; i < cookie.n; i++) {
		changed = str_c(*state, cookie);
		changed[i] = changed[i] == 'x' ? 'y' : 'x';
		assert_int_equal(flash_open(*state, secret, (struct str){ changed, cookie.n }).n,
				 0);
	}
	assert_int_equal(flash_open(*state, secret, STR("")).n, 0);
	assert_int_equal(flash_open(*state, secret, STR("Saved.")).n, 0);
}

static void long_ones_are_cut_between_characters(void **state)
{
	struct buf b;
	struct str text;
	int i;

	buf_init(&b, *state, 1024);
	for (i = 0; i < 150; i++)
		BUF_LIT(&b, "社");
	text = flash_open(*state, secret, flash_seal(*state, secret, buf_str(&b)));
	assert_int_equal(text.n, FLASH_TEXT_MAX);
	assert_true(str_starts(buf_str(&b), text));
	assert_int_equal(flash_open(*state, secret, flash_seal(*state, secret, STR("a社"))).n, 4);
}

static int open_secret(void **state)
{
	(void)state;
	secret_open();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		arena_test(what_was_sealed_is_opened),
		arena_test(nobody_else_can_write_one),
		arena_test(long_ones_are_cut_between_characters),
	};

	return cmocka_run_group_tests(tests, open_secret, NULL);
}
