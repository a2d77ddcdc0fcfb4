/* Reading a batch of events. */
#include "domain/reaction_batch.h"

#include <json-c/json.h>

#include "base/log.h"

#define DEPTH_MOST 4

enum { AT_KIND, AT_TYPE, AT_TARGET, AT_USER, AT_TIME, AT_COUNT };

/* A number from least to most; false for anything else, also for the text of one. */
static bool read_number(struct json_object *event, size_t at, int64_t least, int64_t most,
			int64_t *out)
{
	struct json_object *value = json_object_array_get_idx(event, at);

	if (!json_object_is_type(value, json_type_int))
		return false;
	*out = json_object_get_int64(value);
	return *out >= least && *out <= most;
}

static bool read_event(struct json_object *from, struct reaction_event *out)
{
	struct json_object *word;
	struct str kind;
	int64_t type;

	if (!json_object_is_type(from, json_type_array) ||
	    json_object_array_length(from) != AT_COUNT)
		return false;
	word = json_object_array_get_idx(from, AT_KIND);
	if (!json_object_is_type(word, json_type_string) ||
	    !read_number(from, AT_TYPE, TARGET_POST, TARGET_COMMENT, &type) ||
	    !read_number(from, AT_TARGET, 1, INT64_MAX, &out->target_id) ||
	    !read_number(from, AT_USER, 1, INT64_MAX, &out->user_id) ||
	    !read_number(from, AT_TIME, 1, INT64_MAX, &out->at))
		return false;
	kind = str_from_c(json_object_get_string(word));
	out->type = (int)type;
	out->is_vote = str_is(kind, STR("vote"));
	out->is_on = str_is(kind, STR("like"));
	if (out->is_vote)
		return type == TARGET_POST;
	return out->is_on || str_is(kind, STR("unlike"));
}

static int order(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

/* What is the same for all events of which only the newest counts. */
static int compare_places(const struct reaction_event *a, const struct reaction_event *b)
{
	int d = order(a->is_vote, b->is_vote);

	d = d ? d : order(a->type, b->type);
	d = d ? d : order(a->target_id, b->target_id);
	return d ? d : order(a->user_id, b->user_id);
}

static int compare(const void *left, const void *right)
{
	const struct reaction_event *a = left, *b = right;
	int d = compare_places(a, b);

	return d ? d : order(a->at, b->at);
}

static void keep_newest(struct reaction_events *events)
{
	size_t i, kept = 0;

	qsort(events->items, events->count, sizeof(*events->items), compare);
	for (i = 0; i < events->count; i++) {
		if (kept && compare_places(&events->items[kept - 1], &events->items[i]) == 0)
			kept--;
		events->items[kept++] = events->items[i];
	}
	events->count = kept;
}

static void release(void *object)
{
	json_object_put(object);
}

static struct json_object *parse(struct arena *a, struct str json)
{
	struct json_tokener *tokener = json_tokener_new_ex(DEPTH_MOST);
	struct json_object *object = NULL;

	if (!tokener)
		BUG("out of memory");
	if (json.n <= INT32_MAX)
		object = json_tokener_parse_ex(tokener, json.p, (int)json.n);
	if (object && json_tokener_get_error(tokener) != json_tokener_success) {
		json_object_put(object);
		object = NULL;
	}
	json_tokener_free(tokener);
	if (object)
		arena_defer(a, release, object);
	return object;
}

err reaction_batch_parse(struct arena *a, struct str json, struct reaction_events *out)
{
	struct json_object *list = parse(a, json);
	size_t i, count;

	if (!list || !json_object_is_type(list, json_type_array)) {
		log_error("a batch of events is no JSON array");
		return ERR_INVALID;
	}
	count = json_object_array_length(list);
	out->items = ARENA_ARRAY(a, struct reaction_event, count + 1);
	out->count = 0;
	for (i = 0; i < count; i++) {
		if (read_event(json_object_array_get_idx(list, i), &out->items[out->count]))
			out->count++;
	}
	if (out->count < count)
		log_warn("%zu of %zu events in a batch are none of ours", count - out->count,
			 count);
	keep_newest(out);
	return OK;
}
