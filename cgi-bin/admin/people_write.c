/* Closing accounts, opening them, giving roles. */
#include "admin/people_pages.h"

#include "base/clock.h"

struct close_input {
	struct str reason;
	int64_t days; /* 0: until somebody opens it */
};

static const struct field close_fields[] = {
	FIELD_TEXT(struct close_input, reason, 1, MODERATION_REASON_MAX, FIELD_ONE_LINE),
	FIELD_INT(struct close_input, days, 0, 3650, FIELD_OPTIONAL),
};

struct open_input {
	struct str reason;
};

static const struct field open_fields[] = {
	FIELD_TEXT(struct open_input, reason, 0, MODERATION_REASON_MAX,
		   FIELD_ONE_LINE | FIELD_OPTIONAL),
};

struct role_input {
	struct str role, reason;
};

static const struct field role_fields[] = {
	FIELD_TEXT(struct role_input, role, 1, 20, FIELD_ONE_LINE),
	FIELD_TEXT(struct role_input, reason, 1, MODERATION_REASON_MAX, FIELD_ONE_LINE),
};

static const int lengths[] = { 1, 3, 7, 14, 30, 90, 365 };

struct choice_views length_choices(struct req *r)
{
	struct arena *a = r->ctx.arena;
	struct choice_views views = { ARENA_ARRAY(a, struct choice_view, ARRAY_LEN(lengths) + 1),
				      0 };
	size_t i;

	for (i = 0; i < ARRAY_LEN(lengths); i++)
		views.items[views.count++] = (struct choice_view){
			.value = str_format(a, "%d", lengths[i]),
			.label = text_count(a, r->language, "{0} day", "{0} days", lengths[i]),
			.is_chosen = lengths[i] == 7,
		};
	views.items[views.count++] = (struct choice_view){
		.value = STR("0"),
		.label = req_text(r, "until somebody opens it"),
	};
	return views;
}

/* What came of it; back to the person, who may have become somebody else's business. */
static err answer(struct req *r, err e, const char *done)
{
	struct person_view view = { 0 };

	if (e == ERR_CONFLICT) {
		view.conflict = req_text(r, "That is not possible: it is your own account, the "
					    "last administrator, or not an active account.");
		return person_show(r, 409, &view);
	}
	if (e)
		return e;
	req_flash(r, done);
	return resp_redirect(r, url_format(r->ctx.arena, "/admin/users/{}", r->id));
}

err person_close_action(struct req *r)
{
	struct field_errors errors = { 0 };
	struct close_input in = { 0 };
	struct person_view view = { 0 };
	int64_t until = 0;

	if (!fields_read(r->ctx.arena, &r->in.body, close_fields, ARRAY_LEN(close_fields), &in,
			 &errors)) {
		view.reason = in.reason;
		view.reason_error = req_field_error(r, &errors, "reason");
		if (!view.reason_error.n)
			view.reason_error = req_field_error(r, &errors, "days");
		return person_show(r, 422, &view);
	}
	if (in.days)
		until = r->ctx.now + in.days * CLOCK_DAY;
	return answer(r, staff_close(&r->ctx, r->id, in.reason, until),
		      N_("The account is closed, and logged out everywhere."));
}

err person_open_action(struct req *r)
{
	struct field_errors errors = { 0 };
	struct open_input in = { 0 };

	if (!fields_read(r->ctx.arena, &r->in.body, open_fields, ARRAY_LEN(open_fields), &in,
			 &errors))
		return ERR_INVALID;
	return answer(r, staff_open(&r->ctx, r->id, in.reason), N_("The account is open again."));
}

static bool read_role(struct str word, enum role *out)
{
	static const char *const words[] = {
		[ROLE_USER] = "member",
		[ROLE_MODERATOR] = "moderator",
		[ROLE_ADMIN] = "admin",
	};
	size_t i;

	for (i = 0; i < ARRAY_LEN(words); i++) {
		if (!str_is(word, str_from_c(words[i])))
			continue;
		*out = (enum role)i;
		return true;
	}
	return false;
}

err person_role_action(struct req *r)
{
	struct field_errors errors = { 0 };
	struct role_input in = { 0 };
	struct person_view view = { 0 };
	enum role role = ROLE_USER;

	if (!fields_read(r->ctx.arena, &r->in.body, role_fields, ARRAY_LEN(role_fields), &in,
			 &errors)) {
		view.role_reason = in.reason;
		view.role_error = req_field_error(r, &errors, "reason");
		return errors.count && !view.role_error.n ? ERR_INVALID
							  : person_show(r, 422, &view);
	}
	if (!read_role(in.role, &role))
		return ERR_INVALID;
	return answer(r, staff_set_role(&r->ctx, r->id, role, in.reason),
		      N_("The role is changed, and the account logged out everywhere."));
}
