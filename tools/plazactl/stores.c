/* Commands on the stores beside the schema: sensitive words, the topology, Redis. */
#include "base/utf8.h"
#include "domain/reaction.h"
#include "plazactl.h"

#define WORD_MAX 64 /* code points */
#define REBUILD_STEP 200

static const struct db_sql sql_words = SQL("SELECT word FROM sensitive_word ORDER BY word");
static const struct db_sql sql_add_word =
	SQL("INSERT IGNORE INTO sensitive_word (word) VALUES (?)");
static const struct db_sql sql_remove_word = SQL("DELETE FROM sensitive_word WHERE word = ?");

static int list_words(struct ctx *c)
{
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, &sql_words, DB_NO_ARGS);

	if (e)
		return complain_err("listing the words", e);
	while (db_next(rows))
		printf(STR_FMT "\n", STR_ARG(db_str(rows, 0)));
	return EXIT_DONE;
}

static int change_words(struct ctx *c, struct words_given given, const struct db_sql *sql,
			const char *done)
{
	int64_t changed, total = 0;
	struct str word;
	int i;
	err e;

	for (i = 0; i < given.count; i++) {
		word = str_trim(str_from_c(given.items[i]));
		if (!utf8_is_valid(word) || word.n == 0 || utf8_count(word) > WORD_MAX)
			return complain("a word has 1 to %d characters", WORD_MAX);
		e = db_exec(c->db, &changed, sql, DB_ARGS(word));
		if (e)
			return complain_err("changing the words", e);
		total += changed;
	}
	printf("%lld %s; the programs read the list again within a minute\n", (long long)total,
	       done);
	return EXIT_DONE;
}

int words_command(struct program *p, struct words_given given)
{
	const char *verb = given.count ? given.items[0] : "";
	struct words_given rest = { given.items + 1, given.count - 1 };

	if (!strcmp(verb, "list") && rest.count == 0)
		return list_words(&p->ctx);
	if (!strcmp(verb, "add") && rest.count > 0)
		return change_words(&p->ctx, rest, &sql_add_word, "added");
	if (!strcmp(verb, "remove") && rest.count > 0)
		return change_words(&p->ctx, rest, &sql_remove_word, "removed");
	complain("usage: plazactl words list|add|remove [WORD...]");
	return EXIT_USAGE;
}

int declare_command(struct program *p, struct words_given given)
{
	size_t i;
	err e;

	if (given.count) {
		complain("usage: plazactl declare");
		return EXIT_USAGE;
	}
	e = mq_declare(p->ctx.mq);
	if (e)
		return complain_err("declaring the queues", e);
	for (i = 0; i < mq_queue_count; i++)
		printf("queue %s, messages %s\n", mq_queues[i].name, mq_queues[i].binding);
	return EXIT_DONE;
}

int rebuild_command(struct program *p, struct words_given given)
{
	int64_t last = 0, after;
	err e;

	if (given.count) {
		complain("usage: plazactl rebuild");
		return EXIT_USAGE;
	}
	do {
		program_next(p);
		after = last;
		e = reaction_rebuild(&p->ctx, after, REBUILD_STEP, &last);
		if (e)
			return complain_err("rebuilding Redis", e);
	} while (last > after && !program_is_stopping());
	if (program_is_stopping())
		return complain("stopped before the end: run it again");
	puts("Redis holds what MariaDB holds");
	return EXIT_DONE;
}
