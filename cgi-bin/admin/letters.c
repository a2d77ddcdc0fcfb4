/* Dead letters: seen, replayed, thrown away. */
#include "admin/home_pages.h"

#include "domain/plumbing.h"

#include "tmpl/admin_letters.h"

#define BODY_SHOWN 600 /* bytes */
#define QUEUE_NAME_MAX 200
#define LETTER_ID_MAX 200

/* One letter: its queue and id; or all of the queue, or of all queues when there is no name. */
struct letter_input {
	struct str queue, id;
	int64_t all;
};

static const struct field letter_fields[] = {
	FIELD_TEXT(struct letter_input, queue, 0, QUEUE_NAME_MAX, FIELD_ONE_LINE | FIELD_OPTIONAL),
	FIELD_TEXT(struct letter_input, id, 0, LETTER_ID_MAX, FIELD_ONE_LINE | FIELD_OPTIONAL),
	FIELD_INT(struct letter_input, all, 0, 1, FIELD_OPTIONAL),
};

static struct letter_row row_from(const struct plumbing_letter *l)
{
	return (struct letter_row){
		.queue = l->queue,
		.id = l->id,
		.key = l->key,
		.body = str_slice(l->body, 0, BODY_SHOWN),
		.died_in = l->died_in,
		.reason = l->reason,
		.died = { l->died_at },
		.has_time = l->died_at > 0,
	};
}

err letter_list_page(struct req *r)
{
	struct letter_list_view view = { .tabs = admin_tabs(r) };
	struct plumbing_letters letters = { 0 };
	err e;

	view.queue = str_trim(form_get(&r->in.query, "queue"));
	e = plumbing_letters(&r->ctx, view.queue, &letters);
	if (e)
		return e;
	view.tabs.is_home = true;
	view.is_full = letters.count >= PLUMBING_LETTERS;
	view.rows.items = ARENA_ARRAY(r->ctx.arena, struct letter_row, letters.count);
	for (; view.rows.count < letters.count; view.rows.count++)
		view.rows.items[view.rows.count] = row_from(&letters.items[view.rows.count]);
	tmpl_admin_letters(req_page(r), &view);
	return admin_show(r, 200, req_text(r, "Dead letters"));
}

static struct url list_link(struct req *r, struct str queue)
{
	return queue.n ? url_format(r->ctx.arena, "/admin/letters?queue={}", queue)
		       : URL_LITERAL("/admin/letters");
}

static err change(struct req *r,
		  err (*work)(struct ctx *c, struct str queue, struct str id, int64_t *done),
		  const char *said)
{
	struct field_errors errors = { 0 };
	struct letter_input in = { 0 };
	int64_t done = 0;
	err e;

	if (!fields_read(r->ctx.arena, &r->in.body, letter_fields, ARRAY_LEN(letter_fields), &in,
			 &errors) ||
	    !in.id.n == !in.all)
		return ERR_INVALID;
	e = work(&r->ctx, in.queue, in.id, &done);
	if (e && e != ERR_UNAVAILABLE)
		return e;
	if (e)
		req_flash(
			r,
			N_("RabbitMQ did not take all of them. Those that are left stand below."));
	else
		req_flash(r,
			  done ? said : N_("There was nothing to do: somebody else was faster."));
	return resp_redirect(r, list_link(r, in.queue));
}

err letter_replay_action(struct req *r)
{
	return change(r, plumbing_letters_replay, N_("Handed to RabbitMQ once more."));
}

err letter_drop_action(struct req *r)
{
	return change(r, plumbing_letters_drop,
		      N_("Thrown away. The log of this program has them."));
}

err letter_drop_page(struct req *r)
{
	struct confirm_view view = { .tabs = admin_tabs(r), .is_dangerous = true };

	view.queue = str_trim(form_get(&r->in.query, "queue"));
	view.id = str_trim(form_get(&r->in.query, "id"));
	view.is_all = view.id.n == 0;
	view.tabs.is_home = true;
	view.subject = view.queue;
	view.question = req_text(r, view.id.n ? N_("Throw this letter away?")
					      : N_("Throw all these letters away?"));
	confirm_say(r, &view, req_text(r, "What they tell of is never done."));
	confirm_say(r, &view, req_text(r, "Each is written to the log before it goes."));
	view.action = URL_LITERAL("/admin/letters/drop");
	view.back = list_link(r, view.queue);
	view.button = req_text(r, "Throw away");
	return confirm_show(r, 200, &view);
}
