/*
 * The error codes of the whole project. A function that can fail returns one;
 * the reason is logged once, at the place that knows it.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#define MUST_CHECK __attribute__((warn_unused_result))
#define NORETURN __attribute__((noreturn))
#define PRINTF_LIKE(at, first) __attribute__((format(printf, at, first)))

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

typedef enum err {
	OK = 0,
	ERR_INVALID,     /* the input is wrong; the form says where -> 422 */
	ERR_AUTH,        /* log in first -> 303 to the login page and back */
	ERR_FORBIDDEN,   /* known, but not allowed -> 403 */
	ERR_NOT_FOUND,   /* -> 404 */
	ERR_CONFLICT,    /* someone was first, duplicate key -> 409 */
	ERR_LIMITED,     /* too often -> 429 */
	ERR_UNAVAILABLE, /* a store is down or too slow, try again -> 503 */
	ERR_INTERNAL     /* our fault; the log has the reason -> 500 */
} err;

/* The code's name, for log lines: "not_found". */
const char *err_name(err e);

/* A broken invariant: logs the place and the message, then aborts. */
NORETURN void bug_at(const char *file, int line, const char *format, ...) PRINTF_LIKE(3, 4);
#define BUG(...) bug_at(__FILE__, __LINE__, __VA_ARGS__)

#endif
