/* The accept loop over libfcgi. */
#include <fcgiapp.h>
#include <limits.h>
#include <signal.h>
#include <unistd.h>

#include "web/state.h"

static volatile sig_atomic_t is_stopping;

/*
 * A signal that arrives after the loop's look at is_stopping and before accept sleeps would be
 * lost: the alarm repeats it each second until the process has gone. Without SA_RESTART accept
 * returns.
 */
static void stop(int number)
{
	(void)number;
	is_stopping = 1;
	FCGX_ShutdownPending();
	alarm(1);
}

static void hold_signals(sigset_t *held)
{
	struct sigaction action = { .sa_handler = stop };

	signal(SIGPIPE, SIG_IGN);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGUSR1, &action, NULL);
	sigaction(SIGALRM, &action, NULL);
	sigemptyset(held);
	sigaddset(held, SIGTERM);
	sigaddset(held, SIGINT);
	sigaddset(held, SIGUSR1);
	sigaddset(held, SIGALRM);
	sigprocmask(SIG_BLOCK, held, NULL);
}

/* The next request. Only here may a signal come in: one that is served is never cut short. */
static bool next(FCGX_Request *fcgi, const sigset_t *held)
{
	int failed;

	sigprocmask(SIG_UNBLOCK, held, NULL);
	failed = is_stopping || FCGX_Accept_r(fcgi) < 0;
	sigprocmask(SIG_BLOCK, held, NULL);
	return !failed;
}

static size_t read_stream(void *from, char *to, size_t room)
{
	FCGX_Request *fcgi = from;
	int n = FCGX_GetStr(to, room < INT_MAX ? (int)room : INT_MAX, fcgi->in);

	return n > 0 ? (size_t)n : 0;
}

static void write_stream(void *to, struct str head, struct str body)
{
	FCGX_Request *fcgi = to;

	/* A reader who has gone is no error of ours. */
	FCGX_PutStr(head.p, (int)head.n, fcgi->out);
	if (body.n)
		FCGX_PutStr(body.p, (int)body.n, fcgi->out);
	FCGX_Finish_r(fcgi);
}

bool fcgi_is_called(void)
{
	return !FCGX_IsCGI();
}

int fcgi_run(struct app *app)
{
	FCGX_Request fcgi;
	sigset_t held;

	hold_signals(&held);
	if (FCGX_Init() || FCGX_InitRequest(&fcgi, 0, 0)) {
		log_error("libfcgi cannot start");
		return 1;
	}
	while (next(&fcgi, &held)) {
		struct source source = { .environment = fcgi.envp,
					 .read = read_stream,
					 .from = &fcgi };

		app_serve(app, &source, write_stream, &fcgi);
	}
	return 0;
}
