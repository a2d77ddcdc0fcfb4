/*
 * The real site for a test program: private MariaDB, Redis and RabbitMQ, the programs started on
 * sockets of their own, and readers of it.
 *
 *   static int start(void **state)
 *   {
 *           *state = site_start((const char *[]){ "post", NULL });
 *           return 0;
 *   }
 *   static int stop(void **state)
 *   {
 *           site_stop(*state);
 *           return 0;
 *   }
 *   ... cmocka_run_group_tests(tests, start, stop);
 *
 * The stores are those of the folder PLAZA_TEST_STATE when it is set (make starts them once for all
 * programs), else started here and removed by site_stop. Programs come from the folder PLAZA_BIN,
 * else from build/asan/bin. What fails here ends the test program with a message.
 */
#ifndef SUPPORT_SITE_H
#define SUPPORT_SITE_H

#include "domain/ctx.h"
#include "support/fcgi_client.h"

struct site;

/* Stores, schema, and one process for each program named, up to a NULL. */
struct site *site_start(const char *const *programs);

/* Ends what site_start began. Fails the test program when a program did not end by itself in good
 * order. */
void site_stop(struct site *s);

/* To look at the data and to prepare it: a context of the test's own, on the same stores. */
struct ctx *site_ctx(struct site *s);
const struct config *site_config(const struct site *s);

/* An active account; its name is `name` and a number that makes it unlike all others. */
int64_t site_user(struct site *s, const char *name, enum role role);
#define SITE_PASSWORD "correct horse battery staple"

/* A reader without cookies; one who is logged in. Close them. */
struct browser *browser_open(struct site *s);
struct browser *browser_open_as(struct site *s, int64_t user_id);
void browser_close(struct browser *b);

/* One line of a program's --routes. */
struct site_route {
	struct str program, method, pattern, flags,
		limit; /* flags and limit are "-" when there are none */
};
struct site_routes {
	struct site_route *items;
	size_t count;
};
struct site_routes site_routes(const struct site *s);

/*
 * Stop and start one of the stores ("mariadb", "redis", "rabbitmq"): for tests of broken parts. A
 * signal (SIGSTOP, SIGCONT, SIGKILL) goes only to a store that site_start itself started; it has
 * arrived when this returns.
 */
void site_store_stop(struct site *s, const char *store);
void site_store_start(struct site *s, const char *store);
void site_store_signal(struct site *s, const char *store, int signal);

/* A command without arguments, as Redis's administrator: "FLUSHALL". */
void site_redis_command(struct site *s, const char *command);

/* RabbitMQ's own tool: "set_vm_memory_high_watermark 0.0001". */
void site_rabbitmqctl(struct site *s, const char *arguments);

/* One more process of a program, on the same socket. */
void site_add_process(struct site *s, const char *program);

/* One more program that answers requests, with its first process. */
void site_start_program(struct site *s, const char *program);

/* A worker ("persist", or with an argument "relay sales"), until site_stop; a program that ends by
 * itself, so many at once: 0 when all ended well.
 */
void site_start_worker(struct site *s, const char *program);
int site_run(struct site *s, const char *program, size_t count);

/* The id of a program's first process, and a fresh one in its place after it was killed. */
int site_pid(const struct site *s, const char *program);
void site_restart(struct site *s, const char *program);
/* The same of the i-th process. */
int site_process(const struct site *s, const char *program, size_t i);
void site_replace(struct site *s, const char *program, size_t i);

/* Until each process of a program ends in good order when told to: not while it is starting. */
void site_wait_ready(const struct site *s, const char *program);

/* What all processes of a program have logged so far: a request's own line follows its answer, so
 * it may still be missing. */
struct str site_log(struct site *s, struct arena *a, const char *program);

/* The same with all that is still to come of what was asked: its processes end, and others start.
 */
struct str site_log_whole(struct site *s, struct arena *a, const char *program);

#endif
