/* States compared and put into words. */
#include "markup.h"

static bool is_in_tag(const struct markup *m)
{
	return m->state == MARKUP_IN_TAG || m->state == MARKUP_AFTER_VALUE;
}

static bool is_same_place(const struct markup *a, const struct markup *b)
{
	if (is_in_tag(a) && is_in_tag(b))
		return a->tag.p == b->tag.p && a->is_post == b->is_post &&
		       a->has_source == b->has_source;
	if (a->state != b->state)
		return false;
	/* An attribute is the same one when its name stands in the same place of the template. */
	return a->state != MARKUP_QUOTED || a->attribute.p == b->attribute.p;
}

bool markup_join(struct markup *m, const struct markup *other)
{
	if (m->open != other->open || m->has_csrf != other->has_csrf || !is_same_place(m, other))
		return false;
	m->is_space_idle = m->is_space_idle && other->is_space_idle;
	m->is_mixed = m->is_mixed || other->is_mixed;
	m->has_met_form = m->has_met_form || other->has_met_form;
	if (m->start != other->start)
		m->start = ADDRESS_UNKNOWN;
	if (other->state == MARKUP_AFTER_VALUE)
		m->state = MARKUP_AFTER_VALUE;
	return true;
}

struct str markup_describe(struct arena *a, const struct markup *m)
{
	switch (m->state) {
	case MARKUP_TEXT:
		if (!m->open)
			return STR("outside all elements");
		return str_format(a, "in the <" STR_FMT "> of line %d%s", STR_ARG(m->open->name),
				  m->open->line, m->has_csrf ? ", behind {{csrf}}" : "");
	case MARKUP_SCRIPT:
		return STR("in a script");
	case MARKUP_QUOTED:
		return str_format(a, "in the attribute " STR_FMT " of <" STR_FMT ">",
				  STR_ARG(m->attribute), STR_ARG(m->tag));
	default:
		return str_format(a, "in the tag <" STR_FMT "> of line %d", STR_ARG(m->tag),
				  m->tag_line);
	}
}
