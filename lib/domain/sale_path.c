/* Captchas and one-time paths of a sale. */
#include "domain/sale_path.h"

#include "base/num.h"
#include "base/secret.h"
#include "domain/captcha.h"
#include "domain/sale_keys.h"

#define PATH_LENGTH 43

/* keys: the sale, the path; user, seconds. An enum sale_refusal: 0 when the path is there. */
static const struct cache_script script_open =
	CACHE_SCRIPT("local s = redis.call('HMGET', KEYS[1], 'starts', 'ends', 'closed')\n"
		     "if not s[1] or not s[2] then return tonumber(ARGV[3]) end\n"
		     "local time = redis.call('TIME')\n"
		     "local now = time[1] * 1000 + math.floor(time[2] / 1000)\n"
		     "if s[3] == '1' or now >= tonumber(s[2]) then return tonumber(ARGV[5]) end\n"
		     "if now < tonumber(s[1]) then return tonumber(ARGV[4]) end\n"
		     "redis.call('SET', KEYS[2], ARGV[1], 'EX', ARGV[2], 'NX')\n"
		     "return 0");

static struct str owner_of(struct ctx *c, int64_t sale_id)
{
	return str_format(c->arena, " sale %lld %lld", (long long)sale_id, (long long)c->viewer.id);
}

err sale_captcha_new(struct ctx *c, int64_t sale_id, struct str *id_out)
{
	return captcha_new_for(c, owner_of(c, sale_id), id_out);
}

err sale_captcha_picture(struct ctx *c, int64_t sale_id, struct str id, struct str *png_out)
{
	return captcha_picture_for(c, id, owner_of(c, sale_id), png_out);
}

static struct str path_of(struct ctx *c, int64_t sale_id, struct str captcha)
{
	const struct str parts[] = { STR("sale path"), owner_of(c, sale_id), captcha };

	return secret_mac(c->arena, c->config->site.secret, parts, ARRAY_LEN(parts));
}

/* The same form once more: its captcha is used up, and has made this path. */
static err find_again(struct ctx *c, int64_t sale_id, struct str path)
{
	struct cache_reply *reply;
	err e = cache_run(c->cache, &reply,
			  CACHE_ARGS(STR("EXISTS"), sale_path_key(c->arena, sale_id, path)));

	if (e)
		return e;
	return cache_int(reply) == 1 ? OK : ERR_INVALID;
}

static err hand_out(struct ctx *c, int64_t sale_id, struct str path, enum sale_refusal *why)
{
	struct cache_reply *reply;
	err e = cache_run_script(c->cache, &reply, &script_open, 2,
				 CACHE_ARGS(sale_key(c->arena, sale_id),
					    sale_path_key(c->arena, sale_id, path), c->viewer.id,
					    SALE_PATH_SECONDS, (int)SALE_REFUSED_AWAY,
					    (int)SALE_REFUSED_EARLY, (int)SALE_REFUSED_LATE));

	if (e)
		return e;
	*why = cache_is_nil(reply) ? SALE_REFUSED_AWAY : (enum sale_refusal)cache_int(reply);
	return *why == SALE_NO_REFUSAL ? OK : ERR_CONFLICT;
}

err sale_path_new(struct ctx *c, int64_t sale_id, struct str captcha, struct str typed,
		  struct str *path_out, enum sale_refusal *why)
{
	struct str path;
	bool is_right;
	err e;

	*why = SALE_NO_REFUSAL;
	if (ctx_is_guest(c))
		return ERR_AUTH;
	e = captcha_check_for(c, captcha, owner_of(c, sale_id), typed, &is_right);
	if (e)
		return e;
	path = path_of(c, sale_id, captcha);
	e = is_right ? hand_out(c, sale_id, path, why) : find_again(c, sale_id, path);
	if (!e)
		*path_out = path;
	return e;
}

struct cache_reply *sale_path_want(struct ctx *c, int64_t sale_id, struct str path)
{
	return cache_want(c->cache, CACHE_ARGS(STR("GET"), sale_path_key(c->arena, sale_id, path)));
}

bool sale_path_take(struct ctx *c, int64_t sale_id, struct str path,
		    const struct cache_reply *reply)
{
	int64_t user;

	if (!secret_is_token(path, PATH_LENGTH) || !num_parse_id(cache_text(reply), &user) ||
	    user != c->viewer.id)
		return false;
	/* Kept, so that the form that made it does not look like a wrong answer when it comes
	 * again. */
	cache_want(c->cache, CACHE_ARGS(STR("SET"), sale_path_key(c->arena, sale_id, path),
					STR("-"), STR("XX"), STR("KEEPTTL")));
	cache_may_wait(c->cache);
	return true;
}
