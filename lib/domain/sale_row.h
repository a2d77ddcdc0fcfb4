/*
 * How sales are read from rows: for the sale*.c files.
 */
#ifndef DOMAIN_SALE_ROW_H
#define DOMAIN_SALE_ROW_H

#include "domain/sale.h"

#define SALE_OWN_COLUMNS \
	"s.sale_id, s.goods_id, CAST(s.price * 100 AS SIGNED), s.units, s.stock, s.starts_at," \
	" s.ends_at, s.pay_seconds, s.state, s.created_at, s.published_at, s.closed_at"
#define SALE_GOODS_COLUMNS "g.name, g.excerpt, g.picture, CAST(g.price * 100 AS SIGNED), g.version"

/* Of `sale s JOIN goods g`. */
#define SALE_COLUMNS SALE_OWN_COLUMNS ", " SALE_GOODS_COLUMNS
#define SALE_COLUMN_COUNT 17

/* Reads SALE_OWN_COLUMNS. */
void sale_read_own(struct sale *out, const struct db_rows *rows);
/* Reads SALE_COLUMNS. */
void sale_read(struct sale *out, const struct db_rows *rows);

/* After a change of what pages show: this process forgets what it remembers of the sale. */
void sale_forget(struct ctx *c, int64_t id);

#endif
