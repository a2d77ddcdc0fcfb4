/* Uploads: what they must be, how they are taken, and how they go. */
#include "domain/picture.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/secret.h"
#include "domain/form_once.h"
#include "domain/goods_picture.h"
#include "domain/moderation.h"
#include "domain/outbox.h"
#include "domain/picture_header.h"
#include "domain/picture_kinds.h"
#include "domain/user_profile.h"
#include "html/text.h"
#include "store/blob.h"

#define NAME_LENGTH 32
#define REPLACED_MS \
	(5 * CLOCK_MINUTE) /* pages that name the old one are remembered for seconds \
			    */
#define WAITING_MS (6 * CLOCK_HOUR)
#define REFUSED_MS (7 * CLOCK_DAY)

static const struct picture_kind_row kinds[] = {
	[PICTURE_AVATAR] = { "avatar",
			     { true, { 192, 96 } },
			     user_set_avatar,
			     user_tell_avatar,
			     0 },
	[PICTURE_GOODS] = { "goods",
			    { false, { 1280, 640, 320 } },
			    goods_set_picture,
			    NULL,
			    TARGET_GOODS },
};

static const struct db_sql sql_add = SQL(
	"INSERT INTO picture (picture_id, kind, target_id, uploader_id, state, name, changed_at)"
	" VALUES (?, ?, ?, ?, 0, ?, ?)");

/* By the target: by the state the server would come to all that wait, and to who has them in hand.
 */
static const struct db_sql sql_replace_waiting =
	SQL("UPDATE picture FORCE INDEX (target) SET state = 3, changed_at = ?"
	    " WHERE kind = ? AND target_id = ? AND state = 0");

static const struct db_sql sql_newest =
	SQL("SELECT state FROM picture WHERE kind = ? AND target_id = ? AND state <> 3"
	    " ORDER BY picture_id DESC LIMIT 1");

static const struct db_sql sql_all_of =
	SQL("SELECT picture_id, kind, name FROM picture WHERE kind = ? AND target_id = ?"
	    " ORDER BY picture_id FOR UPDATE");

static const struct db_sql sql_replace_all =
	SQL("UPDATE picture SET state = 3, changed_at = ? WHERE kind = ? AND target_id = ?");

static const struct db_sql sql_old =
	SQL("SELECT picture_id, kind, name FROM picture WHERE (state = 3 AND changed_at < ?)"
	    " OR (state = 2 AND changed_at < ?) ORDER BY state, changed_at LIMIT ?");

static const struct db_sql sql_give_up =
	SQL("UPDATE picture SET state = 2, changed_at = ? WHERE state = 0 AND changed_at < ?");

static const struct db_sql sql_delete = SQL("DELETE FROM picture WHERE picture_id = ?");

const struct picture_kind_row *picture_kind_row(enum picture_kind kind)
{
	if (kind < PICTURE_AVATAR || (size_t)kind >= ARRAY_LEN(kinds))
		BUG("there is no picture of kind %d", (int)kind);
	return &kinds[kind];
}

struct str picture_waiting_key(struct arena *a, struct str name)
{
	return str_format(a, "incoming/" STR_FMT, STR_ARG(name));
}

struct str picture_file_key(struct arena *a, enum picture_kind kind, struct str name, int size)
{
	return str_format(a, "%s/" STR_FMT "/" STR_FMT "-%d.webp", picture_kind_row(kind)->name,
			  STR_ARG(str_slice(name, 0, 2)), STR_ARG(name), size);
}

struct url picture_url(struct arena *a, enum picture_kind kind, struct str name, int size)
{
	const struct picture_shape *shape = &picture_kind_row(kind)->shape;
	struct str key = picture_file_key(a, kind, name, size);
	size_t i = 0;

	while (i < PICTURE_SIZES_MAX && shape->sizes[i] != size)
		i++;
	if (i == PICTURE_SIZES_MAX)
		BUG("pictures of kind %d have no size %d", (int)kind, size);
	return (struct url){ str_format(a, "/media/" STR_FMT, STR_ARG(key)) };
}

const char *picture_problem(struct str bytes)
{
	struct picture_header h;
	err e;

	if (!bytes.n)
		return N_("Choose a picture first.");
	if (bytes.n > PICTURE_BYTES_MAX)
		return N_("A picture has at most 5 MB.");
	e = picture_header_read(bytes, &h);
	if (e == ERR_NOT_FOUND)
		return N_("Only JPEG, PNG, WebP and GIF pictures can be used.");
	if (e)
		return N_("This picture cannot be read. It may have been cut off on the way.");
	if (h.is_moving)
		return N_("Moving WebP pictures cannot be used. Take a still one.");
	if (h.width < PICTURE_SIDE_MIN || h.height < PICTURE_SIDE_MIN)
		return N_("A picture has at least 16 pixels on each side.");
	if (h.width > PICTURE_SIDE_MAX || h.height > PICTURE_SIDE_MAX ||
	    h.width * h.height > PICTURE_PIXELS_MAX)
		return N_("A picture has at most 24 million pixels, and 10,000 on each side.");
	return NULL;
}

/* An upload being written down: what the transaction needs. */
struct taking {
	struct ctx *c;
	enum picture_kind kind;
	int64_t id, target_id;
	struct str name, form_id;
};

static err record(struct ctx *c, enum picture_kind kind, int64_t target_id, const char *what)
{
	const struct picture_kind_row *row = picture_kind_row(kind);

	if (!row->logged)
		return OK;
	return moderation_record(c, str_format(c->arena, "%s.%s", row->name, what), row->logged,
				 target_id, (struct str){ 0 });
}

static err add(void *context)
{
	const struct taking *t = context;
	struct ctx *c = t->c;
	err e = form_once_claim(c, t->form_id, t->id);

	if (!e)
		e = db_exec(c->db, NULL, &sql_replace_waiting,
			    DB_ARGS(c->now, (int)t->kind, t->target_id));
	if (!e)
		e = db_exec(c->db, NULL, &sql_add,
			    DB_ARGS(t->id, (int)t->kind, t->target_id, c->viewer.id, t->name,
				    c->now));
	if (!e)
		e = record(c, t->kind, t->target_id, "picture");
	if (!e)
		e = outbox_add(c, STR(PICTURE_TOPIC),
			       str_format(c->arena, "{\"picture\":\"%lld\"}", (long long)t->id));
	return e;
}

err picture_take(struct ctx *c, enum picture_kind kind, int64_t target_id, struct str bytes,
		 struct str form_id)
{
	struct taking t = { .c = c, .kind = kind, .target_id = target_id, .form_id = form_id };
	struct str key;
	int64_t made;
	err e = form_once_find(c, form_id, &made);

	if (e != ERR_NOT_FOUND)
		return e;
	t.name = str_slice(secret_hash(c->arena, secret_token(c->arena, 32)), 0, NAME_LENGTH);
	key = picture_waiting_key(c->arena, t.name);
	e = ctx_new_id(c, &t.id);
	if (!e)
		e = blob_put(c->config, BLOB_PRIVATE, key, bytes);
	if (e)
		return e;
	e = db_transaction(c->db, add, &t);
	if (e && blob_remove(c->config, BLOB_PRIVATE, key))
		log_warn("an upload that was not taken stays at " STR_FMT, STR_ARG(key));
	/* The same form, sent twice at once. */
	return e == ERR_CONFLICT ? OK : e;
}

err picture_find_state(struct ctx *c, enum picture_kind kind, int64_t target_id,
		       enum picture_state *out)
{
	enum picture_state state = PICTURE_NONE;
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, &sql_newest, DB_ARGS((int)kind, target_id));

	if (e)
		return e;
	if (db_next(rows))
		state = (enum picture_state)db_int(rows, 0);
	*out = state;
	return OK;
}

err picture_remove_files(struct ctx *c, enum picture_kind kind, struct str name)
{
	const struct picture_shape *shape = &picture_kind_row(kind)->shape;
	err e = blob_remove(c->config, BLOB_PRIVATE, picture_waiting_key(c->arena, name));
	size_t i;

	for (i = 0; !e && i < PICTURE_SIZES_MAX && shape->sizes[i]; i++)
		e = blob_remove(c->config, BLOB_PUBLIC,
				picture_file_key(c->arena, kind, name, shape->sizes[i]));
	return e;
}

/* The row of a picture whose files are gone. */
struct forgetting {
	struct ctx *c;
	int64_t id;
};

static err delete_row(void *context)
{
	const struct forgetting *f = context;

	return db_exec(f->c->db, NULL, &sql_delete, DB_ARGS(f->id));
}

/*
 * The row goes last: what could not be removed now is found again. An upload in this moment, or the
 * worker, comes to the same row by another index: the two may be a deadlock.
 */
static err forget(struct ctx *c, struct db_rows *rows)
{
	struct forgetting f = { .c = c };

	err first = OK;

	while (db_next(rows)) {
		err e = picture_remove_files(c, (enum picture_kind)db_int(rows, 1),
					     db_str(rows, 2));

		f.id = db_int(rows, 0);
		if (!e)
			e = db_transaction(c->db, delete_row, &f);
		first = first ? first : e;
	}
	return first;
}

struct removing {
	struct ctx *c;
	enum picture_kind kind;
	int64_t target_id;
	struct db_rows *rows; /* of all its pictures */
};

static err take_from_target(void *context)
{
	struct removing *r = context;
	struct ctx *c = r->c;
	int kind = (int)r->kind;
	err e = db_query(c->db, c->arena, &r->rows, &sql_all_of, DB_ARGS(kind, r->target_id));

	if (!e)
		e = db_exec(c->db, NULL, &sql_replace_all, DB_ARGS(c->now, kind, r->target_id));
	if (!e)
		e = picture_kind_row(r->kind)->set(c, r->target_id, (struct str){ 0 });
	if (!e)
		e = record(c, r->kind, r->target_id, "picture-gone");
	return e == ERR_NOT_FOUND ? OK : e;
}

err picture_remove(struct ctx *c, enum picture_kind kind, int64_t target_id)
{
	const struct picture_kind_row *row = picture_kind_row(kind);
	struct removing r = { .c = c, .kind = kind, .target_id = target_id };
	err e = db_transaction(c->db, take_from_target, &r);

	if (!e && row->tell)
		e = row->tell(c, target_id);
	return e ? e : forget(c, r.rows);
}

err picture_sweep(struct ctx *c, int limit, int64_t *swept)
{
	struct db_rows *rows;
	err e = db_exec(c->db, NULL, &sql_give_up, DB_ARGS(c->now, c->now - WAITING_MS));

	if (!e)
		e = db_query(c->db, c->arena, &rows, &sql_old,
			     DB_ARGS(c->now - REPLACED_MS, c->now - REFUSED_MS, limit));
	if (e)
		return e;
	*swept = (int64_t)db_count(rows);
	return forget(c, rows);
}
