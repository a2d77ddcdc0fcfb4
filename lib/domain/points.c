/* Points, reckoned from the tables they come from. */
#include "domain/points.h"

#include "base/log.h"
#include "base/num.h"
#include "domain/session.h"

/* "u<user>" and "p<post>": whose points are to be reckoned. No time to live: it empties itself. */
#define MARKED STR("points:due")

#define TRIES 5

/* A member who checks in daily and writes now and then: a week, a month, a season, a year ... */
const int64_t points_levels[LEVELS] = { 0, 50, 200, 600, 1500, 3500, 8000, 18000, 40000, 90000 };

/* A row in user is never read for this, only the tables behind. */
#define SUMS(user) \
	" (SELECT COUNT(*) FROM check_in i WHERE i.user_id = " user ")," \
	" (SELECT COALESCE(SUM(i.points), 0) FROM check_in i WHERE i.user_id = " user ")," \
	" (SELECT COUNT(*) FROM post p WHERE p.author_id = " user " AND p.deleted_at = 0)," \
	" (SELECT COALESCE(SUM(p.votes), 0) FROM post p WHERE p.author_id = " user \
	" AND p.deleted_at = 0)"

static const struct db_sql sql_sums =
	SQL("SELECT u.points, u.level," SUMS("u.user_id") " FROM user u WHERE u.user_id = ?");

/* Only in the place of what was read before the sums were made. */
static const struct db_sql sql_store =
	SQL("UPDATE user SET points = ?, level = ? WHERE user_id = ? AND points = ? AND level = ?");

static const struct db_sql sql_author = SQL("SELECT author_id FROM post WHERE post_id = ?");

int points_level(int64_t points)
{
	int level = 1;

	while (level < LEVELS && points >= points_levels[level])
		level++;
	return level;
}

static void reckon(struct points *p)
{
	p->total = p->check_ins + POINTS_POST * p->posts + POINTS_VOTE * p->votes;
	p->level = points_level(p->total);
	p->level_begins = points_levels[p->level - 1];
	p->level_ends = p->level < LEVELS ? points_levels[p->level] : 0;
}

/* What the user's row says beside it. */
static err find(struct ctx *c, int64_t user_id, struct points *out, int64_t *stored, int *level)
{
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, &sql_sums, DB_ARGS(user_id));

	if (e)
		return e;
	if (!db_next(rows))
		return ERR_NOT_FOUND;
	*stored = db_int(rows, 0);
	*level = (int)db_int(rows, 1);
	*out = (struct points){
		.check_in_days = db_int(rows, 2),
		.check_ins = db_int(rows, 3),
		.posts = db_int(rows, 4),
		.votes = db_int(rows, 5),
	};
	reckon(out);
	return OK;
}

err points_find(struct ctx *c, int64_t user_id, struct points *out)
{
	int64_t stored;
	int level;

	return find(c, user_id, out, &stored, &level);
}

/*
 * *is_stored is false when somebody else, who may have seen more, has stored theirs meanwhile: it
 * is to be reckoned again.
 */
static err refresh_once(struct ctx *c, int64_t user_id, bool *is_stored)
{
	int64_t stored, changed = 0;
	struct points p;
	int level;
	err e = find(c, user_id, &p, &stored, &level);

	*is_stored = !e && stored == p.total && level == p.level;
	if (e || *is_stored)
		return e;
	e = db_exec(c->db, &changed, &sql_store, DB_ARGS(p.total, p.level, user_id, stored, level));
	*is_stored = changed > 0;
	if (e || !changed || level == p.level)
		return e;
	if (session_tell(c, user_id, STR("level"), str_format(c->arena, "%d", p.level)))
		log_warn("user %lld: the sessions do not know the new level", (long long)user_id);
	return OK;
}

err points_refresh(struct ctx *c, int64_t user_id)
{
	bool is_stored = false;
	int tries = TRIES;
	err e = OK;

	while (!e && !is_stored && tries--)
		e = refresh_once(c, user_id, &is_stored);
	return e || is_stored ? e : ERR_UNAVAILABLE;
}

static void mark(struct ctx *c, char kind, int64_t id)
{
	cache_want(c->cache, CACHE_ARGS(STR("SADD"), MARKED,
					str_format(c->arena, "%c%lld", kind, (long long)id)));
	cache_may_wait(c->cache);
}

void points_mark_user(struct ctx *c, int64_t user_id)
{
	mark(c, 'u', user_id);
}

void points_unmark_user(struct ctx *c, int64_t user_id)
{
	cache_want(c->cache, CACHE_ARGS(STR("SREM"), MARKED,
					str_format(c->arena, "u%lld", (long long)user_id)));
}

void points_mark_post(struct ctx *c, int64_t post_id)
{
	mark(c, 'p', post_id);
}

static err find_author(struct ctx *c, int64_t post_id, int64_t *out)
{
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, &sql_author, DB_ARGS(post_id));

	if (e)
		return e;
	*out = db_next(rows) ? db_int(rows, 0) : 0;
	return OK;
}

/* What is no mark of ours, or of somebody who is gone, is done with. */
static err refresh_marked(struct ctx *c, struct str marked)
{
	int64_t id;
	err e = OK;

	if (marked.n < 2 || !num_parse_id(str_slice(marked, 1, marked.n), &id))
		return OK;
	if (marked.p[0] == 'p')
		e = find_author(c, id, &id);
	if (!e && id)
		e = points_refresh(c, id);
	return e == ERR_NOT_FOUND ? OK : e;
}

/* Struck off before it is reckoned: what is marked again meanwhile is reckoned again. */
err points_refresh_marked(struct ctx *c, int limit, int64_t *done)
{
	struct cache_reply *marks;
	err e = cache_run(c->cache, &marks, CACHE_ARGS(STR("SPOP"), MARKED, limit));
	size_t i;

	*done = 0;
	for (i = 0; !e && i < cache_items(marks); i++) {
		e = refresh_marked(c, cache_text(cache_item(marks, i)));
		if (e) {
			cache_want(c->cache, CACHE_ARGS(STR("SADD"), MARKED,
							cache_text(cache_item(marks, i))));
			break;
		}
		++*done;
	}
	return e;
}
