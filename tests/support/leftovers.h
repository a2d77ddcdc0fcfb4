/*
 * What is left of somebody: a text looked for in every column of every table, in every key and
 * value of Redis, and in the names and bytes of all files below a folder. For tests of erasure.
 */
#ifndef SUPPORT_LEFTOVERS_H
#define SUPPORT_LEFTOVERS_H

#include "domain/ctx.h"

/* How many places hold it, in any case of letters; each is printed with what, unless that is NULL.
 */
size_t leftovers_in_sql(struct ctx *c, struct str needle, const char *what);
size_t leftovers_in_redis(struct ctx *c, struct str needle, const char *what);
size_t leftovers_in_files(struct ctx *c, const char *folder, struct str needle, const char *what);

#endif
