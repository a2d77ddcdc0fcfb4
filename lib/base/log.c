/* The log. Lines are made in fixed memory, so that it also works when there is none left. */
#include "base/log.h"

#include <errno.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/utf8.h"

#define MESSAGE_MOST 2048
#define REQUEST_MOST 40

static struct {
	char program[32];
	char request[REQUEST_MOST];
	size_t request_n;
	enum log_level least;
	int pid; /* asked once: each question is a system call */
} log_state = { .program = "plaza", .least = LOG_LEVEL_INFO };

/* One line under construction. Each byte of a message may take four. */
struct line {
	char p[4 * (MESSAGE_MOST + REQUEST_MOST) + 160];
	size_t n;
};

void log_open(const char *program, enum log_level least)
{
	snprintf(log_state.program, sizeof(log_state.program), "%s", program);
	log_state.least = least;
	log_state.pid = (int)getpid();
}

void log_set_request(struct str id)
{
	log_state.request_n = id.n < REQUEST_MOST ? id.n : REQUEST_MOST;
	if (log_state.request_n)
		memcpy(log_state.request, id.p, log_state.request_n);
}

/* Controls, and U+2028 and U+2029, which some viewers take for line breaks. */
static bool is_plain(uint32_t code_point)
{
	if (code_point < 0x20 || (code_point >= 0x7F && code_point < 0xA0))
		return false;
	return code_point != 0x2028 && code_point != 0x2029;
}

/* Most lines are ASCII from end to end. */
static size_t count_ascii(struct str s)
{
	size_t n = 0;

	while (n < s.n && s.p[n] >= 0x20 && s.p[n] < 0x7F)
		n++;
	return n;
}

static void line_add(struct line *l, struct str s)
{
	static const char hex[] = "0123456789abcdef";
	const size_t ascii = count_ascii(s);

	memcpy(l->p + l->n, s.p ? s.p : "", ascii);
	l->n += ascii;
	s = str_slice(s, ascii, s.n);
	while (s.n) {
		struct str rest = s;
		uint32_t code_point = 0;
		bool is_valid = utf8_next(&rest, &code_point);
		size_t n = s.n - rest.n;
		size_t i;

		/* U+FFFD of one byte is a byte that was not UTF-8. */
		if (is_valid && is_plain(code_point) && !(code_point == 0xFFFD && n == 1)) {
			memcpy(l->p + l->n, s.p, n);
			l->n += n;
		} else {
			for (i = 0; i < n; i++) {
				l->p[l->n++] = '\\';
				l->p[l->n++] = 'x';
				l->p[l->n++] = hex[(unsigned char)s.p[i] >> 4];
				l->p[l->n++] = hex[s.p[i] & 15];
			}
		}
		s = rest;
	}
}

/* "2026-01-31T08:05:09", made once in each second. */
static const char *second_text(int64_t now)
{
	static int64_t made = -1;
	static char text[32];

	if (now / 1000 != made) {
		struct clock_date d = clock_utc(now);

		made = now / 1000;
		snprintf(text, sizeof(text), "%04d-%02d-%02dT%02d:%02d:%02d", d.year, d.month,
			 d.day, d.hour, d.minute, d.second);
	}
	return text;
}

static void line_start(struct line *l, enum log_level level)
{
	static const char *const names[] = { "debug", "info", "warn", "error" };
	int64_t now = clock_now();

	l->n = (size_t)snprintf(l->p, 160, "%s.%03dZ %s %s[%d] ", second_text(now),
				(int)(now % 1000), names[level], log_state.program, log_state.pid);
	if (log_state.request_n) {
		line_add(l, STR("request="));
		line_add(l, (struct str){ log_state.request, log_state.request_n });
		line_add(l, STR(" "));
	}
}

/* In one call where the system allows it, so that lines of several processes do not mix. */
static void line_write(struct line *l)
{
	size_t done = 0;

	l->p[l->n++] = '\n';
	while (done < l->n) {
		ssize_t n = write(STDERR_FILENO, l->p + done, l->n - done);

		if (n < 0 && errno != EINTR)
			return;
		if (n > 0)
			done += (size_t)n;
	}
}

void log_write(enum log_level level, const char *format, ...)
{
	char message[MESSAGE_MOST];
	struct line line;
	int saved = errno;
	va_list args;
	int n;

	if (level < log_state.least)
		return;
	va_start(args, format);
	n = vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	if (n < 0)
		n = 0;
	line_start(&line, level);
	if ((size_t)n < sizeof(message)) {
		line_add(&line, (struct str){ message, (size_t)n });
	} else {
		line_add(&line, (struct str){ message, sizeof(message) - 4 });
		line_add(&line, STR("..."));
	}
	line_write(&line);
	errno = saved;
}
