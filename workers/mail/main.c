/*
 * mail: sends what is asked for in the queue `mail`. An event is noted as handled after its mail is
 * out, and acknowledged after that: killed in between, the same mail may go out twice, but never not at all.
 */
#include "sending.h"

#include "base/log.h"
#include "base/num.h"
#include "domain/mail.h"
#include "domain/program.h"

#define QUEUE "mail"
#define PREFETCH 1
#define HELD_BYTES (16 * 1024)
#define WAIT_MS 1000
#define BACK_OFF_FIRST_MS 500
#define BACK_OFF_MOST_MS 30000

static enum sending send_mail(struct program *p, const struct mail *m, struct str id)
{
	const struct config *config = &p->config;
	struct ctx *c = &p->ctx;

	if (config->site.is_development && config->mail.outbox_dir.n)
		return folder_send(c->arena, config->mail.outbox_dir, id,
				   mail_format(c, m, id, MAIL_8BIT));
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

/* However long the mail server or the database is away: the message stays in hand. */
static err deliver_patiently(struct program *p, const struct mq_delivery *d)
{
	int64_t pause = BACK_OFF_FIRST_MS;
	err e;

	for (;;) {
		program_next(p);
		e = deliver(p, d);
		if (e != ERR_UNAVAILABLE || program_is_stopping())
			return e;
		mq_idle(p->ctx.mq, pause);
		pause = pause * 2 < BACK_OFF_MOST_MS ? pause * 2 : BACK_OFF_MOST_MS;
	}
}

static err handle(struct program *p, const struct mq_delivery *d)
{
	err e = deliver_patiently(p, d);

	if (!e)
		return mq_ack(p->ctx.mq, d->tag, false);
	/* told to stop: the broker keeps it for the next one */
	if (e == ERR_UNAVAILABLE)
		return e;
	log_error("mail: event " STR_FMT " was not sent: %s", STR_ARG(d->id), err_name(e));
	if (e == ERR_INVALID)
		return mq_reject(p->ctx.mq, d->tag);
	return mq_requeue(p->ctx.mq, d->tag);
}

static void consume(struct program *p)
{
	struct arena *held = arena_new(HELD_BYTES); /* outlives each try */
	struct mq_delivery d;
	err e;

	while (!program_is_stopping()) {
		arena_reset(held);
		e = mq_next(p->ctx.mq, held, WAIT_MS, &d);
		if (!e)
			e = handle(p, &d);
		if (e && e != ERR_NOT_FOUND && e != ERR_UNAVAILABLE)
			log_warn("the queue of mails: %s", err_name(e));
	}
	arena_free(held);
}

static err subscribe(struct program *p)
{
	err e = mq_declare(p->ctx.mq);

	return e ? e : mq_subscribe(p->ctx.mq, QUEUE, PREFETCH);
}

int main(void)
{
	struct program p;

	if (program_open(&p, "mail"))
		return 1;
	if (smtp_open()) {
		log_error("libcurl cannot start");
		return 1;
	}
	while (!program_is_stopping() && subscribe(&p))
		program_sleep(BACK_OFF_MOST_MS / 6);
	consume(&p);
	smtp_close();
	program_close(&p);
	return 0;
}
