/*
 * How many passwords a site hashes at once on this machine: one for each two processors, whatever
 * process of it asks, so that a wave of logins leaves the rest to the pages. A slot is the name of
 * a socket, which the kernel takes back when its holder dies.
 */
#ifndef DOMAIN_HASH_SLOT_H
#define DOMAIN_HASH_SLOT_H

#include "base/clock.h"
#include "base/err.h"

#define HASH_SLOT_WAIT_MS CLOCK_PATIENCE(2000)

/* How many there are. */
int hash_slots(void);

/* Wait for one. ERR_UNAVAILABLE when none became free in HASH_SLOT_WAIT_MS. */
err hash_slot_take(int *slot) MUST_CHECK;
void hash_slot_release(int slot);

#endif
