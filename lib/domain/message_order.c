/* Orders of messages as JSON. */
#include "domain/message_order.h"

#include <json-c/json.h>

#include "base/num.h"
#include "base/secret.h"
#include "html/text.h"

#define PAYLOAD_DEPTH 2
#define TRIES_MOST 100
#define EVENTS_MOST 100
#define CONTEXT STR("message")
#define HOLDER_LENGTH 64

struct str message_order_write(struct ctx *c, const struct message_order *o)
{
	struct str to;
	struct buf b;

	buf_init(&b, c->arena, 512);
	buf_addf(&b, "{\"kind\":\"" STR_FMT "\",\"user\":\"%lld\",\"language\":%d,\"tries\":%d",
		 STR_ARG(o->kind), (long long)o->user_id, o->language, o->tries);
	if (o->about)
		buf_addf(&b, ",\"about\":\"%lld\"", (long long)o->about);
	if (o->event)
		buf_addf(&b, ",\"event\":%d", o->event);
	if (o->code.purpose)
		buf_addf(&b, ",\"purpose\":%d,\"holder\":\"" STR_FMT "\"", (int)o->code.purpose,
			 STR_ARG(o->code.holder));
	if (o->to.n) {
		to = secret_seal(c->arena, c->config->site.secret, CONTEXT, o->to);
		buf_addf(&b, ",\"to\":\"" STR_FMT "\"", STR_ARG(to));
	}
	if (o->at)
		buf_addf(&b, ",\"at\":\"%lld\"", (long long)o->at);
	buf_add_char(&b, '}');
	return buf_str(&b);
}

/* A text member, copied; empty when there is none. */
static struct str text_of(struct arena *a, struct json_object *o, const char *name)
{
	struct json_object *value = json_object_object_get(o, name);

	if (!json_object_is_type(value, json_type_string))
		return (struct str){ 0 };
	return str_copy(a, str_from_c(json_object_get_string(value)));
}

/* A number from 0 to most; 0 when there is none. */
static bool number_of(struct json_object *o, const char *name, bool is_needed, int most, int *out)
{
	struct json_object *value = json_object_object_get(o, name);

	*out = 0;
	if (!value)
		return !is_needed;
	if (!json_object_is_type(value, json_type_int))
		return false;
	*out = json_object_get_int(value);
	return *out >= 0 && *out <= most;
}

/* Of a code everything is there, or nothing. */
static bool is_whole(const struct message_order *o)
{
	if (!o->code.purpose)
		return true;
	return o->to.n && o->code.holder.n == HOLDER_LENGTH;
}

static bool read_to(struct ctx *c, struct json_object *object, struct message_order *o)
{
	struct str sealed = text_of(c->arena, object, "to");

	return !sealed.n ||
	       secret_unseal(c->arena, c->config->site.secret, CONTEXT, sealed, &o->to);
}

static bool read_fields(struct ctx *c, struct json_object *object, struct message_order *o)
{
	struct str user = text_of(c->arena, object, "user"), at = text_of(c->arena, object, "at");
	struct str about = text_of(c->arena, object, "about");
	int purpose;

	o->kind = text_of(c->arena, object, "kind");
	if (!o->kind.n || !num_parse_i64(user, 0, INT64_MAX, &o->user_id) ||
	    !number_of(object, "language", true, TEXT_LANGUAGES - 1, &o->language) ||
	    !number_of(object, "tries", true, TRIES_MOST, &o->tries) ||
	    !number_of(object, "event", false, EVENTS_MOST, &o->event) ||
	    !number_of(object, "purpose", false, CODE_PURPOSES - 1, &purpose) ||
	    (about.n && !num_parse_i64(about, 0, INT64_MAX, &o->about)) ||
	    (at.n && !num_parse_i64(at, 1, INT64_MAX, &o->at)) || !read_to(c, object, o))
		return false;
	o->code.purpose = (enum code_purpose)purpose;
	o->code.holder = text_of(c->arena, object, "holder");
	o->code.target = o->to;
	return is_whole(o) && (o->user_id || o->code.purpose);
}

err message_order_read(struct ctx *c, struct str payload, struct message_order *out)
{
	struct json_tokener *tokener = json_tokener_new_ex(PAYLOAD_DEPTH);
	struct message_order order = { 0 };
	struct json_object *o = NULL;
	bool is_order;

	if (tokener && payload.n <= INT32_MAX)
		o = json_tokener_parse_ex(tokener, payload.p, (int)payload.n);
	is_order = json_object_is_type(o, json_type_object) && read_fields(c, o, &order);
	json_object_put(o);
	json_tokener_free(tokener);
	if (!is_order)
		return ERR_INVALID;
	*out = order;
	return OK;
}
