/* FastCGI from the web server's side, one connection for each request. */
#include "support/fcgi_wire.h"

#include <errno.h>
#include <linux/sockios.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"

enum { RECORD_BEGIN = 1, RECORD_END = 3, RECORD_PARAMS = 4, RECORD_STDIN = 5, RECORD_STDOUT = 6 };

#define RECORD_HEADER 8
#define RECORD_MOST 65528

static void add_record_header(struct buf *b, int type, size_t n)
{
	const unsigned char header[RECORD_HEADER] = {
		1, (unsigned char)type, 0, 1, (unsigned char)(n >> 8), (unsigned char)n, 0, 0
	};

	buf_add_bytes(b, header, sizeof(header));
}

/* The text in as many records as it needs, and the empty one that ends the stream. */
static void add_stream(struct buf *b, int type, struct str text)
{
	size_t at;

	for (at = 0; at < text.n; at += RECORD_MOST) {
		struct str piece = str_slice(text, at, at + RECORD_MOST);

		add_record_header(b, type, piece.n);
		buf_add(b, piece);
	}
	add_record_header(b, type, 0);
}

static void add_length(struct buf *b, size_t n)
{
	if (n < 128) {
		buf_add_char(b, (char)n);
		return;
	}
	buf_add_char(b, (char)(n >> 24 | 0x80));
	buf_add_char(b, (char)(n >> 16));
	buf_add_char(b, (char)(n >> 8));
	buf_add_char(b, (char)n);
}

static struct str make_request(struct arena *a, const char *const *params, struct str body)
{
	static const char begin[RECORD_HEADER] = {
		0, 1
	}; /* a responder; the connection is closed after */
	struct buf pairs;
	struct buf out;

	buf_init(&pairs, a, 2048);
	for (; *params; params += 2) {
		struct str name = str_from_c(params[0]);
		struct str value = str_from_c(params[1]);

		add_length(&pairs, name.n);
		add_length(&pairs, value.n);
		buf_add(&pairs, name);
		buf_add(&pairs, value);
	}
	buf_init(&out, a, pairs.n + body.n + 1024);
	add_record_header(&out, RECORD_BEGIN, sizeof(begin));
	buf_add_bytes(&out, begin, sizeof(begin));
	add_stream(&out, RECORD_PARAMS, buf_str(&pairs));
	add_stream(&out, RECORD_STDIN, body);
	return buf_str(&out);
}

static int connect_to(const char *path)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(at.sun_path, sizeof(at.sun_path), "%s", path);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&at, sizeof(at))) {
		close(fd);
		return -1;
	}
	return fd;
}

/* What is sent, and everything that comes until the other side closes. Both at once: neither side
 * may wait. */
static bool talk(int fd, struct str request, struct buf *in)
{
	int64_t until = clock_ticks() + FCGI_WAIT_MS;

	for (;;) {
		struct pollfd p = { fd, (short)(request.n ? POLLIN | POLLOUT : POLLIN), 0 };
		ssize_t n;

		if (poll(&p, 1, (int)(until - clock_ticks())) <= 0)
			return false;
		if (p.revents & POLLOUT) {
			n = send(fd, request.p, request.n, MSG_NOSIGNAL | MSG_DONTWAIT);
			request = n > 0 ? str_slice(request, (size_t)n, request.n)
					: (struct str){ 0 };
		}
		if (p.revents & (POLLIN | POLLHUP | POLLERR)) {
			n = recv(fd, buf_reserve(in, 65536), 65536, MSG_DONTWAIT);
			if (n == 0)
				return true;
			if (n < 0 && errno != EAGAIN)
				return in->n > 0;
			in->n += n > 0 ? (size_t)n : 0;
		}
	}
}

/* The standard output of the answer's records; empty when they are not complete. */
static struct str read_records(struct arena *a, struct str in)
{
	struct buf out;
	bool is_ended = false;

	buf_init(&out, a, in.n + 1);
	while (in.n >= RECORD_HEADER) {
		const unsigned char *h = (const unsigned char *)in.p;
		size_t n = (size_t)h[4] << 8 | h[5];
		size_t whole = RECORD_HEADER + n + h[6];

		if (in.n < whole)
			break;
		if (h[1] == RECORD_STDOUT)
			buf_add_bytes(&out, in.p + RECORD_HEADER, n);
		is_ended = is_ended || h[1] == RECORD_END;
		in = str_slice(in, whole, in.n);
	}
	return is_ended ? buf_str(&out) : (struct str){ 0 };
}

/* Sent, and nothing of it is left in the socket. */
static void send_until_read(int fd, struct str part)
{
	int64_t until = clock_ticks() + FCGI_WAIT_MS;
	int left = 1;

	if (send(fd, part.p, part.n, MSG_NOSIGNAL) != (ssize_t)part.n)
		return;
	while (!ioctl(fd, SIOCOUTQ, &left) && left && clock_ticks() < until)
		usleep(1000);
}

static void send_with_pauses(int fd, struct str request, const struct fcgi_pause *pause)
{
	size_t half = request.n / 2;

	pause->at(pause->context, FCGI_CONNECTED);
	send_until_read(fd, str_slice(request, 0, half));
	pause->at(pause->context, FCGI_HALF_READ);
	send_until_read(fd, str_slice(request, half, request.n));
	pause->at(pause->context, FCGI_ALL_READ);
}

struct str fcgi_exchange(struct arena *a, const char *socket_path, const char *const *params,
			 struct str body, const struct fcgi_pause *pause)
{
	struct str request = make_request(a, params, body);
	struct buf in;
	int fd = connect_to(socket_path);
	bool is_complete;

	if (fd < 0)
		return (struct str){ 0 };
	buf_init(&in, a, 65536);
	if (pause) {
		send_with_pauses(fd, request, pause);
		request.n = 0;
	}
	is_complete = talk(fd, request, &in);
	close(fd);
	return is_complete ? read_records(a, buf_str(&in)) : (struct str){ 0 };
}
