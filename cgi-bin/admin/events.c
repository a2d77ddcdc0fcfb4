/* Events of the outbox that were not sent: seen, tried again, dropped. */
#include "admin/home_pages.h"

#include "base/num.h"
#include "domain/plumbing.h"

#include "tmpl/admin_events.h"

#define PAGE 50
#define PAYLOAD_SHOWN 600 /* bytes */

struct event_input {
	int64_t id, all; /* one of the two */
};

static const struct field event_fields[] = {
	FIELD_ID(struct event_input, id, FIELD_OPTIONAL),
	FIELD_INT(struct event_input, all, 0, 1, FIELD_OPTIONAL),
};

/* "dead" when it is not said, or not understood. */
static enum outbox_state wanted_state(struct req *r)
{
	struct str word = form_get(&r->in.query, "state");

	if (str_is(word, STR("failed")))
		return OUTBOX_FAILED;
	return str_is(word, STR("pending")) ? OUTBOX_PENDING : OUTBOX_DEAD;
}

static struct url next_link(struct req *r, enum outbox_state state, int64_t after)
{
	static const struct str words[] = { STR_INIT("pending"), STR_INIT("sent"),
					    STR_INIT("failed"), STR_INIT("dead") };

	return url_format(r->ctx.arena, "/admin/events?state={}&after={}", words[state], after);
}

static struct event_row row_from(const struct plumbing_event *e)
{
	return (struct event_row){
		.id = e->id,
		.attempts = e->attempts,
		.topic = e->topic,
		.payload = str_slice(e->payload, 0, PAYLOAD_SHOWN),
		.made = { e->created_at },
		.next = { e->state == OUTBOX_DEAD ? 0 : e->next_try_at },
		.can_retry = e->state != OUTBOX_PENDING,
		.can_drop = e->state == OUTBOX_DEAD,
	};
}

err event_list_page(struct req *r)
{
	struct event_list_view view = { .tabs = admin_tabs(r) };
	enum outbox_state state = wanted_state(r);
	struct plumbing_events events = { 0 };
	int64_t after = 0;
	err e;

	if (!num_parse_id(form_get(&r->in.query, "after"), &after))
		after = 0;
	e = plumbing_events(&r->ctx, state, after, PAGE + 1, &events);
	if (e)
		return e;
	view.tabs.is_home = true;
	view.is_dead = state == OUTBOX_DEAD;
	view.is_failed = state == OUTBOX_FAILED;
	view.is_pending = state == OUTBOX_PENDING;
	view.rows.items = ARENA_ARRAY(r->ctx.arena, struct event_row, PAGE);
	for (; view.rows.count < events.count && view.rows.count < PAGE; view.rows.count++)
		view.rows.items[view.rows.count] = row_from(&events.items[view.rows.count]);
	if (events.count > PAGE)
		view.next = next_link(r, state, events.items[PAGE - 1].id);
	tmpl_admin_events(req_page(r), &view);
	return admin_show(r, 200, req_text(r, "Outbox"));
}

static err change(struct req *r, err (*work)(struct ctx *c, int64_t id, int64_t *changed),
		  const char *done)
{
	struct field_errors errors = { 0 };
	struct event_input in = { 0 };
	int64_t changed = 0;
	err e;

	if (!fields_read(r->ctx.arena, &r->in.body, event_fields, ARRAY_LEN(event_fields), &in,
			 &errors) ||
	    !in.id == !in.all)
		return ERR_INVALID;
	e = work(&r->ctx, in.id, &changed);
	if (e)
		return e;
	req_flash(r, changed ? done : N_("There was nothing to do: somebody else was faster."));
	return resp_redirect(r, URL_LITERAL("/admin/events"));
}

err event_retry_action(struct req *r)
{
	return change(r, plumbing_events_retry, N_("They are tried again within a minute."));
}

err event_drop_action(struct req *r)
{
	return change(r, plumbing_events_drop, N_("Dropped."));
}

err event_drop_page(struct req *r)
{
	struct confirm_view view = { .tabs = admin_tabs(r), .is_dangerous = true };
	int64_t id = 0;

	if (!num_parse_id(form_get(&r->in.query, "id"), &id))
		id = 0;
	view.tabs.is_home = true;
	view.question = req_text(r, id ? N_("Drop this event?") : N_("Drop all dead events?"));
	confirm_say(r, &view,
		    req_text(r, "What they tell of is never done: a mail is not sent, a unit does "
				"not go back on sale."));
	view.action = URL_LITERAL("/admin/events/drop");
	view.back = URL_LITERAL("/admin/events");
	view.button = req_text(r, "Drop");
	view.is_all = id == 0;
	if (id)
		view.id = num_text(r->ctx.arena, id);
	return confirm_show(r, 200, &view);
}
