/* Changing a password, and setting one by a link in a mail. */
#include "domain/user_new_password.h"

#include "base/log.h"
#include "base/secret.h"
#include "base/utf8.h"
#include "domain/credential.h"
#include "domain/limit.h"
#include "domain/mail.h"
#include "domain/session.h"
#include "domain/user_internal.h"
#include "domain/user_token.h"

#define MAILS_MOST 3
#define MAILS_SECONDS 3600
#define TOKEN_LENGTH 43

static const struct limit_class forgotten = { "forgotten", 0, 0, MAILS_SECONDS };

static const struct db_sql sql_by_name = SQL("SELECT user_id FROM user WHERE username_folded = ?");

/* Who proved the address, else the newest account that claims it; in one statement either way. */
static const struct db_sql sql_by_email =
	SQL("SELECT COALESCE((SELECT user_id FROM user WHERE email_folded = ?),"
	    " (SELECT user_id FROM user WHERE email = ? AND state = 0"
	    " ORDER BY user_no DESC LIMIT 1))");

#define OPEN_TOKEN \
	"SELECT " USER_COLUMNS " FROM email_token t JOIN user u ON u.user_id = t.user_id" \
	" WHERE t.token_hash = ? AND t.purpose = ? AND t.used_at IS NULL AND t.expires_at > ?" \
	" AND u.state IN (0, 1)"

static const struct db_sql sql_find_token = SQL(OPEN_TOKEN);

/* FOR UPDATE on both rows: the second of two waits here, and then finds the token used. */
static const struct db_sql sql_lock_token = SQL(OPEN_TOKEN " FOR UPDATE");

static const struct db_sql sql_use_tokens =
	SQL("UPDATE email_token SET used_at = ? WHERE user_id = ? AND purpose = ?"
	    " AND used_at IS NULL");

/* Assigned from left to right: email_folded sees the old state. */
static const struct db_sql sql_reset =
	SQL("UPDATE user SET password_hash = ?, email_folded = IF(state = 0, ?, email_folded),"
	    " state = 1 WHERE user_id = ?");

static const struct db_sql sql_change =
	SQL("UPDATE user SET password_hash = ? WHERE user_id = ? AND password_hash = ?"
	    " AND state = 1");

static err find_id(struct ctx *c, struct str login, int64_t *out)
{
	struct str folded = user_email_fold(c->arena, login);
	bool is_email = str_find_byte(login, '@') >= 0;
	struct db_rows *rows;
	err e;

	*out = 0;
	if (!is_email && utf8_fold(c->arena, login, &folded))
		return OK;
	e = is_email ? db_query(c->db, c->arena, &rows, &sql_by_email, DB_ARGS(folded, login))
		     : db_query(c->db, c->arena, &rows, &sql_by_name, DB_ARGS(folded));
	if (e)
		return e;
	*out = db_next(rows) ? db_int(rows, 0) : 0;
	return OK;
}

/* An unknown name has a window of its own, like an account's. */
static bool is_too_often(struct ctx *c, struct str login, int64_t id)
{
	struct str who = login;
	int64_t retry;

	if (id)
		who = str_format(c->arena, "id:%lld", (long long)id);
	return limit_check(c, limit_other_key(c->arena, &forgotten, who), MAILS_MOST, MAILS_SECONDS,
			   &retry) != OK;
}

/*
 * Where there is nobody to write to, a mail to nobody is asked for: the commit is most of the time
 * a request takes, and must not tell who is here.
 */
err user_reset_request(struct ctx *c, struct str login, int language)
{
	int64_t id, nobody;
	err e = find_id(c, login, &id);

	if (!e)
		e = ctx_new_id(c, &nobody);
	if (e)
		return e;
	if (is_too_often(c, login, id))
		id = 0;
	e = db_begin(c->db);
	if (e)
		return e;
	return db_end(c->db, mail_request(c, MAIL_PASSWORD_RESET, id ? id : nobody, language));
}

err user_reset_start(struct ctx *c, int64_t user_id, struct user *out, struct str *token_out)
{
	struct user u;
	int64_t owner = 0;
	err e = user_find_any(c, user_id, &u);

	if (!e && u.state == USER_PENDING)
		e = user_email_owner(c, user_email_fold(c->arena, u.email), &owner);
	if (e)
		return e;
	if (!u.email.n || u.state >= USER_DISABLED || owner)
		return ERR_NOT_FOUND;
	e = user_token_new_reset(c, u.id, token_out);
	if (e)
		return e;
	*out = u;
	return OK;
}

static err find_token(struct ctx *c, const struct db_sql *sql, struct str token, struct user *out)
{
	struct db_rows *rows;
	err e;

	if (!secret_is_token(token, TOKEN_LENGTH))
		return ERR_NOT_FOUND;
	e = db_query(c->db, c->arena, &rows, sql,
		     DB_ARGS(secret_hash(c->arena, token), USER_TOKEN_RESET, c->now));
	if (e)
		return e;
	if (!db_next(rows))
		return ERR_NOT_FOUND;
	user_read_row(out, rows);
	return OK;
}

err user_reset_find(struct ctx *c, struct str token, struct user *out)
{
	return find_token(c, &sql_find_token, token, out);
}

struct password_job {
	struct ctx *c;
	struct str token;                     /* of a link; empty for a change */
	const struct login_result *confirmed; /* of a change */
	struct str hash;                      /* of the new password */
	int language;
	struct user user;
};

/*
 * What follows a new password, whichever way it came. The sessions end before the commit, so that a
 * password never changes while they cannot be ended.
 */
static err follow_up(struct password_job *job)
{
	struct ctx *c = job->c;
	err e = credential_tell(c, CREDENTIAL_PASSWORD, job->user.id, (struct str){ 0 },
				job->language);

	return e ? e : session_end_all(c, job->user.id);
}

static err use_tokens(struct password_job *job)
{
	struct ctx *c = job->c;

	return db_exec(c->db, NULL, &sql_use_tokens,
		       DB_ARGS(c->now, job->user.id, USER_TOKEN_RESET));
}

static err reset_work(void *context)
{
	struct password_job *job = context;
	struct ctx *c = job->c;
	struct str email;
	err e = find_token(c, &sql_lock_token, job->token, &job->user);

	if (!e)
		e = use_tokens(job);
	if (e)
		return e;
	email = user_email_fold(c->arena, job->user.email);
	e = db_exec(c->db, NULL, &sql_reset, DB_ARGS(job->hash, email, job->user.id));
	if (e == ERR_CONFLICT)
		return ERR_NOT_FOUND;
	job->user.state = USER_ACTIVE;
	return e ? e : follow_up(job);
}

/* The links first: their rows are locked in the same order by reset_work. */
static err change_work(void *context)
{
	struct password_job *job = context;
	struct ctx *c = job->c;
	int64_t changed;
	err e;

	job->user = job->confirmed->user;
	e = use_tokens(job);
	if (!e)
		e = db_exec(c->db, &changed, &sql_change,
			    DB_ARGS(job->hash, job->user.id, job->confirmed->hash));
	if (e)
		return e;
	return changed ? follow_up(job) : ERR_CONFLICT;
}

static err run(struct password_job *job, err (*work)(void *context), struct str password)
{
	struct ctx *c = job->c;
	struct str first_pass = user_first_pass(c->arena, password);
	err e = user_password_hash(c->arena, first_pass, &job->hash);

	if (!e)
		e = db_transaction(c->db, work, job);
	if (e)
		return e;
	/* Who logged in with the old one before the commit. */
	if (session_end_all(c, job->user.id))
		log_warn("password: sessions of user=%lld could not be ended again",
			 (long long)job->user.id);
	log_info("password: a new one, user=%lld", (long long)job->user.id);
	return OK;
}

err user_reset(struct ctx *c, struct str token, struct str password, int language, struct user *out)
{
	struct password_job job = { .c = c, .token = token, .language = language };
	/* Nothing is hashed for a link that is none. */
	err e = user_reset_find(c, token, &job.user);

	if (!e)
		e = run(&job, reset_work, password);
	if (e)
		return e;
	*out = job.user;
	return OK;
}

err user_change_password(struct ctx *c, const struct login_result *confirmed, struct str password,
			 int language)
{
	struct password_job job = { .c = c, .confirmed = confirmed, .language = language };

	return run(&job, change_work, password);
}
