/* Phone numbers, and the accounts they lead to. */
#include "domain/user_phone.h"

#include "base/log.h"
#include "base/secret.h"
#include "base/utf8.h"
#include "domain/user_internal.h"
#include "html/text.h"

#define NAME_LETTERS "23456789bcdfghjkmnpqrstvwxz" /* no word can come of these */
#define NAME_RANDOM 10
#define TRIES 3
#define TYPED_MOST 40

static const struct db_sql sql_find = SQL("SELECT user_id FROM user WHERE phone = ?");

static const struct db_sql sql_insert = SQL(
	"INSERT INTO user (user_id, username, username_folded, phone, password_hash, role, state,"
	" may_rename, created_at) VALUES (?, ?, ?, ?, '', 0, 1, 1, ?)");

struct str user_phone_plain(struct arena *a, struct str typed)
{
	struct str folded, plain;
	char *digits;
	size_t i, n = 0;

	if (typed.n > TYPED_MOST || utf8_fold(a, typed, &folded))
		return typed;
	digits = str_c(a, folded);
	for (i = 0; i < folded.n; i++)
		if (digits[i] != ' ' && digits[i] != '-')
			digits[n++] = digits[i];
	plain = (struct str){ digits, n };
	return str_starts(plain, STR("+86")) ? str_slice(plain, 3, plain.n) : plain;
}

const char *user_phone_problem(struct str phone)
{
	size_t i;

	if (!phone.n)
		return N_("A phone number is needed.");
	if (phone.n != USER_PHONE_LENGTH || phone.p[0] != '1' || phone.p[1] < '3')
		return N_("This is not a mobile number of 11 digits.");
	for (i = 0; i < phone.n; i++)
		if (phone.p[i] < '0' || phone.p[i] > '9')
			return N_("This is not a mobile number of 11 digits.");
	return NULL;
}

struct str user_phone_masked(struct arena *a, struct str phone)
{
	struct str head = str_slice(phone, 0, 3), tail = str_slice(phone, 7, phone.n);

	if (!phone.n)
		return phone;
	return str_format(a, STR_FMT "****" STR_FMT, STR_ARG(head), STR_ARG(tail));
}

static struct str make_name(struct arena *a)
{
	char random[NAME_RANDOM + 1] = { 0 };
	size_t i;

	for (i = 0; i < NAME_RANDOM; i++)
		random[i] = NAME_LETTERS[secret_random_below(sizeof(NAME_LETTERS) - 1)];
	return str_format(a, "user_%s", random);
}

/* 0 when nobody has it. */
static err find(struct ctx *c, struct str phone, int64_t *id)
{
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, &sql_find, DB_ARGS(phone));

	if (e)
		return e;
	*id = db_next(rows) ? db_int(rows, 0) : 0;
	return OK;
}

struct making {
	struct ctx *c;
	struct str name, phone;
	int64_t id;
};

static err insert(void *context)
{
	const struct making *m = context;

	return db_exec(m->c->db, NULL, &sql_insert,
		       DB_ARGS(m->id, m->name, m->name, m->phone, m->c->now));
}

/*
 * Of several who wait for one that takes the number, and does not keep it, MariaDB sends all but
 * one away: they try again by themselves, because the code that was typed is used up.
 */
static err make(struct ctx *c, struct str phone, int64_t *id)
{
	struct making m = { .c = c, .name = make_name(c->arena), .phone = phone };
	err e = ctx_new_id(c, &m.id);

	if (!e)
		e = db_transaction(c->db, insert, &m);
	if (e)
		return e;
	log_info("phone: a new account, user=%lld", (long long)m.id);
	*id = m.id;
	return OK;
}

/* Who loses the race for the number finds the account of who won it. */
err user_phone_log_in(struct ctx *c, struct str phone, struct login_result *out)
{
	err e = ERR_CONFLICT;
	int64_t id = 0;
	int i;

	for (i = 0; i < TRIES && e == ERR_CONFLICT; i++) {
		e = find(c, phone, &id);
		if (!e && !id)
			e = make(c, phone, &id);
	}
	return e ? e : user_login_find(c, id, out);
}
