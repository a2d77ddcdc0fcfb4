/*
 * The least that writes orders: on one connection to MariaDB, with a guarded stock, durable.
 *
 *   one    a transaction for each order: stock, order, commit
 *   many   128 orders in one INSERT, one stock, one commit
 */
#ifndef BENCH_SALE_CEILING_H
#define BENCH_SALE_CEILING_H

#include "base/config.h"

#define CEILING_BATCH 128

/* Write so many orders; the microseconds it took. What fails ends the program. */
int64_t ceiling_one(const struct config *config, int64_t orders);
int64_t ceiling_many(const struct config *config, int64_t orders);

#endif
