/* What members say of themselves. */
#include "domain/user_profile.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/utf8.h"
#include "domain/form_once.h"
#include "domain/session.h"
#include "domain/user_internal.h"
#include "domain/words_list.h"
#include "html/text.h"

#define TELL_TRIES 5

static const struct db_sql sql_find =
	SQL("SELECT " USER_COLUMNS ", u.messages_from, u.last_seen_on, u.renamed_at"
	    " FROM user u WHERE u.user_id = ?");

static const struct db_sql sql_avatar = SQL("SELECT avatar FROM user WHERE user_id = ?");

static const struct db_sql sql_set_avatar = SQL("UPDATE user SET avatar = ? WHERE user_id = ?");

/* Assigned from left to right: the name is compared before it is changed. Who chose one in the
 * place of the name that was made has chosen. */
static const struct db_sql sql_save_text =
	SQL("UPDATE user SET renamed_at = IF(BINARY username = ?, renamed_at, ?),"
	    " may_rename = IF(BINARY username = ?, may_rename, 0), username = ?,"
	    " username_folded = ?, bio = ? WHERE user_id = ?");

static const struct db_sql sql_save_preferences =
	SQL("UPDATE user SET zone = ?, language = ?, messages_from = ? WHERE user_id = ?");

static const struct db_sql sql_seen =
	SQL("UPDATE user SET last_seen_on = ? WHERE user_id = ? AND last_seen_on < ?");

err user_set_avatar(struct ctx *c, int64_t id, struct str name)
{
	int64_t changed;
	err e = db_exec(c->db, &changed, &sql_set_avatar, DB_ARGS(name, id));

	return !e && !changed ? ERR_NOT_FOUND : e;
}

static err find_avatar(struct ctx *c, int64_t id, struct str *out)
{
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, &sql_avatar, DB_ARGS(id));

	if (!e)
		*out = db_next(rows) ? db_str(rows, 0) : (struct str){ 0 };
	return e;
}

/*
 * What SQL says, until it says the same afterwards: of two who tell at once the later word may come
 * first.
 */
err user_tell_avatar(struct ctx *c, int64_t id)
{
	struct str told, now = { 0 };
	err e = find_avatar(c, id, &now);
	int tries = TELL_TRIES;

	do {
		told = now;
		if (!e)
			e = session_tell(c, id, STR("avatar"), told);
		if (!e)
			e = find_avatar(c, id, &now);
	} while (!e && !str_is(told, now) && --tries);
	return e;
}

err user_profile_find(struct ctx *c, int64_t id, struct user_profile *out)
{
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, &sql_find, DB_ARGS(id));

	if (e)
		return e;
	if (!db_next(rows))
		return ERR_NOT_FOUND;
	user_read_row(&out->user, rows);
	out->messages_from = (enum messages_from)db_int(rows, USER_COLUMN_COUNT);
	out->last_seen_on = (int)db_int(rows, USER_COLUMN_COUNT + 1);
	out->renamed_at = db_int(rows, USER_COLUMN_COUNT + 2);
	return out->user.state == USER_PENDING ? ERR_NOT_FOUND : OK;
}

int64_t user_rename_wait(const struct user_profile *p, int64_t now)
{
	int64_t left = p->renamed_at + USER_RENAME_DAYS * CLOCK_DAY - now;

	return p->renamed_at && left > 0 ? (left + CLOCK_DAY - 1) / CLOCK_DAY : 0;
}

const char *user_new_name_problem(struct ctx *c, const struct user_profile *now, struct str name,
				  int64_t *number)
{
	*number = 0;
	if (str_is(name, now->user.name))
		return NULL;
	*number = user_rename_wait(now, c->now);
	if (*number)
		return N_("Days until your name can be changed again: {0}.");
	return user_name_problem(c, name);
}

struct saving {
	struct ctx *c;
	const struct profile_text *text;
	const struct preferences *preferences;
	struct str form_id, folded, bio;
	err (*write)(struct saving *s);
	bool was_done; /* by the same form, before */
};

static err claim(struct saving *s)
{
	err e = form_once_claim(s->c, s->form_id, s->c->viewer.id);

	s->was_done = e == ERR_CONFLICT;
	return e;
}

/* The time of the last change counts only when the name is another one. */
static err write_text(struct saving *s)
{
	struct ctx *c = s->c;
	struct str name = s->text->username;
	err e = claim(s);

	if (!e)
		e = db_exec(c->db, NULL, &sql_save_text,
			    DB_ARGS(name, c->now, name, name, s->folded, s->bio, c->viewer.id));
	return e ? e : user_name_check_taken(c, name);
}

static err write_preferences(struct saving *s)
{
	const struct preferences *p = s->preferences;
	err e = claim(s);

	return e ? e
		 : db_exec(s->c->db, NULL, &sql_save_preferences,
			   DB_ARGS(p->zone, p->language, (int)p->messages_from, s->c->viewer.id));
}

static err write_it(void *context)
{
	struct saving *s = context;

	return s->write(s);
}

static err save(struct saving *s)
{
	err e = db_transaction(s->c->db, write_it, s);

	return s->was_done ? OK : e;
}

/* When Redis is away nobody has a session that could be told. */
static void tell(struct ctx *c, struct str field, struct str value)
{
	if (session_tell(c, c->viewer.id, field, value))
		log_warn("user %lld: the sessions do not know the new " STR_FMT,
			 (long long)c->viewer.id, STR_ARG(field));
}

err user_profile_save(struct ctx *c, const struct profile_text *t, struct str form_id)
{
	struct saving s = { .c = c, .text = t, .form_id = form_id, .write = write_text };
	const struct words *words;
	err e = words_list_find(c, &words);

	if (!e)
		e = utf8_fold(c->arena, t->username, &s.folded);
	if (e)
		return e;
	s.bio = utf8_cut(words_mask(c->arena, words, utf8_trim(t->bio)), USER_BIO_MAX);
	e = save(&s);
	if (!e && !s.was_done)
		tell(c, STR("name"), t->username);
	return e;
}

err user_preferences_save(struct ctx *c, const struct preferences *p, struct str form_id)
{
	struct saving s = {
		.c = c, .preferences = p, .form_id = form_id, .write = write_preferences
	};
	err e = save(&s);

	if (!e && !s.was_done)
		tell(c, STR("zone"), p->zone);
	return e;
}

void user_seen(struct ctx *c, int64_t id)
{
	int today = clock_day(c->now);

	if (db_exec(c->db, NULL, &sql_seen, DB_ARGS(today, id, today)))
		log_debug("user %lld was here, but that was not noted", (long long)id);
}
