/* What stands between a request and the data: tokens, types, sizes, names of fields. */
#include "web/web.h"

#include "base/buf.h"

static const struct db_sql sql_user =
	SQL("SELECT CONCAT_WS(' ', role, state, points, level, followers, user_no, avatar, bio)"
	    " FROM user WHERE user_id = ?");
static const struct db_sql sql_post =
	SQL("SELECT CONCAT_WS(' ', author_id = ?, votes, likes, comments, pinned_at, featured_at,"
	    " deleted_at, version, created_at > 1000000000000) FROM post WHERE post_id = ?");
static const struct db_sql sql_comment =
	SQL("SELECT CONCAT_WS(' ', author_id = ?, target_type, likes, replies, deleted_at, version,"
	    " parent_id, to_user_id, root_id = comment_id) FROM comment WHERE comment_id = ?");
static const struct db_sql sql_new =
	SQL("SELECT CONCAT_WS(' ', role, state, points, level, avatar, bio, posts) FROM user"
	    " WHERE username = ?");
static const struct db_sql sql_title = SQL("SELECT title FROM post WHERE post_id = ?");
static const struct db_sql sql_names = SQL("SELECT COUNT(*) FROM user WHERE username = ?");

/* Columns of every table, as somebody might send them. */
#define COLUMNS \
	"&role=2&is_admin=1&state=1&status=1&points=9999&level=99&user_id=1&user_no=1&author_id=1" \
	"&to_user_id=1&root_id=1&parent_id=1&post_id=1&comment_id=1&id=1&votes=999&likes=999" \
	"&comments=999&pinned_at=1&featured_at=1&deleted_at=1&created_at=0&version=1&avatar=x.png" \
	"&bio=x&followers=9&target_type=2&score=99999999&email_folded=x&password_hash=x&on=1"

static struct browser *ann;
static int64_t post, comment;

/* Addresses of ann's own things, every form that works for her, with fields that are right. */
static const struct {
	const char *path; /* %1: post, %2: comment */
	const char *fields;
} works[] = {
	{ "/posts", "title=x&body=y" },
	{ "/posts/preview", "title=x&body=y" },
	{ "/posts/draft", "title=x&body=y" },
	{ "/posts/P/edit", "title=x&body=y&version=1" },
	{ "/posts/P/preview", "title=x&body=y&version=1" },
	{ "/posts/P/draft", "title=x&body=y&version=1" },
	{ "/posts/P/delete", "" },
	{ "/posts/P/like", "on=1" },
	{ "/posts/P/comments", "body=x" },
	{ "/posts/P/comments/preview", "body=x" },
	{ "/comments/C/edit", "body=x&version=1" },
	{ "/comments/C/delete", "" },
	{ "/comments/like", "like=C" },
	{ "/settings/password", "current=x&password=zqxj+kvbn+wpty" },
	{ "/settings/sessions/end", "session=x" },
	{ "/settings/sessions/end-others", "" },
	{ "/logout", "" },
};

static const char *with_ids(struct browser *b, const char *text)
{
	struct buf out;

	buf_init(&out, b->arena, 128);
	for (; *text; text++) {
		if (*text == 'P' || *text == 'C')
			buf_addf(&out, "%lld", (long long)(*text == 'P' ? post : comment));
		else
			buf_add_char(&out, *text);
	}
	return buf_str(&out).p;
}

/* The request as asked for is refused with this status, and nothing anywhere has changed. */
static void check_refused(const char *what, const struct ask *ask, int status)
{
	struct str before = visit_sum(site, ann->arena);
	struct str likes = visit_text(site, ann->arena, &sql_post, DB_ARGS(visit_id(ann), post));
	struct reply r;

	visit_forgive(site, ann);
	r = browser_ask(ann, ask);
	if (r.status != status) {
		show_reply(r);
		fail_msg("%s to %s: %d", what, ask->path, r.status);
	}
	assert_null(page_fault(ann->arena, r.body));
	assert_same(visit_sum(site, ann->arena), before);
	assert_same(visit_text(site, ann->arena, &sql_post, DB_ARGS(visit_id(ann), post)), likes);
	assert_int_equal(get(ann, "/posts/new").status, 200);
}

static void no_form_is_worked_on_without_its_token(void **state)
{
	struct browser *eve = visit_member(site, ROLE_USER);
	struct browser *guest = visit_guest(site);
	static const char *const cross[] = { "HTTP_ORIGIN", "https://evil.example",
					     "HTTP_SEC_FETCH_SITE", "cross-site", NULL };
	static const char *const null_origin[] = { "HTTP_ORIGIN", "null", NULL };
	static const char *const same_site[] = { "HTTP_SEC_FETCH_SITE", "same-site", NULL };
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(works); i++) {
		const char *path = with_ids(ann, works[i].path);
		const char *fields = with_ids(ann, works[i].fields);
		struct str right = browser_token(ann);
		struct str turned = str_copy(ann->arena, right);
		const struct {
			const char *what;
			struct str token;
			const char *const *extra;
		} cases[] = {
			{ "no token", STR("x=1"), NULL },
			{ "an empty token", STR("csrf="), NULL },
			{ "another member's token", browser_token(eve), NULL },
			{ "a guest's token", browser_token(guest), NULL },
			{ "a token with a bit turned", turned, NULL },
			{ "a right token from elsewhere", right, cross },
			{ "a right token from nowhere", right, null_origin },
			{ "a right token from a neighbour", right, same_site },
		};
		size_t k;

		((char *)(uintptr_t)turned.p)[turned.n - 5] ^= 1;
		for (k = 0; k < ARRAY_LEN(cases); k++) {
			struct ask ask = { .path = path,
					   .body = str_format(ann->arena, STR_FMT "&%s",
							      STR_ARG(cases[k].token), fields),
					   .extra = cases[k].extra,
					   .is_foreign = cases[k].extra != NULL };

			check_refused(cases[k].what, &ask, 403);
		}
		/* In the address it counts for nothing: addresses are written into logs. */
		check_refused("a token in the address",
			      &(struct ask){
				      .path = visit_path(ann, "%s?" STR_FMT, path, STR_ARG(right)),
				      .body = str_format(ann->arena, "%s&x=1", fields) },
			      403);
	}
}

static void forms_come_in_two_types(void **state)
{
	static const char *const types[] = {
		"text/xml",
		"application/json",
		"text/plain",
		"application/xml",
		"text/html",
		"",
		"x",
		"multipart/form-data",
		"multipart/mixed; boundary=a",
		"application/x-www-form-urlencodedx",
		"multipart/form-data; boundary=",
	};
	size_t i, k;

	(void)state;
	for (i = 0; i < ARRAY_LEN(works); i++) {
		for (k = 0; k < ARRAY_LEN(types); k++)
			check_refused(types[k],
				      &(struct ask){ .path = with_ids(ann, works[i].path),
						     .body = str_format(ann->arena, STR_FMT "&%s",
									STR_ARG(browser_token(ann)),
									works[i].fields),
						     .content_type = types[k] },
				      400);
	}
}

static struct str multipart(struct browser *b, const char *disposition)
{
	struct str token = browser_token(b);

	token = str_slice(token, 5, token.n);
	return str_format(
		b->arena,
		"--B\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n" STR_FMT
		"\r\n--B\r\nContent-Disposition: form-data; name=\"title\"%s\r\n\r\n"
		"From parts\r\n--B\r\nContent-Disposition: form-data; name=\"body\"\r\n\r\n"
		"of many\r\n--B--\r\n",
		STR_ARG(token), disposition);
}

static void a_form_in_parts_is_a_form(void **state)
{
	struct browser *b = visit_member(site, ROLE_USER);
	struct ask ask = { .path = "/posts", .content_type = "multipart/form-data; boundary=B" };
	struct reply r;

	(void)state;
	ask.body = multipart(b, "");
	r = browser_ask(b, &ask);
	assert_status(r, 303);
	assert_text(visit_text(site, b->arena, &sql_title, DB_ARGS(visit_location_id(b, &r))),
		    "From parts");
	/* A file is no text, whatever it is called. */
	ask.body = multipart(b, "; filename=\"x.txt\"");
	r = browser_ask(b, &ask);
	assert_page(b, r, 422);
	ask.body = str_slice(ask.body, 0, ask.body.n - 8);
	assert_page(b, browser_ask(b, &ask), 400);
}

static void sizes_have_ends(void **state)
{
	struct str token = browser_token(ann);
	struct buf big;
	size_t i;
	const struct {
		const char *length;
		int status;
	} lies[] = { { "-1", 400 },
		     { "1e3", 400 },
		     { "0x10", 400 },
		     { " 5", 400 },
		     { "99", 400 },
		     { "5", 403 },
		     { "0", 403 },
		     { "9223372036854775808", 400 },
		     { "18446744073709551617", 400 } };

	(void)state;
	buf_init(&big, ann->arena, 300000);
	buf_add(&big, token);
	BUF_LIT(&big, "&title=x&body=");
	while (big.n < 256 * 1024)
		buf_add_char(&big, 'y');
	check_refused("just small enough, but too long a text",
		      &(struct ask){ .path = "/posts", .body = buf_str(&big) }, 422);
	buf_add_char(&big, 'y');
	check_refused("a byte too many", &(struct ask){ .path = "/posts", .body = buf_str(&big) },
		      413);
	for (i = 0; i < ARRAY_LEN(lies); i++)
		check_refused(lies[i].length,
			      &(struct ask){ .path = "/posts",
					     .body = STR("title=x&body=y"),
					     .extra = (const char *const[]){ "CONTENT_LENGTH",
									     lies[i].length,
									     NULL } },
			      lies[i].status);
	buf_clear(&big);
	buf_add(&big, token);
	BUF_LIT(&big, "&title=x&body=y");
	for (i = 0; i < 64; i++)
		buf_addf(&big, "&f%zu=1", i);
	check_refused("too many fields", &(struct ask){ .path = "/posts", .body = buf_str(&big) },
		      400);
}

static void only_named_fields_reach_the_tables(void **state)
{
	struct browser *b = visit_member(site, ROLE_USER);
	struct str before = visit_text(site, b->arena, &sql_user, DB_ARGS(visit_id(b)));
	struct browser *guest = visit_guest(site);
	struct str name = str_format(b->arena, "mass%u", secret_random_below(1000000000));
	int64_t id, said;
	struct reply r = post_form(b, "/posts", "title=Mass&body=assignment" COLUMNS);

	(void)state;
	assert_status(r, 303);
	id = visit_location_id(b, &r);
	assert_text(visit_text(site, b->arena, &sql_post, DB_ARGS(visit_id(b), id)),
		    "1 0 0 0 0 0 0 1 1");
	r = post_form(b, visit_path(b, "/posts/%lld/comments", (long long)id), "body=x" COLUMNS);
	assert_status(r, 303);
	said = visit_location_id(b, &r);
	assert_text(visit_text(site, b->arena, &sql_comment, DB_ARGS(visit_id(b), said)),
		    "1 1 0 0 0 1 0 0 1");
	r = post_form(b, visit_path(b, "/posts/%lld/edit", (long long)id),
		      "title=Mass+2&body=x" COLUMNS);
	assert_status(r, 303);
	r = post_form(b, visit_path(b, "/comments/%lld/edit", (long long)said), "body=z" COLUMNS);
	assert_status(r, 303);
	post_form(b, "/posts/draft", "title=d" COLUMNS);
	post_form(b, visit_path(b, "/posts/%lld/like", (long long)id), "on=0" COLUMNS);
	assert_text(visit_text(site, b->arena, &sql_post, DB_ARGS(visit_id(b), id)),
		    "1 0 0 1 0 0 0 2 1");
	assert_text(visit_text(site, b->arena, &sql_comment, DB_ARGS(visit_id(b), said)),
		    "1 1 0 0 0 2 0 0 1");
	assert_same(visit_text(site, b->arena, &sql_user, DB_ARGS(visit_id(b))), before);
	r = post_form(guest, "/register",
		      visit_path(b,
				 "username=" STR_FMT
				 "&email=m%%40example.org&password=zqxj+kvbn+wpty" COLUMNS,
				 STR_ARG(name)));
	assert_status(r, 303);
	assert_text(visit_text(site, b->arena, &sql_new, DB_ARGS(name)), "0 0 0 1   0");
	assert_int_equal(visit_number(site, &sql_names, DB_ARGS(name)), 1);
}

static void of_two_values_the_first_counts(void **state)
{
	struct browser *b = visit_member(site, ROLE_USER);
	struct reply r = post_form(b, "/posts?title=query&body=query&csrf=x",
				   "title=first&title=second&body=one&body=two");
	int64_t id = visit_location_id(b, &r);

	(void)state;
	assert_status(r, 303);
	assert_text(visit_text(site, b->arena, &sql_title, DB_ARGS(id)), "first");
	/* What the check saw is what is used: a value in the address is never taken for the form's.
	 */
	r = post_form(b, "/posts?title=query&body=query", "x=1");
	assert_page(b, r, 422);
	/* Methods are not what a field or a header says. */
	r = browser_ask(b,
			&(struct ask){ .path = visit_path(b, "/posts/%lld", (long long)id),
				       .extra = (const char *const[]){
					       "HTTP_X_HTTP_METHOD_OVERRIDE", "DELETE", NULL } });
	assert_page(b, r, 200);
	r = post_form(b, visit_path(b, "/posts/%lld", (long long)id), "_method=DELETE");
	assert_page(b, r, 405);
	assert_page(b, get(b, visit_path(b, "/posts/%lld?_method=DELETE", (long long)id)), 200);
}

/* Every address that can be asked for, with things that are there, by those who may do most. */
static void reading_changes_nothing(void **state)
{
	struct site_routes all = site_routes(site);
	struct browser *admin = visit_sure(site, ROLE_ADMIN);
	struct browser *readers[] = { visit_guest(site), ann, admin };
	struct str before;
	size_t i, k;

	(void)state;
	before = visit_sum(site, ann->arena);
	for (k = 0; k < ARRAY_LEN(readers); k++) {
		for (i = 0; i < all.count; i++) {
			struct str pattern = all.items[i].pattern, part = { 0 };
			bool is_comment = str_starts(pattern, STR("/comments/"));
			struct buf path;
			struct reply r;

			if (!str_is(all.items[i].method, STR("GET")))
				continue;
			buf_init(&path, ann->arena, 64);
			str_split(&pattern, '/', &part);
			while (str_split(&pattern, '/', &part)) {
				buf_add_char(&path, '/');
				if (str_is(part, STR("{id}")))
					buf_addf(&path, "%lld",
						 (long long)(is_comment ? comment : post));
				else
					buf_add(&path,
						str_starts(part, STR("{")) ? STR("x.svg") : part);
			}
			r = get(readers[k], buf_str(&path).p);
			if (r.status != 200 && r.status != 303 && r.status != 403 &&
			    r.status != 404)
				fail_msg("%s: %d", path.p, r.status);
			if (str_starts(reply_header(ann, &r, "Content-Type"), STR("text/html")))
				assert_null(page_fault(ann->arena, r.body));
			browser_ask(readers[k],
				    &(struct ask){ .method = "HEAD", .path = buf_str(&path).p });
		}
	}
	assert_same(visit_sum(site, ann->arena), before);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(no_form_is_worked_on_without_its_token),
	cmocka_unit_test(forms_come_in_two_types),
	cmocka_unit_test(a_form_in_parts_is_a_form),
	cmocka_unit_test(sizes_have_ends),
	cmocka_unit_test(only_named_fields_reach_the_tables),
	cmocka_unit_test(of_two_values_the_first_counts),
	cmocka_unit_test(reading_changes_nothing),
};

struct site *site;

static int start(void **state)
{
	(void)state;
	site = site_start((const char *const[]){ "post", "account", "site", "social", "admin",
						 "sale", NULL });
	ann = visit_member(site, ROLE_USER);
	post = visit_publish(ann, "Guarded", "post");
	comment = visit_comment(ann, post, 0, "guarded");
	return 0;
}

static int stop(void **state)
{
	(void)state;
	visit_end();
	site_stop(site);
	return 0;
}

int main(void)
{
	return cmocka_run_group_tests(tests, start, stop);
}
