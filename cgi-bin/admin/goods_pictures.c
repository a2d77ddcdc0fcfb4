/* The picture of goods: sent, looked at, removed. The worker `picture` makes it anew. */
#include "admin/goods_pages.h"

#include "base/money.h"
#include "domain/picture.h"

#define SHOWN_WIDTH 320

struct url goods_picture(struct req *r, struct str picture)
{
	if (!picture.n)
		return (struct url){ 0 };
	return picture_url(r->ctx.arena, PICTURE_GOODS, picture, SHOWN_WIDTH);
}

err goods_show_saved(struct req *r, int status, const char *picture_problem)
{
	struct goods goods = { 0 };
	struct goods_form_view view;
	enum picture_state state;
	err e = goods_find(&r->ctx, r->id, &goods);

	if (!e)
		e = picture_find_state(&r->ctx, PICTURE_GOODS, r->id, &state);
	if (e)
		return e;
	view = (struct goods_form_view){
		.id = r->id,
		.name = goods.name,
		.price = money_text(r->ctx.arena, goods.price),
		.body = goods.body_md,
		.version = goods.version,
		.has_picture_form = true,
		.picture = goods_picture(r, goods.picture),
		.is_picture_coming = state == PICTURE_WAITING,
		.is_picture_refused = state == PICTURE_REFUSED,
	};
	if (picture_problem)
		view.picture_error = req_text(r, picture_problem);
	return goods_form_show(r, status, &view, NULL);
}

static struct url back(struct req *r)
{
	return url_format(r->ctx.arena, "/admin/goods/{}/edit", r->id);
}

err goods_picture_action(struct req *r)
{
	const struct form_field *file = form_get_file(&r->in.body, "picture");
	struct str bytes = file ? file->value : (struct str){ 0 };
	struct goods goods = { 0 };
	const char *problem;
	err e = goods_find(&r->ctx, r->id, &goods);

	if (e)
		return e;
	problem = picture_problem(bytes);
	if (problem)
		return goods_show_saved(r, 422, problem);
	e = picture_take(&r->ctx, PICTURE_GOODS, r->id, bytes, r->form_id);
	if (e)
		return e;
	req_flash(r, N_("The picture has arrived. It is shown as soon as it is made ready."));
	return resp_redirect(r, back(r));
}

err goods_picture_remove_action(struct req *r)
{
	struct goods goods = { 0 };
	err e = goods_find(&r->ctx, r->id, &goods);

	if (!e)
		e = picture_remove(&r->ctx, PICTURE_GOODS, r->id);
	if (e)
		return e;
	req_flash(r, N_("The picture is removed."));
	return resp_redirect(r, back(r));
}
