/* Money from text and to text. */
#include "base/money.h"

#include "base/num.h"

static struct str without_sign(struct str s)
{
	if (str_starts(s, STR("¥")))
		return str_trim(str_slice(s, strlen("¥"), s.n));
	if (str_starts(s, STR("￥")))
		return str_trim(str_slice(s, strlen("￥"), s.n));
	return s;
}

/* What stands behind the point, as cents: one digit or two. */
static bool parse_cents(struct str s, int64_t *out)
{
	if (s.n < 1 || s.n > 2 || s.p[0] < '0' || s.p[0] > '9' || s.p[s.n - 1] < '0' ||
	    s.p[s.n - 1] > '9')
		return false;
	*out = (s.p[0] - '0') * 10 + (s.n == 2 ? s.p[1] - '0' : 0);
	return true;
}

bool money_parse(struct str s, int64_t most, int64_t *out)
{
	ptrdiff_t point;
	int64_t whole;
	int64_t cents = 0;

	s = without_sign(str_trim(s));
	point = str_find_byte(s, '.');
	if (point >= 0 && !parse_cents(str_slice(s, (size_t)point + 1, s.n), &cents))
		return false;
	if (!num_parse_i64(str_slice(s, 0, point >= 0 ? (size_t)point : s.n), 0, most / 100,
			   &whole) ||
	    whole * 100 + cents > most)
		return false;
	*out = whole * 100 + cents;
	return true;
}

struct str money_text(struct arena *a, int64_t cents)
{
	int64_t whole = cents / 100;
	int64_t rest = cents % 100;

	return str_format(a, "%s%lld.%02lld", cents < 0 ? "-" : "",
			  (long long)(whole < 0 ? -whole : whole),
			  (long long)(rest < 0 ? -rest : rest));
}
