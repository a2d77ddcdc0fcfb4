/* The connection and its transactions. */
#include "store/db_internal.h"

#include <errmsg.h>
#include <poll.h>

#include "base/clock.h"
#include "base/log.h"

/*
 * The limits nest: a lock wait ends before the statement's time, that before the read
 * time-out, so that a slow statement is an error of its own and not a lost connection.
 * READ COMMITTED: no gap locks, and each statement sees what others have committed.
 */
#define SESSION \
	"SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE," \
	"ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION', time_zone = '+00:00'," \
	" tx_isolation = 'READ-COMMITTED', innodb_lock_wait_timeout = 2," \
	" max_statement_time = %s"
#define STATEMENT_SECONDS "2.5"
#define NO_STATEMENT_LIMIT "0"

/* Nothing is repeated when this much time has gone: the reader waits 5 s at most in all. */
#define REPEAT_WITHIN_MS 2400
#define ATTEMPTS 3
#define PAUSE_MS 4 /* before the second attempt; doubled for the third */

struct db *db_new(const struct config *config)
{
	struct db *db = calloc(1, sizeof(*db));

	if (!db)
		BUG("out of memory");
	db->arena = arena_new(512);
	db->address = (struct db_address){
		.host = str_c(db->arena, config->db.host),
		.socket = config->db.socket.n ? str_c(db->arena, config->db.socket) : NULL,
		.user = str_c(db->arena, config->db.user),
		.password = str_c(db->arena, config->db.password),
		.name = str_c(db->arena, config->db.name),
		.port = (unsigned)config->db.port,
	};
	return db;
}

void db_free(struct db *db)
{
	if (!db)
		return;
	db_drop(db);
	free(db->statements);
	arena_free(db->arena);
	free(db);
}

void db_drop(struct db *db)
{
	MYSQL *mysql = db->mysql;

	db->mysql = NULL;
	/* Closed first: its statements then know that there is nobody left to tell. */
	if (mysql)
		mysql_close(mysql);
	db_forget_statements(db);
	if (db->is_in_transaction)
		db->is_doomed = true;
}

MYSQL *db_connect(const struct db *db, unsigned read_seconds)
{
	const struct db_address *to = &db->address;
	unsigned connect_seconds = DB_CONNECT_SECONDS;
	unsigned local_files = 0;
	my_bool no = 0;
	char session[512];
	MYSQL *mysql = mysql_init(NULL);

	if (!mysql)
		BUG("out of memory");
	snprintf(session, sizeof(session), SESSION,
		 read_seconds > DB_READ_SECONDS ? NO_STATEMENT_LIMIT : STATEMENT_SECONDS);
	mysql_options(mysql, MYSQL_OPT_CONNECT_TIMEOUT, &connect_seconds);
	mysql_options(mysql, MYSQL_OPT_READ_TIMEOUT, &read_seconds);
	mysql_options(mysql, MYSQL_OPT_WRITE_TIMEOUT, &read_seconds);
	mysql_options(mysql, MYSQL_SET_CHARSET_NAME, "utf8mb4");
	mysql_options(mysql, MYSQL_INIT_COMMAND, session);
	mysql_options(mysql, MYSQL_OPT_RECONNECT, &no);
	/* On when it is not said, and when NULL is given: any server might then ask for our files.
	 */
	mysql_options(mysql, MYSQL_OPT_LOCAL_INFILE, &local_files);
	if (mysql_real_connect(mysql, to->host, to->user, to->password, to->name, to->port,
			       to->socket, CLIENT_FOUND_ROWS))
		return mysql;
	if (!db->is_down)
		log_error("database: no connection, error %u %s", mysql_errno(mysql),
			  mysql_error(mysql));
	mysql_close(mysql);
	return NULL;
}

/*
 * Between two statements the server has nothing to say: whatever can be read is the end
 * of the connection, or an answer that came too late to be trusted.
 */
static bool is_quiet(MYSQL *mysql)
{
	struct pollfd p = { .fd = mysql_get_socket(mysql), .events = POLLIN };

	return poll(&p, 1, 0) == 0;
}

err db_ready(struct db *db)
{
	if (db->is_in_transaction)
		return db->mysql && !db->is_doomed ? OK : ERR_UNAVAILABLE;
	if (db->mysql && is_quiet(db->mysql))
		return OK;
	if (db->mysql) {
		log_info("database: the connection was closed while idle, opening another");
		db_drop(db);
	}
	if (clock_ticks() < db->retry_at)
		return ERR_UNAVAILABLE;
	db->mysql = db_connect(db, DB_READ_SECONDS);
	if (!db->mysql) {
		db->retry_at = clock_ticks() + DB_RETRY_MS;
		db->is_down = true;
		return ERR_UNAVAILABLE;
	}
	if (db->is_down)
		log_info("database: connected again");
	db->is_down = false;
	return OK;
}

static err run_text(struct db *db, const char *sql, size_t n)
{
	db->count++;
	db->sent_at = clock_ticks();
	if (!mysql_real_query(db->mysql, sql, n))
		return OK;
	return db_fail(db, mysql_errno(db->mysql), mysql_error(db->mysql), sql);
}

#define RUN_TEXT(db, literal) run_text((db), "" literal "", sizeof(literal) - 1)

static err begin_once(struct db *db)
{
	err e = db_ready(db);

	return e ? e : RUN_TEXT(db, "START TRANSACTION");
}

err db_begin(struct db *db)
{
	err e;

	if (db->is_in_transaction)
		BUG("a transaction inside a transaction");
	e = begin_once(db);
	/* On a lost connection nothing was done yet: once more, on a new one. */
	if (e == ERR_UNAVAILABLE && !db->mysql)
		e = begin_once(db);
	if (e)
		return e;
	db->is_in_transaction = true;
	db->is_doomed = false;
	db->is_retryable = false;
	return OK;
}

err db_end(struct db *db, err e)
{
	bool is_doomed = db->is_doomed;

	if (!db->is_in_transaction)
		BUG("the end of a transaction that was not begun");
	db->is_in_transaction = false;
	db->is_doomed = false;
	if (e || is_doomed) {
		/* When the rollback fails the connection goes, and the server rolls back. */
		if (db->mysql && RUN_TEXT(db, "ROLLBACK"))
			db_drop(db);
		return e ? e : ERR_UNAVAILABLE;
	}
	e = RUN_TEXT(db, "COMMIT");
	if (e)
		db_drop(db);
	return e;
}

err db_transaction(struct db *db, err (*work)(void *context), void *context)
{
	int64_t started = clock_ticks();
	int attempt;

	for (attempt = 1;; attempt++) {
		err e = db_begin(db);

		if (e)
			return e;
		e = db_end(db, work(context));
		if (e != ERR_UNAVAILABLE || !db->is_retryable || attempt == ATTEMPTS ||
		    clock_ticks() - started > REPEAT_WITHIN_MS)
			return e;
		clock_sleep(PAUSE_MS * attempt);
	}
}

err db_ping(struct db *db)
{
	err e = db_ready(db);

	if (e || db->is_in_transaction)
		return e;
	db->sent_at = clock_ticks();
	if (!mysql_ping(db->mysql))
		return OK;
	return db_fail(db, mysql_errno(db->mysql), mysql_error(db->mysql), "ping");
}

unsigned db_take_count(struct db *db)
{
	unsigned count = db->count;

	db->count = 0;
	return count;
}
