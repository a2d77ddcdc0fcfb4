/*
 * A reader for the markup that Markdown may give: it knows the few elements, attributes and values
 * there are, and calls everything else a fault. It shares no code with the writer.
 */
#ifndef SUPPORT_MARKUP_CHECK_H
#define SUPPORT_MARKUP_CHECK_H

#include "base/str.h"

#define MARKUP_DEPTH_MAX 256

struct markup_element {
	const char *name;
	const char *attributes; /* " name=" or " name", those allowed */
	char kind;              /* b: block, i: inline, v: without contents */
};

static const struct markup_element markup_elements[] = {
	{ "p", "", 'b' },
	{ "blockquote", "", 'b' },
	{ "ul", "", 'b' },
	{ "ol", " start=", 'b' },
	{ "li", " class=", 'b' },
	{ "hr", "", 'v' },
	{ "h3", "", 'b' },
	{ "h4", "", 'b' },
	{ "h5", "", 'b' },
	{ "h6", "", 'b' },
	{ "pre", " tabindex=", 'b' },
	{ "code", " class=", 'i' },
	{ "table", "", 'b' },
	{ "thead", "", 'b' },
	{ "tbody", "", 'b' },
	{ "tr", "", 'b' },
	{ "td", " class=", 'b' },
	{ "th", " scope= class=", 'b' },
	{ "em", "", 'i' },
	{ "strong", "", 'i' },
	{ "del", "", 'i' },
	{ "label", "", 'i' },
	{ "a", " href= title= rel=", 'i' },
	{ "br", "", 'v' },
	{ "div", " class= tabindex=", 'b' },
	{ "img", " src= title= loading= alt=", 'v' },
	{ "input", " type= disabled checked", 'v' },
};

struct markup_reader {
	struct str rest;
	const struct markup_element *open[MARKUP_DEPTH_MAX];
	size_t depth;
	const char *fault; /* NULL for none */
};

static bool markup_take(struct markup_reader *r, struct str wanted)
{
	if (!str_starts(r->rest, wanted))
		return false;
	r->rest = str_slice(r->rest, wanted.n, r->rest.n);
	return true;
}

static struct str markup_take_name(struct markup_reader *r)
{
	size_t n = 0;

	while (n < r->rest.n && ((r->rest.p[n] >= 'a' && r->rest.p[n] <= 'z') ||
				 (n > 0 && r->rest.p[n] >= '0' && r->rest.p[n] <= '9')))
		n++;
	r->rest.p += n;
	r->rest.n -= n;
	return (struct str){ r->rest.p - n, n };
}

/* Text, or an attribute's value: up to `end`, everything of HTML's in it escaped. */
static struct str markup_take_text(struct markup_reader *r, char end)
{
	static const char *const escapes[] = { "&amp;", "&lt;", "&gt;", "&quot;", "&#39;" };
	struct str start = r->rest;

	while (r->rest.n > 0 && r->rest.p[0] != end) {
		char c = r->rest.p[0];
		size_t i = 0;

		if (c == '<' || c == '>' || c == '"' || c == '\'' || c == '\0')
			r->fault = "a character that was not escaped";
		while (c == '&' && i < ARRAY_LEN(escapes) &&
		       !str_starts(r->rest, str_from_c(escapes[i])))
			i++;
		if (i == ARRAY_LEN(escapes))
			r->fault = "a reference that is none of the five";
		r->rest = str_slice(r->rest, 1, r->rest.n);
	}
	return str_slice(start, 0, start.n - r->rest.n);
}

static bool markup_is_one_of(struct str s, const char *list)
{
	struct str rest = str_from_c(list);
	struct str item;

	while (str_split(&rest, ' ', &item))
		if (str_is(s, item))
			return true;
	return false;
}

static bool markup_is_address(struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] <= ' ' || s.p[i] == '\\')
			return false;
	return str_is_nocase(str_slice(s, 0, 7), STR("http://")) ||
	       str_is_nocase(str_slice(s, 0, 8), STR("https://")) ||
	       str_is_nocase(str_slice(s, 0, 7), STR("mailto:")) ||
	       (str_starts(s, STR("/")) && !str_starts(s, STR("//")));
}

static bool markup_is_upload(struct str s)
{
	return str_starts(s, STR("/uploads/")) && str_find(s, STR("..")) < 0 &&
	       str_find_byte(s, '%') < 0 && str_find_byte(s, '?') < 0;
}

static bool markup_is_value(struct str name, struct str value)
{
	if (str_is(name, STR("href")))
		return markup_is_address(value);
	if (str_is(name, STR("src")))
		return markup_is_upload(value);
	if (str_is(name, STR("rel")))
		return str_is(value, STR("nofollow ugc noopener"));
	if (str_is(name, STR("class")))
		return str_starts(value, STR("language-")) ||
		       markup_is_one_of(value, "task table left center right");
	if (str_is(name, STR("title")) || str_is(name, STR("alt")))
		return true;
	return markup_is_one_of(value, "checkbox col lazy 0") || str_is(name, STR("start"));
}

static void markup_take_attribute(struct markup_reader *r, const struct markup_element *element)
{
	struct str allowed = str_from_c(element->attributes);
	struct str name = markup_take_name(r);
	bool has_value = markup_take(r, STR("=\""));
	struct str item;

	while (str_split(&allowed, ' ', &item)) {
		bool wants_value = str_ends(item, STR("="));

		if (!str_is(str_slice(item, 0, item.n - wants_value), name))
			continue;
		if (wants_value != has_value)
			r->fault = "an attribute without its value";
		if (has_value && !markup_is_value(name, markup_take_text(r, '"')))
			r->fault = "a value that is not allowed";
		if (has_value && !markup_take(r, STR("\"")))
			r->fault = "a value without an end";
		return;
	}
	r->fault = "an attribute that is not allowed";
}

static bool markup_is_open(const struct markup_reader *r, struct str name, char kind)
{
	size_t i;

	for (i = 0; i < r->depth; i++)
		if (str_is(str_from_c(r->open[i]->name), name) || r->open[i]->kind == kind)
			return true;
	return false;
}

static void markup_open(struct markup_reader *r, const struct markup_element *element)
{
	if (element->kind == 'b' && (markup_is_open(r, STR("p"), 'i')))
		r->fault = "a block inside a line";
	if (str_is(str_from_c(element->name), STR("a")) && markup_is_open(r, STR("a"), 0))
		r->fault = "a link inside a link";
	if (element->kind == 'v')
		return;
	if (r->depth == MARKUP_DEPTH_MAX)
		r->fault = "too deep";
	else
		r->open[r->depth++] = element;
}

static void markup_take_tag(struct markup_reader *r)
{
	bool is_end = markup_take(r, STR("/"));
	struct str name = markup_take_name(r);
	const struct markup_element *element = markup_elements;

	while (element < markup_elements + ARRAY_LEN(markup_elements) &&
	       !str_is(str_from_c(element->name), name))
		element++;
	if (element == markup_elements + ARRAY_LEN(markup_elements)) {
		r->fault = "an element that is not allowed";
		return;
	}
	while (!is_end && !r->fault && markup_take(r, STR(" ")))
		markup_take_attribute(r, element);
	if (!markup_take(r, STR(">")))
		r->fault = "a tag without an end";
	else if (!is_end)
		markup_open(r, element);
	else if (r->depth == 0 || r->open[--r->depth] != element)
		r->fault = "an end without its start";
}

/* What is wrong with the markup; NULL when nothing is. */
static inline const char *markup_fault(struct str markup)
{
	struct markup_reader r = { .rest = markup };

	while (!r.fault && r.rest.n > 0) {
		markup_take_text(&r, '<');
		if (!r.fault && markup_take(&r, STR("<")))
			markup_take_tag(&r);
	}
	if (!r.fault && r.depth > 0)
		r.fault = "an element that was not closed";
	return r.fault;
}

#endif
