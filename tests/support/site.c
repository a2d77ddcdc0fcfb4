/* The real programs on private stores, for a test program. */
#include "support/site.h"

#include <signal.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "domain/process.h"
#include "domain/user.h"
#include "support/child.h"
#include "support/site_internal.h"
#include "support/stores.h"

static void fail(const char *what, const char *which)
{
	fprintf(stderr, "# site: %s %s\n", what, which);
	exit(1);
}

static void run(struct site *s, const char *command, const char *argument)
{
	struct str line = str_format(s->arena, "tests/support/services.sh %s " STR_FMT " %s >&2",
				     command, STR_ARG(s->state), argument);

	if (system(line.p)) /* NOLINT: a test's own words */
		fail("cannot", line.p);
}

static void open_stores(struct site *s)
{
	const char *given = getenv("PLAZA_TEST_STATE");

	s->is_state_own = !given;
	s->state = given ? str_from_c(given)
			 : str_format(s->arena, "build/test-state-%d", (int)getpid());
	if (!given)
		run(s, "start", "");
	setenv("PLAZA_CONFIG", str_format(s->arena, STR_FMT "/plaza.conf", STR_ARG(s->state)).p, 1);
	if (config_load(s->arena, &s->config))
		fail("no configuration in", s->state.p);
	if (clock_set_zone(s->config.site.zone))
		fail("there is no zone", s->config.site.zone.p);
}

static void open_ctx(struct site *s)
{
	s->ctx.arena = arena_new(65536);
	s->ctx.config = &s->config;
	s->ctx.db = db_new(&s->config);
	s->ctx.cache = cache_new(&s->config);
	s->ctx.mq = mq_new(&s->config);
	s->ctx.process = process_new();
	s->ctx.now = clock_now();
	cache_start_request(s->ctx.cache, s->ctx.arena);
}

static void migrate(struct site *s)
{
	struct str line =
		str_format(s->arena,
			   STR_FMT "/plazactl migrate >&2 && " STR_FMT "/plazactl declare >&2",
			   STR_ARG(s->bin), STR_ARG(s->bin));

	if (system(line.p)) /* NOLINT */
		fail("cannot", line.p);
}

static struct running *open_program(struct site *s, const char *name, bool has_socket)
{
	struct running *p = &s->programs[s->program_count++];

	if (s->program_count > PROGRAMS_MAX)
		fail("too many programs with", name);
	running_open(p, s->arena, s->bin, s->folder, name, has_socket);
	running_add(p);
	return p;
}

static void read_routes(struct site *s, struct str program)
{
	struct str line = str_format(s->arena, STR_FMT "/" STR_FMT " --routes", STR_ARG(s->bin),
				     STR_ARG(program));
	FILE *f = popen(line.p, "r"); /* NOLINT */
	char text[512];

	while (f && fgets(text, sizeof(text), f)) {
		struct str rest = str_trim(str_copy(s->arena, str_from_c(text)));
		size_t size = s->routes.count * sizeof(struct site_route);
		struct site_route *r;

		s->routes.items = arena_grow(s->arena, s->routes.items, size,
					     size + sizeof(struct site_route));
		r = &s->routes.items[s->routes.count++];
		r->program = program;
		str_split(&rest, '\t', &r->method);
		str_split(&rest, '\t', &r->pattern);
		str_split(&rest, '\t', &r->flags);
		str_split(&rest, '\t', &r->limit);
	}
	if (!f || pclose(f))
		fail("cannot", line.p);
}

/* For a test program that ends before site_stop: nothing of its site may go on running. */
static struct {
	struct site *site;
	pid_t owner;
} unfinished;

static void finish_in_a_hurry(void)
{
	struct site *s = unfinished.site;
	size_t i;

	if (!s || unfinished.owner != getpid())
		return;
	unfinished.site = NULL;
	for (i = 0; i < s->program_count; i++)
		running_kill(&s->programs[i]);
	rmdir(s->folder.p);
	if (s->is_state_own &&
	    system(str_format(s->arena, "tests/support/services.sh remove " STR_FMT " >&2",
			      STR_ARG(s->state))
			   .p)) /* NOLINT: a test's own words */
		fprintf(stderr, "# site: left behind: %s\n", s->state.p);
}

static void end_early(int number)
{
	exit(128 + number); /* NOLINT: a test program, about to be killed */
}

static void watch_for_the_end(struct site *s)
{
	unfinished.site = s;
	unfinished.owner = getpid();
	atexit(finish_in_a_hurry);
	signal(SIGTERM, end_early);
	signal(SIGINT, end_early);
}

static bool has_program(const struct site *s, const char *name)
{
	size_t i;

	for (i = 0; i < s->program_count; i++) {
		if (str_is(s->programs[i].name, str_from_c(name)))
			return true;
	}
	return false;
}

struct site *site_start(const char *const *programs)
{
	struct arena *a = arena_new(65536);
	struct site *s = ARENA_NEW(a, struct site);
	char *folder = str_c(a, STR("/tmp/plaza-test-XXXXXX"));
	const char *bin = getenv("PLAZA_BIN");

	log_open("test", LOG_LEVEL_WARN);
	secret_open();
	signal(SIGPIPE, SIG_IGN);
	s->arena = a;
	s->bin = bin ? str_from_c(bin) : STR("build/asan/bin");
	s->routes.items = arena_alloc(a, 0);
	if (!mkdtemp(folder))
		fail("cannot make", folder);
	s->folder = str_from_c(folder);
	watch_for_the_end(s);
	open_stores(s);
	migrate(s);
	open_ctx(s);
	for (; *programs; programs++) {
		if (has_program(s, *programs))
			site_add_process(s, *programs);
		else
			open_program(s, *programs, true);
	}
	for (size_t i = 0; i < s->program_count; i++)
		read_routes(s, s->programs[i].name);
	return s;
}

void site_stop(struct site *s)
{
	bool is_fine = true;
	size_t i;

	for (i = 0; i < s->program_count; i++)
		is_fine = running_stop(&s->programs[i]) && is_fine;
	unfinished.site = NULL;
	rmdir(s->folder.p);
	ctx_release_ids(&s->ctx);
	process_free(s->ctx.process);
	mq_free(s->ctx.mq);
	cache_free(s->ctx.cache);
	db_free(s->ctx.db);
	if (s->is_state_own)
		run(s, "remove", "");
	arena_free(s->ctx.arena);
	arena_free(s->arena);
	if (!is_fine)
		exit(1);
}

struct ctx *site_ctx(struct site *s)
{
	s->ctx.now = clock_now();
	return &s->ctx;
}

const struct config *site_config(const struct site *s)
{
	return &s->config;
}

struct site_routes site_routes(const struct site *s)
{
	return s->routes;
}

int64_t site_user(struct site *s, const char *name, enum role role)
{
	struct ctx *c = site_ctx(s);
	struct registration reg = { .password = STR(SITE_PASSWORD) };
	int64_t id;

	reg.username =
		str_format(s->arena, "%s%x_%d", name, secret_random_below(UINT32_MAX), s->users++);
	reg.email = str_format(s->arena, STR_FMT "@example.org", STR_ARG(reg.username));
	if (user_create(c, &reg, role, &id))
		fail("cannot make the user", reg.username.p);
	return id;
}

void site_store_stop(struct site *s, const char *store)
{
	run(s, "stop", store);
}

void site_store_start(struct site *s, const char *store)
{
	run(s, "start", store);
}

void site_store_signal(struct site *s, const char *store, int signal)
{
	if (!s->is_state_own)
		fail("others use this store:", store);
	stores_signal_in(s->state.p, store, signal);
}

void site_redis_command(struct site *s, const char *command)
{
	run(s, "redis", command);
}

void site_rabbitmqctl(struct site *s, const char *arguments)
{
	run(s, "rabbitmqctl", arguments);
}

static struct running *find_program(const struct site *s, const char *program)
{
	size_t i;

	for (i = 0; i < s->program_count; i++) {
		if (str_is(s->programs[i].name, str_from_c(program)))
			return (struct running *)&s->programs[i];
	}
	fail("there is no program", program);
	return NULL;
}

void site_add_process(struct site *s, const char *program)
{
	running_add(find_program(s, program));
}

void site_start_program(struct site *s, const char *program)
{
	read_routes(s, open_program(s, program, true)->name);
}

void site_start_worker(struct site *s, const char *program)
{
	open_program(s, program, false);
}

int site_run(struct site *s, const char *program, size_t count)
{
	struct running p;
	int status = 0;

	running_open(&p, s->arena, s->bin, s->folder, program, false);
	while (p.count < count)
		running_add(&p);
	while (p.count)
		status |= child_wait(p.pids[--p.count]);
	unlink(p.log_path.p);
	return status;
}

int site_pid(const struct site *s, const char *program)
{
	return site_process(s, program, 0);
}

int site_process(const struct site *s, const char *program, size_t i)
{
	return find_program(s, program)->pids[i];
}

void site_restart(struct site *s, const char *program)
{
	site_replace(s, program, 0);
}

void site_replace(struct site *s, const char *program, size_t i)
{
	running_replace(find_program(s, program), i);
}

void site_wait_ready(const struct site *s, const char *program)
{
	running_wait_ready(find_program(s, program));
}

struct str site_log(struct site *s, struct arena *a, const char *program)
{
	return running_read_file(a, find_program(s, program)->log_path.p);
}

struct str site_log_whole(struct site *s, struct arena *a, const char *program)
{
	running_renew(find_program(s, program));
	return site_log(s, a, program);
}
