/* Declared form fields. */
#include "http/fields.h"

#include "base/num.h"
#include "base/utf8.h"

/* Marks a literal for the text catalogue, which this layer does not know; as in html/text.h. */
#define N_(literal) literal

static const char message_empty[] = N_("Please fill this in.");
static const char message_short[] = N_("Please write at least {0} characters.");
static const char message_long[] = N_("Please write at most {0} characters.");
static const char message_characters[] = N_("This contains characters that cannot be used here.");
static const char message_number[] = N_("Please give a whole number.");
static const char message_small[] = N_("The least that can be given is {0}.");
static const char message_large[] = N_("The most that can be given is {0}.");

void field_errors_add(struct field_errors *errors, const char *name, const char *message,
		      int64_t number)
{
	if (errors->count < FIELD_ERRORS_MAX)
		errors->items[errors->count++] = (struct field_error){ name, message, number };
}

const struct field_error *field_errors_find(const struct field_errors *errors, const char *name)
{
	size_t i;

	for (i = 0; i < errors->count; i++) {
		if (strcmp(errors->items[i].name, name) == 0)
			return &errors->items[i];
	}
	return NULL;
}

/* Something of it can be seen: more than white space, joiners and variation selectors. */
static bool has_ink(struct str s)
{
	uint32_t code_point;

	s = utf8_trim(s);
	while (utf8_next(&s, &code_point)) {
		if (code_point != 0x200C && code_point != 0x200D &&
		    !(code_point >= 0xFE00 && code_point <= 0xFE0F))
			return true;
	}
	return false;
}

/* Controls, which XML (the feeds) cannot hold either. */
static bool is_control(uint32_t code_point)
{
	if (code_point < 0x20)
		return code_point != '\t' && code_point != '\n';
	return (code_point >= 0x7F && code_point < 0xA0) || code_point == 0xFFFE ||
	       code_point == 0xFFFF;
}

static bool has_wrong_character(struct str s, int flags)
{
	uint32_t code_point;

	if (flags == FIELD_KEEP_SPACE)
		return false;
	while (utf8_next(&s, &code_point)) {
		if (is_control(code_point))
			return true;
		if ((flags & FIELD_ONE_LINE) &&
		    (code_point == '\n' || code_point == '\t' || utf8_is_invisible(code_point)))
			return true;
	}
	return false;
}

static bool read_text(const struct field *f, struct str typed, struct str *out,
		      struct field_errors *errors)
{
	int flags = f->flags & ~FIELD_OPTIONAL;
	struct str text = flags == FIELD_ONE_LINE ? utf8_trim(typed) : typed;
	bool is_empty = (flags & FIELD_KEEP_SPACE) ? text.n == 0 : !has_ink(text);
	int64_t count = (int64_t)utf8_count(text);

	*out = text;
	if (is_empty && ((f->flags & FIELD_OPTIONAL) || f->min == 0)) {
		*out = STR("");
		return true;
	}
	if (is_empty)
		field_errors_add(errors, f->name, message_empty, 0);
	else if (has_wrong_character(text, flags))
		field_errors_add(errors, f->name, message_characters, 0);
	else if (count < f->min)
		field_errors_add(errors, f->name, message_short, f->min);
	else if (count > f->max)
		field_errors_add(errors, f->name, message_long, f->max);
	else
		return true;
	return false;
}

static bool read_int(const struct field *f, struct str typed, int64_t *out,
		     struct field_errors *errors)
{
	struct str text = utf8_trim(typed);
	int64_t value;

	*out = 0;
	if (text.n == 0 && (f->flags & FIELD_OPTIONAL))
		return true;
	if (text.n == 0)
		field_errors_add(errors, f->name, message_empty, 0);
	else if (!num_parse_i64(text, INT64_MIN, INT64_MAX, &value))
		field_errors_add(errors, f->name, message_number, 0);
	else if (value < f->min)
		field_errors_add(errors, f->name, message_small, f->min);
	else if (value > f->max)
		field_errors_add(errors, f->name, message_large, f->max);
	else {
		*out = value;
		return true;
	}
	return false;
}

bool fields_read(struct arena *a, const struct form *form, const struct field *table, size_t count,
		 void *out, struct field_errors *errors)
{
	bool is_right = true;
	size_t i;

	for (i = 0; i < count; i++) {
		const struct field *f = &table[i];
		void *member = (char *)out + f->offset;
		struct str typed = str_copy(a, form_get(form, f->name));

		if (f->kind == FIELD_KIND_INT)
			is_right = read_int(f, typed, member, errors) && is_right;
		else
			is_right = read_text(f, typed, member, errors) && is_right;
	}
	return is_right;
}
