/*
 * The picture of goods, as picture.h wants to know it.
 */
#ifndef DOMAIN_GOODS_PICTURE_H
#define DOMAIN_GOODS_PICTURE_H

#include "domain/ctx.h"

/* Write its name (empty: none). ERR_NOT_FOUND when there are no such goods. */
err goods_set_picture(struct ctx *c, int64_t goods_id, struct str name) MUST_CHECK;

#endif
