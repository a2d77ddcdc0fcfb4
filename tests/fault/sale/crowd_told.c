/* What buyers were told, and that it did not change. */
#include "fault/sale/crowd_internal.h"

#include <stdlib.h>

struct crowd crowd;

static bool is_reason(const struct answer *a, const char *reason)
{
	return strcmp(a->reason, reason) == 0;
}

/* A "no" that holds for a request that was accepted, not for one that never was: a press at once
 * with it, in the same ms, may have been decided before. */
static bool is_final_refusal(const struct buyer *b, const struct answer *a)
{
	if (a->code != -1 || is_reason(a, "away"))
		return false;
	if (is_reason(a, "lost") || is_reason(a, "duplicate"))
		return true;
	return b->accepted_at && a->asked_at > b->accepted_at;
}

static bool is_contradiction(const struct buyer *b, const struct answer *a)
{
	if (!b->verdict || a->code == b->verdict || is_reason(a, "away"))
		return false;
	/* Two ends are one too many, in whatever order they came; "not yet" may have been
	 * overtaken. */
	return a->code > 0 || a->asked_at > b->verdict_at;
}

static void learn(struct buyer *b, struct answer *a)
{
	bool is_final = a->code > 0 || is_final_refusal(b, a);

	if (a->is_press && (a->status == 0 || a->status >= 500) && !b->verdict)
		b->unsure_since = a->told_at;
	if (a->code == NO_CODE)
		return;
	/* "Queueing" is also what the result says while nobody knows: no word of acceptance. */
	if (a->code == 0 && !a->is_press && !b->accepted_at)
		return;
	if (a->asked_at >= b->unsure_since)
		b->unsure_since = 0;
	if (is_contradiction(b, a)) {
		a->is_change = true;
		crowd.changed++;
	}
	if ((a->code == 0 || a->code > 0) && !b->accepted_at)
		b->accepted_at = a->told_at;
	if (is_final && !b->verdict) {
		b->verdict = a->code;
		b->verdict_at = a->told_at;
	}
}

void crowd_told(struct answer *a)
{
	pthread_mutex_lock(&crowd.lock);
	learn(&crowd.buyers[a->buyer], a);
	if (crowd.answer_count == crowd.answer_room) {
		crowd.answer_room = crowd.answer_room ? 2 * crowd.answer_room : 4096;
		crowd.answers = realloc(crowd.answers, crowd.answer_room * sizeof(*crowd.answers));
		if (!crowd.answers)
			abort();
	}
	crowd.answers[crowd.answer_count++] = *a;
	pthread_mutex_unlock(&crowd.lock);
}

static int by_value(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static void count_buyer(const struct buyer *b, struct crowd_counts *out)
{
	out->accepted += b->accepted_at != 0;
	out->ordered += b->verdict > 0;
	out->refused += b->verdict < 0;
	out->waiting += !b->verdict && (b->accepted_at || b->unsure_since);
}

struct crowd_counts crowd_now(void)
{
	struct crowd_counts out = { 0 };
	int64_t *times;
	size_t i, n = 0;

	pthread_mutex_lock(&crowd.lock);
	times = calloc(crowd.count, sizeof(*times));
	for (i = 0; times && i < crowd.count; i++) {
		const struct buyer *b = &crowd.buyers[i];

		count_buyer(b, &out);
		if (b->verdict > 0)
			times[n++] = b->verdict_at - b->pressed_at;
	}
	out.answers = (int64_t)crowd.answer_count;
	out.changed = crowd.changed;
	pthread_mutex_unlock(&crowd.lock);
	if (n) {
		qsort(times, n, sizeof(*times), by_value);
		out.p50_ms = times[n / 2];
		out.p99_ms = times[n * 99 / 100];
	}
	free(times);
	return out;
}

void crowd_write_log(const char *path)
{
	FILE *f = fopen(path, "w");
	size_t i;

	if (!f)
		return;
	for (i = 0; i < crowd.answer_count; i++) {
		const struct answer *a = &crowd.answers[i];

		fprintf(f, "%lld +%lld buyer %d (%lld) %s %d ",
			(long long)(a->asked_at - crowd.answers[0].asked_at),
			(long long)(a->told_at - a->asked_at), a->buyer,
			(long long)crowd.buyers[a->buyer].id, a->is_press ? "press" : "ask",
			a->status);
		if (a->code == NO_CODE)
			fprintf(f, "nothing\n");
		else
			fprintf(f, "%lld %s%s\n", (long long)a->code, a->reason,
				a->is_change ? " CHANGED" : "");
	}
	fclose(f);
}
