/* Commands on sales: how they stand, and messages for `orders`. */
#include "base/clock.h"
#include "base/num.h"
#include "domain/sale_orders.h"
#include "plazactl.h"

#define SHOWN 200

static const char *phase_name(enum sale_phase phase)
{
	switch (phase) {
	case SALE_SOON:
		return "to come";
	case SALE_OPEN:
		return "open";
	case SALE_SOLD_OUT:
		return "sold out";
	case SALE_ENDED:
		break;
	}
	return "ended";
}

static void print_sale(struct ctx *c, const struct sale *s)
{
	struct sale_live_numbers n;
	const char *phase = "draft";
	err e = sale_live_read(c, s->id, &n);

	if (s->state != SALE_DRAFT)
		phase = phase_name(sale_phase_at(s, n.stock, c->now));
	printf("%lld  %-8s  %s  %s  units %lld, left %lld", (long long)s->id, phase,
	       clock_iso(c->arena, s->starts_at).p, clock_iso(c->arena, s->ends_at).p,
	       (long long)s->units, (long long)s->stock);
	if (e)
		printf(", Redis does not answer");
	else if (!n.is_loaded)
		printf(", not in Redis");
	else
		printf(", in Redis %lld, waiting %lld", (long long)n.stock, (long long)n.queued);
	printf("  " STR_FMT "\n", STR_ARG(s->goods.name));
}

static int list_sales(struct ctx *c)
{
	struct sale_list list;
	size_t i;
	err e = sale_newest(c, 0, SHOWN, &list);

	if (e)
		return complain_err("listing the sales", e);
	for (i = 0; i < list.count; i++)
		print_sale(c, &list.items[i]);
	return EXIT_DONE;
}

static int ask(struct ctx *c, int64_t sale_id, int64_t upto)
{
	err e = mq_declare(c->mq);

	if (!e)
		e = mq_publish_confirmed(c->mq, sale_orders_key(c->arena, sale_id), STR(""),
					 sale_settle_body(c->arena, upto));
	if (e)
		return complain_err("asking `orders`", e);
	printf("sale %lld: `orders` was asked to settle it\n", (long long)sale_id);
	return EXIT_DONE;
}

static int load_sale(struct ctx *c, int64_t id)
{
	return ask(c, id, 0);
}

/* Up to the newest request there is now: whoever presses later is not touched. */
static int settle_sale(struct ctx *c, int64_t id)
{
	struct sale_live_numbers n;
	err e = sale_live_read(c, id, &n);

	if (e)
		return complain_err("reading the sale", e);
	return ask(c, id, n.is_loaded ? n.newest : 0);
}

/*
 * For every sale that `orders` works for; with a number, for that one alone: a message about
 * another would lie in its queue for ever.
 */
static int for_live(struct ctx *c, const char *number, int (*act)(struct ctx *c, int64_t id))
{
	struct sale_list live;
	int status = EXIT_DONE;
	bool was_found = false;
	int64_t id = 0;
	size_t i;
	err e;

	if (number && !num_parse_id(str_from_c(number), &id))
		return complain("%s is no number of a sale", number);
	e = sale_live(c, &live);
	if (e)
		return complain_err("listing the sales", e);
	for (i = 0; status == EXIT_DONE && i < live.count; i++) {
		if (number && live.items[i].id != id)
			continue;
		was_found = true;
		status = act(c, live.items[i].id);
	}
	if (number && !was_found)
		return complain("sale %s is not there, a draft, or over", number);
	return status;
}

int sale_command(struct program *p, struct words_given given)
{
	const char *verb = given.count ? given.items[0] : "";
	struct words_given rest = { given.items + 1, given.count - 1 };

	if (!strcmp(verb, "list") && rest.count == 0)
		return list_sales(&p->ctx);
	if (!strcmp(verb, "load") && rest.count <= 1)
		return for_live(&p->ctx, rest.count ? rest.items[0] : NULL, load_sale);
	if (!strcmp(verb, "settle") && rest.count == 1)
		return for_live(&p->ctx, rest.items[0], settle_sale);
	complain("usage: plazactl sale list|load [ID]|settle ID");
	return EXIT_USAGE;
}
