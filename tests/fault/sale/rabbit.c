/* librabbitmq as it is. */
#include "fault/sale/rabbit.h"

#include <amqp.h>
#include <amqp_tcp_socket.h>

#include "fault/sale/proof.h"

#define CHANNEL 1
#define COPY "proof.copy"
#define WAIT_S 3

static amqp_connection_state_t connection;

void rabbit_close(void)
{
	if (connection)
		amqp_destroy_connection(connection);
	connection = NULL;
}

static bool is_fine(amqp_rpc_reply_t reply)
{
	if (reply.reply_type == AMQP_RESPONSE_NORMAL)
		return true;
	rabbit_close();
	return false;
}

static bool open_connection(void)
{
	const struct config *config = site_config(proof_site);
	struct timeval wait = { .tv_sec = WAIT_S };
	amqp_socket_t *socket;

	if (connection)
		return true;
	connection = amqp_new_connection();
	socket = amqp_tcp_socket_new(connection);
	if (!socket ||
	    amqp_socket_open_noblock(socket, config->mq.host.p, config->mq.port, &wait)) {
		rabbit_close();
		return false;
	}
	amqp_set_rpc_timeout(connection, &wait);
	if (!is_fine(amqp_login(connection, config->mq.vhost.p, 0, 131072, 0,
				AMQP_SASL_METHOD_PLAIN, config->mq.user.p, config->mq.password.p)))
		return false;
	amqp_channel_open(connection, CHANNEL);
	return is_fine(amqp_get_rpc_reply(connection));
}

int64_t rabbit_depth(const char *queue)
{
	const amqp_queue_declare_ok_t *answer;
	amqp_rpc_reply_t reply;
	int64_t depth;

	if (!open_connection())
		return -1;
	answer = amqp_queue_declare(connection, CHANNEL, amqp_cstring_bytes(queue), 1, 1, 0, 0,
				    amqp_empty_table);
	reply = amqp_get_rpc_reply(connection);
	if (reply.reply_type == AMQP_RESPONSE_SERVER_EXCEPTION) {
		rabbit_close(); /* there is none: the question has closed the channel */
		return 0;
	}
	depth = answer ? (int64_t)answer->message_count : -1;
	if (!is_fine(reply))
		return -1;
	amqp_maybe_release_buffers(connection);
	return depth;
}

bool rabbit_put(const char *queue, struct str body, int times)
{
	const amqp_basic_properties_t persistent = { ._flags = AMQP_BASIC_DELIVERY_MODE_FLAG,
						     .delivery_mode = 2 };
	const amqp_bytes_t bytes = { .len = body.n, .bytes = (void *)(uintptr_t)body.p };

	if (!open_connection())
		return false;
	while (times-- > 0) {
		if (amqp_basic_publish(connection, CHANNEL, amqp_cstring_bytes(""),
				       amqp_cstring_bytes(queue), 0, 0, &persistent, bytes))
			return false;
	}
	/* In the queue by the time of the answer to a later question. */
	return rabbit_depth(queue) >= 0;
}

bool rabbit_copy_start(const char *key)
{
	if (!open_connection())
		return false;
	amqp_queue_declare(connection, CHANNEL, amqp_cstring_bytes(COPY), 0, 0, 0, 0,
			   amqp_empty_table);
	if (!is_fine(amqp_get_rpc_reply(connection)))
		return false;
	amqp_queue_bind(connection, CHANNEL, amqp_cstring_bytes(COPY),
			amqp_cstring_bytes(MQ_EXCHANGE), amqp_cstring_bytes(key), amqp_empty_table);
	return is_fine(amqp_get_rpc_reply(connection));
}

bool rabbit_copy_take(struct arena *a, struct str *body_out)
{
	amqp_message_t message;
	bool is_taken;

	if (!open_connection())
		return false;
	if (amqp_basic_get(connection, CHANNEL, amqp_cstring_bytes(COPY), 1).reply.id !=
	    AMQP_BASIC_GET_OK_METHOD)
		return false;
	is_taken = is_fine(amqp_read_message(connection, CHANNEL, &message, 0));
	if (!is_taken)
		return false;
	*body_out = str_copy(a, (struct str){ message.body.bytes, message.body.len });
	amqp_destroy_message(&message);
	amqp_maybe_release_buffers(connection);
	return true;
}

void rabbit_delete(const char *queue)
{
	if (!open_connection())
		return;
	amqp_queue_delete(connection, CHANNEL, amqp_cstring_bytes(queue), 0, 0);
	(void)is_fine(amqp_get_rpc_reply(connection));
}

void rabbit_copy_stop(void)
{
	rabbit_delete(COPY);
}

int64_t rabbit_purge(const char *queue)
{
	const amqp_queue_purge_ok_t *answer;
	int64_t count;

	if (!open_connection())
		return -1;
	answer = amqp_queue_purge(connection, CHANNEL, amqp_cstring_bytes(queue));
	count = answer ? (int64_t)answer->message_count : -1;
	return is_fine(amqp_get_rpc_reply(connection)) ? count : -1;
}
