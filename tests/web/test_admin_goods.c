/* Goods, as administrators write them down: each field, conflicts, pictures, deletion. */
#include "web/web.h"

#include "base/buf.h"

static const struct db_sql sql_goods =
	SQL("SELECT COUNT(*) FROM goods WHERE name = ? AND deleted_at = 0");
static const struct db_sql sql_row =
	SQL("SELECT CONCAT_WS('|', name, CAST(price * 100 AS SIGNED), version, body_md) FROM goods"
	    " WHERE goods_id = ?");
static const struct db_sql sql_log =
	SQL("SELECT COALESCE(GROUP_CONCAT(action ORDER BY log_id SEPARATOR ' '), '')"
	    " FROM moderation_log WHERE target_type = 4 AND target_id = ?");
static const struct db_sql sql_pictures =
	SQL("SELECT COUNT(*) FROM picture WHERE kind = 2 AND target_id = ? AND state = 0");
static const struct db_sql sql_sale =
	SQL("INSERT INTO sale (sale_id, goods_id, price, units, stock, starts_at, ends_at,"
	    " pay_seconds, created_by, created_at) VALUES (?, ?, 1, 1, 1, 1, 2, 60, 1, 1)");
static const struct db_sql sql_over = SQL("UPDATE sale SET state = 3 WHERE goods_id = ?");

static struct browser *admin(void)
{
	static struct browser *b;

	if (!b)
		b = visit_sure(site, ROLE_ADMIN);
	visit_forgive(site, b);
	return b;
}

static struct str repeat(struct arena *a, struct str text, size_t count)
{
	struct buf b;

	buf_init(&b, a, text.n * count + 1);
	while (count--)
		buf_add(&b, text);
	return buf_str(&b);
}

/* The number between "/admin/goods/" and "/edit" of where the answer leads. */
static int64_t made(struct browser *b, struct reply r)
{
	struct str to = reply_header(b, &r, "Location");
	struct str start = STR("/admin/goods/");

	assert_status(r, 303);
	assert_true(str_starts(to, start));
	return strtoll(str_slice(to, start.n, to.n).p, NULL, 10);
}

static int64_t make(const char *name)
{
	struct browser *b = admin();

	return made(b, post_form(b, "/admin/goods",
				 visit_fields(b, "name", name, "price", "12.50", "body", "*fine*",
					      NULL)
					 .p));
}

static struct str row_of(struct browser *b, int64_t id)
{
	return visit_text(site, b->arena, &sql_row, DB_ARGS(id));
}

static void written_down_and_listed(void **state)
{
	struct browser *b = admin();
	int64_t id = make("A <lamp> & \"shade\"");
	struct reply r = get(b, "/admin/goods");

	(void)state;
	assert_page(b, r, 200);
	assert_shows(b, r, "A <lamp> & \"shade\"");
	assert_shows(b, r, "¥12.50");
	r = get(b, visit_path(b, "/admin/goods/%lld/edit", (long long)id));
	assert_page(b, r, 200);
	assert_text(page_value(b->arena, r.body, "name"), "A <lamp> & \"shade\"");
	assert_text(page_value(b->arena, r.body, "price"), "12.50");
	assert_text(page_value(b->arena, r.body, "body"), "*fine*");
	assert_shows(b, r, "Picture of the goods");
	assert_text(visit_text(site, b->arena, &sql_log, DB_ARGS(id)), "goods.create");
	assert_page(b, get(b, "/admin/goods/new"), 200);
}

static void what_is_wrong_stands_at_the_field(void **state)
{
	static const struct {
		const char *fields, *field, *message;
	} cases[] = {
		{ "name=&price=1&body=x", "name", "" },
		{ "name=+&price=1", "name", "" },
		{ "name=x%0Ay&price=1", "name", "" },
		{ "name=x&price=", "price", "" },
		{ "name=x&price=abc", "price", "Write an amount like 12.50" },
		{ "name=x&price=-1", "price", "Write an amount like 12.50" },
		{ "name=x&price=1.234", "price", "Write an amount like 12.50" },
		{ "name=x&price=99999999999", "price", "Write an amount like 12.50" },
		{ "name=x&price=0", "price", "" },
		{ "name=x&price=1&body=a%01b", "body", "" },
	};
	struct browser *b = admin();
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(cases); i++) {
		struct reply r = post_form(b, "/admin/goods", cases[i].fields);
		struct str said = page_description(b->arena, r.body, cases[i].field);

		assert_page(b, r, 422);
		if (!said.n || str_find(said, str_from_c(cases[i].message)) < 0)
			fail_msg("%s: \"" STR_FMT "\"", cases[i].fields, STR_ARG(said));
		assert_shows(b, r, "Nothing was saved yet");
	}
	assert_int_equal(visit_number(site, &sql_goods, DB_ARGS(STR("x"))), 0);
}

/* All at once, and with what was typed. */
static void all_that_is_wrong_is_said_at_once(void **state)
{
	struct browser *b = admin();
	struct reply r =
		post_form(b, "/admin/goods", "name=&price=ten&body=%2Akept%2A+%3C%2Ftextarea%3E");

	(void)state;
	assert_page(b, r, 422);
	assert_true(page_description(b->arena, r.body, "name").n > 0);
	assert_true(page_description(b->arena, r.body, "price").n > 0);
	assert_text(page_value(b->arena, r.body, "price"), "ten");
	assert_text(page_value(b->arena, r.body, "body"), "*kept* </textarea>");
}

static void too_long_is_refused(void **state)
{
	struct browser *b = admin();
	struct str long_name = repeat(b->arena, STR("n"), 61);
	struct str long_body = repeat(b->arena, STR("灯"), 6700);
	struct reply r =
		post_form(b, "/admin/goods",
			  visit_fields(b, "name", long_name.p, "price", "1", "body", "x", NULL).p);

	(void)state;
	assert_page(b, r, 422);
	assert_true(page_description(b->arena, r.body, "name").n > 0);
	r = post_form(b, "/admin/goods",
		      visit_fields(b, "name", "long", "price", "1", "body", long_body.p, NULL).p);
	assert_page(b, r, 422);
	assert_true(str_find(page_description(b->arena, r.body, "body"), STR("too long")) >= 0);
	assert_same(page_value(b->arena, r.body, "body"), long_body);
}

static void a_preview_saves_nothing(void **state)
{
	struct browser *b = admin();
	struct reply r = post_form(b, "/admin/goods/preview",
				   "name=Seen+before&price=3&body=%2A%2Abold%2A%2A+%3Ci%3E");

	(void)state;
	assert_page(b, r, 200);
	assert_has(r, "<strong>bold</strong> &lt;i&gt;");
	/* As visitors will see it, and in the form as it was typed. */
	assert_has(r, "<p class=\"price\">¥3.00</p>");
	assert_text(page_value(b->arena, r.body, "price"), "3");
	assert_text(page_value(b->arena, r.body, "name"), "Seen before");
	assert_int_equal(visit_number(site, &sql_goods, DB_ARGS(STR("Seen before"))), 0);
	assert_page(b, post_form(b, "/admin/goods/preview", "name=x&price=x"), 422);
}

/* Several processes answer at once (see the end). */
static void the_same_form_makes_one(void **state)
{
	struct browser *b = admin();
	struct str name = str_format(b->arena, "Only-once-%d", (int)getpid());
	struct str body = str_format(b->arena, STR_FMT "&name=" STR_FMT "&price=2&body=",
				     STR_ARG(browser_token(b)), STR_ARG(name));
	struct ask ask = { .path = "/admin/goods", .body = body };
	struct at_once got[6];
	int i;

	(void)state;
	visit_at_once(b, &ask, 6, got);
	for (i = 0; i < 6; i++) {
		assert_int_equal(got[i].status, 303);
		assert_string_equal(got[i].location, got[0].location);
	}
	assert_int_equal(visit_number(site, &sql_goods, DB_ARGS(name)), 1);
}

static void a_later_edit_is_not_overwritten(void **state)
{
	struct browser *b = admin();
	int64_t id = make("Fought for");
	const char *path = visit_path(b, "/admin/goods/%lld/edit", (long long)id);
	struct reply r = post_form(b, path, "name=First&price=2&body=one&version=1");

	(void)state;
	assert_redirect(b, r, "/admin/goods");
	r = post_form(b, path, "name=Second&price=3&body=two&version=1");
	assert_page(b, r, 409);
	assert_shows(b, r, "Somebody changed these goods");
	assert_shows(b, r, "First");
	assert_text(page_value(b->arena, r.body, "name"), "Second");
	assert_text(page_value(b->arena, r.body, "version"), "2");
	assert_text(row_of(b, id), "First|200|2|one");
	/* Sent again with the version of the answer, it is a choice. */
	assert_status(post_form(b, path, "name=Second&price=3&body=two&version=2"), 303);
	assert_text(row_of(b, id), "Second|300|3|two");
	assert_text(visit_text(site, b->arena, &sql_log, DB_ARGS(id)),
		    "goods.create goods.edit goods.edit");
	assert_page(b, post_form(b, path, "name=&price=3&version=3"), 422);
}

static void deleted_after_a_question(void **state)
{
	struct browser *b = admin();
	int64_t id = make("To go");
	const char *path = visit_path(b, "/admin/goods/%lld/delete", (long long)id);
	struct reply r = get(b, path);

	(void)state;
	assert_page(b, r, 200);
	assert_shows(b, r, "To go");
	assert_redirect(b, post_form(b, path, ""), "/admin/goods");
	assert_int_equal(visit_number(site, &sql_goods, DB_ARGS(STR("To go"))), 0);
	assert_status(get(b, path), 404);
	assert_status(get(b, visit_path(b, "/admin/goods/%lld/edit", (long long)id)), 404);
	/* Once more is the same. */
	assert_redirect(b, post_form(b, path, ""), "/admin/goods");
	assert_text(visit_text(site, b->arena, &sql_log, DB_ARGS(id)), "goods.create goods.delete");
}

static void what_a_sale_sells_stays(void **state)
{
	struct browser *b = admin();
	int64_t id = make("On sale");
	const char *path = visit_path(b, "/admin/goods/%lld/delete", (long long)id);
	struct reply r;

	(void)state;
	visit_change(site, &sql_sale, DB_ARGS(id, id));
	r = post_form(b, path, "");
	assert_page(b, r, 409);
	assert_shows(b, r, "Close it, or delete its draft, first.");
	assert_int_equal(visit_number(site, &sql_goods, DB_ARGS(STR("On sale"))), 1);
	visit_change(site, &sql_over, DB_ARGS(id));
	assert_redirect(b, post_form(b, path, ""), "/admin/goods");
}

/* A GIF's head: enough for the first look, which is all that this program does. */
static struct str gif(int width)
{
	static char bytes[] = "GIF89a\0\0\x20\0\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\x20\0\x20\0\0;";

	bytes[6] = (char)width;
	return (struct str){ bytes, sizeof(bytes) - 1 };
}

static struct reply send_picture(struct browser *b, int64_t id, struct str file)
{
	struct str token = browser_token(b);
	struct buf body;

	buf_init(&body, b->arena, file.n + 1024);
	buf_addf(&body,
		 "--edge\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n" STR_FMT
		 "\r\n--edge\r\nContent-Disposition: form-data; name=\"picture\";"
		 " filename=\"a.gif\"\r\nContent-Type: image/gif\r\n\r\n",
		 STR_ARG(str_slice(token, strlen("csrf="), token.n)));
	buf_add(&body, file);
	BUF_LIT(&body, "\r\n--edge--\r\n");
	return browser_ask(b, &(struct ask){
				      .path = visit_path(b, "/admin/goods/%lld/picture",
							 (long long)id),
				      .body = buf_str(&body),
				      .content_type = "multipart/form-data; boundary=edge",
			      });
}

static void a_picture_is_looked_at_and_taken(void **state)
{
	struct browser *b = admin();
	int64_t id = make("Pictured");
	const char *path = visit_path(b, "/admin/goods/%lld/edit", (long long)id);
	struct reply r = send_picture(b, id, gif(32));

	(void)state;
	assert_redirect(b, r, path);
	assert_int_equal(visit_number(site, &sql_pictures, DB_ARGS(id)), 1);
	r = get(b, path);
	assert_page(b, r, 200);
	assert_shows(b, r, "being made ready");
	assert_text(visit_text(site, b->arena, &sql_log, DB_ARGS(id)),
		    "goods.create goods.picture");
	r = post_form(b, visit_path(b, "/admin/goods/%lld/picture/remove", (long long)id), "");
	assert_redirect(b, r, path);
	assert_int_equal(visit_number(site, &sql_pictures, DB_ARGS(id)), 0);
}

static void what_is_no_picture_is_refused(void **state)
{
	static const struct str wrong[] = {
		STR_INIT(""),
		STR_INIT("<svg xmlns=\"http://www.w3.org/2000/svg\"><script>1</script></svg>"),
		STR_INIT("<?php echo 1;"),
		STR_INIT("GIF89a"),
		STR_INIT("\x89PNG\r\n\x1a\n"),
	};
	struct browser *b = admin();
	int64_t id = make("Not pictured");
	struct reply r;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(wrong); i++) {
		r = send_picture(b, id, wrong[i]);
		assert_page(b, r, 422);
		assert_true(page_description(b->arena, r.body, "picture").n > 0);
		assert_text(page_value(b->arena, r.body, "name"), "Not pictured");
	}
	r = send_picture(b, id, gif(2));
	assert_page(b, r, 422);
	r = send_picture(b, id, repeat(b->arena, STR("x"), 5 * 1024 * 1024 + 1));
	assert_page(b, r, 422);
	assert_shows(b, r, "at most 5 MB");
	assert_int_equal(visit_number(site, &sql_pictures, DB_ARGS(id)), 0);
	assert_status(send_picture(b, 4611686018427387904, gif(32)), 404);
}

static void long_lists_have_pages(void **state)
{
	struct browser *b = admin();
	struct reply r;
	int i;

	(void)state;
	for (i = 0; i < 31; i++) {
		visit_forgive(site, b);
		make("One of many");
	}
	r = get(b, "/admin/goods");
	assert_page(b, r, 200);
	assert_int_equal(page_count(page_by_class(r.body, "things"), "<li>"), 30);
	assert_has(r, "rel=\"next\"");
	assert_page(b, get(b, "/admin/goods?before=5"), 200);
	assert_shows(b, get(b, "/admin/goods?before=5"), "There are no more.");
	assert_page(b, get(b, "/admin/goods?before=x"), 200);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(written_down_and_listed),
	cmocka_unit_test(what_is_wrong_stands_at_the_field),
	cmocka_unit_test(all_that_is_wrong_is_said_at_once),
	cmocka_unit_test(too_long_is_refused),
	cmocka_unit_test(a_preview_saves_nothing),
	cmocka_unit_test(the_same_form_makes_one),
	cmocka_unit_test(a_later_edit_is_not_overwritten),
	cmocka_unit_test(deleted_after_a_question),
	cmocka_unit_test(what_a_sale_sells_stays),
	cmocka_unit_test(a_picture_is_looked_at_and_taken),
	cmocka_unit_test(what_is_no_picture_is_refused),
	cmocka_unit_test(long_lists_have_pages),
};

WEB_TEST_MAIN("admin", "admin", "admin", "site")
