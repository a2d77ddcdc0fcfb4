/* Plain text gathered up to a limit. */
#include "html/markdown_plain.h"

#include "base/utf8.h"

void plain_init(struct plain *p, struct arena *a, size_t lines, size_t code_points)
{
	*p = (struct plain){ .lines = lines, .code_points = code_points };
	buf_init(&p->text, a, 256);
}

static void add_visible(struct plain *p, uint32_t code_point)
{
	bool starts_line = p->has_line_due || p->used == 0;
	size_t needed = p->has_line_due || p->has_space_due ? 2 : 1;

	if (p->code_points - p->used < needed || (starts_line && p->lines == 0)) {
		p->is_cut = true;
		return;
	}
	if (p->has_line_due)
		buf_add_char(&p->text, '\n');
	else if (p->has_space_due)
		buf_add_char(&p->text, ' ');
	p->lines -= starts_line;
	p->has_line_due = false;
	p->has_space_due = false;
	buf_add_code_point(&p->text, code_point);
	p->used += needed;
}

void plain_add(struct plain *p, struct str s)
{
	uint32_t code_point;

	while (!p->is_cut && utf8_next(&s, &code_point)) {
		if (code_point == ' ' || (code_point >= '\t' && code_point <= '\r'))
			p->has_space_due = p->used > 0;
		else
			add_visible(p, code_point);
	}
}

void plain_end_line(struct plain *p)
{
	p->has_line_due = p->used > 0;
}

struct str plain_finish(struct plain *p)
{
	if (p->is_cut && p->used > 0) {
		struct str kept = buf_str(&p->text);

		if (p->used == p->code_points)
			kept = utf8_cut(kept, p->used - 1);
		buf_cut(&p->text, str_trim(kept).n);
		BUF_LIT(&p->text, "…");
	}
	return buf_str(&p->text);
}
