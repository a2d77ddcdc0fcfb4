/* Codes: their limits, their making, their checking. */
#include "domain/code.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/secret.h"
#include "base/utf8.h"
#include "domain/limit.h"
#include "domain/mail.h"
#include "domain/sms.h"

#define DAY_SECONDS 86400
#define HOUR_SECONDS 3600
#define TYPED_MOST 32

static const struct limit_class by_target = { "code", 0, 0, CODE_PAUSE_SECONDS };
static const struct limit_class by_target_day = { "code-day", 0, 0, DAY_SECONDS };
static const struct limit_class by_address = { "code-from", 0, 0, HOUR_SECONDS };
static const struct limit_class by_network = { "code-net", 0, 0, HOUR_SECONDS };
static const struct limit_class by_site = { "sms-site", 0, 0, DAY_SECONDS };

/* KEYS: the code. ARGV: its hash, the seconds it lives. */
static const struct cache_script script_make =
	CACHE_SCRIPT("redis.call('DEL', KEYS[1])\n"
		     "redis.call('HSET', KEYS[1], 'code', ARGV[1], 'wrong', 0)\n"
		     "redis.call('EXPIRE', KEYS[1], ARGV[2])\n"
		     "return 1");

/*
 * KEYS: the code. ARGV: the hash of what was typed, the most wrong tries, 1 to use it up. In one
 * step, so that tries sent at once are counted one by one.
 */
static const struct cache_script script_check = CACHE_SCRIPT(
	"local s = redis.call('HMGET', KEYS[1], 'code', 'wrong')\n"
	"if not s[1] or tonumber(s[2]) >= tonumber(ARGV[2]) then return 0 end\n"
	"if s[1] ~= ARGV[1] then redis.call('HINCRBY', KEYS[1], 'wrong', 1) return 0 end\n"
	"if ARGV[3] == '1' then redis.call('DEL', KEYS[1]) end\n"
	"return 1");

bool code_is_mail(struct str target)
{
	return str_find_byte(target, '@') >= 0;
}

/* Strict, unlike limit_check: without an answer there is no place. */
static err take(struct ctx *c, struct str key, int most, const struct limit_class *l,
		int64_t *retry_seconds)
{
	struct cache_reply *reply = limit_want(c, key, most, l->seconds);
	err e = cache_flush(c->cache);

	if (e)
		return e;
	return cache_is_nil(reply) ? ERR_UNAVAILABLE : limit_read(reply, retry_seconds);
}

/* What the site may spend in a day is spent: once an hour somebody is told. */
static void sound_alarm(struct ctx *c)
{
	struct cache_reply *first;

	if (cache_run(c->cache, &first,
		      CACHE_ARGS(STR("SET"), STR("sms:alarm"), c->now, STR("NX"), STR("EX"),
				 HOUR_SECONDS)))
		return;
	if (!cache_is_nil(first))
		log_error("ALARM sms: all %d short messages of this day are used up",
			  c->config->sms.daily_most);
}

static err take_of_site(struct ctx *c, int64_t *retry_seconds)
{
	struct str key = limit_other_key(c->arena, &by_site, STR("all"));
	err e = take(c, key, c->config->sms.daily_most, &by_site, retry_seconds);

	if (e == ERR_LIMITED)
		sound_alarm(c);
	return e;
}

/* The client's first: who asks too much must not use up the places of somebody's number. */
err code_take_place(struct ctx *c, struct str target, struct str address, int64_t *retry_seconds)
{
	struct arena *a = c->arena;
	err e = take(c, limit_address_key(a, &by_address, address), CODE_HOURLY_ADDRESS,
		     &by_address, retry_seconds);

	if (!e)
		e = take(c, limit_network_key(a, &by_network, address), CODE_HOURLY_NETWORK,
			 &by_network, retry_seconds);
	if (!e)
		e = take(c, limit_other_key(a, &by_target, target), 1, &by_target, retry_seconds);
	if (!e)
		e = take(c, limit_other_key(a, &by_target_day, target), CODE_DAILY, &by_target_day,
			 retry_seconds);
	if (!e && !code_is_mail(target))
		e = take_of_site(c, retry_seconds);
	return e;
}

bool code_needs_captcha(struct ctx *c, struct str target, struct str address)
{
	struct str from = limit_address_key(c->arena, &by_address, address);
	struct str to = limit_other_key(c->arena, &by_target_day, target);

	return limit_wait(c, from, CODE_FREE, HOUR_SECONDS) > 0 ||
	       (target.n && limit_wait(c, to, CODE_FREE, DAY_SECONDS) > 0);
}

err code_request(struct ctx *c, const struct code_for *f, int64_t user_id, int language)
{
	err e = db_begin(c->db);

	if (e)
		return e;
	if (code_is_mail(f->target))
		e = mail_request_code(c, f, user_id, language);
	else
		e = sms_request_code(c, f, user_id, language);
	return db_end(c->db, e);
}

/* Keyed: who reads Redis learns neither the number nor, by trying a million, the code. */
static struct str code_hash(struct ctx *c, const struct code_for *f, struct str digits)
{
	const struct str parts[] = { STR("code"), str_format(c->arena, "%d", (int)f->purpose),
				     f->target, f->holder, digits };

	return secret_mac(c->arena, c->config->site.secret, parts, ARRAY_LEN(parts));
}

static struct str code_key(struct ctx *c, const struct code_for *f)
{
	struct str place = code_hash(c, f, STR("place"));

	return str_format(c->arena, "code:{" STR_FMT "}", STR_ARG(place));
}

err code_make(struct ctx *c, const struct code_for *f, struct str *digits_out)
{
	struct str digits = str_format(c->arena, "%06u", secret_random_below(1000000));
	int life = code_is_mail(f->target) ? CODE_MAIL_SECONDS : CODE_SECONDS;
	struct cache_reply *made;
	err e = cache_run_script(c->cache, &made, &script_make, 1,
				 CACHE_ARGS(code_key(c, f), code_hash(c, f, digits), life));

	if (e)
		return e;
	if (cache_is_nil(made))
		return ERR_UNAVAILABLE;
	*digits_out = digits;
	return OK;
}

/* Six digits, whatever width and white space they were typed with; empty when they are none. */
static struct str plain(struct arena *a, struct str typed)
{
	struct str folded;
	char *digits;
	size_t i, n = 0;

	if (typed.n > TYPED_MOST || utf8_fold(a, typed, &folded))
		return (struct str){ 0 };
	digits = str_c(a, folded);
	for (i = 0; i < folded.n; i++) {
		if (digits[i] == ' ' || digits[i] == '-')
			continue;
		if (digits[i] < '0' || digits[i] > '9')
			return (struct str){ 0 };
		digits[n++] = digits[i];
	}
	return n == CODE_DIGITS ? (struct str){ digits, n } : (struct str){ 0 };
}

/* What is no code at all is a wrong try like any other. */
err code_check(struct ctx *c, const struct code_for *f, struct str typed, bool is_used_up,
	       bool *is_right)
{
	struct str hash = code_hash(c, f, plain(c->arena, typed));
	struct cache_reply *answer;
	err e = cache_run_script(c->cache, &answer, &script_check, 1,
				 CACHE_ARGS(code_key(c, f), hash, CODE_TRIES,
					    is_used_up ? STR("1") : STR("0")));

	if (e)
		return e;
	if (cache_is_nil(answer))
		return ERR_UNAVAILABLE;
	*is_right = cache_int(answer) == 1;
	return OK;
}
