/* The commands of bench_data, and what needs Redis: sessions, tokens, events. */
#include "data.h"

#include "base/num.h"
#include "domain/reaction_keys.h"
#include "domain/session.h"
#include "web/csrf.h"

#define PEOPLE_EACH 100
#define EVENTS_EACH 1000

FILE *data_file(const char *folder, const char *name)
{
	char path[512];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	f = fopen(path, "w");
	if (!f)
		BUG("cannot write %s", path);
	return f;
}

/* What the ceilings look up for a session. */
static void want_ceiling(struct ctx *c, struct str cookie)
{
	cache_want(c->cache,
		   CACHE_ARGS(STR("SET"),
			      str_format(c->arena, "bench:session:" STR_FMT, STR_ARG(cookie)),
			      STR("7 reader 0 3 1769847909000 1769847909000 0")));
}

static err make_session(struct program *p, FILE *f, int64_t i)
{
	struct ctx *c = &p->ctx;
	struct user u = { .id = data_user(i), .user_no = i + 1, .level = 1 + (int)(i % 9) };
	struct csrf_page page = { 0 };
	struct str cookie, token;
	err e;

	u.name = str_format(c->arena, "reader%lld", (long long)i);
	e = session_start(c, &u, false, STR("bench"), STR("127.0.0.1"), &cookie);
	if (e)
		return e;
	want_ceiling(c, cookie);
	token = csrf_next(&page, c->arena, c->config->site.secret, cookie);
	fprintf(f, STR_FMT " " STR_FMT "\n", STR_ARG(cookie), STR_ARG(token));
	return OK;
}

static err make_sessions(struct program *p, FILE *f, int64_t from, int64_t to)
{
	int64_t i;
	err e = OK;

	for (i = from; !e && i < to; i++) {
		if (i % PEOPLE_EACH == 0) {
			e = cache_flush(p->ctx.cache);
			program_next(p);
		}
		if (!e)
			e = make_session(p, f, i);
	}
	fclose(f);
	return e ? e : cache_flush(p->ctx.cache);
}

err data_make_people(struct program *p, const char *folder)
{
	err e;

	want_ceiling(&p->ctx, STR("guest"));
	e = make_sessions(p, data_file(folder, "members"), 0, DATA_USERS);
	if (e)
		return e;
	return make_sessions(p, data_file(folder, "voters"), DATA_USERS, DATA_USERS + DATA_VOTERS);
}

/*
 * What a vote leaves in Redis: its count, ahead of SQL, and its event. By users nobody has heard
 * of, so it was not cast before.
 */
static void want_event(struct ctx *c, int64_t post, int64_t user)
{
	struct str key = reaction_stream_key(c->arena, reaction_shard(post));

	cache_want(c->cache, CACHE_ARGS(STR("HINCRBY"), reaction_article_key(c->arena, post),
					STR("votes"), 1));
	cache_want(c->cache, CACHE_ARGS(STR("XADD"), key, STR("*"), STR("e"),
					str_format(c->arena, "vote %d %lld %lld", TARGET_POST,
						   (long long)post, (long long)user)));
}

err data_make_events(struct program *p, int64_t count)
{
	int64_t posts[DATA_TOPICS], i;
	size_t n;
	err e = data_posts(p, posts, ARRAY_LEN(posts), &n);

	for (i = 0; !e && i < count; i++) {
		want_event(&p->ctx, posts[(size_t)i % n], data_user(100000 + i / (int64_t)n));
		if ((i + 1) % EVENTS_EACH && i + 1 < count)
			continue;
		e = cache_flush(p->ctx.cache);
		program_next(p);
	}
	return e;
}

static err run(struct program *p, const char *command, const char *argument)
{
	int64_t count;

	if (str_is(str_from_c(command), STR("corpus")))
		return data_make_corpus(p, argument);
	if (str_is(str_from_c(command), STR("people")))
		return data_make_people(p, argument);
	if (str_is(str_from_c(command), STR("events")) &&
	    num_parse_i64(str_from_c(argument), 1, 100000000, &count))
		return data_make_events(p, count);
	fputs("usage: bench_data corpus DIR | people DIR | events N\n", stderr);
	return ERR_INVALID;
}

int main(int argc, char **argv)
{
	struct program p;
	err e;

	if (program_open(&p, "bench_data"))
		return 1;
	e = run(&p, argc == 3 ? argv[1] : "", argc == 3 ? argv[2] : "");
	if (e)
		fprintf(stderr, "bench_data: %s\n", err_name(e));
	program_close(&p);
	return e ? 1 : 0;
}
