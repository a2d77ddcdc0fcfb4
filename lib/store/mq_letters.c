/* Dead letters: fetched one by one, with what the broker wrote on them when they died. */
#include "store/mq_internal.h"

static struct str text_of(struct arena *a, const amqp_field_value_t *value)
{
	if (value->kind != AMQP_FIELD_KIND_UTF8 && value->kind != AMQP_FIELD_KIND_BYTES)
		return (struct str){ 0 };
	return str_copy(a, (struct str){ value->value.bytes.bytes, value->value.bytes.len });
}

static const amqp_field_value_t *entry(const amqp_table_t *table, struct str name)
{
	int i;

	for (i = 0; i < table->num_entries; i++) {
		amqp_bytes_t key = table->entries[i].key;

		if (str_is((struct str){ key.bytes, key.len }, name))
			return &table->entries[i].value;
	}
	return NULL;
}

/* Its first death is the oldest entry of "x-death", an array of tables, the newest first. */
static const amqp_table_t *first_death(const amqp_basic_properties_t *properties)
{
	const amqp_field_value_t *deaths;
	const amqp_array_t *list;

	if (!(properties->_flags & AMQP_BASIC_HEADERS_FLAG))
		return NULL;
	deaths = entry(&properties->headers, STR("x-death"));
	if (!deaths || deaths->kind != AMQP_FIELD_KIND_ARRAY)
		return NULL;
	list = &deaths->value.array;
	if (!list->num_entries ||
	    list->entries[list->num_entries - 1].kind != AMQP_FIELD_KIND_TABLE)
		return NULL;
	return &list->entries[list->num_entries - 1].value.table;
}

static struct str first_key(struct arena *a, const amqp_table_t *death)
{
	const amqp_field_value_t *keys = entry(death, STR("routing-keys"));

	if (!keys || keys->kind != AMQP_FIELD_KIND_ARRAY || !keys->value.array.num_entries)
		return (struct str){ 0 };
	return text_of(a, &keys->value.array.entries[0]);
}

void mq_read_death(struct arena *a, const amqp_basic_properties_t *properties,
		   struct mq_letter *letter)
{
	const amqp_table_t *death = first_death(properties);
	const amqp_field_value_t *value;
	struct str key;

	if (!death)
		return;
	value = entry(death, STR("queue"));
	if (value)
		letter->died_in = text_of(a, value);
	value = entry(death, STR("reason"));
	if (value)
		letter->reason = text_of(a, value);
	value = entry(death, STR("time"));
	if (value && value->kind == AMQP_FIELD_KIND_TIMESTAMP)
		letter->died_at = (int64_t)value->value.u64 * 1000;
	key = first_key(a, death);
	if (key.n)
		letter->key = key;
}

static err read_letter(struct mq *m, struct arena *a, const amqp_basic_get_ok_t *got,
		       struct mq_letter *out)
{
	struct mq_letter letter = { .tag = mq_tag(m, got->delivery_tag),
				    .behind = got->message_count };
	struct mq_delivery content = { 0 };
	err e;

	letter.key = str_copy(a, (struct str){ got->routing_key.bytes, got->routing_key.len });
	e = mq_read_content(m, a, &content, &letter);
	if (e)
		return e;
	letter.id = content.id;
	letter.body = content.body;
	*out = letter;
	return OK;
}

err mq_fetch_letter(struct mq *m, struct arena *a, const char *queue, struct mq_letter *out)
{
	amqp_rpc_reply_t reply;
	err e;

	if (m->is_consumer)
		BUG("fetching on a consumer's connection");
	e = mq_ready(m);
	if (e)
		return e;
	reply = amqp_basic_get(m->connection, MQ_CHANNEL, amqp_cstring_bytes(queue), 0);
	if (mq_is_not_found(reply)) {
		mq_drop(m);
		return ERR_NOT_FOUND;
	}
	e = mq_check_reply(m, "cannot fetch a letter", reply);
	if (e)
		return e;
	if (reply.reply.id != AMQP_BASIC_GET_OK_METHOD)
		return ERR_NOT_FOUND;
	return read_letter(m, a, reply.reply.decoded, out);
}

size_t mq_dead_count(void)
{
	return mq_queue_count + mq_family_count;
}

const char *mq_dead_queue(size_t i)
{
	return i < mq_queue_count ? mq_queues[i].dead : mq_families[i - mq_queue_count].dead;
}
