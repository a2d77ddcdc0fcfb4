/* Rows in Redis: the id and version, then what db_pack makes of them. */
#include "domain/shared_rows.h"

/* In front of the rows. */
struct mark {
	int64_t id, version;
};

/* Whether this process was asked for it before, as far as it remembers. */
static bool was_asked_before(struct process *p, struct str key, int64_t id)
{
	const uint64_t hash = str_hash(key) ^ (uint64_t)id * UINT64_C(0x9E3779B97F4A7C15);
	const uint32_t mark = (uint32_t)(hash >> 32);
	uint32_t *seen = p->shared_seen[hash % ARRAY_LEN(p->shared_seen)];
	size_t i = 0, last = ARRAY_LEN(p->shared_seen[0]) - 1;
	bool is_found;

	while (i < last && seen[i] != mark)
		i++;
	is_found = seen[i] == mark;
	memmove(seen + 1, seen, i * sizeof(*seen));
	seen[0] = mark;
	return is_found;
}

void shared_rows_ask(struct ctx *c, struct shared_rows *s, const struct db_sql *sql, struct str key,
		     int64_t id)
{
	*s = (struct shared_rows){ 0 };
	if (!was_asked_before(c->process, key, id))
		return;
	s->sql = sql;
	s->key = key;
	s->id = id;
	s->reply = cache_want(c->cache, CACHE_ARGS(STR("GET"), key));
}

struct db_rows *shared_rows_find(struct ctx *c, const struct shared_rows *s, int64_t version)
{
	const struct mark wanted = { s->id, version };
	struct str bytes;

	if (!s->reply || !version)
		return NULL;
	bytes = cache_text(s->reply);
	if (bytes.n < sizeof(wanted) || memcmp(bytes.p, &wanted, sizeof(wanted)) != 0)
		return NULL;
	return db_unpack(c->arena, s->sql, str_slice(bytes, sizeof(wanted), bytes.n));
}

void shared_rows_keep(struct ctx *c, const struct shared_rows *s, int64_t version,
		      const struct db_rows *rows)
{
	const struct mark mark = { s->id, version };
	struct buf b;

	if (!s->reply || !version)
		return;
	buf_init(&b, c->arena, 16 * 1024);
	buf_add_bytes(&b, &mark, sizeof(mark));
	db_pack(&b, s->sql, rows);
	if (b.n > SHARED_ROWS_BYTES_MAX)
		return;
	cache_want(c->cache,
		   CACHE_ARGS(STR("SET"), s->key, buf_str(&b), STR("EX"), SHARED_ROWS_SECONDS));
}
