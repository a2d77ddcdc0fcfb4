/* Rows of a copy as JSON and Markdown. */
#include "domain/export_row.h"

#include "base/clock.h"
#include "html/text.h"

#define FIRST 2 /* columns before it are the place */

static int64_t time_of(const struct export_column *column, int64_t value)
{
	return column->kind == EXPORT_TIME_US ? value / 1000 : value;
}

static void add_day(struct buf *b, int64_t day)
{
	buf_addf(b, "%04d-%02d-%02d", (int)(day / 10000), (int)(day / 100 % 100), (int)(day % 100));
}

static bool is_text(const struct export_column *column)
{
	return column->kind == EXPORT_LINE || column->kind == EXPORT_TEXT;
}

static int64_t number_of(const struct export_column *column, const struct db_rows *rows,
			 unsigned at)
{
	return is_text(column) ? 0 : db_int(rows, at);
}

static void add_json(struct buf *b, const struct export_column *column, const struct db_rows *rows,
		     unsigned at)
{
	int64_t number = number_of(column, rows, at);

	switch (column->kind) {
	case EXPORT_ID:
		buf_addf(b, "\"%lld\"", (long long)number);
		return;
	case EXPORT_NUMBER:
		buf_add_i64(b, number);
		return;
	case EXPORT_FLAG:
		buf_add(b, number ? STR("true") : STR("false"));
		return;
	case EXPORT_TIME:
	case EXPORT_TIME_US:
		if (number)
			buf_add_json(b, clock_iso(b->arena, time_of(column, number)));
		else
			BUF_LIT(b, "null");
		return;
	case EXPORT_DAY:
		buf_add(b, number ? STR("\"") : STR("null"));
		if (number) {
			add_day(b, number);
			BUF_LIT(b, "\"");
		}
		return;
	case EXPORT_LINE:
	case EXPORT_TEXT:
		if (db_is_null(rows, at))
			BUF_LIT(b, "null");
		else
			buf_add_json(b, db_str(rows, at));
		return;
	}
}

void export_row_json(struct buf *b, const struct export_section *s, const struct db_rows *rows)
{
	const struct export_column *column;
	unsigned at = FIRST;

	BUF_LIT(b, "{");
	for (column = s->columns; column->name; column++) {
		if (at > FIRST)
			BUF_LIT(b, ",");
		buf_addf(b, "\"%s\":", column->name);
		add_json(b, column, rows, at++);
	}
	BUF_LIT(b, "}");
}

/* A line break would end the list item. */
static void add_line(struct buf *b, struct str line)
{
	size_t i;

	for (i = 0; i < line.n; i++)
		buf_add_char(b, line.p[i] == '\n' ? ' ' : line.p[i]);
}

static bool is_worth_saying(const struct export_column *column, const struct db_rows *rows,
			    unsigned at)
{
	if (!column->label)
		return false;
	if (column->kind == EXPORT_LINE)
		return db_str(rows, at).n > 0;
	return db_int(rows, at) != 0;
}

static void add_value(struct buf *b, const struct export_column *column, const struct db_rows *rows,
		      unsigned at)
{
	int64_t number = number_of(column, rows, at);

	if (column->kind == EXPORT_LINE)
		add_line(b, db_str(rows, at));
	else if (column->kind == EXPORT_TIME || column->kind == EXPORT_TIME_US)
		buf_add(b, clock_iso(b->arena, time_of(column, number)));
	else if (column->kind == EXPORT_DAY)
		add_day(b, number);
	else
		buf_add_i64(b, number);
}

/* "Title: x · Time: y"; the text is left for its own place. */
static void add_values(struct buf *b, const struct export_section *s, const struct db_rows *rows,
		       int language)
{
	const struct export_column *column;
	bool is_first = true;
	unsigned at = FIRST;

	for (column = s->columns; column->name; column++, at++) {
		if (column->kind == EXPORT_TEXT || !is_worth_saying(column, rows, at))
			continue;
		if (!is_first)
			BUF_LIT(b, " · ");
		buf_add(b, text_get(language, column->label));
		BUF_LIT(b, ": ");
		add_value(b, column, rows, at);
		is_first = false;
	}
}

static struct str column_text(const struct export_section *s, const struct db_rows *rows,
			      enum export_kind kind)
{
	const struct export_column *column;
	unsigned at = FIRST;

	for (column = s->columns; column->name; column++, at++) {
		if (column->kind == kind)
			return db_str(rows, at);
	}
	return (struct str){ 0 };
}

void export_row_markdown(struct buf *b, const struct export_section *s, const struct db_rows *rows,
			 int language)
{
	if (s->form == EXPORT_AS_LIST) {
		BUF_LIT(b, "- ");
		add_values(b, s, rows, language);
		BUF_LIT(b, "\n");
		return;
	}
	buf_add(b, s->form == EXPORT_AS_FILES ? STR("# ") : STR("## "));
	add_line(b, column_text(s, rows, EXPORT_LINE));
	BUF_LIT(b, "\n\n");
	add_values(b, s, rows, language);
	BUF_LIT(b, "\n\n");
	buf_add(b, column_text(s, rows, EXPORT_TEXT));
	buf_add(b, s->form == EXPORT_AS_FILES ? STR("\n") : STR("\n\n"));
}
