/*
 * What the values of the configuration may be: each function says whether a
 * value is right. Used by config.c only.
 */
#ifndef BASE_CONFIG_CHECK_H
#define BASE_CONFIG_CHECK_H

#include "base/str.h"

#define CONFIG_SOCKET_RULE "an absolute path of at most 107 bytes"
#define CONFIG_HOST_RULE "a host name or an address"
#define CONFIG_FOLDER_RULE "an absolute path of at most 200 bytes, without \"..\""
#define CONFIG_PORT_RULE "a number from 1 to 65535"

/* 1 to 60 code points, no controls. */
bool config_is_title(struct str value);

/* http:// or https://, a host and perhaps a port, but not the scheme's own; nothing after it. */
bool config_is_origin(struct str value);

/* A path that fits into the address of a Unix socket. */
bool config_is_socket(struct str value);

/* Letters, digits, '.', '-'; or an IPv6 address. */
bool config_is_host(struct str value);

/* smtp:// or smtps://, a host and perhaps a port. */
bool config_is_smtp_url(struct str value);

/* http:// or https://, and something that has no white space. */
bool config_is_web_address(struct str value);

/* required or optional */
bool config_is_need(struct str value);

/* name@host, without a display name. */
bool config_is_address(struct str value);

/* A cashier there is: "sandbox", or "none". */
bool config_is_cashier(struct str value);

/* An absolute path, for a folder. */
bool config_is_folder(struct str value);

#endif
