/* Answers. */
#include "unit/unit.h"

#include "http/message.h"

static struct http_response response_of(struct arena *a)
{
	struct http_response r;

	http_response_init(&r, a);
	return r;
}

static struct str head(struct arena *a, const struct http_response *r)
{
	struct buf out;

	buf_init(&out, a, 0);
	http_response_write_head(r, &out);
	return buf_str(&out);
}

static void an_empty_answer(void **state)
{
	struct http_response r = response_of(*state);

	assert_text(head(*state, &r), "Status: 200 OK\r\nContent-Length: 0\r\n\r\n");
}

static void headers_come_in_order(void **state)
{
	struct http_response r = response_of(*state);

	r.status = 404;
	http_response_header(&r, "Content-Type", STR("text/html; charset=utf-8"));
	http_response_header(&r, "X-Empty", STR(""));
	http_response_header(&r, "X-Wide", STR("\xE4\xB8\xAD"));
	buf_add(&r.body, STR("body"));
	assert_text(head(*state, &r), "Status: 404 Not Found\r\n"
				      "Content-Type: text/html; charset=utf-8\r\nX-Empty: \r\n"
				      "X-Wide: \xE4\xB8\xAD\r\nContent-Length: 4\r\n\r\n");
}

static void answers_without_body_have_no_length(void **state)
{
	struct http_response r = response_of(*state);

	r.status = 304;
	assert_text(head(*state, &r), "Status: 304 Not Modified\r\n\r\n");
	r.status = 204;
	assert_text(head(*state, &r), "Status: 204 No Content\r\n\r\n");
	r.status = 303;
	assert_text(head(*state, &r), "Status: 303 See Other\r\nContent-Length: 0\r\n\r\n");
}

static void set_replaces(void **state)
{
	struct http_response r = response_of(*state);

	http_response_set_header(&r, "Cache-Control", STR("no-store"));
	http_response_set_header(&r, "cache-control", STR("private"));
	http_response_set_header(&r, "Vary", STR("Cookie"));
	assert_int_equal(r.header_count, 2);
	assert_text(r.headers[0].value, "private");
}

static void header_count_has_a_limit(void **state)
{
	struct http_response r = response_of(*state);
	int i;

	for (i = 0; i < HTTP_HEADERS_MAX; i++)
		http_response_header(&r, "X-Many", STR("x"));
	http_response_set_header(&r, "X-Many", STR("y"));
	assert_text(r.headers[0].value, "y");
	assert_int_equal(r.header_count, HTTP_HEADERS_MAX);
}

static void status_texts(void **state)
{
	(void)state;
	assert_string_equal(http_status_text(200), "OK");
	assert_string_equal(http_status_text(303), "See Other");
	assert_string_equal(http_status_text(422), "Unprocessable Content");
	assert_string_equal(http_status_text(503), "Service Unavailable");
	assert_string_equal(http_status_text(299), "Unknown");
	assert_string_equal(http_status_text(-1), "Unknown");
}

/* The value of the only header, a cookie. */
static struct str cookie(struct arena *a, int64_t max_age, bool is_secure)
{
	struct http_response r = response_of(a);

	http_response_cookie(&r, a, STR("plaza"), STR("7.abc-_"), max_age, is_secure);
	assert_int_equal(r.header_count, 1);
	assert_string_equal(r.headers[0].name, "Set-Cookie");
	return r.headers[0].value;
}

static void cookies(void **state)
{
	struct arena *a = *state;

	assert_text(cookie(a, 0, false), "plaza=7.abc-_; Path=/; HttpOnly; SameSite=Lax");
	assert_text(cookie(a, 3600, true),
		    "plaza=7.abc-_; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=3600");
	assert_text(cookie(a, -1, false),
		    "plaza=7.abc-_; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
	assert_true(str_ends(cookie(a, INT64_C(8640000000), false), STR("; Max-Age=8640000000")));
}

/* A session that is prolonged first and then ended is ended. */
static void the_last_cookie_of_a_name_counts(void **state)
{
	struct http_response r = response_of(*state);

	http_response_cookie(&r, *state, STR("a"), STR("1"), 60, false);
	http_response_cookie(&r, *state, STR("ab"), STR("2"), 60, false);
	http_response_header(&r, "X", STR("a=x"));
	http_response_cookie(&r, *state, STR("a"), STR(""), -1, false);
	assert_int_equal(r.header_count, 3);
	assert_text(r.headers[0].value, "a=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
	assert_true(str_starts(r.headers[1].value, STR("ab=2;")));
	assert_text(r.headers[2].value, "a=x");
}

static const char *wrong_name;
static struct str wrong_value;

static void add_wrong_header(void)
{
	struct http_response r = response_of(arena_new(0));

	http_response_header(&r, wrong_name, wrong_value);
}

static void set_wrong_header(void)
{
	struct http_response r = response_of(arena_new(0));

	http_response_header(&r, "Location", STR("/"));
	http_response_set_header(&r, wrong_name, wrong_value);
}

static void add_wrong_cookie(void)
{
	struct arena *a = arena_new(0);
	struct http_response r = response_of(a);

	http_response_cookie(&r, a, str_from_c(wrong_name), wrong_value, 0, false);
}

static void too_many_headers(void)
{
	struct http_response r = response_of(arena_new(0));
	int i;

	for (i = 0; i <= HTTP_HEADERS_MAX; i++)
		http_response_header(&r, "X-Many", STR("x"));
}

static void no_header_can_be_split(void **state)
{
	static const struct str values[] = { STR_INIT("/\r\nSet-Cookie: a=b"),
					     STR_INIT("a\nb"),
					     STR_INIT("a\rb"),
					     STR_INIT("a\0b"),
					     STR_INIT("a\x7f"),
					     STR_INIT("a\tb") };
	static const char *const names[] = { "", "A B", "A:", "A\r\nB", "\xC3\xA9" };
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(values); i++) {
		wrong_name = "Location";
		wrong_value = values[i];
		assert_aborts(add_wrong_header);
		assert_aborts(set_wrong_header);
		assert_aborts(add_wrong_cookie);
	}
	for (i = 0; i < ARRAY_LEN(names); i++) {
		wrong_name = names[i];
		wrong_value = STR("x");
		assert_aborts(add_wrong_header);
		assert_aborts(add_wrong_cookie);
	}
	assert_aborts(too_many_headers);
}

static void cookie_values_are_checked(void **state)
{
	static const struct str values[] = { STR_INIT("a;b"),  STR_INIT("a b"),
					     STR_INIT("a,b"),  STR_INIT("a\"b"),
					     STR_INIT("a\\b"), STR_INIT("\xC3\xA9") };
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(values); i++) {
		wrong_name = "a";
		wrong_value = values[i];
		assert_aborts(add_wrong_cookie);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		arena_test(an_empty_answer),
		arena_test(headers_come_in_order),
		arena_test(answers_without_body_have_no_length),
		arena_test(set_replaces),
		arena_test(header_count_has_a_limit),
		arena_test(status_texts),
		arena_test(cookies),
		arena_test(the_last_cookie_of_a_name_counts),
		arena_test(no_header_can_be_split),
		arena_test(cookie_values_are_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
