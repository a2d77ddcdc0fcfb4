/* Looking for what is left of somebody. */
#include "support/leftovers.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/buf.h"

#define FILE_MOST (8 << 20)
#define TABLES_MOST 100

static const struct db_sql sql_tables =
	SQL("SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE()"
	    " AND table_type = 'BASE TABLE'");

static const struct db_sql sql_columns =
	SQL("SELECT column_name FROM information_schema.columns WHERE table_schema = DATABASE()"
	    " AND table_name = ?");

static bool holds(struct str text, struct str needle)
{
	size_t i;

	for (i = 0; needle.n && i + needle.n <= text.n; i++) {
		if (!strncasecmp(text.p + i, needle.p, needle.n))
			return true;
	}
	return false;
}

static size_t found(const char *what, const char *where, struct str text)
{
	if (what)
		printf("# %s is left in %s: " STR_FMT "\n", what, where,
		       STR_ARG(str_slice(text, 0, 200)));
	return 1;
}

/*
 * The rows of a table as one text each, where that holds the needle. Not a statement of the
 * programs: the names come from the server itself. Kept for the next search, as connections
 * remember them by their address.
 */
static const struct db_sql *search_sql(struct ctx *c, struct str table)
{
	static struct {
		char table[64];
		struct db_sql sql;
	} known[TABLES_MOST];
	static size_t count;
	struct db_rows *columns;
	struct buf row, sql;
	size_t i;

	for (i = 0; i < count; i++) {
		if (str_is(str_from_c(known[i].table), table))
			return &known[i].sql;
	}
	if (count == TABLES_MOST || table.n >= sizeof(known[i].table) ||
	    db_query(c->db, c->arena, &columns, &sql_columns, DB_ARGS(table)))
		BUG("cannot look into " STR_FMT, STR_ARG(table));
	buf_init(&row, c->arena, 1024);
	while (db_next(columns))
		buf_addf(&row, ", CAST(`%s` AS CHAR CHARACTER SET utf8mb4)", db_str(columns, 0).p);
	buf_init(&sql, c->arena, 4096);
	buf_addf(&sql,
		 "SELECT t FROM (SELECT CONCAT_WS(' '" STR_FMT ") AS t FROM `%s`) x"
		 " WHERE INSTR(LOWER(t), LOWER(?)) > 0 LIMIT 5",
		 STR_ARG(buf_str(&row)), table.p);
	memcpy(known[count].table, table.p, table.n);
	known[count].sql.text = strdup(buf_str(&sql).p);
	return &known[count++].sql;
}

size_t leftovers_in_sql(struct ctx *c, struct str needle, const char *what)
{
	struct db_rows *tables, *rows;
	size_t count = 0;

	if (db_query(c->db, c->arena, &tables, &sql_tables, DB_NO_ARGS))
		BUG("there are no tables");
	while (db_next(tables)) {
		struct str table = str_copy(c->arena, db_str(tables, 0));

		if (db_query(c->db, c->arena, &rows, search_sql(c, table), DB_ARGS(needle)))
			BUG("cannot search " STR_FMT, STR_ARG(table));
		while (db_next(rows))
			count += found(what, table.p, db_str(rows, 0));
	}
	return count;
}

static size_t search_reply(const struct cache_reply *r, struct str key, struct str needle,
			   const char *what)
{
	size_t i, count = 0;

	if (holds(cache_text(r), needle))
		count += found(what, key.p, cache_text(r));
	for (i = 0; i < cache_items(r); i++)
		count += search_reply(cache_item(r, i), key, needle, what);
	return count;
}

static struct cache_reply *run(struct ctx *c, struct cache_args args)
{
	struct cache_reply *reply;

	if (cache_run(c->cache, &reply, args))
		BUG("Redis does not answer");
	return reply;
}

static struct cache_reply *value_of(struct ctx *c, struct str key)
{
	struct str type = cache_text(run(c, CACHE_ARGS(STR("TYPE"), key)));

	if (str_is(type, STR("hash")))
		return run(c, CACHE_ARGS(STR("HGETALL"), key));
	if (str_is(type, STR("set")))
		return run(c, CACHE_ARGS(STR("SMEMBERS"), key));
	if (str_is(type, STR("zset")))
		return run(c, CACHE_ARGS(STR("ZRANGE"), key, 0, -1));
	if (str_is(type, STR("list")))
		return run(c, CACHE_ARGS(STR("LRANGE"), key, 0, -1));
	if (str_is(type, STR("stream")))
		return run(c, CACHE_ARGS(STR("XRANGE"), key, STR("-"), STR("+")));
	return run(c, CACHE_ARGS(STR("GET"), key));
}

size_t leftovers_in_redis(struct ctx *c, struct str needle, const char *what)
{
	struct str cursor = STR("0");
	size_t i, count = 0;

	do {
		struct cache_reply *page =
			run(c, CACHE_ARGS(STR("SCAN"), cursor, STR("COUNT"), 1000));
		const struct cache_reply *keys = cache_item(page, 1);

		for (i = 0; i < cache_items(keys); i++) {
			struct str key = str_copy(c->arena, cache_text(cache_item(keys, i)));

			if (holds(key, needle))
				count += found(what, "the name of a key", key);
			count += search_reply(value_of(c, key), key, needle, what);
		}
		cursor = cache_text(cache_item(page, 0));
	} while (!str_is(cursor, STR("0")));
	return count;
}

static size_t search_file(struct ctx *c, const char *path, struct str needle, const char *what)
{
	char *bytes = arena_alloc(c->arena, FILE_MOST);
	FILE *f = fopen(path, "r");
	struct str text = { bytes, f ? fread(bytes, 1, FILE_MOST, f) : 0 };

	if (f)
		fclose(f);
	return holds(text, needle) ? found(what, path, STR("")) : 0;
}

size_t leftovers_in_files(struct ctx *c, const char *folder, struct str needle, const char *what)
{
	DIR *d = opendir(folder);
	struct dirent *entry;
	size_t count = 0;

	while (d && (entry = readdir(d)) != NULL) {
		struct str path = str_format(c->arena, "%s/%s", folder, entry->d_name);
		struct stat s;

		if (entry->d_name[0] == '.' || lstat(path.p, &s))
			continue;
		if (holds(str_from_c(entry->d_name), needle))
			count += found(what, folder, path);
		count += S_ISDIR(s.st_mode) ? leftovers_in_files(c, path.p, needle, what)
					    : search_file(c, path.p, needle, what);
	}
	if (d)
		closedir(d);
	return count;
}
