/* The way through the gate: the picture, the path, the request. */
#include "domain/captcha.h"
#include "domain/sale_press.h"
#include "sale/sale_pages.h"

struct path_input {
	struct str captcha_id, captcha;
};

static const struct field path_fields[] = {
	FIELD_TEXT(struct path_input, captcha_id, 1, 64, FIELD_ONE_LINE),
	FIELD_TEXT(struct path_input, captcha, 1, 64, FIELD_ONE_LINE),
};

/* For programs; people have it on the sale's page. */
err sale_captcha_page(struct req *r)
{
	struct sale sale = { 0 };
	struct str id;
	struct buf b;
	err e = sale_find(&r->ctx, r->id, &sale);

	if (e)
		return e;
	if (!req_wants_json(r))
		return resp_redirect(r, url_format(r->ctx.arena, "/sales/{}#buy", r->id));
	e = sale_captcha_new(&r->ctx, r->id, &id);
	if (e)
		return e;
	buf_init(&b, r->ctx.arena, 256);
	BUF_LIT(&b, "{\"captcha_id\":");
	buf_add_json(&b, id);
	BUF_LIT(&b, ",\"picture\":");
	buf_add_json(&b, url_format(r->ctx.arena, "/sales/{}/captcha/{}.png", r->id, id).href);
	BUF_LIT(&b, "}\n");
	return resp_json(r, 200, &b);
}

err sale_picture_page(struct req *r)
{
	struct str file = r->path.slugs[0], png;
	err e;

	if (!str_ends(file, STR(".png")))
		return ERR_NOT_FOUND;
	e = sale_captcha_picture(&r->ctx, r->id, str_slice(file, 0, file.n - 4), &png);
	return e ? e : resp_body(r, 200, STR("image/png"), png);
}

/*
 * Refused, though perhaps only this time: who pressed before is told how that stands, and what one
 * was told does not change.
 */
static err refuse(struct req *r, enum sale_refusal why)
{
	struct sale_answer answer = { 0 };
	err e = sale_result(&r->ctx, r->id, &answer);
	bool is_known = !e && answer.refusal != SALE_REFUSED_NOBODY &&
			answer.refusal != SALE_REFUSED_AWAY &&
			(why != SALE_REFUSED_AWAY || answer.order_id);

	if (!is_known)
		answer = (struct sale_answer){ .refusal = why };
	if (req_wants_json(r))
		return answer_json(r, is_known ? 200 : 409, &answer);
	if (is_known)
		return resp_redirect(r, url_format(r->ctx.arena, "/sales/{}/result", r->id));
	req_flash(r, refusal_text(why));
	return resp_redirect(r, url_format(r->ctx.arena, "/sales/{}", r->id));
}

static err refuse_typed(struct req *r)
{
	struct buf b;

	if (!req_wants_json(r))
		return show_sale_again(r, req_text(r, captcha_is_wrong));
	buf_init(&b, r->ctx.arena, 64);
	BUF_LIT(&b, "{\"code\":\"-1\",\"reason\":\"captcha\"}\n");
	return resp_json(r, 422, &b);
}

/* The browser sends the same form on to the path: 307 keeps the method and what was typed. */
static err send_on(struct req *r, struct str path)
{
	struct url to = url_format(r->ctx.arena, "/sales/{}/{}/orders", r->id, path);
	struct buf b = { 0 };
	err e;

	if (!req_wants_json(r)) {
		e = resp_redirect(r, to);
		r->out.status = 307;
		return e;
	}
	buf_init(&b, r->ctx.arena, 256);
	BUF_LIT(&b, "{\"path\":");
	buf_add_json(&b, path);
	BUF_LIT(&b, ",\"send_to\":");
	buf_add_json(&b, to.href);
	BUF_LIT(&b, "}\n");
	return resp_json(r, 200, &b);
}

err path_action(struct req *r)
{
	struct field_errors errors = { 0 };
	struct path_input in = { 0 };
	enum sale_refusal why;
	struct sale sale = { 0 };
	struct str path;
	err e = sale_find(&r->ctx, r->id, &sale);

	if (e)
		return e;
	if (!fields_read(r->ctx.arena, &r->in.body, path_fields, ARRAY_LEN(path_fields), &in,
			 &errors))
		return refuse_typed(r);
	e = sale_path_new(&r->ctx, r->id, in.captcha_id, in.captcha, &path, &why);
	if (e == ERR_INVALID)
		return refuse_typed(r);
	if (e == ERR_CONFLICT)
		return refuse(r, why);
	return e ? e : send_on(r, path);
}

/* The look at the path goes with the look at the session: two round trips make a request. */
struct press_want {
	struct cache_reply *path;
	struct sale_press_want press;
};

void press_prepare(struct req *r)
{
	struct press_want *want = ARENA_NEW(r->ctx.arena, struct press_want);

	want->path = sale_path_want(&r->ctx, r->id, r->path.slugs[0]);
	sale_press_prepare(&r->ctx, &want->press, r->id, r->viewer_hint);
	r->prepared = want;
}

/* A path that is used, outdated or somebody else's. Who pressed twice has an answer waiting. */
static err refuse_path(struct req *r)
{
	struct sale_answer answer = { 0 };
	struct buf b;

	if (req_wants_json(r)) {
		buf_init(&b, r->ctx.arena, 64);
		BUF_LIT(&b, "{\"code\":\"-1\",\"reason\":\"path\"}\n");
		return resp_json(r, 403, &b);
	}
	if (!sale_result(&r->ctx, r->id, &answer) && answer.refusal != SALE_REFUSED_NOBODY)
		return resp_redirect(r, url_format(r->ctx.arena, "/sales/{}/result", r->id));
	req_flash(r, N_("That took too long. Type the characters of the new picture."));
	return resp_redirect(r, url_format(r->ctx.arena, "/sales/{}", r->id));
}

/* Refusals that leave no ticket are told at once: there is nothing to come back to. */
static bool has_ticket(const struct sale_answer *answer)
{
	switch (answer->refusal) {
	case SALE_NO_REFUSAL:
	case SALE_REFUSED_LOST:
	case SALE_REFUSED_DUPLICATE:
		return true;
	case SALE_REFUSED_SOLD_OUT:
	case SALE_REFUSED_EARLY:
	case SALE_REFUSED_LATE:
	case SALE_REFUSED_NOBODY:
	case SALE_REFUSED_AWAY:
		break;
	}
	return false;
}

err press_action(struct req *r)
{
	struct url result = url_format(r->ctx.arena, "/sales/{}/result", r->id);
	const struct press_want *want = r->prepared;
	struct sale_answer answer = { 0 };
	err e;

	if (!sale_path_take(&r->ctx, r->id, r->path.slugs[0], want->path))
		return refuse_path(r);
	e = sale_press_go(&r->ctx, &want->press, &answer);
	if (e == ERR_UNAVAILABLE && !req_wants_json(r))
		return resp_redirect(r, result); /* taken or not: that page finds out */
	if (e)
		return e;
	if (req_wants_json(r))
		return answer_json(r, 200, &answer);
	if (has_ticket(&answer))
		return resp_redirect(r, result);
	req_flash(r, refusal_text(answer.refusal));
	return resp_redirect(r, url_format(r->ctx.arena, "/sales/{}", r->id));
}
