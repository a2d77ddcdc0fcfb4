/*
 * picture: makes uploaded pictures anew, one at a time, each decoded in a child that is confined
 * (confine.h). Killed on the way, it does the same again; a picture that cannot be decoded ends
 * refused, never in a loop.
 */
#include "confine.h"

#include "base/log.h"
#include "domain/consumer.h"
#include "domain/picture_work.h"

static err make(struct program *p, const struct mq_delivery *d)
{
	struct ctx *c = &p->ctx;
	struct picture_files files = { 0 };
	struct picture_work w;
	err e = picture_work_find(c, d->body, &w);

	if (e)
		return e == ERR_NOT_FOUND ? OK : e;
	if (w.is_done)
		return picture_work_tell(c, &w);
	e = confine_encode(c->arena, w.bytes, w.shape, &files);
	if (!e)
		return picture_work_show(c, &w, &files);
	if (e != ERR_INVALID)
		return e;
	log_info("picture %lld is refused", (long long)w.id);
	return picture_work_refuse(c, &w);
}

int main(void)
{
	static const struct consumer pictures = { .queue = "pictures",
						  .prefetch = 1,
						  .handle = make };
	struct program p;

	if (program_open(&p, "picture"))
		return 1;
	consumer_run(&p, &pictures);
	program_close(&p);
	return 0;
}
