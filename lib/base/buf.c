/* Text that is built. */
#include "base/buf.h"

#include "base/utf8.h"

#define ROOM_LEAST 64

static const char hex_upper[] = "0123456789ABCDEF";
static const char hex_lower[] = "0123456789abcdef";

/* "00" to "99": two digits are written at a time. */
static const char digit_pairs[] = "00010203040506070809"
				  "10111213141516171819"
				  "20212223242526272829"
				  "30313233343536373839"
				  "40414243444546474849"
				  "50515253545556575859"
				  "60616263646566676869"
				  "70717273747576777879"
				  "80818283848586878889"
				  "90919293949596979899";

void buf_init(struct buf *b, struct arena *a, size_t room)
{
	b->arena = a;
	b->n = 0;
	b->room = room < ROOM_LEAST ? ROOM_LEAST : room;
	b->p = arena_bytes(a, b->room);
	b->p[0] = '\0';
}

void buf_clear(struct buf *b)
{
	buf_cut(b, 0);
}

void buf_cut(struct buf *b, size_t n)
{
	if (n > b->n)
		BUG("a buffer of %zu bytes cannot be cut to %zu", b->n, n);
	b->n = n;
	b->p[n] = '\0';
}

char *buf_reserve(struct buf *b, size_t extra)
{
	size_t need;
	size_t room;

	if (extra < b->room - b->n)
		return b->p + b->n;
	if (__builtin_add_overflow(b->n, extra, &need) || need > PTRDIFF_MAX / 2)
		BUG("a buffer of %zu bytes cannot take %zu more", b->n, extra);
	room = 2 * b->room > need ? 2 * b->room : need + 1;
	b->p = arena_grow_bytes(b->arena, b->p, b->room, room);
	b->room = room;
	return b->p + b->n;
}

void buf_add_i64(struct buf *b, int64_t value)
{
	/* The magnitude of INT64_MIN is no int64_t. */
	uint64_t left = value < 0 ? -(uint64_t)value : (uint64_t)value;
	char digits[20];
	size_t at = sizeof(digits);

	while (left >= 10) {
		at -= 2;
		memcpy(digits + at, digit_pairs + 2 * (left % 100), 2);
		left /= 100;
	}
	/* Below 10 at the end: one digit more, or a zero in front that is not wanted. */
	if (left || at == sizeof(digits))
		digits[--at] = (char)('0' + left);
	if (value < 0)
		digits[--at] = '-';
	buf_add_bytes(b, digits + at, sizeof(digits) - at);
}

void buf_add_code_point(struct buf *b, uint32_t code_point)
{
	char out[4];
	size_t n = 0;

	if (code_point > 0x10FFFF || (code_point >= 0xD800 && code_point <= 0xDFFF))
		code_point = 0xFFFD;
	if (code_point < 0x80) {
		out[n++] = (char)code_point;
	} else if (code_point < 0x800) {
		out[n++] = (char)(0xC0 | code_point >> 6);
		out[n++] = (char)(0x80 | (code_point & 0x3F));
	} else if (code_point < 0x10000) {
		out[n++] = (char)(0xE0 | code_point >> 12);
		out[n++] = (char)(0x80 | (code_point >> 6 & 0x3F));
		out[n++] = (char)(0x80 | (code_point & 0x3F));
	} else {
		out[n++] = (char)(0xF0 | code_point >> 18);
		out[n++] = (char)(0x80 | (code_point >> 12 & 0x3F));
		out[n++] = (char)(0x80 | (code_point >> 6 & 0x3F));
		out[n++] = (char)(0x80 | (code_point & 0x3F));
	}
	buf_add_bytes(b, out, n);
}

void buf_addf(struct buf *b, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(b->p + b->n, b->room - b->n, format, args);
	va_end(args);
	if (n < 0)
		BUG("the format \"%s\" failed", format);
	if ((size_t)n >= b->room - b->n) {
		char *to = buf_reserve(b, (size_t)n);

		va_start(args, format);
		vsnprintf(to, (size_t)n + 1, format, args);
		va_end(args);
	}
	b->n += (size_t)n;
}

static void add_json_ascii(struct buf *b, unsigned char c)
{
	static const char escapes[] = "btn?fr"; /* of the bytes 8 to 13 */

	if (c == '"' || c == '\\') {
		buf_add_char(b, '\\');
		buf_add_char(b, (char)c);
	} else if (c >= 8 && c <= 13 && c != 11) {
		buf_add_char(b, '\\');
		buf_add_char(b, escapes[c - 8]);
	} else if (c < 0x20 || c == 0x7F) {
		BUF_LIT(b, "\\u00");
		buf_add_char(b, hex_lower[c >> 4]);
		buf_add_char(b, hex_lower[c & 15]);
	} else {
		buf_add_char(b, (char)c);
	}
}

void buf_add_json(struct buf *b, struct str s)
{
	uint32_t code_point;

	buf_add_char(b, '"');
	while (utf8_next(&s, &code_point)) {
		if (code_point < 0x80)
			add_json_ascii(b, (unsigned char)code_point);
		else
			buf_add_code_point(b, code_point);
	}
	buf_add_char(b, '"');
}

static bool is_unreserved(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '.' || c == '_' || c == '~';
}

void buf_add_url(struct buf *b, struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (is_unreserved(c)) {
			buf_add_char(b, (char)c);
		} else {
			buf_add_char(b, '%');
			buf_add_char(b, hex_upper[c >> 4]);
			buf_add_char(b, hex_upper[c & 15]);
		}
	}
}
