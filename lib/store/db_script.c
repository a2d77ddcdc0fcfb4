/* Migrations: files of statements, run one after the other on a connection of their own. */
#include "store/db_internal.h"

#include "base/log.h"

/* Changing a large table takes its time. */
#define SCRIPT_READ_SECONDS 3600

/* Read away whatever the statement answers. */
static bool skip_results(MYSQL *mysql)
{
	int more;

	do {
		MYSQL_RES *result = mysql_store_result(mysql);

		if (result)
			mysql_free_result(result);
		else if (mysql_errno(mysql))
			return false;
		more = mysql_next_result(mysql);
	} while (more == 0);
	return more < 0;
}

static err run(MYSQL *mysql, struct str statement, int line)
{
	if (!mysql_real_query(mysql, statement.p, statement.n) && skip_results(mysql))
		return OK;
	log_error("database: line %d: error %u %s", line, mysql_errno(mysql), mysql_error(mysql));
	return mysql_errno(mysql) && db_is_connection_error(mysql_errno(mysql)) ? ERR_UNAVAILABLE
										: ERR_INTERNAL;
}

static bool is_comment(struct str line)
{
	return line.n == 0 || str_starts(line, STR("-- ")) || str_is(line, STR("--"));
}

err db_run_script_unsafe(struct db *db, struct str script)
{
	MYSQL *mysql = db_connect(db, SCRIPT_READ_SECONDS);
	struct str rest = script, line, statement = { 0 };
	int number = 0, first = 0;
	err e = OK;

	if (!mysql)
		return ERR_UNAVAILABLE;
	while (!e && str_split(&rest, '\n', &line)) {
		struct str text = str_trim(line);

		number++;
		if (!statement.n && is_comment(text))
			continue;
		if (!statement.n) {
			first = number;
			statement.p = line.p;
		}
		statement.n = (size_t)(line.p + line.n - statement.p);
		if (!is_comment(text) && str_ends(text, STR(";"))) {
			e = run(mysql, statement, first);
			statement = (struct str){ 0 };
		}
	}
	if (!e && statement.n)
		e = run(mysql, statement, first);
	mysql_close(mysql);
	return e;
}
