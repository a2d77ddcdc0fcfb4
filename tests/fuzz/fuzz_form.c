/* Urlencoded bodies, and the fields that are read from them. */
#include "check_form.h"
#include "http/fields.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct draft {
	struct str title, body, password;
	int64_t version;
};

static const struct field table[] = {
	FIELD_TEXT(struct draft, title, 1, 20, FIELD_ONE_LINE),
	FIELD_TEXT(struct draft, body, 1, 100, FIELD_OPTIONAL),
	FIELD_TEXT(struct draft, password, 3, 6, FIELD_KEEP_SPACE),
	FIELD_INT(struct draft, version, -5, 5, FIELD_OPTIONAL),
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str type = STR("application/x-www-form-urlencoded");
	struct arena *a = arena_new(4096);
	struct field_errors errors = { 0 };
	struct draft draft = { 0 };
	struct form form;

	if (form_parse_body(a, type, (struct str){ (const char *)data, size }, &form) == OK) {
		check_form(&form);
		if (fields_read(a, &form, table, ARRAY_LEN(table), &draft, &errors) !=
		    (errors.count == 0))
			BUG("the errors and the result disagree");
		if (errors.count == 0 &&
		    (draft.version < -5 || draft.version > 5 || utf8_count(draft.title) > 20))
			BUG("a wrong value was taken for right");
	}
	arena_free(a);
	return 0;
}
