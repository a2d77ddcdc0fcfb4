/* Text that is read. */
#include "base/str.h"

struct str str_from_c(const char *c)
{
	return c ? (struct str){ c, strlen(c) } : (struct str){ NULL, 0 };
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

bool str_is_nocase(struct str a, struct str b)
{
	size_t i;

	if (a.n != b.n)
		return false;
	for (i = 0; i < a.n; i++) {
		if (lower(a.p[i]) != lower(b.p[i]))
			return false;
	}
	return true;
}

bool str_starts(struct str s, struct str prefix)
{
	return s.n >= prefix.n && str_is((struct str){ s.p, prefix.n }, prefix);
}

bool str_ends(struct str s, struct str suffix)
{
	return s.n >= suffix.n && str_is(str_slice(s, s.n - suffix.n, s.n), suffix);
}

int str_compare(struct str a, struct str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int order = n ? memcmp(a.p, b.p, n) : 0;

	if (order)
		return order;
	return (a.n > b.n) - (a.n < b.n);
}

ptrdiff_t str_find(struct str s, struct str needle)
{
	const char *found;

	if (needle.n == 0)
		return 0;
	if (s.n < needle.n)
		return -1;
	found = memmem(s.p, s.n, needle.p, needle.n);
	return found ? found - s.p : -1;
}

ptrdiff_t str_find_byte(struct str s, char byte)
{
	const char *found = s.n ? memchr(s.p, (unsigned char)byte, s.n) : NULL;

	return found ? found - s.p : -1;
}

struct str str_slice(struct str s, size_t from, size_t to)
{
	if (to > s.n)
		to = s.n;
	if (from > to)
		from = to;
	/* Arithmetic on a null pointer is undefined, even of nothing. */
	return s.p ? (struct str){ s.p + from, to - from } : s;
}

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

struct str str_trim(struct str s)
{
	while (s.n && is_space(s.p[s.n - 1]))
		s.n--;
	while (s.n && is_space(s.p[0])) {
		s.p++;
		s.n--;
	}
	return s;
}

bool str_split(struct str *rest, char separator, struct str *field)
{
	ptrdiff_t at;

	if (!rest->p)
		return false;
	at = str_find_byte(*rest, separator);
	if (at < 0) {
		*field = *rest;
		*rest = (struct str){ NULL, 0 };
	} else {
		*field = (struct str){ rest->p, (size_t)at };
		rest->p += at + 1;
		rest->n -= (size_t)at + 1;
	}
	return true;
}

char *str_c(struct arena *a, struct str s)
{
	char *p;

	if (s.n == SIZE_MAX)
		BUG("the text is too long");
	p = arena_bytes(a, s.n + 1);
	if (s.n)
		memcpy(p, s.p, s.n);
	p[s.n] = '\0';
	return p;
}

struct str str_copy(struct arena *a, struct str s)
{
	return (struct str){ str_c(a, s), s.n };
}

struct str str_format(struct arena *a, const char *format, ...)
{
	char small[256];
	va_list args;
	char *p;
	int n;

	va_start(args, format);
	n = vsnprintf(small, sizeof(small), format, args);
	va_end(args);
	if (n < 0)
		BUG("the format \"%s\" failed", format);
	if ((size_t)n < sizeof(small))
		return str_copy(a, (struct str){ small, (size_t)n });
	p = arena_alloc(a, (size_t)n + 1);
	va_start(args, format);
	vsnprintf(p, (size_t)n + 1, format, args);
	va_end(args);
	return (struct str){ p, (size_t)n };
}
