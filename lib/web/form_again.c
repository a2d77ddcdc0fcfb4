/* Fields of a form that is offered again. */
#include "web/form_again.h"

#include "web/state.h"

#define LONG_BYTES 200 /* longer ones are shown, so that the reader sees that they are there */

/* What a person wrote is shown, however short; numbers and switches travel unseen. */
static bool is_shown(const struct form_field *f)
{
	return f->value.n > LONG_BYTES || str_is(f->name, STR("title")) ||
	       str_is(f->name, STR("body"));
}

/* Neither passwords nor codes: what is kept lies in Redis in clear. */
static bool is_secret(struct str name)
{
	return str_find(name, STR("password")) >= 0 || str_ends(name, STR("code"));
}

bool form_again_take(const struct req *r, struct form_again *out)
{
	const struct form *body = &r->in.body;
	struct form_again again = { 0 };
	size_t i;

	if (!r->web->is_own_form || !body->count)
		return false;
	again.items = ARENA_ARRAY(r->ctx.arena, struct error_field, body->count);
	for (i = 0; i < body->count; i++) {
		const struct form_field *f = &body->items[i];

		if (f->is_file)
			return false;
		if (str_is(f->name, STR(CSRF_FIELD)) || is_secret(f->name))
			continue;
		again.items[again.count++] = (struct error_field){ f->name, f->value, is_shown(f) };
	}
	*out = again;
	return again.count > 0;
}
