/*
 * Replies. hiredis parses; its objects are made here, in the arena, so that a reply
 * costs no malloc and no second copy.
 */
#include "store/cache_internal.h"

#include "base/num.h"

static struct cache_reply *place(const redisReadTask *task)
{
	struct cache *c = task->privdata;

	if (task->parent)
		return &((struct cache_reply *)task->parent->obj)->is.array.items[task->idx];
	return ARENA_NEW(c->arena, struct cache_reply);
}

/* NOLINTNEXTLINE(readability-non-const-parameter): hiredis wants it so */
static void *make_text(const redisReadTask *task, char *p, size_t n)
{
	struct cache *c = task->privdata;
	struct cache_reply *r = place(task);

	r->kind = task->type == REDIS_REPLY_ERROR ? CACHE_KIND_ERROR : CACHE_KIND_TEXT;
	r->is.text = str_copy(c->arena, (struct str){ p, n });
	return r;
}

static void *make_array(const redisReadTask *task, int n)
{
	struct cache *c = task->privdata;
	struct cache_reply *r = place(task);

	r->kind = CACHE_KIND_ARRAY;
	r->is.array.count = n > 0 ? (size_t)n : 0;
	if (r->is.array.count)
		r->is.array.items = ARENA_ARRAY(c->arena, struct cache_reply, r->is.array.count);
	return r;
}

static void *make_int(const redisReadTask *task, long long n)
{
	struct cache_reply *r = place(task);

	r->kind = CACHE_KIND_INT;
	r->is.number = n;
	return r;
}

static void *make_nil(const redisReadTask *task)
{
	return place(task);
}

static void keep(void *reply)
{
	(void)reply; /* the arena's */
}

/* hiredis fills in task->privdata with the reader's for every task. */
redisReader *cache_reader_new(struct cache *c)
{
	static redisReplyObjectFunctions functions = {
		.createString = make_text,
		.createArray = make_array,
		.createInteger = make_int,
		.createNil = make_nil,
		.freeObject = keep,
	};
	redisReader *reader = redisReaderCreateWithFunctions(&functions);

	if (!reader)
		BUG("out of memory");
	reader->privdata = c;
	return reader;
}

bool cache_is_nil(const struct cache_reply *r)
{
	return r->kind == CACHE_KIND_NIL || r->kind == CACHE_KIND_ERROR;
}

bool cache_is_error(const struct cache_reply *r)
{
	return r->kind == CACHE_KIND_ERROR;
}

int64_t cache_int(const struct cache_reply *r)
{
	int64_t n = 0;

	if (r->kind == CACHE_KIND_INT)
		return r->is.number;
	if (r->kind == CACHE_KIND_TEXT && num_parse_i64(r->is.text, INT64_MIN, INT64_MAX, &n))
		return n;
	return 0;
}

struct str cache_text(const struct cache_reply *r)
{
	return r->kind == CACHE_KIND_TEXT ? r->is.text : (struct str){ 0 };
}

size_t cache_items(const struct cache_reply *r)
{
	return r->kind == CACHE_KIND_ARRAY ? r->is.array.count : 0;
}

const struct cache_reply *cache_item(const struct cache_reply *r, size_t i)
{
	if (i >= cache_items(r))
		BUG("item %zu of %zu", i, cache_items(r));
	return &r->is.array.items[i];
}
