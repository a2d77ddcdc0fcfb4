/* plazactl: the table of its commands, and the help made from it. */
#include <stdarg.h>

#include "plazactl.h"

static int help_command(struct program *p, struct words_given given);

static const struct command commands[] = {
	{ "migrate", "[--dry-run] [--sql DIR]\n\tbring the database to the newest schema",
	  migrate_command },
	{ "user",
	  "create NAME [--email ADDRESS] [--role user|moderator|admin] [--generate]\n"
	  "user role NAME user|moderator|admin\n"
	  "user disable NAME\n"
	  "user enable NAME\n"
	  "user list\n"
	  "\taccounts; a password is asked for, read from standard input, or made and printed once",
	  user_command },
	{ "words",
	  "list\nwords add WORD...\nwords remove WORD...\n\twords masked in what people write",
	  words_command },
	{ "outbox",
	  "list [pending|failed|dead]\n"
	  "outbox retry [EVENT]\n"
	  "outbox drop EVENT|--all\n"
	  "\tevents that were not published: another try for them, or the dead ones thrown away",
	  outbox_command },
	{ "dead",
	  "list [QUEUE]\n"
	  "dead replay [QUEUE] [--id MESSAGE]\n"
	  "dead drop QUEUE --id MESSAGE|--all\n"
	  "\tmessages no consumer could handle, and dead events of the outbox: looked at, tried\n"
	  "\tagain, thrown away",
	  dead_command },
	{ "declare", "\n\tmake the exchanges and queues in RabbitMQ", declare_command },
	{ "rebuild", "\n\tfill Redis from MariaDB: rankings, counts, voters, likes",
	  rebuild_command },
	{ "sale",
	  "list\nsale load [ID]\nsale settle ID\n"
	  "\tsales and how they stand; have `orders` load into Redis what is not there; end the\n"
	  "\ttickets that wait now and mend the stock",
	  sale_command },
	{ "demo", "[--accounts]\n\tload demo data into an empty site; print its accounts",
	  demo_command },
	{ "help", "\n\tthis text", help_command },
};

int complain(const char *format, ...)
{
	va_list arguments;

	/* What was said before stands before it, in a file, too. */
	fflush(stdout);
	fputs("plazactl: ", stderr);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	return EXIT_FAILED;
}

int complain_err(const char *doing, err e)
{
	switch (e) {
	case ERR_UNAVAILABLE:
		return complain("%s: a store does not answer, see above; try again", doing);
	case ERR_NOT_FOUND:
		return complain("%s: there is no such thing", doing);
	case ERR_CONFLICT:
		return complain("%s: it is there already", doing);
	default:
		return complain("%s: %s", doing, err_name(e));
	}
}

static void remove_words(struct words_given *given, int at, int count)
{
	memmove(given->items + at, given->items + at + count,
		(size_t)(given->count - at - count) * sizeof(given->items[0]));
	given->count -= count;
}

bool take_flag(struct words_given *given, const char *flag)
{
	int i;

	for (i = 0; i < given->count; i++) {
		if (strcmp(given->items[i], flag) != 0)
			continue;
		remove_words(given, i, 1);
		return true;
	}
	return false;
}

const char *take_option(struct words_given *given, const char *option)
{
	const char *value;
	int i;

	for (i = 0; i < given->count; i++) {
		if (strcmp(given->items[i], option) != 0)
			continue;
		value = i + 1 < given->count ? given->items[i + 1] : "";
		remove_words(given, i, *value ? 2 : 1);
		return value;
	}
	return NULL;
}

static int print_help(FILE *to)
{
	size_t i;

	fputs("usage: plazactl COMMAND ..., with PLAZA_CONFIG naming the configuration\n\n", to);
	for (i = 0; i < ARRAY_LEN(commands); i++)
		fprintf(to, "%s %s\n", commands[i].name, commands[i].usage);
	return to == stdout ? EXIT_DONE : EXIT_USAGE;
}

static int help_command(struct program *p, struct words_given given)
{
	(void)p;
	(void)given;
	return print_help(stdout);
}

static const struct command *find_command(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(commands); i++)
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	return NULL;
}

int main(int argc, char **argv)
{
	const struct command *command = argc > 1 ? find_command(argv[1]) : NULL;
	struct words_given given = { argv + 2, argc - 2 };
	struct program p;
	int status;

	if (!command)
		return print_help(argc > 1 && !strcmp(argv[1], "--help") ? stdout : stderr);
	if (command->run == help_command)
		return help_command(NULL, given);
	if (program_open(&p, "plazactl"))
		return complain("the configuration is wrong, see above");
	status = command->run(&p, given);
	program_close(&p);
	/* A password that was made is shown once: whoever sent it to a full disk is told. */
	if (fflush(stdout) || ferror(stdout))
		return complain("not all that was to be said could be written");
	return status;
}
