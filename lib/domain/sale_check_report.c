/* What the reconciler found out about a sale, kept in Redis for the staff's pages and its next
 * turn. */
#include <stddef.h>

#include "base/log.h"
#include "domain/sale_check.h"
#include "domain/sale_keys.h"

#define REPORT_SECONDS 86400

#define NUMBER(member) \
	{ \
#member, offsetof(struct sale_report, member) \
	}

static const struct {
	const char *name;
	size_t at;
} numbers[] = {
	NUMBER(checked_at), NUMBER(sql),    NUMBER(redis),    NUMBER(lost),
	NUMBER(unknown),    NUMBER(queued), NUMBER(stuck),    NUMBER(returning),
	NUMBER(adrift),     NUMBER(terms),  NUMBER(oversold),
};

bool sale_report_is_right(const struct sale_report *r)
{
	return r->is_loaded && !r->sql && !r->redis && !r->lost && !r->unknown && !r->stuck &&
	       !r->adrift && !r->terms && !r->oversold;
}

static struct str report_key(struct ctx *c, int64_t sale_id)
{
	return sale_key_of(c->arena, sale_id, ":report");
}

void sale_report_keep(struct ctx *c, int64_t sale_id, const struct sale_report *r)
{
	struct cache_arg args[2 * ARRAY_LEN(numbers) + 6];
	size_t i, n = 0;

	args[n++] = cache_arg_text(STR("HSET"));
	args[n++] = cache_arg_text(report_key(c, sale_id));
	args[n++] = cache_arg_text(STR("loaded"));
	args[n++] = cache_arg_int(r->is_loaded);
	args[n++] = cache_arg_text(STR("partial"));
	args[n++] = cache_arg_int(r->is_partial);
	for (i = 0; i < ARRAY_LEN(numbers); i++) {
		args[n++] = cache_arg_text(str_from_c(numbers[i].name));
		args[n++] = cache_arg_int(
			*(const int64_t *)(const void *)((const char *)r + numbers[i].at));
	}
	cache_want(c->cache, (struct cache_args){ args, n });
	cache_want(c->cache, CACHE_ARGS(STR("EXPIRE"), report_key(c, sale_id), REPORT_SECONDS));
	if (cache_flush(c->cache))
		log_debug("the report on sale %lld is not kept", (long long)sale_id);
}

err sale_report_read(struct ctx *c, int64_t sale_id, struct sale_report *out)
{
	struct cache_arg args[ARRAY_LEN(numbers) + 4];
	struct cache_reply *reply;
	size_t i, n = 0;
	err e;

	*out = (struct sale_report){ 0 };
	args[n++] = cache_arg_text(STR("HMGET"));
	args[n++] = cache_arg_text(report_key(c, sale_id));
	args[n++] = cache_arg_text(STR("loaded"));
	args[n++] = cache_arg_text(STR("partial"));
	for (i = 0; i < ARRAY_LEN(numbers); i++)
		args[n++] = cache_arg_text(str_from_c(numbers[i].name));
	e = cache_run(c->cache, &reply, (struct cache_args){ args, n });
	if (e || cache_items(reply) != n - 2)
		return e;
	out->is_loaded = cache_int(cache_item(reply, 0)) != 0;
	out->is_partial = cache_int(cache_item(reply, 1)) != 0;
	for (i = 0; i < ARRAY_LEN(numbers); i++)
		*(int64_t *)(void *)((char *)out + numbers[i].at) =
			cache_int(cache_item(reply, i + 2));
	return OK;
}

bool sale_check_is_due(struct ctx *c, int64_t sale_id, int64_t ends_at_ms)
{
	struct sale_report last;

	if (c->now < ends_at_ms + SALE_QUIET_MS || sale_report_read(c, sale_id, &last))
		return true;
	if (!sale_report_is_right(&last) || last.is_partial || last.queued || last.returning)
		return true;
	/* A report of tomorrow: the clock was set back. */
	return c->now - last.checked_at >= SALE_CHECK_QUIET_MS || last.checked_at > c->now;
}
