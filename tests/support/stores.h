/*
 * Real servers for a test program: private ones, in a folder of their own, which the test may
 * freeze, kill and start again. tests/support/services.sh does the work; run from the top folder.
 *
 *   stores_need((const char *const[]){ "mariadb" }, 1);
 *   return cmocka_run_group_tests(tests, stores_set_up, stores_tear_down);
 */
#ifndef SUPPORT_STORES_H
#define SUPPORT_STORES_H

#include "base/config.h"

/* The servers of this program; config tells how to reach them. */
extern struct stores {
	char folder[64];
	struct config config;
	struct arena *arena;
	const char *missing; /* a server's program that is not installed; NULL when all are */
} stores;

/* cmocka group functions: start the servers needed; end and remove them. */
int stores_set_up(void **state);
int stores_tear_down(void **state);

/* Name the servers ("mariadb", "redis", "rabbitmq") before the group runs. */
void stores_need(const char *const *names, size_t count);

/* All migrations, one behind the other. */
struct str stores_schema(struct arena *a);

/* Skips the running test, with a message, when a server's program is not installed. */
#define STORES_OR_SKIP() \
	do { \
		if (stores.missing) { \
			print_message("skipped: %s is not installed\n", stores.missing); \
			skip(); \
		} \
	} while (0)

/* Send a signal to a server: SIGSTOP, SIGCONT; SIGKILL, SIGTERM (then waits until it is gone). */
void stores_signal(const char *name, int signal);
/* The same to a server of another folder of tests/support/services.sh. */
void stores_signal_in(const char *folder, const char *name, int signal);
/* Start a server that was killed; returns when it answers. */
void stores_start(const char *name);

/* Run a program and wait for it; true when it ended well. argv ends with NULL. */
bool stores_run(const char *const *argv);

void stores_sleep_ms(int64_t ms);

/* So old, what Redis has answered outlives its being killed: it puts off writing while the disk is
 * busy, for two seconds at most. */
#define STORES_SAVED_MS 2500

#endif
