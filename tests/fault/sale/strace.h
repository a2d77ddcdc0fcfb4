/*
 * kill -9 at the N-th system call, by strace's fault injection.
 */
#ifndef FAULT_SALE_STRACE_H
#define FAULT_SALE_STRACE_H

#include <stdbool.h>
#include <sys/types.h>

struct strace {
	pid_t tracer; /* -1 when the program is its own child's tracer */
	pid_t traced;
};

/* From now on: the n-th call of the running process kills it. False when strace cannot. */
bool strace_attach(struct strace *t, pid_t pid, int n);
/* Leave it alone again; nothing when it is dead. */
void strace_detach(struct strace *t);

/* Start a program, one that is killed at its n-th call, counted from its first instruction. */
bool strace_start(struct strace *t, const char *path, const char *argument, int n);
/* Its end: true when it was killed by the injection, false when it ended by itself. */
bool strace_wait(struct strace *t);

/* Whether a child of ours is dead; it stays to be waited for. */
bool strace_is_dead(pid_t pid);

#endif
