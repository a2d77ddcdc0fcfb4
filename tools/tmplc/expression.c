/* The fields of a view, and loop variables. */
#include "expression.h"

void expression_write(struct buf *out, const struct path *p)
{
	struct str fields = p->fields;
	struct str field;
	struct str scratch = fields;
	size_t more = 0;
	size_t i;

	if (fields.n == 0) {
		buf_addf(out, "(*" STR_FMT ")", STR_ARG(p->variable));
		return;
	}
	while (str_split(&scratch, '.', &field))
		more++;
	for (i = 1; i < more; i++)
		BUF_LIT(out, "HTML_REF(");
	buf_add(out, p->variable.n ? p->variable : STR("view"));
	for (i = 1; str_split(&fields, '.', &field); i++) {
		buf_addf(out, "->" STR_FMT, STR_ARG(field));
		if (i < more)
			buf_add_char(out, ')');
	}
}

void expression_write_list(struct buf *out, const struct path *p)
{
	BUF_LIT(out, "HTML_REF(");
	expression_write(out, p);
	BUF_LIT(out, ")");
}
