/* The sensitive words, kept by the process for a minute. */
#include "domain/words_list.h"

#include "base/clock.h"

#define READ_AGAIN_MS CLOCK_MINUTE
#define ARENA_BYTES 4096

static const struct db_sql sql_all = SQL("SELECT word FROM sensitive_word");

static err read_list(struct ctx *c, struct word_store *store)
{
	struct db_rows *rows;
	struct arena *a;
	struct str *list;
	size_t count = 0;
	err e = db_query(c->db, c->arena, &rows, &sql_all, DB_NO_ARGS);

	if (e)
		return e;
	a = arena_new(ARENA_BYTES);
	list = ARENA_ARRAY(c->arena, struct str, db_count(rows) + 1);
	while (db_next(rows))
		list[count++] = str_copy(a, db_str(rows, 0));
	arena_free(store->arena);
	store->arena = a;
	store->words = words_new(a, list, count);
	return OK;
}

err words_list_find(struct ctx *c, const struct words **out)
{
	struct word_store *store = &c->process->words;
	int64_t now = clock_ticks();
	err e = OK;

	if (!store->words || now - store->read_at >= READ_AGAIN_MS) {
		e = read_list(c, store);
		store->read_at = now;
	}
	if (!store->words)
		return e;
	*out = store->words;
	return OK;
}
