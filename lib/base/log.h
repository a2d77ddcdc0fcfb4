/*
 * The log: one line per event on standard error,
 *   2026-01-31T08:05:09.123Z level program[pid] request=ID message
 * Control characters in the message, line breaks among them, are written as
 * \xNN, so that no input can forge a line. Secrets are never passed in.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/str.h"

enum log_level { LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARN, LOG_LEVEL_ERROR };

/* The program's name and the least level that is written. */
void log_open(const char *program, enum log_level least);

/* The id written with each following line until changed; copied, at most 40 bytes; empty for none.
 */
void log_set_request(struct str id);

void log_write(enum log_level level, const char *format, ...) PRINTF_LIKE(2, 3);

#define log_debug(...) log_write(LOG_LEVEL_DEBUG, __VA_ARGS__)
#define log_info(...) log_write(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_warn(...) log_write(LOG_LEVEL_WARN, __VA_ARGS__)
#define log_error(...) log_write(LOG_LEVEL_ERROR, __VA_ARGS__)

#endif
