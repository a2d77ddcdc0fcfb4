/* A program of the build as a child process of a test, without a site around it. */
#ifndef SUPPORT_CHILD_H
#define SUPPORT_CHILD_H

#include <sys/types.h>

/* Start a program of the folder PLAZA_BIN, else of build/asan/bin; argument may be NULL. Fails the
 * test when it cannot. */
pid_t child_start(const char *program, const char *argument);

/* Wait for its end, a minute at most: its exit status, 128 + the signal that ended it, or -1 when
 * it had to be killed. */
int child_wait(pid_t pid);

/* The two above: for a program that ends by itself. */
int child_run(const char *program);

/*
 * Until it ends in good order when it is told to: one that is just starting dies of TERM. At once
 * when it has ended; after a minute in any case.
 */
void child_wait_ready(pid_t pid);

/* Stop it by SIGSTOP: when this returns it stands still. */
void child_stop(pid_t pid);

/* End it by a signal, by TERM once it is ready; as child_wait. */
int child_end(pid_t pid, int signal);

#endif
