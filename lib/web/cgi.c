/* Run from a shell, a program answers the one request of its environment: for debuggers and
 * curiosity. */
#include <unistd.h>

#include "web/state.h"

extern char **environ;

static size_t read_input(void *from, char *to, size_t room)
{
	return fread(to, 1, room, from);
}

static void write_output(void *to, struct str head, struct str body)
{
	fwrite(head.p, 1, head.n, to);
	if (body.n)
		fwrite(body.p, 1, body.n, to);
	fflush(to);
}

int cgi_run(struct app *app)
{
	struct source source = { .environment = environ, .read = read_input, .from = stdin };

	/* Whoever has a shell here can do as he likes anyway; on a real site it is still not
	 * offered. */
	if (app->config.site.is_development)
		source.log_in_as = str_from_c(getenv("AS"));
	app_serve(app, &source, write_output, stdout);
	return 0;
}
