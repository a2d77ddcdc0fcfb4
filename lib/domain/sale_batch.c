/* Reading messages of a sale's queue. */
#include "domain/sale_batch.h"

#include <json-c/json.h>

#include "base/log.h"
#include "base/num.h"

#define DEPTH_MOST 5
#define CHANGE_MOST 40 /* bytes of a form's id */

static bool read_int(struct json_object *from, int64_t min, int64_t max, int64_t *out)
{
	if (!json_object_is_type(from, json_type_int))
		return false;
	*out = json_object_get_int64(from);
	return *out >= min && *out <= max;
}

static bool int_of(struct json_object *message, const char *name, int64_t min, int64_t max,
		   int64_t *out)
{
	struct json_object *value;

	return json_object_object_get_ex(message, name, &value) && read_int(value, min, max, out);
}

static struct str text_of(struct json_object *message, const char *name)
{
	struct json_object *value;

	if (!json_object_object_get_ex(message, name, &value) ||
	    !json_object_is_type(value, json_type_string))
		return (struct str){ 0 };
	return (struct str){ json_object_get_string(value),
			     (size_t)json_object_get_string_len(value) };
}

static bool read_request(struct json_object *from, struct sale_request *out)
{
	return json_object_is_type(from, json_type_array) && json_object_array_length(from) == 3 &&
	       read_int(json_object_array_get_idx(from, 0), 1, SALE_NUMBER_MOST, &out->no) &&
	       read_int(json_object_array_get_idx(from, 1), 1, INT64_MAX, &out->user_id) &&
	       read_int(json_object_array_get_idx(from, 2), 1, INT64_MAX, &out->at);
}

static bool read_requests(struct arena *a, struct json_object *message, struct sale_requests *out)
{
	struct json_object *items;
	size_t count, i;

	if (!json_object_object_get_ex(message, "items", &items) ||
	    !json_object_is_type(items, json_type_array))
		return false;
	count = json_object_array_length(items);
	if (count > SALE_BATCH_MOST)
		return false;
	out->items = ARENA_ARRAY(a, struct sale_request, count + 1);
	for (i = 0; i < count; i++) {
		if (!read_request(json_object_array_get_idx(items, i), &out->items[i]))
			return false;
	}
	out->count = count;
	return true;
}

static bool read_message(struct arena *a, struct json_object *from, struct sale_message *out)
{
	struct str kind = text_of(from, "kind");

	if (str_is(kind, STR("requests"))) {
		out->kind = SALE_MESSAGE_REQUESTS;
		return read_requests(a, from, &out->requests);
	}
	if (str_is(kind, STR("ended"))) {
		out->kind = SALE_MESSAGE_ENDED;
		return num_parse_id(text_of(from, "order"), &out->order_id);
	}
	if (str_is(kind, STR("units"))) {
		out->kind = SALE_MESSAGE_UNITS;
		out->change = text_of(from, "change");
		return out->change.n && out->change.n <= CHANGE_MOST &&
		       int_of(from, "delta", -SALE_UNITS_MAX, SALE_UNITS_MAX, &out->delta);
	}
	out->kind = SALE_MESSAGE_SETTLE;
	return str_is(kind, STR("settle")) && int_of(from, "upto", 0, SALE_NUMBER_MOST, &out->upto);
}

static void release(void *object)
{
	json_object_put(object);
}

err sale_message_parse(struct arena *a, struct str json, struct sale_message *out)
{
	struct json_tokener *tokener = json_tokener_new_ex(DEPTH_MOST);
	struct json_object *object = NULL;
	bool is_whole = false;

	*out = (struct sale_message){ 0 };
	if (!tokener)
		BUG("out of memory");
	if (json.n <= INT32_MAX)
		object = json_tokener_parse_ex(tokener, json.p, (int)json.n);
	if (object)
		is_whole = json_tokener_get_error(tokener) == json_tokener_success;
	json_tokener_free(tokener);
	if (object)
		arena_defer(a, release, object);
	if (is_whole && json_object_is_type(object, json_type_object) &&
	    read_message(a, object, out))
		return OK;
	log_error("a message for a sale makes no sense");
	return ERR_INVALID;
}
