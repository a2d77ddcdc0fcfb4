/* The address book. */
#include "sale/sale_pages.h"

#include "tmpl/sale_address.h"
#include "tmpl/sale_addresses.h"
#include "tmpl/sale_confirm.h"

struct address_input {
	struct str name, phone, region, street;
	int64_t is_default;
};

/* Lengths are the domain's to judge: these only bound what is looked at. */
static const struct field address_fields[] = {
	FIELD_TEXT(struct address_input, name, 0, 400, FIELD_ONE_LINE | FIELD_OPTIONAL),
	FIELD_TEXT(struct address_input, phone, 0, 400, FIELD_ONE_LINE | FIELD_OPTIONAL),
	FIELD_TEXT(struct address_input, region, 0, 400, FIELD_ONE_LINE | FIELD_OPTIONAL),
	FIELD_TEXT(struct address_input, street, 0, 800, FIELD_ONE_LINE | FIELD_OPTIONAL),
	FIELD_INT(struct address_input, is_default, 0, 1, FIELD_OPTIONAL),
};

err addresses_page(struct req *r)
{
	struct addresses_view view = { 0 };
	struct address_list list = { 0 };
	size_t i;
	err e = address_mine(&r->ctx, &list);

	if (e)
		return e;
	view.is_full = list.count >= ADDRESS_MOST;
	view.rows.items = ARENA_ARRAY(r->ctx.arena, struct address_view, list.count + 1);
	view.rows.count = list.count;
	for (i = 0; i < list.count; i++) {
		const struct address *a = &list.items[i];

		view.rows.items[i] = (struct address_view){ a->id,     a->name,   a->phone,
							    a->region, a->street, a->is_default };
	}
	tmpl_sale_addresses(req_page(r), &view);
	return resp_page(r, 200,
			 &(struct page_meta){
				 .title = req_text(r, "Address book"),
				 .is_noindex = true,
				 .is_market = true,
			 });
}

/* r->id 0: a new one. */
static err show_form(struct req *r, int status, struct address_form_view *view)
{
	struct str typed_next = r->in.method == HTTP_POST ? form_get(&r->in.body, "next")
							  : form_get(&r->in.query, "next");

	view->is_new = r->id == 0;
	view->title = req_text(r, view->is_new ? N_("New address") : N_("Change the address"));
	view->action = view->is_new ? URL_LITERAL("/addresses")
				    : url_format(r->ctx.arena, "/addresses/{}/edit", r->id);
	if (url_check_local(r->ctx.arena, typed_next, &view->next))
		view->next = (struct url){ 0 };
	view->back = view->next.href.n ? view->next : URL_LITERAL("/addresses");
	tmpl_sale_address(req_page(r), view);
	return resp_page(r, status,
			 &(struct page_meta){
				 .title = view->title,
				 .is_noindex = true,
				 .is_market = true,
			 });
}

static err refuse_more(struct req *r)
{
	req_flash(r, N_("The address book is full. Delete one that you no longer need."));
	return resp_redirect(r, URL_LITERAL("/addresses"));
}

/* Nobody fills in a form that cannot be saved. */
err address_new_page(struct req *r)
{
	struct address_form_view view = { 0 };
	struct address_list list = { 0 };
	err e = address_mine(&r->ctx, &list);

	if (e)
		return e;
	return list.count < ADDRESS_MOST ? show_form(r, 200, &view) : refuse_more(r);
}

err address_edit_page(struct req *r)
{
	struct address address = { 0 };
	struct address_form_view view = { 0 };
	err e = address_find(&r->ctx, r->id, &address);

	if (e)
		return e;
	view.name = address.name;
	view.phone = address.phone;
	view.region = address.region;
	view.street = address.street;
	view.is_default = address.is_default;
	return show_form(r, 200, &view);
}

static struct str problem_text(struct req *r, const char *problem,
			       const struct field_errors *errors, const char *name)
{
	struct str error = req_field_error(r, errors, name);

	return error.n || !problem ? error : req_text(r, problem);
}

/* Read what was typed; false when the form is to be shown again, with what is wrong. */
static bool read_form(struct req *r, struct address *out, struct address_form_view *view)
{
	struct field_errors errors = { 0 };
	struct address_input in = { 0 };
	bool is_read = fields_read(r->ctx.arena, &r->in.body, address_fields,
				   ARRAY_LEN(address_fields), &in, &errors);

	*out = (struct address){ .id = r->id,
				 .name = in.name,
				 .phone = in.phone,
				 .region = in.region,
				 .street = in.street,
				 .is_default = in.is_default == 1 };
	*view = (struct address_form_view){
		.name = in.name,
		.phone = in.phone,
		.region = in.region,
		.street = in.street,
		.is_default = out->is_default,
		.name_error = problem_text(r, address_name_problem(in.name), &errors, "name"),
		.phone_error = problem_text(r, address_phone_problem(in.phone), &errors, "phone"),
		.region_error =
			problem_text(r, address_region_problem(in.region), &errors, "region"),
		.street_error =
			problem_text(r, address_street_problem(in.street), &errors, "street"),
	};
	return is_read && !view->name_error.n && !view->phone_error.n && !view->region_error.n &&
	       !view->street_error.n;
}

err address_create_action(struct req *r)
{
	struct address_form_view view;
	struct address address;
	int64_t id;
	err e;

	if (!read_form(r, &address, &view))
		return show_form(r, 422, &view);
	e = address_create(&r->ctx, &address, r->form_id, &id);
	if (e == ERR_LIMITED)
		return refuse_more(r);
	if (e)
		return e;
	req_flash(r, N_("Saved."));
	return resp_back(r, URL_LITERAL("/addresses"));
}

err address_edit_action(struct req *r)
{
	struct address_form_view view;
	struct address address;
	err e = address_find(&r->ctx, r->id, &address);

	if (e)
		return e;
	if (!read_form(r, &address, &view))
		return show_form(r, 422, &view);
	e = address_edit(&r->ctx, &address);
	if (e)
		return e;
	req_flash(r, N_("Saved."));
	return resp_back(r, URL_LITERAL("/addresses"));
}

err address_delete_page(struct req *r)
{
	struct address address = { 0 };
	struct sale_confirm_view view = {
		.title = req_text(r, "Delete this address?"),
		.button = req_text(r, "Delete the address"),
		.action = url_format(r->ctx.arena, "/addresses/{}/delete", r->id),
		.back = URL_LITERAL("/addresses"),
	};
	err e = address_find(&r->ctx, r->id, &address);

	if (e)
		return e;
	view.text = address_text(r->ctx.arena, &address);
	tmpl_sale_confirm(req_page(r), &view);
	return resp_page(r, 200, &(struct page_meta){ .title = view.title, .is_noindex = true });
}

err address_delete_action(struct req *r)
{
	err e = address_delete(&r->ctx, r->id);

	if (e)
		return e;
	req_flash(r, N_("The address is deleted."));
	return resp_redirect(r, URL_LITERAL("/addresses"));
}
