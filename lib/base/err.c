/* Names of error codes, and the end of a process that found itself broken. */
#include "base/err.h"

#include "base/log.h"

const char *err_name(err e)
{
	switch (e) {
	case OK:
		return "ok";
	case ERR_INVALID:
		return "invalid";
	case ERR_AUTH:
		return "auth";
	case ERR_FORBIDDEN:
		return "forbidden";
	case ERR_NOT_FOUND:
		return "not_found";
	case ERR_CONFLICT:
		return "conflict";
	case ERR_LIMITED:
		return "limited";
	case ERR_UNAVAILABLE:
		return "unavailable";
	case ERR_INTERNAL:
		return "internal";
	}
	return "unknown";
}

void bug_at(const char *file, int line, const char *format, ...)
{
	char message[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	log_error("bug at %s:%d: %s", file, line, message);
	abort();
}
