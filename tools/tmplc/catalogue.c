/* A .po file, line by line: a keyword and a literal, more literals, comments. */
#include "catalogue.h"

#include "literal.h"

struct po {
	struct arena *arena;
	struct report *report;
	struct str path;
	int line;
	struct catalogue_entry *entry; /* the one being read; NULL before its msgid */
	struct buf *field;             /* where continued literals go */
	struct buf one, many, chinese;
	bool is_fuzzy;      /* of the entry being read */
	bool is_next_fuzzy; /* a flag stands above the entry */
	struct catalogue_entry *first;
	struct catalogue_entry **end;
};

#define FAIL(p, ...) report_error((p)->report, (p)->path, (p)->line, __VA_ARGS__)

/* The entry is complete: keep it. The one with an empty msgid is the file's header. */
static err end_entry(struct po *p)
{
	struct catalogue_entry *entry = p->entry;
	const struct catalogue_entry *other;

	p->entry = NULL;
	p->field = NULL;
	if (!entry || p->one.n == 0)
		return OK;
	entry->one = buf_str(&p->one);
	entry->many = buf_str(&p->many);
	entry->chinese = p->is_fuzzy ? STR("") : buf_str(&p->chinese);
	for (other = p->first; other; other = other->next)
		if (str_is(other->one, entry->one))
			return report_error(p->report, p->path, entry->line,
					    "\"" STR_FMT "\" stands in line %d already",
					    STR_ARG(entry->one), other->line);
	*p->end = entry;
	p->end = &entry->next;
	return OK;
}

static err start_entry(struct po *p)
{
	err e = end_entry(p);

	p->entry = ARENA_NEW(p->arena, struct catalogue_entry);
	p->entry->line = p->line;
	p->is_fuzzy = p->is_next_fuzzy;
	p->is_next_fuzzy = false;
	buf_init(&p->one, p->arena, 64);
	buf_init(&p->many, p->arena, 64);
	buf_init(&p->chinese, p->arena, 64);
	return e;
}

/* The literal of a line, appended to the field that it belongs to. */
static err read_literal(struct po *p, struct str rest)
{
	rest = str_trim(rest);
	if (!p->entry || !p->field)
		return FAIL(p, "a literal without msgid or msgstr");
	if (!str_starts(rest, STR("\"")) || !literal_read(&rest, p->field) || str_trim(rest).n)
		return FAIL(p, "a literal in double quotes was expected");
	return OK;
}

static bool take_keyword(struct str *line, struct str keyword)
{
	if (!str_starts(*line, keyword))
		return false;
	*line = str_slice(*line, keyword.n, line->n);
	return true;
}

static err read_line(struct po *p, struct str line)
{
	if (line.n == 0)
		return OK;
	if (line.p[0] == '#') {
		/* "#~" keeps what is not used any more; "#, fuzzy" wants to be looked at. */
		if (str_starts(line, STR("#,")) && str_find(line, STR("fuzzy")) >= 0)
			p->is_next_fuzzy = true;
		return OK;
	}
	if (line.p[0] == '"')
		return read_literal(p, line);
	if (take_keyword(&line, STR("msgid_plural "))) {
		p->field = &p->many;
	} else if (take_keyword(&line, STR("msgid "))) {
		err e = start_entry(p);

		if (e)
			return e;
		p->field = &p->one;
	} else if (take_keyword(&line, STR("msgstr ")) || take_keyword(&line, STR("msgstr[0] "))) {
		p->field = &p->chinese;
	} else {
		return FAIL(p, "msgid, msgid_plural, msgstr or msgstr[0] was expected");
	}
	return read_literal(p, line);
}

err catalogue_read(struct arena *a, struct report *r, struct str path, struct str text,
		   struct catalogue_entry **out)
{
	struct po p = { .arena = a, .report = r, .path = path };
	struct str line;
	err e = OK;

	p.end = &p.first;
	while (!e && str_split(&text, '\n', &line)) {
		p.line++;
		e = read_line(&p, str_trim(line));
	}
	if (!e)
		e = end_entry(&p);
	*out = p.first;
	return e;
}

void catalogue_write_entry(struct buf *out, struct str found_in, struct str one, struct str many)
{
	buf_addf(out, "\n#: " STR_FMT "\nmsgid ", STR_ARG(found_in));
	literal_write(out, one);
	if (many.n) {
		BUF_LIT(out, "\nmsgid_plural ");
		literal_write(out, many);
		BUF_LIT(out, "\nmsgstr[0] \"\"\n");
	} else {
		BUF_LIT(out, "\nmsgstr \"\"\n");
	}
}
