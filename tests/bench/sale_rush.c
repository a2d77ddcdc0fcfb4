/* The lines: who is due speaks on a free one. */
#include "sale_rush.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/num.h"

static int dial(const struct rush *r)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons((uint16_t)r->port) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || connect(fd, (struct sockaddr *)&at, sizeof(at)))
		BUG("cannot connect to port %d", r->port);
	return fd;
}

void rush_connect(struct rush *r, size_t lines)
{
	size_t i;

	r->lines = calloc(lines, sizeof(*r->lines));
	r->line_count = lines;
	for (i = 0; i < lines; i++)
		r->lines[i].fd = dial(r);
}

static void send_more(struct rush_line *l)
{
	ssize_t n = send(l->fd, l->request + l->sent, l->request_n - l->sent,
			 MSG_DONTWAIT | MSG_NOSIGNAL);

	if (n > 0)
		l->sent += (size_t)n;
}

void rush_send(struct rush *r, struct rush_line *l, struct rush_buyer *b)
{
	char body[128];
	int n = snprintf(body, sizeof(body), "csrf=%s", b->token);

	l->buyer = b;
	l->is_press = !b->pressed_us;
	l->sent = l->got = 0;
	b->is_busy = true;
	if (l->is_press) {
		b->pressed_us = clock_ticks_us();
		n = snprintf(l->request, sizeof(l->request),
			     "POST /sales/%lld/%s/orders HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"
			     "Cookie: plaza_session=%s\r\nAccept: application/json\r\n"
			     "Content-Type: application/x-www-form-urlencoded\r\n"
			     "Content-Length: %d\r\n\r\n%s",
			     (long long)r->sale_id, b->path, r->port, b->cookie, n, body);
	} else {
		n = snprintf(l->request, sizeof(l->request),
			     "GET /sales/%lld/result HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"
			     "Cookie: plaza_session=%s\r\nAccept: application/json\r\n\r\n",
			     (long long)r->sale_id, r->port, b->cookie);
	}
	l->request_n = (size_t)n;
	send_more(l);
}

/* Where the answer ends; 0 while it has not. */
static size_t end_of(const struct rush_line *l)
{
	struct str all = { l->answer, l->got };
	ptrdiff_t head = str_find(all, STR("\r\n\r\n"));
	ptrdiff_t at = str_find(all, STR("Content-Length: "));
	struct str number = { 0 }, rest;
	int64_t n;

	if (head < 0)
		return 0;
	if (at < 0 || at > head) /* in chunks: the last is empty */
		return str_ends(all, STR("0\r\n\r\n")) ? l->got : 0;
	rest = str_slice(all, (size_t)at + 16, (size_t)head);
	str_split(&rest, '\r', &number);
	if (!num_parse_i64(number, 0, RUSH_ANSWER_MAX, &n))
		return 0;
	return l->got >= (size_t)head + 4 + (size_t)n ? l->got : 0;
}

static void learn(struct rush *r, struct rush_line *l)
{
	struct rush_buyer *b = l->buyer;
	struct str all = { l->answer, l->got }, code = { 0 };
	ptrdiff_t at = str_find(all, STR("\"code\":\""));
	int64_t now = clock_ticks_us();

	if (!b->answered_us)
		b->answered_us = now;
	if (at >= 0) {
		struct str rest = str_slice(all, (size_t)at + 8, all.n);

		str_split(&rest, '"', &code);
	}
	if (!num_parse_i64(code, -1, INT64_MAX, &b->code)) {
		b->is_failed = true;
		b->code = -2;
	}
	if (b->code) {
		b->known_us = now;
		r->known++;
	}
	b->due_us = now + r->poll_us;
	b->is_busy = false;
	l->buyer = NULL;
}

/* nginx closes a line after so many requests, and says so with the last answer. */
static bool is_last(const struct rush_line *l)
{
	struct str answer = { l->answer, l->got };

	return str_find(answer, STR("Connection: close")) >= 0;
}

static void redial(struct rush *r, struct rush_line *l)
{
	struct rush_buyer *b = l->buyer;

	close(l->fd);
	l->fd = dial(r);
	l->buyer = NULL;
	if (!b)
		return;
	b->is_busy = false;
	b->due_us = clock_ticks_us();
	if (l->is_press) /* whether it was heard is not known: the result says so */
		b->is_failed = l->got > 0;
}

static void receive(struct rush *r, struct rush_line *l)
{
	ssize_t n = recv(l->fd, l->answer + l->got, RUSH_ANSWER_MAX - l->got, MSG_DONTWAIT);

	if (n == 0 || (n < 0 && errno != EAGAIN)) {
		redial(r, l);
		return;
	}
	if (n < 0)
		return;
	l->got += (size_t)n;
	l->answer[l->got] = 0;
	if (!l->buyer || !end_of(l))
		return;
	learn(r, l);
	if (is_last(l))
		redial(r, l);
}

static void send_due(struct rush *r)
{
	int64_t now = clock_ticks_us();
	size_t i, line = 0;

	for (i = 0; i < r->count; i++) {
		struct rush_buyer *b = &r->buyers[i];

		if (b->is_busy || b->known_us || b->due_us > now)
			continue;
		while (line < r->line_count && r->lines[line].buyer)
			line++;
		if (line == r->line_count)
			return;
		rush_send(r, &r->lines[line], b);
	}
}

void rush_run(struct rush *r)
{
	struct pollfd *polled = calloc(r->line_count, sizeof(*polled));
	size_t i;

	while (r->known < r->count && clock_ticks_us() < r->until_us) {
		send_due(r);
		for (i = 0; i < r->line_count; i++) {
			struct rush_line *l = &r->lines[i];

			polled[i].fd = l->fd;
			polled[i].events = (short)(POLLIN | (l->sent < l->request_n ? POLLOUT : 0));
		}
		if (poll(polled, r->line_count, 1) <= 0)
			continue;
		for (i = 0; i < r->line_count; i++) {
			if (polled[i].revents & POLLOUT)
				send_more(&r->lines[i]);
			if (polled[i].revents & (POLLIN | POLLHUP | POLLERR))
				receive(r, &r->lines[i]);
		}
	}
	free(polled);
}
