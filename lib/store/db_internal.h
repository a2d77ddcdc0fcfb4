/*
 * What the db*.c files share: the connection, the statements prepared on it, and
 * the one place that turns an error number into an err. Nobody else includes this.
 */
#ifndef STORE_DB_INTERNAL_H
#define STORE_DB_INTERNAL_H

#include <mysql.h>

#include "store/db.h"

/* Where a column of the current row lands. Texts get no room: only their length is taken. */
struct db_slot {
	int64_t number;
	unsigned long length;
	my_bool is_null;
	my_bool is_cut;
	bool is_int;
};

/* One statement, prepared on the connection that is open now. */
struct db_statement {
	const struct db_sql *sql; /* the key: NULL marks a free place in the table */
	MYSQL_STMT *handle;
	size_t params, columns;
	struct db_slot *slots; /* one per column; the handle points into it */
};

/* A result in memory. */
struct db_cell {
	int64_t number;
	const char *text; /* NULL when the number is meant, or NULL */
	size_t length;
	bool is_null;
};

struct db_row {
	struct db_row *next;
	struct db_cell cells[];
};

struct db_rows {
	struct arena *arena;
	struct db_row *first, *current;
	size_t count, columns;
	bool is_started;
};

/* The configuration as the client library wants it. */
struct db_address {
	char *host, *socket, *user, *password, *name; /* socket is NULL for TCP */
	unsigned port;
};

struct db {
	struct arena *arena; /* holds the address */
	struct db_address address;
	MYSQL *mysql;                    /* NULL: not connected */
	struct db_statement *statements; /* open addressing, room is a power of two */
	size_t room, used;
	int64_t retry_at; /* clock_ticks; no attempt to connect before */
	int64_t sent_at;  /* clock_ticks of the newest question */
	bool is_down;     /* the outage was logged */
	bool is_in_transaction;
	bool is_doomed;    /* the transaction can only be rolled back */
	bool is_retryable; /* ... because of a deadlock or a lock wait */
	unsigned count;
};

/* Connected, or ERR_UNAVAILABLE. A connection the server closed meanwhile is replaced. */
err db_ready(struct db *db) MUST_CHECK;

/* Open a connection of its own with these time-outs; NULL after a log line. */
MYSQL *db_connect(const struct db *db, unsigned read_seconds);

/* Close the connection; its statements are gone with it. */
void db_drop(struct db *db);

/* The prepared statement of sql, prepared now when it is new. */
err db_prepare(struct db *db, const struct db_sql *sql, struct db_statement **out) MUST_CHECK;
void db_forget_statements(struct db *db);

/* Send the statement with its values; its rows, when it has any, wait to be fetched. */
err db_execute(struct db *db, const struct db_sql *sql, struct db_args args,
	       struct db_statement **out) MUST_CHECK;

/*
 * Log an error and return its code. Drops the connection when it is of no more use, and
 * dooms the open transaction when the server ended it or it may not go on.
 */
err db_fail(struct db *db, unsigned number, const char *text, const char *sql);
err db_fail_statement(struct db *db, MYSQL_STMT *handle, const struct db_sql *sql);

/* The connection is lost, so the statement may not have been run. */
bool db_is_connection_error(unsigned number);

#endif
