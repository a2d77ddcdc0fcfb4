/*
 * sms: sends what is asked for in the queue `sms`. An event is noted as handled after its message
 * is out, and acknowledged after that: killed in between, the same message may go out twice, but
 * never not at all.
 */
#include "gateway.h"

#include <curl/curl.h>

#include "base/log.h"
#include "base/num.h"
#include "domain/consumer.h"
#include "domain/letter_folder.h"
#include "domain/mail.h"

/* In development, without a gateway: among the mails, where a person looks for it. */
static enum sending put(struct program *p, const struct sms *m, struct str id)
{
	struct ctx *c = &p->ctx;
	struct mail letter = { .to = m->to, .subject = m->text, .text = m->text };
	struct str message = mail_format(c, &letter, id, MAIL_8BIT);

	return letter_folder_put(c->arena, p->config.mail.outbox_dir, id, message) ? SENDING_AWAY
										   : SENDING_DONE;
}

static enum sending send_sms(struct program *p, const struct sms *m, struct str id)
{
	const struct config *config = &p->config;

	if (config->sms.url.n)
		return gateway_send(config, m, id);
	return config->sms.is_on ? put(p, m, id) : SENDING_NEVER;
}

/* ERR_UNAVAILABLE: try again after a pause. ERR_INVALID: this one never. */
static err settle(struct program *p, const struct mq_delivery *d, enum sending sending)
{
	switch (sending) {
	case SENDING_DONE:
		return sms_mark_sent(&p->ctx, d->id);
	case SENDING_AWAY:
		return ERR_UNAVAILABLE;
	case SENDING_LATER:
		return sms_put_off(&p->ctx, d->id, d->body);
	case SENDING_NEVER:
		return ERR_INVALID;
	}
	return ERR_INVALID;
}

static err deliver(struct program *p, const struct mq_delivery *d)
{
	struct sms m;
	bool was_sent;
	int64_t id;
	err e;

	/* it becomes a file name and a header: an id of ours and nothing else */
	if (!num_parse_id(d->id, &id))
		return ERR_INVALID;
	e = sms_was_sent(&p->ctx, d->id, &was_sent);
	if (e || was_sent)
		return e;
	e = sms_build(&p->ctx, d->body, &m);
	if (e == ERR_NOT_FOUND)
		return OK;
	return e ? e : settle(p, d, send_sms(p, &m, d->id));
}

int main(void)
{
	static const struct consumer messages = { .queue = "sms",
						  .prefetch = 1,
						  .handle = deliver };
	struct program p;

	if (program_open(&p, "sms"))
		return 1;
	if (curl_global_init(CURL_GLOBAL_DEFAULT)) {
		log_error("libcurl cannot start");
		return 1;
	}
	consumer_run(&p, &messages);
	curl_global_cleanup();
	program_close(&p);
	return 0;
}
