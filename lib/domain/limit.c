/* Sliding windows in Redis: one list of times for each account, address or name that is counted. */
#include "domain/limit.h"

#include <arpa/inet.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/secret.h"
#include "domain/captcha.h"
#include "domain/limit_lua.h"

/*
 * People, not machines: each number is a few times what a busy person does, so that nobody meets
 * one by using the site, and low enough that a script fills no page before somebody looks.
 *
 * An address may stand for a whole school behind one router, so limits by address are several times
 * those by account, and are set only where an account does not exist yet or costs nothing to make.
 */

/* Guessing is stopped by the counters of user_login.c; this bounds the work of hashing: a hash
 * takes some 25 ms of a core, so one address gets 5 s of each 600. */
const struct limit_class limit_login = { "login", 0, 200, 600 };
/* Each may send a mail: a class of pupils registers in one lesson, with a few tries each. */
const struct limit_class limit_register = { "register", 0, 100, 3600 };
/* A link that did not arrive is asked for again two or three times; a stranger's letter box is not
 * a target. */
const struct limit_class limit_mail = { "mail", 0, 20, 3600 };
/* One every half minute for ten minutes is more than anybody writes. */
const struct limit_class limit_post = { "post", 20, 100, 600 };
/* A lively argument is a comment every ten seconds. */
const struct limit_class limit_comment = { "comment", 60, 300, 600 };
/* Two a second for a minute: somebody who likes a whole page at once. */
const struct limit_class limit_react = { "react", 120, 0, 60 };
/* Each costs the worker a second: somebody who tries a dozen faces, or puts goods into a shop. */
const struct limit_class limit_upload = { "upload", 30, 120, 3600 };
/* A draft saved every ten seconds, a preview every ten, and the edits. */
const struct limit_class limit_edit = { "edit", 180, 0, 600 };
/* Each is kept for three minutes, so this is how many there are: three reloads a second, all the
 * time; a school at the login. */
const struct limit_class limit_captcha = { "captcha", 600, 6000, CAPTCHA_SECONDS };
/* A wrong captcha every two seconds. Each order request needs a path, so the limit by address here
 * is theirs, too: a school that presses together, each of its pupils more than once. */
const struct limit_class limit_sale_path = { "sale_path", 30, 6000, 60 };
/* Impatience: once would do, as the second press is answered with the state of the first. By
 * address nginx counts them (nginx/plaza-http.conf.in), before they cost Redis anything. */
const struct limit_class limit_sale_press = { "sale_press", 20, 0, 10 };
/* Every 200 ms from two windows, the whole time: the waiting page asks less and less often. */
const struct limit_class limit_sale_poll = { "sale_poll", 600, 0, 60 };
/* Sessions of a whole class that ended over lunch; each may hold a long text. */
const struct limit_class limit_held = { "held", 0, 60, 3600 };

static const struct cache_script script_step = CACHE_SCRIPT(
	LIMIT_STEP_LUA "return limit_step(KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2]))");

static const struct cache_script script_wait =
	CACHE_SCRIPT("local time = redis.call('TIME')\n"
		     "local now = time[1] * 1000 + math.floor(time[2] / 1000)\n"
		     "local at = redis.call('LINDEX', KEYS[1], -tonumber(ARGV[1]))\n"
		     "return at and at + tonumber(ARGV[2]) - now or 0");

static const struct cache_script script_count =
	CACHE_SCRIPT("local time = redis.call('TIME')\n"
		     "local now = time[1] * 1000 + math.floor(time[2] / 1000)\n"
		     "redis.call('RPUSH', KEYS[1], string.format('%.0f', now))\n"
		     "redis.call('LTRIM', KEYS[1], -tonumber(ARGV[1]), -1)\n"
		     "redis.call('PEXPIRE', KEYS[1], ARGV[2])\n"
		     "return 0");

struct str limit_account_key(struct arena *a, const struct limit_class *l, int64_t user_id)
{
	struct buf b;

	buf_init(&b, a, 64);
	BUF_LIT(&b, "limit:");
	buf_add(&b, str_from_c(l->name));
	BUF_LIT(&b, ":{");
	buf_add_i64(&b, user_id);
	BUF_LIT(&b, "}");
	return buf_str(&b);
}

/* The part of an address that one person is likely to hold alone. */
static struct str address_group(struct arena *a, struct str address)
{
	char *text = str_c(a, address);
	char shown[INET6_ADDRSTRLEN];
	struct in_addr v4;
	struct in6_addr v6;

	if (inet_pton(AF_INET, text, &v4) == 1)
		return address;
	if (inet_pton(AF_INET6, text, &v6) != 1)
		return STR("unknown");
	if (IN6_IS_ADDR_V4MAPPED(&v6)) {
		if (!inet_ntop(AF_INET, v6.s6_addr + 12, shown, sizeof(shown)))
			return STR("unknown");
		return str_copy(a, str_from_c(shown));
	}
	memset(v6.s6_addr + 8, 0, 8);
	if (!inet_ntop(AF_INET6, &v6, shown, sizeof(shown)))
		return STR("unknown");
	return str_format(a, "%s/64", shown);
}

/* The part that one provider gave to one customer of theirs, or a few. */
static struct str network_of(struct arena *a, struct str address)
{
	struct str group = address_group(a, address);
	char shown[INET6_ADDRSTRLEN];
	struct in_addr v4;
	struct in6_addr v6;

	if (inet_pton(AF_INET, str_c(a, group), &v4) == 1) {
		v4.s_addr &= htonl(0xffffff00);
		inet_ntop(AF_INET, &v4, shown, sizeof(shown));
		return str_format(a, "%s/24", shown);
	}
	if (inet_pton(AF_INET6, str_c(a, address), &v6) != 1)
		return STR("unknown");
	memset(v6.s6_addr + 6, 0, 10);
	inet_ntop(AF_INET6, &v6, shown, sizeof(shown));
	return str_format(a, "%s/48", shown);
}

struct str limit_network_key(struct arena *a, const struct limit_class *l, struct str address)
{
	struct str network = network_of(a, address);

	return str_format(a, "limit:%s:{" STR_FMT "}", l->name, STR_ARG(network));
}

struct str limit_address_key(struct arena *a, const struct limit_class *l, struct str address)
{
	struct str group = address_group(a, address);

	return str_format(a, "limit:%s:{" STR_FMT "}", l->name, STR_ARG(group));
}

struct str limit_other_key(struct arena *a, const struct limit_class *l, struct str who)
{
	struct str hash = secret_hash(a, who);

	return str_format(a, "limit:%s:{" STR_FMT "}", l->name, STR_ARG(hash));
}

struct cache_reply *limit_want(struct ctx *c, struct str key, int most, int seconds)
{
	int64_t window = seconds * CLOCK_SECOND;

	return cache_want_script(c->cache, &script_step, 1, CACHE_ARGS(key, most, window));
}

err limit_read(const struct cache_reply *reply, int64_t *retry_seconds)
{
	int64_t wait = cache_int(reply);

	if (wait <= 0)
		return OK;
	*retry_seconds = (wait + CLOCK_SECOND - 1) / CLOCK_SECOND;
	return ERR_LIMITED;
}

err limit_check(struct ctx *c, struct str key, int most, int seconds, int64_t *retry_seconds)
{
	struct cache_reply *reply = limit_want(c, key, most, seconds);

	if (cache_flush(c->cache))
		return OK;
	return limit_read(reply, retry_seconds);
}

int64_t limit_wait(struct ctx *c, struct str key, int most, int seconds)
{
	struct cache_reply *reply;
	int64_t window = seconds * CLOCK_SECOND, retry = 0;

	if (cache_run_script(c->cache, &reply, &script_wait, 1, CACHE_ARGS(key, most, window)))
		return 0;
	return limit_read(reply, &retry) ? retry : 0;
}

void limit_count(struct ctx *c, struct str key, int most, int seconds)
{
	struct cache_reply *reply;
	int64_t window = seconds * CLOCK_SECOND;

	if (cache_run_script(c->cache, &reply, &script_count, 1, CACHE_ARGS(key, most, window)))
		log_warn("limit: a failure could not be counted");
}

void limit_clear(struct ctx *c, struct str key)
{
	struct cache_reply *reply;

	if (cache_run(c->cache, &reply, CACHE_ARGS(STR("DEL"), key)))
		log_warn("limit: a count could not be cleared");
}
