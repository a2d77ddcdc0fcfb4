/*
 * Writes the demo data to MariaDB: constant statements, each of which takes many rows as one JSON
 * array. All in one transaction, so that there is all of it or nothing.
 */
#include "base/clock.h"
#include "base/utf8.h"
#include "demo.h"
#include "domain/post_rank.h"
#include "domain/target.h"
#include "html/markdown.h"

#define CHUNK_BYTES \
	(512 * 1024) /* of JSON: far below max_allowed_packet, and a statement stays short */
#define EXCERPT_LINES 2
#define EXCERPT_CODE_POINTS 200
#define PROGRESS_STEP 5000

static const struct db_sql sql_users =
	SQL("INSERT INTO user (user_id, username, username_folded, password_hash, role, state, "
	    "bio, level,"
	    " posts, created_at) SELECT * FROM JSON_TABLE(?, '$[*]' COLUMNS (id BIGINT PATH '$[0]',"
	    " name VARCHAR(24) PATH '$[1]', folded VARCHAR(96) PATH '$[2]', hash VARCHAR(128) PATH "
	    "'$[3]',"
	    " role INT PATH '$[4]', state INT PATH '$[5]', bio VARCHAR(500) PATH '$[6]',"
	    " level INT PATH '$[7]', posts INT PATH '$[8]', created BIGINT PATH '$[9]')) j");

static const struct db_sql sql_posts = SQL(
	"INSERT INTO post (post_id, author_id, title, body_md, body_html, excerpt, version, "
	"pinned_at,"
	" featured_at, votes, likes, comments, score, created_at, edited_at, edited_by)"
	" SELECT * FROM JSON_TABLE(?, '$[*]' COLUMNS (id BIGINT PATH '$[0]', author BIGINT PATH "
	"'$[1]',"
	" title VARCHAR(300) PATH '$[2]', md MEDIUMTEXT PATH '$[3]', html MEDIUMTEXT PATH '$[4]',"
	" excerpt VARCHAR(400) PATH '$[5]', version INT PATH '$[6]', pinned BIGINT PATH '$[7]',"
	" featured BIGINT PATH '$[8]', votes INT PATH '$[9]', likes INT PATH '$[10]',"
	" comments INT PATH '$[11]', score BIGINT PATH '$[12]', created BIGINT PATH '$[13]',"
	" edited BIGINT PATH '$[14]', editor BIGINT PATH '$[15]')) j");

static const struct db_sql sql_revisions =
	SQL("INSERT INTO post_revision (post_id, version, editor_id, title, body_md, written_at)"
	    " SELECT * FROM JSON_TABLE(?, '$[*]' COLUMNS (id BIGINT PATH '$[0]', version INT PATH "
	    "'$[1]',"
	    " editor BIGINT PATH '$[2]', title VARCHAR(300) PATH '$[3]', md MEDIUMTEXT PATH '$[4]',"
	    " written BIGINT PATH '$[5]')) j");

static const struct db_sql sql_comments =
	SQL("INSERT INTO comment (comment_id, target_type, target_id, root_id, reply_no, parent_id,"
	    " to_user_id, author_id, body_md, body_html, likes, replies, last_reply_no, version, "
	    "deleted_at,"
	    " deleted_by, edited_at, created_at)"
	    " SELECT id, 1, target, root, number, parent, touser, author, md, html, likes, "
	    "replies, last,"
	    " version, deleted, IF(deleted > 0, author, 0), edited, created"
	    " FROM JSON_TABLE(?, '$[*]' COLUMNS (id BIGINT PATH '$[0]', target BIGINT PATH '$[1]',"
	    " root BIGINT PATH '$[2]', number INT PATH '$[3]', parent BIGINT PATH '$[4]',"
	    " touser BIGINT PATH '$[5]', author BIGINT PATH '$[6]', md TEXT PATH '$[7]',"
	    " html TEXT PATH '$[8]', likes INT PATH '$[9]', replies INT PATH '$[10]', last INT "
	    "PATH '$[11]',"
	    " version INT PATH '$[12]', deleted BIGINT PATH '$[13]', edited BIGINT PATH '$[14]',"
	    " created BIGINT PATH '$[15]')) j");

static const struct db_sql sql_votes = SQL(
	"INSERT INTO post_vote (post_id, user_id, voted_at) SELECT * FROM JSON_TABLE(?, '$[*]'"
	" COLUMNS (post BIGINT PATH '$[0]', user BIGINT PATH '$[1]', at BIGINT PATH '$[2]')) j");

static const struct db_sql sql_likes = SQL(
	"INSERT INTO liked (target_type, target_id, user_id, is_on, changed_us)"
	" SELECT type, target, user, 1, at FROM JSON_TABLE(?, '$[*]' COLUMNS (type INT PATH '$[0]',"
	" target BIGINT PATH '$[1]', user BIGINT PATH '$[2]', at BIGINT PATH '$[3]')) j");

/* A statement being fed: rows are collected and sent when there are enough. */
struct feed {
	struct ctx *c;
	const struct db_sql *sql;
	struct arena *arena; /* emptied after each chunk */
	struct buf rows;
	size_t sent;
	err e; /* once it failed, nothing more is sent */
};

static void feed_start(struct feed *f, struct ctx *c, const struct db_sql *sql)
{
	*f = (struct feed){ .c = c, .sql = sql, .arena = arena_new(4 * CHUNK_BYTES) };
	buf_init(&f->rows, f->arena, 2 * CHUNK_BYTES);
}

static void feed_send(struct feed *f)
{
	if (!f->e && f->rows.n) {
		buf_add_char(&f->rows, ']');
		f->e = db_exec(f->c->db, NULL, f->sql, DB_ARGS(buf_str(&f->rows)));
	}
	arena_reset(f->arena);
	buf_init(&f->rows, f->arena, 2 * CHUNK_BYTES);
}

/* The numbers and texts of a row follow by put_number and put_text, then feed_end_row. */
static void feed_row(struct feed *f)
{
	if (f->rows.n >= CHUNK_BYTES)
		feed_send(f);
	buf_add_char(&f->rows, f->rows.n ? ',' : '[');
	buf_add_char(&f->rows, '[');
}

static void put_comma(struct feed *f)
{
	if (f->rows.p[f->rows.n - 1] != '[')
		buf_add_char(&f->rows, ',');
}

static void put_number(struct feed *f, int64_t n)
{
	put_comma(f);
	buf_add_i64(&f->rows, n);
}

static void put_text(struct feed *f, struct str s)
{
	put_comma(f);
	buf_add_json(&f->rows, s);
}

static void feed_end_row(struct feed *f)
{
	buf_add_char(&f->rows, ']');
	f->sent++;
}

static err feed_end(struct feed *f, const char *what)
{
	feed_send(f);
	arena_free(f->arena);
	if (!f->e)
		printf("  %zu %s\n", f->sent, what);
	return f->e;
}

static int level_of(const struct demo_user *u)
{
	int64_t points = 5 * u->posts + u->comments;
	int level = 1;

	for (; points >= 8 && level < 8; points /= 2)
		level++;
	return level;
}

/* Only the accounts can log in: "!" is no hash of any password. */
static err load_users(struct ctx *c, struct demo *d, struct str password_hash)
{
	struct feed f;
	size_t i;

	feed_start(&f, c, &sql_users);
	for (i = 0; i < DEMO_USERS && !f.e; i++) {
		const struct demo_user *u = &d->users[i];
		struct str folded = { 0 };

		f.e = utf8_fold(f.arena, u->name, &folded);
		feed_row(&f);
		put_number(&f, u->id);
		put_text(&f, u->name);
		put_text(&f, folded);
		put_text(&f, i < DEMO_ACCOUNTS ? password_hash : STR("!"));
		put_number(&f, u->role);
		put_number(&f, 1);
		put_text(&f, u->bio);
		put_number(&f, level_of(u));
		put_number(&f, u->posts);
		put_number(&f, u->created_at);
		feed_end_row(&f);
	}
	return feed_end(&f, "users");
}

static int64_t comments_alive(const struct demo_post *p)
{
	int64_t count = 0;
	size_t i;

	for (i = 0; i < p->comments.count; i++)
		count += !p->comments.items[i].deleted_at;
	return count;
}

static void put_post(struct feed *f, struct demo *d, const struct demo_post *p)
{
	int64_t author = d->users[p->author].id, votes = (int64_t)p->votes.count;
	struct html html = { 0 };
	struct str excerpt = { 0 };

	feed_row(f);
	f->e = f->e ? f->e : markdown_render(f->arena, p->md, &html);
	f->e = f->e ? f->e
		    : markdown_excerpt(f->arena, p->md, EXCERPT_LINES, EXCERPT_CODE_POINTS,
				       &excerpt);
	put_number(f, p->id);
	put_number(f, author);
	put_text(f, p->title);
	put_text(f, p->md);
	put_text(f, html.markup);
	put_text(f, excerpt);
	put_number(f, p->edited_at ? 2 : 1);
	put_number(f, p->pinned_at);
	put_number(f, p->featured_at);
	put_number(f, votes);
	put_number(f, (int64_t)p->likes.count);
	put_number(f, comments_alive(p));
	put_number(f, post_score(p->created_at, votes));
	put_number(f, p->created_at);
	put_number(f, p->edited_at);
	put_number(f, p->edited_at ? author : 0);
	feed_end_row(f);
}

static err load_posts(struct ctx *c, struct demo *d)
{
	struct feed f;
	size_t i;

	feed_start(&f, c, &sql_posts);
	/* the oldest first, as they were written */
	for (i = DEMO_POSTS; i-- > 0 && !f.e;)
		put_post(&f, d, &d->posts[i]);
	return feed_end(&f, "posts");
}

static err load_revisions(struct ctx *c, struct demo *d)
{
	struct feed f;
	size_t i;

	feed_start(&f, c, &sql_revisions);
	for (i = 0; i < DEMO_POSTS; i++) {
		const struct demo_post *p = &d->posts[i];

		if (!p->edited_at)
			continue;
		feed_row(&f);
		put_number(&f, p->id);
		put_number(&f, 1);
		put_number(&f, d->users[p->author].id);
		put_text(&f, p->title);
		put_text(&f, p->first_md);
		put_number(&f, p->created_at);
		feed_end_row(&f);
	}
	return feed_end(&f, "earlier versions");
}

static void put_comment(struct feed *f, const struct demo *d, const struct demo_post *p,
			const struct demo_comment *m)
{
	struct html html = { 0 };

	feed_row(f);
	f->e = f->e ? f->e : markdown_render(f->arena, m->md, &html);
	put_number(f, m->id);
	put_number(f, p->id);
	put_number(f, m->root_id);
	put_number(f, m->reply_no);
	put_number(f, m->parent_id);
	put_number(f, m->to < 0 ? 0 : d->users[m->to].id);
	put_number(f, d->users[m->author].id);
	put_text(f, m->md);
	put_text(f, html.markup);
	put_number(f, (int64_t)m->likes.count);
	put_number(f, m->replies);
	put_number(f, m->replies);
	put_number(f, m->edited_at ? 2 : 1);
	put_number(f, m->deleted_at);
	put_number(f, m->edited_at);
	put_number(f, m->created_at);
	feed_end_row(f);
}

static err load_comments(struct ctx *c, struct demo *d)
{
	struct feed f;
	size_t i, k;

	feed_start(&f, c, &sql_comments);
	for (i = DEMO_POSTS; i-- > 0 && !f.e;)
		for (k = 0; k < d->posts[i].comments.count; k++)
			put_comment(&f, d, &d->posts[i], &d->posts[i].comments.items[k]);
	return feed_end(&f, "comments");
}

static err load_votes(struct ctx *c, struct demo *d)
{
	struct feed f;
	size_t i, k;

	feed_start(&f, c, &sql_votes);
	for (i = DEMO_POSTS; i-- > 0 && !f.e;) {
		for (k = 0; k < d->posts[i].votes.count; k++) {
			feed_row(&f);
			put_number(&f, d->posts[i].id);
			put_number(&f, d->users[d->posts[i].votes.items[k].user].id);
			put_number(&f, d->posts[i].votes.items[k].at);
			feed_end_row(&f);
		}
	}
	return feed_end(&f, "votes");
}

static void put_likes(struct feed *f, const struct demo *d, int type, int64_t target,
		      const struct demo_reactions *likes)
{
	size_t i;

	for (i = 0; i < likes->count; i++) {
		feed_row(f);
		put_number(f, type);
		put_number(f, target);
		put_number(f, d->users[likes->items[i].user].id);
		put_number(f, likes->items[i].at * 1000);
		feed_end_row(f);
	}
}

static err load_likes(struct ctx *c, struct demo *d)
{
	struct feed f;
	size_t i, k;

	feed_start(&f, c, &sql_likes);
	for (i = DEMO_POSTS; i-- > 0 && !f.e;) {
		const struct demo_post *p = &d->posts[i];

		put_likes(&f, d, TARGET_POST, p->id, &p->likes);
		for (k = 0; k < p->comments.count; k++)
			put_likes(&f, d, TARGET_COMMENT, p->comments.items[k].id,
				  &p->comments.items[k].likes);
	}
	return feed_end(&f, "likes");
}

err demo_load(struct ctx *c, struct demo *d, struct str password_hash)
{
	err e = db_begin(c->db);

	if (e)
		return e;
	e = load_users(c, d, password_hash);
	if (!e)
		e = load_posts(c, d);
	if (!e)
		e = load_revisions(c, d);
	if (!e)
		e = load_comments(c, d);
	if (!e)
		e = load_votes(c, d);
	if (!e)
		e = load_likes(c, d);
	return db_end(c->db, e);
}
