/*
 * The keys of a sale in Redis, all in its slot; domain/sale_gate.h says what they hold. For the
 * sale*.c files, the reconciler, and whoever removes what is over.
 */
#ifndef DOMAIN_SALE_KEYS_H
#define DOMAIN_SALE_KEYS_H

#include "domain/sale.h"

static inline struct str sale_key_of(struct arena *a, int64_t sale_id, const char *part)
{
	return str_format(a, "sale:{%lld}%s", (long long)sale_id, part);
}

static inline struct str sale_key(struct arena *a, int64_t sale_id)
{
	return sale_key_of(a, sale_id, "");
}

static inline struct str sale_stock_key(struct arena *a, int64_t sale_id)
{
	return sale_key_of(a, sale_id, ":stock");
}

static inline struct str sale_ticket_key(struct arena *a, int64_t sale_id)
{
	return sale_key_of(a, sale_id, ":ticket");
}

static inline struct str sale_stream_key(struct arena *a, int64_t sale_id)
{
	return sale_key_of(a, sale_id, ":stream");
}

static inline struct str sale_rate_key(struct arena *a, int64_t sale_id)
{
	return sale_key_of(a, sale_id, ":rate");
}

/* Of a one-time path. */
static inline struct str sale_path_key(struct arena *a, int64_t sale_id, struct str path)
{
	return str_format(a, "sale:{%lld}:path:" STR_FMT, (long long)sale_id, STR_ARG(path));
}

#endif
