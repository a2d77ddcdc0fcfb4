/*
 * The proof of flash sales: a crowd presses on a site of its own while parts of it are broken, and
 * what it was told, SQL, Redis and RabbitMQ are compared from outside afterwards.
 *
 * One stack serves all scenarios, each has a sale of its own. The programs reach their stores
 * through proxies (proxy.h); the proof itself reaches them directly.
 */
#ifndef FAULT_SALE_PROOF_H
#define FAULT_SALE_PROOF_H

#include <pthread.h>

#include "domain/sale_gate.h"
#include "support/site.h"

#define PROOF_BUYERS 300
#define PROOF_UNITS 100

/* Of one sale: what is wrong with it, counted. All zero is what is to be proved. */
struct verdict {
	int64_t orders;
	int64_t lost; /* units not sold although asked for, accepted ones without an end in SQL */
	int64_t doubled; /* orders beyond the units, second orders of a buyer, at any moment */
	int64_t stuck;   /* told "queueing" to the end; what still lies in a queue */
	int64_t changed; /* told one thing and then another */
	int64_t unequal; /* SQL's stock, Redis's stock, tickets and orders that do not fit */
};

bool verdict_is_good(const struct verdict *v);
void verdict_add(struct verdict *sum, const struct verdict *v);

/* ---- the stack (stack.c) ---- */

extern struct site *proof_site;

/* Everything started; ends the program when it cannot be. */
void stack_start(void);
void stack_stop(void);

/* The long-running programs, by their names as `stack_programs` lists them. */
extern const char *const stack_programs[];
extern const size_t stack_program_count;

/* Kill (or TERM) the i-th process of a program, and put another in its place. */
void stack_signal(const char *program, size_t i, int signal);
void stack_replace(const char *program, size_t i);
size_t stack_processes(const char *program);
/* The file of a program, "relay sales" too: of the release, when there is one. */
const char *stack_path(const char *program);

/* One round of what cron starts each minute, with everything due now; two of it at once. */
void stack_cron(void);
void stack_cron_twice(void);
/* So that cron's programs find work: all waiting rows are due, no dead program's lease is left. */
bool stack_due(void);

/* The proof's own connections answer again after a store came back. */
void stack_wait_connected(void);

/* Active accounts, made at once; their ids. */
void stack_users(int64_t *ids, size_t count);

/* A file for results: in build/fault, or the folder FAULT_OUT. Good until the next call. */
const char *proof_file(const char *name);

/* What the programs have said so far, into such files: for the reader of a failed run. */
void stack_keep_logs(void);

/* RabbitMQ's own tool. */
void stack_rabbitmqctl(const char *arguments);

/* ---- chance ---- */

/* Chosen by the seed alone. */
void chance_seed(uint64_t seed);
uint32_t chance_below(uint32_t limit);
void sleep_ms(int64_t ms);

/* ---- one sale under test ---- */

struct proof_sale {
	int64_t id, units;
};

/* A published sale, open now and for so long, loaded into Redis. */
struct proof_sale proof_sale_open(int64_t units, int64_t open_ms);
/* Take it out of the way of the next one. */
void proof_sale_forget(const struct proof_sale *s);

/* Where what can never be handled goes. */
const char *proof_dead_queue(struct arena *a, int64_t sale_id);

/* The one number of a statement about a sale. */
int64_t proof_number(const struct db_sql *sql, int64_t sale_id);
/* Orders that hold a unit. */
int64_t proof_held(const struct proof_sale *s);

/* ---- looking from outside (check.c) ---- */

/* Watches that SQL holds to the units at every moment, on a thread of its own. */
void watch_start(const struct proof_sale *s);
/* How often it did not. */
int64_t watch_stop(void);

/*
 * Wait until nothing is on its way: no ticket queues, stream, queue and outbox are empty, stocks
 * are equal. cron runs meanwhile. False when that does not come in time.
 */
bool check_wait_quiet(const struct proof_sale *s, int64_t most_ms);

/* Compare SQL, Redis and RabbitMQ. is_demand_higher: all units must be sold. */
void check_stores(const struct proof_sale *s, bool is_demand_higher, struct verdict *v);

/* Lines for the reader of a failed run. */
void note(const char *format, ...) PRINTF_LIKE(1, 2);

#endif
