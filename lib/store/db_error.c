/* What MariaDB's error numbers mean to the rest of the program. */
#include "store/db_internal.h"

#include <errmsg.h>
#include <mysqld_error.h>

#include "base/clock.h"
#include "base/log.h"

#define SQL_LOGGED 160 /* bytes of a statement in a log line */

bool db_is_connection_error(unsigned number)
{
	switch (number) {
	case CR_SERVER_GONE_ERROR:
	case CR_SERVER_LOST:
	case CR_SERVER_LOST_EXTENDED:
	case CR_CONNECTION_ERROR:
	case CR_CONN_HOST_ERROR:
	case CR_SERVER_HANDSHAKE_ERR:
	case CR_COMMANDS_OUT_OF_SYNC:
	case CR_MALFORMED_PACKET:
	case CR_NET_PACKET_TOO_LARGE:
	case ER_CONNECTION_KILLED:
	case ER_SERVER_SHUTDOWN:
	case ER_NORMAL_SHUTDOWN:
	case ER_NET_PACKET_TOO_LARGE:
	case ER_NET_READ_ERROR:
	case ER_NET_READ_INTERRUPTED:
	case ER_NET_ERROR_ON_WRITE:
	case ER_NET_WRITE_INTERRUPTED:
	case ER_NET_PACKETS_OUT_OF_ORDER:
	case ER_UNKNOWN_STMT_HANDLER:
		return true;
	default:
		return false;
	}
}

/* The work was undone or refused, but would do another time. */
static bool is_passing(unsigned number)
{
	switch (number) {
	case ER_STATEMENT_TIMEOUT:
	case ER_QUERY_INTERRUPTED:
	case ER_CON_COUNT_ERROR:
	case ER_TOO_MANY_USER_CONNECTIONS:
	case ER_TOO_MANY_CONCURRENT_TRXS:
	case ER_OPTION_PREVENTS_STATEMENT:
	case ER_DISK_FULL:
	case ER_RECORD_FILE_FULL:
	case ER_OUTOFMEMORY:
	case ER_OUT_OF_RESOURCES:
		return true;
	default:
		return false;
	}
}

/* Somebody else held the rows: the whole transaction is worth another try. */
static bool is_lock_error(unsigned number)
{
	return number == ER_LOCK_DEADLOCK || number == ER_LOCK_WAIT_TIMEOUT ||
	       number == ER_CHECKREAD;
}

static err map(unsigned number)
{
	if (number == ER_DUP_ENTRY || number == ER_DUP_ENTRY_WITH_KEY_NAME)
		return ERR_CONFLICT;
	if (is_lock_error(number) || is_passing(number) || db_is_connection_error(number))
		return ERR_UNAVAILABLE;
	return ERR_INTERNAL;
}

err db_fail(struct db *db, unsigned number, const char *text, const char *sql)
{
	err e = map(number);

	/* A duplicate key is an answer, and its text holds the value. */
	if (e == ERR_CONFLICT)
		return e;
	if (is_lock_error(number))
		log_warn("database: error %u, a lock was held by another transaction: %.*s", number,
			 SQL_LOGGED, sql);
	else
		log_error("database: error %u%s%s: %.*s", number, *text ? " " : "", text,
			  SQL_LOGGED, sql);
	if (db_is_connection_error(number)) {
		/* Lost by waiting: a server that does not answer must not be waited for twice. */
		if (clock_ticks() - db->sent_at > DB_RETRY_MS)
			db->retry_at = clock_ticks() + DB_RETRY_MS;
		db_drop(db);
	}
	/*
	 * A deadlock has rolled back everything, a lock wait only its statement: going on after
	 * either would commit a part of the work.
	 */
	if (db->is_in_transaction && e == ERR_UNAVAILABLE) {
		db->is_doomed = true;
		db->is_retryable = is_lock_error(number);
	}
	return e;
}

err db_fail_statement(struct db *db, MYSQL_STMT *handle, const struct db_sql *sql)
{
	unsigned number = mysql_stmt_errno(handle);
	bool is_own = number != 0;
	const char *text = is_own ? mysql_stmt_sqlstate(handle) : mysql_sqlstate(db->mysql);

	/* An error that comes in the place of a row is the connection's, says the library. */
	if (!is_own)
		number = mysql_errno(db->mysql);
	/* The server's own texts quote values ("Duplicate entry 'x'"); the client's do not. */
	if (number >= CR_MIN_ERROR && number <= CR_MAX_ERROR)
		text = is_own ? mysql_stmt_error(handle) : mysql_error(db->mysql);
	return db_fail(db, number, text, sql->text);
}
