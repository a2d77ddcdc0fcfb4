/* Visits to the site. */
#include "support/visit.h"

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/num.h"
#include "domain/limit.h"
#include "domain/reauth.h"
#include "support/patience.h"
#include "web/cookie.h"
#include "web/csrf.h"

#define AT_ONCE_MOST 64
#define BROWSERS_MOST 2000
#define USED_UP_MS CLOCK_MINUTE

static struct browser *browsers[BROWSERS_MOST];
static size_t browser_count;

/* Of what people wrote and did; not what processes keep for themselves. */
static const struct db_sql sql_sum =
	SQL("CHECKSUM TABLE user, email_token, post, post_revision, post_draft, post_vote, liked,"
	    " comment, sensitive_word, moderation_log, form_used");

/* What becomes of an event is written down after the reply, whenever that is. */
static const struct db_sql sql_events =
	SQL("SELECT CONCAT(COUNT(*), ' ', COALESCE(SUM(event_id), 0)) FROM outbox");

static NORETURN void fail(const char *what, const struct reply *r)
{
	fprintf(stderr, "# visit: %s: status %d\n" STR_FMT "\n" STR_FMT "\n", what, r->status,
		STR_ARG(r->head), STR_ARG(str_slice(r->body, 0, 4000)));
	exit(1);
}

struct str visit_address(struct arena *a)
{
	return str_format(a, "10.%u.%u.%u", secret_random_below(256), secret_random_below(256),
			  1 + secret_random_below(254));
}

static struct browser *keep(struct browser *b)
{
	if (browser_count == BROWSERS_MOST)
		BUG("more than %d browsers", BROWSERS_MOST);
	browsers[browser_count++] = b;
	b->address = visit_address(b->arena).p;
	return b;
}

struct browser *visit_guest(struct site *s)
{
	return keep(browser_open(s));
}

struct browser *visit_member(struct site *s, enum role role)
{
	return keep(browser_open_as(s, site_user(s, "u", role)));
}

/* As if that were `age` milliseconds ago. */
static void prove(struct site *s, const struct browser *b, int64_t age)
{
	struct ctx *c = site_ctx(s);
	struct session_want *want = session_want(c, browser_cookie(b, COOKIE_SESSION_NAME), NULL);
	struct session session;
	int64_t retry_seconds;

	c->now -= age;
	if (!want || cache_flush(c->cache) || session_read(c, want, &session, &retry_seconds) ||
	    reauth_note(c, &session))
		BUG("user %lld cannot prove anything", (long long)visit_id(b));
}

void visit_prove(struct site *s, const struct browser *b)
{
	prove(s, b, 0);
}

void visit_prove_long_ago(struct site *s, const struct browser *b)
{
	prove(s, b, REAUTH_SECONDS * CLOCK_SECOND);
}

struct browser *visit_sure(struct site *s, enum role role)
{
	struct browser *b = visit_member(s, role);

	visit_prove(s, b);
	return b;
}

struct browser *visit_again(struct site *s, int64_t user_id)
{
	return keep(browser_open_as(s, user_id));
}

void visit_end(void)
{
	while (browser_count)
		browser_close(browsers[--browser_count]);
}

int64_t visit_id(const struct browser *b)
{
	struct str cookie = browser_cookie(b, COOKIE_SESSION_NAME);
	struct str id = { 0 };
	int64_t value = 0;

	str_split(&cookie, '.', &id);
	return num_parse_id(id, &value) ? value : 0;
}

struct str visit_name(struct site *s, const struct browser *b)
{
	static const struct db_sql sql = SQL("SELECT username FROM user WHERE user_id = ?");

	return visit_text(s, b->arena, &sql, DB_ARGS(visit_id(b)));
}

void visit_forgive(struct site *s, const struct browser *b)
{
	const struct limit_class *classes[] = { &limit_login, &limit_register, &limit_mail,
						&limit_post,  &limit_comment,  &limit_react,
						&limit_edit };
	struct ctx *c = site_ctx(s);
	size_t i;

	for (i = 0; i < ARRAY_LEN(classes); i++) {
		limit_clear(c, limit_account_key(c->arena, classes[i], visit_id(b)));
		limit_clear(c, limit_address_key(c->arena, classes[i], str_from_c(b->address)));
	}
}

void visit_use_up(struct site *s, struct str key, int most, int seconds)
{
	struct ctx *c = site_ctx(s);
	int64_t at = c->now + USED_UP_MS, retry;
	int i;

	limit_clear(c, key);
	for (i = 0; i < most; i++)
		cache_want(c->cache, CACHE_ARGS(STR("RPUSH"), key, at));
	cache_want(c->cache,
		   CACHE_ARGS(STR("PEXPIRE"), key, 2 * (USED_UP_MS + seconds * CLOCK_SECOND)));
	if (cache_flush(c->cache) || !limit_check(c, key, most, seconds, &retry))
		BUG("a limit of %d lets more through", most);
}

struct str visit_encode(struct arena *a, struct str text)
{
	struct buf out;

	buf_init(&out, a, 3 * text.n + 1);
	buf_add_url(&out, text);
	return buf_str(&out);
}

struct str visit_fields(struct browser *b, ...)
{
	const char *name;
	struct buf out;
	va_list args;

	buf_init(&out, b->arena, 256);
	va_start(args, b);
	while ((name = va_arg(args, const char *)) != NULL) {
		struct str value = str_from_c(va_arg(args, const char *));

		if (out.n)
			buf_add_char(&out, '&');
		buf_add(&out, str_from_c(name));
		buf_add_char(&out, '=');
		buf_add_url(&out, value);
	}
	va_end(args);
	return buf_str(&out);
}

const char *visit_path(struct browser *b, const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return str_copy(b->arena, str_from_c(text)).p;
}

int64_t visit_location_id(struct browser *b, const struct reply *r)
{
	struct str at = reply_header(b, r, "Location");
	int64_t id = 0;
	size_t n = at.n;

	while (n && at.p[n - 1] >= '0' && at.p[n - 1] <= '9')
		n--;
	return num_parse_id(str_slice(at, n, at.n), &id) ? id : 0;
}

int64_t visit_publish(struct browser *b, const char *title, const char *body)
{
	struct reply r =
		post_form(b, "/posts", visit_fields(b, "title", title, "body", body, NULL).p);

	if (r.status != 303 || !visit_location_id(b, &r))
		fail("cannot publish", &r);
	return visit_location_id(b, &r);
}

int64_t visit_comment(struct browser *b, int64_t post_id, int64_t parent_id, const char *body)
{
	struct str fields = visit_fields(b, "body", body, NULL);
	struct reply r;

	if (parent_id)
		fields = str_format(b->arena, STR_FMT "&parent=%lld", STR_ARG(fields),
				    (long long)parent_id);
	r = post_form(b, visit_path(b, "/posts/%lld/comments", (long long)post_id), fields.p);
	if (r.status != 303 || !visit_location_id(b, &r))
		fail("cannot comment", &r);
	return visit_location_id(b, &r);
}

static struct db_rows *ask_sql(struct site *s, struct arena *a, const struct db_sql *sql,
			       struct db_args args)
{
	struct db_rows *rows;
	err e = db_query(site_ctx(s)->db, a, &rows, sql, args);

	if (e) {
		fprintf(stderr, "# visit: %s: %s\n", err_name(e), sql->text);
		exit(1);
	}
	return rows;
}

int64_t visit_number(struct site *s, const struct db_sql *sql, struct db_args args)
{
	struct arena *a = arena_new(1024);
	struct db_rows *rows = ask_sql(s, a, sql, args);
	int64_t number = db_next(rows) ? db_int(rows, 0) : -1;

	arena_free(a);
	return number;
}

struct str visit_text(struct site *s, struct arena *a, const struct db_sql *sql,
		      struct db_args args)
{
	struct db_rows *rows = ask_sql(s, a, sql, args);

	return db_next(rows) ? db_str(rows, 0) : (struct str){ 0 };
}

int64_t visit_change(struct site *s, const struct db_sql *sql, struct db_args args)
{
	int64_t changed = 0;

	if (db_exec(site_ctx(s)->db, &changed, sql, args)) {
		fprintf(stderr, "# visit: cannot %s\n", sql->text);
		exit(1);
	}
	return changed;
}

struct str visit_sum(struct site *s, struct arena *a)
{
	struct db_rows *rows = ask_sql(s, a, &sql_sum, DB_NO_ARGS);
	struct buf out;

	buf_init(&out, a, 512);
	while (db_next(rows)) {
		buf_add(&out, db_str(rows, 0));
		buf_addf(&out, " %lld\n", (long long)db_int(rows, 1));
	}
	buf_add(&out, visit_text(s, a, &sql_events, DB_NO_ARGS));
	return buf_str(&out);
}

struct str visit_redis(struct site *s, struct arena *a, const char *key, const char *field)
{
	struct cache *cache = site_ctx(s)->cache;
	struct cache_reply *reply;
	struct str k = str_from_c(key);
	err e;

	if (field)
		e = cache_run(cache, &reply, CACHE_ARGS(STR("HGET"), k, str_from_c(field)));
	else
		e = cache_run(cache, &reply, CACHE_ARGS(STR("GET"), k));
	if (e) {
		fprintf(stderr, "# visit: Redis does not answer for %s\n", key);
		exit(1);
	}
	return str_copy(a, cache_text(reply));
}

/* "{n}" becomes the number. */
static struct str numbered(struct arena *a, struct str text, int number)
{
	ptrdiff_t at = str_find(text, STR("{n}"));

	if (at < 0)
		return text;
	return str_format(a, STR_FMT "%d" STR_FMT, STR_ARG(str_slice(text, 0, (size_t)at)), number,
			  STR_ARG(str_slice(text, (size_t)at + 3, text.n)));
}

static void send_one(struct browser *b, const struct ask *ask, int number, struct at_once *out)
{
	struct ask mine = *ask;
	struct reply r = { 0 };
	struct str where;
	int64_t started = clock_ticks();

	mine.path = numbered(b->arena, str_from_c(ask->path), number).p;
	mine.body = numbered(b->arena, ask->body, number);
	WAIT_UNTIL(r = browser_ask(b, &mine), r.status != 503);
	where = reply_header(b, &r, "Location");
	out->ms = clock_ticks() - started;
	out->text_hash = str_hash(page_text(b->arena, page_by_id(r.body, "main")));
	snprintf(out->location, sizeof(out->location), STR_FMT, STR_ARG(where));
	out->status = r.status;
}

static void run_child(struct browser *b, const struct ask *ask, int number, int ready, int gate,
		      struct at_once *out)
{
	char byte;

	/* When all have said so the parent closes the other end: they begin at once. */
	if (write(ready, "", 1) != 1)
		_exit(1);
	while (read(gate, &byte, 1) > 0)
		;
	send_one(b, ask, number, out);
	_exit(0);
}

static void fork_all(struct browser **who, size_t step, const struct ask *asks, int count,
		     struct at_once *out)
{
	const size_t size = AT_ONCE_MOST * sizeof(*out);
	struct at_once *shared =
		mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t children[AT_ONCE_MOST];
	int ready[2], gate[2];
	char byte;
	int i;

	if (count > AT_ONCE_MOST || shared == MAP_FAILED || pipe(ready) || pipe(gate))
		BUG("cannot start %d processes", count);
	for (i = 0; i < count; i++) {
		children[i] = fork();
		if (children[i] == 0) {
			close(gate[1]);
			run_child(who[(size_t)i * step], &asks[(size_t)i * step], i, ready[1],
				  gate[0], &shared[i]);
		}
	}
	close(gate[0]);
	close(ready[1]);
	for (i = 0; i < count && read(ready[0], &byte, 1) > 0; i++)
		;
	close(ready[0]);
	close(gate[1]);
	for (i = 0; i < count; i++)
		waitpid(children[i], NULL, 0);
	memcpy(out, shared, (size_t)count * sizeof(*out));
	munmap(shared, size);
}

void visit_at_once(struct browser *b, const struct ask *ask, int count, struct at_once *out)
{
	fork_all(&b, 0, ask, count, out);
}

void visit_all_at_once(struct browser **who, const struct ask *asks, int count, struct at_once *out)
{
	fork_all(who, 1, asks, count, out);
}
