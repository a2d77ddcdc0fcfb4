/* What must hold of every form, whatever was parsed. */
#ifndef FUZZ_CHECK_FORM_H
#define FUZZ_CHECK_FORM_H

#include "base/utf8.h"
#include "http/form.h"

static inline void check_form(const struct form *form)
{
	size_t i;

	if (form->count > FORM_FIELDS_MAX)
		BUG("%zu fields", form->count);
	for (i = 0; i < form->count; i++) {
		const struct form_field *f = &form->items[i];

		if (f->name.n == 0 || f->name.n > FORM_NAME_MAX || !utf8_is_valid(f->name))
			BUG("a wrong name");
		if (f->file_name.n > FORM_FILE_NAME_MAX || !utf8_is_valid(f->file_name) ||
		    str_find_byte(f->file_name, '/') >= 0)
			BUG("a wrong file name");
		if (f->is_file)
			continue;
		if (f->file_name.n || !utf8_is_valid(f->value) ||
		    str_find_byte(f->value, '\r') >= 0)
			BUG("a wrong value");
	}
}

#endif
