/* Making the file of a copy. For the worker. */
#ifndef DOMAIN_EXPORT_WRITE_H
#define DOMAIN_EXPORT_WRITE_H

#include "domain/export.h"

/*
 * Write it at path, whole or not at all (aside first, then renamed), some rows at a time: it takes
 * the memory of the longest rows, not of all. Should it be killed, it is written anew. *size in
 * bytes. ERR_INTERNAL when it cannot be written (the disk is full).
 */
err export_write(struct ctx *c, const struct export *x, const char *path, int64_t *size) MUST_CHECK;

#endif
