/* Copies of what people wrote: asking for them, handing them out, and forgetting them. */
#include "domain/export.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/num.h"
#include "base/secret.h"
#include "domain/mail.h"
#include "domain/outbox.h"

/* A big one takes a minute of a worker: three a day are more than anybody needs. */
const struct limit_class limit_export = { "export", 3, 20, 86400 };

#define COLUMNS "export_id, user_id, state, language, file, bytes, asked_at, ready_at, expires_at"

static const struct db_sql sql_find = SQL("SELECT " COLUMNS " FROM export WHERE user_id = ?");

static const struct db_sql sql_lock =
	SQL("SELECT " COLUMNS " FROM export WHERE user_id = ? FOR UPDATE");

static const struct db_sql sql_ask =
	SQL("REPLACE INTO export (user_id, export_id, language, asked_at) VALUES (?, ?, ?, ?)");

static const struct db_sql sql_done =
	SQL("UPDATE export SET state = ?, file = ?, bytes = ?, ready_at = ?, expires_at = ?"
	    " WHERE user_id = ? AND export_id = ? AND state = 0");

static const struct db_sql sql_over =
	SQL("SELECT " COLUMNS " FROM export WHERE state IN (1, 2) AND expires_at < ?"
	    " ORDER BY state, expires_at LIMIT ?");

static const struct db_sql sql_drop = SQL("DELETE FROM export WHERE user_id = ? AND export_id = ?");

static struct export read_row(const struct db_rows *rows)
{
	return (struct export){
		.id = db_int(rows, 0),
		.user_id = db_int(rows, 1),
		.state = (enum export_state)db_int(rows, 2),
		.language = (int)db_int(rows, 3),
		.file = db_str(rows, 4),
		.bytes = db_int(rows, 5),
		.asked_at = db_int(rows, 6),
		.ready_at = db_int(rows, 7),
		.expires_at = db_int(rows, 8),
	};
}

static err find(struct ctx *c, const struct db_sql *sql, int64_t user_id, struct export *out)
{
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, sql, DB_ARGS(user_id));

	if (e)
		return e;
	if (!db_next(rows))
		return ERR_NOT_FOUND;
	*out = read_row(rows);
	return OK;
}

const char *export_path(struct ctx *c, struct str file)
{
	return str_format(c->arena, STR_FMT "/exports/" STR_FMT, STR_ARG(c->config->media.dir),
			  STR_ARG(file))
		.p;
}

/* On a real server it exists, and the web server's group may read what is in it. */
err export_folder(struct ctx *c)
{
	const char *folder = export_path(c, STR(""));

	if ((mkdir(c->config->media.dir.p, 0755) && errno != EEXIST) ||
	    (mkdir(folder, 0750) && errno != EEXIST)) {
		log_error("export: %s: %s", folder, strerror(errno));
		return ERR_INTERNAL;
	}
	return OK;
}

struct str export_file(struct ctx *c, const struct export *x)
{
	struct str id = num_text(c->arena, x->id);
	const struct str parts[] = { STR("export"), id };
	struct str mac = secret_mac(c->arena, c->config->site.secret, parts, ARRAY_LEN(parts));

	return str_format(c->arena, STR_FMT "-%.22s.zip", STR_ARG(id), mac.p);
}

/* A file that is gone already is no error. */
static err remove_file(struct ctx *c, struct str file)
{
	if (!unlink(export_path(c, file)) || errno == ENOENT)
		return OK;
	log_error("export: %s cannot be removed: %s", export_path(c, file), strerror(errno));
	return ERR_INTERNAL;
}

struct asking {
	struct ctx *c;
	int language;
	struct export old;
};

static bool is_waiting(const struct ctx *c, const struct export *x)
{
	return x->state == EXPORT_WAITING && x->asked_at > c->now - EXPORT_GIVE_UP_MS;
}

static err ask(void *context)
{
	struct asking *w = context;
	struct ctx *c = w->c;
	struct export known = { 0 };
	struct str payload;
	int64_t id;
	err e = find(c, &sql_lock, c->viewer.id, &known);

	if (e && e != ERR_NOT_FOUND)
		return e;
	if (!e && is_waiting(c, &known))
		return OK;
	w->old = known;
	e = ctx_new_id(c, &id);
	if (!e)
		e = db_exec(c->db, NULL, &sql_ask, DB_ARGS(c->viewer.id, id, w->language, c->now));
	payload = str_format(c->arena, "{\"user\":\"%lld\",\"export\":\"%lld\"}",
			     (long long)c->viewer.id, (long long)id);
	return e ? e : outbox_add(c, STR(EXPORT_TOPIC), payload);
}

err export_ask(struct ctx *c, int language)
{
	struct asking w = { .c = c, .language = language };
	err e = ctx_is_guest(c) ? ERR_AUTH : db_transaction(c->db, ask, &w);

	return e || !w.old.id ? e : remove_file(c, export_file(c, &w.old));
}

err export_find(struct ctx *c, struct export *out)
{
	struct export x;
	err e = find(c, &sql_find, c->viewer.id, &x);

	if (e)
		return e;
	if (x.state != EXPORT_WAITING && x.expires_at <= c->now)
		return ERR_NOT_FOUND;
	if (x.state == EXPORT_WAITING && !is_waiting(c, &x))
		x.state = EXPORT_FAILED;
	*out = x;
	return OK;
}

/* The digits between two texts of a payload. */
static bool read_id(struct str *payload, struct str before, int64_t *out)
{
	ptrdiff_t end;

	if (!str_starts(*payload, before))
		return false;
	*payload = str_slice(*payload, before.n, payload->n);
	end = str_find_byte(*payload, '"');
	if (end < 0 || !num_parse_id(str_slice(*payload, 0, (size_t)end), out))
		return false;
	*payload = str_slice(*payload, (size_t)end, payload->n);
	return true;
}

err export_wanted(struct ctx *c, struct str payload, struct export *out)
{
	struct export x;
	int64_t user_id, id;
	err e;

	if (!read_id(&payload, STR("{\"user\":\""), &user_id) ||
	    !read_id(&payload, STR("\",\"export\":\""), &id) || !str_is(payload, STR("\"}")))
		return ERR_INVALID;
	e = find(c, &sql_find, user_id, &x);
	if (e)
		return e;
	if (x.id != id || x.state != EXPORT_WAITING)
		return ERR_NOT_FOUND;
	*out = x;
	return OK;
}

err export_done(struct ctx *c, const struct export *x, struct str file, int64_t bytes)
{
	enum export_state state = file.n ? EXPORT_READY : EXPORT_FAILED;
	int64_t changed, ends = c->now + EXPORT_HOURS * CLOCK_HOUR;
	err e = db_begin(c->db);

	if (e)
		return e;
	e = db_exec(c->db, &changed, &sql_done,
		    DB_ARGS((int)state, file, bytes, c->now, ends, x->user_id, x->id));
	if (!e && !changed)
		e = ERR_NOT_FOUND;
	if (!e && state == EXPORT_READY)
		e = mail_request(c, MAIL_EXPORT_READY, x->user_id, x->language);
	return db_end(c->db, e);
}

/* Also one that was made by a worker that died before it could say so. The file first: a row
 * without a file is found again, a file without a row is not. */
static err forget(struct ctx *c, const struct export *x)
{
	err e = remove_file(c, export_file(c, x));

	return e ? e : db_exec(c->db, NULL, &sql_drop, DB_ARGS(x->user_id, x->id));
}

err export_sweep(struct ctx *c, int limit, int64_t *swept)
{
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, &sql_over, DB_ARGS(c->now, limit));

	*swept = 0;
	while (!e && db_next(rows)) {
		struct export x = read_row(rows);

		e = forget(c, &x);
		*swept += !e;
	}
	return e;
}

err export_forget(struct ctx *c, int64_t user_id)
{
	struct export x;
	err e = find(c, &sql_find, user_id, &x);

	if (e)
		return e == ERR_NOT_FOUND ? OK : e;
	return forget(c, &x);
}
