/*
 * Commands as bytes (the Redis serialization protocol): written straight into one
 * buffer that the process keeps, every argument with its length.
 */
#include "store/cache_internal.h"

static char *reserve(struct cache_bytes *b, size_t more)
{
	if (more > b->room - b->n) {
		size_t room = b->room ? b->room : 4096;

		while (room - b->n < more)
			room *= 2;
		b->p = realloc(b->p, room);
		if (!b->p)
			BUG("out of memory");
		b->room = room;
	}
	return b->p + b->n;
}

void cache_put_raw(struct cache_bytes *b, const char *p, size_t n)
{
	memcpy(reserve(b, n), p, n);
	b->n += n;
}

/* Decimal digits at the end of room; returns their start. */
static char *digits(char *end, uint64_t n)
{
	do
		*--end = (char)('0' + n % 10);
	while (n /= 10);
	return end;
}

static void put_line(struct cache_bytes *b, char kind, size_t n)
{
	char line[24], *end = line + sizeof(line), *p;

	*--end = '\n';
	*--end = '\r';
	p = digits(end, n);
	*--p = kind;
	cache_put_raw(b, p, (size_t)(line + sizeof(line) - p));
}

void cache_put_head(struct cache_bytes *b, size_t arguments)
{
	put_line(b, '*', arguments);
}

void cache_put_text(struct cache_bytes *b, struct str s)
{
	put_line(b, '$', s.n);
	if (s.n)
		cache_put_raw(b, s.p, s.n);
	cache_put_raw(b, "\r\n", 2);
}

void cache_put_int(struct cache_bytes *b, int64_t n)
{
	char text[24], *end = text + sizeof(text);
	char *p = digits(end, n < 0 ? 0 - (uint64_t)n : (uint64_t)n);

	if (n < 0)
		*--p = '-';
	cache_put_text(b, (struct str){ p, (size_t)(end - p) });
}

void cache_put_args(struct cache_bytes *b, struct cache_args args)
{
	size_t i;

	for (i = 0; i < args.count; i++) {
		if (args.items[i].is_number)
			cache_put_int(b, args.items[i].number);
		else
			cache_put_text(b, args.items[i].text);
	}
}
