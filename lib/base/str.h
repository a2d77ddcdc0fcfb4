/*
 * Text that is read: a pointer and a length, passed by value. The bytes belong
 * to someone else: a literal, the request, an arena. They are UTF-8 when they
 * came from a form, any bytes otherwise, and need not end with a NUL.
 *
 * p is never NULL when n > 0; the zero value is the empty text.
 */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/banned.h"
#include "base/err.h"

struct str {
	const char *p;
	size_t n;
};

/* A literal as text; anything but a literal does not compile. */
#define STR(literal) ((struct str){ "" literal "", sizeof(literal) - 1 })
#define STR_INIT(literal) \
	{ \
		"" literal "", sizeof(literal) - 1 \
	}

/* For log lines: log_info("name=" STR_FMT, STR_ARG(name)). */
#define STR_FMT "%.*s"
#define STR_ARG(s) ((int)(s).n), ((s).p ? (s).p : "")

/* The text of a C string; NULL gives the empty text. */
struct str str_from_c(const char *c);

static inline bool str_is(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

/* ASCII letters compare equal in either case; for header names and schemes. */
bool str_is_nocase(struct str a, struct str b);
bool str_starts(struct str s, struct str prefix);
bool str_ends(struct str s, struct str suffix);
/* Like memcmp, a shorter text that is a prefix of the longer one comes first. */
int str_compare(struct str a, struct str b);

/* Position of the first needle, or -1. */
ptrdiff_t str_find(struct str s, struct str needle);
ptrdiff_t str_find_byte(struct str s, char byte);

/* The bytes [from, to) ; both are cut to the length. */
struct str str_slice(struct str s, size_t from, size_t to);
/* Without ASCII white space at both ends. */
struct str str_trim(struct str s);

/*
 * Take the text before the next separator off the front of *rest into *field.
 * False when *rest was already used up, which is when its p is NULL. "a,,b"
 * gives "a", "", "b"; "" gives one empty field, the zero value none.
 */
bool str_split(struct str *rest, char separator, struct str *field);

/* A copy in the arena, with a NUL after it that n does not count. */
struct str str_copy(struct arena *a, struct str s);
/* A NUL-terminated copy, for calls that need one. */
char *str_c(struct arena *a, struct str s);
/* printf into the arena. */
struct str str_format(struct arena *a, const char *format, ...) PRINTF_LIKE(2, 3);

/* FNV-1a, 64 bits: for hash tables in memory, never for anything secret. */
static inline uint64_t str_hash(struct str s)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);
	size_t i;

	for (i = 0; i < s.n; i++)
		hash = (hash ^ (unsigned char)s.p[i]) * UINT64_C(0x100000001b3);
	return hash;
}

#endif
