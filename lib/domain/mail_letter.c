/* What the site writes to people. */
#include "domain/mail_letter.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/zone.h"
#include "domain/credential.h"
#include "domain/leaving.h"
#include "domain/sale_order.h"
#include "domain/user_new_password.h"
#include "domain/user_token.h"
#include "html/text.h"

/* A mail being written, in the order's language. {0} is the user's name, {1} the site's,
 * {2} what it is about. */
struct letter {
	const struct message_order *order;
	struct str arguments[3];
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

static struct letter letter_start(struct ctx *c, const struct message_order *o,
				  const struct user *u, const char *subject, struct mail *out)
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

static err build_activation(struct ctx *c, const struct message_order *o, struct mail *out)
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

static err build_address_in_use(struct ctx *c, const struct message_order *o, struct mail *out)
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

static err build_password_reset(struct ctx *c, const struct message_order *o, struct mail *out)
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

static err build_password_changed(struct ctx *c, const struct message_order *o, struct mail *out)
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

static err build_order_closed(struct ctx *c, const struct message_order *o, struct mail *out)
{
	struct message_order own = *o;
	struct sale_order order;
	struct letter l;
	struct user u;
	err e = user_find(c, o->user_id, &u);

	if (!e)
		e = sale_order_of(c, o->about, o->user_id, &order);
	if (e)
		return e;
	if (!u.email.n)
		return ERR_NOT_FOUND;
	/* Nobody asked for this mail, so nobody's browser said in which language. */
	if (u.language.n)
		own.language = text_choose(u.language, STR(""));
	l = letter_start(c, &own, &u, N_("Your order at {1} was closed"), out);
	l.arguments[2] = order.goods_name;
	letter_add(&l, N_("you were quick enough to get {2} at {1}, but your order was not paid in "
			  "time and is closed now."));
	letter_add(&l, N_("Nothing was charged. If you have paid in these minutes, the money goes "
			  "back by itself."));
	letter_add(&l, N_("Your orders:"));
	letter_add_link(&l, c, "/orders", STR(""));
	return letter_end(&l);
}

/* The link is the page's, not the file's: that is for who is logged in. */
static err build_export_ready(struct ctx *c, const struct message_order *o, struct mail *out)
{
	struct letter l;
	struct user u;
	err e = user_find(c, o->user_id, &u);

	if (e)
		return e;
	if (!u.email.n || u.state != USER_ACTIVE)
		return ERR_NOT_FOUND;
	l = letter_start(c, o, &u, N_("Your copy from {1} is ready"), out);
	letter_add(&l, N_("the copy of what you wrote and did at {1} is ready. You can fetch it "
			  "here for 24 hours:"));
	letter_add_link(&l, c, "/settings/export", STR(""));
	letter_add(&l, N_("If you did not ask for it, somebody else uses your account: change your "
			  "password and log out all other devices."));
	return letter_end(&l);
}

/* When it will be: "2026-01-31", by the reader's own calendar, as pages have it. */
static struct str day_text(struct arena *a, const struct user *u, int64_t ms)
{
	const struct zone *own = u->zone.n ? zone_load(a, u->zone) : NULL;
	struct clock_date d = own ? clock_utc(ms + zone_shift(own, ms)) : clock_local(ms);

	return str_format(a, "%04d-%02d-%02d", d.year, d.month, d.day);
}

static err build_leaving(struct ctx *c, const struct message_order *o, struct mail *out)
{
	struct leaving leaving;
	struct letter l;
	struct user u;
	err e = user_find(c, o->user_id, &u);

	if (!e)
		e = leaving_find(c, o->user_id, &leaving);
	if (e)
		return e;
	if (!u.email.n || leaving.has_begun)
		return ERR_NOT_FOUND;
	l = letter_start(c, o, &u, N_("Your account at {1} will be deleted"), out);
	l.arguments[2] = day_text(c->arena, &u, leaving.due_at);
	letter_add(&l, N_("your account {0} at {1} will be deleted on {2}, as you asked. All your "
			  "devices are logged out."));
	letter_add(&l, N_("If you change your mind, or did not ask for this, log in before that "
			  "day and keep your account:"));
	letter_add_link(&l, c, "/settings/delete", STR(""));
	return letter_end(&l);
}

static const char *code_text(enum code_purpose purpose)
{
	switch (purpose) {
	case CODE_CONFIRM:
		return N_("somebody logged in to your account {0} at {1} wants to change it. If it "
			  "was you, this is the code that confirms it:");
	case CODE_NEW_CONTACT:
		return N_(
			"somebody wants to use this address for the account {0} at {1}. If it was "
			"you, this is the code that confirms it:");
	case CODE_OLD_CONTACT:
		return N_(
			"somebody logged in to your account {0} at {1} wants to change its e-mail "
			"address or phone number. If it was you, this is the code that confirms "
			"it:");
	case CODE_LOGIN:
	case CODE_PURPOSES:
		break;
	}
	return NULL;
}

/* What waited in the queue longer than a code lives is not wanted any more. */
static err build_code(struct ctx *c, const struct message_order *o, struct mail *out)
{
	const char *english = code_text(o->code.purpose);
	struct str digits;
	struct letter l;
	struct user u;
	err e;

	if (!english)
		return ERR_INVALID;
	if (c->now - o->at > CODE_MAIL_SECONDS * CLOCK_SECOND)
		return ERR_NOT_FOUND;
	e = user_find(c, o->user_id, &u);
	if (!e)
		e = code_make(c, &o->code, &digits);
	if (e)
		return e;
	u.email = o->to;
	l = letter_start(c, o, &u, N_("Your code for {1}"), out);
	letter_add(&l, english);
	letter_add_paragraph(&l, digits);
	letter_add(&l,
		   N_("It is good for 10 minutes and works once. If it was not you, do nothing, "
		      "and tell the code to nobody."));
	return letter_end(&l);
}

static err build_notice(struct ctx *c, const struct message_order *o, struct mail *out)
{
	const char *english = credential_event_text((enum credential_event)o->event);
	struct letter l;
	struct user u;
	err e;

	if (!english)
		return ERR_INVALID;
	e = user_find(c, o->user_id, &u);
	if (e)
		return e;
	if (o->to.n)
		u.email = o->to;
	if (!u.email.n)
		return ERR_NOT_FOUND;
	l = letter_start(c, o, &u, N_("Your account at {1} was changed"), out);
	letter_add(&l, english);
	letter_add(&l,
		   N_("If it was you, all is well. If it was not you, somebody else can get into "
		      "your account {0}. Log in, change your password and end all other "
		      "sessions:"));
	letter_add_link(&l, c, "/settings", STR(""));
	return letter_end(&l);
}

err mail_write_letter(struct ctx *c, enum mail_kind kind, const struct message_order *order,
		      struct mail *out)
{
	switch (kind) {
	case MAIL_ACTIVATION:
		return build_activation(c, order, out);
	case MAIL_ADDRESS_IN_USE:
		return build_address_in_use(c, order, out);
	case MAIL_PASSWORD_RESET:
		return build_password_reset(c, order, out);
	case MAIL_PASSWORD_CHANGED:
		return build_password_changed(c, order, out);
	case MAIL_ORDER_CLOSED:
		return build_order_closed(c, order, out);
	case MAIL_CODE:
		return build_code(c, order, out);
	case MAIL_NOTICE:
		return build_notice(c, order, out);
	case MAIL_EXPORT_READY:
		return build_export_ready(c, order, out);
	case MAIL_LEAVING:
		return build_leaving(c, order, out);
	}
	return ERR_INVALID;
}
