/* Elements opened and closed, and the rules on forms and scripts. */
#include "markup_tags.h"

#define FAIL(in, ...) report_error((in)->report, (in)->path, (in)->line, __VA_ARGS__)

err markup_end_name(struct markup *m, struct markup_input *in)
{
	m->kind = attribute_kind(m->attribute);
	m->start = ADDRESS_EMPTY;
	m->is_mixed = false;
	if (m->is_end_tag)
		return FAIL(in, "an end tag has no attributes");
	if (m->kind == ATTRIBUTE_REFUSED)
		return FAIL(in, "the attribute " STR_FMT " may not be used", STR_ARG(m->attribute));
	return OK;
}

static err end_method(struct markup *m, struct markup_input *in, struct str value)
{
	if (m->is_mixed)
		return FAIL(in, "method must be written out in the template");
	if (str_is_nocase(value, STR("post")))
		m->is_post = true;
	else if (!str_is_nocase(value, STR("get")) && !str_is_nocase(value, STR("dialog")))
		return FAIL(in, "method is \"get\" or \"post\"");
	return OK;
}

err markup_end_attribute(struct markup *m, struct markup_input *in, struct str value)
{
	if (str_is_nocase(m->tag, STR("form")) && str_is_nocase(m->attribute, STR("method")))
		return end_method(m, in, value);
	if (m->kind != ATTRIBUTE_ADDRESS)
		return OK;
	if (str_is_nocase(str_slice(str_trim(value), 0, 11), STR("javascript:")) ||
	    str_is_nocase(str_slice(str_trim(value), 0, 5), STR("data:")))
		return FAIL(in, "an address may not begin with " STR_FMT,
			    STR_ARG(str_slice(str_trim(value), 0, 11)));
	if (str_is_nocase(m->attribute, STR("src")))
		m->has_source = true;
	return OK;
}

static err start_form(struct markup *m, struct markup_input *in)
{
	const struct element *outer = markup_form(m);

	if (outer)
		return FAIL(in, "a form inside the form of line %d", outer->line);
	m->has_csrf = false;
	m->has_met_form = true;
	return OK;
}

static err check_opening(struct markup *m, struct markup_input *in)
{
	const char *refusal = element_refusal(m->tag);

	if (refusal)
		return FAIL(in, "<" STR_FMT "> may not be used: %s", STR_ARG(m->tag), refusal);
	if (m->open && str_is_nocase(m->open->name, STR("p")) && element_ends_paragraph(m->tag))
		return FAIL(in, "<" STR_FMT "> cannot stand in the <p> of line %d: it would end it",
			    STR_ARG(m->tag), m->open->line);
	if (str_is_nocase(m->tag, STR("script")) && !m->has_source)
		return FAIL(in, "an inline script may not be used: put it into a file, "
				"<script src=\"{{asset \"x.js\"}}\" defer></script>");
	return str_is_nocase(m->tag, STR("form")) ? start_form(m, in) : OK;
}

static bool is_in_drawing(const struct markup *m)
{
	const struct element *open;

	for (open = m->open; open; open = open->parent)
		if (str_is_nocase(open->name, STR("svg")) || str_is_nocase(open->name, STR("math")))
			return true;
	return str_is_nocase(m->tag, STR("svg"));
}

static err open_element(struct markup *m, struct markup_input *in)
{
	struct element *element;
	err e = check_opening(m, in);

	if (e || element_is_void(m->tag))
		return e;
	if (m->is_self_closed && !is_in_drawing(m))
		return FAIL(in, "<" STR_FMT "/> is not closed by its /: write </" STR_FMT ">",
			    STR_ARG(m->tag), STR_ARG(m->tag));
	if (m->is_self_closed)
		return OK;
	element = ARENA_NEW(in->arena, struct element);
	element->parent = m->open;
	element->name = m->tag;
	element->line = m->tag_line;
	element->is_form = str_is_nocase(m->tag, STR("form"));
	element->is_post = element->is_form && m->is_post;
	m->open = element;
	if (str_is_nocase(m->tag, STR("script")))
		m->state = MARKUP_SCRIPT;
	/* Browsers drop a newline at the start of these: it must not be one of the value's. */
	if (element_keeps_space(m->tag) && !str_starts(in->rest, STR("\n")))
		buf_add_char(in->out, '\n');
	return OK;
}

static err close_element(struct markup *m, struct markup_input *in)
{
	const struct element *open = m->open;

	if (element_is_void(m->tag))
		return FAIL(in,
			    "</" STR_FMT "> stands for no element: <" STR_FMT "> has no end tag",
			    STR_ARG(m->tag), STR_ARG(m->tag));
	if (!open)
		return FAIL(in, "</" STR_FMT "> closes nothing that this block opened",
			    STR_ARG(m->tag));
	if (!str_is_nocase(open->name, m->tag))
		return FAIL(in,
			    "</" STR_FMT "> stands where </" STR_FMT
			    "> was expected, for the <" STR_FMT "> of line %d",
			    STR_ARG(m->tag), STR_ARG(open->name), STR_ARG(open->name), open->line);
	if (open->is_post && !m->has_csrf)
		return FAIL(in, "the form of line %d has method=\"post\" and no {{csrf}}",
			    open->line);
	if (open->is_form)
		m->has_csrf = false;
	m->open = open->parent;
	return OK;
}

err markup_end_tag(struct markup *m, struct markup_input *in)
{
	m->state = MARKUP_TEXT;
	m->is_space_idle = element_is_block(m->tag);
	return m->is_end_tag ? close_element(m, in) : open_element(m, in);
}
