/* Checking who somebody is, and what happens when it goes wrong often. */
#include "domain/user_login.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/secret.h"
#include "base/utf8.h"
#include "domain/captcha.h"
#include "domain/limit.h"
#include "domain/user_internal.h"

static const struct limit_class fail_account = { "fail", 0, 0, LOGIN_SOFT_SECONDS };
static const struct limit_class fail_address = { "fail-from", 0, 0, LOGIN_SOFT_SECONDS };
static const struct limit_class fail_hour = { "fail-hour", 0, 0, LOGIN_HARD_SECONDS };
static const struct limit_class fail_known = { "fail-known", 0, 0, LOGIN_HARD_SECONDS };

/* Only for its part of the key: where an account logged in from. */
static const struct limit_class known = { "known", 0, 0, 0 };

static const struct db_sql sql_by_name =
	SQL("SELECT " USER_COLUMNS ", u.password_hash FROM user u WHERE u.username_folded = ?");

static const struct db_sql sql_by_id =
	SQL("SELECT " USER_COLUMNS ", u.password_hash FROM user u WHERE u.user_id = ?");

static const struct db_sql sql_by_email =
	SQL("SELECT " USER_COLUMNS ", u.password_hash FROM user u WHERE u.email_folded = ?");

static const struct db_sql sql_set_hash =
	SQL("UPDATE user SET password_hash = ? WHERE user_id = ? AND password_hash = ?");

static const struct db_sql sql_stands = SQL(
	"SELECT 1 FROM user WHERE user_id = ? AND password_hash = ? AND role = ? AND state = ?");

static const struct cache_script script_remember =
	CACHE_SCRIPT("redis.call('ZADD', KEYS[1], ARGV[1], ARGV[2])\n"
		     "redis.call('ZREMRANGEBYRANK', KEYS[1], 0, -1 - tonumber(ARGV[3]))\n"
		     "redis.call('EXPIRE', KEYS[1], ARGV[4])\n"
		     "return 1");

/* Somebody as the tables know them; user.id 0 and no hash when they do not. */
struct candidate {
	struct user user;
	struct str hash;
};

static err look_up(struct ctx *c, const struct db_sql *sql, struct db_args key,
		   struct candidate *out)
{
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, sql, key);

	if (e || !db_next(rows))
		return e;
	user_read_row(&out->user, rows);
	out->hash = db_str(rows, USER_COLUMN_COUNT);
	return OK;
}

/*
 * An address is whose it was proved to be, and nobody's before. Answered for an account that only
 * claims it, anybody could claim one and learn by logging in whether it is somebody else's.
 */
static err find_candidate(struct ctx *c, struct str login, struct candidate *out)
{
	struct str folded;

	*out = (struct candidate){ 0 };
	if (str_find_byte(login, '@') < 0)
		return utf8_fold(c->arena, login, &folded)
			       ? OK
			       : look_up(c, &sql_by_name, DB_ARGS(folded), out);
	if (user_email_problem(login))
		return OK;
	return look_up(c, &sql_by_email, DB_ARGS(user_email_fold(c->arena, login)), out);
}

/* Better parameters than when the password was set: hash it again, now that it is at hand. */
static void refresh_hash(struct ctx *c, struct candidate *who, struct str first_pass)
{
	struct str fresh;
	int64_t changed = 0;

	if (!user_password_is_outdated(c->arena, who->hash) ||
	    user_password_hash(c->arena, first_pass, &fresh))
		return;
	if (db_exec(c->db, &changed, &sql_set_hash, DB_ARGS(fresh, who->user.id, who->hash)))
		log_warn("login: a password could not be hashed anew");
	if (changed)
		who->hash = fresh;
}

/* One hash is computed whatever comes in, so that the time tells nothing. */
static err check_password(struct ctx *c, struct candidate *who, struct str password,
			  bool is_first_pass)
{
	struct str first = is_first_pass ? password : user_first_pass(c->arena, password);
	err e = user_password_check(who->hash, first);

	if (e)
		return e;
	if (user_ban_end_if_over(c, &who->user))
		log_warn("login: whether an account is open again is not known");
	if (who->user.state != USER_ACTIVE)
		return ERR_FORBIDDEN;
	refresh_hash(c, who, first);
	return OK;
}

err user_authenticate(struct ctx *c, struct str login, struct str password, bool is_first_pass,
		      struct user *out)
{
	struct candidate who;
	err e = find_candidate(c, login, &who);

	if (!e)
		e = check_password(c, &who, password, is_first_pass);
	if (!e || e == ERR_FORBIDDEN)
		*out = who.user;
	return e;
}

/* The windows one try is counted in. */
struct windows {
	struct str account, address, hour;
	struct str known_key, group;
	int hour_most;
};

/*
 * An unknown name has windows of its own, like an account's: the answers do not tell them apart.
 * Without Redis nothing is counted, so nothing may be tried: ERR_UNAVAILABLE.
 */
static err find_windows(struct ctx *c, const struct login_try *t, const struct candidate *who,
			struct windows *w)
{
	struct cache_reply *since;
	struct str name, both;
	err e;

	if (who->user.id)
		name = str_format(c->arena, "id:%lld", (long long)who->user.id);
	else if (utf8_fold(c->arena, t->login, &name))
		name = t->login;
	w->account = limit_other_key(c->arena, &fail_account, name);
	w->address = limit_address_key(c->arena, &fail_address, t->address);
	w->group = w->address;
	w->known_key = limit_other_key(c->arena, &known, name);
	e = cache_run(c->cache, &since, CACHE_ARGS(STR("ZSCORE"), w->known_key, w->group));
	if (e)
		return e;
	if (!cache_is_nil(since)) {
		both = str_format(c->arena, STR_FMT " " STR_FMT, STR_ARG(name), STR_ARG(w->group));
		w->hour = limit_other_key(c->arena, &fail_known, both);
		w->hour_most = LOGIN_HARD_KNOWN;
	} else {
		w->hour = limit_other_key(c->arena, &fail_hour, name);
		w->hour_most = LOGIN_HARD;
	}
	return OK;
}

static bool is_suspicious(struct ctx *c, const struct windows *w)
{
	return limit_wait(c, w->account, LOGIN_FREE_ACCOUNT, LOGIN_SOFT_SECONDS) > 0 ||
	       limit_wait(c, w->address, LOGIN_FREE_ADDRESS, LOGIN_SOFT_SECONDS) > 0;
}

static void count_failure(struct ctx *c, const struct windows *w)
{
	limit_count(c, w->account, LOGIN_FREE_ACCOUNT, LOGIN_SOFT_SECONDS);
	limit_count(c, w->address, LOGIN_FREE_ADDRESS, LOGIN_SOFT_SECONDS);
	limit_count(c, w->hour, w->hour_most, LOGIN_HARD_SECONDS);
}

/*
 * The account's short window starts afresh; the hour's and the address's do not, or somebody with
 * an account of their own could guess at others without end.
 */
static void note_success(struct ctx *c, const struct windows *w)
{
	struct cache_reply *reply;

	limit_clear(c, w->account);
	if (cache_run_script(c->cache, &reply, &script_remember, 1,
			     CACHE_ARGS(w->known_key, c->now, w->group, LOGIN_KNOWN_ADDRESSES,
					LOGIN_KNOWN_SECONDS)))
		log_warn("login: an address could not be remembered");
}

static err answer_try(struct ctx *c, const struct login_try *t, struct candidate *who,
		      const struct windows *w, struct login_result *out)
{
	err e = check_password(c, who, t->password, t->is_first_pass);

	switch (e) {
	case OK:
		note_success(c, w);
		out->user = who->user;
		out->hash = who->hash;
		out->answer = LOGIN_OK;
		return OK;
	case ERR_FORBIDDEN:
		out->answer = who->user.state == USER_PENDING ? LOGIN_PENDING : LOGIN_DISABLED;
		if (user_ban_find(c, who->user.id, &out->ban))
			log_debug("login: nobody said why an account is closed");
		return OK;
	case ERR_AUTH:
		count_failure(c, w);
		log_info("login: a wrong password, user=%lld from " STR_FMT,
			 (long long)who->user.id, STR_ARG(t->address));
		out->answer = LOGIN_WRONG;
		out->needs_captcha = is_suspicious(c, w);
		return OK;
	default:
		return e;
	}
}

static err try_candidate(struct ctx *c, const struct login_try *t, struct candidate *who,
			 struct login_result *out)
{
	struct login_result result = { 0 };
	struct windows w;
	bool is_right = true;
	err e = find_windows(c, t, who, &w);

	if (e)
		return e;
	result.needs_captcha = is_suspicious(c, &w);
	result.retry_seconds = limit_wait(c, w.hour, w.hour_most, LOGIN_HARD_SECONDS);
	if (result.needs_captcha)
		e = captcha_check(c, t->captcha_id, t->captcha_typed, &is_right);
	if (result.retry_seconds > 0)
		result.answer = LOGIN_CLOSED;
	else if (!is_right)
		result.answer = LOGIN_WRONG_CAPTCHA;
	else if (!e)
		e = answer_try(c, t, who, &w, &result);
	if (e)
		return e;
	*out = result;
	return OK;
}

err user_log_in(struct ctx *c, const struct login_try *t, struct login_result *out)
{
	struct candidate who;
	err e = find_candidate(c, t->login, &who);

	return e ? e : try_candidate(c, t, &who, out);
}

err user_confirm(struct ctx *c, const struct login_try *t, struct login_result *out)
{
	struct candidate who = { 0 };
	err e = look_up(c, &sql_by_id, DB_ARGS(c->viewer.id), &who);

	return e ? e : try_candidate(c, t, &who, out);
}

err user_login_find(struct ctx *c, int64_t user_id, struct login_result *out)
{
	struct candidate who = { 0 };
	err e = look_up(c, &sql_by_id, DB_ARGS(user_id), &who);

	if (e)
		return e;
	if (!who.user.id || who.user.state == USER_PENDING || who.user.state == USER_GONE)
		return ERR_NOT_FOUND;
	e = user_ban_end_if_over(c, &who.user);
	if (e)
		return e;
	*out = (struct login_result){
		.answer = who.user.state == USER_ACTIVE ? LOGIN_OK : LOGIN_DISABLED,
		.user = who.user,
		.hash = who.hash,
	};
	if (out->answer == LOGIN_DISABLED)
		e = user_ban_find(c, user_id, &out->ban);
	return e == ERR_NOT_FOUND ? OK : e;
}

struct str user_login_stamp(struct arena *a, const struct login_result *r)
{
	return secret_hash(a, str_format(a, STR_FMT " %d %d", STR_ARG(r->hash), (int)r->user.role,
					 (int)r->user.state));
}

err user_login_stands(struct ctx *c, const struct login_result *r)
{
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, &sql_stands,
			 DB_ARGS(r->user.id, r->hash, (int)r->user.role, (int)USER_ACTIVE));

	if (e)
		return e;
	return db_next(rows) ? OK : ERR_AUTH;
}

void user_login_trust(struct ctx *c, int64_t user_id, struct str address)
{
	struct login_try t = { .address = address };
	struct candidate who = { .user = { .id = user_id } };
	struct windows w;

	if (!find_windows(c, &t, &who, &w))
		note_success(c, &w);
}

void user_login_forget(struct ctx *c, int64_t user_id)
{
	static const struct limit_class *const windows[] = { &fail_account, &fail_hour, &known };
	struct str name = str_format(c->arena, "id:%lld", (long long)user_id);
	size_t i;

	for (i = 0; i < ARRAY_LEN(windows); i++)
		limit_clear(c, limit_other_key(c->arena, windows[i], name));
}

bool user_login_needs_captcha(struct ctx *c, struct str address)
{
	struct str key = limit_address_key(c->arena, &fail_address, address);

	return limit_wait(c, key, LOGIN_FREE_ADDRESS, LOGIN_SOFT_SECONDS) > 0;
}
