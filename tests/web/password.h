/*
 * What the tests of new passwords share: accounts with an address, the ways to set a password, the
 * mails that follow, and a site with the worker that sends them.
 */
#ifndef WEB_PASSWORD_H
#define WEB_PASSWORD_H

#include "web/web.h"

#include <dirent.h>

#include "base/clock.h"
#include "base/num.h"
#include "domain/user_new_password.h"
#include "support/running.h"

#define FRESH "another horse and a stable"
#define MAIL_WAIT_MS WAIT_MOST_MS

static const struct db_sql sql_name = SQL("SELECT username FROM user WHERE user_id = ?");
static const struct db_sql sql_email =
	SQL("UPDATE user SET email = ?, email_folded = ? WHERE user_id = ?");
static const struct db_sql sql_told = SQL("SELECT COUNT(*) FROM outbox WHERE payload LIKE"
					  " CONCAT('%\"password_changed\",\"user\":\"', ?, '\"%')");

/* Somebody with a password; nobody need be logged in. */
struct account {
	int64_t id;
	struct str name, email;
};

static inline struct account account_of(struct browser *b, int64_t id)
{
	struct account a = { .id = id };

	a.name = visit_text(site, b->arena, &sql_name, DB_ARGS(id));
	a.email = str_format(b->arena, "p%lld@example.org", (long long)id);
	visit_change(site, &sql_email, DB_ARGS(a.email, a.email, id));
	return a;
}

static inline struct account new_account(struct browser *b)
{
	return account_of(b, site_user(site, "p", ROLE_USER));
}

static inline struct reply change(struct browser *b, const char *current, const char *fresh)
{
	return post_form(b, "/settings/password",
			 visit_fields(b, "password", current, "new_password", fresh, NULL).p);
}

static inline struct reply log_in(struct browser *b, struct account a, const char *password)
{
	return post_form(b, "/login",
			 visit_fields(b, "login", a.name.p, "password", password, NULL).p);
}

static inline bool is_in(struct browser *b)
{
	return get(b, "/settings").status == 200;
}

static inline bool fits(struct browser *b, struct account a, const char *password)
{
	struct user out;

	(void)b;
	return user_authenticate(site_ctx(site), a.name, str_from_c(password), false, &out) == OK;
}

static inline int64_t told(struct browser *b, struct account a)
{
	return visit_number(site, &sql_told, DB_ARGS(num_text(b->arena, a.id)));
}

/* A link as the mail holds it. */
static inline const char *new_link(struct browser *b, struct account a)
{
	struct str token;
	struct user u;

	assert_int_equal(user_reset_start(site_ctx(site), a.id, &u, &token), OK);
	return visit_path(b, "/password/reset/" STR_FMT, STR_ARG(token));
}

static inline struct str find_mail(struct browser *b, struct str to, const char *words)
{
	struct str folder = site_config(site)->mail.outbox_dir, found = { 0 };
	struct str wanted = str_format(b->arena, "To: <" STR_FMT ">", STR_ARG(to));
	DIR *d = opendir(folder.p);
	struct dirent *entry;

	while (d && (entry = readdir(d)) != NULL) {
		const char *path = visit_path(b, STR_FMT "/%s", STR_ARG(folder), entry->d_name);
		struct str mail = running_read_file(b->arena, path);

		if (entry->d_name[0] != '.' && str_find(mail, wanted) >= 0 &&
		    str_find(mail, str_from_c(words)) >= 0)
			found = mail;
	}
	if (d)
		closedir(d);
	return found;
}

static inline struct str wait_for_mail(struct browser *b, struct str to, const char *words)
{
	int64_t until = clock_ticks() + MAIL_WAIT_MS;
	struct str mail = { 0 };

	while (!mail.n && clock_ticks() < until) {
		usleep(50000);
		mail = find_mail(b, to, words);
	}
	if (!mail.n)
		fail_msg("no mail to " STR_FMT " came", STR_ARG(to));
	return mail;
}

struct site *site;

static inline int password_start(void **state)
{
	(void)state;
	site = site_start((const char *const[]){ "account", "post", NULL });
	site_start_worker(site, "mail");
	return 0;
}

static inline int password_stop(void **state)
{
	(void)state;
	visit_end();
	site_stop(site);
	return 0;
}

#endif
