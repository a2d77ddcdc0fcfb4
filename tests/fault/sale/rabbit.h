/*
 * RabbitMQ by hand, past lib/store/mq.h: looking into queues, copying what goes through one, and
 * putting anything into it. One connection, opened again when it broke.
 */
#ifndef FAULT_SALE_RABBIT_H
#define FAULT_SALE_RABBIT_H

#include "base/config.h"

/* Messages ready in a queue; 0 when there is no such queue, -1 when the broker does not answer. */
int64_t rabbit_depth(const char *queue);

/* Put a message straight into a queue, as often as said. False when that was not to be. */
bool rabbit_put(const char *queue, struct str body, int times);

/* A queue of our own that gets a copy of every message with that key, from now on. */
bool rabbit_copy_start(const char *key);
/* Take the next copy out of it; false when there is none. */
bool rabbit_copy_take(struct arena *a, struct str *body_out);
void rabbit_copy_stop(void);

/* Throw away what lies in a queue; how much it was. */
int64_t rabbit_purge(const char *queue);
void rabbit_delete(const char *queue);

void rabbit_close(void);

#endif
