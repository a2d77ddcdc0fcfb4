/* A copy of what one wrote: asked for, made by the worker, fetched by its owner alone, removed. */
#include "web/web.h"

#include <archive.h>
#include <archive_entry.h>
#include <json-c/json.h>
#include <signal.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/num.h"
#include "domain/export.h"
#include "support/child.h"
#include "support/running.h"

#define WAIT_MS WAIT_MOST_MS

static const struct db_sql sql_state = SQL("SELECT state FROM export WHERE user_id = ?");
static const struct db_sql sql_file = SQL("SELECT file FROM export WHERE user_id = ?");
static const struct db_sql sql_mails =
	SQL("SELECT COUNT(*) FROM outbox WHERE topic = 'mail.requested' AND payload LIKE"
	    " CONCAT('%export_ready%', ?, '%')");
static const struct db_sql sql_asked =
	SQL("SELECT COUNT(*) FROM outbox WHERE topic = 'export.requested' AND payload LIKE"
	    " CONCAT('%', ?, '%')");
static const struct db_sql sql_over =
	SQL("UPDATE export SET expires_at = 1 WHERE user_id = ? AND state = 1");
static const struct db_sql sql_many =
	SQL("INSERT INTO comment (comment_id, target_type, target_id, root_id, reply_no, parent_id,"
	    " to_user_id, author_id, body_md, body_html, created_at)"
	    " SELECT ? + seq, 1, ?, ? + seq, 0, 0, 0, ?, CONCAT('comment ', seq), '', 1"
	    " FROM seq_1_to_777");
static const struct db_sql sql_address =
	SQL("INSERT INTO address (address_id, user_id, name, phone, region, street, created_at)"
	    " VALUES (?, ?, 'Q', '139', 'R', 'Quince Lane 7', 1)");

static struct str id_text(struct browser *b)
{
	return num_text(b->arena, visit_id(b));
}

static void wait_for_state(struct browser *b, enum export_state state)
{
	int64_t until = clock_ticks() + WAIT_MS;

	while (visit_number(site, &sql_state, DB_ARGS(visit_id(b))) != (int64_t)state) {
		if (clock_ticks() > until)
			fail_msg("the copy never was in state %d", (int)state);
		usleep(30000);
	}
}

static const char *file_of(struct browser *b)
{
	struct ctx *c = site_ctx(site);

	return export_path(c, visit_text(site, b->arena, &sql_file, DB_ARGS(visit_id(b))));
}

/* A file of the archive, whole; its p is NULL when it is not there. */
static struct str member(struct browser *b, const char *path, const char *name)
{
	struct archive *zip = archive_read_new();
	struct archive_entry *entry;
	struct str found = { 0 };

	archive_read_support_format_zip(zip);
	assert_int_equal(archive_read_open_filename(zip, path, 65536), ARCHIVE_OK);
	while (!found.p && archive_read_next_header(zip, &entry) == ARCHIVE_OK) {
		char *bytes;
		la_ssize_t n;

		if (strcmp(archive_entry_pathname(entry), name) != 0)
			continue;
		bytes = arena_alloc(b->arena, 4 << 20);
		n = archive_read_data(zip, bytes, 4 << 20);
		assert_true(n >= 0);
		found = (struct str){ bytes, (size_t)n };
	}
	archive_read_free(zip);
	return found;
}

/* A list of JSON objects; how many. */
static struct json_object *list_of(struct browser *b, const char *path, const char *name)
{
	struct str text = member(b, path, name);
	struct json_object *list;

	if (!text.p)
		fail_msg("there is no %s", name);
	list = json_tokener_parse(str_c(b->arena, text));
	if (!list || !json_object_is_type(list, json_type_array))
		fail_msg("%s is no list of JSON", name);
	return list;
}

static const char *value(struct json_object *list, size_t i, const char *field)
{
	return json_object_get_string(
		json_object_object_get(json_object_array_get_idx(list, i), field));
}

static struct browser *writer(int64_t *post)
{
	struct browser *b = visit_member(site, ROLE_USER);

	*post = visit_publish(b, "Quinces \"and\" <pears>",
			      "A **text** with\n\nlines & \"quotes\".");
	assert_status(post_form(b, visit_path(b, "/posts/%lld/edit", (long long)*post),
				"title=Quinces&body=Another+text&version=1"),
		      303);
	visit_comment(b, *post, 0, "my own comment");
	visit_change(site, &sql_many, DB_ARGS(*post, *post, *post, visit_id(b)));
	visit_change(site, &sql_address, DB_ARGS(*post, visit_id(b)));
	return b;
}

static void a_copy_holds_all(void **state)
{
	int64_t post;
	struct browser *b = writer(&post);
	struct json_object *list;
	const char *path;
	struct reply r;

	(void)state;
	r = get(b, "/settings/export");
	assert_page(b, r, 200);
	assert_has_not(r, "/settings/export/file");
	assert_redirect(b, post_form(b, "/settings/export", ""), "/settings/export");
	wait_for_state(b, EXPORT_READY);
	path = file_of(b);
	list = list_of(b, path, "profile.json");
	assert_string_equal(value(list, 0, "name"), visit_name(site, b).p);
	json_object_put(list);
	list = list_of(b, path, "posts.json");
	assert_int_equal(json_object_array_length(list), 1);
	assert_string_equal(value(list, 0, "id"), visit_path(b, "%lld", (long long)post));
	assert_string_equal(value(list, 0, "text"), "Another text");
	json_object_put(list);
	list = list_of(b, path, "revisions.json");
	assert_string_equal(value(list, 0, "title"), "Quinces \"and\" <pears>");
	assert_string_equal(value(list, 0, "text"), "A **text** with\n\nlines & \"quotes\".");
	json_object_put(list);
	list = list_of(b, path, "comments.json");
	assert_int_equal(json_object_array_length(list), 778);
	json_object_put(list);
	list = list_of(b, path, "addresses.json");
	assert_string_equal(value(list, 0, "street"), "Quince Lane 7");
	json_object_put(list);
	list = list_of(b, path, "devices.json");
	assert_int_equal(json_object_array_length(list), 1);
	json_object_put(list);
	assert_true(str_starts(member(b, path, visit_path(b, "posts/%lld-0.md", (long long)post)),
			       STR("# Quinces\n")));
	assert_true(str_find(member(b, path, "comments.md"), STR("my own comment")) > 0);
	assert_true(member(b, path, "README.md").n > 0);
	/* Nothing of what proves who one is, nothing of others. */
	assert_true(str_find(member(b, path, "profile.json"), STR("argon2")) < 0);
	assert_int_equal(visit_number(site, &sql_mails, DB_ARGS(id_text(b))), 1);
}

static void only_its_owner_gets_it(void **state)
{
	int64_t post;
	struct browser *b = writer(&post), *other = visit_member(site, ROLE_ADMIN);
	struct str path;
	struct stat file;
	struct reply r;

	(void)state;
	/* Not even a borrowed session does. */
	r = get(b, "/settings/export/file");
	assert_status(r, 303);
	assert_true(str_starts(reply_header(b, &r, "Location"), STR("/settings/confirm")));
	assert_status(post_form(b, "/settings/confirm",
				visit_fields(b, "password", SITE_PASSWORD, NULL).p),
		      303);
	assert_status(post_form(other, "/settings/confirm",
				visit_fields(other, "password", SITE_PASSWORD, NULL).p),
		      303);
	assert_status(get(b, "/settings/export/file"), 404);
	post_form(b, "/settings/export", "");
	wait_for_state(b, EXPORT_READY);
	r = get(b, "/settings/export");
	assert_page(b, r, 200);
	assert_has(r, "href=\"/settings/export/file\"");
	r = get(b, "/settings/export/file");
	assert_status(r, 200);
	assert_text(reply_header(b, &r, "Content-Type"), "application/zip");
	assert_text(reply_header(b, &r, "Cache-Control"), "private, no-store");
	assert_true(str_starts(reply_header(b, &r, "Content-Disposition"),
			       STR("attachment; filename=\"plaza-")));
	path = reply_header(b, &r, "X-Accel-Redirect");
	assert_true(str_starts(path, STR("/internal/exports/")));
	assert_int_equal(stat(file_of(b), &file), 0);
	assert_int_equal(file.st_mode & 07, 0);
	assert_status(get(other, "/settings/export/file"), 404);
	assert_status(get(visit_guest(site), "/settings/export/file"), 303);
	/* Its time is over. */
	visit_change(site, &sql_over, DB_ARGS(visit_id(b)));
	assert_status(get(b, "/settings/export/file"), 404);
	assert_int_equal(site_run(site, "caretaker", 1), 0);
	assert_int_not_equal(stat(visit_path(b, STR_FMT "/exports/" STR_FMT,
					     STR_ARG(site_config(site)->media.dir),
					     STR_ARG(str_slice(path, 18, path.n))),
				  &file),
			     0);
	r = get(b, "/settings/export");
	assert_page(b, r, 200);
	assert_has_not(r, "/settings/export/file");
}

static void one_is_made_at_a_time(void **state)
{
	struct browser *b = visit_member(site, ROLE_USER);
	struct at_once answers[3];
	struct ask form = { .path = "/settings/export", .body = browser_token(b) };
	struct reply r;
	int i;

	(void)state;
	/* While one is on its way: when it has been made, another may be asked for. */
	child_stop(site_pid(site, "exports"));
	visit_at_once(b, &form, 3, answers);
	for (i = 0; i < 3; i++)
		assert_int_equal(answers[i].status, 303);
	kill(site_pid(site, "exports"), SIGCONT);
	wait_for_state(b, EXPORT_READY);
	assert_true(visit_number(site, &sql_asked, DB_ARGS(id_text(b))) <= 3);
	assert_int_equal(visit_number(site, &sql_mails, DB_ARGS(id_text(b))), 1);
	r = post_form(b, "/settings/export", "");
	assert_page(b, r, 429);
}

/* Killed while it writes, the worker makes the same copy again. */
static void a_killed_worker_begins_anew(void **state)
{
	int64_t post;
	struct browser *b = writer(&post);
	struct json_object *list;
	int i;

	(void)state;
	post_form(b, "/settings/export", "");
	for (i = 0; i < 3; i++) {
		usleep(20000);
		kill(site_pid(site, "exports"), SIGKILL);
		site_restart(site, "exports");
	}
	wait_for_state(b, EXPORT_READY);
	list = list_of(b, file_of(b), "comments.json");
	assert_int_equal(json_object_array_length(list), 778);
	json_object_put(list);
	assert_int_equal(visit_number(site, &sql_mails, DB_ARGS(id_text(b))), 1);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_copy_holds_all),
	cmocka_unit_test(only_its_owner_gets_it),
	cmocka_unit_test(one_is_made_at_a_time),
	cmocka_unit_test(a_killed_worker_begins_anew),
};

struct site *site;

static int start_site(void **state)
{
	(void)state;
	site = site_start((const char *const[]){ "account", "post", NULL });
	site_start_worker(site, "exports");
	return 0;
}

static int stop_site(void **state)
{
	(void)state;
	visit_end();
	site_stop(site);
	return 0;
}

int main(void)
{
	return cmocka_run_group_tests(tests, start_site, stop_site);
}
