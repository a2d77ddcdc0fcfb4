/* Tokens of forms: right for one reader, unlike in each form, wrong when anything is changed. */
#include "unit/unit.h"

#include "web/csrf.h"

static const unsigned char secret[SECRET_KEY_SIZE] = { 1, 2, 3 };
static const unsigned char other_secret[SECRET_KEY_SIZE] = { 1, 2, 4 };

#define BINDING STR("7.abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqr")

static struct str one(struct arena *a)
{
	return csrf_next(&(struct csrf_page){ 0 }, a, secret, BINDING);
}

static void a_token_is_right_for_its_reader(void **state)
{
	struct str token = one(*state);
	struct str id = { 0 };

	assert_int_equal(token.n, 22 + 1 + 43);
	assert_true(csrf_check(*state, secret, BINDING, token, &id));
	assert_same(id, str_slice(token, 0, 22));
	assert_true(secret_is_token(id, 22));
}

static void nobody_elses(void **state)
{
	struct str token = one(*state);
	struct str id = { 0 };

	assert_false(csrf_check(*state, secret, STR("8.abc"), token, &id));
	assert_false(csrf_check(*state, secret, STR(""), token, &id));
	assert_false(csrf_check(*state, other_secret, BINDING, token, &id));
	assert_int_equal(id.n, 0);
}

/* Without a cookie nothing is right, whatever the token. */
static void an_empty_binding_has_no_tokens(void **state)
{
	struct str token = csrf_next(&(struct csrf_page){ 0 }, *state, secret, STR(""));
	struct str id;

	assert_false(csrf_check(*state, secret, STR(""), token, &id));
}

/* Each byte but the two that tell the forms of a page apart. */
static void every_change_is_seen(void **state)
{
	struct str token = one(*state);
	struct str id;
	size_t i;

	for (i = 0; i < token.n; i++) {
		char *changed = str_c(*state, token);

		if (i == 20 || i == 21)
			continue;
		changed[i] = changed[i] == 'A' ? 'B' : 'A';
		if (csrf_check(*state, secret, BINDING, (struct str){ changed, token.n }, &id))
			fail_msg("byte %zu may be changed", i);
	}
	for (i = 0; i < token.n; i++)
		assert_false(csrf_check(*state, secret, BINDING, str_slice(token, 0, i), &id));
	assert_false(csrf_check(*state, secret, BINDING,
				str_format(*state, STR_FMT "A", STR_ARG(token)), &id));
}

/* The number of the form is not in the MAC: it still has nothing but letters of a token. */
static void a_form_has_no_odd_number(void **state)
{
	struct str token = one(*state), id;
	size_t i;

	for (i = CSRF_FORM_ID_LENGTH - 2; i < CSRF_FORM_ID_LENGTH; i++) {
		char *odd = str_c(*state, token);

		odd[i] = '\n';
		assert_false(
			csrf_check(*state, secret, BINDING, (struct str){ odd, token.n }, &id));
	}
}

static void forms_of_a_page_differ(void **state)
{
	struct csrf_page page = { 0 };
	struct str seen[200];
	struct str id;
	size_t i;
	size_t k;

	for (i = 0; i < ARRAY_LEN(seen); i++) {
		seen[i] = csrf_next(&page, *state, secret, BINDING);
		assert_true(csrf_check(*state, secret, BINDING, seen[i], &id));
		for (k = 0; k < i; k++)
			assert_false(str_is(seen[i], seen[k]));
	}
	/* Another page has nothing in common with it. */
	assert_false(str_is(str_slice(one(*state), 0, 20), str_slice(seen[0], 0, 20)));
}

static void odd_texts_are_wrong(void **state)
{
	static const char *const odd[] = {
		"",
		".",
		"x",
		"aaaaaaaaaaaaaaaaaaaaaa.",
		"aaaaaaaaaaaaaaaaaaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
		"%aaaaaaaaaaaaaaaaaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
	};
	struct str id;
	size_t i;

	for (i = 0; i < ARRAY_LEN(odd); i++)
		assert_false(csrf_check(*state, secret, BINDING, str_from_c(odd[i]), &id));
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
		arena_test(a_token_is_right_for_its_reader),
		arena_test(nobody_elses),
		arena_test(an_empty_binding_has_no_tokens),
		arena_test(every_change_is_seen),
		arena_test(a_form_has_no_odd_number),
		arena_test(forms_of_a_page_differ),
		arena_test(odd_texts_are_wrong),
	};

	return cmocka_run_group_tests(tests, open_secret, NULL);
}
