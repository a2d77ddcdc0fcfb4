/*
 * Every field of every form wrong, one at a time: the answer says so at the field, keeps what was
 * typed, and stores nothing.
 */
#include "web/web.h"

#include "base/buf.h"

#define FIELDS_MAX 3

struct form_of {
	const char *path;
	bool is_guests;
	struct {
		const char *name, *good;
	} fields[FIELDS_MAX];
};

static struct browser *ann;
static int64_t post, comment;

enum { NEW_POST, EDIT_POST, PREVIEW, COMMENT, EDIT_COMMENT, REGISTER, AGAIN, DRAFT };

static struct form_of forms[] = {
	[NEW_POST] = { "/posts", false, { { "title", "A title" }, { "body", "A body" } } },
	[EDIT_POST] = { NULL,
			false,
			{ { "title", "A title" }, { "body", "A body" }, { "version", "1" } } },
	[PREVIEW] = { "/posts/preview", false, { { "title", "A title" }, { "body", "A body" } } },
	[COMMENT] = { NULL, false, { { "body", "A comment" } } },
	[EDIT_COMMENT] = { NULL, false, { { "body", "A comment" }, { "version", "1" } } },
	[REGISTER] = { "/register",
		       true,
		       { { "username", "somebody_new" },
			 { "email", "somebody@example.org" },
			 { "password", "zqxj kvbn wpty" } } },
	[AGAIN] = { "/activate/again", true, { { "email", "somebody@example.org" } } },
	[DRAFT] = { "/posts/draft", false, { { "title", "A title" }, { "body", "A body" } } },
};

/* So many times the same letter, as a form sends it. */
static struct str times(struct arena *a, const char *letter, size_t count)
{
	struct buf b;

	buf_init(&b, a, count * strlen(letter) + 1);
	while (count--)
		buf_add(&b, str_from_c(letter));
	return buf_str(&b);
}

/* The form's fields, the i-th with this value (already encoded) or, when it is NULL, left out. */
static struct str fill(struct arena *a, const struct form_of *f, size_t wrong, const char *value)
{
	struct buf b;
	size_t i;

	buf_init(&b, a, 256);
	for (i = 0; i < FIELDS_MAX && f->fields[i].name; i++) {
		if (i == wrong && !value)
			continue;
		if (b.n)
			buf_add_char(&b, '&');
		buf_add(&b, str_from_c(f->fields[i].name));
		buf_add_char(&b, '=');
		if (i == wrong)
			buf_add(&b, str_from_c(value));
		else
			buf_add_url(&b, str_from_c(f->fields[i].good));
	}
	return buf_str(&b);
}

static struct browser *sender(const struct form_of *f)
{
	visit_forgive(site, ann);
	return f->is_guests ? visit_guest(site) : ann;
}

static size_t field_index(const struct form_of *f, const char *name)
{
	size_t i = 0;

	while (strcmp(f->fields[i].name, name) != 0)
		i++;
	return i;
}

/* What was typed comes back, the wrong field's too, but a password. */
static void check_kept(struct browser *b, const struct form_of *f, struct reply r, size_t wrong,
		       struct str typed)
{
	size_t i;

	for (i = 0; i < FIELDS_MAX && f->fields[i].name; i++) {
		struct str wanted = i == wrong ? typed : str_from_c(f->fields[i].good);
		struct str got = page_value(b->arena, r.body, f->fields[i].name);

		if (strcmp(f->fields[i].name, "version") == 0)
			continue;
		if (strcmp(f->fields[i].name, "password") == 0)
			wanted = STR("");
		if (!str_is(got, wanted) && str_trim(wanted).n)
			fail_msg("%s of %s holds \"" STR_FMT "\"", f->fields[i].name, f->path,
				 STR_ARG(str_slice(got, 0, 100)));
	}
}

/* The decoded form of an encoded value: what a person typed. */
static struct str decoded(struct arena *a, const char *value)
{
	struct buf b;
	unsigned byte;

	buf_init(&b, a, 64);
	for (; value && *value; value++) {
		if (*value == '%' && sscanf(value + 1, "%2x", &byte) == 1) {
			value += 2;
			if (byte != '\r')
				buf_add_char(&b, (char)byte);
		} else {
			buf_add_char(&b, *value == '+' ? ' ' : *value);
		}
	}
	return buf_str(&b);
}

static void check_refused(const struct form_of *f, const char *field, const char *value,
			  const char *message)
{
	struct browser *b = sender(f);
	size_t wrong = field_index(f, field);
	struct str before = visit_sum(site, b->arena);
	struct reply r = post_form(b, f->path, fill(b->arena, f, wrong, value).p);
	struct str said;
	struct str bad;

	if (r.status != 422)
		print_error("%s of %s with \"%.60s\":\n", field, f->path,
			    value ? value : "nothing");
	assert_page(b, r, 422);
	said = page_description(b->arena, r.body, field);
	if (str_find(said, str_from_c(message)) < 0)
		fail_msg("%s of %s with \"%.60s\": \"%s\" is not said at the field, but \"" STR_FMT
			 "\"",
			 field, f->path, value ? value : "nothing", message, STR_ARG(said));
	bad = str_format(b->arena, "name=\"%s\"", field);
	assert_true(str_find(r.body, bad) > 0);
	assert_int_equal(page_count(r.body, "aria-invalid=\"true\""), 1);
	check_kept(b, f, r, wrong, decoded(b->arena, value));
	assert_same(visit_sum(site, b->arena), before);
}

struct wrong {
	int form;
	const char *field, *value, *message;
};

#define EMPTY "Please fill this in."
#define CHARACTERS "This contains characters that cannot be used here."

/* White space of many kinds, joiners, a variation selector, a soft hyphen: nothing to be seen. */
#define UNSEEN "%E3%80%80%C2%A0%E2%80%83"
#define JOINERS "%E2%80%8D%EF%B8%8F"

static const struct wrong wrongs[] = {
	{ NEW_POST, "title", NULL, EMPTY },
	{ NEW_POST, "title", "", EMPTY },
	{ NEW_POST, "title", "+++", EMPTY },
	{ NEW_POST, "title", "a%0Ab", CHARACTERS },
	{ NEW_POST, "title", "a%0D%0Ab", CHARACTERS },
	{ NEW_POST, "title", "a%09b", CHARACTERS },
	{ NEW_POST, "title", "a%1Bb", CHARACTERS },
	{ NEW_POST, "title", "a%E2%80%AEb", CHARACTERS }, /* right to left override */
	{ NEW_POST, "title", "a%E2%80%8Bb", CHARACTERS }, /* zero width space */
	{ NEW_POST, "title", "a%C2%85b", CHARACTERS },
	{ NEW_POST, "body", NULL, EMPTY },
	{ NEW_POST, "body", "", EMPTY },
	{ NEW_POST, "body", "+%0D%0A%09+", EMPTY },
	{ NEW_POST, "body", "a%07b", CHARACTERS },
	{ NEW_POST, "body", "a%7Fb", CHARACTERS },
	{ NEW_POST, "body", "%5Ba%5D%3A+%2Fb", "Nothing of this text would be seen." },
	{ EDIT_POST, "title", "", EMPTY },
	{ EDIT_POST, "title", "a%0Ab", CHARACTERS },
	{ EDIT_POST, "body", "", EMPTY },
	{ EDIT_POST, "body", "a%07b", CHARACTERS },
	{ PREVIEW, "title", "", EMPTY },
	{ PREVIEW, "body", "", EMPTY },
	{ PREVIEW, "body", "a%07b", CHARACTERS },
	{ COMMENT, "body", NULL, EMPTY },
	{ COMMENT, "body", "", EMPTY },
	{ COMMENT, "body", "%0A+%0A", EMPTY },
	{ COMMENT, "body", "a%07b", CHARACTERS },
	{ EDIT_COMMENT, "body", "", EMPTY },
	{ EDIT_COMMENT, "body", "a%07b", CHARACTERS },
	{ REGISTER, "username", NULL, EMPTY },
	{ REGISTER, "username", "", EMPTY },
	{ REGISTER, "username", "x", "at least 2" },
	{ REGISTER, "username", "a_name_of_25_characters_x", "at most 24" },
	{ REGISTER, "username", "a%0Ab", "cannot be used" },
	{ REGISTER, "username", "a%3Cb", "letters, digits" },
	{ REGISTER, "username", "a+b", "letters, digits" },
	{ REGISTER, "username", "a..b", "between letters and digits" },
	{ REGISTER, "username", "_ab", "between letters and digits" },
	{ REGISTER, "username", "12345", "at least one letter" },
	{ REGISTER, "username", "%D0%B0dam", "letters, digits" }, /* a Cyrillic a */
	{ REGISTER, "username", "Adm1n", "reserved" },
	{ REGISTER, "username", "%E7%AE%A1%E7%90%86%E5%91%98", "reserved" },
	{ REGISTER, "email", NULL, EMPTY },
	{ REGISTER, "email", "", EMPTY },
	{ REGISTER, "email", "nonsense", "e-mail address" },
	{ REGISTER, "email", "a%40b", "e-mail address" },
	{ REGISTER, "email", "a%40b.c", "e-mail address" },
	{ REGISTER, "email", "a%40b.org%0ABcc%3A+x%40y.org", "cannot be used" },
	{ REGISTER, "email", "a%40%5B127.0.0.1%5D", "e-mail address" },
	{ REGISTER, "email", "a+b%40c.org", "e-mail address" },
	{ REGISTER, "email", "a%40b.org%2Cc%40d.org", "e-mail address" },
	{ REGISTER, "password", NULL, EMPTY },
	{ REGISTER, "password", "", EMPTY },
	{ REGISTER, "password", "elevenchars", "at least 12" },
	{ REGISTER, "password", "passwordpassword", "too easy" },
	{ REGISTER, "password", "111111111111", "too easy" },
	{ REGISTER, "password", "somebody_new", "too easy" },
	{ REGISTER, "password", "somebody%40example.org", "too easy" },
	{ AGAIN, "email", "", "e-mail address" },
	{ AGAIN, "email", "nonsense", "e-mail address" },
};

static void each_wrong_field_is_said_at_the_field(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(wrongs); i++)
		check_refused(&forms[wrongs[i].form], wrongs[i].field, wrongs[i].value,
			      wrongs[i].message);
}

/* A text that shows nothing counts as none; only what white space cannot carry is trimmed away. */
static void what_cannot_be_seen_is_nothing(void **state)
{
	static const struct {
		int form;
		const char *field;
	} fields[] = { { NEW_POST, "title" }, { NEW_POST, "body" }, { COMMENT, "body" } };
	static const char *const values[] = { UNSEEN, JOINERS, UNSEEN JOINERS };
	size_t i, k;

	(void)state;
	for (i = 0; i < ARRAY_LEN(fields); i++) {
		for (k = 0; k < ARRAY_LEN(values); k++) {
			const struct form_of *f = &forms[fields[i].form];
			struct str before = visit_sum(site, ann->arena);
			struct reply r = post_form(
				ann, f->path,
				fill(ann->arena, f, field_index(f, fields[i].field), values[k]).p);

			assert_page(ann, r, 422);
			assert_true(str_find(page_description(ann->arena, r.body, fields[i].field),
					     STR("Please fill this in.")) >= 0);
			assert_same(visit_sum(site, ann->arena), before);
		}
	}
}

/* Bytes no browser sends from a form: refused whole. */
static void bytes_that_are_no_text_are_refused_whole(void **state)
{
	static const char *const values[] = { "a%00b",     "%00",          "%FF",     "%C0%AF",
					      "%ED%A0%80", "%F5%80%80%80", "a%E2%82", "%",
					      "%zz",       "%u0041" };
	size_t i, k, n;

	(void)state;
	for (i = 0; i < ARRAY_LEN(forms); i++) {
		for (k = 0; k < FIELDS_MAX && forms[i].fields[k].name; k++) {
			for (n = 0; n < ARRAY_LEN(values); n++) {
				struct browser *b = sender(&forms[i]);
				struct str before = visit_sum(site, b->arena);
				struct reply r =
					post_form(b, forms[i].path,
						  fill(b->arena, &forms[i], k, values[n]).p);

				assert_page(b, r, 400);
				assert_same(visit_sum(site, b->arena), before);
			}
		}
	}
}

static const struct {
	int form;
	const char *field, *letter;
	size_t most;
} limits[] = {
	{ NEW_POST, "title", "x", 100 },      { NEW_POST, "title", "😀", 100 },
	{ NEW_POST, "body", "x", 20000 },     { NEW_POST, "body", "字", 20000 },
	{ EDIT_POST, "title", "字", 100 },    { PREVIEW, "body", "x", 20000 },
	{ COMMENT, "body", "x", 2000 },       { COMMENT, "body", "😀", 2000 },
	{ EDIT_COMMENT, "body", "字", 2000 }, { DRAFT, "title", "x", 100 },
	{ DRAFT, "body", "字", 20000 },
};

/* Characters are counted, not bytes: the longest goes in, one more does not. */
static void one_character_too_many(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(limits); i++) {
		const struct form_of *f = &forms[limits[i].form];
		struct browser *b = sender(f);
		struct str letters = times(b->arena, limits[i].letter, limits[i].most + 1);
		struct str value = visit_encode(b->arena, letters);

		check_refused(f, limits[i].field, value.p, "Please write at most");
		if (limits[i].form == EDIT_POST || limits[i].form == EDIT_COMMENT)
			continue;
		letters.n -= strlen(limits[i].letter);
		value = visit_encode(b->arena, letters);
		if (limits[i].form == COMMENT || limits[i].form == NEW_POST)
			assert_status(post_form(b, f->path,
						fill(b->arena, f, field_index(f, limits[i].field),
						     value.p)
							.p),
				      303);
	}
}

static void versions_are_numbers(void **state)
{
	static const char *const values[] = {
		"x", "-1", "1e3", "2147483648", "9223372036854775808", "0x1", "1.0"
	};
	size_t i;

	(void)state;
	visit_forgive(site, ann);
	for (i = 0; i < ARRAY_LEN(values); i++) {
		struct str before = visit_sum(site, ann->arena);

		assert_page(ann,
			    post_form(ann, forms[EDIT_POST].path,
				      fill(ann->arena, &forms[EDIT_POST], 2, values[i]).p),
			    422);
		assert_page(ann,
			    post_form(ann, forms[EDIT_COMMENT].path,
				      fill(ann->arena, &forms[EDIT_COMMENT], 1, values[i]).p),
			    422);
		assert_same(visit_sum(site, ann->arena), before);
	}
	/* None at all is version 0, which nothing has: a conflict, never an overwriting. */
	assert_page(ann,
		    post_form(ann, forms[EDIT_POST].path,
			      fill(ann->arena, &forms[EDIT_POST], 2, NULL).p),
		    409);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(each_wrong_field_is_said_at_the_field),
	cmocka_unit_test(what_cannot_be_seen_is_nothing),
	cmocka_unit_test(bytes_that_are_no_text_are_refused_whole),
	cmocka_unit_test(one_character_too_many),
	cmocka_unit_test(versions_are_numbers),
};

struct site *site;

static int start(void **state)
{
	(void)state;
	site = site_start((const char *const[]){ "post", "account", NULL });
	ann = visit_member(site, ROLE_USER);
	post = visit_publish(ann, "The post", "that is changed");
	comment = visit_comment(ann, post, 0, "The comment");
	forms[EDIT_POST].path = visit_path(ann, "/posts/%lld/edit", (long long)post);
	forms[COMMENT].path = visit_path(ann, "/posts/%lld/comments", (long long)post);
	forms[EDIT_COMMENT].path = visit_path(ann, "/comments/%lld/edit", (long long)comment);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	visit_end();
	site_stop(site);
	return 0;
}

int main(void)
{
	return cmocka_run_group_tests(tests, start, stop);
}
