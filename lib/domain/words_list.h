/*
 * The sensitive words of the table, ready to be looked for; read again once a minute by
 * each process.
 */
#ifndef DOMAIN_WORDS_LIST_H
#define DOMAIN_WORDS_LIST_H

#include "base/words.h"
#include "domain/ctx.h"

/*
 * The words to mask or refuse; valid within this request. An older list is good enough when the
 * table cannot be read; ERR_UNAVAILABLE when there is none yet.
 */
err words_list_find(struct ctx *c, const struct words **out) MUST_CHECK;

#endif
