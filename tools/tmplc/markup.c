/* The states of the tokenizer. Each feed_ function takes at least one byte off the input. */
#include "markup.h"

#include "markup_tags.h"

#define FAIL(in, ...) report_error((in)->report, (in)->path, (in)->line, __VA_ARGS__)

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_name(char c)
{
	return is_letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == ':' ||
	       c == '.';
}

/* Bytes at the front for which test holds. */
static size_t span(struct str s, bool (*test)(char c))
{
	size_t n = 0;

	while (n < s.n && test(s.p[n]))
		n++;
	return n;
}

/* Take n bytes off the front, counting lines. */
static struct str take(struct markup_input *in, size_t n)
{
	struct str taken = str_slice(in->rest, 0, n);
	size_t i;

	for (i = 0; i < taken.n; i++)
		in->line += taken.p[i] == '\n';
	in->rest = str_slice(in->rest, n, in->rest.n);
	return taken;
}

static void copy(struct markup_input *in, size_t n)
{
	buf_add(in->out, take(in, n));
}

bool markup_is_plain_text(const struct markup *m)
{
	return m->open && element_holds_text(m->open->name);
}

const struct element *markup_form(const struct markup *m)
{
	const struct element *open = m->open;

	while (open && !open->is_form)
		open = open->parent;
	return open;
}

static bool keeps_space(const struct markup *m)
{
	const struct element *open;

	for (open = m->open; open; open = open->parent)
		if (element_keeps_space(open->name))
			return true;
	return false;
}

/* Whether a tag that is a border for white space comes next. */
static bool meets_block(struct str s)
{
	size_t skip = str_starts(s, STR("</")) ? 2 : 1;

	if (!str_starts(s, STR("<")))
		return false;
	s = str_slice(s, skip, s.n);
	return element_is_block(str_slice(s, 0, span(s, is_name)));
}

/*
 * White space with a newline in it was typed to lay out the template: it goes
 * where it would not show, and is one newline elsewhere.
 */
static void feed_space(struct markup *m, struct markup_input *in)
{
	size_t n = span(in->rest, is_space);
	struct str space = str_slice(in->rest, 0, n);

	if (keeps_space(m)) {
		copy(in, n);
		return;
	}
	take(in, n);
	if (m->is_space_idle || meets_block(in->rest))
		return;
	if (str_find_byte(space, '\n') >= 0)
		buf_add_char(in->out, '\n');
	else
		buf_add(in->out, space);
	m->is_space_idle = true;
}

static err feed_tag_start(struct markup *m, struct markup_input *in)
{
	struct str s = in->rest;
	bool is_end = s.n > 1 && s.p[1] == '/';
	size_t at = is_end ? 2 : 1;

	if (str_starts(s, STR("<!--")))
		return FAIL(in, "an HTML comment would reach the reader: write {{! ... }}");
	if (str_starts(s, STR("<!"))) {
		m->state = MARKUP_DECLARATION;
		return OK;
	}
	if (at >= s.n)
		return FAIL(in, "a tag is cut in two here: no value may stand in a tag's name");
	if (!is_letter(s.p[at]))
		return FAIL(in, "this < begins no tag: write &lt;");
	m->state = MARKUP_TAG_NAME;
	m->tag_line = in->line;
	m->is_end_tag = is_end;
	m->is_self_closed = false;
	m->is_post = false;
	m->has_source = false;
	copy(in, at);
	return OK;
}

/* In <title> and <textarea> only their end tag is one. */
static bool is_end_of_plain_text(const struct markup *m, struct str s)
{
	struct str name = m->open->name;

	return str_starts(s, STR("</")) && str_is_nocase(str_slice(s, 2, 2 + name.n), name);
}

static bool is_text(char c)
{
	return c != '<' && !is_space(c);
}

static err feed_text(struct markup *m, struct markup_input *in)
{
	if (is_space(in->rest.p[0])) {
		feed_space(m, in);
		return OK;
	}
	if (in->rest.p[0] == '<') {
		if (markup_is_plain_text(m) && !is_end_of_plain_text(m, in->rest))
			return FAIL(in, "a < in <" STR_FMT "> is text: write &lt;",
				    STR_ARG(m->open->name));
		return feed_tag_start(m, in);
	}
	copy(in, span(in->rest, is_text));
	m->is_space_idle = false;
	return OK;
}

static err feed_script(struct markup *m, struct markup_input *in)
{
	size_t n = span(in->rest, is_space);

	take(in, n);
	if (in->rest.n == 0)
		return OK;
	if (!str_starts(in->rest, STR("</")))
		return FAIL(in, "an inline script may not be used: put it into a file");
	return feed_tag_start(m, in);
}

static err feed_declaration(struct markup *m, struct markup_input *in)
{
	ptrdiff_t end = str_find_byte(in->rest, '>');

	if (end < 0)
		return FAIL(in, "<! has no > before the next value or block");
	copy(in, (size_t)end + 1);
	m->state = MARKUP_TEXT;
	m->is_space_idle = true;
	return OK;
}

static err feed_tag_name(struct markup *m, struct markup_input *in)
{
	size_t n = span(in->rest, is_name);

	m->tag = str_slice(in->rest, 0, n);
	if (n == in->rest.n)
		return FAIL(in,
			    "the tag <" STR_FMT
			    " is cut in two here: no value may stand in a tag's name",
			    STR_ARG(m->tag));
	m->state = MARKUP_AFTER_VALUE;
	copy(in, n);
	return OK;
}

static err feed_in_tag(struct markup *m, struct markup_input *in)
{
	struct str s = in->rest;
	size_t space = span(s, is_space);

	if (space) {
		struct str next;

		take(in, space);
		next = in->rest;
		if (m->state == MARKUP_AFTER_VALUE && !str_starts(next, STR(">")) &&
		    !str_starts(next, STR("/>")))
			buf_add_char(in->out, ' ');
		m->state = MARKUP_IN_TAG;
		return OK;
	}
	if (s.p[0] == '>') {
		copy(in, 1);
		return markup_end_tag(m, in);
	}
	if (str_starts(s, STR("/>"))) {
		m->is_self_closed = true;
		copy(in, 1);
		return OK;
	}
	if (!is_name(s.p[0]))
		return FAIL(in, "\"%c\" cannot stand in the tag <" STR_FMT ">", s.p[0],
			    STR_ARG(m->tag));
	if (m->state == MARKUP_AFTER_VALUE)
		return FAIL(in, "white space is missing between two attributes of <" STR_FMT ">",
			    STR_ARG(m->tag));
	m->state = MARKUP_ATTRIBUTE_NAME;
	return OK;
}

static err feed_attribute_name(struct markup *m, struct markup_input *in)
{
	size_t n = span(in->rest, is_name);
	err e;

	m->attribute = str_slice(in->rest, 0, n);
	copy(in, n);
	e = markup_end_name(m, in);
	if (e)
		return e;
	if (!str_starts(in->rest, STR("="))) {
		m->state = MARKUP_AFTER_VALUE;
		return markup_end_attribute(m, in, STR(""));
	}
	copy(in, 1);
	m->state = MARKUP_BEFORE_VALUE;
	return OK;
}

static err feed_before_value(struct markup *m, struct markup_input *in)
{
	char c = in->rest.p[0];

	if (c == '"' || c == '\'') {
		m->quote = c;
		m->state = MARKUP_QUOTED;
		copy(in, 1);
		return OK;
	}
	if (!is_name(c) && c != '/' && c != '#')
		return FAIL(in, "a value in quotes was expected behind " STR_FMT "=",
			    STR_ARG(m->attribute));
	m->state = MARKUP_UNQUOTED;
	return OK;
}

static enum address_start start_of(struct str piece)
{
	char first = piece.p[0];
	char second = piece.n > 1 ? piece.p[1] : ' ';

	if (first == '#' || first == '?' || (first == '/' && second != '/' && second != '\\'))
		return ADDRESS_LOCAL;
	return ADDRESS_UNKNOWN;
}

static err feed_quoted(struct markup *m, struct markup_input *in)
{
	ptrdiff_t end = str_find_byte(in->rest, m->quote);
	struct str piece = str_slice(in->rest, 0, end < 0 ? in->rest.n : (size_t)end);
	err e;

	if (piece.n && m->start == ADDRESS_EMPTY)
		m->start = start_of(piece);
	if (end < 0) {
		copy(in, piece.n);
		m->is_mixed = true;
		return OK;
	}
	e = markup_end_attribute(m, in, piece);
	copy(in, piece.n + 1);
	m->state = MARKUP_AFTER_VALUE;
	return e;
}

static bool is_unquoted(char c)
{
	return is_name(c) || c == '/' || c == '#' || c == '?' || c == '&' || c == ';' || c == '%' ||
	       c == '+' || c == ',';
}

static err feed_unquoted(struct markup *m, struct markup_input *in)
{
	size_t n = span(in->rest, is_unquoted);
	struct str value = str_slice(in->rest, 0, n);

	copy(in, n);
	if (in->rest.n == 0 || (in->rest.p[0] != '>' && !is_space(in->rest.p[0])))
		return FAIL(in, "the value of " STR_FMT " needs quotes", STR_ARG(m->attribute));
	m->state = MARKUP_AFTER_VALUE;
	return markup_end_attribute(m, in, value);
}

static err feed_once(struct markup *m, struct markup_input *in)
{
	switch (m->state) {
	case MARKUP_TEXT:
		return feed_text(m, in);
	case MARKUP_SCRIPT:
		return feed_script(m, in);
	case MARKUP_DECLARATION:
		return feed_declaration(m, in);
	case MARKUP_TAG_NAME:
		return feed_tag_name(m, in);
	case MARKUP_IN_TAG:
	case MARKUP_AFTER_VALUE:
		return feed_in_tag(m, in);
	case MARKUP_ATTRIBUTE_NAME:
		return feed_attribute_name(m, in);
	case MARKUP_BEFORE_VALUE:
		return feed_before_value(m, in);
	case MARKUP_QUOTED:
		return feed_quoted(m, in);
	case MARKUP_UNQUOTED:
		return feed_unquoted(m, in);
	}
	BUG("markup state %d", (int)m->state);
}

err markup_feed(struct markup *m, struct markup_input *in)
{
	err e = OK;

	while (!e && in->rest.n)
		e = feed_once(m, in);
	return e;
}
