/* Texts sorted, joined and written. */
#include "table.h"

#include "literal.h"
#include "slots.h"

static int compare_uses(const void *a, const void *b)
{
	const struct table_entry *left = a;
	const struct table_entry *right = b;
	int order = str_compare(left->use->one, right->use->one);

	if (order)
		return order;
	order = str_compare(left->use->path, right->use->path);
	return order ? order : left->use->line - right->use->line;
}

static int compare_key(const void *key, const void *entry)
{
	return str_compare(*(const struct str *)key, ((const struct table_entry *)entry)->use->one);
}

static struct table_entry *find(const struct table *t, struct str one)
{
	if (t->count == 0)
		return NULL;
	return bsearch(&one, t->items, t->count, sizeof(*t->items), compare_key);
}

/* All uses sorted, then each text once. With and without a plural are two texts: gettext has one
 * key. */
static err collect(struct arena *a, struct report *r, const struct text_use *uses, struct table *t)
{
	const struct text_use *use;
	size_t all = 0;
	size_t i;
	err e = OK;

	for (use = uses; use; use = use->next)
		all++;
	t->items = ARENA_ARRAY(a, struct table_entry, all + 1);
	for (i = 0, use = uses; use; use = use->next)
		t->items[i++].use = use;
	qsort(t->items, all, sizeof(*t->items), compare_uses);
	for (i = 0; i < all; i++) {
		const struct text_use *last = t->count ? t->items[t->count - 1].use : NULL;

		use = t->items[i].use;
		if (!last || !str_is(last->one, use->one))
			t->items[t->count++].use = use;
		else if (!str_is(last->many, use->many))
			e = report_error(r, use->path, use->line,
					 "\"" STR_FMT "\" has another plural in " STR_FMT ":%d",
					 STR_ARG(use->one), STR_ARG(last->path), last->line);
	}
	return e;
}

static err check_entry(struct report *r, struct str path, const struct catalogue_entry *entry,
		       const struct text_use *use)
{
	struct str english = use->many.n ? use->many : use->one;

	if (!str_is(entry->many, use->many))
		return report_error(r, path, entry->line,
				    "msgid_plural is not the one of " STR_FMT ":%d",
				    STR_ARG(use->path), use->line);
	if (entry->chinese.n && slots_of(entry->chinese) != slots_of(english))
		return report_error(r, path, entry->line,
				    "the translation has not the same {0}, {1} as the English");
	return OK;
}

/* Give each text its entry, and check entries against the texts. */
static err join(struct report *r, struct str path, struct catalogue_entry *catalogue,
		bool is_strict, struct table *t)
{
	struct catalogue_entry *entry;
	err e = OK;

	for (entry = catalogue; entry; entry = entry->next) {
		struct table_entry *text = find(t, entry->one);

		if (text && check_entry(r, path, entry, text->use))
			e = ERR_INVALID;
		if (text)
			text->chinese = entry;
		else if (is_strict)
			e = report_error(r, path, entry->line, "nothing uses \"" STR_FMT "\"",
					 STR_ARG(entry->one));
	}
	return e;
}

err table_make(struct arena *a, struct report *r, const struct text_use *uses,
	       struct catalogue_entry *catalogue, struct str catalogue_path, bool is_strict,
	       struct table *out)
{
	err e;
	size_t i;

	*out = (struct table){ 0 };
	e = collect(a, r, uses, out);
	if (join(r, catalogue_path, catalogue, is_strict, out))
		e = ERR_INVALID;
	for (i = 0; i < out->count; i++) {
		const struct table_entry *text = &out->items[i];

		if (text->chinese && text->chinese->chinese.n)
			continue;
		out->missing++;
		if (is_strict)
			e = report_error(r, text->use->path, text->use->line,
					 "\"" STR_FMT "\" has no translation in " STR_FMT,
					 STR_ARG(text->use->one), STR_ARG(catalogue_path));
	}
	return e;
}

static void write_text(struct buf *out, struct str s)
{
	BUF_LIT(out, "STR_INIT(");
	literal_write(out, s);
	BUF_LIT(out, ")");
}

static void write_entry(struct buf *out, const struct table_entry *entry)
{
	struct str one = entry->use->one;
	struct str many = entry->use->many;
	bool is_translated = entry->chinese && entry->chinese->chinese.n;

	BUF_LIT(out, "\t{ ");
	write_text(out, one);
	BUF_LIT(out, ", ");
	write_text(out, many);
	BUF_LIT(out, ", ");
	write_text(out, is_translated ? entry->chinese->chinese : many.n ? many : one);
	BUF_LIT(out, " },\n");
}

/* A template numbers its texts on its own, so that its C stays as it is when others change. */
static void write_places(struct buf *out, const struct table *t, const struct template *template)
{
	const struct text_use *use = template->texts;
	struct str symbol = template->symbol;
	size_t i;

	if (template->text_count == 0)
		return;
	buf_addf(out, "\nextern const int tmpl_" STR_FMT "_texts[];\n", STR_ARG(symbol));
	buf_addf(out, "const int tmpl_" STR_FMT "_texts[] = {", STR_ARG(symbol));
	for (i = 0; i < template->text_count; i++, use = use->next)
		buf_addf(out, " %td,", find(t, use->one) - t->items);
	BUF_LIT(out, " };\n");
}

void table_write(struct buf *out, const struct table *t, const struct template_list *templates)
{
	size_t i;

	BUF_LIT(out,
		"/* Made by tmplc from the texts of templates and sources and the catalogue. */\n"
		"#include \"html/text_table.h\"\n\n"
		"const struct text_entry text_table[] = {\n");
	for (i = 0; i < t->count; i++)
		write_entry(out, &t->items[i]);
	BUF_LIT(out, "\t{ STR_INIT(\"\"), STR_INIT(\"\"), STR_INIT(\"\") },\n};\n\n");
	buf_addf(out, "const size_t text_table_count = %zu;\n", t->count);
	for (i = 0; i < templates->count; i++)
		write_places(out, t, &templates->items[i]);
}
