/*
 * What the tests of the way through the checks share: a table of routes, and sessions and held
 * texts replaced by the linker. MariaDB and Redis are down.
 */
#ifndef UNIT_WEB_WAY_H
#define UNIT_WEB_WAY_H

#include "unit/unit.h"

#include "domain/held.h"
#include "domain/session.h"
#include "support/fake_req.h"
#include "web/cookie.h"
#include "web/flash.h"

#define SESSION "7.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define GUEST "gggggggggggggggggggggg"
#define OWN "HTTP_SEC_FETCH_SITE=same-origin"

struct session_want *__wrap_session_want(struct ctx *c, struct str cookie,
					 const struct limit_class *l);
err __wrap_session_read(struct ctx *c, const struct session_want *want, struct session *out,
			int64_t *retry_seconds);
err __wrap_held_keep(struct ctx *c, const struct held *h, struct str browser,
		     struct str *token_out);

/* What the replaced functions say and saw. */
static struct {
	err session;
	enum role role;
	int64_t lasts_seconds;
	err handler;
	int handled;
	struct held held;
	struct str held_for;
	err held_answer;
} fake;

struct session_want *__wrap_session_want(struct ctx *c, struct str cookie,
					 const struct limit_class *l)
{
	(void)l;
	return session_hint(cookie) ? arena_alloc(c->arena, 8) : NULL;
}

err __wrap_session_read(struct ctx *c, const struct session_want *want, struct session *out,
			int64_t *retry_seconds)
{
	(void)c;
	assert_non_null(want);
	if (fake.session == OK || fake.session == ERR_LIMITED) {
		out->viewer = (struct viewer){
			.id = 7,
			.user_no = 1,
			.name = STR("Ann <i>"),
			.role = fake.role,
			.level = 1,
		};
		out->lasts_seconds = fake.lasts_seconds;
	}
	if (fake.session == ERR_LIMITED)
		*retry_seconds = 42;
	return fake.session;
}

err __wrap_held_keep(struct ctx *c, const struct held *h, struct str browser, struct str *token_out)
{
	(void)c;
	fake.held_for = browser;
	fake.held = *h;
	*token_out = STR("heldtoken");
	return fake.held_answer;
}

static err show(struct req *r)
{
	struct page_meta meta = { .title = STR("A page"), .is_micro_cached = true };

	fake.handled++;
	if (fake.handler)
		return fake.handler;
	BUF_LIT(req_page(r)->buf, "<p>content</p>");
	return resp_page(r, 200, &meta);
}

static err show_form(struct req *r)
{
	struct page_meta meta = { .title = STR("A form"), .is_micro_cached = true };
	struct page_out *out = req_page(r);

	out->put_csrf(out);
	return resp_page(r, 200, &meta);
}

static err change(struct req *r)
{
	fake.handled++;
	return fake.handler ? fake.handler : resp_back(r, URL_LITERAL("/done"));
}

static err say_nothing(struct req *r)
{
	(void)r;
	return OK;
}

static err give_file(struct req *r)
{
	return resp_body(r, 200, STR("text/plain; charset=utf-8"), STR("file"));
}

static err greet(struct req *r)
{
	req_flash(r, "Log in");
	return resp_redirect(r, URL_LITERAL("/"));
}

static const struct route routes[] = {
	{ HTTP_GET, "/", show, ROUTE_PUBLIC, NULL, NULL },
	{ HTTP_GET, "/form", show_form, ROUTE_PUBLIC, NULL, NULL },
	{ HTTP_GET, "/mine", show, 0, NULL, NULL },
	{ HTTP_POST, "/mine", change, 0, NULL, NULL },
	{ HTTP_POST, "/all", change, ROUTE_PUBLIC, NULL, NULL },
	{ HTTP_POST, "/harmless", change, ROUTE_PUBLIC | ROUTE_NO_CSRF, NULL, NULL },
	{ HTTP_POST, "/big", change, ROUTE_PUBLIC | ROUTE_BIG_BODY, NULL, NULL },
	{ HTTP_GET, "/moderator", show, ROUTE_MODERATOR, NULL, NULL },
	{ HTTP_GET, "/admin", show, ROUTE_ADMIN, NULL, NULL },
	{ HTTP_GET, "/dev", show, ROUTE_PUBLIC | ROUTE_DEVELOPMENT, NULL, NULL },
	{ HTTP_GET, "/local", show, ROUTE_PUBLIC | ROUTE_LOCAL, NULL, NULL },
	{ HTTP_GET, "/silent", say_nothing, ROUTE_PUBLIC, NULL, NULL },
	{ HTTP_GET, "/file", give_file, ROUTE_PUBLIC | ROUTE_NO_SESSION, NULL, NULL },
	{ HTTP_POST, "/greet", greet, ROUTE_PUBLIC | ROUTE_NO_CSRF, NULL, NULL },
};

static int reset(void **state)
{
	(void)state;
	memset(&fake, 0, sizeof(fake));
	return 0;
}

static struct fake_req *served(const char *const *variables, const char *body)
{
	struct fake_req *f = fake_req_open(variables, body);

	fake_req_serve(f, routes, ARRAY_LEN(routes));
	return f;
}

#define GET(...) served((const char *[]){ __VA_ARGS__, NULL }, "")
#define POST(body, ...) served((const char *[]){ __VA_ARGS__, NULL }, (body))
#define MEMBER "HTTP_COOKIE=" COOKIE_SESSION_NAME "=" SESSION
#define KNOWN_GUEST "HTTP_COOKIE=" COOKIE_GUEST_NAME "=" GUEST

static bool head_has(const struct fake_req *f, const char *text)
{
	return str_find(f->head, str_from_c(text)) >= 0;
}

/* "csrf=<token>&" for a binding, and then the fields. */
static const char *with_token(struct arena *a, struct str binding, const char *fields)
{
	struct fake_req *f = fake_req_open((const char *[]){ NULL }, "");
	struct str token =
		csrf_next(&(struct csrf_page){ 0 }, a, f->app.config.site.secret, binding);
	struct str body = str_format(a, CSRF_FIELD "=" STR_FMT "&%s", STR_ARG(token), fields);

	fake_req_close(f);
	return body.p;
}

static int way_set_up(void **state)
{
	reset(state);
	secret_open();
	return arena_setup(state);
}

#define way_test(function) cmocka_unit_test_setup_teardown(function, way_set_up, arena_teardown)

#endif
