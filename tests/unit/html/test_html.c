/* Values written into a page. */
#include "unit/unit.h"

#include "base/clock.h"
#include "html/template.h"

/* 2026-01-31T08:05:09Z, which is 16:05:09 in Shanghai */
#define NOON INT64_C(1769846709000)

struct page {
	struct buf buf;
	struct page_out out;
};

static struct page *new_page(struct arena *a, int language)
{
	struct page *p = ARENA_NEW(a, struct page);

	buf_init(&p->buf, a, 64);
	p->out = (struct page_out){ .buf = &p->buf, .language = language, .now = NOON };
	return p;
}

static struct str escaped(struct arena *a, struct str text)
{
	struct page *p = new_page(a, TEXT_EN);

	HTML_PUT(&p->out, text);
	return buf_str(&p->buf);
}

static void escapes_five_characters(void **state)
{
	struct arena *a = *state;

	assert_text(escaped(a, STR("")), "");
	assert_text(escaped(a, STR("plain text, 中文 too")), "plain text, 中文 too");
	assert_text(escaped(a, STR("&<>\"'")), "&amp;&lt;&gt;&quot;&#39;");
	assert_text(escaped(a, STR("<a")), "&lt;a");
	assert_text(escaped(a, STR("a<")), "a&lt;");
	assert_text(escaped(a, STR("&amp;")), "&amp;amp;");
	assert_text(escaped(a, STR("</textarea><script>alert('1')</script>")),
		    "&lt;/textarea&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;");
	assert_text(escaped(a, STR("{{x}} {{{y}}} {{#if z}}")), "{{x}} {{{y}}} {{#if z}}");
}

/* Every byte alone: exactly five of them change. */
static void escapes_nothing_else(void **state)
{
	struct arena *a = *state;
	int changed = 0;
	int c;

	for (c = 0; c < 256; c++) {
		char byte = (char)c;
		struct str got = escaped(a, (struct str){ &byte, 1 });

		if (got.n != 1 || got.p[0] != byte)
			changed++;
	}
	assert_int_equal(changed, 5);
}

static void writes_by_type(void **state)
{
	struct page *p = new_page(*state, TEXT_EN);
	const struct url link = { STR("/a?b=1&c=\"2\"") };
	const int small = -7;
	const size_t count = 12;

	HTML_PUT(&p->out, HTML_LITERAL("<b>&amp;</b>"));
	HTML_PUT(&p->out, link);
	HTML_PUT_URL(&p->out, link);
	HTML_PUT(&p->out, small);
	HTML_PUT_NUMBER(&p->out, count);
	HTML_PUT_ATTRIBUTE(&p->out, INT64_MIN);
	assert_text(buf_str(&p->buf),
		    "<b>&amp;</b>/a?b=1&amp;c=&quot;2&quot;/a?b=1&amp;c=&quot;2&quot;-712"
		    "-9223372036854775808");
}

static void asks_by_type(void **state)
{
	const int *nothing = NULL;
	const bool is_true = true;

	(void)state;
	assert_true(HTML_HAS(STR("x")));
	assert_false(HTML_HAS(STR("")));
	assert_false(HTML_HAS(HTML_LITERAL("")));
	assert_true(HTML_HAS(((struct url){ STR("/") })));
	assert_false(HTML_HAS(((struct when){ 0 })));
	assert_true(HTML_HAS(((struct when){ -1 })));
	assert_true(HTML_HAS(INT64_C(0x100000000)));
	assert_true(HTML_HAS((size_t)1));
	assert_false(HTML_HAS(0));
	assert_true(HTML_HAS(is_true));
	assert_false(HTML_HAS(nothing));
	assert_true(HTML_HAS(&nothing));
}

static struct str shown(struct arena *a, int language, int64_t age)
{
	struct page *p = new_page(a, language);

	html_put_when(&p->out, (struct when){ NOON - age });
	return buf_str(&p->buf);
}

/* What stands between the tags of <time>. */
static struct str words(struct arena *a, int language, int64_t age)
{
	struct str time = shown(a, language, age);
	ptrdiff_t start = str_find_byte(time, '>');

	return str_slice(time, (size_t)start + 1, time.n - sizeof("</time>") + 1);
}

static void instants_are_machine_readable(void **state)
{
	struct arena *a = *state;

	assert_text(shown(a, TEXT_EN, 0),
		    "<time datetime=\"2026-01-31T08:05:09Z\">just now</time>");
	assert_text(shown(a, TEXT_EN, NOON), "<time datetime=\"1970-01-01T00:00:00Z\">"
					     "1970-01-01 08:00</time>");
	/* The last minute of a year there is in the next one here. */
	assert_text(shown(a, TEXT_EN, NOON - INT64_C(1767225599000)),
		    "<time datetime=\"2025-12-31T23:59:59Z\">"
		    "2026-01-01 07:59</time>");
}

static void recent_instants_are_in_words(void **state)
{
	struct arena *a = *state;

	assert_text(words(a, TEXT_EN, -CLOCK_SECOND), "just now");
	assert_text(words(a, TEXT_EN, CLOCK_MINUTE - 1), "just now");
	assert_text(words(a, TEXT_EN, CLOCK_MINUTE), "1 minute ago");
	assert_text(words(a, TEXT_EN, 2 * CLOCK_MINUTE), "2 minutes ago");
	assert_text(words(a, TEXT_EN, CLOCK_HOUR - 1), "59 minutes ago");
	assert_text(words(a, TEXT_EN, CLOCK_HOUR), "1 hour ago");
	assert_text(words(a, TEXT_EN, CLOCK_DAY - 1), "23 hours ago");
	assert_text(words(a, TEXT_EN, CLOCK_DAY), "1 day ago");
	assert_text(words(a, TEXT_EN, 7 * CLOCK_DAY - 1), "6 days ago");
	assert_text(words(a, TEXT_EN, 7 * CLOCK_DAY), "2026-01-24 16:05");
	assert_text(words(a, TEXT_EN, -2 * CLOCK_MINUTE), "2026-01-31 16:07");
	/* A start, an end, a time to pay until: not over, however near. */
	assert_text(words(a, TEXT_EN, -CLOCK_MINUTE), "2026-01-31 16:06");
	assert_text(words(a, TEXT_EN, -2 * CLOCK_SECOND), "2026-01-31 16:05");
	assert_text(words(a, TEXT_ZH, 0), "刚刚");
	assert_text(words(a, TEXT_ZH, 5 * CLOCK_MINUTE), "5 分钟前");
	assert_text(words(a, TEXT_ZH, CLOCK_HOUR), "1 小时前");
	assert_text(words(a, TEXT_ZH, 2 * CLOCK_DAY), "2 天前");
}

/* The kept distances to UTC against the C library's answers, over some years and in any order. */
static void zones_are_those_of_the_library(void **state)
{
	struct arena *a = *state;
	int64_t ms = INT64_C(1700000000000);
	int i;

	for (i = 0; i < 5000; i++, ms += 86399000) {
		struct clock_date d = clock_local(ms);
		struct str date = str_format(a, "%04d-%02d-%02d %02d:%02d", d.year, d.month, d.day,
					     d.hour, d.minute);

		/* those are in words */
		if (ms > NOON - 7 * CLOCK_DAY && ms <= NOON + CLOCK_MINUTE)
			continue;
		assert_true(str_find(shown(a, TEXT_EN, NOON - ms), date) >= 0);
	}
}

static void slots_are_found_in_turn(void **state)
{
	struct page *p = new_page(*state, TEXT_EN);
	struct str text = STR("<{1}> {x} {0}{");

	assert_int_equal(html_put_until_slot(&p->out, &text), 1);
	assert_text(buf_str(&p->buf), "&lt;");
	assert_int_equal(html_put_until_slot(&p->out, &text), 0);
	assert_int_equal(html_put_until_slot(&p->out, &text), -1);
	assert_text(buf_str(&p->buf), "&lt;&gt; {x} {");
}

struct point {
	int x;
};

static void references_take_structs_and_pointers(void **state)
{
	struct point point = { 7 };
	const struct point *pointer = &point;

	(void)state;
	assert_ptr_equal(HTML_REF(point), &point);
	assert_ptr_equal(HTML_REF(pointer), &point);
	assert_int_equal(HTML_REF(pointer)->x, 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		arena_test(escapes_five_characters),
		arena_test(escapes_nothing_else),
		arena_test(writes_by_type),
		arena_test(asks_by_type),
		arena_test(instants_are_machine_readable),
		arena_test(recent_instants_are_in_words),
		arena_test(zones_are_those_of_the_library),
		arena_test(slots_are_found_in_turn),
		arena_test(references_take_structs_and_pointers),
	};

	if (clock_set_zone(STR("Asia/Shanghai")))
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
