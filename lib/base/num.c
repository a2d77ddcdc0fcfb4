/* Numbers from text, and back. */
#include "base/num.h"

bool num_parse_i64(struct str s, int64_t min, int64_t max, int64_t *out)
{
	bool is_negative = s.n > 0 && s.p[0] == '-';
	size_t i = is_negative ? 1 : 0;
	int64_t value = 0;

	if (i == s.n || (s.p[i] == '0' && (is_negative || s.n > 1)))
		return false;
	/* Counted downwards, because INT64_MIN has no positive counterpart. */
	for (; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_sub_overflow(value, s.p[i] - '0', &value))
			return false;
	}
	if (!is_negative && __builtin_sub_overflow(0, value, &value))
		return false;
	if (value < min || value > max)
		return false;
	*out = value;
	return true;
}

bool num_parse_id(struct str s, int64_t *out)
{
	return num_parse_i64(s, 1, INT64_MAX, out);
}

/* -1 when c is no hex digit. */
static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool num_parse_hex(struct str s, unsigned char *out, size_t size)
{
	size_t i;

	if (s.n % 2 || s.n / 2 != size)
		return false;
	for (i = 0; i < s.n; i++) {
		if (hex_value(s.p[i]) < 0)
			return false;
	}
	for (i = 0; i < size; i++)
		out[i] = (unsigned char)(16 * hex_value(s.p[2 * i]) + hex_value(s.p[2 * i + 1]));
	return true;
}

struct str num_text(struct arena *a, int64_t n)
{
	return str_format(a, "%lld", (long long)n);
}
