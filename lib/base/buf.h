/*
 * Text that is built: a buffer that grows in an arena. What it holds is always
 * NUL-terminated; the terminator is not counted.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/str.h"

struct buf {
	struct arena *arena; /* where it grows; set by buf_init */
	char *p;             /* never NULL after buf_init */
	size_t n;
	size_t room; /* bytes available at p, terminator included */
};

void buf_init(struct buf *b, struct arena *a, size_t room);
void buf_clear(struct buf *b);
/* Cut to n bytes; n must not be more than there are. */
void buf_cut(struct buf *b, size_t n);

/*
 * Make room for at least extra more bytes and return where they go; the caller
 * then adds to n. buf_str ends what was written so with a NUL.
 */
char *buf_reserve(struct buf *b, size_t extra);

static inline void buf_add_bytes(struct buf *b, const void *bytes, size_t n)
{
	char *to = n < b->room - b->n ? b->p + b->n : buf_reserve(b, n);

	if (n)
		memcpy(to, bytes, n);
	to[n] = '\0';
	b->n += n;
}

static inline void buf_add(struct buf *b, struct str s)
{
	buf_add_bytes(b, s.p, s.n);
}

static inline void buf_add_char(struct buf *b, char c)
{
	char *to = 1 < b->room - b->n ? b->p + b->n : buf_reserve(b, 1);

	to[0] = c;
	to[1] = '\0';
	b->n++;
}

void buf_add_i64(struct buf *b, int64_t value);
/* As UTF-8; what is no code point (a surrogate, or above U+10FFFF) becomes U+FFFD. */
void buf_add_code_point(struct buf *b, uint32_t code_point);
void buf_addf(struct buf *b, const char *format, ...) PRINTF_LIKE(2, 3);
/* Append s as a JSON string, quotes included; invalid UTF-8 becomes U+FFFD. */
void buf_add_json(struct buf *b, struct str s);
/* Append s percent-encoded, keeping only RFC 3986 unreserved characters. */
void buf_add_url(struct buf *b, struct str s);

/* What was built; valid until the buffer grows again or the arena is reset. */
static inline struct str buf_str(const struct buf *b)
{
	b->p[b->n] = '\0';
	return (struct str){ b->p, b->n };
}

#define BUF_LIT(b, literal) buf_add_bytes((b), "" literal "", sizeof(literal) - 1)

#endif
