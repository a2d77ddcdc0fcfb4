/* One-time links and accounts that wait for them: made here, forgotten here. */
#include "domain/user_token.h"

#include "base/clock.h"
#include "base/secret.h"
#include "domain/user_internal.h"

#define TOKEN_BYTES 32

static const struct db_sql sql_insert = SQL(
	"INSERT INTO email_token (token_hash, user_id, purpose, expires_at) VALUES (?, ?, ?, ?)");

static const struct db_sql sql_sweep_tokens =
	SQL("DELETE FROM email_token WHERE expires_at < ? ORDER BY expires_at LIMIT ?");

/* By state, so that no more rows are looked at than wait. One that wrote something was active once.
 */
static const struct db_sql sql_sweep_users =
	SQL("DELETE FROM user WHERE state = 0 AND created_at < ? AND posts = 0"
	    " ORDER BY created_at LIMIT ?");

err user_find_pending(struct ctx *c, int64_t id, struct user *out)
{
	struct user found;
	err e = user_find_any(c, id, &found);

	if (e)
		return e;
	if (found.state != USER_PENDING || !found.email.n)
		return ERR_NOT_FOUND;
	*out = found;
	return OK;
}

static err make(struct ctx *c, int64_t user_id, int purpose, int64_t until, struct str *token_out)
{
	struct str token = secret_token(c->arena, TOKEN_BYTES);
	err e = db_exec(c->db, NULL, &sql_insert,
			DB_ARGS(secret_hash(c->arena, token), user_id, purpose, until));

	if (e)
		return e;
	*token_out = token;
	return OK;
}

err user_token_new(struct ctx *c, int64_t user_id, struct str *token_out)
{
	return make(c, user_id, USER_TOKEN_ACTIVATION, c->now + USER_ACTIVATION_HOURS * CLOCK_HOUR,
		    token_out);
}

err user_token_new_reset(struct ctx *c, int64_t user_id, struct str *token_out)
{
	return make(c, user_id, USER_TOKEN_RESET, c->now + USER_RESET_MINUTES * CLOCK_MINUTE,
		    token_out);
}

err user_sweep(struct ctx *c, int limit, int64_t *swept)
{
	int64_t tokens, users;
	err e = db_exec(c->db, &tokens, &sql_sweep_tokens, DB_ARGS(c->now - CLOCK_DAY, limit));

	if (!e)
		e = db_exec(c->db, &users, &sql_sweep_users,
			    DB_ARGS(c->now - USER_PENDING_DAYS * CLOCK_DAY, limit));
	if (e)
		return e;
	*swept = tokens + users;
	return OK;
}
