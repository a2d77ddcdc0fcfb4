/* The worker's side of pictures. */
#include "domain/picture_work.h"

#include <json-c/json.h>

#include "base/log.h"
#include "base/num.h"
#include "domain/picture_kinds.h"
#include "store/blob.h"

#define DEPTH 2

static const struct db_sql sql_find =
	SQL("SELECT kind, target_id, state, name FROM picture WHERE picture_id = ?");

/* All of the target, so that two of them are shown one after the other. */
static const struct db_sql sql_lock =
	SQL("SELECT picture_id, state FROM picture WHERE kind = ? AND target_id = ?"
	    " ORDER BY picture_id FOR UPDATE");

static const struct db_sql sql_show =
	SQL("UPDATE picture SET state = 1, changed_at = ? WHERE picture_id = ?");

/* By the target, too: nobody else's. */
static const struct db_sql sql_replace =
	SQL("UPDATE picture FORCE INDEX (target) SET state = 3, changed_at = ?"
	    " WHERE kind = ? AND target_id = ? AND picture_id < ? AND state IN (1, 2)");

static const struct db_sql sql_drop =
	SQL("UPDATE picture SET state = 3, changed_at = ? WHERE picture_id = ?");

static const struct db_sql sql_refuse =
	SQL("UPDATE picture SET state = 2, changed_at = ? WHERE picture_id = ? AND state = 0");

static void release(void *object)
{
	json_object_put(object);
}

static err read_message(struct arena *a, struct str message, int64_t *id)
{
	struct json_tokener *tokener = json_tokener_new_ex(DEPTH);
	struct json_object *object = NULL;
	const char *text = NULL;

	if (!tokener)
		BUG("out of memory");
	if (message.n <= 200)
		object = json_tokener_parse_ex(tokener, message.p, (int)message.n);
	json_tokener_free(tokener);
	if (object)
		arena_defer(a, release, object);
	if (json_object_is_type(object, json_type_object))
		text = json_object_get_string(json_object_object_get(object, "picture"));
	return num_parse_id(str_from_c(text), id) ? OK : ERR_INVALID;
}

static err read_waiting(struct ctx *c, struct picture_work *w)
{
	err e = blob_get(c->config, c->arena, BLOB_PRIVATE, picture_waiting_key(c->arena, w->name),
			 PICTURE_BYTES_MAX, &w->bytes);

	/* Nothing to decode is what cannot be decoded: its uploader is told. */
	if (e == ERR_NOT_FOUND) {
		log_error("picture %lld: its upload is lost", (long long)w->id);
		return OK;
	}
	return e;
}

err picture_work_find(struct ctx *c, struct str message, struct picture_work *out)
{
	struct picture_work w = { 0 };
	struct db_rows *rows;
	err e = read_message(c->arena, message, &w.id);

	if (!e)
		e = db_query(c->db, c->arena, &rows, &sql_find, DB_ARGS(w.id));
	if (e)
		return e;
	if (!db_next(rows) || db_int(rows, 2) >= PICTURE_REFUSED)
		return ERR_NOT_FOUND;
	w.kind = (enum picture_kind)db_int(rows, 0);
	w.target_id = db_int(rows, 1);
	w.is_done = db_int(rows, 2) == PICTURE_SHOWN;
	w.name = db_str(rows, 3);
	w.shape = &picture_kind_row(w.kind)->shape;
	if (!w.is_done)
		e = read_waiting(c, &w);
	if (!e)
		*out = w;
	return e;
}

static err put_files(struct ctx *c, const struct picture_work *w, const struct picture_files *files)
{
	err e = OK;
	size_t i;

	for (i = 0; !e && i < files->count; i++)
		e = blob_put(c->config, BLOB_PUBLIC,
			     picture_file_key(c->arena, w->kind, w->name, files->items[i].size),
			     files->items[i].bytes);
	return e;
}

/* Still waiting, and nothing newer is shown. */
static err ask_wanted(struct ctx *c, const struct picture_work *w, bool *is_wanted)
{
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, &sql_lock, DB_ARGS((int)w->kind, w->target_id));
	bool is_waiting = false, is_late = false;

	if (e)
		return e;
	while (db_next(rows)) {
		if (db_int(rows, 0) == w->id)
			is_waiting = db_int(rows, 1) == PICTURE_WAITING;
		else if (db_int(rows, 0) > w->id)
			is_late = is_late || db_int(rows, 1) == PICTURE_SHOWN;
	}
	*is_wanted = is_waiting && !is_late;
	return OK;
}

struct showing {
	struct ctx *c;
	const struct picture_work *work;
	bool is_wanted; /* false: it is not shown after all */
};

static err show(void *context)
{
	struct showing *s = context;
	const struct picture_work *w = s->work;
	struct ctx *c = s->c;
	err e = ask_wanted(c, w, &s->is_wanted);

	if (!e && s->is_wanted) {
		e = picture_kind_row(w->kind)->set(c, w->target_id, w->name);
		s->is_wanted = e != ERR_NOT_FOUND;
	}
	if (e && e != ERR_NOT_FOUND)
		return e;
	if (!s->is_wanted)
		return db_exec(c->db, NULL, &sql_drop, DB_ARGS(c->now, w->id));
	e = db_exec(c->db, NULL, &sql_replace, DB_ARGS(c->now, (int)w->kind, w->target_id, w->id));
	return e ? e : db_exec(c->db, NULL, &sql_show, DB_ARGS(c->now, w->id));
}

err picture_work_tell(struct ctx *c, const struct picture_work *w)
{
	const struct picture_kind_row *row = picture_kind_row(w->kind);

	return row->tell ? row->tell(c, w->target_id) : OK;
}

err picture_work_show(struct ctx *c, const struct picture_work *w,
		      const struct picture_files *files)
{
	struct showing s = { .c = c, .work = w };
	err e = put_files(c, w, files);

	if (!e)
		e = db_transaction(c->db, show, &s);
	if (e)
		return e;
	if (!s.is_wanted)
		return picture_remove_files(c, w->kind, w->name);
	if (blob_remove(c->config, BLOB_PRIVATE, picture_waiting_key(c->arena, w->name)))
		log_warn("picture %lld: its upload stays", (long long)w->id);
	return picture_work_tell(c, w);
}

err picture_work_refuse(struct ctx *c, const struct picture_work *w)
{
	err e = db_exec(c->db, NULL, &sql_refuse, DB_ARGS(c->now, w->id));

	return e ? e : picture_remove_files(c, w->kind, w->name);
}
