/*
 * The end of a sale's records: SALE_KEEP_MS after its end, when nothing of it is under way any
 * more, its keys, its queue and its dead events go, and it is over. Orders stay for ever.
 */
#ifndef DOMAIN_SALE_END_H
#define DOMAIN_SALE_END_H

#include "domain/sale.h"

/*
 * End those whose time has come, at most `limit`; *ended is how many were. One that has an unpaid
 * order, a unit on its way back, an event not published, a request not carried or a message in its
 * queue is left for later. Killed in between, it goes on the next time. For the cron program.
 */
err sale_end(struct ctx *c, int limit, int64_t *ended) MUST_CHECK;

#endif
