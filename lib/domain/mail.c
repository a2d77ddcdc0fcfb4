/* What the site writes to people, and when it was sent. */
#include "domain/mail.h"

#include <json-c/json.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/num.h"
#include "domain/outbox.h"
#include "domain/user_new_password.h"
#include "domain/user_token.h"
#include "html/text.h"

#define PAYLOAD_DEPTH 2
#define CONSUMER STR("mail")
#define KEEP_MS (30 * CLOCK_DAY)
#define FIRST_WAIT (10 * CLOCK_MINUTE)

static const char *const kinds[] = {
	[MAIL_ACTIVATION] = "activation",
	[MAIL_ADDRESS_IN_USE] = "address_in_use",
	[MAIL_PASSWORD_RESET] = "password_reset",
	[MAIL_PASSWORD_CHANGED] = "password_changed",
};

static const struct db_sql sql_was_sent =
	SQL("SELECT 1 FROM consumed WHERE consumer = ? AND event_id = ?");

static const struct db_sql sql_mark_sent =
	SQL("INSERT INTO consumed (consumer, event_id, created_at) VALUES (?, ?, ?)");

static const struct db_sql sql_sweep =
	SQL("DELETE FROM consumed WHERE created_at < ? ORDER BY created_at LIMIT ?");

struct mail_order {
	enum mail_kind kind;
	int64_t user_id;
	int language;
	int tries; /* how often it was put off */
};

static struct str write_order(struct arena *a, const struct mail_order *o)
{
	return str_format(a, "{\"kind\":\"%s\",\"user\":\"%lld\",\"language\":%d,\"tries\":%d}",
			  kinds[o->kind], (long long)o->user_id, o->language, o->tries);
}

err mail_request(struct ctx *c, enum mail_kind kind, int64_t user_id, int language)
{
	struct mail_order order = { .kind = kind, .user_id = user_id, .language = language };

	return outbox_add(c, STR(MAIL_TOPIC), write_order(c->arena, &order));
}

static bool read_kind(struct json_object *o, enum mail_kind *out)
{
	const char *name = json_object_get_string(json_object_object_get(o, "kind"));
	size_t i;

	for (i = 0; name && i < ARRAY_LEN(kinds); i++) {
		if (strcmp(name, kinds[i]) != 0)
			continue;
		*out = (enum mail_kind)i;
		return true;
	}
	return false;
}

static bool read_fields(struct json_object *o, struct mail_order *out)
{
	struct json_object *user = json_object_object_get(o, "user");
	struct json_object *language = json_object_object_get(o, "language");
	struct json_object *tries = json_object_object_get(o, "tries");

	if (!json_object_is_type(o, json_type_object) || !read_kind(o, &out->kind) ||
	    !json_object_is_type(language, json_type_int) ||
	    !json_object_is_type(tries, json_type_int))
		return false;
	out->language = json_object_get_int(language);
	out->tries = json_object_get_int(tries);
	return out->tries >= 0 && out->tries <= MAIL_TRIES && out->language >= 0 &&
	       out->language < TEXT_LANGUAGES &&
	       num_parse_id(str_from_c(json_object_get_string(user)), &out->user_id);
}

static err parse(struct str payload, struct mail_order *out)
{
	struct json_tokener *tokener = json_tokener_new_ex(PAYLOAD_DEPTH);
	struct json_object *o = NULL;
	bool is_order = false;

	if (tokener && payload.n <= INT32_MAX)
		o = json_tokener_parse_ex(tokener, payload.p, (int)payload.n);
	if (o)
		is_order = read_fields(o, out);
	json_object_put(o);
	json_tokener_free(tokener);
	return is_order ? OK : ERR_INVALID;
}

/* A mail being written, in the order's language. {0} is the user's name, {1} the site's. */
struct letter {
	const struct mail_order *order;
	struct str arguments[2];
	struct buf text;
	struct mail *mail;
};

static struct str letter_text(struct letter *l, const char *english)
{
	return text_format(l->text.arena, l->order->language, english, l->arguments,
			   ARRAY_LEN(l->arguments));
}

static void letter_add_paragraph(struct letter *l, struct str paragraph)
{
	buf_add(&l->text, paragraph);
	BUF_LIT(&l->text, "\n\n");
}

static void letter_add(struct letter *l, const char *english)
{
	letter_add_paragraph(l, letter_text(l, english));
}

static struct letter letter_start(struct ctx *c, const struct mail_order *o, const struct user *u,
				  const char *subject, struct mail *out)
{
	struct letter l = { .order = o,
			    .arguments = { u->name, c->config->site.name },
			    .mail = out };

	buf_init(&l.text, c->arena, 512);
	*out = (struct mail){ .to = u->email, .subject = letter_text(&l, subject) };
	letter_add(&l, N_("Hello {0},"));
	return l;
}

static err letter_end(struct letter *l)
{
	l->mail->text = buf_str(&l->text);
	return OK;
}

/* A page of this site, whole; token is empty or what ends the path. */
static void letter_add_link(struct letter *l, struct ctx *c, const char *path, struct str token)
{
	letter_add_paragraph(l, str_format(c->arena, STR_FMT "%s" STR_FMT,
					   STR_ARG(c->config->site.url), path, STR_ARG(token)));
}

static err build_activation(struct ctx *c, const struct mail_order *o, struct mail *out)
{
	struct letter l;
	struct str token;
	struct user u;
	err e = user_find_pending(c, o->user_id, &u);

	if (!e)
		e = user_token_new(c, u.id, &token);
	if (e)
		return e;
	l = letter_start(c, o, &u, N_("Activate your account at {1}"), out);
	letter_add(
		&l,
		N_("somebody registered this name at {1} with your e-mail address. If it was you, "
		   "open this page and press the button:"));
	letter_add_link(&l, c, "/activate/", token);
	letter_add(
		&l,
		N_("The link is good for 24 hours. If it was not you, do nothing: without the link "
		   "the account stays closed and is removed after a week."));
	return letter_end(&l);
}

static err build_address_in_use(struct ctx *c, const struct mail_order *o, struct mail *out)
{
	struct letter l;
	struct user u;
	err e = user_find(c, o->user_id, &u);

	if (e)
		return e;
	if (!u.email.n || u.state != USER_ACTIVE)
		return ERR_NOT_FOUND;
	l = letter_start(c, o, &u, N_("You have an account at {1}"), out);
	letter_add(&l,
		   N_("somebody tried to register at {1} with your e-mail address, which already "
		      "belongs to your account {0}. If it was you, log in here:"));
	letter_add_link(&l, c, "/login", STR(""));
	letter_add(&l,
		   N_("If it was not you, do nothing: nobody but you can use your address here."));
	return letter_end(&l);
}

static err build_password_reset(struct ctx *c, const struct mail_order *o, struct mail *out)
{
	struct letter l;
	struct str token;
	struct user u;
	err e = user_reset_start(c, o->user_id, &u, &token);

	if (e)
		return e;
	l = letter_start(c, o, &u, N_("A new password for your account at {1}"), out);
	letter_add(&l,
		   N_("somebody asked for a new password for your account {0} at {1}. If it was "
		      "you, open this page and choose one:"));
	letter_add_link(&l, c, "/password/reset/", token);
	letter_add(&l, N_("The link is good for 15 minutes and works once. If it was not you, do "
			  "nothing: without the link your password stays as it is."));
	return letter_end(&l);
}

static err build_password_changed(struct ctx *c, const struct mail_order *o, struct mail *out)
{
	struct letter l;
	struct user u;
	err e = user_find(c, o->user_id, &u);

	if (e)
		return e;
	if (!u.email.n)
		return ERR_NOT_FOUND;
	l = letter_start(c, o, &u, N_("The password of your account at {1} was changed"), out);
	letter_add(&l,
		   N_("the password of your account {0} at {1} was changed, and all other devices "
		      "were logged out. If it was you, all is well."));
	letter_add(&l,
		   N_("If it was not you, somebody else knew your password or reads your mail. Set "
		      "a new one here at once:"));
	letter_add_link(&l, c, "/password/forgot", STR(""));
	return letter_end(&l);
}

err mail_build(struct ctx *c, struct str payload, struct mail *out)
{
	struct mail_order order;
	err e = parse(payload, &order);

	if (e)
		return e;
	switch (order.kind) {
	case MAIL_ACTIVATION:
		return build_activation(c, &order, out);
	case MAIL_ADDRESS_IN_USE:
		return build_address_in_use(c, &order, out);
	case MAIL_PASSWORD_RESET:
		return build_password_reset(c, &order, out);
	case MAIL_PASSWORD_CHANGED:
		return build_password_changed(c, &order, out);
	}
	return ERR_INVALID;
}

err mail_put_off(struct ctx *c, struct str event_id, struct str payload)
{
	struct mail_order order;
	int64_t wait;
	err e = parse(payload, &order);

	if (e || order.tries >= MAIL_TRIES)
		return ERR_INVALID;
	wait = FIRST_WAIT << order.tries++;
	e = db_begin(c->db);
	if (e)
		return e;
	e = outbox_add_later(c, STR(MAIL_TOPIC), write_order(c->arena, &order), c->now + wait);
	return db_end(c->db, e ? e : mail_mark_sent(c, event_id));
}

err mail_was_sent(struct ctx *c, struct str event_id, bool *out)
{
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, &sql_was_sent, DB_ARGS(CONSUMER, event_id));

	if (e)
		return e;
	*out = db_next(rows);
	return OK;
}

err mail_mark_sent(struct ctx *c, struct str event_id)
{
	err e = db_exec(c->db, NULL, &sql_mark_sent, DB_ARGS(CONSUMER, event_id, c->now));

	return e == ERR_CONFLICT ? OK : e;
}

err mail_sweep(struct ctx *c, int limit, int64_t *swept)
{
	return db_exec(c->db, swept, &sql_sweep, DB_ARGS(c->now - KEEP_MS, limit));
}
