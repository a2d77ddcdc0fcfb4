/*
 * Users: who may write here. The only code that reads or writes the `user` and
 * `email_token` tables.
 *
 * Names are compared in the form of utf8_fold, so that no two people have names that look alike by case or
 * width; stored and shown as typed. Passwords are hashed twice: user_first_pass (fixed, also done by the
 * browser's script) and argon2id with a random salt.
 */
#ifndef DOMAIN_USER_H
#define DOMAIN_USER_H

#include "domain/ctx.h"

#define USER_NAME_MIN 2            /* code points */
#define USER_NAME_MAX 24
#define USER_EMAIL_MAX 254         /* bytes */
#define USER_PASSWORD_MIN 12       /* code points */
#define USER_PASSWORD_MAX 128
#define USER_ACTIVATION_HOURS 24

enum user_state { USER_PENDING, USER_ACTIVE, USER_DISABLED };

/* A user as pages show one. */
struct user {
	int64_t id;
	int64_t user_no;
	struct str name;
	struct str avatar;     /* file name; empty for the drawn default */
	struct str bio;
	enum role role;
	enum user_state state;
	int level;
	int64_t posts, followers, following;
	int64_t created_at;    /* Unix ms, UTC */
	struct str email;      /* empty when there is none; only for the user's own pages */
};

/* What is wrong with a name, address or password, in English for the text catalogue; NULL when nothing. */
const char *user_name_problem(struct ctx *c, struct str name);
const char *user_email_problem(struct str email);
/* Too short, too long, among the common ones, or the name or address itself. */
const char *user_password_problem(struct ctx *c, struct str password, struct str name,
				  struct str email);

struct registration {
	struct str username, email, password;
};

/* Which unique thing was taken, when user_register says ERR_CONFLICT. */
enum user_taken { USER_TAKEN_NOTHING, USER_TAKEN_NAME, USER_TAKEN_EMAIL };

/*
 * Make a pending account and put the activation mail into the outbox, in one transaction. The fields have
 * been checked. The same form_id again is OK and changes nothing. ERR_CONFLICT with *taken set when the
 * name is in use. An address in use is no error (that would tell who has an account): its owner gets
 * a mail that says so, and the caller shows the same page.
 */
err user_register(struct ctx *c, const struct registration *r, struct str form_id,
		  enum user_taken *taken) MUST_CHECK;

/* Send the activation mail again, if there is such a pending account; OK either way. */
err user_resend_activation(struct ctx *c, struct str email) MUST_CHECK;

/*
 * Use an activation link. OK when the account is active now (also when it was already, by this same link).
 * ERR_NOT_FOUND for a wrong, used or expired one.
 */
err user_activate(struct ctx *c, struct str token, struct user *out) MUST_CHECK;

/*
 * Check a name or address and a password. Takes the same time whether or not the account exists.
 * password is what was typed, or its first pass when is_first_pass. ERR_AUTH when they do not belong
 * together; ERR_FORBIDDEN when they do, but the account is not active (*out is filled).
 */
err user_authenticate(struct ctx *c, struct str login, struct str password, bool is_first_pass,
		      struct user *out) MUST_CHECK;

/* ERR_NOT_FOUND when there is none (a pending one counts as none). */
err user_find(struct ctx *c, int64_t id, struct user *out) MUST_CHECK;
err user_find_by_name(struct ctx *c, struct str name, struct user *out) MUST_CHECK;

/* 64 hex digits: SHA-256 of the site-independent fixed salt and the typed password; see assets/login.js. */
struct str user_first_pass(struct arena *a, struct str password);

/* For plazactl and the demo data: an active account with a role. ERR_CONFLICT when the name is taken. */
err user_create(struct ctx *c, const struct registration *r, enum role role, int64_t *id_out) MUST_CHECK;
/* Also ends the user's sessions, so that the new role counts at once. */
err user_set_role(struct ctx *c, int64_t id, enum role role) MUST_CHECK;
/* Disabling ends all sessions. */
err user_set_state(struct ctx *c, int64_t id, enum user_state state) MUST_CHECK;

#endif
