/* The forum's domain for tests. */
#include "support/forum.h"

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "domain/comment.h"

#define AT_ONCE_MOST 64

static const struct db_sql sql_user =
	SQL("INSERT INTO user (user_id, username, username_folded, password_hash, role, state,"
	    " created_at) VALUES (?, ?, ?, '', ?, 1, ?)");

int forum_set_up(void **state)
{
	struct ctx *c;
	err e;

	stores_need((const char *const[]){ "mariadb", "redis" }, 2);
	if (stores_set_up(state))
		return -1;
	if (stores.missing)
		return 0;
	secret_open();
	c = forum_open();
	e = db_run_script_unsafe(c->db, stores_schema(c->arena));
	forum_close(c);
	return e ? -1 : 0;
}

struct ctx *forum_open(void)
{
	struct ctx *c = calloc(1, sizeof(*c));

	c->config = &stores.config;
	c->arena = arena_new(65536);
	c->db = db_new(c->config);
	c->cache = cache_new(c->config);
	c->mq = mq_new(c->config);
	c->process = process_new();
	forum_next(c);
	return c;
}

void forum_close(struct ctx *c)
{
	ctx_release_ids(c);
	process_free(c->process);
	mq_free(c->mq);
	cache_free(c->cache);
	db_free(c->db);
	arena_free(c->arena);
	free(c);
}

void forum_next(struct ctx *c)
{
	/* As after a reply: what was queued for Redis is sent. */
	if (c->now)
		(void)!cache_flush(c->cache);
	arena_reset(c->arena);
	cache_start_request(c->cache, c->arena);
	c->outbox = NULL;
	c->now = clock_now();
}

void forum_as(struct ctx *c, int64_t user_id, enum role role)
{
	c->viewer = (struct viewer){ .id = user_id, .role = role, .level = 1 };
}

int64_t forum_user(struct ctx *c, enum role role)
{
	struct str name;
	int64_t id;
	err e = ctx_new_id(c, &id);

	name = str_format(c->arena, "u%lld", (long long)id);
	if (!e)
		e = db_exec(c->db, NULL, &sql_user, DB_ARGS(id, name, name, (int)role, c->now));
	if (e)
		BUG("no user: %s", err_name(e));
	return id;
}

struct str forum_form(struct ctx *c)
{
	return secret_token(c->arena, 16);
}

int64_t forum_post(struct ctx *c, const char *title, const char *body)
{
	struct post_draft d = { str_from_c(title), str_from_c(body) };
	const char *problem = "";
	int64_t id = 0;
	err e = post_create(c, &d, forum_form(c), &id, &problem);

	if (e)
		BUG("no post: %s %s", err_name(e), problem);
	return id;
}

int64_t forum_comment(struct ctx *c, int64_t post_id, int64_t parent_id, const char *body)
{
	const char *problem = "";
	int64_t id = 0;
	err e = comment_create(c, post_id, parent_id, str_from_c(body), forum_form(c), &id,
			       &problem);

	if (e)
		BUG("no comment: %s %s", err_name(e), problem);
	return id;
}

static NORETURN void run_child(int number, int ready, int gate,
			       int64_t (*work)(struct ctx *c, int number, const void *context),
			       const void *context, int64_t *result)
{
	struct ctx *c = forum_open();
	char byte;

	/* When all have said so the parent closes the other end: they begin at once. */
	if (write(ready, "", 1) != 1)
		_exit(1);
	while (read(gate, &byte, 1) > 0)
		;
	*result = work(c, number, context);
	forum_close(c);
	_exit(0);
}

void forum_at_once(int count, int64_t (*work)(struct ctx *c, int number, const void *context),
		   const void *context, int64_t *results)
{
	const size_t size = AT_ONCE_MOST * sizeof(int64_t);
	int64_t *shared =
		mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t children[AT_ONCE_MOST];
	int ready[2], gate[2], i;
	char byte;

	if (count > AT_ONCE_MOST || shared == MAP_FAILED || pipe(ready) || pipe(gate))
		BUG("cannot start %d processes", count);
	for (i = 0; i < count; i++) {
		shared[i] = -1;
		children[i] = fork();
		if (children[i] == 0) {
			close(gate[1]);
			run_child(i, ready[1], gate[0], work, context, &shared[i]);
		}
	}
	close(gate[0]);
	close(ready[1]);
	for (i = 0; i < count && read(ready[0], &byte, 1) > 0; i++)
		;
	close(ready[0]);
	close(gate[1]);
	/* These alone: the guardian of the stores is a child of ours too, and ends with us. */
	for (i = 0; i < count; i++)
		waitpid(children[i], NULL, 0);
	memcpy(results, shared, (size_t)count * sizeof(*results));
	munmap(shared, size);
}

int64_t forum_number(struct ctx *c, const struct db_sql *sql, struct db_args args)
{
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, sql, args);

	if (e || !db_next(rows))
		BUG("no number: %s", err_name(e));
	return db_int(rows, 0);
}

void forum_empty_redis(void)
{
	if (!stores_run((const char *const[]){ "bash", "tests/support/services.sh", "redis",
					       stores.folder, "FLUSHALL", NULL }))
		BUG("Redis was not emptied");
}
