/* UTF-8: own decoder, utf8proc for what needs the character tables. */
#include "base/utf8.h"

#include <utf8proc.h>

/* The bytes of the code point at the front of s, or 0 when they are not valid. s is not empty. */
static size_t decode(struct str s, uint32_t *out)
{
	const unsigned char *p = (const unsigned char *)s.p;
	uint32_t least;
	uint32_t value;
	size_t n;
	size_t i;

	if (p[0] < 0x80) {
		*out = p[0];
		return 1;
	}
	if (p[0] >= 0xC2 && p[0] <= 0xDF) {
		n = 2;
		least = 0x80;
		value = p[0] & 0x1Fu;
	} else if (p[0] >= 0xE0 && p[0] <= 0xEF) {
		n = 3;
		least = 0x800;
		value = p[0] & 0x0Fu;
	} else if (p[0] >= 0xF0 && p[0] <= 0xF4) {
		n = 4;
		least = 0x10000;
		value = p[0] & 0x07u;
	} else {
		return 0;
	}
	if (s.n < n)
		return 0;
	for (i = 1; i < n; i++) {
		if ((p[i] & 0xC0) != 0x80)
			return 0;
		value = value << 6 | (p[i] & 0x3Fu);
	}
	if (value < least || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF))
		return 0;
	*out = value;
	return n;
}

/* How many of the first bytes, in steps of eight, are ASCII and not NUL. */
static size_t plain_prefix(struct str s)
{
	size_t n = 0;

	for (; s.n - n >= 8; n += 8) {
		uint64_t word;

		memcpy(&word, s.p + n, 8);
		/* The second half is set at a zero byte, or above one: never for plain text. */
		if ((word | (word - UINT64_C(0x0101010101010101))) & UINT64_C(0x8080808080808080))
			break;
	}
	return n;
}

bool utf8_is_valid(struct str s)
{
	size_t i = plain_prefix(s);

	while (i < s.n) {
		uint32_t code_point;
		size_t n = decode((struct str){ s.p + i, s.n - i }, &code_point);

		if (n == 0 || code_point == 0)
			return false;
		i += n;
		if (n == 1)
			i += plain_prefix((struct str){ s.p + i, s.n - i });
	}
	return true;
}

bool utf8_next(struct str *rest, uint32_t *code_point)
{
	size_t n;

	if (rest->n == 0)
		return false;
	n = decode(*rest, code_point);
	if (n == 0) {
		*code_point = 0xFFFD;
		n = 1;
	}
	rest->p += n;
	rest->n -= n;
	return true;
}

size_t utf8_count(struct str s)
{
	uint32_t code_point;
	size_t count = 0;

	while (utf8_next(&s, &code_point))
		count++;
	return count;
}

struct str utf8_cut(struct str s, size_t count)
{
	struct str rest = s;
	uint32_t code_point;

	while (count > 0 && utf8_next(&rest, &code_point))
		count--;
	return (struct str){ s.p, s.n - rest.n };
}

struct range {
	uint32_t first, last;
};

/* In order. U+200C, U+200D and the variation selectors are left out: scripts and emoji need them.
 */
static const struct range invisible[] = {
	{ 0x00, 0x08 },       { 0x0B, 0x1F },       { 0x7F, 0x9F },       { 0xAD, 0xAD },
	{ 0x034F, 0x034F },   { 0x061C, 0x061C },   { 0x115F, 0x1160 },   { 0x17B4, 0x17B5 },
	{ 0x180B, 0x180F },   { 0x200B, 0x200B },   { 0x200E, 0x200F },   { 0x2028, 0x202E },
	{ 0x2060, 0x206F },   { 0x2800, 0x2800 },   { 0x3164, 0x3164 },   { 0xFDD0, 0xFDEF },
	{ 0xFEFF, 0xFEFF },   { 0xFFA0, 0xFFA0 },   { 0xFFF0, 0xFFFB },   { 0x1BCA0, 0x1BCA3 },
	{ 0x1D173, 0x1D17A }, { 0xE0000, 0xE00FF }, { 0xE01F0, 0xE0FFF },
};

/* The ranges are in order. */
static bool is_in(const struct range *ranges, size_t count, uint32_t code_point)
{
	size_t i;

	for (i = 0; i < count && code_point >= ranges[i].first; i++) {
		if (code_point <= ranges[i].last)
			return true;
	}
	return false;
}

bool utf8_is_invisible(uint32_t code_point)
{
	if (code_point >= 0x20 && code_point < 0x7F)
		return false;
	/* The last two code points of each plane are no characters. */
	if ((code_point & 0xFFFE) == 0xFFFE)
		return true;
	return is_in(invisible, ARRAY_LEN(invisible), code_point);
}

static bool is_space(uint32_t code_point)
{
	static const struct range spaces[] = {
		{ 0x09, 0x0D },     { 0x20, 0x20 },     { 0x85, 0x85 },     { 0xA0, 0xA0 },
		{ 0x1680, 0x1680 }, { 0x2000, 0x200A }, { 0x2028, 0x2029 }, { 0x202F, 0x202F },
		{ 0x205F, 0x205F }, { 0x3000, 0x3000 },
	};

	return is_in(spaces, ARRAY_LEN(spaces), code_point);
}

struct str utf8_trim(struct str s)
{
	struct str rest = s;
	struct str inner = { s.p, 0 };
	uint32_t code_point;

	while (utf8_next(&rest, &code_point)) {
		if (!is_space(code_point))
			inner.n = (size_t)(rest.p - inner.p);
		else if (inner.n == 0)
			inner.p = rest.p;
	}
	return inner;
}

err utf8_fold(struct arena *a, struct str s, struct str *out)
{
	const utf8proc_option_t options =
		(utf8proc_option_t)(UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT |
				    UTF8PROC_CASEFOLD | UTF8PROC_IGNORE);
	utf8proc_uint8_t *folded;
	utf8proc_ssize_t n;
	struct str trimmed;

	if (s.n > PTRDIFF_MAX / 32 || !utf8_is_valid(s) || s.n == 0)
		return ERR_INVALID;
	n = utf8proc_map((const utf8proc_uint8_t *)s.p, (utf8proc_ssize_t)s.n, &folded, options);
	if (n < 0)
		return n == UTF8PROC_ERROR_NOMEM ? ERR_INTERNAL : ERR_INVALID;
	trimmed = str_copy(a, utf8_trim((struct str){ (const char *)folded, (size_t)n }));
	free(folded);
	if (trimmed.n == 0)
		return ERR_INVALID;
	*out = trimmed;
	return OK;
}
