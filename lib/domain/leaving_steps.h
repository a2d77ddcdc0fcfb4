/*
 * Deleting accounts whose time has come (domain/leaving.h), step by step. How far it is stands in
 * `leaving`: killed anywhere, the step is done again, which changes nothing where it was done.
 *
 * The account is closed first: nobody logs in, all that is personal in it is blank. Then
 * LEAVING_SETTLE_MS pass, so that what its owner did last - votes in the queue, a text held for a
 * login - has arrived or run out; an order that came of it is paid or closed first. Then what is
 * private goes, what the choice names is erased or renamed, and last the keys in Redis that carry
 * the account's number.
 *
 * After LEAVING_ERASE neither the name nor the address, phone, texts or number of the account are
 * in MariaDB, Redis or the files. Orders stay in the books, without buyer and address. What others
 * quoted is theirs.
 */
#ifndef DOMAIN_LEAVING_STEPS_H
#define DOMAIN_LEAVING_STEPS_H

#include "domain/leaving.h"

#define LEAVING_SETTLE_MS (70 * INT64_C(60000)) /* longer than anything is held in Redis */

/* An account with a step to do now. ERR_NOT_FOUND when there is none. */
err leaving_next(struct ctx *c, int64_t *user_id) MUST_CHECK;

/*
 * One bounded step of it. OK also when it must wait: then leaving_next will not give it for a
 * while. ERR_UNAVAILABLE when a store is away: try again. One process at a time.
 */
err leaving_step(struct ctx *c, int64_t user_id) MUST_CHECK;

#endif
