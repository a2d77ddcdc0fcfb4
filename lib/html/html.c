/* Writing values into a page. Escaping is the hot path: a page has hundreds of values. */
#include "html/html.h"

#include "base/clock.h"
#include "html/template.h"
#include "html/text.h"

/* The same five everywhere: in text and in attributes of either quotes. */
enum { PLAIN, AMPERSAND, LESS, GREATER, QUOTE, APOSTROPHE };

static const struct str entities[] = {
	[AMPERSAND] = STR_INIT("&amp;"),  [LESS] = STR_INIT("&lt;"),
	[GREATER] = STR_INIT("&gt;"),     [QUOTE] = STR_INIT("&quot;"),
	[APOSTROPHE] = STR_INIT("&#39;"),
};

static const unsigned char entity_of[256] = {
	['&'] = AMPERSAND, ['<'] = LESS, ['>'] = GREATER, ['"'] = QUOTE, ['\''] = APOSTROPHE,
};

void html_escape(struct buf *b, struct str text)
{
	size_t start = 0;
	size_t i;

	for (i = 0; i < text.n; i++) {
		unsigned char entity = entity_of[(unsigned char)text.p[i]];

		if (entity == PLAIN)
			continue;
		buf_add_bytes(b, text.p + start, i - start);
		buf_add(b, entities[entity]);
		start = i + 1;
	}
	if (start < text.n)
		buf_add_bytes(b, text.p + start, text.n - start);
}

struct html html_trusted_column(struct str stored)
{
	return (struct html){ stored };
}

void html_put_text(struct page_out *out, struct str text)
{
	html_escape(out->buf, text);
}

void html_put_markup(struct page_out *out, struct html markup)
{
	buf_add(out->buf, markup.markup);
}

void html_put_link(struct page_out *out, struct url link)
{
	html_escape(out->buf, link.href);
}

void html_put_int(struct page_out *out, int64_t value)
{
	buf_add_i64(out->buf, value);
}

int html_put_until_slot(struct page_out *out, struct str *text)
{
	struct str before;
	int slot = text_next_slot(text, &before);

	html_put_text(out, before);
	return slot;
}

#define QUARTER (15 * CLOCK_MINUTE)

static int date_number(const struct clock_date *d)
{
	return (d->year * 100 + d->month) * 100 + d->day;
}

/* What the site's clocks are ahead of UTC at an instant, in ms. */
static int64_t site_shift(int64_t ms)
{
	struct clock_date local = clock_local(ms);
	struct clock_date utc = clock_utc(ms);
	int minutes = (local.hour - utc.hour) * 60 + local.minute - utc.minute;

	if (date_number(&local) > date_number(&utc))
		minutes += 24 * 60;
	else if (date_number(&local) < date_number(&utc))
		minutes -= 24 * 60;
	return minutes * CLOCK_MINUTE;
}

/*
 * The calendar in the site's zone. Zones change on quarters of an hour, and the
 * instants of a page lie close together: the C library is asked once per quarter
 * of an hour, not once per instant. The zone is chosen when a process starts.
 */
static struct clock_date local_date(int64_t ms)
{
	static struct {
		int64_t quarter; /* 0: nothing known yet; 1970 began long before this site */
		int64_t shift;   /* ms to add to UTC */
	} known[256];
	int64_t quarter = ms / QUARTER;
	size_t at = (size_t)quarter % ARRAY_LEN(known);

	if (known[at].quarter != quarter || quarter == 0) {
		known[at].quarter = quarter;
		known[at].shift = site_shift(ms);
	}
	return clock_utc(ms + known[at].shift);
}

static void put_two(char *to, int value)
{
	to[0] = (char)('0' + value / 10);
	to[1] = (char)('0' + value % 10);
}

/* "2026-01-31 08:05", or with seconds; the year has four digits until 9999. */
static void put_date(struct buf *b, struct clock_date d, char between, bool has_seconds)
{
	char text[] = "0000-00-00 00:00:00";
	int year = d.year < 0 ? 0 : d.year > 9999 ? 9999 : d.year;

	put_two(text, year / 100);
	put_two(text + 2, year % 100);
	put_two(text + 5, d.month);
	put_two(text + 8, d.day);
	text[10] = between;
	put_two(text + 11, d.hour);
	put_two(text + 14, d.minute);
	put_two(text + 17, d.second);
	buf_add_bytes(b, text, sizeof(text) - (has_seconds ? 1 : 4));
}

static void put_count(struct page_out *out, struct str text, int64_t count)
{
	while (html_put_until_slot(out, &text) >= 0)
		html_put_int(out, count);
}

/* How long ago, in words; false when it is too long ago, or lies ahead. */
static bool put_age(struct page_out *out, int64_t age)
{
	int language = out->language;
	int64_t minutes = age / CLOCK_MINUTE;
	int64_t hours = age / CLOCK_HOUR;
	int64_t days = age / CLOCK_DAY;

	/* A clock of another machine may run ahead of ours a little. More is a start, an end, a
	 * time to pay until: "just now" would say that it is over. */
	if (age < -CLOCK_SECOND || days >= 7)
		return false;
	if (minutes < 1)
		html_put_text(out, text_get(language, "just now"));
	else if (hours < 1)
		put_count(out, text_plural(language, "{0} minute ago", "{0} minutes ago", minutes),
			  minutes);
	else if (days < 1)
		put_count(out, text_plural(language, "{0} hour ago", "{0} hours ago", hours),
			  hours);
	else
		put_count(out, text_plural(language, "{0} day ago", "{0} days ago", days), days);
	return true;
}

void html_put_when(struct page_out *out, struct when when)
{
	struct buf *b = out->buf;

	BUF_LIT(b, "<time datetime=\"");
	put_date(b, clock_utc(when.ms), 'T', true);
	BUF_LIT(b, "Z\">");
	if (!put_age(out, out->now - when.ms))
		put_date(b,
			 out->zone ? clock_utc(when.ms + zone_shift(out->zone, when.ms))
				   : local_date(when.ms),
			 ' ', false);
	BUF_LIT(b, "</time>");
}
