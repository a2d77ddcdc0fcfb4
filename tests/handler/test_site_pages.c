/* The site binary's handlers, with the domain replaced. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "domain/health.h"
#include "domain/post_list.h"
#include "site/mail_file.h"
#include "site/site_pages.h"
#include "support/fake_req.h"

#define PAGE 1000

static struct {
	struct health health;
	err backlog;
	int64_t posts; /* ids 1 to posts */
	err stamps;
} fake;

void __wrap_health_check(struct ctx *c, struct health *out);
err __wrap_health_backlog(struct ctx *c, struct health_backlog *out);
err __wrap_post_list_stamps(struct ctx *c, int64_t after, int64_t last, int limit,
			    struct post_stamps *out);
err __wrap_post_list_step(struct ctx *c, int64_t after, int step, int64_t *id_out);

void __wrap_health_check(struct ctx *c, struct health *out)
{
	(void)c;
	*out = fake.health;
}

err __wrap_health_backlog(struct ctx *c, struct health_backlog *out)
{
	(void)c;
	out->outbox[OUTBOX_PENDING] = 3;
	out->outbox[OUTBOX_DEAD] = 1;
	out->outbox_oldest_ms = 61500;
	out->events[15] = 9;
	return fake.backlog;
}

err __wrap_post_list_stamps(struct ctx *c, int64_t after, int64_t last, int limit,
			    struct post_stamps *out)
{
	size_t n = 0;

	assert_int_equal(limit, 2 * PAGE);
	last = last < fake.posts ? last : fake.posts;
	out->items = ARENA_ARRAY(c->arena, struct post_stamp, PAGE);
	for (; after + (int64_t)n + 1 <= last; n++)
		out->items[n] = (struct post_stamp){ after + (int64_t)n + 1, 0 };
	out->count = n;
	return OK;
}

err __wrap_post_list_step(struct ctx *c, int64_t after, int step, int64_t *id_out)
{
	(void)c;
	*id_out = after + step < fake.posts ? after + step : 0;
	return fake.stamps;
}

static void check_ready(struct health h, int status, const char *text)
{
	struct fake_req *f = fake_req_open((const char *[]){ NULL }, "");

	fake.health = h;
	assert_int_equal(readyz_page(f->req), OK);
	assert_int_equal(f->req->out.status, status);
	assert_true(fake_req_has(f, text));
	fake_req_close(f);
}

static void readiness_needs_both_stores(void **state)
{
	(void)state;
	check_ready((struct health){ true, true, true }, 200, "{\"ready\":true,");
	check_ready((struct health){ true, true, false }, 200, "\"rabbitmq\":false}");
	check_ready((struct health){ true, false, true }, 503, "\"redis\":false");
	check_ready((struct health){ false, true, true }, 503, "\"mariadb\":false");
}

static void figures_that_are_not_known_are_left_out(void **state)
{
	struct fake_req *f = fake_req_open((const char *[]){ NULL }, "");

	(void)state;
	fake.health = (struct health){ true, true, false };
	assert_int_equal(metrics_page(f->req), OK);
	assert_true(fake_req_has(f, "\nplaza_up{part=\"rabbitmq\"} 0\n"));
	assert_true(fake_req_has(f, "\nplaza_outbox_events{state=\"pending\"} 3\n"));
	assert_true(fake_req_has(f, "\nplaza_outbox_oldest_seconds 61\n"));
	assert_true(fake_req_has(f, "\nplaza_stream_entries{shard=\"15\"} 9\n"));
	assert_false(fake_req_has(f, "plaza_queue_messages"));
	fake_req_close(f);
	fake.backlog = ERR_UNAVAILABLE;
	f = fake_req_open((const char *[]){ NULL }, "");
	assert_int_equal(metrics_page(f->req), OK);
	assert_false(fake_req_has(f, "plaza_outbox_events"));
	fake_req_close(f);
}

static size_t count(const struct fake_req *f, const char *text)
{
	struct str rest = buf_str(&f->req->out.body);
	size_t n = 0;
	ptrdiff_t at;

	for (; (at = str_find(rest, str_from_c(text))) >= 0; n++)
		rest = str_slice(rest, (size_t)at + 1, rest.n);
	return n;
}

static struct fake_req *map(const char *query)
{
	struct fake_req *f = fake_req_open((const char *[]){ query, NULL }, "");

	assert_int_equal(sitemap_page(f->req), fake.stamps);
	return f;
}

static void the_map_has_pages_of_a_thousand(void **state)
{
	static const struct {
		int64_t posts;
		size_t pages;
	} rows[] = { { 0, 1 }, { 1, 1 }, { 999, 1 }, { 1000, 1 }, { 1001, 2 }, { 2500, 3 } };
	struct fake_req *f;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(rows); i++) {
		fake.posts = rows[i].posts;
		f = map("QUERY_STRING=");
		assert_int_equal(count(f, "<sitemap>"), rows[i].pages);
		fake_req_close(f);
	}
	f = map("QUERY_STRING=after=1000");
	assert_int_equal(count(f, "<url>"), 1000);
	fake_req_close(f);
	f = map("QUERY_STRING=after=2000");
	assert_int_equal(count(f, "<url>"), 500);
	assert_true(fake_req_has(f, "<loc>http://127.0.0.1:8080/posts/2001</loc>"));
	fake_req_close(f);
	fake.stamps = ERR_UNAVAILABLE;
	fake_req_close(map("QUERY_STRING="));
}

static void mails_are_read(void **state)
{
	struct arena *a = arena_new(4096);
	struct mail_file m = { .written_at = 0 };

	(void)state;
	mail_file_parse(a, STR("Subject: a\r\n b\r\nTO:  x@y \r\n\r\nline\r\n\r\nline"), &m);
	assert_string_equal(str_c(a, m.subject), "a b");
	assert_string_equal(str_c(a, m.to), "x@y");
	assert_string_equal(str_c(a, m.text), "line\n\nline");
	mail_file_parse(a, STR("Subject: =?UTF-8?B?not base64!?= =?UTF-8?B?"), &m);
	assert_string_equal(str_c(a, m.subject), "=?UTF-8?B?not base64!?= =?UTF-8?B?");
	mail_file_parse(a, STR(""), &m);
	assert_int_equal(m.subject.n + m.text.n, 0);
	mail_file_parse(a, STR("no colon\n:\n\n"), &m);
	assert_int_equal(m.subject.n + m.text.n, 0);
	assert_int_equal(mail_file_read(a, STR("/etc"), STR("../etc/passwd"), &m), ERR_NOT_FOUND);
	assert_int_equal(mail_file_read(a, STR("/nonexistent"), STR("x"), &m), ERR_NOT_FOUND);
	arena_free(a);
}

static int reset(void **state)
{
	(void)state;
	memset(&fake, 0, sizeof(fake));
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(readiness_needs_both_stores, reset),
		cmocka_unit_test_setup(figures_that_are_not_known_are_left_out, reset),
		cmocka_unit_test_setup(the_map_has_pages_of_a_thousand, reset),
		cmocka_unit_test_setup(mails_are_read, reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
