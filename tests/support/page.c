/* Tags and texts of an answer. */
#include "support/page.h"

#include "base/buf.h"

static bool is_space(char c)
{
	return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static void skip(struct str *s, size_t n)
{
	*s = str_slice(*s, n, s->n);
}

static void skip_space(struct str *s)
{
	while (s->n && is_space(s->p[0]))
		skip(s, 1);
}

static struct str take_until(struct str *s, const char *ends)
{
	size_t n = 0;
	struct str taken;

	while (n < s->n && !is_space(s->p[n]) && !strchr(ends, s->p[n]))
		n++;
	taken = str_slice(*s, 0, n);
	skip(s, n);
	return taken;
}

static struct str take_quoted(struct str *s, char quote)
{
	ptrdiff_t end = str_find_byte(*s, quote);
	struct str taken = str_slice(*s, 0, end < 0 ? s->n : (size_t)end);

	skip(s, taken.n + 1);
	return taken;
}

static void take_attribute(struct str *s, struct page_tag *tag)
{
	size_t i = tag->count;

	if (i == PAGE_ATTRIBUTES_MAX)
		BUG("a tag with more than %d attributes", PAGE_ATTRIBUTES_MAX);
	tag->attributes[i].name = take_until(s, "=/>");
	tag->attributes[i].has_value = s->n && s->p[0] == '=';
	if (tag->attributes[i].has_value) {
		skip(s, 1);
		if (s->n && (s->p[0] == '"' || s->p[0] == '\'')) {
			char quote = s->p[0];

			skip(s, 1);
			tag->attributes[i].value = take_quoted(s, quote);
			tag->attributes[i].is_quoted = true;
		} else {
			tag->attributes[i].value = take_until(s, ">");
		}
	}
	if (tag->attributes[i].name.n)
		tag->count++;
	else
		skip(s, 1);
}

/* Elements whose text has no tags. */
static bool is_raw(const struct page_tag *tag)
{
	return !tag->is_end &&
	       (str_is(tag->name, STR("textarea")) || str_is(tag->name, STR("title")) ||
		str_is(tag->name, STR("script")) || str_is(tag->name, STR("style")));
}

static void take_text(struct str *s, struct page_tag *tag)
{
	struct str end = STR("<");
	char closing[20];
	ptrdiff_t at;

	if (is_raw(tag)) {
		snprintf(closing, sizeof(closing), "</" STR_FMT, STR_ARG(tag->name));
		end = str_from_c(closing);
	}
	at = str_find(*s, end);
	tag->text = str_slice(*s, 0, at < 0 ? s->n : (size_t)at);
	skip(s, tag->text.n);
}

bool page_next_tag(struct str *rest, struct page_tag *tag)
{
	ptrdiff_t at = str_find_byte(*rest, '<');

	*tag = (struct page_tag){ 0 };
	if (at < 0)
		return false;
	skip(rest, (size_t)at + 1);
	if (rest->n && rest->p[0] == '/') {
		tag->is_end = true;
		skip(rest, 1);
	}
	if (!rest->n || !(is_letter(rest->p[0]) || rest->p[0] == '!' || rest->p[0] == '?'))
		return true;
	tag->name = take_until(rest, "/>");
	for (skip_space(rest); rest->n && rest->p[0] != '>'; skip_space(rest)) {
		if (rest->p[0] == '/' || rest->p[0] == '?') {
			tag->is_empty = true;
			skip(rest, 1);
		} else {
			take_attribute(rest, tag);
		}
	}
	skip(rest, 1);
	take_text(rest, tag);
	return true;
}

struct str page_attribute(const struct page_tag *tag, const char *name)
{
	size_t i;

	for (i = 0; i < tag->count; i++) {
		if (str_is(tag->attributes[i].name, str_from_c(name)))
			return tag->attributes[i].has_value ? tag->attributes[i].value : STR("");
	}
	return (struct str){ NULL, 0 };
}

struct str page_shape(struct arena *a, struct str page)
{
	struct page_tag tag;
	struct buf out;
	size_t i;

	buf_init(&out, a, 4096);
	while (page_next_tag(&page, &tag)) {
		buf_add(&out, tag.is_end ? STR("</") : STR("<"));
		buf_add(&out, tag.name);
		for (i = 0; i < tag.count; i++) {
			buf_add_char(&out, ' ');
			buf_add(&out, tag.attributes[i].name);
		}
		BUF_LIT(&out, ">\n");
	}
	return buf_str(&out);
}

static bool has_word(struct str list, struct str word)
{
	struct str item;

	while (str_split(&list, ' ', &item)) {
		if (str_is(item, word))
			return true;
	}
	return false;
}

/* What stands between the start of the element and its own end. */
static struct str inside(struct str from, struct str name)
{
	struct str rest = from;
	struct page_tag tag;
	int depth = 1;
	struct str before = rest;

	while (before = rest, page_next_tag(&rest, &tag)) {
		if (!str_is(tag.name, name))
			continue;
		depth += tag.is_end ? -1 : 1;
		if (depth == 0) {
			ptrdiff_t at = str_find_byte(before, '<');

			return (struct str){ from.p, (size_t)(before.p + at - from.p) };
		}
	}
	return from;
}

static struct str find_element(struct str page, const char *attribute, const char *value)
{
	struct page_tag tag;

	while (page_next_tag(&page, &tag)) {
		struct str found = page_attribute(&tag, attribute);
		bool is_one = strcmp(attribute, "class") == 0 ? has_word(found, str_from_c(value))
							      : str_is(found, str_from_c(value));
		struct str from = { tag.text.p, (size_t)(page.p + page.n - tag.text.p) };

		if (found.p && is_one && !tag.is_end)
			return inside(from, tag.name);
	}
	return (struct str){ NULL, 0 };
}

struct str page_by_id(struct str page, const char *id)
{
	return find_element(page, "id", id);
}

struct str page_by_class(struct str page, const char *name)
{
	return find_element(page, "class", name);
}

struct str page_unescape(struct arena *a, struct str text)
{
	static const struct {
		struct str reference;
		char c;
	} known[] = { { STR_INIT("&amp;"), '&' },
		      { STR_INIT("&lt;"), '<' },
		      { STR_INIT("&gt;"), '>' },
		      { STR_INIT("&quot;"), '"' },
		      { STR_INIT("&#39;"), '\'' } };
	struct buf out;
	size_t i;

	buf_init(&out, a, text.n + 1);
	while (text.n) {
		for (i = 0; i < ARRAY_LEN(known); i++) {
			if (str_starts(text, known[i].reference))
				break;
		}
		buf_add_char(&out, i < ARRAY_LEN(known) ? known[i].c : text.p[0]);
		skip(&text, i < ARRAY_LEN(known) ? known[i].reference.n : 1);
	}
	return buf_str(&out);
}

/* The tag at the start of the text belongs into a line: nothing separates it from its neighbours.
 */
static bool is_inline(struct str tag)
{
	static const char *const names[] = { "a", "b", "i", "em", "strong", "span", "code", "del" };
	size_t i;

	skip(&tag, tag.n > 1 && tag.p[1] == '/' ? 2 : 1);
	tag = take_until(&tag, "/>");
	for (i = 0; i < ARRAY_LEN(names); i++) {
		if (str_is(tag, str_from_c(names[i])))
			return true;
	}
	return false;
}

struct str page_text(struct arena *a, struct str markup)
{
	struct buf out;
	bool is_tag = false;
	size_t i;

	buf_init(&out, a, markup.n + 1);
	for (i = 0; i < markup.n; i++) {
		char c = markup.p[i];
		bool was_tag = is_tag;

		if (c == '<') {
			is_tag = true;
			c = is_inline(str_slice(markup, i, markup.n)) ? '\0' : ' ';
		}
		if (c == '>')
			is_tag = false;
		if (was_tag || c == '\0')
			continue;
		if (!is_space(c))
			buf_add_char(&out, c);
		else if (out.n && out.p[out.n - 1] != ' ')
			buf_add_char(&out, ' ');
	}
	return str_trim(page_unescape(a, buf_str(&out)));
}

static bool is_field(const struct page_tag *tag, const char *field)
{
	return !tag->is_end && str_is(page_attribute(tag, "name"), str_from_c(field)) &&
	       (str_is(tag->name, STR("input")) || str_is(tag->name, STR("textarea")) ||
		str_is(tag->name, STR("select")));
}

struct str page_value(struct arena *a, struct str page, const char *field)
{
	struct page_tag tag;

	while (page_next_tag(&page, &tag)) {
		if (!is_field(&tag, field))
			continue;
		if (str_is(tag.name, STR("textarea"))) {
			/* The first line break belongs to the tag. */
			if (tag.text.n && tag.text.p[0] == '\n')
				skip(&tag.text, 1);
			return page_unescape(a, tag.text);
		}
		return page_unescape(a, page_attribute(&tag, "value"));
	}
	return (struct str){ NULL, 0 };
}

struct str page_description(struct arena *a, struct str page, const char *field)
{
	struct str rest = page;
	struct page_tag tag;
	struct str ids, id;
	struct buf out;

	buf_init(&out, a, 128);
	while (page_next_tag(&rest, &tag)) {
		if (!is_field(&tag, field))
			continue;
		ids = page_attribute(&tag, "aria-describedby");
		while (ids.p && str_split(&ids, ' ', &id)) {
			buf_add(&out, page_text(a, page_by_id(page, str_c(a, id))));
			buf_add_char(&out, '\n');
		}
		break;
	}
	return buf_str(&out);
}

size_t page_count(struct str page, const char *text)
{
	struct str wanted = str_from_c(text);
	size_t count = 0;
	ptrdiff_t at;

	while ((at = str_find(page, wanted)) >= 0) {
		skip(&page, (size_t)at + wanted.n);
		count++;
	}
	return count;
}
