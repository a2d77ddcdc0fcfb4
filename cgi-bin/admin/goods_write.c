/* Making and changing goods. */
#include "admin/goods_pages.h"

#include "base/money.h"
#include "html/markdown.h"

/* What the form sends. */
struct goods_input {
	struct str name, price, body;
	int64_t version;
};

static const struct field goods_fields[] = {
	FIELD_TEXT(struct goods_input, name, 1, GOODS_NAME_MAX, FIELD_ONE_LINE),
	FIELD_TEXT(struct goods_input, price, 1, 20, FIELD_ONE_LINE),
	FIELD_TEXT(struct goods_input, body, 0, GOODS_BODY_MAX, FIELD_OPTIONAL),
	FIELD_INT(struct goods_input, version, 0, INT32_MAX, FIELD_OPTIONAL),
};

/* True when all of it is right. Otherwise errors has all that is wrong, not only the first. */
static bool read_form(struct req *r, struct goods_input *in, struct goods_text *text,
		      struct field_errors *errors)
{
	bool is_complete = fields_read(r->ctx.arena, &r->in.body, goods_fields,
				       ARRAY_LEN(goods_fields), in, errors);
	const char *field;
	const char *problem;

	*text = (struct goods_text){ .name = in->name, .body_md = in->body };
	if (!field_errors_find(errors, "price") &&
	    !money_parse(in->price, GOODS_PRICE_MAX, &text->price))
		field_errors_add(errors, "price",
				 N_("Write an amount like 12.50, at most 999999999.99."), 0);
	if (!is_complete || errors->count > 0)
		return false;
	problem = goods_problem(text, &field);
	if (problem)
		field_errors_add(errors, field, problem, 0);
	return !problem;
}

static struct goods_form_view form_view(const struct req *r, const struct goods_input *in)
{
	return (struct goods_form_view){
		.id = r->id,
		.name = in->name,
		.price = in->price,
		.body = in->body,
		.version = in->version,
	};
}

static err show_again(struct req *r, const struct goods_input *in,
		      const struct field_errors *errors)
{
	struct goods_form_view view = form_view(r, in);

	return goods_form_show(r, 422, &view, errors);
}

/* Fields that look right one by one, and yet the text cannot be shown. */
static err show_intricate(struct req *r, const struct goods_input *in, struct field_errors *errors)
{
	field_errors_add(errors, "body", N_("This text is too intricate to be shown."), 0);
	return show_again(r, in, errors);
}

err goods_create_action(struct req *r)
{
	struct field_errors errors = { 0 };
	struct goods_input in = { 0 };
	struct goods_text text;
	int64_t id;
	err e;

	if (!read_form(r, &in, &text, &errors))
		return show_again(r, &in, &errors);
	e = goods_create(&r->ctx, &text, r->form_id, &id);
	if (e == ERR_INVALID)
		return show_intricate(r, &in, &errors);
	if (e)
		return e;
	req_flash(r, N_("Saved. A picture can be added now."));
	return resp_redirect(r, url_format(r->ctx.arena, "/admin/goods/{}/edit", id));
}

err goods_preview_action(struct req *r)
{
	struct field_errors errors = { 0 };
	struct goods_input in = { 0 };
	struct goods_form_view view;
	struct goods_text text;

	if (!read_form(r, &in, &text, &errors))
		return show_again(r, &in, &errors);
	view = form_view(r, &in);
	view.is_preview = true;
	view.preview_price = money_text(r->ctx.arena, text.price);
	if (markdown_render(r->ctx.arena, in.body, &view.preview))
		return show_intricate(r, &in, &errors);
	return goods_form_show(r, 200, &view, NULL);
}

/* Somebody else saved first: both are shown, and saving again is a choice made knowingly. */
static err show_conflict(struct req *r, const struct goods_input *in)
{
	struct goods_form_view view = form_view(r, in);
	struct goods goods = { 0 };
	err e = goods_find(&r->ctx, r->id, &goods);

	if (e)
		return e;
	view.is_conflict = true;
	view.version = goods.version;
	view.their_name = goods.name;
	view.their_price = money_text(r->ctx.arena, goods.price);
	view.their_body = goods.body_md;
	return goods_form_show(r, 409, &view, NULL);
}

err goods_edit_action(struct req *r)
{
	struct field_errors errors = { 0 };
	struct goods_input in = { 0 };
	struct goods_text text;
	err e;

	if (!read_form(r, &in, &text, &errors))
		return show_again(r, &in, &errors);
	e = goods_edit(&r->ctx, r->id, in.version, &text);
	if (e == ERR_INVALID)
		return show_intricate(r, &in, &errors);
	if (e == ERR_CONFLICT)
		return show_conflict(r, &in);
	if (e)
		return e;
	req_flash(r, N_("Saved."));
	return resp_redirect(r, URL_LITERAL("/admin/goods"));
}

err goods_delete_action(struct req *r)
{
	err e = goods_delete(&r->ctx, r->id);

	if (e == ERR_CONFLICT)
		return goods_ask_delete(r, 409,
					N_("A sale that is not over sells them. Close it, or "
					   "delete its draft, first."));
	if (e)
		return e;
	req_flash(r, N_("Deleted."));
	return resp_redirect(r, URL_LITERAL("/admin/goods"));
}
