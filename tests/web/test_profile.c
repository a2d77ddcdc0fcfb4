/* What members say of themselves: pictures, names, words, preferences; and what others may not do.
 */
#include "web/web.h"

#include "base/buf.h"
#include "base/clock.h"
#include "domain/picture.h"
#include "domain/user_profile.h"
#include "store/blob.h"
#include "unit/domain/pictures.h"

#define BOUNDARY "plaza7f3a9c"
#define WAIT_MS 20000

static const struct db_sql sql_avatar = SQL("SELECT avatar FROM user WHERE user_id = ?");
static const struct db_sql sql_pictures =
	SQL("SELECT COUNT(*) FROM picture WHERE kind = 1 AND target_id = ?");
static const struct db_sql sql_row = SQL(
	"SELECT CONCAT_WS('|', username, bio, zone, language, messages_from, role, points, level,"
	" state, email) FROM user WHERE user_id = ?");
static const struct db_sql sql_age_pictures =
	SQL("UPDATE picture SET changed_at = changed_at - 600000 WHERE target_id = ?");
static const struct db_sql sql_renamed_before =
	SQL("UPDATE user SET renamed_at = ? WHERE user_id = ?");

/* A form with a file, as a browser sends it. */
static struct reply upload(struct browser *b, const char *path, const char *file_name,
			   struct str bytes)
{
	struct str token = browser_token(b);
	struct buf body;

	buf_init(&body, b->arena, bytes.n + 1000);
	BUF_LIT(&body, "--" BOUNDARY "\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n");
	buf_add(&body, str_slice(token, 5, token.n));
	buf_addf(&body,
		 "\r\n--" BOUNDARY "\r\nContent-Disposition: form-data; name=\"picture\";"
		 " filename=\"%s\"\r\nContent-Type: image/png\r\n\r\n",
		 file_name);
	buf_add(&body, bytes);
	BUF_LIT(&body, "\r\n--" BOUNDARY "--\r\n");
	return browser_ask(b, &(struct ask){ .path = path,
					     .body = buf_str(&body),
					     .content_type =
						     "multipart/form-data; boundary=" BOUNDARY });
}

static struct reply upload_face(struct browser *b, struct str bytes)
{
	return upload(b, "/settings/avatar", "me.png", bytes);
}

/* The settings page, once the worker is done with what was uploaded. */
static struct reply settled(struct browser *b)
{
	int64_t ends = clock_ticks() + WAIT_MS;
	struct reply r = get(b, "/settings/profile");

	while (reply_has(&r, "being made") && clock_ticks() < ends) {
		usleep(50000);
		r = get(b, "/settings/profile");
	}
	assert_has_not(r, "being made");
	return r;
}

static struct str avatar_of(struct browser *b)
{
	return visit_text(site, b->arena, &sql_avatar, DB_ARGS(visit_id(b)));
}

static struct str row_of(struct browser *b)
{
	return visit_text(site, b->arena, &sql_row, DB_ARGS(visit_id(b)));
}

static struct str file_of(struct browser *b, struct str name, int size, err wanted)
{
	struct str key = str_format(b->arena, "avatar/%.2s/" STR_FMT "-%d.webp", name.p,
				    STR_ARG(name), size);
	struct str bytes = { 0 };

	assert_int_equal(blob_get(site_config(site), b->arena, BLOB_PUBLIC, key, 1000000, &bytes),
			 wanted);
	return bytes;
}

static void a_picture_is_made_anew_and_shown_in_every_session(void **state)
{
	struct browser *b = visit_member(site, ROLE_USER), *other = visit_again(site, visit_id(b));
	struct str jpeg = picture_turned(b->arena, picture_made(b->arena, 400, 300, AS_JPEG), 6, 1);
	struct str name;
	struct reply r = get(b, "/settings/profile");

	(void)state;
	assert_page(b, r, 200);
	assert_has(r, "class=\"face\" src=\"/avatars/");
	r = upload_face(b, jpeg);
	assert_redirect(b, r, "/settings/profile");
	r = settled(b);
	assert_page(b, r, 200);
	assert_has(r, "This is how others see you.");
	name = avatar_of(b);
	assert_int_equal(name.n, 32);
	assert_has(r, visit_path(b, "/media/avatar/%.2s/%s-96.webp", name.p, name.p));
	assert_has(get(other, "/about"), visit_path(b, "-96.webp"));
	assert_has(get(visit_guest(site), visit_path(b, "/users/%lld", (long long)visit_id(b))),
		   visit_path(b, "/media/avatar/%.2s/%s-192.webp", name.p, name.p));
	assert_true(str_starts(file_of(b, name, 96, OK), STR("RIFF")));
	assert_true(str_starts(file_of(b, name, 192, OK), STR("RIFF")));
}

static void a_new_picture_replaces_the_old_one(void **state)
{
	struct browser *b = visit_member(site, ROLE_USER);
	struct str first, second;
	int64_t swept;

	(void)state;
	upload_face(b, picture_made(b->arena, 64, 64, AS_PNG));
	settled(b);
	first = avatar_of(b);
	upload_face(b, picture_made(b->arena, 64, 64, AS_WEBP));
	settled(b);
	second = avatar_of(b);
	assert_false(str_is(first, second));
	/* Pages that were just read still name it. */
	file_of(b, first, 96, OK);
	visit_change(site, &sql_age_pictures, DB_ARGS(visit_id(b)));
	assert_int_equal(picture_sweep(site_ctx(site), 1000, &swept), OK);
	assert_true(swept >= 1);
	file_of(b, first, 96, ERR_NOT_FOUND);
	file_of(b, first, 192, ERR_NOT_FOUND);
	file_of(b, second, 96, OK);
	assert_int_equal(visit_number(site, &sql_pictures, DB_ARGS(visit_id(b))), 1);
}

static void a_picture_that_is_removed_is_gone_at_once(void **state)
{
	struct browser *b = visit_member(site, ROLE_USER);
	struct str name;
	struct reply r;

	(void)state;
	assert_redirect(b, post_form(b, "/settings/avatar/remove", ""), "/settings/profile");
	upload_face(b, picture_made(b->arena, 64, 64, AS_GIF));
	settled(b);
	name = avatar_of(b);
	assert_redirect(b, post_form(b, "/settings/avatar/remove", ""), "/settings/profile");
	r = get(b, "/settings/profile");
	assert_page(b, r, 200);
	assert_has(r, "/avatars/");
	assert_has_not(r, "/media/");
	file_of(b, name, 96, ERR_NOT_FOUND);
	assert_int_equal(avatar_of(b).n, 0);
	assert_int_equal(visit_number(site, &sql_pictures, DB_ARGS(visit_id(b))), 0);
}

static void what_is_no_picture_is_refused_at_once(void **state)
{
	struct browser *b = visit_member(site, ROLE_USER);
	static const struct {
		struct str bytes;
		const char *why;
	} wrong[] = {
		{ STR_INIT(""), "Choose a picture first." },
		{ STR_INIT("<svg xmlns=\"http://www.w3.org/2000/svg\"><script>1</script></svg>"),
		  "Only JPEG, PNG, WebP and GIF" },
		{ STR_INIT("<!doctype html><script>alert(1)</script>"),
		  "Only JPEG, PNG, WebP and GIF" },
		{ STR_INIT("<?php system('id');"), "Only JPEG, PNG, WebP and GIF" },
		{ STR_INIT("\x89PNG\r\n\x1A\n"), "cannot be read" },
	};
	char *large = arena_alloc(b->arena, PICTURE_BYTES_MAX + 1);
	struct reply r;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(wrong); i++) {
		r = upload_face(b, wrong[i].bytes);
		assert_page(b, r, 422);
		assert_has(r, wrong[i].why);
		assert_has(r, "id=\"picture-error\"");
	}
	memcpy(large, "\xFF\xD8\xFF", 3);
	r = upload_face(b, (struct str){ large, PICTURE_BYTES_MAX + 1 });
	assert_page(b, r, 422);
	assert_has(r, "at most 5 MB");
	/* No file field, and a text in its place. */
	assert_page(b, post_form(b, "/settings/avatar", ""), 422);
	assert_page(b, post_form(b, "/settings/avatar", "picture=GIF89a"), 422);
	r = upload_face(b, (struct str){ arena_alloc(b->arena, 9 << 20), 9 << 20 });
	assert_status(r, 413);
	assert_int_equal(visit_number(site, &sql_pictures, DB_ARGS(visit_id(b))), 0);
}

/* A right header, and nonsense behind it: only the worker finds out. */
static void a_broken_picture_ends_in_a_clear_state(void **state)
{
	struct browser *b = visit_member(site, ROLE_USER);
	struct str png = picture_made(b->arena, 300, 300, AS_PNG);
	char *bytes = str_c(b->arena, png);
	struct reply r;

	(void)state;
	memset(bytes + 60, 0, 60);
	assert_redirect(b, upload_face(b, (struct str){ bytes, png.n }), "/settings/profile");
	r = settled(b);
	assert_page(b, r, 200);
	assert_has(r, "could not be read");
	assert_int_equal(avatar_of(b).n, 0);
	/* The next one is taken all the same. */
	upload_face(b, picture_made(b->arena, 32, 32, AS_PNG));
	r = settled(b);
	assert_has_not(r, "could not be read");
	assert_int_equal(avatar_of(b).n, 32);
}

static void a_file_name_leads_nowhere(void **state)
{
	static const char *const names[] = { "../../../../etc/passwd", "a.php",   "x.svg",
					     "..\\..\\boot.ini",       "%00.png", ".htaccess" };
	struct browser *b = visit_member(site, ROLE_USER);
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(names); i++)
		assert_redirect(b,
				upload(b, "/settings/avatar", names[i],
				       picture_made(b->arena, 20, 20, AS_PNG)),
				"/settings/profile");
	settled(b);
	assert_int_equal(avatar_of(b).n, 32);
}

static void the_same_form_sent_again_is_one_upload(void **state)
{
	struct browser *b = visit_member(site, ROLE_USER);
	struct str token = browser_token(b);
	struct str png = picture_made(b->arena, 20, 20, AS_PNG);
	struct buf body;
	struct at_once got[8];
	int i;

	(void)state;
	buf_init(&body, b->arena, 4096);
	BUF_LIT(&body, "--" BOUNDARY "\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n");
	buf_add(&body, str_slice(token, 5, token.n));
	BUF_LIT(&body, "\r\n--" BOUNDARY "\r\nContent-Disposition: form-data; name=\"picture\";"
		       " filename=\"a\"\r\n\r\n");
	/* The helper for many at once replaces "{n}", which a PNG does not have. */
	buf_add(&body, png);
	BUF_LIT(&body, "\r\n--" BOUNDARY "--\r\n");
	visit_at_once(b,
		      &(struct ask){ .path = "/settings/avatar",
				     .body = buf_str(&body),
				     .content_type = "multipart/form-data; boundary=" BOUNDARY },
		      ARRAY_LEN(got), got);
	for (i = 0; i < (int)ARRAY_LEN(got); i++)
		assert_int_equal(got[i].status, 303);
	assert_int_equal(visit_number(site, &sql_pictures, DB_ARGS(visit_id(b))), 1);
	settled(b);
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

static int start_worker(void **state)
{
	(void)state;
	site_start_worker(site, "picture");
	return 0;
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test_setup(a_picture_is_made_anew_and_shown_in_every_session, start_worker),
	cmocka_unit_test(a_new_picture_replaces_the_old_one),
	cmocka_unit_test(a_picture_that_is_removed_is_gone_at_once),
	cmocka_unit_test(what_is_no_picture_is_refused_at_once),
	cmocka_unit_test(a_broken_picture_ends_in_a_clear_state),
	cmocka_unit_test(a_file_name_leads_nowhere),
	cmocka_unit_test(the_same_form_sent_again_is_one_upload),
	cmocka_unit_test(name_and_words_are_changed_everywhere_at_once),
	cmocka_unit_test(wrong_names_and_words_come_back_with_what_was_typed),
	cmocka_unit_test(a_zone_shows_in_the_times_of_all_pages),
	cmocka_unit_test(wrong_preferences_change_nothing),
	cmocka_unit_test(a_language_is_remembered),
	cmocka_unit_test(fields_of_others_are_not_taken),
	cmocka_unit_test(strangers_change_nothing),
};

WEB_TEST_MAIN("account", "social", "site")
