/*
 * What a program that is no web process stands on: workers, cron programs, plazactl. Its
 * configuration, its connections (opened on first use), and a ctx for one unit of work after
 * another.
 *
 *   struct program p;
 *   if (program_open(&p, "mail"))
 *           return 1;
 *   while (!program_is_stopping()) {
 *           program_next(&p);
 *           ... work with &p.ctx ...
 *   }
 *   program_close(&p);
 */
#ifndef DOMAIN_PROGRAM_H
#define DOMAIN_PROGRAM_H

#include "domain/ctx.h"

struct program {
	struct arena *lasting; /* until the end: the configuration */
	struct config config;
	struct ctx ctx;
};

/* Read the configuration (ERR_INVALID after saying what is wrong with it), make the ctx, hold TERM
 * and INT. */
err program_open(struct program *p, const char *name) MUST_CHECK;

/* The next unit of work: the arena is emptied, the clock is read. */
void program_next(struct program *p);

/* Give back the worker number and close everything. */
void program_close(struct program *p);

/* Have the processor after the pages: for work that nobody waits for. */
void program_step_back(void);

/* TERM or INT came: finish what is begun and leave. */
bool program_is_stopping(void);

/* Sleep, but wake up at once when told to stop. */
void program_sleep(int64_t ms);

#endif
