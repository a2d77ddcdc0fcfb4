/*
 * exports: makes copies of what people wrote and did, one after the other, as asked for in the
 * queue `exports`. Killed in between, it makes the same file again.
 */
#include <unistd.h>

#include "base/log.h"
#include "domain/consumer.h"
#include "domain/export.h"
#include "domain/export_write.h"
#include "domain/outbox.h"

/* The mail goes at once, over a connection of its own: a consumer's does not publish. */
static void publish(struct ctx *c)
{
	struct ctx own = *c;

	own.mq = mq_new(c->config);
	outbox_publish_own(&own);
	mq_free(own.mq);
	c->outbox = NULL;
}

/* What is not wanted any more is not kept. What cannot be written is said to who waits for it. */
static err settle(struct ctx *c, const struct export *x, struct str file, int64_t size)
{
	err e = export_done(c, x, file, size);

	if (e == ERR_NOT_FOUND && file.n)
		unlink(export_path(c, file));
	publish(c);
	return e == ERR_NOT_FOUND ? OK : e;
}

static err make(struct program *p, const struct mq_delivery *d)
{
	struct ctx *c = &p->ctx;
	struct str file;
	struct export x;
	int64_t size = 0;
	err e = export_wanted(c, d->body, &x);

	if (e)
		return e == ERR_NOT_FOUND ? OK : e;
	file = export_file(c, &x);
	e = export_folder(c);
	if (!e)
		e = export_write(c, &x, export_path(c, file), &size);
	if (e == ERR_UNAVAILABLE)
		return e;
	if (e)
		log_error("export: one for user=%lld cannot be made", (long long)x.user_id);
	else
		log_info("export: %lld bytes for user=%lld", (long long)size, (long long)x.user_id);
	return settle(c, &x, e ? (struct str){ 0 } : file, size);
}

int main(void)
{
	static const struct consumer exports = { .queue = "exports",
						 .prefetch = 1,
						 .handle = make };
	struct program p;

	if (program_open(&p, "exports"))
		return 1;
	consumer_run(&p, &exports);
	program_close(&p);
	return 0;
}
