/* The address book. */
#include "domain/address.h"

#include "base/utf8.h"
#include "domain/form_once.h"
#include "html/text.h"

#define PHONE_DIGITS_MIN 6
#define PHONE_DIGITS_MAX 15 /* ITU-T E.164 */
#define PHONE_MAX 24

#define ADDRESS_COLUMNS "SELECT address_id, name, phone, region, street, is_default FROM address"

/* A person has no more than a page of them: sorted here, not by the server. */
static const struct db_sql sql_mine =
	SQL(ADDRESS_COLUMNS " WHERE user_id = ? ORDER BY user_id DESC, address_id DESC");

static const struct db_sql sql_find = SQL(ADDRESS_COLUMNS " WHERE address_id = ? AND user_id = ?");

/* With its lock two who add one at once come one after the other. */
static const struct db_sql sql_lock =
	SQL("SELECT address_id, is_default FROM address WHERE user_id = ?"
	    " ORDER BY user_id DESC, address_id DESC FOR UPDATE");

static const struct db_sql sql_insert =
	SQL("INSERT INTO address (address_id, user_id, name, phone, region, street, is_default,"
	    " created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)");

static const struct db_sql sql_update =
	SQL("UPDATE address SET name = ?, phone = ?, region = ?, street = ?"
	    " WHERE address_id = ? AND user_id = ?");

static const struct db_sql sql_choose =
	SQL("UPDATE address SET is_default = (address_id = ?) WHERE user_id = ?");

static const struct db_sql sql_delete =
	SQL("DELETE FROM address WHERE address_id = ? AND user_id = ?");

struct writing {
	struct ctx *c;
	struct address address;
	struct str form_id;
	bool has_default; /* among those locked, the one that is written not counted */
	int64_t newest;   /* of those; 0 when there is none */
	size_t count;
};

static bool is_one_line(struct str s)
{
	uint32_t cp;

	while (utf8_next(&s, &cp))
		if (cp == '\n' || cp == '\t' || utf8_is_invisible(cp))
			return false;
	return true;
}

static const char *problem(struct str s, size_t most, const char *missing, const char *wrong)
{
	if (!utf8_trim(s).n)
		return missing;
	if (!utf8_is_valid(s) || utf8_count(utf8_trim(s)) > most || !is_one_line(s))
		return wrong;
	return NULL;
}

const char *address_name_problem(struct str name)
{
	return problem(name, ADDRESS_NAME_MAX, N_("Say who receives it."),
		       N_("A name has at most 32 characters, on one line."));
}

const char *address_region_problem(struct str region)
{
	return problem(region, ADDRESS_REGION_MAX, N_("Say the province and city."),
		       N_("Province and city have at most 60 characters, on one line."));
}

const char *address_street_problem(struct str street)
{
	return problem(street, ADDRESS_STREET_MAX, N_("Say the street and house number."),
		       N_("Street and house number have at most 200 characters, on one line."));
}

const char *address_phone_problem(struct str phone)
{
	size_t i, digits = 0;

	phone = utf8_trim(phone);
	if (!phone.n)
		return N_("A parcel service needs a phone number.");
	for (i = 0; i < phone.n; i++) {
		char c = phone.p[i];

		if (c >= '0' && c <= '9')
			digits++;
		else if (c != ' ' && c != '-' && !(c == '+' && i == 0))
			return N_("A phone number has digits, spaces and '-' only, and may begin "
				  "with '+'.");
	}
	if (digits < PHONE_DIGITS_MIN || digits > PHONE_DIGITS_MAX || phone.n > PHONE_MAX)
		return N_("A phone number has 6 to 15 digits.");
	return NULL;
}

struct str address_text(struct arena *a, const struct address *address)
{
	return str_format(a, STR_FMT " " STR_FMT "\n" STR_FMT " " STR_FMT, STR_ARG(address->name),
			  STR_ARG(address->phone), STR_ARG(address->region),
			  STR_ARG(address->street));
}

static struct address read_address(const struct db_rows *rows)
{
	return (struct address){
		.id = db_int(rows, 0),
		.name = db_str(rows, 1),
		.phone = db_str(rows, 2),
		.region = db_str(rows, 3),
		.street = db_str(rows, 4),
		.is_default = db_int(rows, 5) != 0,
	};
}

err address_mine(struct ctx *c, struct address_list *out)
{
	struct db_rows *rows;
	size_t n = 0;
	err e;

	if (ctx_is_guest(c))
		return ERR_AUTH;
	e = db_query(c->db, c->arena, &rows, &sql_mine, DB_ARGS(c->viewer.id));
	if (e)
		return e;
	out->items = ARENA_ARRAY(c->arena, struct address, db_count(rows));
	for (; db_next(rows); n++) {
		out->items[n] = read_address(rows);
		if (out->items[n].is_default && n) {
			struct address first = out->items[n];

			memmove(out->items + 1, out->items, n * sizeof(first));
			out->items[0] = first;
		}
	}
	out->count = n;
	return OK;
}

err address_find(struct ctx *c, int64_t id, struct address *out)
{
	struct db_rows *rows;
	err e;

	if (ctx_is_guest(c))
		return ERR_AUTH;
	e = db_query(c->db, c->arena, &rows, &sql_find, DB_ARGS(id, c->viewer.id));
	if (e)
		return e;
	if (!db_next(rows))
		return ERR_NOT_FOUND;
	*out = read_address(rows);
	return OK;
}

static err start_writing(struct ctx *c, const struct address *a, struct writing *w)
{
	if (ctx_is_guest(c))
		return ERR_AUTH;
	if (address_name_problem(a->name) || address_phone_problem(a->phone) ||
	    address_region_problem(a->region) || address_street_problem(a->street))
		return ERR_INVALID;
	w->c = c;
	w->address = (struct address){ .id = a->id,
				       .name = utf8_trim(a->name),
				       .phone = utf8_trim(a->phone),
				       .region = utf8_trim(a->region),
				       .street = utf8_trim(a->street),
				       .is_default = a->is_default };
	return OK;
}

/* Lock the viewer's addresses and look at all but the one that is written. */
static err look_at_others(struct writing *w)
{
	struct ctx *c = w->c;
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, &sql_lock, DB_ARGS(c->viewer.id));

	if (e)
		return e;
	w->has_default = false;
	w->newest = 0;
	w->count = 0;
	while (db_next(rows)) {
		if (db_int(rows, 0) == w->address.id)
			continue;
		if (!w->newest)
			w->newest = db_int(rows, 0);
		w->has_default = w->has_default || db_int(rows, 1);
		w->count++;
	}
	return OK;
}

static err choose_default(struct writing *w)
{
	if (!w->address.is_default && w->has_default)
		return OK;
	return db_exec(w->c->db, NULL, &sql_choose, DB_ARGS(w->address.id, w->c->viewer.id));
}

static err create_run(void *context)
{
	struct writing *w = context;
	const struct address *a = &w->address;
	struct ctx *c = w->c;
	err e = form_once_claim(c, w->form_id, a->id);

	if (!e)
		e = look_at_others(w);
	if (!e && w->count >= ADDRESS_MOST)
		e = ERR_LIMITED;
	if (!e)
		e = db_exec(c->db, NULL, &sql_insert,
			    DB_ARGS(a->id, c->viewer.id, a->name, a->phone, a->region, a->street, 0,
				    c->now));
	return e ? e : choose_default(w);
}

err address_create(struct ctx *c, const struct address *a, struct str form_id, int64_t *id_out)
{
	struct writing w = { .form_id = form_id };
	err e = start_writing(c, a, &w);

	if (!e)
		e = ctx_new_id(c, &w.address.id);
	if (!e)
		e = db_transaction(c->db, create_run, &w);
	if (e == ERR_CONFLICT)
		return form_once_find(c, form_id, id_out);
	if (!e)
		*id_out = w.address.id;
	return e;
}

static err edit_run(void *context)
{
	struct writing *w = context;
	const struct address *a = &w->address;
	int64_t changed = 0;
	err e = look_at_others(w);

	if (!e)
		e = db_exec(w->c->db, &changed, &sql_update,
			    DB_ARGS(a->name, a->phone, a->region, a->street, a->id,
				    w->c->viewer.id));
	if (!e && !changed)
		e = ERR_NOT_FOUND;
	return e ? e : choose_default(w);
}

err address_edit(struct ctx *c, const struct address *a)
{
	struct writing w = { 0 };
	err e = start_writing(c, a, &w);

	return e ? e : db_transaction(c->db, edit_run, &w);
}

static err delete_run(void *context)
{
	struct writing *w = context;
	struct ctx *c = w->c;
	int64_t changed = 0;
	err e = look_at_others(w);

	if (!e)
		e = db_exec(c->db, &changed, &sql_delete, DB_ARGS(w->address.id, c->viewer.id));
	if (!e && !changed)
		e = ERR_NOT_FOUND;
	if (!e && !w->has_default && w->newest)
		e = db_exec(c->db, NULL, &sql_choose, DB_ARGS(w->newest, c->viewer.id));
	return e;
}

err address_delete(struct ctx *c, int64_t id)
{
	struct writing w = { .c = c, .address.id = id };

	return ctx_is_guest(c) ? ERR_AUTH : db_transaction(c->db, delete_run, &w);
}
