/* The targets of a batch of events: found, locked, counted, written as JSON. */
#include "domain/reaction_targets.h"

/*
 * By their ids: without being told the server may read all of a small table, lock it, and wait for
 * rows that others hold, who wait for ours.
 */
static const struct db_sql sql_lock_comments =
	SQL("SELECT m.comment_id, m.target_id, 0, 0 FROM" REACTION_ID_ROWS
	    " STRAIGHT_JOIN comment m FORCE INDEX (PRIMARY) ON m.comment_id = j.id FOR UPDATE");

static const struct db_sql sql_lock_posts =
	SQL("SELECT p.post_id, p.post_id, p.votes, p.score FROM" REACTION_ID_ROWS
	    " STRAIGHT_JOIN post p FORCE INDEX (PRIMARY) ON p.post_id = j.id FOR UPDATE");

/* A sorted set of ids. */
struct ids {
	int64_t *items;
	size_t count;
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

struct reaction_target *reaction_target_of(const struct reaction_work *w, int type, int64_t id)
{
	const struct reaction_targets *all = type == TARGET_POST ? &w->posts : &w->comments;

	if (!all->count)
		return NULL;
	return bsearch(&id, all->items, all->count, sizeof(*all->items), compare_ids);
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

static err lock(struct reaction_work *w, int type, const struct db_sql *sql,
		struct reaction_targets *out)
{
	struct arena *a = w->c->arena;
	struct ids wanted = targets_of_type(a, &w->events, type);
	struct db_rows *rows;
	err e;

	*out = (struct reaction_targets){ ARENA_ARRAY(a, struct reaction_target, wanted.count + 1),
					  0 };
	if (!wanted.count)
		return OK;
	e = db_query(w->c->db, a, &rows, sql, DB_ARGS(ids_json(a, &wanted)));
	if (e)
		return e;
	while (db_next(rows))
		out->items[out->count++] = (struct reaction_target){
			.id = db_int(rows, 0),
			.post_id = db_int(rows, 1),
			.votes = db_int(rows, 2),
			.score = db_int(rows, 3),
		};
	qsort(out->items, out->count, sizeof(*out->items), compare_ids);
	return OK;
}

static struct reaction_target *target_of(const struct reaction_work *w,
					 const struct reaction_event *event)
{
	return reaction_target_of(w, event->type, event->target_id);
}

static void count_like(struct reaction_target *t, int64_t at)
{
	if (!t->likes_sent++ || at < t->likes_from)
		t->likes_from = at;
}

static void count_sent(const struct reaction_work *w)
{
	size_t i;

	for (i = 0; i < w->events.count; i++) {
		const struct reaction_event *event = &w->events.items[i];
		struct reaction_target *t = target_of(w, event);

		if (t && event->is_vote)
			t->votes_sent++;
		else if (t)
			count_like(t, event->at / 1000);
	}
}

err reaction_targets_lock(struct reaction_work *w)
{
	err e = lock(w, TARGET_COMMENT, &sql_lock_comments, &w->comments);

	if (!e)
		e = lock(w, TARGET_POST, &sql_lock_posts, &w->posts);
	if (!e)
		count_sent(w);
	return e;
}

struct str reaction_targets_posts(const struct reaction_work *w)
{
	struct ids ids = targets_of_type(w->c->arena, &w->events, TARGET_POST);

	return ids_json(w->c->arena, &ids);
}

struct str reaction_targets_events(const struct reaction_work *w, bool is_vote, int64_t *count)
{
	struct buf out;
	size_t i;

	*count = 0;
	buf_init(&out, w->c->arena, 64 * (w->events.count + 1));
	BUF_LIT(&out, "[");
	for (i = 0; i < w->events.count; i++) {
		const struct reaction_event *event = &w->events.items[i];

		if (event->is_vote != is_vote || !target_of(w, event))
			continue;
		buf_add(&out, *count ? STR(",[") : STR("["));
		buf_add_i64(&out, event->type);
		buf_add_char(&out, ',');
		buf_add_i64(&out, event->target_id);
		buf_add_char(&out, ',');
		buf_add_i64(&out, event->user_id);
		buf_add(&out, event->is_on ? STR(",1,") : STR(",0,"));
		buf_add_i64(&out, event->at);
		buf_add_char(&out, ']');
		++*count;
	}
	BUF_LIT(&out, "]");
	return buf_str(&out);
}

struct str reaction_targets_counts(const struct reaction_work *w,
				   const struct reaction_targets *targets,
				   int64_t (*number)(const struct reaction_target *t))
{
	struct buf out;
	size_t i;

	buf_init(&out, w->c->arena, 32 * (targets->count + 1));
	BUF_LIT(&out, "[");
	for (i = 0; i < targets->count; i++) {
		int64_t n = number(&targets->items[i]);

		if (!n)
			continue;
		buf_add(&out, out.n > 1 ? STR(",[") : STR("["));
		buf_add_i64(&out, targets->items[i].id);
		buf_add_char(&out, ',');
		buf_add_i64(&out, n);
		buf_add_char(&out, ']');
	}
	BUF_LIT(&out, "]");
	return buf_str(&out);
}
