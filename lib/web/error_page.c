/* The one place that turns an error into a page. It needs no store. */
#include "web/form_again.h"

#include "base/num.h"
#include "web/state.h"

#include "tmpl/error.h"

struct words {
	int status;
	const char *title, *text;
};

static struct words words_of_error(err e)
{
	switch (e) {
	case OK: /* nothing to report, and yet a report was asked for */
	case ERR_INTERNAL:
		break;
	case ERR_INVALID:
		return (struct words){
			422, N_("This cannot be worked on"),
			N_("Something in what was sent is not as it should be. "
			   "Go back, look at the form again and send it once more.")
		};
	case ERR_AUTH:
		return (struct words){ 403, N_("Please log in"),
				       N_("This page is for members who have logged in.") };
	case ERR_FORBIDDEN:
		return (struct words){ 403, N_("Not allowed"),
				       N_("Your account may not do this.") };
	case ERR_NOT_FOUND:
		return (struct words){
			404, N_("Not found"),
			N_("There is nothing at this address. It may have been deleted, "
			   "or the link has a mistake in it.")
		};
	case ERR_CONFLICT:
		return (struct words){
			409, N_("Somebody was faster"),
			N_("This was changed in the meantime. Go back, load the page again "
			   "and look at what is there now.")
		};
	case ERR_LIMITED:
		return (struct words){ 429, N_("A little slower, please"),
				       N_("You have done this very often in a short time.") };
	case ERR_UNAVAILABLE:
		return (struct words){ 503, N_("Back in a moment"),
				       N_("A part of this site does not answer right now. "
					  "Nothing you did is lost: please try again.") };
	}
	return (struct words){ 500, N_("That was our mistake"),
			       N_("Something went wrong here. It has been written down, "
				  "and we will look into it.") };
}

static struct words words_of_problem(enum problem problem, err e)
{
	switch (problem) {
	case PROBLEM_NONE:
	case PROBLEM_PATH:
	case PROBLEM_STALE:
		break;
	case PROBLEM_MALFORMED:
		return (struct words){
			400, N_("This request makes no sense"),
			N_("It could not be read. If you followed a link, it has a mistake "
			   "in it.")
		};
	case PROBLEM_METHOD:
		return (struct words){
			405, N_("Not in this way"),
			N_("This address exists, but cannot be asked for in this way.")
		};
	case PROBLEM_TOO_BIG:
		return (struct words){ 413, N_("Too much at once"),
				       N_("What was sent is larger than this page takes. "
					  "Go back and send less of it.") };
	case PROBLEM_TOKEN:
		return (struct words){
			403, N_("This form is out of date"),
			N_("It was opened before you logged in or out, or your browser does "
			   "not keep our cookie. Nothing was changed.")
		};
	case PROBLEM_ORIGIN:
		return (struct words){
			403, N_("Sent by another site"),
			N_("This form did not come from a page of this site, so nothing was "
			   "done. Open the page here and try again.")
		};
	}
	return words_of_error(e);
}

/* What was done so far is dropped; only a session that began or ended is told to the browser. */
static void start_over(struct req *r)
{
	http_response_init(&r->out, r->ctx.arena);
	r->page.buf = NULL;
	r->web->new_flash = (struct str){ 0 };
	r->web->is_micro_cached = false;
	r->web->is_answered = false;
}

/* What a person wrote, to be copied: there is nothing to send it to. */
static void show_typed(struct error_view *v, const struct form_again *typed)
{
	size_t i;

	v->fields.items = typed->items;
	for (i = 0; i < typed->count; i++) {
		if (typed->items[i].is_long && typed->items[i].value.n)
			v->fields.items[v->fields.count++] = typed->items[i];
	}
}

static bool may_come_again(const struct req *r, int status)
{
	return r->web->problem == PROBLEM_TOKEN || status == 429 || status == 500 || status == 503;
}

/* A form that may have been worked on is sent again as the same form, so that it works once. */
static void offer_again(struct req *r, int status, struct error_view *v)
{
	struct form_again again;
	struct url action;

	if (status == 503 && r->in.method == HTTP_GET)
		v->again = req_here(r);
	if (r->in.method != HTTP_POST || !form_again_take(r, &again) ||
	    url_check_local(r->ctx.arena, r->in.path, &action))
		return;
	if (!may_come_again(r, status)) {
		show_typed(v, &again);
		return;
	}
	v->again = action;
	v->has_form = true;
	v->fields.items = again.items;
	v->fields.count = again.count;
	if (r->web->is_token_right)
		r->web->token = form_get(&r->in.body, CSRF_FIELD);
}

static void add_headers(struct req *r, int status)
{
	if (status == 405)
		http_response_header(&r->out, "Allow", r->web->allow);
	if (r->retry_seconds > 0)
		http_response_header(&r->out, "Retry-After",
				     num_text(r->ctx.arena, r->retry_seconds));
}

static void show(struct req *r, const struct words *w)
{
	struct error_view v = { .status = w->status,
				.title = req_text(r, w->title),
				.text = req_text(r, w->text),
				.request_id = r->in.id };
	struct page_meta meta = { .title = v.title, .is_noindex = true };
	struct page_out *out;
	err e;

	start_over(r);
	offer_again(r, w->status, &v);
	if (w->status == 503)
		r->retry_seconds = 2;
	else if (w->status != 429)
		r->retry_seconds = 0;
	v.retry_seconds = w->status == 429 ? r->retry_seconds : 0;
	if (w->status == 403 && !r->session.viewer.id)
		v.login = url_format(r->ctx.arena, "/login?next={}", req_here(r).href);
	out = req_page(r);
	tmpl_error(out, &v);
	add_headers(r, w->status);
	e = resp_page(r, w->status, &meta);
	if (e)
		BUG("a page that needs nothing cannot be made: %s", err_name(e));
}

/* {"error":"limited","status":429,"text":"...","retry_seconds":3}, for programs. */
static void tell(struct req *r, err e)
{
	struct words w = words_of_problem(r->web->problem, e);
	int status = e == ERR_AUTH ? 401 : w.status;
	struct buf b;

	start_over(r);
	buf_init(&b, r->ctx.arena, 256);
	BUF_LIT(&b, "{\"error\":");
	buf_add_json(&b, str_from_c(err_name(e)));
	buf_addf(&b, ",\"status\":%d,\"text\":", status);
	buf_add_json(&b, req_text(r, w.text));
	if (status == 429)
		buf_addf(&b, ",\"retry_seconds\":%lld", (long long)r->retry_seconds);
	else
		r->retry_seconds = status == 503 ? 2 : 0;
	BUF_LIT(&b, "}\n");
	add_headers(r, status);
	e = resp_json(r, status, &b);
	if (e)
		BUG("a text that needs nothing cannot be sent: %s", err_name(e));
}

void error_page(struct req *r, err e)
{
	struct words w;

	if (req_wants_json(r)) {
		tell(r, e);
		return;
	}
	if (e == ERR_AUTH) {
		start_over(r);
		e = login_redirect(r);
		if (!e)
			return;
	}
	w = words_of_problem(r->web->problem, e);
	show(r, &w);
}
