/* rank:score: changes, pages, and building it anew. */
#include "domain/post_rank.h"

#include "base/log.h"
#include "base/num.h"
#include "base/clock.h"
#include "domain/reaction_keys.h"

#define RANK_KEY STR("rank:score")
/* The tag makes these live where rank:score lives, so that one can be renamed to the other. */
#define ASIDE_KEY STR("{rank:score}:aside")
#define LOCK_KEY STR("{rank:score}:lock")

#define BUILD_SECONDS 60 /* the longest a build may take before another may start */
#define BUILD_STEP 2000  /* rows read and added at once */
#define EXTRA 16         /* asked for beyond a page: posts with the same score as the cursor */
#define ROUNDS_MOST 64

static const struct cache_script script_add =
	CACHE_SCRIPT("if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end "
		     "redis.call('ZADD', KEYS[1], ARGV[1], ARGV[2]) "
		     "return redis.call('ZREMRANGEBYRANK', KEYS[1], 0, -1 - ARGV[3])");

static const struct cache_script script_put_in_place =
	CACHE_SCRIPT("if redis.call('GET', KEYS[3]) ~= ARGV[1] then return 0 end "
		     "if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end "
		     "redis.call('RENAME', KEYS[1], KEYS[2]) "
		     "redis.call('PERSIST', KEYS[2]) "
		     "return redis.call('DEL', KEYS[3])");

static const struct db_sql sql_step = SQL(
	"SELECT score, post_id FROM post FORCE INDEX (hot) WHERE deleted_at = 0 AND pinned_at = 0"
	" AND (score < ? OR (score = ? AND post_id < ?))"
	" ORDER BY score DESC, post_id DESC LIMIT ?");

static const struct db_sql sql_score =
	SQL("SELECT score FROM post WHERE post_id = ? AND deleted_at = 0 AND pinned_at = 0");

int64_t post_score(int64_t created_at, int64_t votes)
{
	return created_at / 1000 + VOTE_SECONDS_EACH * votes;
}

static struct str member(struct arena *a, int64_t post_id)
{
	return str_format(a, "%019lld", (long long)post_id);
}

void post_rank_add(struct ctx *c, int64_t post_id, int64_t score)
{
	cache_want_script(c->cache, &script_add, 1,
			  CACHE_ARGS(RANK_KEY, score, member(c->arena, post_id), POST_RANK_MOST));
}

void post_rank_raise(struct ctx *c, int64_t post_id, int64_t score)
{
	cache_want(c->cache, CACHE_ARGS(STR("ZADD"), RANK_KEY, STR("XX"), STR("GT"), score,
					member(c->arena, post_id)));
}

void post_rank_lower(struct ctx *c, int64_t post_id, int64_t score)
{
	cache_want(c->cache, CACHE_ARGS(STR("ZADD"), RANK_KEY, STR("XX"), STR("LT"), score,
					member(c->arena, post_id)));
}

void post_rank_remove(struct ctx *c, int64_t post_id)
{
	cache_want(c->cache, CACHE_ARGS(STR("ZREM"), RANK_KEY, member(c->arena, post_id)));
}

void post_version_bump(struct ctx *c)
{
	cache_want(c->cache, CACHE_ARGS(STR("INCR"), POSTS_VERSION_KEY));
}

static int64_t parse_member(struct str text)
{
	int64_t id = 0;

	while (text.n > 1 && text.p[0] == '0')
		text = str_slice(text, 1, text.n);
	return num_parse_id(text, &id) ? id : 0;
}

/* Take what comes after the cursor from a reply of ZREVRANGEBYSCORE ... WITHSCORES. */
static void take_places(const struct cache_reply *reply, struct post_place after, size_t most,
			struct post_places *out)
{
	struct post_place place;
	size_t i;

	for (i = 0; i + 1 < cache_items(reply) && out->count < most; i += 2) {
		place.id = parse_member(cache_text(cache_item(reply, i)));
		place.score = cache_int(cache_item(reply, i + 1));
		if (after.id && place.score == after.score && place.id >= after.id)
			continue;
		if (place.id)
			out->items[out->count++] = place;
	}
}

/*
 * Posts of the cursor's own score that stand before it come first in the answer and are left out;
 * when they are many, the next round goes on behind them.
 */
err post_rank_page(struct ctx *c, struct post_place after, size_t most, struct post_places *out)
{
	const struct str highest = STR("+inf");
	struct str from = after.id ? num_text(c->arena, after.score) : highest;
	int64_t step = (int64_t)most + EXTRA, offset = 0;
	struct cache_reply *reply, *size;
	bool is_end = false;
	int round;

	out->items = ARENA_ARRAY(c->arena, struct post_place, most);
	out->count = 0;
	for (round = 0; round < ROUNDS_MOST && out->count < most && !is_end; round++) {
		size = cache_want(c->cache, CACHE_ARGS(STR("ZCARD"), RANK_KEY));
		reply = cache_want(c->cache,
				   CACHE_ARGS(STR("ZREVRANGEBYSCORE"), RANK_KEY, from, STR("-inf"),
					      STR("WITHSCORES"), STR("LIMIT"), offset, step));
		if (cache_flush(c->cache) || cache_is_error(reply))
			return ERR_UNAVAILABLE;
		if (cache_int(size) == 0)
			return ERR_NOT_FOUND;
		take_places(reply, after, most, out);
		is_end = cache_items(reply) < (size_t)(2 * step);
		offset += step;
		if (is_end && out->count < most && cache_int(size) >= POST_RANK_MOST)
			return ERR_NOT_FOUND;
	}
	return OK;
}

/* One command with all rows of a step. */
static void add_rows(struct ctx *c, struct arena *a, struct db_rows *rows, struct post_place *last)
{
	size_t count = 0;
	struct cache_arg *args = ARENA_ARRAY(a, struct cache_arg, 2 + 2 * db_count(rows));

	args[count++] = cache_arg_text(STR("ZADD"));
	args[count++] = cache_arg_text(ASIDE_KEY);
	while (db_next(rows)) {
		last->score = db_int(rows, 0);
		last->id = db_int(rows, 1);
		args[count++] = cache_arg_int(last->score);
		args[count++] = cache_arg_text(member(a, last->id));
	}
	cache_want(c->cache, (struct cache_args){ args, count });
}

/* Read one step after *last and add it. *is_end_out: there was nothing more. a is emptied. */
static err build_step(struct ctx *c, struct arena *a, struct post_place *last, bool *is_end_out)
{
	struct db_rows *rows;
	err e = db_query(c->db, a, &rows, &sql_step,
			 DB_ARGS(last->score, last->score, last->id, BUILD_STEP));

	if (e)
		return e;
	*is_end_out = db_count(rows) == 0;
	if (*is_end_out)
		return OK;
	add_rows(c, a, rows, last);
	arena_reset(a);
	cache_want(c->cache, CACHE_ARGS(STR("EXPIRE"), ASIDE_KEY, BUILD_SECONDS));
	return cache_flush(c->cache);
}

static err build_aside(struct ctx *c)
{
	struct post_place last = { INT64_MAX, INT64_MAX };
	struct arena *a = arena_new(4096);
	bool is_end = false;
	int64_t done;
	err e = OK;

	cache_want(c->cache, CACHE_ARGS(STR("DEL"), ASIDE_KEY));
	for (done = 0; done < POST_RANK_MOST && !is_end && !e; done += BUILD_STEP)
		e = build_step(c, a, &last, &is_end);
	arena_free(a);
	return e ? e : cache_flush(c->cache);
}

/*
 * What was published while the set was built came too late for it, and a place that has risen since
 * stands too low: the highest ones are compared once more.
 */
static err catch_up(struct ctx *c)
{
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, &sql_step,
			 DB_ARGS(INT64_MAX, INT64_MAX, INT64_MAX, BUILD_STEP));

	if (e)
		return e;
	while (db_next(rows))
		cache_want(c->cache, CACHE_ARGS(STR("ZADD"), RANK_KEY, STR("GT"), db_int(rows, 0),
						member(c->arena, db_int(rows, 1))));
	return cache_flush(c->cache);
}

static err build_locked(struct ctx *c, struct str token)
{
	struct cache_reply *reply = NULL;
	err e = build_aside(c);

	if (!e)
		e = cache_run_script(c->cache, &reply, &script_put_in_place, 3,
				     CACHE_ARGS(ASIDE_KEY, RANK_KEY, LOCK_KEY, token));
	if (e || !cache_int(reply))
		return e;
	log_info("the ranking of posts was built from the database");
	return catch_up(c);
}

err post_rank_build(struct ctx *c, bool is_forced)
{
	struct str token = num_text(c->arena, clock_ticks_us());
	struct cache_reply *exists, *lock;
	err e;

	exists = cache_want(c->cache, CACHE_ARGS(STR("EXISTS"), RANK_KEY));
	lock = cache_want(c->cache, CACHE_ARGS(STR("SET"), LOCK_KEY, token, STR("NX"), STR("EX"),
					       BUILD_SECONDS));
	e = cache_flush(c->cache);
	if (e || cache_is_nil(lock))
		return e;
	if (cache_int(exists) && !is_forced)
		return cache_run(c->cache, &lock, CACHE_ARGS(STR("DEL"), LOCK_KEY));
	return build_locked(c, token);
}

/* It may have gone since it was read: asked once more. */
static err add_missing(struct ctx *c, int64_t post_id)
{
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, &sql_score, DB_ARGS(post_id));

	if (e || !db_next(rows))
		return e;
	post_rank_add(c, post_id, db_int(rows, 0));
	return cache_flush(c->cache);
}

/* What Redis has of them; NULL when it has no ranking, which is built when it is asked for. */
static err find_scores(struct ctx *c, const struct post_places *places, struct cache_reply **out)
{
	struct cache_reply *size = cache_want(c->cache, CACHE_ARGS(STR("ZCARD"), RANK_KEY));
	struct cache_arg *args = ARENA_ARRAY(c->arena, struct cache_arg, 2 + places->count);
	size_t i;
	err e;

	args[0] = cache_arg_text(STR("ZMSCORE"));
	args[1] = cache_arg_text(RANK_KEY);
	for (i = 0; i < places->count; i++)
		args[2 + i] = cache_arg_text(member(c->arena, places->items[i].id));
	*out = cache_want(c->cache, (struct cache_args){ args, 2 + places->count });
	e = cache_flush(c->cache);
	if (!e && !cache_int(size))
		*out = NULL;
	return e;
}

/* Redis learns of a vote when SQL has it: it is never ahead. */
static err mend_place(struct ctx *c, struct post_place place, const struct cache_reply *score,
		      int64_t *mended)
{
	if (!cache_is_nil(score) && cache_int(score) >= place.score)
		return OK;
	++*mended;
	if (cache_is_nil(score))
		return add_missing(c, place.id);
	post_rank_raise(c, place.id, place.score);
	return cache_flush(c->cache);
}

static bool is_among(const struct post_places *places, int64_t id)
{
	size_t i;

	for (i = 0; i < places->count; i++) {
		if (places->items[i].id == id)
			return true;
	}
	return false;
}

/* Deleted or pinned: it would only take up a place on a page. */
static err drop_if_gone(struct ctx *c, int64_t id, int64_t *mended)
{
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, &sql_score, DB_ARGS(id));

	if (e || db_next(rows))
		return e;
	++*mended;
	post_rank_remove(c, id);
	return cache_flush(c->cache);
}

/* Of those that are highest in Redis, but not in SQL. */
static err drop_gone(struct ctx *c, const struct post_places *there, int limit, int64_t *mended)
{
	struct post_places ranked;
	size_t i;
	err e = post_rank_page(c, (struct post_place){ 0, 0 }, (size_t)limit, &ranked);

	if (e)
		return e == ERR_NOT_FOUND ? OK : e;
	for (i = 0; !e && i < ranked.count; i++) {
		if (!is_among(there, ranked.items[i].id))
			e = drop_if_gone(c, ranked.items[i].id, mended);
	}
	return e;
}

err post_rank_mend(struct ctx *c, int limit, int64_t *mended)
{
	struct cache_reply *scores = NULL;
	struct post_places places = { 0 };
	struct db_rows *rows;
	size_t i;
	err e = db_query(c->db, c->arena, &rows, &sql_step,
			 DB_ARGS(INT64_MAX, INT64_MAX, INT64_MAX, limit));

	*mended = 0;
	if (e || !db_count(rows))
		return e;
	places.items = ARENA_ARRAY(c->arena, struct post_place, db_count(rows));
	while (db_next(rows))
		places.items[places.count++] =
			(struct post_place){ db_int(rows, 0), db_int(rows, 1) };
	e = find_scores(c, &places, &scores);
	for (i = 0; !e && scores && i < places.count && i < cache_items(scores); i++)
		e = mend_place(c, places.items[i], cache_item(scores, i), mended);
	if (!e)
		e = drop_gone(c, &places, limit, mended);
	if (*mended)
		log_info("%lld posts were missing in the ranking, too low or gone",
			 (long long)*mended);
	return e;
}
