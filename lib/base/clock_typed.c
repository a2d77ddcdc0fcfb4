/* Points in time as people type them. */
#include "base/clock_typed.h"

/* What may stand before each number but the first: a separator, or its Chinese word. */
static const char *const before[][4] = {
	{ "-", "/", ".", "年" }, { "-", "/", ".", "月" }, { "T", " ", NULL },
	{ ":", "：", "时" },     { ":", "：", "分" },
};

enum { YEAR, MONTH, DAY, HOUR, MINUTE, SECOND, PARTS };

/* One to four digits. */
static bool take_number(struct str *rest, int *out)
{
	size_t n = 0;
	int value = 0;

	while (n < rest->n && rest->p[n] >= '0' && rest->p[n] <= '9') {
		if (n == 4)
			return false;
		value = value * 10 + rest->p[n++] - '0';
	}
	*rest = str_slice(*rest, n, rest->n);
	*out = value;
	return n > 0;
}

static bool take(struct str *rest, const char *text)
{
	struct str wanted = str_from_c(text);

	if (!str_starts(*rest, wanted))
		return false;
	*rest = str_slice(*rest, wanted.n, rest->n);
	return true;
}

static bool take_separator(struct str *rest, int part)
{
	const char *const *words = before[part - 1];
	size_t i;

	if (part == HOUR) {
		/* Behind 日 the blank may be left out. */
		bool is_said = take(rest, "日");
		bool has_space = take(rest, "T");

		while (!has_space && take(rest, " "))
			is_said = true;
		return is_said || has_space;
	}
	for (i = 0; i < ARRAY_LEN(before[0]) && words[i]; i++) {
		if (take(rest, words[i]))
			return true;
	}
	return false;
}

/* Seconds are let through and dropped: the fields show minutes. */
static bool read_parts(struct str rest, int parts[PARTS])
{
	int i;

	for (i = 0; i < PARTS; i++) {
		if (i == SECOND && (!rest.n || str_is(rest, STR("分"))))
			return true;
		if (i > YEAR && !take_separator(&rest, i))
			return false;
		if (!take_number(&rest, &parts[i]))
			return false;
	}
	return rest.n == 0;
}

static bool says(int64_t ms, const int parts[PARTS])
{
	struct clock_date d = clock_local(ms);

	return d.year == parts[YEAR] && d.month == parts[MONTH] && d.day == parts[DAY] &&
	       d.hour == parts[HOUR] && d.minute == parts[MINUTE];
}

/* Zones put their clocks back by one hour mostly, in places by half of one or by two. */
static int64_t first_that_says(int64_t ms, const int parts[PARTS])
{
	int64_t back;

	for (back = 2 * CLOCK_HOUR; back > 0; back -= CLOCK_HOUR / 2) {
		if (says(ms - back, parts))
			return ms - back;
	}
	return ms;
}

err clock_parse_typed(struct str typed, int64_t *out)
{
	int parts[PARTS] = { 0 };
	struct tm t = { 0 };
	int64_t ms;

	if (!read_parts(str_trim(typed), parts) || parts[YEAR] < 1970 || parts[SECOND] > 59)
		return ERR_INVALID;
	t.tm_year = parts[YEAR] - 1900;
	t.tm_mon = parts[MONTH] - 1;
	t.tm_mday = parts[DAY];
	t.tm_hour = parts[HOUR];
	t.tm_min = parts[MINUTE];
	t.tm_isdst = -1;
	ms = (int64_t)mktime(&t) * CLOCK_SECOND;
	/* mktime takes the 30th of February for a day in March: what it made must say the same. */
	if (!says(ms, parts))
		return ERR_INVALID;
	*out = first_that_says(ms, parts);
	return OK;
}

static struct str written(struct arena *a, int64_t ms, char between)
{
	struct clock_date d = clock_local(ms);

	return str_format(a, "%04d-%02d-%02d%c%02d:%02d", d.year, d.month, d.day, between, d.hour,
			  d.minute);
}

struct str clock_typed(struct arena *a, int64_t ms)
{
	return written(a, ms, 'T');
}

struct str clock_shown(struct arena *a, int64_t ms)
{
	return written(a, ms, ' ');
}

bool clock_is_field_value(struct str text)
{
	static const char shape[] = "0000-00-00T00:00";
	int64_t ms;
	size_t i;

	if (text.n != sizeof(shape) - 1)
		return false;
	for (i = 0; i < text.n; i++) {
		bool is_digit = text.p[i] >= '0' && text.p[i] <= '9';

		if (shape[i] == '0' ? !is_digit : text.p[i] != shape[i])
			return false;
	}
	return !clock_parse_typed(text, &ms);
}
