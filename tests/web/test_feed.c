/* Feeds and the site map are asked for again and again: who has them already is told so. */
#include "web/web.h"

#include "base/clock.h"

static const struct db_sql sql_set_created =
	SQL("UPDATE post SET created_at = ? WHERE post_id = ?");

static struct reply ask_again(struct browser *b, const char *path, const char *header,
			      struct str value)
{
	return browser_ask(b, &(struct ask){ .path = path,
					     .extra = (const char *const[]){
						     header, str_c(b->arena, value), NULL } });
}

static void check_known(struct browser *b, const char *path, const char *header, struct str value)
{
	struct reply r = ask_again(b, path, header, value);

	if (r.status != 304 || r.body.n)
		fail_msg("%s, %s " STR_FMT ": %d", path, header, STR_ARG(value), r.status);
	assert_true(reply_header(b, &r, "ETag").n > 0);
	assert_int_equal(reply_header(b, &r, "Content-Length").n, 0);
}

static void check_sent(struct browser *b, const char *path, const char *header, struct str value)
{
	struct reply r = ask_again(b, path, header, value);

	if (r.status != 200 || !r.body.n)
		fail_msg("%s, %s " STR_FMT ": %d", path, header, STR_ARG(value), r.status);
}

static void what_did_not_change_is_not_sent_again(void **state)
{
	struct browser *ann = visit_member(site, ROLE_USER), *b = visit_guest(site);
	int64_t id = visit_publish(ann, "Asked for again", "each hour");
	const char *paths[] = { "/feed.atom", visit_path(b, "/posts/%lld/feed.atom", (long long)id),
				visit_path(b, "/sitemap.xml?after=%lld", (long long)id - 1),
				"/sitemap.xml" };
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(paths); i++) {
		struct reply r = get(b, paths[i]);
		struct str tag = reply_header(b, &r, "ETag");
		struct str date = reply_header(b, &r, "Last-Modified");

		assert_true(str_starts(tag, STR("\"")) && str_ends(tag, STR("\"")));
		check_known(b, paths[i], "HTTP_IF_NONE_MATCH", tag);
		check_known(b, paths[i], "HTTP_IF_NONE_MATCH", STR("*"));
		check_known(b, paths[i], "HTTP_IF_NONE_MATCH",
			    str_format(b->arena, "\"x\", W/" STR_FMT, STR_ARG(tag)));
		check_sent(b, paths[i], "HTTP_IF_NONE_MATCH", STR("\"x\""));
		check_sent(b, paths[i], "HTTP_IF_NONE_MATCH", str_slice(tag, 1, tag.n - 1));
		check_sent(b, paths[i], "HTTP_IF_NONE_MATCH", STR(",,\"\",W/"));
		check_sent(b, paths[i], "HTTP_IF_MODIFIED_SINCE",
			   STR("Sat, 01 Jan 2000 00:00:00 GMT"));
		/* The index of the map has no date of its own. */
		assert_int_equal(date.n > 0, i < 3);
		if (date.n)
			check_known(b, paths[i], "HTTP_IF_MODIFIED_SINCE", date);
	}
}

/* What was deleted is gone from nginx's copy as soon as from its other pages. */
static void a_copy_for_guests_is_kept_for_a_second(void **state)
{
	struct browser *ann = visit_member(site, ROLE_USER), *b = visit_guest(site);
	int64_t id = visit_publish(ann, "In the feed", "for a while");
	const char *paths[] = { "/feed.atom",
				visit_path(b, "/posts/%lld/feed.atom", (long long)id) };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		struct reply r = get(b, paths[i]);

		assert_text(reply_header(b, &r, "X-Accel-Expires"), "1");
	}
}

/* A tag says more than a date: both are sent by most readers. */
static void the_tag_decides(void **state)
{
	struct browser *ann = visit_member(site, ROLE_USER), *b = visit_guest(site);
	int64_t id = visit_publish(ann, "Two conditions", "one answer");
	const char *path = visit_path(b, "/posts/%lld/feed.atom", (long long)id);
	struct reply r = get(b, path);
	struct str date = reply_header(b, &r, "Last-Modified");

	(void)state;
	r = browser_ask(b, &(struct ask){ .path = path,
					  .extra = (const char *const[]){
						  "HTTP_IF_NONE_MATCH", "\"other\"",
						  "HTTP_IF_MODIFIED_SINCE", str_c(b->arena, date),
						  NULL } });
	assert_status(r, 200);
}

static void a_change_is_sent(void **state)
{
	struct browser *ann = visit_member(site, ROLE_USER), *b = visit_guest(site);
	int64_t id = visit_publish(ann, "Changes later", "first words");
	const char *path = visit_path(b, "/posts/%lld/feed.atom", (long long)id);
	int64_t long_ago = clock_now() - CLOCK_DAY;
	struct reply r;
	struct str tag, date;

	(void)state;
	visit_change(site, &sql_set_created, DB_ARGS(long_ago, id));
	site_redis_command(site, "FLUSHALL");
	b = visit_guest(site);
	ann = visit_again(site, visit_id(ann));
	r = get(b, path);
	tag = reply_header(b, &r, "ETag");
	date = reply_header(b, &r, "Last-Modified");
	assert_true(str_is(date, clock_http(b->arena, long_ago)));
	assert_has(r, visit_path(b, "<updated>" STR_FMT, STR_ARG(clock_iso(b->arena, long_ago))));
	visit_comment(ann, id, 0, "more");
	/* A process trusts what it remembers for a second. */
	usleep(1100 * 1000);
	check_sent(b, path, "HTTP_IF_NONE_MATCH", tag);
	check_sent(b, path, "HTTP_IF_MODIFIED_SINCE", date);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(what_did_not_change_is_not_sent_again),
	cmocka_unit_test(a_copy_for_guests_is_kept_for_a_second),
	cmocka_unit_test(the_tag_decides),
	cmocka_unit_test(a_change_is_sent),
};

WEB_TEST_MAIN("post", "site")
