/*
 * The characters that names and values in headers are made of.
 */
#ifndef HTTP_TOKEN_H
#define HTTP_TOKEN_H

#include "base/str.h"

/* A token of RFC 9110, 5.6.2: visible ASCII without separators, not empty. Names of headers and
 * cookies. */
bool http_is_token(struct str s);

/* Cookie octets of RFC 6265, 4.1.1: visible ASCII without quote, comma, semicolon, backslash. */
bool http_is_cookie_value(struct str s);

#endif
