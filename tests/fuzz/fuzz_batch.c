/* Batches of vote and like events, as the queue carries them. */
#include "base/log.h"
#include "domain/reaction_batch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct reaction_event *event)
{
	if (event->target_id < 1 || event->user_id < 1 || event->at < 1)
		BUG("a wrong number");
	if (event->type != TARGET_POST && (event->type != TARGET_COMMENT || event->is_vote))
		BUG("a wrong target");
}

/* Only the newest event of one person on one target is left, so no two are alike. */
static void check_distinct(const struct reaction_event *a, const struct reaction_event *b)
{
	if (a->is_vote == b->is_vote && a->type == b->type && a->target_id == b->target_id &&
	    a->user_id == b->user_id)
		BUG("an older event is left");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new(4096);
	struct reaction_events events;
	size_t i;

	log_open("fuzz", (enum log_level)(LOG_LEVEL_ERROR + 1)); /* each wrong batch is logged */
	if (!reaction_batch_parse(a, (struct str){ (const char *)data, size }, &events)) {
		for (i = 0; i < events.count; i++) {
			check(&events.items[i]);
			if (i)
				check_distinct(&events.items[i - 1], &events.items[i]);
		}
	}
	arena_free(a);
	return 0;
}
