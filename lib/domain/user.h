/*
 * Users: who may write here. The only code that reads or writes the `user` and
 * `email_token` tables.
 *
 * Names are compared in the form of utf8_fold, so that no two people have names that look alike by
 * case or width; stored and shown as typed. Passwords are hashed twice: user_first_pass (fixed,
 * also done by the browser's script) and argon2id with a random salt.
 */
#ifndef DOMAIN_USER_H
#define DOMAIN_USER_H

#include "domain/ctx.h"

#define USER_NAME_MIN 2 /* code points */
#define USER_NAME_MAX 24
#define USER_EMAIL_MAX 254   /* bytes */
#define USER_PASSWORD_MIN 12 /* code points */
#define USER_PASSWORD_MAX 128
#define USER_ACTIVATION_HOURS 24
#define USER_RESET_MINUTES 15

/* GONE: the owner left (domain/leaving.h), only what they wrote is still here. */
enum user_state { USER_PENDING, USER_ACTIVE, USER_DISABLED, USER_GONE };

/* A user as pages show one. */
struct user {
	int64_t id;
	int64_t user_no;
	struct str name;
	struct str avatar; /* file name; empty for the drawn default */
	struct str bio;
	enum role role;
	enum user_state state;
	int level;
	int64_t posts, followers, following;
	int64_t created_at;  /* Unix ms, UTC */
	struct str email;    /* empty when there is none; only for the user's own pages */
	struct str zone;     /* empty: the site's */
	struct str language; /* "zh" or "en"; empty: the browser's */
};

/*
 * What is wrong with a name, address or password, in English for the text catalogue; NULL when
 * nothing.
 *
 * A name has letters (Latin ones, Han, kana, hangul, bopomofo), digits, and single '_', '-' and '.'
 * between them; at least one letter. It is none of the reserved names (admin, root ...) and holds
 * no sensitive word. Cyrillic and Greek are left out because their letters pass for Latin ones.
 */
const char *user_name_problem(struct ctx *c, struct str name);
/* The same without the reserved names, for those who make accounts for others. */
const char *user_name_form_problem(struct str name);
/* local@domain.tld in ASCII; nothing that could end a header line. */
const char *user_email_problem(struct str email);
/* Too short, too long, among the common ones, or the name or address itself. */
const char *user_password_problem(struct ctx *c, struct str password, struct str name,
				  struct str email);

struct registration {
	struct str username, email, password;
	int language; /* TEXT_ZH or TEXT_EN: of the mail */
};

/*
 * Make a pending account and ask for the activation mail, in one transaction. The fields have been
 * checked. The same form_id again is OK and changes nothing. ERR_CONFLICT when the name is in use.
 *
 * An address in use is no error (that would tell who has an account): its owner gets a mail that
 * says so, the pending account is made all the same (a free name would tell, too) but cannot be
 * activated, and the caller shows the same page. An address counts as in use once a link proved it,
 * so nobody can keep an address from its owner by registering it first. More than five mails an
 * hour to one address are silently not sent.
 */
err user_register(struct ctx *c, const struct registration *r, struct str form_id) MUST_CHECK;

/*
 * Send the activation mail again, if there is such a pending account; OK either way. The caller
 * limits by address; more than three an hour for one e-mail are silently not sent.
 */
err user_resend_activation(struct ctx *c, struct str email, int language) MUST_CHECK;

/*
 * Whose activation link this is, for the page with the button: a GET must not activate, because
 * mail scanners follow links. ERR_NOT_FOUND for a wrong or expired one.
 */
err user_activation_find(struct ctx *c, struct str token, struct user *out) MUST_CHECK;

/*
 * Use an activation link. OK when the account is active now (also when it was already, by this same
 * link). ERR_NOT_FOUND for a wrong or expired one, and when the address was proved by another
 * account meanwhile.
 */
err user_activate(struct ctx *c, struct str token, struct user *out) MUST_CHECK;

/*
 * Check a name or address and a password. Takes the same time whether or not the account exists.
 * password is what was typed, or its first pass when is_first_pass. ERR_AUTH when they do not
 * belong together; ERR_FORBIDDEN when they do, but the account is not active (*out is filled).
 */
err user_authenticate(struct ctx *c, struct str login, struct str password, bool is_first_pass,
		      struct user *out) MUST_CHECK;

/*
 * Whether somebody was known by this name who has left: nobody gets it again, lest they be taken
 * for them. The name itself is not kept, only a keyed hash. Of names that are free in the table.
 */
err user_name_is_retired(struct ctx *c, struct str name, bool *out) MUST_CHECK;
/*
 * Asked again inside the transaction that gave somebody the name: it may have been free only
 * because its owner left a moment ago. ERR_CONFLICT then.
 */
err user_name_check_taken(struct ctx *c, struct str name) MUST_CHECK;
/* The name this user has is never given to anybody again. Inside a transaction; again it changes
 * nothing. */
err user_name_retire(struct ctx *c, int64_t user_id) MUST_CHECK;

/* ERR_NOT_FOUND when there is none (a pending one counts as none). */
err user_find(struct ctx *c, int64_t id, struct user *out) MUST_CHECK;
err user_find_by_name(struct ctx *c, struct str name, struct user *out) MUST_CHECK;

/*
 * 64 lower-case hex digits: SHA-256 of "plaza-first-pass:" and the UTF-8 of the typed password. The
 * browser's script does the same before it sends.
 */
struct str user_first_pass(struct arena *a, struct str password);

/* argon2id of a first pass, for the table. ERR_UNAVAILABLE when there is no memory for it, or too
 * many are hashed already. */
err user_password_hash(struct arena *a, struct str first_pass, struct str *out) MUST_CHECK;

/*
 * For plazactl: an active account with a role; email may be empty. ERR_CONFLICT when the name or
 * the address is taken.
 */
err user_create(struct ctx *c, const struct registration *r, enum role role,
		int64_t *id_out) MUST_CHECK;

/* Everybody, in the order of user_no: those after the given one. For plazactl. */
struct users {
	struct user *items;
	size_t count;
};
err user_list(struct ctx *c, int64_t after_user_no, int limit, struct users *out) MUST_CHECK;

/* For plazactl. Also ends the user's sessions, so that the new role counts at once. */
err user_set_role(struct ctx *c, int64_t id, enum role role) MUST_CHECK;
/*
 * For plazactl: open or closed for good, whatever a moderator set. Ends all sessions, too. Both:
 * ERR_NOT_FOUND when there is no such user, or they left; written down in the moderation log.
 */
err user_set_state(struct ctx *c, int64_t id, enum user_state state) MUST_CHECK;

#endif
