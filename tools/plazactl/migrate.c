/* The schema: files NNN_*.sql, applied once each, in order. schema_version remembers which, and
 * what they said. */
#include <dirent.h>

#include "base/clock.h"
#include "base/num.h"
#include "base/secret.h"
#include "plazactl.h"

#define NUMBER_DIGITS 3
#define LOCK_TRIES 15 /* of two seconds each */

static const struct db_sql sql_create =
	SQL("CREATE TABLE IF NOT EXISTS schema_version (version INT NOT NULL PRIMARY KEY,"
	    " name VARCHAR(128) NOT NULL, checksum CHAR(64) NOT NULL, started_at BIGINT NOT NULL,"
	    " applied_at BIGINT NULL) ENGINE=InnoDB CHARACTER SET utf8mb4");

static const struct db_sql sql_exists =
	SQL("SELECT 1 FROM information_schema.tables WHERE table_schema = DATABASE()"
	    " AND table_name = 'schema_version'");

static const struct db_sql sql_lock =
	SQL("SELECT GET_LOCK(CONCAT('plaza.migrate.', DATABASE()), 2)");

static const struct db_sql sql_applied =
	SQL("SELECT version, name, checksum, applied_at FROM schema_version ORDER BY version");

static const struct db_sql sql_start =
	SQL("INSERT INTO schema_version (version, name, checksum, started_at) VALUES (?, ?, ?, ?)");

static const struct db_sql sql_finish =
	SQL("UPDATE schema_version SET applied_at = ? WHERE version = ?");

struct step {
	int64_t version;
	struct str name; /* of the file */
	struct str text;
	struct str checksum;
};

struct steps {
	struct step *items;
	size_t count;
};

static int compare_steps(const void *a, const void *b)
{
	const struct step *x = a, *y = b;

	return (x->version > y->version) - (x->version < y->version);
}

/* "001_foundation.sql" */
static bool read_name(struct str name, int64_t *version)
{
	struct str digits = str_slice(name, 0, NUMBER_DIGITS);

	while (digits.n > 1 && digits.p[0] == '0')
		digits = str_slice(digits, 1, digits.n);
	return name.n > NUMBER_DIGITS && name.p[NUMBER_DIGITS] == '_' &&
	       str_ends(name, STR(".sql")) && num_parse_i64(digits, 1, 999, version);
}

static bool read_step(struct arena *a, const char *dir, const char *name, struct step *s)
{
	struct str path = str_format(a, "%s/%s", dir, name);

	s->name = str_copy(a, str_from_c(name));
	if (read_file(a, path.p, &s->text)) {
		complain("%s cannot be read", path.p);
		return false;
	}
	s->checksum = secret_hash(a, s->text);
	return true;
}

/* All files of the folder, in order. */
static bool read_folder(struct arena *a, const char *dir, struct steps *out)
{
	DIR *folder = opendir(dir);
	const struct dirent *entry;
	struct step s;
	bool is_good = folder != NULL;

	if (!folder)
		complain("the folder %s cannot be read; --sql DIR names another", dir);
	while (is_good && (entry = readdir(folder))) {
		if (!read_name(str_from_c(entry->d_name), &s.version))
			continue;
		is_good = read_step(a, dir, entry->d_name, &s);
		out->items = arena_grow(a, out->items, out->count * sizeof(s),
					(out->count + 1) * sizeof(s));
		out->items[out->count++] = s;
	}
	if (folder)
		closedir(folder);
	if (out->count)
		qsort(out->items, out->count, sizeof(s), compare_steps);
	else if (is_good)
		complain("there are no NNN_*.sql files in %s", dir);
	return is_good && out->count > 0;
}

static const struct step *find_step(const struct steps *s, int64_t version)
{
	size_t i;

	for (i = 0; i < s->count; i++)
		if (s->items[i].version == version)
			return &s->items[i];
	return NULL;
}

/* What was applied must be what the files say, as a whole, and come before all that was not. */
static bool check_applied(struct db_rows *rows, const struct steps *s, int64_t *newest)
{
	const struct step *step;

	*newest = 0;
	while (db_next(rows)) {
		*newest = db_int(rows, 0);
		step = find_step(s, *newest);
		if (db_is_null(rows, 3)) {
			complain(STR_FMT
				 " was begun but did not end: put the schema right by hand, then "
				 "set applied_at (or delete the row) in schema_version",
				 STR_ARG(db_str(rows, 1)));
			return false;
		}
		if (!step)
			printf("note: " STR_FMT " is applied, but its file is not here\n",
			       STR_ARG(db_str(rows, 1)));
		else if (!str_is(step->checksum, db_str(rows, 2))) {
			complain(STR_FMT
				 " was changed after it was applied: write a new file instead",
				 STR_ARG(step->name));
			return false;
		}
	}
	return true;
}

static bool check_order(const struct steps *s, int64_t newest, const bool *is_applied)
{
	size_t i;

	for (i = 0; i < s->count; i++) {
		if (i && s->items[i].version == s->items[i - 1].version) {
			complain("two files have the number %03lld",
				 (long long)s->items[i].version);
			return false;
		}
		if (!is_applied[i] && s->items[i].version < newest) {
			complain(STR_FMT " is older than what was applied: give it the next number",
				 STR_ARG(s->items[i].name));
			return false;
		}
	}
	return true;
}

static err find_applied(struct ctx *c, struct db_rows **rows)
{
	struct db_rows *table;
	err e = db_query(c->db, c->arena, &table, &sql_exists, DB_NO_ARGS);

	*rows = NULL;
	if (e || !db_next(table))
		return e;
	return db_query(c->db, c->arena, rows, &sql_applied, DB_NO_ARGS);
}

static err apply(struct ctx *c, const struct step *s)
{
	int64_t started = clock_now();
	err e = db_exec(c->db, NULL, &sql_start,
			DB_ARGS(s->version, s->name, s->checksum, started));

	if (!e)
		e = db_run_script_unsafe(c->db, s->text);
	if (!e)
		e = db_exec(c->db, NULL, &sql_finish, DB_ARGS(clock_now(), s->version));
	if (e)
		complain(STR_FMT " failed, see above", STR_ARG(s->name));
	else
		printf("applied " STR_FMT " in %lld ms\n", STR_ARG(s->name),
		       (long long)(clock_now() - started));
	return e;
}

/* Marks the steps that are in the table; all others are new. False after a message. */
static bool compare(struct ctx *c, const struct steps *s, bool *is_applied)
{
	struct db_rows *rows, *again;
	int64_t newest = 0;
	size_t i;
	err e = find_applied(c, &rows);

	if (!e)
		e = find_applied(c, &again);
	if (e) {
		complain_err("reading schema_version", e);
		return false;
	}
	if (!rows)
		return check_order(s, 0, is_applied);
	while (db_next(again))
		for (i = 0; i < s->count; i++)
			is_applied[i] = is_applied[i] || s->items[i].version == db_int(again, 0);
	return check_applied(rows, s, &newest) && check_order(s, newest, is_applied);
}

/* Two at once would both find the same files new. */
static err lock(struct ctx *c)
{
	struct db_rows *rows;
	int i;
	err e;

	for (i = 0; i < LOCK_TRIES && !program_is_stopping(); i++) {
		e = db_query(c->db, c->arena, &rows, &sql_lock, DB_NO_ARGS);
		if (e)
			return e;
		if (db_next(rows) && db_int(rows, 0) == 1)
			return db_exec(c->db, NULL, &sql_create, DB_NO_ARGS);
	}
	complain("another migration is running");
	return ERR_UNAVAILABLE;
}

static int run_steps(struct ctx *c, const struct steps *s, bool is_dry_run)
{
	bool *is_applied = ARENA_ARRAY(c->arena, bool, s->count);
	size_t i, fresh = 0;

	if (!compare(c, s, is_applied))
		return EXIT_FAILED;
	for (i = 0; i < s->count; i++) {
		if (is_applied[i])
			continue;
		fresh++;
		if (is_dry_run)
			printf("would apply " STR_FMT "\n", STR_ARG(s->items[i].name));
		else if (apply(c, &s->items[i]))
			return EXIT_FAILED;
	}
	if (!fresh)
		printf("the schema is up to date (%03lld)\n",
		       (long long)s->items[s->count - 1].version);
	return EXIT_DONE;
}

int migrate_command(struct program *p, struct words_given given)
{
	bool is_dry_run = take_flag(&given, "--dry-run");
	const char *dir = take_option(&given, "--sql");
	struct steps steps = { 0 };
	err e = OK;

	if (given.count || (dir && !*dir)) {
		complain("usage: plazactl migrate [--dry-run] [--sql DIR]");
		return EXIT_USAGE;
	}
	if (!read_folder(p->ctx.arena, sql_folder(p->ctx.arena, dir), &steps))
		return EXIT_FAILED;
	if (!is_dry_run)
		e = lock(&p->ctx);
	if (e)
		return complain_err("migrating", e);
	return run_steps(&p->ctx, &steps, is_dry_run);
}
