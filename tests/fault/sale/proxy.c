/* One thread, one poll loop, two buffers for each connection. */
#include "fault/sale/proxy.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/secret.h"

#define PAIRS_MAX 200
#define CHUNK 16384
#define CRACK_BYTES 6000
#define ROUND_MS 20

struct stream {
	size_t from, to;
	char bytes[CHUNK];
};

/* fds[0] is the program's, fds[1] the store's; flow[i] is on its way to fds[i]. */
struct pair {
	bool is_open, is_done;
	int fds[2];
	enum proxy_store store;
	int64_t left; /* bytes until a crack */
	struct stream flow[2];
};

static struct {
	pthread_t thread;
	atomic_bool is_stopping;
	_Atomic int modes[PROXY_COUNT];
	int listeners[PROXY_COUNT];
	struct sockaddr_storage to[PROXY_COUNT];
	socklen_t to_size[PROXY_COUNT];
	char paths[PROXY_COUNT][108];
	struct pair pairs[PAIRS_MAX];
} proxy;

static NORETURN void fail(const char *what)
{
	perror(what);
	exit(1);
}

static void close_pair(struct pair *p)
{
	close(p->fds[0]);
	close(p->fds[1]);
	p->is_open = false;
}

static void open_pair(enum proxy_store store)
{
	int in = accept4(proxy.listeners[store], NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct sockaddr *to = (struct sockaddr *)&proxy.to[store];
	struct pair *p = proxy.pairs;
	int out;

	if (in < 0)
		return;
	while (p < proxy.pairs + PAIRS_MAX && p->is_open)
		p++;
	out = socket(to->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (p == proxy.pairs + PAIRS_MAX || proxy.modes[store] == PROXY_CUT ||
	    connect(out, to, proxy.to_size[store])) {
		close(in);
		close(out);
		return;
	}
	*p = (struct pair){ .is_open = true, .fds = { in, out }, .store = store };
	p->left = CRACK_BYTES / 2 + secret_random_below(CRACK_BYTES);
}

/* Something to read from side i: it goes to the other. */
static void take(struct pair *p, int i)
{
	struct stream *s = &p->flow[!i];
	ssize_t n = recv(p->fds[i], s->bytes, CHUNK, MSG_DONTWAIT);

	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		p->is_done = true;
	s->from = 0;
	s->to = n > 0 ? (size_t)n : 0;
	if (n > 0)
		p->left -= n;
}

static void give(struct pair *p, int i)
{
	struct stream *s = &p->flow[i];
	ssize_t n;

	if (s->from == s->to)
		return;
	n = send(p->fds[i], s->bytes + s->from, s->to - s->from, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (n > 0)
		s->from += (size_t)n;
	else if (errno != EAGAIN && errno != EINTR)
		p->is_done = true;
}

static void serve(struct pair *p, const struct pollfd *polled)
{
	int i;

	for (i = 0; i < 2; i++) {
		if (polled[i].revents & (POLLIN | POLLHUP | POLLERR) &&
		    p->flow[!i].from == p->flow[!i].to)
			take(p, i);
		give(p, !i);
		give(p, i);
	}
	if (p->is_done || (proxy.modes[p->store] == PROXY_CRACK && p->left < 0))
		close_pair(p);
}

/* What to wait for on side i: room for what waits, or something new when nothing does. */
static struct pollfd wish(const struct pair *p, int i)
{
	short events = 0;

	if (p->flow[i].from < p->flow[i].to)
		events |= POLLOUT;
	if (p->flow[!i].from == p->flow[!i].to)
		events |= POLLIN;
	return (struct pollfd){ proxy.modes[p->store] == PROXY_HOLE ? -1 : p->fds[i], events, 0 };
}

static void round_of_all(void)
{
	struct pollfd polled[PROXY_COUNT + 2 * PAIRS_MAX];
	struct pair *in_turn[PAIRS_MAX];
	size_t i, n = PROXY_COUNT, pairs = 0;

	for (i = 0; i < PROXY_COUNT; i++)
		polled[i] = (struct pollfd){ proxy.listeners[i], POLLIN, 0 };
	for (i = 0; i < PAIRS_MAX; i++) {
		struct pair *p = &proxy.pairs[i];

		if (p->is_open && proxy.modes[p->store] == PROXY_CUT)
			close_pair(p);
		if (!p->is_open)
			continue;
		polled[n++] = wish(p, 0);
		polled[n++] = wish(p, 1);
		in_turn[pairs++] = p;
	}
	if (poll(polled, n, ROUND_MS) <= 0)
		return;
	for (i = 0; i < pairs; i++) {
		if (polled[PROXY_COUNT + 2 * i].revents || polled[PROXY_COUNT + 2 * i + 1].revents)
			serve(in_turn[i], polled + PROXY_COUNT + 2 * i);
	}
	for (i = 0; i < PROXY_COUNT; i++) {
		if (polled[i].revents)
			open_pair((enum proxy_store)i);
	}
}

static void *run(void *unused)
{
	(void)unused;
	while (!proxy.is_stopping)
		round_of_all();
	return NULL;
}

static void to_path(enum proxy_store store, struct str path)
{
	struct sockaddr_un *at = (struct sockaddr_un *)&proxy.to[store];

	at->sun_family = AF_UNIX;
	snprintf(at->sun_path, sizeof(at->sun_path), STR_FMT, STR_ARG(path));
	proxy.to_size[store] = sizeof(*at);
}

static void listen_at_path(enum proxy_store store, const char *folder, const char *variable)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(proxy.paths[store], sizeof(proxy.paths[store]), "%s/proxy%d", folder, (int)store);
	memcpy(at.sun_path, proxy.paths[store], sizeof(at.sun_path));
	if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof(at)) || listen(fd, 64))
		fail("proxy");
	proxy.listeners[store] = fd;
	setenv(variable, proxy.paths[store], 1);
}

static void listen_at_port(enum proxy_store store, int port_to, const char *variable)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	socklen_t n = sizeof(at);
	char port[16];

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof(at)) || listen(fd, 64) ||
	    getsockname(fd, (struct sockaddr *)&at, &n))
		fail("proxy");
	proxy.listeners[store] = fd;
	snprintf(port, sizeof(port), "%d", ntohs(at.sin_port));
	setenv(variable, port, 1);
	at.sin_port = htons((uint16_t)port_to);
	memcpy(&proxy.to[store], &at, sizeof(at));
	proxy.to_size[store] = sizeof(at);
}

void proxy_start(const struct config *config, const char *folder)
{
	to_path(PROXY_MARIADB, config->db.socket);
	to_path(PROXY_REDIS, config->redis.socket);
	listen_at_path(PROXY_MARIADB, folder, "PLAZA_DB_SOCKET");
	listen_at_path(PROXY_REDIS, folder, "PLAZA_REDIS_SOCKET");
	listen_at_port(PROXY_RABBITMQ, config->mq.port, "PLAZA_MQ_PORT");
	if (pthread_create(&proxy.thread, NULL, run, NULL))
		fail("proxy");
}

void proxy_stop(void)
{
	int i;

	proxy.is_stopping = true;
	pthread_join(proxy.thread, NULL);
	for (i = 0; i < PAIRS_MAX; i++) {
		if (proxy.pairs[i].is_open)
			close_pair(&proxy.pairs[i]);
	}
	for (i = 0; i < PROXY_COUNT; i++) {
		close(proxy.listeners[i]);
		if (proxy.paths[i][0])
			unlink(proxy.paths[i]);
	}
}

void proxy_set(enum proxy_store store, enum proxy_mode mode)
{
	proxy.modes[store] = (int)mode;
	usleep(3 * ROUND_MS * 1000); /* until every connection knows */
}
