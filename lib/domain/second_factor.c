/* The second factor of an account: begun, confirmed, asked for, taken away. */
#include "domain/second_factor.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/num.h"
#include "base/secret.h"
#include "base/utf8.h"
#include "domain/credential.h"
#include "domain/limit.h"
#include "domain/totp.h"

#define CONTEXT STR("second-factor")
#define TYPED_MOST 40
#define HOUR_SECONDS 3600
#define CODE_LENGTH 6
#define RECOVERY_LENGTH 12
#define RECOVERY_GROUP 4
#define RECOVERY_LETTERS "abcdefghjkmnpqrstuvwxyz23456789" /* 31 of them: 59 bits in twelve */

static const struct limit_class fail_here = { "second", 0, 0, HOUR_SECONDS };
static const struct limit_class fail_all = { "second-all", 0, 0, HOUR_SECONDS };

static const struct db_sql sql_find =
	SQL("SELECT secret_sealed FROM second_factor WHERE user_id = ?");

static const struct db_sql sql_insert =
	SQL("INSERT INTO second_factor (user_id, secret_sealed, last_step, created_at)"
	    " VALUES (?, ?, ?, ?)");

/* The row changes for the first of two that bring the same code. */
static const struct db_sql sql_use_step =
	SQL("UPDATE second_factor SET last_step = ? WHERE user_id = ? AND last_step < ?");

static const struct db_sql sql_use_recovery =
	SQL("UPDATE recovery_code SET used_at = ? WHERE user_id = ? AND code_hash = ?"
	    " AND used_at = 0");

static const struct db_sql sql_add_recovery =
	SQL("INSERT INTO recovery_code (user_id, code_hash) VALUES (?, ?)");

static const struct db_sql sql_drop_recovery = SQL("DELETE FROM recovery_code WHERE user_id = ?");

static const struct db_sql sql_drop = SQL("DELETE FROM second_factor WHERE user_id = ?");

static err find_secret(struct ctx *c, int64_t user_id, struct str *out)
{
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, &sql_find, DB_ARGS(user_id));

	if (e)
		return e;
	if (!db_next(rows))
		return ERR_NOT_FOUND;
	if (secret_unseal(c->arena, c->config->site.secret, CONTEXT, db_str(rows, 0), out))
		return OK;
	log_error("second factor of user=%lld was sealed with another site.secret",
		  (long long)user_id);
	return ERR_INTERNAL;
}

err second_find(struct ctx *c, int64_t user_id, bool *is_on)
{
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, &sql_find, DB_ARGS(user_id));

	if (e)
		return e;
	*is_on = db_next(rows);
	return OK;
}

static struct str setup_key(struct ctx *c)
{
	return str_format(c->arena, "second:new:{%lld}", (long long)c->viewer.id);
}

err second_start(struct ctx *c)
{
	char bytes[TOTP_SECRET_SIZE];
	struct cache_reply *kept;
	struct str sealed;
	err e;

	secret_random(bytes, sizeof(bytes));
	sealed = secret_seal(c->arena, c->config->site.secret, CONTEXT,
			     (struct str){ bytes, sizeof(bytes) });
	e = cache_run(c->cache, &kept,
		      CACHE_ARGS(STR("SET"), setup_key(c), sealed, STR("EX"),
				 SECOND_SETUP_SECONDS));
	if (e)
		return e;
	return cache_is_nil(kept) ? ERR_UNAVAILABLE : OK;
}

static err find_setup(struct ctx *c, struct str *sealed, struct str *secret)
{
	struct cache_reply *kept;
	err e = cache_run(c->cache, &kept, CACHE_ARGS(STR("GET"), setup_key(c)));

	if (e)
		return e;
	*sealed = cache_text(kept);
	return secret_unseal(c->arena, c->config->site.secret, CONTEXT, *sealed, secret)
		       ? OK
		       : ERR_NOT_FOUND;
}

err second_setup(struct ctx *c, struct second_setup *out)
{
	struct str sealed, secret;
	err e = find_setup(c, &sealed, &secret);

	if (e)
		return e;
	out->key = totp_key_text(c->arena, secret);
	out->uri = totp_uri(c->arena, secret, c->config->site.name, c->viewer.name);
	return OK;
}

/* What was typed without blanks and hyphens, in small letters. */
static struct str plain(struct arena *a, struct str typed)
{
	struct str folded;
	char *text;
	size_t i, n = 0;

	if (typed.n > TYPED_MOST || utf8_fold(a, typed, &folded))
		return (struct str){ 0 };
	text = str_c(a, folded);
	for (i = 0; i < folded.n; i++)
		if (text[i] != ' ' && text[i] != '-')
			text[n++] = text[i];
	return (struct str){ text, n };
}

static struct str recovery_hash(struct ctx *c, int64_t user_id, struct str code)
{
	const struct str parts[] = { STR("recovery"), num_text(c->arena, user_id), code };

	return secret_mac(c->arena, c->config->site.secret, parts, ARRAY_LEN(parts));
}

/* "abcd-efgh-jkmn", and without its hyphens. */
static struct str make_recovery(struct arena *a, struct str *shown)
{
	struct buf b, with_hyphens;
	size_t i;

	buf_init(&b, a, RECOVERY_LENGTH + 1);
	buf_init(&with_hyphens, a, 2 * RECOVERY_LENGTH);
	for (i = 0; i < RECOVERY_LENGTH; i++) {
		char letter = RECOVERY_LETTERS[secret_random_below(sizeof(RECOVERY_LETTERS) - 1)];

		if (i && i % RECOVERY_GROUP == 0)
			buf_add_char(&with_hyphens, '-');
		buf_add_char(&with_hyphens, letter);
		buf_add_char(&b, letter);
	}
	*shown = buf_str(&with_hyphens);
	return buf_str(&b);
}

struct second_job {
	struct ctx *c;
	struct str sealed;
	int64_t step;
	int language;
	struct second_codes *codes;
};

static err replace_recovery(struct second_job *job)
{
	struct ctx *c = job->c;
	size_t i;
	err e = db_exec(c->db, NULL, &sql_drop_recovery, DB_ARGS(c->viewer.id));

	for (i = 0; !e && i < SECOND_RECOVERY_CODES; i++) {
		struct str code = make_recovery(c->arena, &job->codes->items[i]);

		e = db_exec(c->db, NULL, &sql_add_recovery,
			    DB_ARGS(c->viewer.id, recovery_hash(c, c->viewer.id, code)));
	}
	return e;
}

static err tell(const struct second_job *job, enum credential_event event)
{
	return credential_tell(job->c, event, job->c->viewer.id, (struct str){ 0 }, job->language);
}

static err confirm_work(void *context)
{
	struct second_job *job = context;
	struct ctx *c = job->c;
	err e = db_exec(c->db, NULL, &sql_insert,
			DB_ARGS(c->viewer.id, job->sealed, job->step, c->now));

	if (e == ERR_CONFLICT)
		return ERR_NOT_FOUND;
	if (!e)
		e = replace_recovery(job);
	return e ? e : tell(job, CREDENTIAL_SECOND_ON);
}

err second_confirm(struct ctx *c, struct str typed, int language, struct second_codes *out)
{
	struct second_job job = { .c = c, .language = language, .codes = out };
	struct str secret;
	err e = find_setup(c, &job.sealed, &secret);

	if (e)
		return e;
	if (!totp_match(secret, c->now, plain(c->arena, typed), &job.step))
		return ERR_INVALID;
	e = db_transaction(c->db, confirm_work, &job);
	if (!e && cache_run(c->cache, &(struct cache_reply *){ NULL },
			    CACHE_ARGS(STR("DEL"), setup_key(c))))
		log_warn("second factor: what was begun stays until it ends by itself");
	return e;
}

/* ERR_INVALID when it is not right, or was used. */
static err use_code(struct ctx *c, int64_t user_id, struct str digits)
{
	struct str secret;
	int64_t step, changed;
	err e = find_secret(c, user_id, &secret);

	if (e)
		return e;
	if (!totp_match(secret, c->now, digits, &step))
		return ERR_INVALID;
	e = db_exec(c->db, &changed, &sql_use_step, DB_ARGS(step, user_id, step));
	if (e)
		return e;
	return changed ? OK : ERR_INVALID;
}

struct recovery_job {
	struct ctx *c;
	int64_t user_id;
	struct str code;
	int language;
};

static err recovery_work(void *context)
{
	const struct recovery_job *job = context;
	struct ctx *c = job->c;
	int64_t changed;
	err e = db_exec(c->db, &changed, &sql_use_recovery,
			DB_ARGS(c->now, job->user_id, recovery_hash(c, job->user_id, job->code)));

	if (e)
		return e;
	if (!changed)
		return ERR_INVALID;
	return credential_tell(c, CREDENTIAL_RECOVERY_USED, job->user_id, (struct str){ 0 },
			       job->language);
}

static err use(struct ctx *c, int64_t user_id, struct str typed, int language)
{
	struct recovery_job job = {
		.c = c, .user_id = user_id, .code = plain(c->arena, typed), .language = language
	};

	if (job.code.n == CODE_LENGTH)
		return use_code(c, user_id, job.code);
	if (job.code.n != RECOVERY_LENGTH)
		return ERR_INVALID;
	return db_transaction(c->db, recovery_work, &job);
}

/* A place before the code is looked at, so that many tries at once are no more than one by one. */
static err take_place(struct ctx *c, struct str key, int most, int64_t *retry_seconds)
{
	struct cache_reply *reply = limit_want(c, key, most, HOUR_SECONDS);
	err e = cache_flush(c->cache);

	if (e)
		return e;
	return cache_is_nil(reply) ? ERR_UNAVAILABLE : limit_read(reply, retry_seconds);
}

err second_check(struct ctx *c, int64_t user_id, struct str typed, struct str address, int language,
		 enum second_answer *answer, int64_t *retry_seconds)
{
	struct str from = limit_address_key(c->arena, &fail_here, address);
	struct str who = str_format(c->arena, "%lld " STR_FMT, (long long)user_id, STR_ARG(from));
	struct str here = limit_other_key(c->arena, &fail_here, who);
	struct str all = limit_account_key(c->arena, &fail_all, user_id);
	err e = take_place(c, here, SECOND_TRIES, retry_seconds);

	if (!e)
		e = take_place(c, all, SECOND_TRIES_ALL, retry_seconds);
	if (e == ERR_LIMITED) {
		*answer = SECOND_CLOSED;
		return OK;
	}
	if (!e)
		e = use(c, user_id, typed, language);
	if (e && e != ERR_INVALID)
		return e;
	*answer = e ? SECOND_WRONG : SECOND_RIGHT;
	if (e)
		log_info("second factor: a wrong code, user=%lld from " STR_FMT, (long long)user_id,
			 STR_ARG(address));
	else
		limit_clear(c, here);
	return OK;
}

static err renew_work(void *context)
{
	struct second_job *job = context;
	err e = replace_recovery(job);

	return e ? e : tell(job, CREDENTIAL_RECOVERY_NEW);
}

err second_renew_codes(struct ctx *c, int language, struct second_codes *out)
{
	struct second_job job = { .c = c, .language = language, .codes = out };
	bool is_on;
	err e = second_find(c, c->viewer.id, &is_on);

	if (e)
		return e;
	return is_on ? db_transaction(c->db, renew_work, &job) : ERR_NOT_FOUND;
}

static err remove_work(void *context)
{
	struct second_job *job = context;
	struct ctx *c = job->c;
	int64_t changed;
	err e = db_exec(c->db, &changed, &sql_drop, DB_ARGS(c->viewer.id));

	if (e)
		return e;
	if (!changed)
		return ERR_NOT_FOUND;
	e = db_exec(c->db, NULL, &sql_drop_recovery, DB_ARGS(c->viewer.id));
	return e ? e : tell(job, CREDENTIAL_SECOND_OFF);
}

err second_remove(struct ctx *c, int language)
{
	struct second_job job = { .c = c, .language = language };

	return db_transaction(c->db, remove_work, &job);
}
