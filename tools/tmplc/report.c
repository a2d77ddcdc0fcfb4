/* Messages to the author of a template. */
#include "report.h"

static void add_message(struct report *r, const char *format, va_list args)
{
	char message[512];

	vsnprintf(message, sizeof(message), format, args);
	buf_add(r->out, str_from_c(message));
	buf_add_char(r->out, '\n');
}

err report_error(struct report *r, struct str path, int line, const char *format, ...)
{
	va_list args;

	buf_addf(r->out, STR_FMT ":%d: ", STR_ARG(path), line);
	va_start(args, format);
	add_message(r, format, args);
	va_end(args);
	r->errors++;
	return ERR_INVALID;
}

void report_warning(struct report *r, struct str path, int line, const char *format, ...)
{
	va_list args;

	buf_addf(r->out, STR_FMT ":%d: warning: ", STR_ARG(path), line);
	va_start(args, format);
	add_message(r, format, args);
	va_end(args);
	r->warnings++;
}
