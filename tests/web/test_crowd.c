/*
 * Many people do everything at once, chosen by chance from a seed: the same few posts and comments,
 * the same form twice, things that are gone. Nothing breaks, and at the end all counts are what is
 * there. PLAZA_SEED=<number> makes other choices.
 */
#include "web/web.h"

#include "domain/post.h"
#include "domain/reaction_keys.h"
#include "support/chance.h"

#define MEMBERS 5
#define STAFF 2
#define PEOPLE (MEMBERS + STAFF)
#define AT_ONCE (PEOPLE + 1) /* one of them sends a form twice */
#define ROUNDS 30
#define KNOWN 6 /* so few, so that they meet */

/* Whoever looks at the newest ones finds deleted ones among them. */
static const struct db_sql sql_posts =
	SQL("SELECT post_id, version, post_id FROM post ORDER BY post_id DESC LIMIT ?");
static const struct db_sql sql_comments =
	SQL("SELECT comment_id, version, target_id FROM comment ORDER BY comment_id DESC LIMIT ?");
static const struct db_sql sql_shown =
	SQL("SELECT post_id, votes, likes, comments FROM post WHERE deleted_at = 0"
	    " AND post_id > ?");

/* Each gives how many of what was made since do not say what is there. */
static const struct {
	const char *what;
	struct db_sql sql;
} counts[] = {
	{ "comments of a post",
	  SQL("SELECT COUNT(*) FROM post p WHERE p.post_id > ? AND p.deleted_at = 0"
	      " AND p.comments <> (SELECT COUNT(*) FROM comment c WHERE c.target_type = 1"
	      " AND c.target_id = p.post_id AND c.deleted_at = 0)") },
	{ "replies of a comment",
	  SQL("SELECT COUNT(*) FROM comment r WHERE r.comment_id > ? AND r.root_id = r.comment_id"
	      " AND r.replies <> (SELECT COUNT(*) FROM comment c WHERE c.root_id = r.comment_id"
	      " AND c.comment_id <> r.comment_id AND c.deleted_at = 0)") },
	{ "numbers of replies",
	  SQL("SELECT COUNT(*) FROM comment r WHERE r.comment_id > ? AND r.root_id = r.comment_id"
	      " AND r.last_reply_no <> (SELECT COUNT(*) FROM comment c"
	      " WHERE c.root_id = r.comment_id AND c.comment_id <> r.comment_id)") },
	{ "votes",
	  SQL("SELECT COUNT(*) FROM post p WHERE p.post_id > ? AND (p.votes <> (SELECT COUNT(*)"
	      " FROM post_vote v WHERE v.post_id = p.post_id) OR"
	      " p.score <> p.created_at DIV 1000 + 432 * p.votes)") },
	{ "likes of a post",
	  SQL("SELECT COUNT(*) FROM post p WHERE p.post_id > ? AND p.likes <> (SELECT COUNT(*)"
	      " FROM liked l WHERE l.target_type = 1 AND l.target_id = p.post_id"
	      " AND l.is_on = 1)") },
	{ "likes of a comment",
	  SQL("SELECT COUNT(*) FROM comment m WHERE m.comment_id > ? AND m.likes <> (SELECT"
	      " COUNT(*) FROM liked l WHERE l.target_type = 2 AND l.target_id = m.comment_id"
	      " AND l.is_on = 1)") },
	{ "posts of a member",
	  SQL("SELECT COUNT(*) FROM user u WHERE u.user_id > ? AND u.posts <> (SELECT COUNT(*)"
	      " FROM post p WHERE p.author_id = u.user_id AND p.deleted_at = 0)") },
	{ "versions",
	  SQL("SELECT COUNT(*) FROM post p WHERE p.post_id > ? AND p.version <> 1 + (SELECT"
	      " COUNT(*) FROM post_revision r WHERE r.post_id = p.post_id)") },
	{ "default addresses",
	  SQL("SELECT COUNT(*) FROM (SELECT user_id FROM address WHERE user_id > ?"
	      " GROUP BY user_id HAVING SUM(is_default) <> 1) x") },
};
static const struct db_sql sql_pinned =
	SQL("SELECT COUNT(*) FROM post WHERE post_id > ? AND deleted_at = 0 AND pinned_at > 0");

/* Something that is there, or was. */
struct thing {
	int64_t id, version, post_id;
};

struct crowd {
	struct browser *people[AT_ONCE];
	int64_t since; /* an id: what others left in the stores is older */
	struct thing posts[KNOWN], comments[KNOWN];
	size_t post_count, comment_count;
	int done; /* requests that were answered with what they asked for */
	uint64_t chance;
	struct str difference; /* the last one that was seen between Redis and SQL */
};

static uint32_t draw(struct crowd *w, uint32_t limit)
{
	return chance_draw(&w->chance, limit);
}

static size_t read_things(const struct db_sql *sql, struct thing *out)
{
	struct ctx *c = site_ctx(site);
	struct db_rows *rows;
	size_t n = 0;

	assert_int_equal(db_query(c->db, c->arena, &rows, sql, DB_ARGS(KNOWN)), OK);
	for (; db_next(rows); n++)
		out[n] = (struct thing){ db_int(rows, 0), db_int(rows, 1), db_int(rows, 2) };
	return n;
}

/* What an act needs to know; a comment of nothing when there is none yet. */
struct act {
	struct crowd *w;
	struct browser *b;
	struct thing post, comment;
};

static const char *words(const struct act *a)
{
	return visit_path(a->b, "words+%u+%%E5%%A4%%9A", draw(a->w, 5));
}

static struct ask form(const struct act *a, const char *path, const char *fields)
{
	struct browser *b = a->b;

	return (struct ask){ .path = path,
			     .body = str_format(b->arena, STR_FMT "&%s", STR_ARG(browser_token(b)),
						fields) };
}

static const char *at_post(const struct act *a, const char *more)
{
	return visit_path(a->b, "/posts/%lld%s", (long long)a->post.id, more);
}

static const char *at_comment(const struct act *a, const char *more)
{
	return visit_path(a->b, "/comments/%lld%s", (long long)a->comment.id, more);
}

static struct ask publish(const struct act *a)
{
	return form(a, "/posts", visit_path(a->b, "title=%s&body=%s", words(a), words(a)));
}

static struct ask comment(const struct act *a)
{
	return form(a, at_post(a, "/comments"), visit_path(a->b, "body=%s", words(a)));
}

static struct ask reply_to(const struct act *a)
{
	return form(a, visit_path(a->b, "/posts/%lld/comments", (long long)a->comment.post_id),
		    visit_path(a->b, "body=%s&parent=%lld", words(a), (long long)a->comment.id));
}

static struct ask vote(const struct act *a)
{
	return form(a, at_post(a, "/vote"), "");
}

static struct ask like(const struct act *a)
{
	return form(a, at_post(a, "/like"), visit_path(a->b, "on=%u", draw(a->w, 2)));
}

static struct ask like_comment(const struct act *a)
{
	return form(a, "/comments/like",
		    visit_path(a->b, "%s=%lld", draw(a->w, 3) ? "like" : "unlike",
			       (long long)a->comment.id));
}

/* Now and then from a version that is not the newest one. */
static struct ask edit(const struct act *a)
{
	return form(a, at_post(a, "/edit"),
		    visit_path(a->b, "title=%s&body=%s&version=%lld", words(a), words(a),
			       (long long)a->post.version - (draw(a->w, 4) == 0)));
}

static struct ask edit_comment(const struct act *a)
{
	return form(a, at_comment(a, "/edit"),
		    visit_path(a->b, "body=%s&version=%lld", words(a),
			       (long long)a->comment.version));
}

static struct ask delete_comment(const struct act *a)
{
	return form(a, at_comment(a, "/delete"), "reason=because");
}

static struct ask delete_post(const struct act *a)
{
	return form(a, at_post(a, "/delete"), "reason=because");
}

static struct ask pin(const struct act *a)
{
	return form(a, at_post(a, "/pin"), visit_path(a->b, "on=%u", draw(a->w, 2)));
}

static struct ask feature(const struct act *a)
{
	return form(a, at_post(a, "/feature"), visit_path(a->b, "on=%u", draw(a->w, 2)));
}

static struct ask keep_draft(const struct act *a)
{
	return form(a, draw(a->w, 2) ? "/posts/draft" : at_post(a, "/draft"),
		    visit_path(a->b, "title=%s&body=%s&version=1", words(a), words(a)));
}

static struct ask drop_draft(const struct act *a)
{
	return form(a, "/posts/draft/delete", "");
}

static struct ask add_address(const struct act *a)
{
	return form(a, "/addresses",
		    visit_path(a->b, "name=%s&phone=13900000000&region=r&street=s&is_default=%u",
			       words(a), draw(a->w, 2)));
}

static struct ask look(const struct act *a)
{
	return (struct ask){ .path = at_post(a, draw(a->w, 2) ? "" : "/history") };
}

/* What is done more often stands here more often. */
static struct ask (*const acts[])(const struct act *a) = {
	publish,     comment,      comment,      reply_to,       reply_to,       reply_to,
	vote,        vote,         like,         like,           like_comment,   edit,
	edit,        edit_comment, edit_comment, delete_comment, delete_comment, delete_post,
	pin,         pin,          feature,      keep_draft,     drop_draft,     add_address,
	add_address, look,
};

static struct ask choose(struct crowd *w, struct browser *b)
{
	struct act a = { .w = w, .b = b };

	a.post = w->posts[draw(w, (uint32_t)w->post_count)];
	a.comment = w->comments[draw(w, (uint32_t)w->comment_count)];
	return acts[draw(w, ARRAY_LEN(acts))](&a);
}

/* Done, seen, not allowed, not there, somebody else was faster, or not like this. */
static void check_answer(const struct ask *ask, const struct at_once *got)
{
	static const int good[] = { 200, 303, 403, 404, 409, 422 };
	size_t i = 0;

	while (i < ARRAY_LEN(good) && good[i] != got->status)
		i++;
	if (i == ARRAY_LEN(good))
		fail_msg("%d to %s " STR_FMT, got->status, ask->path, STR_ARG(ask->body));
}

static void go_round(struct crowd *w)
{
	struct at_once got[AT_ONCE];
	struct ask asks[AT_ONCE];
	int i;

	w->post_count = read_things(&sql_posts, w->posts);
	w->comment_count = read_things(&sql_comments, w->comments);
	for (i = 0; i < PEOPLE; i++) {
		visit_forgive(site, w->people[i]);
		asks[i] = choose(w, w->people[i]);
	}
	i = (int)draw(w, PEOPLE);
	w->people[PEOPLE] = w->people[i];
	asks[PEOPLE] = asks[i];
	visit_all_at_once(w->people, asks, AT_ONCE, got);
	for (i = 0; i < AT_ONCE; i++) {
		check_answer(&asks[i], &got[i]);
		w->done += got[i].status < 400;
	}
}

static bool is_shown(struct crowd *w, int64_t post, const char *field, int64_t count)
{
	struct browser *b = w->people[0];
	struct str key = reaction_article_key(b->arena, post);
	struct str shown = visit_redis(site, b->arena, key.p, field);

	if (!shown.n || strtoll(shown.p, NULL, 10) == count)
		return true;
	w->difference = str_format(b->arena, STR_FMT " %s in Redis, %lld in SQL, of post %lld",
				   STR_ARG(shown), field, (long long)count, (long long)post);
	return false;
}

/* What Redis shows and what persist has written are the same, of all posts of theirs that stand. */
static bool has_arrived(struct crowd *w)
{
	struct ctx *c = site_ctx(site);
	struct db_rows *rows;

	assert_int_equal(db_query(c->db, c->arena, &rows, &sql_shown, DB_ARGS(w->since)), OK);
	while (db_next(rows)) {
		int64_t post = db_int(rows, 0);

		if (!is_shown(w, post, "votes", db_int(rows, 1)) ||
		    !is_shown(w, post, "likes", db_int(rows, 2)) ||
		    !is_shown(w, post, "comments", db_int(rows, 3)))
			return false;
	}
	return true;
}

static void gather(struct crowd *w, uint64_t seed)
{
	int64_t post;
	int i;

	assert_int_equal(ctx_new_id(site_ctx(site), &w->since), OK);
	site_add_process(site, "post");
	site_add_process(site, "post");
	site_start_worker(site, "relay");
	site_start_worker(site, "persist");
	w->chance = seed;
	for (i = 0; i < PEOPLE; i++)
		w->people[i] = visit_member(site, i < MEMBERS ? ROLE_USER : ROLE_MODERATOR);
	post = visit_publish(w->people[0], "The first", "of all");
	visit_comment(w->people[1], post, 0, "the first of all");
}

static void whatever_they_do_all_counts_are_right(void **state)
{
	const char *given = getenv("PLAZA_SEED");
	uint64_t seed = given ? strtoull(given, NULL, 10) : 1;
	static struct crowd crowd; /* what is told of a test that fails is not that it leaked */
	struct crowd *w = &crowd;
	size_t i;

	(void)state;
	gather(w, seed);
	for (i = 0; i < ROUNDS; i++)
		go_round(w);
	WAIT_UNTIL(has_arrived(w));
	if (!has_arrived(w))
		fail_msg(STR_FMT, STR_ARG(w->difference));
	for (i = 0; i < ARRAY_LEN(counts); i++) {
		if (visit_number(site, &counts[i].sql, DB_ARGS(w->since)))
			fail_msg("%s: not what is there", counts[i].what);
	}
	assert_in_range(visit_number(site, &sql_pinned, DB_ARGS(w->since)), 0, POST_PINNED_MOST);
	assert_in_range(w->done, ROUNDS * AT_ONCE / 4, ROUNDS * AT_ONCE);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(whatever_they_do_all_counts_are_right),
};

WEB_TEST_MAIN("post", "sale")
