/*
 * mail: sends what is asked for in the queue `mail`. An event is noted as handled after its mail is
 * out, and acknowledged after that: killed in between, the same mail may go out twice, but never
 * not at all.
 */
#include "sending.h"

#include "base/log.h"
#include "base/num.h"
#include "domain/consumer.h"
#include "domain/letter_folder.h"
#include "domain/mail.h"

static enum sending send_mail(struct program *p, const struct mail *m, struct str id)
{
	const struct config *config = &p->config;
	struct ctx *c = &p->ctx;

	if (config->site.is_development && config->mail.outbox_dir.n)
		return letter_folder_put(c->arena, config->mail.outbox_dir, id,
					 mail_format(c, m, id, MAIL_8BIT))
			       ? SENDING_AWAY
			       : SENDING_DONE;
	return smtp_send(config, m->to, mail_format(c, m, id, MAIL_BASE64));
}

/* ERR_UNAVAILABLE: try again after a pause. ERR_INVALID: this one never. */
static err settle(struct program *p, const struct mq_delivery *d, enum sending sending)
{
	switch (sending) {
	case SENDING_DONE:
		return mail_mark_sent(&p->ctx, d->id);
	case SENDING_AWAY:
		return ERR_UNAVAILABLE;
	case SENDING_LATER:
		return mail_put_off(&p->ctx, d->id, d->body);
	case SENDING_NEVER:
		return ERR_INVALID;
	}
	return ERR_INVALID;
}

static err deliver(struct program *p, const struct mq_delivery *d)
{
	struct mail m;
	bool was_sent;
	int64_t id;
	err e;

	/* it becomes a file name and a header: an id of ours and nothing else */
	if (!num_parse_id(d->id, &id))
		return ERR_INVALID;
	e = mail_was_sent(&p->ctx, d->id, &was_sent);
	if (e || was_sent)
		return e;
	e = mail_build(&p->ctx, d->body, &m);
	if (e == ERR_NOT_FOUND)
		return OK;
	return e ? e : settle(p, d, send_mail(p, &m, d->id));
}

int main(void)
{
	static const struct consumer mails = { .queue = "mail", .prefetch = 1, .handle = deliver };
	struct program p;

	if (program_open(&p, "mail"))
		return 1;
	if (smtp_open()) {
		log_error("libcurl cannot start");
		return 1;
	}
	consumer_run(&p, &mails);
	smtp_close();
	program_close(&p);
	return 0;
}
