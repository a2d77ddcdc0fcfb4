/* Users, topics and comments, many in one statement. */
#include "data.h"

#include "base/buf.h"
#include "base/id.h"
#include "domain/post.h"
#include "domain/post_rank.h"
#include "html/markdown.h"

#define ID_WORKER 1023 /* no process of so small a site gets this number */
#define USERS_EACH 1000
#define TOPICS_EACH 100
#define MINUTE 60000
/* As posts written on the site get them. */
#define EXCERPT_LINES 2
#define EXCERPT_CODE_POINTS 160

static const struct db_sql sql_users =
	SQL("INSERT INTO user (user_id, username, username_folded, password_hash, state, level, "
	    "created_at)"
	    " SELECT id, name, LOWER(name), '-', 1, level, at FROM JSON_TABLE(?, '$[*]' COLUMNS"
	    " (id BIGINT PATH '$[0]', name VARCHAR(24) PATH '$[1]', level INT PATH '$[2]',"
	    " at BIGINT PATH '$[3]')) j");

static const struct db_sql sql_posts = SQL(
	"INSERT INTO post (post_id, author_id, title, body_md, body_html, excerpt, comments, score,"
	" created_at) SELECT id, author, title, md, html, excerpt, comments, score, at"
	" FROM JSON_TABLE(?, '$[*]' COLUMNS (id BIGINT PATH '$[0]', author BIGINT PATH '$[1]',"
	" title VARCHAR(300) PATH '$[2]', md MEDIUMTEXT PATH '$[3]', html MEDIUMTEXT PATH '$[4]',"
	" excerpt VARCHAR(400) PATH '$[5]', comments INT PATH '$[6]', score BIGINT PATH '$[7]',"
	" at BIGINT PATH '$[8]')) j");

static const struct db_sql sql_comments =
	SQL("INSERT INTO comment (comment_id, target_type, target_id, root_id, reply_no, parent_id,"
	    " to_user_id, author_id, body_md, body_html, replies, last_reply_no, created_at)"
	    " SELECT id, 1, post, root, number, parent, answered, author, md, html, replies, "
	    "replies, at"
	    " FROM JSON_TABLE(?, '$[*]' COLUMNS (id BIGINT PATH '$[0]', post BIGINT PATH '$[1]',"
	    " root BIGINT PATH '$[2]', number INT PATH '$[3]', parent BIGINT PATH '$[4]',"
	    " answered BIGINT PATH '$[5]', author BIGINT PATH '$[6]', md TEXT PATH '$[7]',"
	    " html TEXT PATH '$[8]', replies INT PATH '$[9]', at BIGINT PATH '$[10]')) j");

static const struct db_sql sql_posts_made = SQL("SELECT post_id FROM post ORDER BY post_id");

/* Rows on their way: a JSON array of arrays. */
struct rows {
	struct buf json;
	size_t count;
};

static void rows_start(struct rows *rows, struct arena *a)
{
	buf_init(&rows->json, a, 1 << 20);
	rows->count = 0;
}

static void row(struct rows *rows)
{
	buf_add(&rows->json, rows->count++ ? STR("],[") : STR("[["));
}

static void put(struct rows *rows)
{
	if (rows->json.p[rows->json.n - 1] != '[')
		buf_add_char(&rows->json, ',');
}

static void put_int(struct rows *rows, int64_t value)
{
	put(rows);
	buf_add_i64(&rows->json, value);
}

static void put_text(struct rows *rows, struct str value)
{
	put(rows);
	buf_add_json(&rows->json, value);
}

static err rows_end(struct rows *rows, struct program *p, const struct db_sql *sql)
{
	if (!rows->count)
		return OK;
	buf_add(&rows->json, STR("]]"));
	return db_exec(p->ctx.db, NULL, sql, DB_ARGS(buf_str(&rows->json)));
}

/* An id as if made at that time. */
static int64_t make_id(int64_t at, int64_t number)
{
	return (at - ID_EPOCH) << 22 | ID_WORKER << 12 | number % 4096;
}

int64_t data_user(int64_t i)
{
	return make_id(ID_EPOCH + MINUTE + i, 0);
}

static err make_users(struct program *p)
{
	int64_t i, n;
	err e = OK;

	for (i = 0; !e && i < DATA_USERS + DATA_VOTERS; i += USERS_EACH) {
		struct rows rows;

		program_next(p);
		rows_start(&rows, p->ctx.arena);
		for (n = i; n < i + USERS_EACH && n < DATA_USERS + DATA_VOTERS; n++) {
			row(&rows);
			put_int(&rows, data_user(n));
			put_text(&rows, str_format(p->ctx.arena, "reader%lld", (long long)n));
			put_int(&rows, 1 + n % 9);
			put_int(&rows, p->ctx.now);
		}
		e = rows_end(&rows, p, &sql_users);
	}
	return e;
}

/* A thread of comments: a first one, and replies to it or to each other. */
struct thread {
	int64_t post, at; /* at: when it begins */
	int number, replies;
};

static err put_comment(struct program *p, struct rows *rows, const struct thread *t, int reply)
{
	struct arena *a = p->ctx.arena;
	int64_t root = make_id(t->at, t->number), first = t->post % 4096 + t->number * 31;
	int64_t seed = first + reply;
	int parent = reply / 2; /* its number in the thread */
	struct str md = data_text(a, (uint64_t)seed, 40 + (size_t)(seed % 3) * 40);
	struct html html;
	err e = markdown_render(a, md, &html);

	if (e)
		return e;
	row(rows);
	put_int(rows, make_id(t->at + reply * 1000, t->number));
	put_int(rows, t->post);
	put_int(rows, root);
	put_int(rows, reply);
	put_int(rows, reply ? make_id(t->at + parent * 1000, t->number) : 0);
	put_int(rows, reply ? data_user((first + parent) % DATA_USERS) : 0);
	put_int(rows, data_user(seed % DATA_USERS));
	put_text(rows, md);
	put_text(rows, html.markup);
	put_int(rows, reply ? 0 : t->replies);
	put_int(rows, t->at + reply * 1000);
	return OK;
}

static err put_thread(struct program *p, struct rows *rows, const struct thread *t)
{
	err e = OK;
	int reply;

	for (reply = 0; !e && reply <= t->replies; reply++)
		e = put_comment(p, rows, t, reply);
	return e;
}

static err put_comments(struct program *p, struct rows *rows, int64_t post, int64_t at, bool is_big)
{
	static const int replies[DATA_ROOTS] = { 5, 3, 2, 2 };
	struct thread t = { .post = post, .at = at };
	err e = OK;

	for (t.number = 0; !e && t.number < (is_big ? DATA_BIG_ROOTS : DATA_ROOTS); t.number++) {
		t.at += MINUTE / 2;
		t.replies = is_big ? DATA_BIG_REPLIES : replies[t.number];
		e = put_thread(p, rows, &t);
	}
	return e;
}

static err put_topic(struct program *p, struct rows *rows, int64_t id, int64_t at, int64_t i)
{
	struct arena *a = p->ctx.arena;
	struct str md = data_text(a, (uint64_t)i, DATA_TOPIC_BYTES - 60), excerpt;
	struct html html;
	err e = markdown_render(a, md, &html);

	if (!e)
		e = markdown_excerpt(a, md, EXCERPT_LINES, EXCERPT_CODE_POINTS, &excerpt);
	if (e)
		return e;
	row(rows);
	put_int(rows, id);
	put_int(rows, data_user(i * 7 % DATA_USERS));
	put_text(rows, data_title(a, (uint64_t)i));
	put_text(rows, md);
	put_text(rows, html.markup);
	put_text(rows, excerpt);
	put_int(rows,
		i == DATA_TOPICS - 1 ? DATA_BIG_ROOTS * (1 + DATA_BIG_REPLIES) : DATA_COMMENTS);
	put_int(rows, post_score(at, 0));
	put_int(rows, at);
	return OK;
}

/* Topics from number `from` on, with their comments. */
static err make_topics(struct program *p, int64_t from, int64_t first_at)
{
	const int64_t step = (DATA_DAYS * INT64_C(86400000) - 60 * MINUTE) / DATA_TOPICS;
	struct rows posts, comments;
	int64_t i;
	err e = OK;

	program_next(p);
	rows_start(&posts, p->ctx.arena);
	rows_start(&comments, p->ctx.arena);
	for (i = from; !e && i < from + TOPICS_EACH && i < DATA_TOPICS; i++) {
		int64_t at = first_at + i * step, id = make_id(at, i);

		e = put_topic(p, &posts, id, at, i);
		if (!e)
			e = put_comments(p, &comments, id, at, i == DATA_TOPICS - 1);
	}
	if (!e)
		e = rows_end(&posts, p, &sql_posts);
	return e ? e : rows_end(&comments, p, &sql_comments);
}

err data_posts(struct program *p, int64_t *out, size_t room, size_t *count)
{
	struct db_rows *rows;
	err e = db_query(p->ctx.db, p->ctx.arena, &rows, &sql_posts_made, DB_NO_ARGS);

	if (e)
		return e;
	for (*count = 0; *count < room && db_next(rows);)
		out[(*count)++] = db_int(rows, 0);
	return OK;
}

static err write_lists(struct program *p, const char *folder)
{
	int64_t posts[DATA_TOPICS];
	size_t i, count;
	FILE *f;
	err e;

	program_next(p);
	e = data_posts(p, posts, ARRAY_LEN(posts), &count);
	if (e)
		return e;
	f = data_file(folder, "posts");
	for (i = 0; i + 1 < count; i++)
		fprintf(f, "%lld\n", (long long)posts[i]);
	fclose(f);
	f = data_file(folder, "big");
	fprintf(f, "%lld\n", (long long)posts[count - 1]);
	return fclose(f) ? ERR_UNAVAILABLE : OK;
}

err data_make_corpus(struct program *p, const char *folder)
{
	int64_t i, first_at = p->ctx.now - DATA_DAYS * INT64_C(86400000);
	err e = make_users(p);

	for (i = 0; !e && i < DATA_TOPICS; i += TOPICS_EACH)
		e = make_topics(p, i, first_at);
	return e ? e : write_lists(p, folder);
}
