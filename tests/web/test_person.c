/* Somebody's page and its tabs, levels, and checking in, with the workers behind it. */
#include "web/web.h"

#include "base/clock.h"
#include "base/num.h"
#include "domain/session.h"

#define WAIT_MS WAIT_MOST_MS

static const struct db_sql sql_days = SQL("SELECT COUNT(*) FROM check_in WHERE user_id = ?");
static const struct db_sql sql_level = SQL("SELECT level FROM user WHERE user_id = ?");
static const struct db_sql sql_seen = SQL("SELECT last_seen_on FROM user WHERE user_id = ?");
static const struct db_sql sql_set_seen =
	SQL("UPDATE user SET last_seen_on = ?, bio = 'about me' WHERE user_id = ?");
static const struct db_sql sql_disable = SQL("UPDATE user SET state = 2 WHERE user_id = ?");
static const struct db_sql sql_like =
	SQL("INSERT INTO liked (target_type, target_id, user_id, is_on, changed_us)"
	    " VALUES (?, ?, ?, 1, ?)");
static const struct db_sql sql_unlike =
	SQL("UPDATE liked SET is_on = 0 WHERE target_id = ? AND user_id = ?");
static const struct db_sql sql_votes =
	SQL("UPDATE post SET votes = 20, likes = 3 WHERE post_id = ?");

static const char *page_of(struct browser *b, struct browser *whose, const char *more)
{
	return visit_path(b, "/users/%lld%s", (long long)visit_id(whose), more);
}

static int64_t wait_for(const struct db_sql *sql, struct browser *b, int64_t wanted)
{
	int64_t ends = clock_ticks() + WAIT_MS, got;

	while ((got = visit_number(site, sql, DB_ARGS(visit_id(b)))) != wanted &&
	       clock_ticks() < ends)
		usleep(50000);
	return got;
}

static void the_head_says_who_it_is_and_nothing_private(void **state)
{
	struct browser *b = visit_member(site, ROLE_MODERATOR), *guest = visit_guest(site);
	int64_t post = visit_publish(b, "A title", "text");
	struct reply r;

	(void)state;
	visit_change(site, &sql_votes, DB_ARGS(post));
	visit_change(site, &sql_set_seen, DB_ARGS(clock_day(clock_now()), visit_id(b)));
	r = get(guest, page_of(b, b, ""));
	assert_page(guest, r, 200);
	assert_shows(guest, r, "Moderator");
	assert_shows(guest, r, "1 post");
	assert_shows(guest, r, "0 comments");
	assert_shows(guest, r, "3 likes received");
	assert_shows(guest, r, "50 points · 150 more to level 3");
	assert_shows(guest, r, "last seen today");
	assert_has(r, "<progress");
	assert_has_not(r, "@example.org");
	assert_has_not(r, "/settings/profile");
	assert_has(get(b, page_of(b, b, "")), "/settings/profile");
	visit_change(site, &sql_set_seen, DB_ARGS(20250203, visit_id(b)));
	r = get(guest, page_of(b, b, ""));
	assert_shows(guest, r, "last seen 2025-02-03");
	assert_shows(guest, r, "about me");
	visit_change(site, &sql_disable, DB_ARGS(visit_id(b)));
	r = get(guest, page_of(b, b, ""));
	assert_page(guest, r, 200);
	assert_shows(guest, r, "This account is disabled.");
	assert_has_not(r, "about me");
	assert_has_not(r, "last seen");
}

/* All pages of a tab by their "next" links: how often text stands on them. */
static size_t walk(struct browser *b, const char *path, const char *text, size_t *pages)
{
	size_t found = 0;

	for (*pages = 0; path && *pages < 20; ++*pages) {
		struct reply r = get(b, path);
		struct str rest = r.body;
		struct page_tag tag;

		assert_page(b, r, 200);
		found += page_count(r.body, text);
		path = NULL;
		while (page_next_tag(&rest, &tag)) {
			if (str_is(page_attribute(&tag, "rel"), STR("next")))
				path = page_unescape(b->arena, page_attribute(&tag, "href")).p;
		}
	}
	return found;
}

static void comments_are_paged_and_those_that_are_gone_are_not_there(void **state)
{
	struct browser *b = visit_member(site, ROLE_USER), *guest = visit_guest(site);
	int64_t post = visit_publish(b, "Talk", "text"), other = visit_publish(b, "Gone", "text");
	int64_t last = 0;
	struct reply r = get(guest, page_of(b, b, "/comments"));
	size_t pages;
	int i;

	(void)state;
	assert_page(guest, r, 200);
	assert_shows(guest, r, "No comments yet.");
	for (i = 0; i < 43; i++)
		last = visit_comment(b, post, 0, "said **so**");
	visit_comment(b, other, 0, "said **so**");
	post_form(b, visit_path(b, "/posts/%lld/delete", (long long)other), "");
	post_form(b, visit_path(b, "/comments/%lld/delete", (long long)last), "");
	assert_int_equal(walk(guest, page_of(b, b, "/comments"), "<strong>so</strong>", &pages),
			 42);
	assert_int_equal(pages, 3);
	assert_status(get(guest, page_of(b, b, "/comments?after=x")), 404);
	assert_shows(guest, get(guest, page_of(b, b, "/comments?after=1")), "That was everything.");
}

static void likes_are_paged_and_those_taken_back_are_not_there(void **state)
{
	struct browser *b = visit_member(site, ROLE_USER), *guest = visit_guest(site);
	int64_t posts[23], comment;
	size_t pages;
	int i;

	(void)state;
	assert_shows(guest, get(guest, page_of(b, b, "/likes")), "No likes given yet.");
	for (i = 0; i < 23; i++) {
		posts[i] = visit_publish(b, "Likeable thing", "text");
		visit_forgive(site, b);
		/* Several in one microsecond: the cursor must not lose them. */
		visit_change(site, &sql_like, DB_ARGS(1, posts[i], visit_id(b), 1000000 + i / 5));
	}
	comment = visit_comment(b, posts[0], 0, "hm");
	visit_change(site, &sql_like, DB_ARGS(2, comment, visit_id(b), 5000000));
	visit_change(site, &sql_unlike, DB_ARGS(posts[3], visit_id(b)));
	assert_int_equal(walk(guest, page_of(b, b, "/likes"), "Likeable thing", &pages), 23);
	assert_int_equal(pages, 2);
	assert_shows(guest, get(guest, page_of(b, b, "/likes")), "A comment on “Likeable thing”");
	assert_status(get(guest, page_of(b, b, "/likes?after=1")), 404);
	assert_status(get(guest, page_of(b, b, "/likes?after=-1-2")), 404);
	assert_status(get(guest, "/users/1/likes"), 404);
	assert_status(get(guest, "/users/1/comments"), 404);
}

static void checking_in_twice_counts_once(void **state)
{
	struct browser *b = visit_member(site, ROLE_USER);
	struct reply r = get(b, "/check-in");
	struct at_once got[10];
	int i;

	(void)state;
	assert_page(b, r, 200);
	assert_shows(b, r, "Today brings 5 points.");
	assert_shows(b, r, "Days in a row 0");
	visit_at_once(b, &(struct ask){ .path = "/check-in", .body = browser_token(b) },
		      ARRAY_LEN(got), got);
	for (i = 0; i < (int)ARRAY_LEN(got); i++)
		assert_int_equal(got[i].status, 303);
	r = get(b, "/check-in");
	assert_page(b, r, 200);
	assert_shows(b, r, "You have checked in today: 5 points.");
	assert_shows(b, r, "Days in a row 1");
	assert_shows(b, r, "Days this month 1");
	assert_int_equal(page_count(r.body, "checked in</span>"), 1);
	assert_redirect(b, post_form(b, "/check-in", ""), "/check-in");
	assert_has(get(b, "/check-in"), "You had already checked in today.");
	assert_int_equal(wait_for(&sql_days, b, 1), 1);
}

static void the_calendar_shows_months_that_were(void **state)
{
	static const char *const wrong[] = { "0",      "202613",  "202600",  "x",
					     "999912", "-202601", "2026011", "199912" };
	struct browser *b = visit_member(site, ROLE_USER);
	struct reply r = get(b, "/check-in?month=202402");
	char path[64];
	size_t i;

	(void)state;
	assert_page(b, r, 200);
	assert_shows(b, r, "February 2024");
	assert_has(r, ">29<");
	assert_has_not(r, ">30<");
	assert_has(r, "/check-in?month=202401");
	assert_has(r, "/check-in?month=202403");
	for (i = 0; i < ARRAY_LEN(wrong); i++) {
		snprintf(path, sizeof(path), "/check-in?month=%s", wrong[i]);
		assert_status(get(b, path), 404);
	}
	assert_status(get(visit_guest(site), "/check-in"), 303);
}

static void a_level_shows_in_every_session(void **state)
{
	struct browser *b = visit_member(site, ROLE_USER);
	int64_t post = visit_publish(b, "Loved", "text");
	struct reply r;

	(void)state;
	visit_change(site, &sql_votes, DB_ARGS(post));
	assert_int_equal(post_form(b, "/check-in", "").status, 303);
	assert_int_equal(wait_for(&sql_level, b, 2), 2);
	r = get(b, "/levels");
	assert_page(b, r, 200);
	assert_shows(b, r, "You are on level 2.");
	assert_shows(b, r, "Days checked in 1 5");
	assert_shows(b, r, "Posts 1 10");
	assert_shows(b, r, "Votes for your posts 20 40");
	r = get(visit_guest(site), "/levels");
	assert_page(b, r, 200);
	assert_has_not(r, "You are on level");
}

static void who_was_here_is_noted_by_the_day(void **state)
{
	struct browser *b = visit_member(site, ROLE_USER);

	(void)state;
	visit_change(site, &sql_set_seen, DB_ARGS(20250101, visit_id(b)));
	get(b, "/levels");
	assert_int_equal(visit_number(site, &sql_seen, DB_ARGS(visit_id(b))), 20250101);
	/* As if the session had been used last two days ago. */
	assert_int_equal(session_tell(site_ctx(site), visit_id(b), STR("seen"),
				      num_text(b->arena, clock_now() - 2 * CLOCK_DAY)),
			 OK);
	get(b, "/levels");
	assert_int_equal(wait_for(&sql_seen, b, clock_day(clock_now())), clock_day(clock_now()));
}

static int start_workers(void **state)
{
	(void)state;
	site_start_worker(site, "relay");
	site_start_worker(site, "persist");
	return 0;
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test_setup(the_head_says_who_it_is_and_nothing_private, start_workers),
	cmocka_unit_test(comments_are_paged_and_those_that_are_gone_are_not_there),
	cmocka_unit_test(likes_are_paged_and_those_taken_back_are_not_there),
	cmocka_unit_test(checking_in_twice_counts_once),
	cmocka_unit_test(the_calendar_shows_months_that_were),
	cmocka_unit_test(a_level_shows_in_every_session),
	cmocka_unit_test(who_was_here_is_noted_by_the_day),
};

WEB_TEST_MAIN("social", "post", "site")
