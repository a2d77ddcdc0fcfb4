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

/*
 * The sales `orders` works for; with a number, that one alone: a message about another would lie in
 * its queue for ever.
 */
static int find_live(struct ctx *c, const char *number, struct sale_list *out)
{
	int64_t id;
	size_t i;
	err e;

	if (number && !num_parse_id(str_from_c(number), &id))
		return complain("%s is no number of a sale", number);
	e = sale_live(c, out);
	if (e)
		return complain_err("listing the sales", e);
	if (!number)
		return EXIT_DONE;
	for (i = 0; i < out->count; i++) {
		if (out->items[i].id != id)
			continue;
		*out = (struct sale_list){ .items = &out->items[i], .count = 1 };
		return EXIT_DONE;
	}
	return complain("sale %s is not there, a draft, or over", number);
}

static int load_sales(struct ctx *c, const char *number)
{
	struct sale_list live;
	size_t i;
	int status = find_live(c, number, &live);

	for (i = 0; status == EXIT_DONE && i < live.count; i++)
		status = ask(c, live.items[i].id, 0);
	return status;
}

/* Up to the newest request there is now: whoever presses later is not touched. */
static int settle_sale(struct ctx *c, const char *number)
{
	struct sale_live_numbers n;
	struct sale_list one;
	int status = find_live(c, number, &one);
	err e;

	if (status != EXIT_DONE)
		return status;
	e = sale_live_read(c, one.items[0].id, &n);
	if (e)
		return complain_err("reading the sale", e);
	return ask(c, one.items[0].id, n.is_loaded ? n.newest : 0);
}

int sale_command(struct program *p, struct words_given given)
{
	const char *verb = given.count ? given.items[0] : "";
	struct words_given rest = { given.items + 1, given.count - 1 };

	if (!strcmp(verb, "list") && rest.count == 0)
		return list_sales(&p->ctx);
	if (!strcmp(verb, "load") && rest.count <= 1)
		return load_sales(&p->ctx, rest.count ? rest.items[0] : NULL);
	if (!strcmp(verb, "settle") && rest.count == 1)
		return settle_sale(&p->ctx, rest.items[0]);
	complain("usage: plazactl sale list|load [ID]|settle ID");
	return EXIT_USAGE;
}
