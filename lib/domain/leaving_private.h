/*
 * What is nobody's business but the owner's, and goes whatever becomes of the posts. Part of
 * domain/leaving_steps.h: each call is bounded, *is_over says that nothing is left. A table that
 * gets a row of somebody's own has its statement here, and its section in domain/export_sections.c.
 */
#ifndef DOMAIN_LEAVING_PRIVATE_H
#define DOMAIN_LEAVING_PRIVATE_H

#include "domain/ctx.h"

/* Tokens, second factor, drafts, addresses, check-ins ... */
err leaving_forget_private(struct ctx *c, int64_t user_id, bool *is_over) MUST_CHECK;

/* Orders stay in the books, without a postal address; is_erased: without the buyer, too. */
err leaving_blank_orders(struct ctx *c, int64_t user_id, bool is_erased, bool *is_over) MUST_CHECK;

/* What live sales say of a buyer who is erased: refusals go. *is_waiting: a request is not answered
 * yet, and becomes an order before it is. */
err leaving_forget_tickets(struct ctx *c, int64_t user_id, bool *is_waiting) MUST_CHECK;

/* Events of the outbox that name the account. *place: how far it is. */
err leaving_forget_events(struct ctx *c, int64_t user_id, int64_t *place, bool *is_over) MUST_CHECK;

/* Every key in Redis that carries the account's number as its tag. *place likewise. */
err leaving_forget_keys(struct ctx *c, int64_t user_id, int64_t *place, bool *is_over) MUST_CHECK;

#endif
