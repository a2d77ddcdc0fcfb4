/*
 * What the tests of codes share: people with a phone, the codes they were sent, and a site with the
 * workers that send them.
 */
#ifndef WEB_PROOF_H
#define WEB_PROOF_H

#include "web/password.h"

#include "domain/code.h"
#include "domain/credential.h"
#include "domain/limit.h"
#include "domain/step.h"
#include "domain/totp.h"
#include "web/cookie.h"

static const struct db_sql sql_phone = SQL("UPDATE user SET phone = ? WHERE user_id = ?");

/* A number nobody has: one after the other, so that no two people of a test have the same, with an
 * end of their own, so that those of the tests before it on these stores have others. */
static inline struct str new_phone(struct browser *b)
{
	static uint32_t number, end;

	if (!number)
		end = secret_random_below(10000);
	return str_format(b->arena, "139%04u%04u", ++number % 10000, end);
}

/* The six digits that begin a line. */
static inline struct str find_code(struct str text)
{
	struct str line;
	size_t n;

	while (str_split(&text, '\n', &line)) {
		for (n = 0; n < line.n && line.p[n] >= '0' && line.p[n] <= '9';)
			n++;
		if (n == CODE_DIGITS)
			return str_slice(line, 0, n);
	}
	return (struct str){ 0 };
}

/* How many messages went there, and the code in the last one. */
static inline int count_codes(struct browser *b, struct str to, struct str *code)
{
	struct str folder = site_config(site)->mail.outbox_dir, last = { 0 };
	struct str wanted = str_format(b->arena, "To: <" STR_FMT ">", STR_ARG(to));
	DIR *d = opendir(folder.p);
	struct dirent *entry;
	int count = 0;

	while (d && (entry = readdir(d)) != NULL) {
		const char *path = visit_path(b, STR_FMT "/%s", STR_ARG(folder), entry->d_name);
		struct str name = str_copy(b->arena, str_from_c(entry->d_name));
		struct str mail = running_read_file(b->arena, path);

		if (name.p[0] == '.' || str_find(mail, wanted) < 0)
			continue;
		count++;
		if (str_compare(name, last) < 0)
			continue;
		last = name;
		*code = find_code(mail);
	}
	if (d)
		closedir(d);
	return count;
}

/* The code of the nth message to this number or address. */
static inline struct str wait_for_code(struct browser *b, struct str to, int nth)
{
	int64_t until = clock_ticks() + MAIL_WAIT_MS;
	struct str code = { 0 };

	while (count_codes(b, to, &code) < nth && clock_ticks() < until)
		usleep(30000);
	if (count_codes(b, to, &code) < nth || !code.n)
		fail_msg("no code to " STR_FMT " came", STR_ARG(to));
	return str_copy(b->arena, code);
}

static inline const char *other_than(struct browser *b, struct str code)
{
	return visit_path(b, "%c" STR_FMT, code.p[0] == '9' ? '0' : code.p[0] + 1,
			  STR_ARG(str_slice(code, 1, 6)));
}

/* As if a day had passed for this target. */
static inline void forget_codes(struct str target)
{
	static const struct limit_class classes[] = { { "code", 0, 0, 60 },
						      { "code-day", 0, 0, 86400 } };
	struct ctx *c = site_ctx(site);

	limit_clear(c, limit_other_key(c->arena, &classes[0], target));
	limit_clear(c, limit_other_key(c->arena, &classes[1], target));
}

static inline void forget_address(struct browser *b)
{
	static const struct limit_class from = { "code-from", 0, 0, 3600 };
	struct ctx *c = site_ctx(site);

	limit_clear(c, limit_address_key(c->arena, &from, str_from_c(b->address)));
}

static inline struct reply ask_code(struct browser *b, struct str phone)
{
	return post_form(b, "/login/phone", visit_fields(b, "phone", phone.p, NULL).p);
}

static inline struct reply type_code(struct browser *b, const char *code)
{
	return post_form(b, "/login/phone/code", visit_fields(b, "code", code, NULL).p);
}

/* Somebody new who came by phone; logged in. */
static inline struct browser *phone_member(struct str *phone)
{
	struct browser *b = visit_guest(site);

	*phone = new_phone(b);
	assert_redirect(b, ask_code(b, *phone), "/login/phone/code");
	assert_redirect(b, type_code(b, wait_for_code(b, *phone, 1).p), "/");
	return b;
}

static inline struct reply confirm(struct browser *b, const char *name, const char *value)
{
	return post_form(b, "/settings/confirm",
			 visit_fields(b, name, value, "next", "/settings", NULL).p);
}

/* What somebody else put into a browser before a login, and the token made for its forms. */
struct planted {
	struct str session, guest, step, token;
};

static inline struct planted plant(struct browser *b, int64_t wanted_id)
{
	struct planted p = { .guest = secret_token(b->arena, 16),
			     .step = secret_token(b->arena, 32) };

	p.session = str_format(b->arena, "%lld." STR_FMT, (long long)wanted_id,
			       STR_ARG(secret_token(b->arena, 32)));
	browser_set_cookie(b, COOKIE_GUEST_NAME, p.guest);
	browser_set_cookie(b, COOKIE_STEP_NAME, p.step);
	p.token = browser_token(b);
	browser_set_cookie(b, COOKIE_SESSION_NAME, p.session);
	return p;
}

/* After the login it opens nothing, neither for who put it there nor in that browser's forms. */
static inline void assert_worthless(struct browser *b, const struct planted *p)
{
	static const char *const steps[] = { "/login/phone/code", "/login/second" };
	struct browser *thief = visit_guest(site);
	struct ask form = { .path = "/logout", .body = p->token };
	size_t i;

	assert_true(is_in(b));
	assert_false(str_is(browser_cookie(b, COOKIE_SESSION_NAME), p->session));
	assert_status(browser_ask(b, &form), 403);
	assert_true(is_in(b));
	browser_set_cookie(thief, COOKIE_GUEST_NAME, p->guest);
	browser_set_cookie(thief, COOKIE_SESSION_NAME, p->session);
	assert_false(is_in(thief));
	browser_set_cookie(thief, COOKIE_STEP_NAME, p->step);
	for (i = 0; i < ARRAY_LEN(steps); i++)
		assert_status(get(thief, steps[i]), 303);
	assert_false(is_in(thief));
}

static inline int proof_start(void **state)
{
	(void)state;
	setenv("PLAZA_LOGIN_TOTP_ADMINS", "required", 1);
	site = site_start((const char *const[]){ "account", "post", "admin", NULL });
	site_start_worker(site, "mail");
	site_start_worker(site, "sms");
	return 0;
}

#endif
