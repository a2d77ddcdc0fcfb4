/* plazactl outbox: events that were not published. plazactl dead: those and messages that died. */
#include "base/clock.h"
#include "base/num.h"
#include "domain/plumbing.h"
#include "plazactl.h"

#define LISTED 200
#define BODY_SHOWN 300

static const char *const states[] = { "pending", "sent", "failed", "dead" };

static void print_event(struct arena *a, const struct plumbing_event *e)
{
	printf("%lld  %-20.*s %-8s attempts %lld, since " STR_FMT "\n", (long long)e->id,
	       STR_ARG(e->topic), states[e->state & 3], (long long)e->attempts,
	       STR_ARG(clock_iso(a, e->created_at)));
}

static int list_state(struct ctx *c, enum outbox_state state, size_t *shown)
{
	struct plumbing_events events;
	err e = plumbing_events(c, state, 0, LISTED, &events);
	size_t i;

	if (e)
		return complain_err("listing the outbox", e);
	for (i = 0; i < events.count; i++)
		print_event(c->arena, &events.items[i]);
	*shown += events.count;
	return EXIT_DONE;
}

/* wanted: a state's name; empty for all. */
static int list_events(struct ctx *c, struct str wanted)
{
	static const enum outbox_state order[] = { OUTBOX_PENDING, OUTBOX_FAILED, OUTBOX_DEAD };
	bool is_known = !wanted.n;
	int status = EXIT_DONE;
	size_t i, shown = 0;

	for (i = 0; !status && i < ARRAY_LEN(order); i++) {
		if (wanted.n && !str_is(wanted, str_from_c(states[order[i]])))
			continue;
		is_known = true;
		status = list_state(c, order[i], &shown);
	}
	if (!is_known)
		return complain("a state is pending, failed or dead");
	if (!status && !shown)
		puts(wanted.n ? "there are none" : "every event was published");
	return status;
}

/* An id, or 0 for all of them. */
static bool read_event_id(struct words_given given, int64_t *id)
{
	*id = 0;
	return !given.count || (given.count == 1 && num_parse_id(str_from_c(given.items[0]), id));
}

/* The compensator, which runs each minute, publishes them. */
static int retry_events(struct ctx *c, int64_t id)
{
	int64_t changed;
	err e = plumbing_events_retry(c, id, &changed);

	if (e)
		return complain_err("changing the outbox", e);
	printf("%lld events will be tried again within a minute\n", (long long)changed);
	return EXIT_DONE;
}

static int drop_events(struct ctx *c, int64_t id)
{
	int64_t changed;
	err e = plumbing_events_drop(c, id, &changed);

	if (e)
		return complain_err("changing the outbox", e);
	printf("%lld dead events are dropped\n", (long long)changed);
	return EXIT_DONE;
}

int outbox_command(struct program *p, struct words_given given)
{
	const char *verb = given.count ? given.items[0] : "";
	struct words_given rest = { given.items + 1, given.count - 1 };
	bool is_all = given.count && take_flag(&rest, "--all");
	int64_t id;

	if (!strcmp(verb, "list") && rest.count <= 1 && !is_all)
		return list_events(&p->ctx, str_from_c(rest.count ? rest.items[0] : ""));
	if (!strcmp(verb, "retry") && !is_all && read_event_id(rest, &id))
		return retry_events(&p->ctx, id);
	if (!strcmp(verb, "drop") && read_event_id(rest, &id) && is_all == !id)
		return drop_events(&p->ctx, id);
	complain("usage: plazactl outbox list [pending|failed|dead] | retry [EVENT]"
		 " | drop EVENT|--all");
	return EXIT_USAGE;
}

static void print_letter(struct arena *a, const struct plumbing_letter *l)
{
	struct str body = str_slice(l->body, 0, BODY_SHOWN);

	printf(STR_FMT "  id " STR_FMT ", for " STR_FMT ", " STR_FMT " at " STR_FMT "\n    " STR_FMT
		       "%s\n",
	       STR_ARG(l->queue), STR_ARG(l->id), STR_ARG(l->key),
	       STR_ARG(l->reason.n ? l->reason : STR("died")), STR_ARG(clock_iso(a, l->died_at)),
	       STR_ARG(body), l->body.n > BODY_SHOWN ? "..." : "");
}

static int list_dead(struct ctx *c, struct str queue)
{
	struct plumbing_letters letters;
	size_t i, events = 0;
	err e = plumbing_letters(c, queue, &letters);

	if (e)
		return complain_err("looking at the dead letters", e);
	for (i = 0; i < letters.count; i++)
		print_letter(c->arena, &letters.items[i]);
	if (!queue.n && list_state(c, OUTBOX_DEAD, &events))
		return EXIT_FAILED;
	if (!letters.count && !events)
		puts("nothing is dead");
	return EXIT_DONE;
}

static int replay_dead(struct ctx *c, struct str queue, struct str id)
{
	int64_t done, events;
	err e = plumbing_letters_replay(c, queue, id, &done);

	printf("%lld letters are on their way again\n", (long long)done);
	if (e)
		return complain_err("replaying", e);
	if (queue.n || id.n)
		return EXIT_DONE;
	e = plumbing_events_retry(c, 0, &events);
	if (e)
		return complain_err("changing the outbox", e);
	printf("%lld events will be tried again within a minute\n", (long long)events);
	return EXIT_DONE;
}

static int drop_dead(struct ctx *c, struct str queue, struct str id)
{
	int64_t done;
	err e = plumbing_letters_drop(c, queue, id, &done);

	printf("%lld letters are dropped\n", (long long)done);
	return e ? complain_err("dropping", e) : EXIT_DONE;
}

int dead_command(struct program *p, struct words_given given)
{
	const char *verb = given.count ? given.items[0] : "";
	struct words_given rest = { given.items + 1, given.count - 1 };
	bool is_all = given.count && take_flag(&rest, "--all");
	const char *option = given.count ? take_option(&rest, "--id") : NULL;
	/* An empty one is somebody's mistake, and must not mean all of them. */
	bool is_blank = option && !*option;
	struct str id = str_from_c(option);
	struct str queue = str_from_c(given.count && rest.count ? rest.items[0] : NULL);

	if (!strcmp(verb, "list") && rest.count <= 1 && !is_all && !option)
		return list_dead(&p->ctx, queue);
	if (!strcmp(verb, "replay") && rest.count <= 1 && !is_all && !is_blank)
		return replay_dead(&p->ctx, queue, id);
	if (!strcmp(verb, "drop") && rest.count == 1 && is_all == !option && !is_blank)
		return drop_dead(&p->ctx, queue, id);
	complain("usage: plazactl dead list [QUEUE] | replay [QUEUE] [--id MESSAGE]"
		 " | drop QUEUE --id MESSAGE|--all");
	return EXIT_USAGE;
}
