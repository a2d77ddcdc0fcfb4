/* Choosing a name in the place of one that was made: once. */
#include "account/proof_pages.h"

#include "tmpl/account_name.h"

struct name_input {
	struct str name;
};

static const struct field name_fields[] = {
	FIELD_TEXT(struct name_input, name, USER_NAME_MIN, USER_NAME_MAX, FIELD_ONE_LINE),
};

static err show_name(struct req *r, int status, struct str name, struct str error)
{
	tmpl_account_name(req_page(r), &(struct name_view){ .name = name, .name_error = error });
	return resp_page(r, status,
			 &(struct page_meta){
				 .title = req_text(r, "Choose a name"),
				 .is_noindex = true,
			 });
}

err name_page(struct req *r)
{
	struct account who = { 0 };
	err e = account_find(&r->ctx, r->ctx.viewer.id, &who);

	if (e)
		return e;
	if (!who.may_rename)
		return resp_redirect(r, URL_LITERAL("/settings"));
	return show_name(r, 200, (struct str){ 0 }, (struct str){ 0 });
}

err name_action(struct req *r)
{
	struct field_errors errors = { 0 };
	struct name_input in = { 0 };
	bool is_complete = fields_read(r->ctx.arena, &r->in.body, name_fields,
				       ARRAY_LEN(name_fields), &in, &errors);
	const char *problem = is_complete ? user_name_problem(&r->ctx, in.name) : NULL;
	err e;

	if (!is_complete)
		return show_name(r, 422, in.name, req_field_error(r, &errors, "name"));
	if (problem)
		return show_name(r, 422, in.name, req_text(r, problem));
	e = account_rename(&r->ctx, in.name);
	if (e == ERR_CONFLICT)
		return show_name(r, 422, in.name, req_text(r, "This name is taken."));
	if (e)
		return e;
	req_flash(r, N_("This is your name from now on."));
	return resp_redirect(r, URL_LITERAL("/settings"));
}
