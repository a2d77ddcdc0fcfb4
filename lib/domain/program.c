/* The frame of workers, cron programs and plazactl. */
#include "domain/program.h"

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/resolver.h"
#include "base/secret.h"

#define LASTING_BYTES 4096
#define WORK_BYTES (64 * 1024)
#define BEHIND_PAGES 10 /* of nice(1): a tenth of the processor when pages want all of it */

static volatile sig_atomic_t is_stopping;

static void stop(int signal_number)
{
	(void)signal_number;
	is_stopping = 1;
}

/* Without SA_RESTART: a wait for a message or for the clock ends at once. */
static void catch_signals(void)
{
	struct sigaction action = { .sa_handler = stop };

	sigemptyset(&action.sa_mask);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
}

err program_open(struct program *p, const char *name)
{
	err e;

	*p = (struct program){ 0 };
	log_open(name, LOG_LEVEL_INFO);
	secret_open();
	p->lasting = arena_new(LASTING_BYTES);
	e = config_load(p->lasting, &p->config);
	if (!e)
		e = clock_set_zone(p->config.site.zone);
	if (e) {
		arena_free(p->lasting);
		return e;
	}
	log_open(name, p->config.log_level);
	catch_signals();
	resolver_limit();
	p->ctx.config = &p->config;
	p->ctx.arena = arena_new(WORK_BYTES);
	p->ctx.db = db_new(&p->config);
	p->ctx.cache = cache_new(&p->config);
	p->ctx.mq = mq_new(&p->config);
	p->ctx.process = process_new();
	program_next(p);
	return OK;
}

void program_next(struct program *p)
{
	arena_reset(p->ctx.arena);
	cache_start_request(p->ctx.cache, p->ctx.arena);
	p->ctx.outbox = NULL;
	p->ctx.viewer = (struct viewer){ 0 };
	p->ctx.now = clock_now();
}

void program_close(struct program *p)
{
	ctx_release_ids(&p->ctx);
	process_free(p->ctx.process);
	mq_free(p->ctx.mq);
	cache_free(p->ctx.cache);
	db_free(p->ctx.db);
	arena_free(p->ctx.arena);
	arena_free(p->lasting);
}

void program_step_back(void)
{
	/* Without it everything works as well, only the pages wait a little longer. */
	if (setpriority(PRIO_PROCESS, 0, BEHIND_PAGES))
		log_warn("the priority cannot be lowered: %s", strerror(errno));
}

bool program_is_stopping(void)
{
	return is_stopping;
}

void program_sleep(int64_t ms)
{
	if (!is_stopping)
		clock_sleep(ms);
}
