/* Faces: pictures that are uploaded, made anew, replaced, removed; and what is none. */
#include "web/web.h"

#include <signal.h>

#include "base/clock.h"
#include "domain/picture.h"
#include "store/blob.h"
#include "support/child.h"
#include "web/upload.h"

#define WAIT_MS WAIT_MOST_MS

static const struct db_sql sql_avatar = SQL("SELECT avatar FROM user WHERE user_id = ?");
static const struct db_sql sql_pictures =
	SQL("SELECT COUNT(*) FROM picture WHERE kind = 1 AND target_id = ?");
static const struct db_sql sql_age_pictures =
	SQL("UPDATE picture SET changed_at = changed_at - 600000 WHERE target_id = ?");

/* What the worker has in hand while it shows a picture; the rest is there so that InnoDB, which
 * ends the transaction with the fewest changes, does not end this one. */
static const struct db_sql sql_hold =
	SQL("INSERT INTO picture (picture_id, kind, target_id, uploader_id, state, name,"
	    " changed_at) VALUES (?, 1, ?, 1, 0, 'held', 1)");
static const struct db_sql sql_weight =
	SQL("INSERT INTO form_used (user_id, form_id, made, created_at)"
	    " SELECT -?, seq, 1, 1 FROM seq_1_to_50");
static const struct db_sql sql_waiting =
	SQL("SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE ID <> CONNECTION_ID() AND"
	    " INFO LIKE 'UPDATE picture%'");
static const struct db_sql sql_their_form =
	SQL("SELECT made FROM form_used WHERE user_id = ? FOR UPDATE");

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

/* Each of two has what the other one wants: who is sent away by MariaDB tries again by itself. */
static void an_upload_that_meets_the_worker_is_taken(void **state)
{
	struct browser *b = visit_member(site, ROLE_USER);
	struct ctx *c = site_ctx(site);
	struct db_rows *rows;
	pid_t uploader;

	(void)state;
	assert_int_equal(db_begin(c->db), OK);
	assert_int_equal(db_exec(c->db, NULL, &sql_hold, DB_ARGS(visit_id(b), visit_id(b))), OK);
	assert_int_equal(db_exec(c->db, NULL, &sql_weight, DB_ARGS(visit_id(b))), OK);
	uploader = fork();
	if (uploader == 0)
		_exit(upload_face(b, picture_made(b->arena, 20, 20, AS_PNG)).status == 303 ? 0 : 1);
	WAIT_UNTIL(visit_number(site, &sql_waiting, DB_NO_ARGS) > 0);
	assert_int_equal(db_query(c->db, c->arena, &rows, &sql_their_form, DB_ARGS(visit_id(b))),
			 OK);
	assert_int_equal(db_end(c->db, ERR_CONFLICT), ERR_CONFLICT);
	assert_int_equal(child_wait(uploader), 0);
	settled(b);
	assert_int_equal(avatar_of(b).n, 32);
}

/* The page says that it waits for as long as that takes. */
static void what_waits_is_made_by_the_next_worker(void **state)
{
	struct browser *b = visit_member(site, ROLE_USER);
	struct reply r;

	(void)state;
	assert_int_equal(kill(site_pid(site, "picture"), SIGKILL), 0);
	upload_face(b, picture_made(b->arena, 40, 40, AS_JPEG));
	r = get(b, "/settings/profile");
	assert_page(b, r, 200);
	assert_has(r, "Your new picture is being made.");
	assert_has(r, "Remove my picture");
	site_restart(site, "picture");
	settled(b);
	assert_int_equal(avatar_of(b).n, 32);
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
	cmocka_unit_test(an_upload_that_meets_the_worker_is_taken),
	cmocka_unit_test(what_waits_is_made_by_the_next_worker),
};

WEB_TEST_MAIN("account", "social", "site")
