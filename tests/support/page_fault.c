/* Faults of pages and feeds that a browser would mend in silence. */
#include "support/page.h"

#define DEPTH_MAX 200

/* A page being read. */
struct reader {
	struct arena *a;
	struct str page;
	bool is_xml;
	struct str open[DEPTH_MAX];
	size_t depth;
	const char *fault;
};

static void object(struct reader *r, const char *what, struct str where)
{
	if (!r->fault)
		r->fault = str_format(r->a, "%s: \"" STR_FMT "\"", what,
				      STR_ARG(str_slice(where, 0, 120)))
				   .p;
}

static bool is_listed(struct str word, const char *list)
{
	struct str rest = str_from_c(list);
	struct str item;

	while (str_split(&rest, ' ', &item)) {
		if (str_is(item, word))
			return true;
	}
	return false;
}

/* Every '&' starts a reference; a text has no '>' of its own either. */
static void check_text(struct reader *r, struct str text)
{
	size_t i;

	for (i = 0; i < text.n; i++) {
		struct str rest = str_slice(text, i, text.n);
		struct str name = str_slice(rest, 1, rest.n);
		ptrdiff_t end = str_find_byte(name, ';');

		if (text.p[i] == '>')
			object(r, "a bare '>'", rest);
		if (r->is_xml && (unsigned char)text.p[i] < ' ' && !strchr("\n\t", text.p[i]))
			object(r, "a control character", rest);
		if (text.p[i] != '&')
			continue;
		if (end < 0 || !is_listed(str_slice(name, 0, (size_t)end), "amp lt gt quot #39"))
			object(r, "a bare '&'", rest);
	}
}

static void check_nesting(struct reader *r, const struct page_tag *tag)
{
	if (tag->is_end) {
		if (!r->depth || !str_is(r->open[--r->depth], tag->name))
			object(r, "an end without its start", tag->name);
		return;
	}
	if (tag->is_empty || (!r->is_xml && is_listed(tag->name, "meta link img input br hr")))
		return;
	if (r->depth == DEPTH_MAX)
		object(r, "too deep", tag->name);
	else
		r->open[r->depth++] = tag->name;
}

static void check_attributes(struct reader *r, const struct page_tag *tag)
{
	size_t i;
	size_t k;

	for (i = 0; i < tag->count; i++) {
		struct str name = tag->attributes[i].name;

		if (tag->attributes[i].has_value && !tag->attributes[i].is_quoted)
			object(r, "an unquoted value", name);
		if (str_find_byte(tag->attributes[i].value, '<') >= 0)
			object(r, "'<' in a value", tag->attributes[i].value);
		for (k = 0; k < i; k++) {
			if (str_is(name, tag->attributes[k].name))
				object(r, "an attribute twice", name);
		}
		/* A link's '&' between parameters is escaped too; '>' is harmless there. */
		if (!r->is_xml && (str_starts(name, STR("on")) || str_is(name, STR("style"))))
			object(r, "script or style in an attribute", name);
	}
}

static bool has_id(const struct reader *r, struct str id)
{
	return page_by_id(r->page, str_c(r->a, id)).p != NULL || !id.n;
}

/* Ids that attributes name. A label's text is what page_by_id finds; an empty element has none. */
static void check_references(struct reader *r, const struct page_tag *tag)
{
	static const char *const names[] = { "aria-describedby", "aria-labelledby", "for", "form" };
	struct str link = page_attribute(tag, "href");
	struct str ids;
	struct str id;
	size_t i;

	for (i = 0; i < ARRAY_LEN(names); i++) {
		ids = page_attribute(tag, names[i]);
		while (ids.p && str_split(&ids, ' ', &id)) {
			if (!has_id(r, id))
				object(r, names[i], id);
		}
	}
	if (link.n > 1 && link.p[0] == '#' && !has_id(r, str_slice(link, 1, link.n)))
		object(r, "a link to nowhere", link);
	id = page_attribute(tag, "id");
	if (id.n && page_count(r->page, str_format(r->a, " id=\"" STR_FMT "\"", STR_ARG(id)).p) > 1)
		object(r, "an id twice", id);
}

static void check_links(struct reader *r, const struct page_tag *tag)
{
	static const char *const names[] = { "href", "src", "action", "formaction" };
	struct str link;
	size_t i;

	for (i = 0; i < ARRAY_LEN(names); i++) {
		link = page_attribute(tag, names[i]);
		if (!link.p)
			continue;
		if (str_starts(link, STR("//")) ||
		    !(str_starts(link, STR("/")) || str_starts(link, STR("#")) ||
		      str_starts(link, STR("http://")) || str_starts(link, STR("https://")) ||
		      str_starts(link, STR("mailto:"))))
			object(r, "a link with another scheme", link);
		if (!str_is(tag->name, STR("a")) && !str_is(tag->name, STR("link")) &&
		    !str_starts(link, STR("/")))
			object(r, "something of another host", link);
	}
}

static bool is_inside(const struct reader *r, struct str name)
{
	size_t i;

	for (i = 0; i < r->depth; i++) {
		if (str_is(r->open[i], name))
			return true;
	}
	return false;
}

static bool has_attribute(const struct page_tag *tag, const char *name)
{
	size_t i;

	for (i = 0; i < tag->count; i++)
		if (str_is(tag->attributes[i].name, str_from_c(name)))
			return true;
	return false;
}

/* What is not shown needs none. */
static void check_label(struct reader *r, const struct page_tag *tag)
{
	struct str type = page_attribute(tag, "type");
	struct str id = page_attribute(tag, "id");
	struct str label;

	if (tag->is_end || !is_listed(tag->name, "input textarea select") ||
	    str_is(type, STR("hidden")) || str_is(type, STR("checkbox")) ||
	    has_attribute(tag, "hidden"))
		return;
	label = str_format(r->a, "<label for=\"" STR_FMT "\"", STR_ARG(id));
	if (!page_attribute(tag, "aria-label").n && !is_inside(r, STR("label")) &&
	    (!id.n || str_find(r->page, label) < 0))
		object(r, "a field without a label", page_attribute(tag, "name"));
}

static void check_html_tag(struct reader *r, const struct page_tag *tag)
{
	bool is_script = str_is(tag->name, STR("script"));

	if (is_listed(tag->name, "style iframe object embed base"))
		object(r, "an element that has no place here", tag->name);
	if (is_script && (str_trim(tag->text).n || (!tag->is_end && !page_attribute(tag, "src").p)))
		object(r, "a script in the page", tag->text);
	check_references(r, tag);
	check_links(r, tag);
	check_label(r, tag);
}

static const char *read_all(struct reader *r)
{
	struct str rest = r->page;
	struct page_tag tag;

	while (!r->fault && page_next_tag(&rest, &tag)) {
		if (!tag.name.n)
			object(r, "a bare '<'", rest);
		if (tag.name.n && (tag.name.p[0] == '!' || tag.name.p[0] == '?'))
			continue;
		check_attributes(r, &tag);
		if (!r->is_xml)
			check_html_tag(r, &tag);
		check_text(r, tag.text);
		check_nesting(r, &tag);
	}
	if (r->depth)
		object(r, "without an end", r->open[r->depth - 1]);
	return r->fault;
}

const char *page_fault(struct arena *a, struct str page)
{
	struct reader r = { .a = a, .page = page };

	if (!str_starts(page, STR("<!doctype html>")))
		return "not a page";
	return read_all(&r);
}

const char *page_xml_fault(struct arena *a, struct str text)
{
	struct reader r = { .a = a, .page = text, .is_xml = true };

	if (!str_starts(text, STR("<?xml version=\"1.0\" encoding=\"")))
		return "no declaration";
	return read_all(&r);
}
