/* Multipart bodies. */
#include "unit/unit.h"

#include "base/buf.h"
#include "http/form.h"

#define TYPE STR("multipart/form-data; boundary=XX")
#define HEAD "Content-Disposition: form-data; name="

static struct form parsed(struct arena *a, struct str body)
{
	struct form f;

	assert_int_equal(form_parse_multipart(a, TYPE, body, &f), OK);
	return f;
}

static void assert_refused(struct arena *a, struct str body)
{
	struct form f = { .count = 99 };

	if (form_parse_multipart(a, TYPE, body, &f) != ERR_INVALID) {
		print_error("taken for right: " STR_FMT "\n", STR_ARG(body));
		fail();
	}
	assert_int_equal(f.count, 0);
}

/* A body of one part: its headers, and its content. */
static struct str part(struct arena *a, const char *headers, struct str content)
{
	struct buf b;

	buf_init(&b, a, 0);
	buf_addf(&b, "--XX\r\n%s\r\n\r\n", headers);
	buf_add(&b, content);
	BUF_LIT(&b, "\r\n--XX--\r\n");
	return buf_str(&b);
}

static void texts_and_files(void **state)
{
	struct form f = parsed(*state, STR("--XX\r\n" HEAD "\"title\"\r\n\r\nHello\r\n"
					   "--XX\r\n" HEAD "\"pic\"; filename=\"a.png\"\r\n"
					   "Content-Type: image/png\r\n\r\n\x89PNG\r\n\0\xFF\r\n"
					   "--XX\r\n" HEAD "\"empty\"\r\n\r\n\r\n--XX--\r\n"));
	const struct form_field *file = form_get_file(&f, "pic");

	assert_int_equal(f.count, 3);
	assert_text(form_get(&f, "title"), "Hello");
	assert_true(form_has(&f, "empty"));
	assert_text(form_get(&f, "empty"), "");
	assert_non_null(file);
	assert_text(file->file_name, "a.png");
	assert_text(file->value, "\x89PNG\r\n\0\xFF");
}

/* Raw bytes of a file must not be taken for text that was checked. */
static void a_file_is_no_text(void **state)
{
	struct form f = parsed(*state, STR("--XX\r\n" HEAD "\"a\"; filename=\"x\"\r\n\r\n\xFF\r\n"
					   "--XX\r\n" HEAD "\"b\"\r\n\r\n1\r\n--XX--"));

	assert_false(form_has(&f, "a"));
	assert_text(form_get(&f, "a"), "");
	assert_null(form_get_file(&f, "b"));
	assert_text(form_get(&f, "b"), "1");
}

static void an_empty_file_input(void **state)
{
	struct form f = parsed(*state, part(*state,
					    HEAD "\"a\"; filename=\"\"\r\n"
						 "Content-Type: application/octet-stream",
					    STR("")));

	assert_non_null(form_get_file(&f, "a"));
	assert_int_equal(form_get_file(&f, "a")->value.n, 0);
	assert_int_equal(form_get_file(&f, "a")->file_name.n, 0);
}

static void a_form_without_fields(void **state)
{
	assert_int_equal(parsed(*state, STR("--XX--\r\n")).count, 0);
	assert_int_equal(parsed(*state, STR("--XX--")).count, 0);
}

static void boundary_like_text_is_content(void **state)
{
	struct form f = parsed(*state, part(*state, HEAD "\"a\"",
					    STR("--XX\r\n--X\r\n -- XX\n--XX\r--XX--")));

	assert_text(form_get(&f, "a"), "--XX\n--X\n -- XX\n--XX\n--XX--");
}

static void line_ends_of_texts_only(void **state)
{
	struct form f = parsed(*state, part(*state, HEAD "\"a\"", STR("\r\n1\r2\r\n")));

	assert_text(form_get(&f, "a"), "\n1\n2\n");
	f = parsed(*state, part(*state, HEAD "\"a\"; filename=f", STR("\r\n1\r2\r\n")));
	assert_text(form_get_file(&f, "a")->value, "\r\n1\r2\r\n");
}

static void assert_file_name(struct arena *a, const char *headers, struct str wanted)
{
	struct form f = parsed(a, part(a, headers, STR("x")));

	assert_int_equal(f.count, 1);
	assert_true(f.items[0].is_file);
	assert_same(f.items[0].file_name, wanted);
}

static void file_names_lose_folders_and_tricks(void **state)
{
	struct arena *a = *state;

	assert_file_name(a, HEAD "a; filename=\"C:\\dir\\x.png\"", STR("x.png"));
	assert_file_name(a, HEAD "a; filename=\"C:\\\\dir\\\\x.png\"", STR("x.png"));
	assert_file_name(a, HEAD "a; filename=\"../../etc/passwd\"", STR("passwd"));
	assert_file_name(a, HEAD "a; filename=\"dir/\"", STR(""));
	assert_file_name(a, HEAD "a; filename=\"a\\\"b.png\"", STR("a\"b.png"));
	assert_file_name(a, HEAD "a; filename=\"a;b.png\"", STR("a;b.png"));
	assert_file_name(a,
			 HEAD "a; filename=\"gpj.\xE2\x80\xAE"
			      "exe\"",
			 STR("gpj.exe"));
	assert_file_name(a, HEAD "a; filename=\"a\tb\x1b.png\"", STR("ab.png"));
	assert_file_name(a, HEAD "a; filename=\"\xE5\x9B\xBE.png\"", STR("\xE5\x9B\xBE.png"));
	assert_file_name(a, HEAD "\"a\" ; FileName=x.png ", STR("x.png"));
}

static void long_file_names_keep_their_end(void **state)
{
	struct arena *a = *state;
	char name[FORM_FILE_NAME_MAX + 10] = { 0 };
	char wanted[FORM_FILE_NAME_MAX + 1] = { 0 };

	memset(name, 'n', FORM_FILE_NAME_MAX - 4);
	memcpy(name + FORM_FILE_NAME_MAX - 4, ".png", 4);
	assert_file_name(a, str_c(a, str_format(a, HEAD "a; filename=\"%s\"", name)),
			 str_from_c(name));
	assert_file_name(a, str_c(a, str_format(a, HEAD "a; filename=\"n%s\"", name)),
			 str_from_c(name));
	/* A character that would be cut through goes whole. */
	memcpy(wanted, name + 2, FORM_FILE_NAME_MAX - 2);
	assert_file_name(a,
			 str_c(a, str_format(a, HEAD "a; filename=\"\xE5\x9B\xBE%s\"", name + 2)),
			 str_from_c(wanted));
}

static void other_headers_are_read_past(void **state)
{
	struct form f = parsed(*state, part(*state,
					    "X-Other: y\r\ncontent-disposition:form-data;name=a\r\n"
					    "Content-Transfer-Encoding: 8bit\r\n"
					    "Content-Type: text/plain; charset=utf-8",
					    STR("1")));

	assert_text(form_get(&f, "a"), "1");
}

static void wrong_parts_are_refused(void **state)
{
	static const char *const wrong[] = {
		"X: y",
		"Content-Disposition: form-data",
		"Content-Disposition: form-data; filename=x",
		"Content-Disposition: attachment; name=a",
		HEAD "\"\"",
		HEAD "\"a",
		HEAD "",
		HEAD "a; name=b",
		HEAD "a; filename=x; filename=y",
		HEAD "a garbage",
		HEAD "\"a\"b",
		HEAD "a;",
		HEAD "a;;filename=x",
		HEAD "a\r\n" HEAD "b",
		HEAD "a\r\nContent-Type: multipart/mixed; boundary=YY",
		HEAD "a\r\nContent-Transfer-Encoding: base64",
		HEAD "a\r\nno colon",
		HEAD "a\r\n: empty",
		HEAD "\"\xFF\"",
		HEAD "a; filename=\"\xFF\"",
	};
	size_t i;

	for (i = 0; i < ARRAY_LEN(wrong); i++)
		assert_refused(*state, part(*state, wrong[i], STR("1")));
	assert_refused(*state, part(*state, HEAD "a", STR("\xFF")));
	assert_refused(*state, part(*state, HEAD "a", STR("x\0y")));
}

static void wrong_bodies_are_refused(void **state)
{
	static const struct str wrong[] = {
		STR_INIT(""),
		STR_INIT("--X"),
		STR_INIT("--XX"),
		STR_INIT("--XX\r\n"),
		STR_INIT("--XX-"),
		STR_INIT("--XX--x"),
		STR_INIT("--XX--\r\n\r\n"),
		STR_INIT("\r\n--XX--"),
		STR_INIT("preamble\r\n--XX--"),
		STR_INIT("--XX\n" HEAD "a\n\n1\n--XX--"),
		STR_INIT("--XX\r\n\r\n1\r\n--XX--"),
		STR_INIT("--XX\r\n" HEAD "a\r\n\r\n1"),
		STR_INIT("--XX\r\n" HEAD "a\r\n\r\n1\r\n--XX"),
		STR_INIT("--XX\r\n" HEAD "a\r\n\r\n1\r\n--XX \r\n"),
		STR_INIT("--XX\r\n" HEAD "a\r\n\r\n1\r\n--XXY--"),
		STR_INIT("--XX\r\n" HEAD "a\r\n\r\n--XX--"),
		STR_INIT("--XX\r\n" HEAD "a"),
	};
	size_t i;

	for (i = 0; i < ARRAY_LEN(wrong); i++)
		assert_refused(*state, wrong[i]);
	assert_refused(*state, (struct str){ NULL, 0 });
}

/* The result for the body "--<boundary>--". */
static err with_type(struct arena *a, struct str type, const char *boundary)
{
	struct form f;

	return form_parse_multipart(a, type, str_format(a, "--%s--", boundary), &f);
}

static void boundaries(void **state)
{
	struct arena *a = *state;
	char longest[72] = { 0 };

	assert_int_equal(with_type(a, STR("multipart/form-data; boundary=\"a b\""), "a b"), OK);
	assert_int_equal(with_type(a, STR("multipart/form-data;BOUNDARY=a'()+_,-./:=?9"),
				   "a'()+_,-./:=?9"),
			 OK);
	assert_int_equal(with_type(a, STR("multipart/form-data; charset=UTF-8; boundary=x"), "x"),
			 OK);
	memset(longest, 'b', 70);
	assert_int_equal(with_type(a, str_format(a, "multipart/form-data; boundary=%s", longest),
				   longest),
			 OK);
	longest[70] = 'b';
	assert_int_equal(with_type(a, str_format(a, "multipart/form-data; boundary=%s", longest),
				   longest),
			 ERR_INVALID);
}

static void wrong_boundaries_are_refused(void **state)
{
	static const struct str wrong[] = {
		STR_INIT(""),
		STR_INIT("multipart/form-data"),
		STR_INIT("multipart/form-data; boundary"),
		STR_INIT("multipart/form-data; boundary="),
		STR_INIT("multipart/form-data; boundary=\"\""),
		STR_INIT("multipart/form-data; boundary=\"x"),
		STR_INIT("multipart/form-data; boundary=x; boundary=x"),
		STR_INIT("multipart/form-data; boundary=\"x \""),
		STR_INIT("multipart/form-data; boundary=x\r\n"
			 "y"),
		STR_INIT("multipart/form-data; boundary=\"x\0\""),
		STR_INIT("multipart/form-data; boundary=x*"),
		STR_INIT("multipart/form-data; boundary=\xC3\xA9"),
	};
	size_t i;

	for (i = 0; i < ARRAY_LEN(wrong); i++)
		assert_int_equal(with_type(*state, wrong[i], "x"), ERR_INVALID);
}

static void parts_have_a_limit(void **state)
{
	struct arena *a = *state;
	struct buf b;
	size_t complete;
	int i;

	buf_init(&b, a, 0);
	for (i = 0; i < FORM_FIELDS_MAX; i++)
		buf_addf(&b, "--XX\r\n" HEAD "f%d\r\n\r\n%d\r\n", i, i);
	complete = b.n;
	BUF_LIT(&b, "--XX--");
	assert_int_equal(parsed(a, buf_str(&b)).count, FORM_FIELDS_MAX);
	buf_cut(&b, complete);
	BUF_LIT(&b, "--XX\r\n" HEAD "one\r\n\r\nmore\r\n--XX--");
	assert_refused(a, buf_str(&b));
}

static void names_have_a_limit(void **state)
{
	struct arena *a = *state;
	char name[FORM_NAME_MAX + 2] = { 0 };

	memset(name, 'n', FORM_NAME_MAX);
	parsed(a, part(a, str_c(a, str_format(a, HEAD "%s", name)), STR("1")));
	name[FORM_NAME_MAX] = 'n';
	assert_refused(a, part(a, str_c(a, str_format(a, HEAD "%s", name)), STR("1")));
}

static void headers_have_a_limit(void **state)
{
	static const char start[] = HEAD "a\r\nX: ";
	struct arena *a = *state;
	char headers[2048 + 2] = { 0 };

	memset(headers, 'x', 2048);
	memcpy(headers, start, sizeof(start) - 1);
	parsed(a, part(a, headers, STR("1")));
	headers[2048] = 'x';
	assert_refused(a, part(a, headers, STR("1")));
}

/* Every beginning of a good body is refused, and read no further than it goes. */
static void cut_bodies_are_refused(void **state)
{
	struct str body = part(*state, HEAD "\"a\"; filename=\"b\"\r\nContent-Type: image/png",
			       STR("content"));
	size_t n;

	parsed(*state, body);
	parsed(*state, str_slice(body, 0, body.n - 2));
	for (n = 0; n < body.n; n++) {
		struct arena *exact = arena_new(0);

		if (n != body.n - 2)
			assert_refused(*state, str_copy(exact, str_slice(body, 0, n)));
		arena_free(exact);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		arena_test(texts_and_files),
		arena_test(a_file_is_no_text),
		arena_test(an_empty_file_input),
		arena_test(a_form_without_fields),
		arena_test(boundary_like_text_is_content),
		arena_test(line_ends_of_texts_only),
		arena_test(file_names_lose_folders_and_tricks),
		arena_test(long_file_names_keep_their_end),
		arena_test(other_headers_are_read_past),
		arena_test(wrong_parts_are_refused),
		arena_test(wrong_bodies_are_refused),
		arena_test(boundaries),
		arena_test(wrong_boundaries_are_refused),
		arena_test(parts_have_a_limit),
		arena_test(names_have_a_limit),
		arena_test(headers_have_a_limit),
		arena_test(cut_bodies_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
