/* What members say of themselves: names, words, preferences; and what others may not do. */
#include "web/web.h"

#include "base/clock.h"
#include "domain/user_profile.h"
#include "web/upload.h"

static const struct db_sql sql_row = SQL(
	"SELECT CONCAT_WS('|', username, bio, zone, language, messages_from, role, points, level,"
	" state, email) FROM user WHERE user_id = ?");
static const struct db_sql sql_renamed_before =
	SQL("UPDATE user SET renamed_at = ? WHERE user_id = ?");

static struct str row_of(struct browser *b)
{
	return visit_text(site, b->arena, &sql_row, DB_ARGS(visit_id(b)));
}

static void name_and_words_are_changed_everywhere_at_once(void **state)
{
	struct browser *b = visit_member(site, ROLE_USER), *other = visit_again(site, visit_id(b));
	const char *name = visit_path(b, "Neu_%lld", (long long)(clock_now() % 10000000));
	struct reply r = post_form(
		b, "/settings/profile",
		visit_fields(b, "username", name, "bio", "One line.\nAnother <b>one</b>.", NULL).p);

	(void)state;
	assert_redirect(b, r, "/settings/profile");
	r = get(b, "/settings/profile");
	assert_page(b, r, 200);
	assert_has(r, "Your profile is saved.");
	assert_has(get(other, "/about"), name);
	r = get(visit_guest(site), visit_path(b, "/users/%lld", (long long)visit_id(b)));
	assert_page(b, r, 200);
	assert_has(r, "Another &lt;b&gt;one&lt;/b&gt;.");
	/* Not twice in a month; words at any time. */
	r = post_form(b, "/settings/profile",
		      visit_fields(b, "username", "Another_name", "bio", "kept", NULL).p);
	assert_page(b, r, 422);
	assert_has(r, "can be changed again in 30 days");
	assert_same(page_value(b->arena, r.body, "bio"), STR("kept"));
	assert_same(page_value(b->arena, r.body, "username"), STR("Another_name"));
	r = post_form(b, "/settings/profile", visit_fields(b, "username", name, "bio", "", NULL).p);
	assert_redirect(b, r, "/settings/profile");
	visit_change(site, &sql_renamed_before, DB_ARGS(clock_now() - 31 * CLOCK_DAY, visit_id(b)));
	r = post_form(b, "/settings/profile",
		      visit_fields(b, "username", visit_path(b, "%s_2", name), "bio", "", NULL).p);
	assert_redirect(b, r, "/settings/profile");
}

static void wrong_names_and_words_come_back_with_what_was_typed(void **state)
{
	struct browser *b = visit_member(site, ROLE_USER);
	struct str taken = visit_name(site, visit_member(site, ROLE_USER));
	struct str before = row_of(b), long_bio;
	const struct {
		const char *name, *why;
	} wrong[] = {
		{ "x", "at least 2 characters" },     { "", "" },          { "admin", "reserved" },
		{ taken.p, "This name is taken." },   { "a b", "digits" }, { "____", "" },
		{ "abcdefghijklmnopqrstuvwxyz", "" },
	};
	struct buf bio;
	struct reply r;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(wrong); i++) {
		r = post_form(b, "/settings/profile",
			      visit_fields(b, "username", wrong[i].name, "bio", "stays", NULL).p);
		assert_page(b, r, 422);
		assert_has(r, wrong[i].why);
		assert_has(r, "id=\"username-error\"");
		assert_same(page_value(b->arena, r.body, "bio"), STR("stays"));
	}
	buf_init(&bio, b->arena, 2048);
	for (i = 0; i < USER_BIO_MAX + 1; i++)
		BUF_LIT(&bio, "字");
	long_bio = buf_str(&bio);
	r = post_form(
		b, "/settings/profile",
		visit_fields(b, "username", visit_name(site, b).p, "bio", long_bio.p, NULL).p);
	assert_page(b, r, 422);
	assert_has(r, "id=\"bio-error\"");
	assert_same(row_of(b), before);
	r = post_form(b, "/settings/profile",
		      visit_fields(b, "username", visit_name(site, b).p, "bio",
				   str_c(b->arena, str_slice(long_bio, 3, long_bio.n)), NULL)
			      .p);
	assert_redirect(b, r, "/settings/profile");
}

static void a_zone_shows_in_the_times_of_all_pages(void **state)
{
	struct browser *b = visit_member(site, ROLE_USER), *other = visit_again(site, visit_id(b));
	static const struct db_sql sql_joined =
		SQL("UPDATE user SET created_at = 1767225600000 WHERE user_id = ?");
	const char *page = visit_path(b, "/users/%lld", (long long)visit_id(b));
	struct reply r;

	(void)state;
	visit_change(site, &sql_joined, DB_ARGS(visit_id(b)));
	assert_has(get(b, page), ">2026-01-01 08:00<");
	r = post_form(b, "/settings/preferences", "zone=America%2FNew_York&language=&messages=1");
	assert_redirect(b, r, "/settings/profile");
	assert_has(get(b, page), ">2025-12-31 19:00<");
	assert_has(get(other, page), ">2025-12-31 19:00<");
	assert_has(get(visit_guest(site), page), ">2026-01-01 08:00<");
	r = get(b, "/settings/profile");
	assert_page(b, r, 200);
	assert_has(r, "<option value=\"America/New_York\" selected>");
	assert_has(r, "<option value=\"1\" selected>");
	/* Logged in anew it still is. */
	assert_has(get(visit_again(site, visit_id(b)), page), ">2025-12-31 19:00<");
}

static void wrong_preferences_change_nothing(void **state)
{
	static const char *const wrong[] = {
		"zone=Mars%2FOlympus&language=zh&messages=0",
		"zone=..%2F..%2Fetc%2Fpasswd&language=zh&messages=0",
		"zone=&language=fr&messages=0",
		"zone=&language=zh&messages=3",
		"zone=&language=zh&messages=-1",
		"zone=&language=zh",
	};
	struct browser *b = visit_member(site, ROLE_USER);
	struct str before = row_of(b);
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(wrong); i++)
		assert_page(b, post_form(b, "/settings/preferences", wrong[i]), 422);
	assert_same(row_of(b), before);
}

static void a_language_is_remembered(void **state)
{
	struct browser *b = visit_member(site, ROLE_USER);
	struct reply r = post_form(b, "/settings/preferences", "zone=&language=zh&messages=0");

	(void)state;
	assert_redirect(b, r, "/settings/profile");
	assert_same(browser_cookie(b, "plaza_language"), STR("zh"));
	assert_has(get(b, "/settings/profile"), "lang=\"zh-CN\"");
}

/* Fields that are no business of these forms. */
#define MORE \
	"&role=2&user_id=1&id=1&is_admin=1&points=9999&level=9&state=2&email=x%40example.org&" \
	"avatar=x"

static void fields_of_others_are_not_taken(void **state)
{
	struct browser *b = visit_member(site, ROLE_USER), *victim = visit_member(site, ROLE_USER);
	struct str mine = row_of(b), theirs = row_of(victim);
	const char *id = visit_path(b, "&user_id=%lld&target=%lld", (long long)visit_id(victim),
				    (long long)visit_id(victim));

	(void)state;
	post_form(b, "/settings/profile",
		  visit_path(b, "username=%s&bio=%s%s", visit_name(site, b).p, MORE, id));
	post_form(b, "/settings/preferences",
		  visit_path(b, "zone=&language=&messages=0%s%s", MORE, id));
	post_form(b, "/settings/avatar/remove", visit_path(b, "x=1%s%s", MORE, id));
	post_form(b, "/check-in", visit_path(b, "day=20200101%s%s", MORE, id));
	assert_same(row_of(b), mine);
	assert_same(row_of(victim), theirs);
}

static void strangers_change_nothing(void **state)
{
	static const char *const paths[] = { "/settings/profile", "/settings/preferences",
					     "/settings/avatar/remove" };
	struct browser *guest = visit_guest(site), *b = visit_member(site, ROLE_USER);
	struct str before = row_of(b);
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(paths); i++) {
		struct ask ask = { .path = paths[i], .body = STR("username=stolen&bio=x") };

		assert_status(browser_ask(b, &ask), 403);
		assert_status(post_form(guest, paths[i], "username=stolen&bio=x"), 303);
	}
	assert_status(upload_face(guest, picture_made(guest->arena, 20, 20, AS_PNG)), 303);
	assert_same(row_of(b), before);
}

/* Taken back, the choice counts no longer; who made none keeps what the foot of the page gave. */
static void the_language_of_the_browser_is_chosen_again(void **state)
{
	struct browser *b = visit_member(site, ROLE_USER);
	struct reply r = post_form(b, "/settings/preferences", "zone=&language=zh&messages=0");

	(void)state;
	assert_redirect(b, r, "/settings/profile");
	assert_has(get(b, "/settings/profile"), "<html lang=\"zh-CN\"");
	r = post_form(b, "/settings/preferences", "zone=&language=&messages=0");
	assert_redirect(b, r, "/settings/profile");
	r = get(b, "/settings/profile");
	assert_has(r, "<html lang=\"en\"");
	assert_shows(b, r, "Your preferences are saved.");
	browser_set_cookie(b, "plaza_language", STR("zh"));
	r = post_form(b, "/settings/preferences", "zone=Asia%2FTokyo&language=&messages=0");
	assert_redirect(b, r, "/settings/profile");
	assert_has(get(b, "/settings/profile"), "<html lang=\"zh-CN\"");
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(name_and_words_are_changed_everywhere_at_once),
	cmocka_unit_test(wrong_names_and_words_come_back_with_what_was_typed),
	cmocka_unit_test(a_zone_shows_in_the_times_of_all_pages),
	cmocka_unit_test(wrong_preferences_change_nothing),
	cmocka_unit_test(a_language_is_remembered),
	cmocka_unit_test(the_language_of_the_browser_is_chosen_again),
	cmocka_unit_test(fields_of_others_are_not_taken),
	cmocka_unit_test(strangers_change_nothing),
};

WEB_TEST_MAIN("account", "social", "site")
