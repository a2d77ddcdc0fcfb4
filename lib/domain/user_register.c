/*
 * Registering and activating. An address belongs to nobody until somebody used the link that was
 * sent to it: only then email_folded, which is unique, is set.
 */
#include "base/clock.h"
#include "base/secret.h"
#include "base/utf8.h"
#include "domain/form_once.h"
#include "domain/limit.h"
#include "domain/mail.h"
#include "domain/user_internal.h"
#include "domain/user_token.h"

#define RESEND_MOST 3
#define REGISTER_MOST 5 /* one person with a few tries; nobody's letter box is a target */
#define MAILS_SECONDS 3600
#define TOKEN_LENGTH 43

static const struct limit_class resend_by_email = { "resend", 0, 0, MAILS_SECONDS };
static const struct limit_class register_by_email = { "register-mail", 0, 0, MAILS_SECONDS };

static const struct db_sql sql_insert = SQL(
	"INSERT INTO user (user_id, username, username_folded, email, password_hash, role, state,"
	" created_at) VALUES (?, ?, ?, ?, ?, 0, 0, ?)");

static const struct db_sql sql_owner = SQL("SELECT user_id FROM user WHERE email_folded = ?");

/* The column's collation does not tell upper and lower case apart. */
static const struct db_sql sql_pending =
	SQL("SELECT user_id FROM user WHERE email = ? AND state = 0 ORDER BY user_no DESC LIMIT 1");

static const struct db_sql sql_find_token =
	SQL("SELECT " USER_COLUMNS ", t.expires_at, t.used_at FROM email_token t"
	    " JOIN user u ON u.user_id = t.user_id WHERE t.token_hash = ? AND t.purpose = ?");

/* FOR UPDATE on both rows: of two clicks the second finds the account active. */
static const struct db_sql sql_lock_token =
	SQL("SELECT " USER_COLUMNS ", t.expires_at, t.used_at FROM email_token t"
	    " JOIN user u ON u.user_id = t.user_id WHERE t.token_hash = ? AND t.purpose = ?"
	    " FOR UPDATE");

static const struct db_sql sql_use_token =
	SQL("UPDATE email_token SET used_at = ? WHERE token_hash = ?");

static const struct db_sql sql_activate =
	SQL("UPDATE user SET state = 1, email_folded = ? WHERE user_id = ? AND state = 0");

struct register_job {
	struct ctx *c;
	const struct registration *r;
	struct str form_id, folded, hash, email_folded;
	int64_t id;
	bool is_repeat;
};

err user_email_owner(struct ctx *c, struct str email_folded, int64_t *id_out)
{
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, &sql_owner, DB_ARGS(email_folded));

	if (e)
		return e;
	*id_out = db_next(rows) ? db_int(rows, 0) : 0;
	return OK;
}

static bool is_too_often(struct ctx *c, const struct limit_class *l, struct str email_folded,
			 int most)
{
	int64_t retry;

	return limit_check(c, limit_other_key(c->arena, l, email_folded), most, MAILS_SECONDS,
			   &retry) != OK;
}

static err register_work(void *context)
{
	struct register_job *job = context;
	struct ctx *c = job->c;
	const struct registration *r = job->r;
	int64_t owner;
	err e = form_once_claim(c, job->form_id, job->id);

	job->is_repeat = e == ERR_CONFLICT;
	if (e)
		return e;
	e = db_exec(c->db, NULL, &sql_insert,
		    DB_ARGS(job->id, r->username, job->folded, r->email, job->hash, c->now));
	if (!e)
		e = user_name_check_taken(c, r->username);
	if (!e)
		e = user_email_owner(c, job->email_folded, &owner);
	if (e || is_too_often(c, &register_by_email, job->email_folded, REGISTER_MOST))
		return e;
	if (owner)
		return mail_request(c, MAIL_ADDRESS_IN_USE, owner, r->language);
	return mail_request(c, MAIL_ACTIVATION, job->id, r->language);
}

err user_register(struct ctx *c, const struct registration *r, struct str form_id)
{
	struct register_job job = { .c = c, .r = r, .form_id = form_id };
	err e = utf8_fold(c->arena, r->username, &job.folded);

	job.email_folded = user_email_fold(c->arena, r->email);
	if (!e)
		e = user_password_hash(c->arena, user_first_pass(c->arena, r->password), &job.hash);
	if (!e)
		e = ctx_new_id(c, &job.id);
	if (e)
		return e;
	e = db_transaction(c->db, register_work, &job);
	return e == ERR_CONFLICT && job.is_repeat ? OK : e;
}

/* Whose link can be sent to an address again; 0 when nobody's. */
static err find_waiting(struct ctx *c, struct str email, struct str email_folded, int64_t *id_out)
{
	struct db_rows *rows;
	int64_t owner;
	err e = user_email_owner(c, email_folded, &owner);

	if (!e)
		e = db_query(c->db, c->arena, &rows, &sql_pending, DB_ARGS(email));
	if (e)
		return e;
	*id_out = db_next(rows) && !owner ? db_int(rows, 0) : 0;
	return OK;
}

/* Asks for a mail to nobody where there is none to send: the time must not tell who is here. */
err user_resend_activation(struct ctx *c, struct str email, int language)
{
	struct str folded = user_email_fold(c->arena, email);
	int64_t id, nobody;
	err e = find_waiting(c, email, folded, &id);

	if (!e)
		e = ctx_new_id(c, &nobody);
	if (e)
		return e;
	if (is_too_often(c, &resend_by_email, folded, RESEND_MOST))
		id = 0;
	e = db_begin(c->db);
	if (e)
		return e;
	return db_end(c->db, mail_request(c, MAIL_ACTIVATION, id ? id : nobody, language));
}

/* The user of a link that can be used now, or was, with success. */
static err find_token(struct ctx *c, const struct db_sql *sql, struct str token, struct user *out)
{
	struct db_rows *rows;
	struct user u;
	bool is_used, is_expired;
	err e;

	if (!secret_is_token(token, TOKEN_LENGTH))
		return ERR_NOT_FOUND;
	e = db_query(c->db, c->arena, &rows, sql,
		     DB_ARGS(secret_hash(c->arena, token), USER_TOKEN_ACTIVATION));
	if (e)
		return e;
	if (!db_next(rows))
		return ERR_NOT_FOUND;
	user_read_row(&u, rows);
	is_expired = db_int(rows, USER_COLUMN_COUNT) <= c->now;
	is_used = !db_is_null(rows, USER_COLUMN_COUNT + 1);
	if (is_used ? u.state != USER_ACTIVE : is_expired || u.state != USER_PENDING)
		return ERR_NOT_FOUND;
	*out = u;
	return OK;
}

err user_activation_find(struct ctx *c, struct str token, struct user *out)
{
	return find_token(c, &sql_find_token, token, out);
}

struct activate_job {
	struct ctx *c;
	struct str token;
	struct user *out;
};

static err activate_work(void *context)
{
	struct activate_job *job = context;
	struct ctx *c = job->c;
	struct str email;
	err e = find_token(c, &sql_lock_token, job->token, job->out);

	if (e || job->out->state == USER_ACTIVE)
		return e;
	email = user_email_fold(c->arena, job->out->email);
	e = db_exec(c->db, NULL, &sql_activate, DB_ARGS(email, job->out->id));
	if (e == ERR_CONFLICT)
		return ERR_NOT_FOUND;
	if (e)
		return e;
	job->out->state = USER_ACTIVE;
	return db_exec(c->db, NULL, &sql_use_token,
		       DB_ARGS(c->now, secret_hash(c->arena, job->token)));
}

err user_activate(struct ctx *c, struct str token, struct user *out)
{
	struct user activated = { 0 };
	struct activate_job job = { .c = c, .token = token, .out = &activated };
	err e = db_transaction(c->db, activate_work, &job);

	if (e)
		return e;
	*out = activated;
	return OK;
}
