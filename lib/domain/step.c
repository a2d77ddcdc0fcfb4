/* Steps: a hash each. */
#include "domain/step.h"

#include "base/log.h"
#include "base/secret.h"

#define TOKEN_BYTES 32
#define TOKEN_LENGTH 43
#define CONTEXT STR("step")

/* KEYS: the step. ARGV: its life, then fields. */
static const struct cache_script script_keep = CACHE_SCRIPT(
	"redis.call('DEL', KEYS[1])\n"
	"for i = 2, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end\n"
	"redis.call('EXPIRE', KEYS[1], ARGV[1])\n"
	"return 1");

/* KEYS: the step. ARGV: the most tries. 1 while there are more. */
static const struct cache_script script_fail =
	CACHE_SCRIPT("if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end\n"
		     "if redis.call('HINCRBY', KEYS[1], 'wrong', 1) < tonumber(ARGV[1]) then\n"
		     "  return 1\n"
		     "end\n"
		     "redis.call('DEL', KEYS[1])\n"
		     "return 0");

enum { AT_USER, AT_STAMP, AT_TARGET, AT_OLD, AT_NEXT, AT_HELD, AT_REMEMBERED };

struct str step_token(struct ctx *c)
{
	return secret_token(c->arena, TOKEN_BYTES);
}

struct str step_holder(struct ctx *c, struct str token)
{
	if (!secret_is_token(token, TOKEN_LENGTH))
		return (struct str){ 0 };
	return secret_hash(c->arena, token);
}

static struct str step_key(struct ctx *c, enum step_kind kind, struct str holder)
{
	return str_format(c->arena, "step:%d:{" STR_FMT "}", (int)kind, STR_ARG(holder));
}

static struct str seal(struct ctx *c, struct str text)
{
	return secret_seal(c->arena, c->config->site.secret, CONTEXT, text);
}

static struct str unseal(struct ctx *c, struct str sealed)
{
	struct str text = { 0 };

	if (!secret_unseal(c->arena, c->config->site.secret, CONTEXT, sealed, &text))
		log_warn("step: something in Redis is not ours");
	return text;
}

err step_keep(struct ctx *c, enum step_kind kind, struct str holder, const struct step *s)
{
	const struct cache_arg args[] = {
		CACHE_ARG(step_key(c, kind, holder)),
		CACHE_ARG(STEP_SECONDS),
		CACHE_ARG(STR("user")),
		CACHE_ARG(s->user_id),
		CACHE_ARG(STR("stamp")),
		CACHE_ARG(s->stamp),
		CACHE_ARG(STR("target")),
		CACHE_ARG(seal(c, s->target)),
		CACHE_ARG(STR("old")),
		CACHE_ARG(seal(c, s->old)),
		CACHE_ARG(STR("next")),
		CACHE_ARG(s->next),
		CACHE_ARG(STR("held")),
		CACHE_ARG(s->held),
		CACHE_ARG(STR("remembered")),
		CACHE_ARG(s->is_remembered ? 1 : 0),
	};
	struct cache_reply *kept;
	err e = cache_run_script(c->cache, &kept, &script_keep, 1,
				 (struct cache_args){ args, ARRAY_LEN(args) });

	if (e)
		return e;
	return cache_is_nil(kept) ? ERR_UNAVAILABLE : OK;
}

err step_find(struct ctx *c, enum step_kind kind, struct str holder, struct step *out)
{
	struct cache_reply *s;
	err e;

	if (!holder.n)
		return ERR_NOT_FOUND;
	e = cache_run(c->cache, &s,
		      CACHE_ARGS(STR("HMGET"), step_key(c, kind, holder), STR("user"), STR("stamp"),
				 STR("target"), STR("old"), STR("next"), STR("held"),
				 STR("remembered")));
	if (e)
		return e;
	if (cache_items(s) <= AT_REMEMBERED || cache_is_nil(cache_item(s, AT_USER)))
		return ERR_NOT_FOUND;
	*out = (struct step){
		.user_id = cache_int(cache_item(s, AT_USER)),
		.stamp = cache_text(cache_item(s, AT_STAMP)),
		.target = unseal(c, cache_text(cache_item(s, AT_TARGET))),
		.old = unseal(c, cache_text(cache_item(s, AT_OLD))),
		.next = cache_text(cache_item(s, AT_NEXT)),
		.held = cache_text(cache_item(s, AT_HELD)),
		.is_remembered = cache_int(cache_item(s, AT_REMEMBERED)) == 1,
	};
	return OK;
}

err step_end(struct ctx *c, enum step_kind kind, struct str holder)
{
	struct cache_reply *gone;
	err e = cache_run(c->cache, &gone, CACHE_ARGS(STR("DEL"), step_key(c, kind, holder)));

	if (e)
		return e;
	return cache_int(gone) ? OK : ERR_NOT_FOUND;
}

err step_fail(struct ctx *c, enum step_kind kind, struct str holder)
{
	struct cache_reply *left;
	err e = cache_run_script(c->cache, &left, &script_fail, 1,
				 CACHE_ARGS(step_key(c, kind, holder), STEP_TRIES));

	if (e)
		return e;
	return cache_int(left) ? OK : ERR_NOT_FOUND;
}
