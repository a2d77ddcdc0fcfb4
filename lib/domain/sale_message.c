/* Messages for the queue of a sale, recorded with what they tell of. */
#include "domain/sale_orders.h"

#include "base/buf.h"
#include "domain/outbox.h"

struct str sale_orders_key(struct arena *a, int64_t sale_id)
{
	return str_format(a, SALE_ORDERS_PREFIX "%lld", (long long)sale_id);
}

err sale_orders_ended(struct ctx *c, int64_t sale_id, int64_t order_id)
{
	return outbox_add(c, sale_orders_key(c->arena, sale_id),
			  str_format(c->arena, "{\"kind\":\"ended\",\"order\":\"%lld\"}",
				     (long long)order_id));
}

err sale_orders_units(struct ctx *c, int64_t sale_id, struct str form_id, int64_t delta)
{
	struct buf b;

	buf_init(&b, c->arena, 128);
	BUF_LIT(&b, "{\"kind\":\"units\",\"change\":");
	buf_add_json(&b, form_id);
	BUF_LIT(&b, ",\"delta\":");
	buf_add_i64(&b, delta);
	BUF_LIT(&b, "}");
	return outbox_add(c, sale_orders_key(c->arena, sale_id), buf_str(&b));
}

struct str sale_settle_body(struct arena *a, int64_t upto)
{
	return str_format(a, "{\"kind\":\"settle\",\"upto\":%lld}", (long long)upto);
}

err sale_orders_settle(struct ctx *c, int64_t sale_id, int64_t upto)
{
	return outbox_add(c, sale_orders_key(c->arena, sale_id), sale_settle_body(c->arena, upto));
}
