/* The processes of the ceilings, and what each answers. */
#include "ceilings.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/num.h"

#define BACKLOG 1024
#define POSTS_MOST 4096

struct server {
	struct stores *stores; /* NULL where none is asked */
	char page[CEILING_PAGE];
};

static void answer(FCGX_Request *q, const char *type, const char *body, size_t n)
{
	FCGX_FPrintF(q->out, "Content-Type: %s\r\nContent-Length: %d\r\n\r\n", type, (int)n);
	FCGX_PutStr(body, (int)n, q->out);
}

static const char *cookies(const FCGX_Request *q)
{
	const char *value = FCGX_GetParam("HTTP_COOKIE", q->envp);

	return value ? value : "";
}

static void hello(struct server *s, FCGX_Request *q)
{
	answer(q, "text/html", s->page, sizeof(s->page));
}

static void one_get(struct server *s, FCGX_Request *q)
{
	stores_get_session(s->stores, cookies(q));
	answer(q, "text/html", s->page, sizeof(s->page));
}

static void list(struct server *s, FCGX_Request *q)
{
	stores_read_list(s->stores, cookies(q), s->page);
	answer(q, "text/html", s->page, sizeof(s->page));
}

static void vote(struct server *s, FCGX_Request *q)
{
	char text[4096];
	int n;

	while (FCGX_GetStr(text, sizeof(text), q->in) > 0)
		;
	n = snprintf(text, sizeof(text), "{\"votes\":%lld,\"answer\":\"counted\"}\n",
		     stores_vote(s->stores, cookies(q)));
	answer(q, "application/json", text, (size_t)n);
}

static const struct {
	const char *name; /* of the socket, ceiling_NAME.sock */
	void (*answer)(struct server *s, FCGX_Request *q);
	bool has_stores;
} ceilings[] = {
	{ "h", hello, false },
	{ "r", one_get, true },
	{ "p", list, true },
	{ "v", vote, true },
};

/* The ids of a file, one a line. */
static size_t read_posts(const char *path, int64_t *out)
{
	FILE *f = fopen(path, "r");
	char line[64];
	size_t count = 0;

	if (!f)
		BUG("cannot read %s", path);
	while (count < POSTS_MOST && fgets(line, sizeof(line), f)) {
		if (!num_parse_id(str_trim(str_from_c(line)), &out[count++]))
			BUG("%s: not an id: %s", path, line);
	}
	fclose(f);
	if (count < CEILING_ROWS)
		BUG("%s: too few posts", path);
	return count;
}

static void serve(size_t which, int fd, const struct config *config, const char *posts_file)
{
	struct server s = { 0 };
	int64_t posts[POSTS_MOST];
	FCGX_Request q;

	memset(s.page, 'x', sizeof(s.page));
	if (ceilings[which].has_stores)
		s.stores = stores_open(config, posts, read_posts(posts_file, posts));
	if (FCGX_Init() || FCGX_InitRequest(&q, fd, 0))
		BUG("libfcgi cannot start");
	signal(SIGTERM, SIG_DFL);
	while (FCGX_Accept_r(&q) >= 0) {
		ceilings[which].answer(&s, &q);
		FCGX_Finish_r(&q);
	}
	BUG("ceiling %s cannot accept", ceilings[which].name);
}

static void start(size_t which, const char *run, int processes, const struct config *config,
		  const char *posts_file)
{
	char path[256];
	int fd, i;

	snprintf(path, sizeof(path), "%s/ceiling_%s.sock", run, ceilings[which].name);
	fd = FCGX_OpenSocket(path, BACKLOG);
	if (fd < 0)
		BUG("cannot listen on %s", path);
	for (i = 0; i < processes; i++) {
		pid_t parent = getpid(), child = fork();

		if (child < 0)
			BUG("cannot fork");
		if (child > 0)
			continue;
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		if (getppid() == parent)
			serve(which, fd, config, posts_file);
		exit(1);
	}
	close(fd);
}

int main(int argc, char **argv)
{
	struct arena *a = arena_new(4096);
	struct config config;
	int64_t processes;
	size_t i;

	if (argc != 4 || !num_parse_i64(str_from_c(argv[2]), 1, 64, &processes)) {
		fputs("usage: ceilings SOCKET-FOLDER PROCESSES POSTS-FILE\n", stderr);
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	if (config_load(a, &config) || FCGX_Init())
		return 1;
	signal(SIGTERM, SIG_DFL);
	for (i = 0; i < ARRAY_LEN(ceilings); i++)
		start(i, argv[1], (int)processes, &config, argv[3]);
	/* The children end with this process, and this one when one of them does. */
	wait(NULL);
	fputs("ceilings: a process ended\n", stderr);
	return 1;
}
