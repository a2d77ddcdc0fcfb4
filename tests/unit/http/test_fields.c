/* Declared form fields. */
#include "unit/unit.h"

#include "http/fields.h"

struct draft {
	struct str title, body, note, password;
	int64_t version, level;
};

static const struct field table[] = {
	FIELD_TEXT(struct draft, title, 2, 5, FIELD_ONE_LINE),
	FIELD_TEXT(struct draft, body, 1, 8, 0),
	FIELD_TEXT(struct draft, note, 3, 8, FIELD_OPTIONAL),
	FIELD_TEXT(struct draft, password, 3, 6, FIELD_KEEP_SPACE),
	FIELD_ID(struct draft, version, FIELD_OPTIONAL),
	FIELD_INT(struct draft, level, -2, 9, 0),
};

/* What each field holds when a test does not say otherwise: all right. */
static const struct form_field right[] = {
	{ .name = STR_INIT("title"), .value = STR_INIT("Hello") },
	{ .name = STR_INIT("body"), .value = STR_INIT("text") },
	{ .name = STR_INIT("password"), .value = STR_INIT("pass") },
	{ .name = STR_INIT("level"), .value = STR_INIT("3") },
};

static struct draft draft;
static struct field_errors errors;

/* Read the right form with one value put in place of another, or added. */
static bool read_with(struct arena *a, const char *name, struct str value)
{
	struct form_field items[ARRAY_LEN(right) + 1];
	struct form form = { items, ARRAY_LEN(right) };
	bool is_placed = false;
	size_t i;

	memcpy(items, right, sizeof(right));
	for (i = 0; i < form.count; i++) {
		if (str_is(items[i].name, str_from_c(name))) {
			items[i].value = value;
			is_placed = true;
		}
	}
	if (!is_placed)
		items[form.count++] =
			(struct form_field){ .name = str_from_c(name), .value = value };
	draft = (struct draft){ 0 };
	errors = (struct field_errors){ 0 };
	return fields_read(a, &form, table, ARRAY_LEN(table), &draft, &errors);
}

static void assert_right(struct arena *a, const char *name, struct str value)
{
	if (!read_with(a, name, value)) {
		print_error("%s: %s\n", name, errors.items[0].message);
		fail();
	}
	assert_int_equal(errors.count, 0);
}

/* That field is wrong, no other, and the message is about number. */
static void assert_wrong(struct arena *a, const char *name, struct str value, int64_t number)
{
	assert_false(read_with(a, name, value));
	assert_int_equal(errors.count, 1);
	assert_string_equal(errors.items[0].name, name);
	assert_true(errors.items[0].message[0] != '\0');
	assert_int_equal(errors.items[0].number, number);
	assert_int_equal(strstr(errors.items[0].message, "{0}") != NULL, number != 0);
}

static void right_values_land(void **state)
{
	assert_right(*state, "version", STR("77"));
	assert_text(draft.title, "Hello");
	assert_text(draft.body, "text");
	assert_text(draft.note, "");
	assert_text(draft.password, "pass");
	assert_int_equal(draft.version, 77);
	assert_int_equal(draft.level, 3);
}

static void what_is_not_declared_is_dropped(void **state)
{
	assert_right(*state, "is_admin", STR("1"));
	assert_int_equal(draft.version, 0);
}

static void lengths_are_in_code_points(void **state)
{
	struct arena *a = *state;

	assert_wrong(a, "title", STR("a"), 2);
	assert_right(a, "title", STR("ab"));
	assert_right(a, "title", STR("abcde"));
	assert_wrong(a, "title", STR("abcdef"), 5);
	assert_text(draft.title, "abcdef");
	assert_right(a, "title",
		     STR("\xE4\xB8\xAD\xE6\x96\x87\xE5\xAD\x97\xE7\xAC\xA6\xF0\x9F\x98\x80"));
	assert_wrong(a, "title",
		     STR("\xE4\xB8\xAD\xE6\x96\x87\xE5\xAD\x97\xE7\xAC\xA6\xF0\x9F\x98\x80!"), 5);
	assert_right(a, "body", STR("12345678"));
	assert_wrong(a, "body", STR("123456789"), 8);
}

static void one_line_is_trimmed_and_strict(void **state)
{
	struct arena *a = *state;

	assert_right(a, "title", STR(" \xE3\x80\x80 abcde \n"));
	assert_text(draft.title, "abcde");
	assert_right(a, "title", STR("a b"));
	assert_wrong(a, "title", STR("a\nb"), 0);
	assert_text(draft.title, "a\nb");
	assert_wrong(a, "title", STR("a\tb"), 0);
	assert_wrong(a, "title",
		     STR("a\x1b"
			 "b"),
		     0);
	assert_wrong(a, "title",
		     STR("a\xE2\x80\xAE"
			 "b"),
		     0); /* overrides the direction */
	assert_wrong(a, "title",
		     STR("a\xE2\x80\x8B"
			 "b"),
		     0);                                            /* no width */
	assert_right(a, "title", STR("\xE2\x9D\xA4\xEF\xB8\x8F!")); /* a heart with its selector */
}

static void texts_of_many_lines_are_kept(void **state)
{
	struct arena *a = *state;

	assert_right(a, "body", STR("    a\n\tb"));
	assert_text(draft.body, "    a\n\tb");
	assert_right(a, "body", STR("\na\n "));
	assert_text(draft.body, "\na\n ");
	assert_right(a, "body",
		     STR("a\xE2\x80\xAE"
			 "b"));
	assert_wrong(a, "body",
		     STR("a\x1b"
			 "b"),
		     0);
	assert_wrong(a, "body", STR("a\x0B"), 0);
	assert_wrong(a, "body", STR("a\x7F"), 0);
	assert_wrong(a, "body", STR("a\xC2\x85"), 0);
	assert_wrong(a, "body", STR("a\xEF\xBF\xBF"), 0);
	assert_text(draft.body, "a\xEF\xBF\xBF");
}

static void what_shows_nothing_is_empty(void **state)
{
	static const struct str empty[] = { STR_INIT(""), STR_INIT("   "), STR_INIT("\n\t "),
					    STR_INIT("\xE3\x80\x80"),
					    STR_INIT("\xE2\x80\x8D\xEF\xB8\x8F") };
	size_t i;

	for (i = 0; i < ARRAY_LEN(empty); i++) {
		assert_wrong(*state, "title", empty[i], 0);
		assert_wrong(*state, "body", empty[i], 0);
		assert_right(*state, "note", empty[i]);
		assert_text(draft.note, "");
	}
}

static void optional_texts_have_limits_too(void **state)
{
	assert_wrong(*state, "note", STR("ab"), 3);
	assert_right(*state, "note", STR("abc"));
	assert_wrong(*state, "note", STR("123456789"), 8);
}

static void passwords_are_kept_whole(void **state)
{
	struct arena *a = *state;

	assert_right(a, "password", STR("   "));
	assert_text(draft.password, "   ");
	assert_right(a, "password", STR(" a\x1b\n "));
	assert_text(draft.password, " a\x1b\n ");
	assert_wrong(a, "password", STR("  "), 3);
	assert_wrong(a, "password", STR("       "), 6);
	assert_wrong(a, "password", STR(""), 0);
}

static void one_line_can_keep_its_space(void **state)
{
	static const struct field kept[] = {
		FIELD_TEXT(struct draft, title, 1, 5, FIELD_ONE_LINE | FIELD_KEEP_SPACE),
	};
	struct form_field item = { .name = STR("title"), .value = STR(" a ") };
	struct form form = { &item, 1 };

	errors = (struct field_errors){ 0 };
	assert_true(fields_read(*state, &form, kept, 1, &draft, &errors));
	assert_text(draft.title, " a ");
	item.value = STR("a\n");
	assert_false(fields_read(*state, &form, kept, 1, &draft, &errors));
}

static void a_least_of_none_allows_the_empty_text(void **state)
{
	static const struct field loose[] = { FIELD_TEXT(struct draft, title, 0, 5, 0) };
	struct form form = { 0 };

	errors = (struct field_errors){ 0 };
	draft.title = STR("before");
	assert_true(fields_read(*state, &form, loose, 1, &draft, &errors));
	assert_text(draft.title, "");
}

static void numbers(void **state)
{
	struct arena *a = *state;

	assert_right(a, "level", STR(" 9\n"));
	assert_int_equal(draft.level, 9);
	assert_right(a, "level", STR("-2"));
	assert_int_equal(draft.level, -2);
	assert_wrong(a, "level", STR("-3"), -2);
	assert_wrong(a, "level", STR("10"), 9);
	assert_int_equal(draft.level, 0);
	assert_wrong(a, "level", STR("x"), 0);
	assert_wrong(a, "level", STR("1.5"), 0);
	assert_wrong(a, "level", STR("9223372036854775808"), 0);
	assert_wrong(a, "level", STR(""), 0);
	assert_right(a, "version", STR(""));
	assert_int_equal(draft.version, 0);
	assert_wrong(a, "version", STR("0"), 1);
	assert_right(a, "version", STR("9223372036854775807"));
	assert_true(draft.version == INT64_MAX);
}

static void missing_fields(void **state)
{
	struct form form = { 0 };

	errors = (struct field_errors){ 0 };
	assert_false(fields_read(*state, &form, table, ARRAY_LEN(table), &draft, &errors));
	assert_int_equal(errors.count, 4);
	assert_non_null(field_errors_find(&errors, "title"));
	assert_non_null(field_errors_find(&errors, "body"));
	assert_non_null(field_errors_find(&errors, "password"));
	assert_non_null(field_errors_find(&errors, "level"));
	assert_null(field_errors_find(&errors, "note"));
	assert_null(field_errors_find(&errors, "version"));
}

static void files_are_not_taken_for_texts(void **state)
{
	struct form_field item = { .name = STR("title"),
				   .value = STR("\xFF\xFF"),
				   .is_file = true };
	struct form form = { &item, 1 };

	errors = (struct field_errors){ 0 };
	assert_false(fields_read(*state, &form, table, 1, &draft, &errors));
	assert_text(draft.title, "");
}

static void errors_found_elsewhere(void **state)
{
	size_t i;

	(void)state;
	errors = (struct field_errors){ 0 };
	field_errors_add(&errors, "name", "first", 0);
	field_errors_add(&errors, "name", "second", 0);
	assert_string_equal(field_errors_find(&errors, "name")->message, "first");
	for (i = 0; i < 2 * FIELD_ERRORS_MAX; i++)
		field_errors_add(&errors, "more", "x", 0);
	assert_int_equal(errors.count, FIELD_ERRORS_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		arena_test(right_values_land),
		arena_test(what_is_not_declared_is_dropped),
		arena_test(lengths_are_in_code_points),
		arena_test(one_line_is_trimmed_and_strict),
		arena_test(texts_of_many_lines_are_kept),
		arena_test(what_shows_nothing_is_empty),
		arena_test(optional_texts_have_limits_too),
		arena_test(passwords_are_kept_whole),
		arena_test(one_line_can_keep_its_space),
		arena_test(a_least_of_none_allows_the_empty_text),
		arena_test(numbers),
		arena_test(missing_fields),
		arena_test(files_are_not_taken_for_texts),
		arena_test(errors_found_elsewhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
