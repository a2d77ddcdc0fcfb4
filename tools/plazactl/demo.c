/* plazactl demo: fills an empty site, once, and tells how to log in there. */
#include "demo.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/secret.h"
#include "domain/points.h"
#include "domain/user.h"
#include "plazactl.h"

#define PASSWORD_BYTES 12 /* 16 characters */
#define PASSWORD_FILE "demo-password"

static const struct db_sql sql_has_posts = SQL("SELECT post_id FROM post LIMIT 1");

/* Beside the configuration, and readable by its owner only, like that. */
static struct str password_path(struct arena *a)
{
	const char *config = getenv("PLAZA_CONFIG");
	const char *slash = config ? strrchr(config, '/') : NULL;

	if (!slash)
		return STR(PASSWORD_FILE);
	return str_format(a, "%.*s/" PASSWORD_FILE, (int)(slash - config), config);
}

static int print_accounts(struct arena *a)
{
	struct str path = password_path(a), password;
	size_t i;

	if (read_file(a, path.p, &password))
		return complain("there are no demo accounts: %s is missing", path.p);
	puts("Demo accounts, all with the same password:");
	for (i = 0; i < DEMO_ACCOUNTS; i++)
		printf("  %-10s " STR_FMT "\n", demo_account_names[i], STR_ARG(str_trim(password)));
	return EXIT_DONE;
}

/* The password of a first try that failed is used again: it is in nobody's hands yet. */
static err make_password(struct arena *a, struct str *out)
{
	struct str path = password_path(a);
	FILE *f;
	int fd;

	if (!read_file(a, path.p, out)) {
		*out = str_trim(*out);
		return out->n ? OK : ERR_INVALID;
	}
	*out = secret_token(a, PASSWORD_BYTES);
	fd = open(path.p, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	f = fd < 0 ? NULL : fdopen(fd, "w");
	if (!f)
		return ERR_INTERNAL;
	fprintf(f, STR_FMT "\n", STR_ARG(*out));
	return fclose(f) ? ERR_INTERNAL : OK;
}

static err has_posts(struct ctx *c, bool *out)
{
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, &sql_has_posts, DB_NO_ARGS);

	if (!e)
		*out = db_next(rows);
	return e;
}

static err make_demo(struct demo *d)
{
	size_t i;
	err e = demo_read_stock(d);

	if (e)
		return e;
	demo_make_people(d);
	demo_plan_posts(d);
	demo_write_posts(d);
	for (i = 0; i < DEMO_POSTS; i++)
		demo_write_comments(d, &d->posts[i]);
	demo_make_reactions(d);
	return OK;
}

/* People who are only members, for whom nothing else happens. */
static err load_sales(struct ctx *c, const struct demo *d)
{
	int64_t buyers[DEMO_BUYERS];
	size_t i;

	for (i = 0; i < DEMO_BUYERS; i++)
		buyers[i] = d->users[DEMO_ACCOUNTS + i].id;
	return demo_load_sales(c, d->folder, d->users[DEMO_ADMIN].id, buyers, DEMO_BUYERS);
}

/* What people have written and got makes their levels. */
static err load_points(struct ctx *c, const struct demo *d)
{
	err e = db_begin(c->db);
	size_t i;

	if (e)
		return e;
	for (i = 0; !e && i < DEMO_USERS; i++)
		e = points_refresh(c, d->users[i].id);
	return db_end(c->db, e);
}

static int load(struct program *p, const char *folder)
{
	struct ctx *c = &p->ctx;
	struct demo *d = ARENA_NEW(p->lasting, struct demo);
	int64_t started = clock_ticks();
	struct str password, hash;
	err e = make_password(p->lasting, &password);

	if (e)
		return complain("%s cannot be written", password_path(p->lasting).p);
	d->arena = p->lasting;
	d->chance.state = DEMO_SEED;
	d->now = c->now;
	d->folder = folder;
	e = make_demo(d);
	if (e)
		return EXIT_FAILED;
	e = user_password_hash(c->arena, user_first_pass(c->arena, password), &hash);
	if (!e)
		e = demo_load(c, d, hash);
	if (!e)
		e = load_sales(c, d);
	if (!e)
		e = load_points(c, d);
	if (e)
		return complain_err("loading the demo data", e);
	printf("loaded in %lld ms\n", (long long)(clock_ticks() - started));
	return rebuild_command(p, (struct words_given){ 0 });
}

int demo_command(struct program *p, struct words_given given)
{
	bool is_accounts = take_flag(&given, "--accounts"), is_loaded;
	const char *folder = take_option(&given, "--sql");
	err e;

	if (given.count || (folder && !*folder)) {
		complain("usage: plazactl demo [--accounts] [--sql DIR]");
		return EXIT_USAGE;
	}
	if (is_accounts)
		return print_accounts(p->ctx.arena);
	e = has_posts(&p->ctx, &is_loaded);
	if (e)
		return complain_err("looking for posts", e);
	if (is_loaded) {
		puts("there are posts already: nothing is loaded");
		return EXIT_DONE;
	}
	return load(p, sql_folder(p->lasting, folder));
}
