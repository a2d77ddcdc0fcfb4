/* The site binary, asked over its socket as nginx asks it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/patience.h"
#include "support/site.h"
#include "web/cookie.h"

static struct site *site;

static int start(void **state)
{
	(void)state;
	site = site_start((const char *[]){ "site", NULL });
	return 0;
}

static int stop(void **state)
{
	(void)state;
	site_stop(site);
	return 0;
}

static int open_guest(void **state)
{
	*state = browser_open(site);
	return 0;
}

static int close_browser(void **state)
{
	browser_close(*state);
	return 0;
}

static void it_is_alive_and_ready(void **state)
{
	struct reply r = get(*state, "/healthz");

	assert_int_equal(r.status, 200);
	assert_string_equal(r.body.p, "ok\n");
	r = get(*state, "/readyz");
	assert_int_equal(r.status, 200);
	assert_true(
		reply_has(&r, "\"ready\":true,\"mariadb\":true,\"redis\":true,\"rabbitmq\":true"));
}

static void figures_are_for_the_machine_itself(void **state)
{
	struct browser *b = *state;
	struct reply r = get(b, "/metrics");

	assert_int_equal(r.status, 200);
	assert_true(reply_has(&r, "\nplaza_outbox_events{state=\"pending\"} "));
	assert_true(reply_has(&r, "\nplaza_stream_entries{shard=\"15\"} "));
	assert_true(reply_has(&r, "\nplaza_queue_messages{queue="));
	assert_true(reply_has(&r, "\nplaza_dead_letters{queue=\"mail.dead\"} 0\n"));
	assert_true(reply_has(&r, "\n# TYPE plaza_sale_stuck_tickets gauge\n"));
	assert_true(reply_has(&r, "\n# TYPE plaza_sale_units_adrift gauge\n"));
	assert_true(reply_has(&r, "\n# TYPE plaza_sale_terms_different gauge\n"));
	assert_true(reply_has(&r, "\n# TYPE plaza_sale_units_oversold gauge\n"));
	assert_true(reply_has(&r, "\n# TYPE plaza_job_began_seconds gauge\n"));
	assert_true(reply_has(&r, "\nprocess_start_time_seconds "));
	assert_true(reply_has(&r, "\nplaza_build_info{version="));
	b->address = "192.0.2.7";
	r = get(b, "/metrics");
	assert_int_equal(r.status, 404);
}

static void robots_find_the_map(void **state)
{
	struct reply r = get(*state, "/robots.txt");

	assert_int_equal(r.status, 200);
	assert_true(reply_has(&r, "Sitemap: http://"));
	r = get(*state, "/sitemap.xml");
	assert_int_equal(r.status, 200);
	assert_true(reply_has(&r, "<sitemapindex"));
	assert_true(reply_has(&r, "/sitemap.xml?after=0</loc>"));
	r = get(*state, "/sitemap.xml?after=0");
	assert_true(reply_has(&r, "<urlset"));
	assert_int_equal(get(*state, "/sitemap.xml?after=1e3").status, 404);
	assert_int_equal(get(*state, "/sitemap.xml?after=-1").status, 404);
}

static void about_speaks_both_languages(void **state)
{
	struct browser *b = *state;
	struct reply r = get(b, "/about");

	assert_int_equal(r.status, 200);
	assert_true(reply_has(&r, "<html lang=\"en\">"));
	assert_true(reply_has(&r, "How the lists work"));
	b->language = "zh-CN";
	r = get(b, "/about");
	assert_true(reply_has(&r, "<html lang=\"zh-CN\">"));
	assert_true(reply_has(&r, "列表怎样排序"));
}

static void the_language_is_remembered(void **state)
{
	struct browser *b = *state;
	struct reply r = post_form(b, "/language", "language=zh&next=/about%3Fx=1");

	assert_int_equal(r.status, 303);
	assert_string_equal(reply_header(b, &r, "Location").p, "/about?x=1");
	assert_string_equal(browser_cookie(b, COOKIE_LANGUAGE_NAME).p, "zh");
	r = get(b, "/about");
	assert_true(reply_has(&r, "<html lang=\"zh-CN\">"));
	r = post_form(b, "/language", "language=xx");
	assert_int_equal(r.status, 422);
	r = post_form(b, "/language", "language=en&next=//evil.example");
	assert_string_equal(reply_header(b, &r, "Location").p, "/");
	r = browser_ask(b, &(struct ask){ .path = "/language",
					  .body = STR("language=en"),
					  .is_foreign = true });
	assert_int_equal(r.status, 403);
}

static void faces_are_drawn(void **state)
{
	struct browser *b = *state;
	struct reply r = get(b, "/avatars/7.svg");
	struct reply other = get(b, "/avatars/8.svg");

	assert_int_equal(r.status, 200);
	assert_true(str_starts(r.body, STR("<svg ")));
	assert_string_equal(reply_header(b, &r, "Content-Type").p, "image/svg+xml; charset=utf-8");
	assert_true(str_find(reply_header(b, &r, "Cache-Control"), STR("immutable")) > 0);
	assert_false(str_is(r.body, other.body));
	other = get(b, "/avatars/7.svg");
	assert_true(str_is(r.body, other.body));
	assert_int_equal(get(b, "/avatars/0.svg").status, 404);
	assert_int_equal(get(b, "/avatars/7.png").status, 404);
	assert_int_equal(get(b, "/avatars/07.svg").status, 404);
	assert_int_equal(get(b, "/avatars/.svg").status, 404);
}

static void write_mail(const char *name, const char *text)
{
	struct arena *a = arena_new(4096);
	struct str folder = site_config(site)->mail.outbox_dir;
	struct str path = str_format(a, STR_FMT "/%s", STR_ARG(folder), name);
	FILE *f;

	mkdir(folder.p, 0755);
	f = fopen(path.p, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	chmod(path.p, 0644);
	arena_free(a);
}

static void mails_of_development_are_shown(void **state)
{
	struct reply r;

	write_mail("0001.eml",
		   "From: =?UTF-8?B?5bm/5Zy6?= <no-reply@example.org>\r\nTo: ann@example.org\r\n"
		   "Subject: =?UTF-8?B?5r+A?=\r\n =?UTF-8?B?5rS7?= <b>\r\n\r\n"
		   "Hello <i>,\r\nhttp://127.0.0.1/activate/abc.\r\njavascript:alert(1)\r\n");
	r = get(*state, "/dev/outbox");
	assert_int_equal(r.status, 200);
	assert_true(reply_has(&r, "href=\"/dev/outbox/0001.eml\""));
	assert_true(reply_has(&r, "激活 &lt;b&gt;"));
	r = get(*state, "/dev/outbox/0001.eml");
	assert_int_equal(r.status, 200);
	assert_true(reply_has(&r, "广场 &lt;no-reply@example.org&gt;"));
	assert_true(reply_has(&r, "Hello &lt;i&gt;,\n"));
	assert_true(reply_has(&r, "<a href=\"http://127.0.0.1/activate/abc\">"));
	assert_false(reply_has(&r, "href=\"javascript"));
	assert_int_equal(get(*state, "/dev/outbox/0002.eml").status, 404);
	assert_int_equal(get(*state, "/dev/outbox/..").status, 404);
	assert_int_equal(get(*state, "/dev/outbox/..%2f..%2fplaza.conf").status, 404);
}

/* A process that is killed costs its own request; the next one is served by another. */
static void it_is_back_after_a_kill(void **state)
{
	kill(site_pid(site, "site"), SIGKILL);
	site_restart(site, "site");
	assert_int_equal(get(*state, "/healthz").status, 200);
}

/* Without Redis it goes on in part; without RabbitMQ nobody notices. */
static void it_is_ready_again_when_a_store_is_back(void **state)
{
	struct reply r;

	site_store_stop(site, "redis");
	r = get(*state, "/readyz");
	assert_int_equal(r.status, 503);
	assert_true(reply_has(&r, "\"redis\":false"));
	r = get(*state, "/about");
	assert_int_equal(r.status, 200);
	assert_int_equal(get(*state, "/healthz").status, 200);
	assert_int_equal(get(*state, "/metrics").status, 200);
	site_store_start(site, "redis");
	WAIT_UNTIL(get(*state, "/readyz").status == 200);
	assert_int_equal(get(*state, "/readyz").status, 200);
	site_store_stop(site, "rabbitmq");
	r = get(*state, "/readyz");
	assert_int_equal(r.status, 200);
	assert_true(reply_has(&r, "\"rabbitmq\":false"));
	site_store_start(site, "rabbitmq");
}

#define site_test(function) cmocka_unit_test_setup_teardown(function, open_guest, close_browser)

int main(void)
{
	const struct CMUnitTest tests[] = {
		site_test(it_is_alive_and_ready),
		site_test(figures_are_for_the_machine_itself),
		site_test(robots_find_the_map),
		site_test(about_speaks_both_languages),
		site_test(the_language_is_remembered),
		site_test(faces_are_drawn),
		site_test(mails_of_development_are_shown),
		site_test(it_is_back_after_a_kill),
		site_test(it_is_ready_again_when_a_store_is_back),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
