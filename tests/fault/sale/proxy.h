/*
 * Between the programs and their stores: sockets that pass everything on until told to cut
 * connections or to swallow what comes.
 */
#ifndef FAULT_SALE_PROXY_H
#define FAULT_SALE_PROXY_H

#include "base/config.h"

enum proxy_mode {
	PROXY_PASS,
	PROXY_CUT,  /* existing connections are closed, new ones are closed at once */
	PROXY_HOLE, /* open, but nothing gets through and nobody is told */
	PROXY_CRACK /* passes, but each connection is closed after some kilobytes */
};

enum proxy_store { PROXY_MARIADB, PROXY_REDIS, PROXY_RABBITMQ, PROXY_COUNT };

/* Listen for all three, and set the environment so that programs started from now on come here. */
void proxy_start(const struct config *config, const char *folder);
void proxy_stop(void);
void proxy_set(enum proxy_store store, enum proxy_mode mode);

#endif
