/*
 * Votes and likes on their last step: from the queue into SQL, a batch in one transaction.
 *
 * Rows are locked in the order comments do it: comments first, then posts, each by id.
 */
#include "domain/reaction.h"

#include "base/log.h"
#include "domain/post_rank.h"
#include "domain/reaction_batch.h"
#include "domain/reaction_fill.h"
#include "domain/reaction_keys.h"

#define EVENT_ROWS \
	" FROM JSON_TABLE(?, '$[*]' COLUMNS (type TINYINT PATH '$[0]', target BIGINT PATH" \
	" '$[1]', user BIGINT PATH '$[2]', turned_on TINYINT PATH '$[3]', at BIGINT PATH " \
	"'$[4]')) j"
#define ID_ROWS " JSON_TABLE(?, '$[*]' COLUMNS (id BIGINT PATH '$')) j"

static const struct db_sql sql_lock_comments =
	SQL("SELECT m.comment_id FROM" ID_ROWS
	    " STRAIGHT_JOIN comment m ON m.comment_id = j.id FOR UPDATE");

static const struct db_sql sql_lock_posts =
	SQL("SELECT p.post_id, p.votes, p.score FROM" ID_ROWS
	    " STRAIGHT_JOIN post p ON p.post_id = j.id FOR UPDATE");

static const struct db_sql sql_votes =
	SQL("INSERT IGNORE INTO post_vote (post_id, user_id, voted_at)"
	    " SELECT j.target, j.user, j.at DIV 1000" EVENT_ROWS);

static const struct db_sql sql_voters =
	SQL("SELECT v.post_id, COUNT(*) FROM" ID_ROWS
	    " STRAIGHT_JOIN post_vote v ON v.post_id = j.id GROUP BY v.post_id");

static const struct db_sql sql_count_votes =
	SQL("UPDATE JSON_TABLE(?, '$[*]' COLUMNS (id BIGINT PATH '$[0]', more INT PATH '$[1]')) j"
	    " STRAIGHT_JOIN post p ON p.post_id = j.id"
	    " SET p.votes = p.votes + j.more, p.score = p.score + 432 * j.more");

/* Assigned from left to right: whether the event is newer is asked before the time is changed. */
static const struct db_sql sql_likes =
	SQL("INSERT INTO liked (target_type, target_id, user_id, is_on, changed_us)"
	    " SELECT j.type, j.target, j.user, j.turned_on, j.at" EVENT_ROWS
	    " ON DUPLICATE KEY UPDATE is_on = IF(VALUES(changed_us) > changed_us, VALUES(is_on), "
	    "is_on),"
	    " changed_us = GREATEST(changed_us, VALUES(changed_us))");

/*
 * How many more of them there will be, asked before the rows are written; the targets are locked,
 * so nobody writes others meanwhile. Counting them all again would cost more with each like there
 * is.
 */
#define MORE_LIKES(type) \
	"(SELECT j.target AS id, SUM(j.turned_on - COALESCE(l.is_on, 0)) AS more" EVENT_ROWS \
	" LEFT JOIN liked l ON l.target_type = " type \
	" AND l.target_id = j.target AND l.user_id = j.user" \
	" WHERE j.type = " type \
	" AND (l.user_id IS NULL OR l.changed_us < j.at) GROUP BY j.target) n"

static const struct db_sql sql_count_post_likes =
	SQL("UPDATE " MORE_LIKES("1") " JOIN post p ON p.post_id = n.id"
				      " SET p.likes = p.likes + n.more");

static const struct db_sql sql_count_comment_likes =
	SQL("UPDATE " MORE_LIKES("2") " JOIN comment m ON m.comment_id = n.id"
				      " SET m.likes = m.likes + n.more");

_Static_assert(VOTE_SECONDS_EACH == 432, "sql_count_votes counts a vote as 432 seconds");

/* A sorted set of ids. */
struct ids {
	int64_t *items;
	size_t count;
};

/* A post as it stands in SQL, and what Redis shows of it. */
struct counted {
	int64_t post_id; /* first: they are searched by it */
	int64_t votes, score;
	int64_t sent; /* votes for it in this batch */
	int64_t more; /* those of them that were new */
	struct cache_reply *shown;
};

struct batch {
	struct ctx *c;
	struct reaction_events events;
	struct ids comments; /* targets that exist */
	struct counted *posts;
	size_t post_count;
};

static int compare_ids(const void *left, const void *right)
{
	int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;

	return (a > b) - (a < b);
}

static void sort_ids(struct ids *ids)
{
	size_t i, kept = 0;

	if (ids->count)
		qsort(ids->items, ids->count, sizeof(*ids->items), compare_ids);
	for (i = 0; i < ids->count; i++) {
		if (!kept || ids->items[kept - 1] != ids->items[i])
			ids->items[kept++] = ids->items[i];
	}
	ids->count = kept;
}

static bool has_id(const struct ids *ids, int64_t id)
{
	return ids->count && bsearch(&id, ids->items, ids->count, sizeof(id), compare_ids);
}

static struct str ids_json(struct arena *a, const struct ids *ids)
{
	struct buf b;
	size_t i;

	buf_init(&b, a, 21 * (ids->count + 1));
	BUF_LIT(&b, "[");
	for (i = 0; i < ids->count; i++) {
		if (i)
			buf_add_char(&b, ',');
		buf_add_i64(&b, ids->items[i]);
	}
	BUF_LIT(&b, "]");
	return buf_str(&b);
}

/* By the id, which is what each begins with. */
static struct counted *post_of(const struct batch *b, int64_t id)
{
	if (!b->post_count)
		return NULL;
	return bsearch(&id, b->posts, b->post_count, sizeof(*b->posts), compare_ids);
}

static bool is_known(const struct batch *b, const struct reaction_event *event)
{
	return event->type == TARGET_POST ? post_of(b, event->target_id) != NULL
					  : has_id(&b->comments, event->target_id);
}

/* Targets of one type, known to exist or not. */
static struct ids targets_of_type(struct arena *a, const struct reaction_events *events, int type)
{
	struct ids ids = { ARENA_ARRAY(a, int64_t, events->count + 1), 0 };
	size_t i;

	for (i = 0; i < events->count; i++) {
		if (events->items[i].type == type)
			ids.items[ids.count++] = events->items[i].target_id;
	}
	sort_ids(&ids);
	return ids;
}

/* The targets of a type that exist, locked. What does not exist is skipped, not an error. */
static err lock(struct batch *b, int type, const struct db_sql *sql, struct db_rows **out)
{
	struct arena *a = b->c->arena;
	struct ids wanted = targets_of_type(a, &b->events, type);

	*out = NULL;
	if (!wanted.count)
		return OK;
	return db_query(b->c->db, a, out, sql, DB_ARGS(ids_json(a, &wanted)));
}

static err lock_comments(struct batch *b)
{
	struct db_rows *rows;
	err e = lock(b, TARGET_COMMENT, &sql_lock_comments, &rows);

	b->comments = (struct ids){ 0 };
	if (e || !rows)
		return e;
	b->comments.items = ARENA_ARRAY(b->c->arena, int64_t, db_count(rows) + 1);
	while (db_next(rows))
		b->comments.items[b->comments.count++] = db_int(rows, 0);
	sort_ids(&b->comments);
	return OK;
}

static err lock_posts(struct batch *b)
{
	struct db_rows *rows;
	err e = lock(b, TARGET_POST, &sql_lock_posts, &rows);

	b->post_count = 0;
	if (e || !rows)
		return e;
	b->posts = ARENA_ARRAY(b->c->arena, struct counted, db_count(rows) + 1);
	while (db_next(rows))
		b->posts[b->post_count++] = (struct counted){
			.post_id = db_int(rows, 0),
			.votes = db_int(rows, 1),
			.score = db_int(rows, 2),
		};
	qsort(b->posts, b->post_count, sizeof(*b->posts), compare_ids);
	return OK;
}

/* The known events, votes or likes, as the arrays EVENT_ROWS takes apart. Empty when there are
 * none. */
static struct str events_json(const struct batch *b, bool is_vote)
{
	struct buf out;
	size_t i;

	buf_init(&out, b->c->arena, 64 * (b->events.count + 1));
	for (i = 0; i < b->events.count; i++) {
		const struct reaction_event *event = &b->events.items[i];

		if (event->is_vote != is_vote || !is_known(b, event))
			continue;
		buf_add(&out, out.n ? STR(",[") : STR("[["));
		buf_add_i64(&out, event->type);
		buf_add_char(&out, ',');
		buf_add_i64(&out, event->target_id);
		buf_add_char(&out, ',');
		buf_add_i64(&out, event->user_id);
		buf_add(&out, event->is_on ? STR(",1,") : STR(",0,"));
		buf_add_i64(&out, event->at);
		buf_add_char(&out, ']');
		if (is_vote)
			post_of(b, event->target_id)->sent++;
	}
	if (out.n)
		buf_add_char(&out, ']');
	return buf_str(&out);
}

/* [[post, new votes], ...] of the posts that got some. */
static struct str counts_json(const struct batch *b)
{
	struct buf out;
	size_t i;

	buf_init(&out, b->c->arena, 32 * (b->post_count + 1));
	for (i = 0; i < b->post_count; i++) {
		if (!b->posts[i].more)
			continue;
		buf_add(&out, out.n ? STR(",[") : STR("[["));
		buf_add_i64(&out, b->posts[i].post_id);
		buf_add_char(&out, ',');
		buf_add_i64(&out, b->posts[i].more);
		buf_add_char(&out, ']');
	}
	if (out.n)
		buf_add_char(&out, ']');
	return buf_str(&out);
}

/* Some came before: what is new follows from how many rows each post has by now. */
static err count_rows(const struct batch *b)
{
	struct ids ids = targets_of_type(b->c->arena, &b->events, TARGET_POST);
	struct db_rows *rows;
	err e = db_query(b->c->db, b->c->arena, &rows, &sql_voters,
			 DB_ARGS(ids_json(b->c->arena, &ids)));

	if (e)
		return e;
	while (db_next(rows)) {
		struct counted *p = post_of(b, db_int(rows, 0));

		if (p)
			p->more = db_int(rows, 1) - p->votes;
	}
	return OK;
}

static err write_votes(const struct batch *b)
{
	struct str json = events_json(b, true);
	int64_t sent = 0, added;
	size_t i;
	err e;

	if (!json.n)
		return OK;
	for (i = 0; i < b->post_count; i++) {
		b->posts[i].more = b->posts[i].sent;
		sent += b->posts[i].sent;
	}
	e = db_exec(b->c->db, &added, &sql_votes, DB_ARGS(json));
	if (!e && added < sent)
		e = count_rows(b);
	if (e)
		return e;
	json = counts_json(b);
	return json.n ? db_exec(b->c->db, NULL, &sql_count_votes, DB_ARGS(json)) : OK;
}

/* The counts first: they ask which rows are new. */
static err write_likes(const struct batch *b)
{
	struct str json = events_json(b, false);
	err e = OK;

	if (!json.n)
		return OK;
	if (b->post_count)
		e = db_exec(b->c->db, NULL, &sql_count_post_likes, DB_ARGS(json));
	if (!e && b->comments.count)
		e = db_exec(b->c->db, NULL, &sql_count_comment_likes, DB_ARGS(json));
	return e ? e : db_exec(b->c->db, NULL, &sql_likes, DB_ARGS(json));
}

static err write_batch(void *context)
{
	struct batch *b = context;
	err e = lock_comments(b);

	if (!e)
		e = lock_posts(b);
	if (!e)
		e = write_votes(b);
	return e ? e : write_likes(b);
}

/*
 * Redis is ahead of SQL. Where it is behind, it was filled from SQL (it had been emptied) while
 * these votes were on their way: it learns of them now.
 */
static void mend_shown(const struct batch *b)
{
	size_t i;

	for (i = 0; i < b->post_count; i++) {
		const struct counted *p = &b->posts[i];

		if (!p->sent || cache_is_nil(p->shown) || cache_int(p->shown) >= p->votes + p->more)
			continue;
		if (reaction_mend(b->c, p->post_id))
			log_debug("votes are not shown yet");
	}
}

/* The vote itself raised the rank; a process that died in between did not. Never downwards, so in
 * any order. */
static void tell_redis(const struct batch *b)
{
	struct ctx *c = b->c;
	size_t i;

	for (i = 0; i < b->post_count; i++) {
		struct counted *p = &b->posts[i];

		if (!p->sent)
			continue;
		post_rank_raise(c, p->post_id, p->score + VOTE_SECONDS_EACH * p->more);
		p->shown =
			cache_want(c->cache, CACHE_ARGS(STR("HGET"),
							reaction_article_key(c->arena, p->post_id),
							STR("votes")));
	}
	if (cache_flush(c->cache))
		log_debug("ranks were not raised");
	else
		mend_shown(b);
}

err reaction_persist(struct ctx *c, struct str json_batch)
{
	struct batch b = { .c = c };
	err e = reaction_batch_parse(c->arena, json_batch, &b.events);

	if (e || b.events.count == 0)
		return e;
	e = db_transaction(c->db, write_batch, &b);
	if (!e)
		tell_redis(&b);
	return e;
}
