/* Every address of every program, as each kind of reader, with and without a token, with odd
 * numbers and odd words: what must hold for all of them, so that a new page is covered on its first
 * day. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "support/visit.h"

#define NOBODY "4611686018427387904" /* an id that nothing has */

static struct site *site;
static int64_t users[ROLE_ADMIN + 1];

static int start(void **state)
{
	int role;

	(void)state;
	site = site_start(
		(const char *[]){ "site", "post", "account", "social", "admin", "sale", NULL });
	for (role = ROLE_USER; role <= ROLE_ADMIN; role++)
		users[role] = site_user(site, "route", (enum role)role);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	site_stop(site);
	return 0;
}

static struct browser *open_role(int role)
{
	struct browser *b = role < 0 ? browser_open(site) : browser_open_as(site, users[role]);

	if (role > ROLE_USER) /* or most of the staff's pages would only ask who it is */
		visit_prove(site, b);
	return b;
}

static struct str replace(struct arena *a, struct str text, struct str from, struct str to)
{
	struct buf b;
	ptrdiff_t at;

	buf_init(&b, a, text.n + 64);
	while ((at = str_find(text, from)) >= 0) {
		buf_add(&b, str_slice(text, 0, (size_t)at));
		buf_add(&b, to);
		text = str_slice(text, (size_t)at + from.n, text.n);
	}
	buf_add(&b, text);
	return buf_str(&b);
}

/* The pattern's address with this in the place of each id. */
static struct str address(struct arena *a, const struct site_route *r, const char *id)
{
	struct str path = replace(a, r->pattern, STR("{id}"), str_from_c(id));

	path = replace(a, path, STR("{slug}"), STR("nosuchword"));
	return replace(a, path, STR("{file}"), STR("nosuch.file"));
}

static bool has_flag(const struct site_route *r, const char *flag)
{
	return str_find(r->flags, str_from_c(flag)) >= 0;
}

static bool is_get(const struct site_route *r)
{
	return str_is(r->method, STR("GET"));
}

static void complain(const struct site_route *r, struct str path, int status, const char *who)
{
	fail_msg(STR_FMT " " STR_FMT " as %s of %s: %d", STR_ARG(r->method), STR_ARG(path), who,
		 r->program.p, status);
}

static const char *const names[] = { "guest", "member", "moderator", "admin" };

/* What every answer has, whatever it says. */
static void check_head(struct browser *b, const struct site_route *r, const struct reply *got)
{
	static const char *const needed[] = {
		"Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy",
		"X-Frame-Options",         "Cache-Control",          "Cross-Origin-Opener-Policy"
	};
	struct str type = reply_header(b, got, "Content-Type");
	size_t i;

	for (i = 0; i < ARRAY_LEN(needed); i++) {
		if (!reply_header(b, got, needed[i]).n)
			fail_msg(STR_FMT " has no %s", STR_ARG(r->pattern), needed[i]);
	}
	if (got->status != 303 && str_find(type, STR("charset=utf-8")) < 0 &&
	    !str_starts(type, STR("image/png")))
		fail_msg(STR_FMT " has the type " STR_FMT, STR_ARG(r->pattern), STR_ARG(type));
	if (reply_header(b, got, "X-Accel-Expires").n && reply_header(b, got, "Set-Cookie").n)
		fail_msg(STR_FMT " is shared and has a cookie", STR_ARG(r->pattern));
}

/* Whom a route lets in: -1 nobody is asked, else the least role. */
static int least_role(const struct site_route *r)
{
	if (has_flag(r, "admin"))
		return ROLE_ADMIN;
	if (has_flag(r, "moderator"))
		return ROLE_MODERATOR;
	return has_flag(r, "public") ? -1 : ROLE_USER;
}

static bool is_as_it_should(const struct site_route *r, int role, const struct reply *got)
{
	int least = least_role(r);

	if (role < 0 && least >= 0)
		return got->status == 303 && str_find(got->head, STR("/login?next=")) > 0;
	if (role < least)
		return got->status == 403;
	return got->status == 200 || got->status == 303 || got->status == 404;
}

static void pages_know_their_readers(void **state)
{
	struct site_routes all = site_routes(site);
	size_t i;
	int role;

	(void)state;
	for (role = -1; role <= ROLE_ADMIN; role++) {
		struct browser *b = open_role(role);

		for (i = 0; i < all.count; i++) {
			struct str path = address(b->arena, &all.items[i], NOBODY);
			struct reply r;

			if (!is_get(&all.items[i]))
				continue;
			r = get(b, path.p);
			if (!is_as_it_should(&all.items[i], role, &r))
				complain(&all.items[i], path, r.status, names[role + 1]);
			check_head(b, &all.items[i], &r);
		}
		browser_close(b);
	}
}

/* What a guest sends to a member's page is kept, not done. */
static void no_form_goes_without_its_token(void **state)
{
	struct site_routes all = site_routes(site);
	size_t i;
	int role;

	(void)state;
	for (role = -1; role <= ROLE_ADMIN; role++) {
		struct browser *b = open_role(role);

		for (i = 0; i < all.count; i++) {
			const struct site_route *route = &all.items[i];
			struct str path = address(b->arena, route, NOBODY);
			bool goes_to_login = role < 0 && least_role(route) >= 0;
			struct reply r;

			if (is_get(route) || has_flag(route, "no_csrf"))
				continue;
			r = browser_ask(b, &(struct ask){ .path = path.p,
							  .body = STR("title=x&body=y") });
			if (r.status != (goes_to_login ? 303 : 403) && r.status != 429)
				complain(route, path, r.status, names[role + 1]);
			check_head(b, route, &r);
		}
		browser_close(b);
	}
}

/* A token of somebody else's session, and a right one sent by another site's page. */
static void foreign_tokens_and_sites_are_refused(void **state)
{
	struct site_routes all = site_routes(site);
	struct browser *member = open_role(ROLE_USER), *other = open_role(ROLE_USER);
	static const char *const evil[] = { "HTTP_ORIGIN", "https://evil.example", NULL };
	size_t i;

	(void)state;
	for (i = 0; i < all.count; i++) {
		const struct site_route *route = &all.items[i];
		struct str path = address(member->arena, route, NOBODY);
		struct reply r;

		if (is_get(route) || has_flag(route, "no_csrf") || least_role(route) > ROLE_USER)
			continue;
		r = browser_ask(member,
				&(struct ask){ .path = path.p, .body = browser_token(other) });
		if (r.status != 403 && r.status != 429)
			complain(route, path, r.status, "member with another's token");
		r = browser_ask(member, &(struct ask){ .path = path.p,
						       .body = browser_token(member),
						       .extra = evil,
						       .is_foreign = true });
		if (r.status != 403 && r.status != 429)
			complain(route, path, r.status, "member sent by another site");
	}
	browser_close(other);
	browser_close(member);
}

/* With a token, but nothing sensible in it: an answer to a person, never a failure. */
static void nonsense_is_answered(void **state)
{
	static const char *const bodies[] = {
		"",
		"x=1",
		"id=-1&version=1e3&body=&title=&next=%00",
		"title=%FF",
		"body=%7B%7B7*7%7D%7D",
		"role=admin&user_id=1&is_admin=1&points=9999&status=1&created_at=0",
	};
	struct site_routes all = site_routes(site);
	size_t i, k;

	(void)state;
	for (i = 0; i < all.count; i++) {
		struct browser *b = open_role(ROLE_ADMIN);
		struct str path = address(b->arena, &all.items[i], NOBODY);

		for (k = 0; k < ARRAY_LEN(bodies) && !is_get(&all.items[i]); k++) {
			struct reply r = post_form(b, path.p, bodies[k]);

			if (r.status < 200 || r.status >= 500)
				complain(&all.items[i], path, r.status, bodies[k]);
			check_head(b, &all.items[i], &r);
		}
		browser_close(b);
	}
}

static void odd_queries_are_answered(void **state)
{
	static const char *const queries[] = {
		"after=1e3",
		"after=-1&sort=x&comments=y&page=99999999999999999999",
		"after=%27%22%3Cscript%3E&sort=%2e%2e%2f",
		"next=//evil.example&held=x",
		"after=%F0%9F%98%80",
		"after=9223372036854775808",
		"=&&&==&a",
	};
	struct site_routes all = site_routes(site);
	struct browser *b = open_role(ROLE_ADMIN);
	size_t i, k;

	(void)state;
	for (i = 0; i < all.count; i++) {
		struct str path = address(b->arena, &all.items[i], NOBODY);

		for (k = 0; k < ARRAY_LEN(queries) && is_get(&all.items[i]); k++) {
			struct str whole =
				str_format(b->arena, STR_FMT "?%s", STR_ARG(path), queries[k]);
			struct reply r = get(b, whole.p);

			if (r.status < 200 || r.status >= 500 || reply_has(&r, "<script>"))
				complain(&all.items[i], whole, r.status, "admin");
		}
		if (is_get(&all.items[i])) {
			struct str bad = str_format(b->arena, STR_FMT "?a=%%FF", STR_ARG(path));

			assert_int_equal(get(b, bad.p).status, 400);
		}
	}
	browser_close(b);
}

static bool has_twin(struct site_routes all, const struct site_route *r)
{
	size_t i;

	for (i = 0; i < all.count; i++) {
		if (str_is(all.items[i].pattern, r->pattern) &&
		    !str_is(all.items[i].method, r->method))
			return true;
	}
	return false;
}

static void other_methods_are_refused(void **state)
{
	static const char *const never[] = { "PUT", "DELETE", "PATCH", "TRACE", "OPTIONS", "FOO" };
	struct site_routes all = site_routes(site);
	struct browser *b = open_role(ROLE_ADMIN);
	size_t i, k;

	(void)state;
	for (i = 0; i < all.count; i++) {
		const struct site_route *route = &all.items[i];
		struct str path = address(b->arena, route, NOBODY);
		struct reply r;

		for (k = 0; k < ARRAY_LEN(never); k++) {
			r = browser_ask(b, &(struct ask){ .method = never[k], .path = path.p });
			if (r.status != 405 || !reply_header(b, &r, "Allow").n)
				complain(route, path, r.status, never[k]);
		}
		if (has_twin(all, route))
			continue;
		r = browser_ask(b, &(struct ask){ .method = is_get(route) ? "POST" : "GET",
						  .path = path.p });
		if (r.status != 405)
			complain(route, path, r.status, "the other method");
	}
	browser_close(b);
}

static void odd_numbers_are_no_ids(void **state)
{
	static const char *const odd[] = { "-1",
					   "0",
					   "9223372036854775808",
					   "18446744073709551616",
					   "1e3",
					   "0x10",
					   "%201",
					   "1%20",
					   "",
					   "01",
					   "+1",
					   "1.0",
					   "..",
					   "null",
					   "%27",
					   "%EF%BC%91" };
	struct site_routes all = site_routes(site);
	struct browser *b = open_role(ROLE_ADMIN);
	size_t i, k;

	(void)state;
	for (i = 0; i < all.count; i++) {
		const struct site_route *route = &all.items[i];

		if (str_find(route->pattern, STR("{id}")) < 0)
			continue;
		for (k = 0; k < ARRAY_LEN(odd); k++) {
			struct str path = address(b->arena, route, odd[k]);
			struct reply r =
				is_get(route) ? get(b, path.p) : post_form(b, path.p, "x=1");

			if (r.status != 404)
				complain(route, path, r.status, odd[k]);
		}
	}
	browser_close(b);
}

/* HEAD is GET without the body. */
static void heads_have_no_body(void **state)
{
	struct site_routes all = site_routes(site);
	struct browser *b = browser_open(site);
	size_t i;

	(void)state;
	for (i = 0; i < all.count; i++) {
		struct str path = address(b->arena, &all.items[i], NOBODY);
		struct reply whole;
		struct reply r;

		if (!is_get(&all.items[i]))
			continue;
		whole = get(b, path.p);
		r = browser_ask(b, &(struct ask){ .method = "HEAD", .path = path.p });
		assert_int_equal(r.status, whole.status);
		assert_int_equal(r.body.n, 0);
	}
	browser_close(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages_know_their_readers),
		cmocka_unit_test(no_form_goes_without_its_token),
		cmocka_unit_test(foreign_tokens_and_sites_are_refused),
		cmocka_unit_test(nonsense_is_answered),
		cmocka_unit_test(odd_queries_are_answered),
		cmocka_unit_test(other_methods_are_refused),
		cmocka_unit_test(odd_numbers_are_no_ids),
		cmocka_unit_test(heads_have_no_body),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
