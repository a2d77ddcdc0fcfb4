/*
 * plazactl: what an administrator does from a shell. A command is a function that gets the words
 * after its name; it says what is wrong itself and returns the exit status.
 */
#ifndef PLAZACTL_H
#define PLAZACTL_H

#include "domain/program.h"

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

/* The words of a command line that are left. */
struct words_given {
	char **items;
	int count;
};

struct command {
	const char *name;
	const char *usage; /* what follows the name, and what it does, for the help */
	int (*run)(struct program *p, struct words_given given);
};

int migrate_command(struct program *p, struct words_given given);
int user_command(struct program *p, struct words_given given);
int words_command(struct program *p, struct words_given given);
int outbox_command(struct program *p, struct words_given given);
int dead_command(struct program *p, struct words_given given);
int declare_command(struct program *p, struct words_given given);
int rebuild_command(struct program *p, struct words_given given);
int sale_command(struct program *p, struct words_given given);
int demo_command(struct program *p, struct words_given given);

/* "plazactl: ..." on standard error; returns EXIT_FAILED. */
int complain(const char *format, ...) PRINTF_LIKE(1, 2);

/* The same for a call that was refused for a reason in the log above: names what was being done. */
int complain_err(const char *doing, err e);

/* One of several words given: removed from the list when it is there. */
bool take_flag(struct words_given *given, const char *flag);

/* The word after an option, both removed from the list; NULL when it is not there, "" when the word
 * is missing. */
const char *take_option(struct words_given *given, const char *option);

/* A whole file. ERR_NOT_FOUND when it cannot be read. */
err read_file(struct arena *a, const char *path, struct str *out) MUST_CHECK;

/*
 * The folder of the schema and the demo texts: the one given (NULL: none), else the installed one,
 * else "sql" below the working folder.
 */
const char *sql_folder(struct arena *a, const char *given);

/*
 * A password: asked twice without echo on a terminal, the first line of standard input otherwise.
 * False after a message.
 */
bool read_password(struct arena *a, struct str *out);

#endif
