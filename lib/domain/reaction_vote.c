/* Votes: one script decides, counts and records. The ranking follows when SQL has them. */
#include "domain/reaction.h"

#include "domain/reaction_fill.h"
#include "domain/reaction_keys.h"

/* What the script answers: enum vote_answer, or one of these. */
#define ANSWER_GONE (-2)
#define ANSWER_LOAD (-1)

/*
 * KEYS: article, voters, stream. ARGV: user, post. Every check comes before the first write: a
 * script that fails half-way keeps what it wrote. Voting ends by Redis's clock, a minute before the
 * voters are forgotten, and a day before the article is. Gives the answer and the votes.
 */
static const struct cache_script script_vote = CACHE_SCRIPT(
	"local k = KEYS[1] "
	"local known = redis.call('HMGET', k, 'time', 'voters', 'poster', 'gone') "
	"if known[4] then return {-2, 0} end "
	"if not known[1] then return {-1, 0} end "
	"local function refused(why) return {why, tonumber(redis.call('HGET', k, 'votes'))} end "
	"local ends, t = known[1] + 604800000, redis.call('TIME') "
	"if t[1] * 1000 + t[2] / 1000 >= ends then return refused(2) end "
	"if known[3] == ARGV[1] then return refused(3) end "
	"if not known[2] then return {-1, 0} end "
	"if redis.call('SADD', KEYS[2], ARGV[1]) == 0 then return refused(1) end "
	"if redis.call('SCARD', KEYS[2]) == 1 then "
	"redis.call('EXPIREAT', KEYS[2], math.floor(ends / 1000) + 60) end "
	"redis.call('XADD', KEYS[3], '*', 'e', 'vote 1 ' .. ARGV[2] .. ' ' .. ARGV[1]) "
	"return {0, redis.call('HINCRBY', k, 'votes', 1)}");

static err ask(struct ctx *c, int64_t post_id, struct cache_reply **out)
{
	struct reaction_keys k = reaction_keys(c->arena, post_id);
	err e = cache_run_script(c->cache, out, &script_vote, 3,
				 CACHE_ARGS(k.article, k.voters, k.stream, c->viewer.id, post_id));

	if (e)
		return e;
	return cache_items(*out) == 2 ? OK : ERR_UNAVAILABLE;
}

err vote_cast(struct ctx *c, int64_t post_id, enum vote_answer *answer, int64_t *votes)
{
	struct cache_reply *reply;
	int64_t code;
	err e;

	if (ctx_is_guest(c))
		return ERR_AUTH;
	e = ask(c, post_id, &reply);
	if (!e && cache_int(cache_item(reply, 0)) == ANSWER_LOAD) {
		e = reaction_fill(c, post_id);
		if (!e)
			e = ask(c, post_id, &reply);
	}
	if (e)
		return e;
	code = cache_int(cache_item(reply, 0));
	if (code == ANSWER_GONE)
		return ERR_NOT_FOUND;
	if (code == ANSWER_LOAD)
		return ERR_UNAVAILABLE;
	*answer = (enum vote_answer)code;
	*votes = cache_int(cache_item(reply, 1));
	return OK;
}
