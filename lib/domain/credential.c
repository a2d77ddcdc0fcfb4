/* Notices of changed credentials: which way they go. */
#include "domain/credential.h"

#include "domain/mail.h"
#include "domain/sms.h"
#include "html/text.h"

static const struct db_sql sql_ways =
	SQL("SELECT email_folded IS NOT NULL, phone IS NOT NULL FROM user WHERE user_id = ?");

const char *credential_event_text(enum credential_event event)
{
	switch (event) {
	case CREDENTIAL_PASSWORD:
		return N_("The password of your account was changed.");
	case CREDENTIAL_EMAIL:
		return N_("The e-mail address of your account was changed.");
	case CREDENTIAL_PHONE:
		return N_("The phone number of your account was changed.");
	case CREDENTIAL_SECOND_ON:
		return N_("Two-step login was switched on for your account.");
	case CREDENTIAL_SECOND_OFF:
		return N_("Two-step login was switched off for your account.");
	case CREDENTIAL_RECOVERY_USED:
		return N_("A recovery code of your account was used.");
	case CREDENTIAL_RECOVERY_NEW:
		return N_("New recovery codes were made for your account.");
	case CREDENTIAL_EVENTS:
		break;
	}
	return NULL;
}

err credential_tell(struct ctx *c, enum credential_event event, int64_t user_id, struct str to,
		    int language)
{
	struct db_rows *rows;
	bool has_email, has_phone;
	err e;

	if (to.n)
		return code_is_mail(to) ? mail_request_notice(c, event, user_id, to, language)
					: sms_request_notice(c, event, user_id, to, language);
	e = db_query(c->db, c->arena, &rows, &sql_ways, DB_ARGS(user_id));
	if (e)
		return e;
	has_email = db_next(rows) && db_int(rows, 0);
	has_phone = db_count(rows) && db_int(rows, 1);
	if (has_email && event == CREDENTIAL_PASSWORD)
		return mail_request(c, MAIL_PASSWORD_CHANGED, user_id, language);
	if (has_email)
		return mail_request_notice(c, event, user_id, to, language);
	return has_phone ? sms_request_notice(c, event, user_id, to, language) : OK;
}
