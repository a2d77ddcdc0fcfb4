/* Changing how somebody can be reached. */
#include "domain/user_contact.h"

#include "base/log.h"
#include "domain/code.h"
#include "domain/credential.h"
#include "domain/user_internal.h"
#include "domain/user_token.h"

/* Only while both ways to the owner are those that were looked at. */
#define AS_IT_WAS \
	" WHERE user_id = ? AND state = 1 AND email_folded <=> NULLIF(?, '')" \
	" AND phone <=> NULLIF(?, '')"

static const struct db_sql sql_set_email =
	SQL("UPDATE user SET email = ?, email_folded = ?" AS_IT_WAS);

static const struct db_sql sql_set_phone = SQL("UPDATE user SET phone = ?" AS_IT_WAS);

static const struct db_sql sql_void_links =
	SQL("UPDATE email_token SET used_at = ? WHERE user_id = ? AND purpose = ?"
	    " AND used_at IS NULL");

/* Where the second code goes: to what is replaced, or, when that is lost, to the other one. */
static struct str old_end(const struct account *who, const struct contact_wish *w)
{
	bool is_mail = code_is_mail(w->value);
	struct str same = is_mail ? who->user.email : who->phone;
	struct str other = is_mail ? who->phone : who->user.email;

	return same.n && w->is_other_way && other.n ? other : same;
}

/*
 * Another session may have changed it since this one began: who reads the end of then has no say
 * now.
 */
static bool is_old_end(const struct account *who, const struct step *step)
{
	bool is_mail = code_is_mail(step->target);
	struct str same = is_mail ? who->user.email : who->phone;
	struct str other = is_mail ? who->phone : who->user.email;

	return str_is(step->old, same) || (same.n && other.n && str_is(step->old, other));
}

static bool is_what_they_have(struct ctx *c, const struct account *who, struct str value)
{
	if (!code_is_mail(value))
		return str_is(who->phone, value);
	return str_is(user_email_fold(c->arena, who->user.email), user_email_fold(c->arena, value));
}

static err send_one(struct ctx *c, const struct contact_wish *w, enum code_purpose purpose,
		    struct str target)
{
	const struct code_for f = { purpose, target, w->holder };

	return code_request(c, &f, c->viewer.id, w->language);
}

err contact_start(struct ctx *c, const struct contact_wish *w, int64_t *retry_seconds)
{
	struct step step = { .target = w->value };
	struct account who = { 0 };
	err e = account_find(c, c->viewer.id, &who);

	if (e)
		return e;
	if (is_what_they_have(c, &who, w->value))
		return ERR_INVALID;
	step.old = old_end(&who, w);
	e = code_take_place(c, w->value, w->address, retry_seconds);
	if (!e && step.old.n)
		e = code_take_place(c, step.old, w->address, retry_seconds);
	if (!e)
		e = step_keep(c, STEP_CONTACT, w->holder, &step);
	if (!e)
		e = send_one(c, w, CODE_NEW_CONTACT, w->value);
	if (!e && step.old.n)
		e = send_one(c, w, CODE_OLD_CONTACT, step.old);
	return e;
}

err contact_find(struct ctx *c, struct str holder, struct step *out)
{
	return step_find(c, STEP_CONTACT, holder, out);
}

static err check_codes(struct ctx *c, const struct step *step, struct str holder,
		       struct str new_code, struct str old_code, bool is_used_up,
		       enum contact_answer *answer)
{
	const struct code_for fresh = { CODE_NEW_CONTACT, step->target, holder };
	const struct code_for old = { CODE_OLD_CONTACT, step->old, holder };
	bool is_right = true;
	err e = code_check(c, &fresh, new_code, is_used_up, &is_right);

	*answer = is_right ? CONTACT_DONE : CONTACT_WRONG_NEW;
	if (e || !is_right || !step->old.n)
		return e;
	e = code_check(c, &old, old_code, is_used_up, &is_right);
	*answer = is_right ? CONTACT_DONE : CONTACT_WRONG_OLD;
	return e;
}

struct contact_job {
	struct ctx *c;
	const struct step *step;
	const struct account *who;
	int language;
};

static err set_email(struct contact_job *job)
{
	struct ctx *c = job->c;
	struct str email = job->step->target, had = job->who->user.email;
	struct str told = had.n ? had : job->who->phone;
	int64_t changed;
	err e = db_exec(c->db, &changed, &sql_set_email,
			DB_ARGS(email, user_email_fold(c->arena, email), c->viewer.id,
				user_email_fold(c->arena, had), job->who->phone));

	if (!e && !changed)
		e = ERR_NOT_FOUND;
	if (!e)
		e = db_exec(c->db, NULL, &sql_void_links,
			    DB_ARGS(c->now, c->viewer.id, USER_TOKEN_RESET));
	return e ? e : credential_tell(c, CREDENTIAL_EMAIL, c->viewer.id, told, job->language);
}

static err set_phone(struct contact_job *job)
{
	struct ctx *c = job->c;
	struct str had = job->who->user.email;
	struct str told = had.n ? had : job->who->phone;
	int64_t changed;
	err e = db_exec(c->db, &changed, &sql_set_phone,
			DB_ARGS(job->step->target, c->viewer.id, user_email_fold(c->arena, had),
				job->who->phone));

	if (!e && !changed)
		e = ERR_NOT_FOUND;
	return e ? e : credential_tell(c, CREDENTIAL_PHONE, c->viewer.id, told, job->language);
}

static err finish_work(void *context)
{
	struct contact_job *job = context;

	return code_is_mail(job->step->target) ? set_email(job) : set_phone(job);
}

/* The step and whose it is. One whose old end is none any more is over. */
static err find_begun(struct ctx *c, struct str holder, struct step *step, struct account *who)
{
	err e = step_find(c, STEP_CONTACT, holder, step);

	if (!e)
		e = account_find(c, c->viewer.id, who);
	if (e || is_old_end(who, step))
		return e;
	e = step_end(c, STEP_CONTACT, holder);
	return e ? e : ERR_NOT_FOUND;
}

err contact_finish(struct ctx *c, struct str holder, struct str new_code, struct str old_code,
		   int language, enum contact_answer *answer)
{
	struct step step;
	struct account who = { 0 };
	struct contact_job job = { .c = c, .step = &step, .who = &who, .language = language };
	err e = find_begun(c, holder, &step, &who);

	if (!e)
		e = check_codes(c, &step, holder, new_code, old_code, false, answer);
	if (e || *answer != CONTACT_DONE)
		return e;
	/* Of several that bring both codes at once one goes on. */
	e = check_codes(c, &step, holder, new_code, old_code, true, answer);
	if (!e && *answer == CONTACT_DONE)
		e = step_end(c, STEP_CONTACT, holder);
	if (e || *answer != CONTACT_DONE)
		return e;
	e = db_transaction(c->db, finish_work, &job);
	if (e == ERR_CONFLICT) {
		*answer = CONTACT_TAKEN;
		return OK;
	}
	if (!e)
		log_info("contact: changed, user=%lld", (long long)c->viewer.id);
	return e;
}
