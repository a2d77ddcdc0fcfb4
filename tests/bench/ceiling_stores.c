/* Redis and MariaDB as bare as their clients allow: what can be made once is made at the start. */
#include <mysql.h> /* before our headers, which forbid what its macros use */

#include "ceilings.h"

#include <hiredis/hiredis.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "domain/reaction_keys.h"

#define SESSION_COOKIE "plaza_session="
#define COMMAND_MOST 512

struct stores {
	redisContext *redis;
	MYSQL_STMT *rows;
	long long keys[CEILING_ROWS]; /* bound as parameters */
	char title[512], body[CEILING_ROW_MAX];
	unsigned long title_n, body_n;
	const int64_t *posts;
	char **counts; /* for each post an HMGET, as sent */
	int *counts_n;
	size_t count, next;
	char sha[64];
	unsigned long long voter; /* another one each time, in every process */
};

static const char vote_script[] =
	"if redis.call('SADD', KEYS[1], ARGV[1]) == 0 then return 0 end "
	"redis.call('XADD', KEYS[3], 'MAXLEN', '~', 1000000, '*', 'kind', 'vote', 'type', 1, "
	"'target', ARGV[2], 'user', ARGV[1]) "
	"return redis.call('HINCRBY', KEYS[2], 'votes', 1)";

static redisReply *read_reply(struct stores *s, int type)
{
	void *reply = NULL;

	if (redisGetReply(s->redis, &reply) != REDIS_OK)
		BUG("redis: %s", s->redis->errstr);
	if (((redisReply *)reply)->type != type)
		BUG("redis: an answer of type %d, %d was expected", ((redisReply *)reply)->type,
		    type);
	return reply;
}

static void connect_redis(struct stores *s, const struct config *config)
{
	const char *words[] = { "SCRIPT", "LOAD", vote_script };
	redisReply *reply;

	s->redis = redisConnectUnix(config->redis.socket.p);
	if (!s->redis || s->redis->err)
		BUG("redis: no connection");
	redisAppendCommand(s->redis, "AUTH %b", config->redis.password.p, config->redis.password.n);
	freeReplyObject(read_reply(s, REDIS_REPLY_STATUS));
	redisAppendCommandArgv(s->redis, 3, words, NULL);
	reply = read_reply(s, REDIS_REPLY_STRING);
	snprintf(s->sha, sizeof(s->sha), "%s", reply->str);
	freeReplyObject(reply);
}

static void make_counts(struct stores *s)
{
	struct arena *a = arena_new(4096);
	size_t i;

	s->counts = calloc(s->count, sizeof(*s->counts));
	s->counts_n = calloc(s->count, sizeof(*s->counts_n));
	for (i = 0; i < s->count; i++) {
		struct str key = reaction_article_key(a, s->posts[i]);

		s->counts_n[i] =
			(int)redisFormatCommand(&s->counts[i], "HMGET %b votes likes comments",
						key.p, key.n);
	}
	arena_free(a);
}

static void prepare_rows(struct stores *s, MYSQL *mysql)
{
	static const char text[] = "SELECT title, body_md FROM post"
				   " WHERE post_id IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
	MYSQL_BIND params[CEILING_ROWS], columns[2];
	size_t i;

	s->rows = mysql_stmt_init(mysql);
	if (!s->rows || mysql_stmt_prepare(s->rows, text, sizeof(text) - 1))
		BUG("mariadb: %s", mysql_error(mysql));
	memset(params, 0, sizeof(params));
	for (i = 0; i < CEILING_ROWS; i++) {
		params[i].buffer_type = MYSQL_TYPE_LONGLONG;
		params[i].buffer = &s->keys[i];
	}
	memset(columns, 0, sizeof(columns));
	columns[0] = (MYSQL_BIND){ .buffer_type = MYSQL_TYPE_STRING,
				   .buffer = s->title,
				   .buffer_length = sizeof(s->title),
				   .length = &s->title_n };
	columns[1] = (MYSQL_BIND){ .buffer_type = MYSQL_TYPE_STRING,
				   .buffer = s->body,
				   .buffer_length = sizeof(s->body),
				   .length = &s->body_n };
	if (mysql_stmt_bind_param(s->rows, params) || mysql_stmt_bind_result(s->rows, columns))
		BUG("mariadb: %s", mysql_stmt_error(s->rows));
}

static void connect_mariadb(struct stores *s, const struct config *config)
{
	MYSQL *mysql = mysql_init(NULL);

	mysql_options(mysql, MYSQL_SET_CHARSET_NAME, "utf8mb4");
	if (!mysql_real_connect(mysql, NULL, config->db.user.p, config->db.password.p,
				config->db.name.p, 0, config->db.socket.p, 0))
		BUG("mariadb: %s", mysql_error(mysql));
	prepare_rows(s, mysql);
}

struct stores *stores_open(const struct config *config, const int64_t *posts, size_t count)
{
	struct stores *s = calloc(1, sizeof(*s));

	if (!s)
		BUG("out of memory");
	s->posts = posts;
	s->count = count;
	s->voter = (unsigned long long)getpid() << 32;
	make_counts(s);
	connect_redis(s, config);
	connect_mariadb(s, config);
	return s;
}

/* A guest's look-up costs the same. */
static void ask_session(struct stores *s, const char *cookies)
{
	const char *session = strstr(cookies, SESSION_COOKIE);

	session = session ? session + strlen(SESSION_COOKIE) : "guest";
	redisAppendCommand(s->redis, "GET bench:session:%b", session, strcspn(session, ";"));
}

static void read_session(struct stores *s)
{
	freeReplyObject(read_reply(s, REDIS_REPLY_STRING));
}

void stores_get_session(struct stores *s, const char *cookies)
{
	ask_session(s, cookies);
	read_session(s);
}

static void read_rows(struct stores *s, char *page)
{
	char *end = page;
	int got;

	if (mysql_stmt_execute(s->rows))
		BUG("mariadb: %s", mysql_stmt_error(s->rows));
	while (got = mysql_stmt_fetch(s->rows), !got) {
		size_t room = (size_t)(page + CEILING_PAGE - end);
		size_t n = s->title_n + s->body_n < room ? s->title_n + s->body_n : room;
		size_t of_title = s->title_n < n ? s->title_n : n;

		memcpy(end, s->title, of_title);
		memcpy(end + of_title, s->body, n - of_title);
		end += n;
	}
	if (got != MYSQL_NO_DATA)
		BUG("mariadb: %s",
		    got == MYSQL_DATA_TRUNCATED ? "a text is too long" : mysql_stmt_error(s->rows));
}

void stores_read_list(struct stores *s, const char *cookies, char page[CEILING_PAGE])
{
	size_t i, at;

	ask_session(s, cookies);
	for (i = 0; i < CEILING_ROWS; i++) {
		at = s->next++ % s->count;
		s->keys[i] = s->posts[at];
		redisAppendFormattedCommand(s->redis, s->counts[at], (size_t)s->counts_n[at]);
	}
	read_session(s);
	for (i = 0; i < CEILING_ROWS; i++)
		freeReplyObject(read_reply(s, REDIS_REPLY_ARRAY));
	read_rows(s, page);
}

long long stores_vote(struct stores *s, const char *cookies)
{
	long long post = s->posts[s->next++ % s->count];
	redisReply *reply;
	long long votes;

	stores_get_session(s, cookies);
	redisAppendCommand(s->redis,
			   "EVALSHA %s 3 bench:voters:%lld bench:post:%lld bench:events %llu %lld",
			   s->sha, post, post, s->voter++, post);
	reply = read_reply(s, REDIS_REPLY_INTEGER);
	votes = reply->integer;
	freeReplyObject(reply);
	return votes;
}
