/* Rows in Redis: the version, then what db_pack makes of them. */
#include "domain/shared_rows.h"

/* Whether this process was asked for the key before, as far as it remembers. */
static bool was_asked_before(struct process *p, struct str key)
{
	const uint64_t hash = str_hash(key);
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

void shared_rows_ask(struct ctx *c, struct shared_rows *s, const struct db_sql *sql, struct str key)
{
	*s = (struct shared_rows){ 0 };
	if (!was_asked_before(c->process, key))
		return;
	s->sql = sql;
	s->key = key;
	s->reply = cache_want(c->cache, CACHE_ARGS(STR("GET"), key));
}

struct db_rows *shared_rows_find(struct ctx *c, const struct shared_rows *s, int64_t version)
{
	struct str bytes;

	if (!s->reply || !version)
		return NULL;
	bytes = cache_text(s->reply);
	if (bytes.n < sizeof(version) || memcmp(bytes.p, &version, sizeof(version)) != 0)
		return NULL;
	return db_unpack(c->arena, s->sql, str_slice(bytes, sizeof(version), bytes.n));
}

void shared_rows_keep(struct ctx *c, const struct shared_rows *s, int64_t version,
		      const struct db_rows *rows)
{
	struct buf b;

	if (!s->reply || !version)
		return;
	buf_init(&b, c->arena, 16 * 1024);
	buf_add_bytes(&b, &version, sizeof(version));
	db_pack(&b, s->sql, rows);
	if (b.n > SHARED_ROWS_BYTES_MAX)
		return;
	cache_want(c->cache,
		   CACHE_ARGS(STR("SET"), s->key, buf_str(&b), STR("EX"), SHARED_ROWS_SECONDS));
}
