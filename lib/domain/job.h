/*
 * What the programs that cron starts have in common: a lease, so that two at once are harmless, a
 * bound on their time, and a note of when they ran and how it ended.
 *
 *   static err work(struct job *j)
 *   {
 *           while (job_has_time(j)) {
 *                   program_next(&j->p);
 *                   ... a batch with &j->p.ctx ...
 *           }
 *   }
 *   int main(void) { return job_main("closer", 50 * CLOCK_SECOND, work); }
 */
#ifndef DOMAIN_JOB_H
#define DOMAIN_JOB_H

#include "domain/program.h"

struct job {
	struct program p;
	struct str name;
	int64_t ends_at; /* clock_ticks */
};

/* Time is left, and nobody told us to stop. */
bool job_has_time(const struct job *j);

/*
 * Until a batch did nothing: *total is what all did. done is what the batch did. Events recorded
 * by a batch are published after it.
 */
err job_repeat(struct job *j, err (*batch)(struct ctx *c, int limit, int64_t *done), int limit,
	       int64_t *total) MUST_CHECK;

/*
 * The whole program: its exit status is 1 when work failed. Another one at work is no failure.
 * Its last step may take 20 s more than work_ms.
 */
int job_main(const char *name, int64_t work_ms, err (*work)(struct job *j));

/* When a program ran last, Unix ms; 0 when never. */
struct job_run {
	struct str name;
	int64_t began_at, ended_at; /* ended_at is 0 while it runs, or when it was killed */
	bool is_well;
};
struct job_runs {
	struct job_run *items;
	size_t count;
};
err job_runs(struct ctx *c, struct job_runs *out) MUST_CHECK;

#endif
