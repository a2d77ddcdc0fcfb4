/*
 * The answer's FastCGI records, written to the connection in one system call where that is
 * possible.
 */
#ifndef WEB_FCGI_REPLY_H
#define WEB_FCGI_REPLY_H

#include <stdint.h>

#include "base/str.h"

/*
 * Head and body as standard output of the request, and its end, to a blocking socket. False when
 * the other side has gone.
 */
bool fcgi_reply_write(int fd, uint16_t request_id, struct str head, struct str body);

#endif
