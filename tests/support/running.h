/*
 * The site's programs as child processes of a test: FastCGI programs on a socket that outlives
 * each process, workers without one.
 */
#ifndef SUPPORT_RUNNING_H
#define SUPPORT_RUNNING_H

#include <sys/types.h>

#include "base/str.h"

#define RUNNING_PROCESSES_MAX 8

struct running {
	struct str name, path;  /* of the program; the name with its argument, when it has one */
	struct str argument;    /* empty when there is none */
	struct str log_path;    /* what all its processes say */
	struct str socket_path; /* empty for a worker */
	int listener;           /* -1 for a worker */
	pid_t pids[RUNNING_PROCESSES_MAX];
	size_t count;
};

/*
 * Prepare a program, "relay" or with one argument "relay sales"; its log and socket are made in
 * folder. No process runs yet.
 */
void running_open(struct running *p, struct arena *a, struct str bin, struct str folder,
		  const char *name, bool has_socket);

/* One process more. */
void running_add(struct running *p);

/* Another process in the place of the i-th, which has ended or is about to. */
void running_replace(struct running *p, size_t i);

/* Until all end in good order when they are told to: child_wait_ready of each. */
void running_wait_ready(const struct running *p);

/*
 * TERM to all, wait, remove socket and log. False, with the end of the log on stderr, when one did
 * not end by itself in good order: a report of a sanitizer is such an end. Its
 * warnings and errors go to stderr in any case: they are shown when a test fails.
 */
bool running_stop(struct running *p);

/* End all in good order, so that nothing they were asked is left half done, and start as many.
 * Fails the test when one does not end so. */
void running_renew(struct running *p);

/* The same as running_stop at once and without a word, for a test that was cut short. */
void running_kill(struct running *p);

/* The whole of a file, as far as it is written. */
struct str running_read_file(struct arena *a, const char *path);

#endif
