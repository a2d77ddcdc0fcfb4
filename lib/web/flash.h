/*
 * A short message carried to the next page in a cookie: the text, percent-encoded, and a mac over
 * it, so that nobody can put words into the site's mouth.
 */
#ifndef WEB_FLASH_H
#define WEB_FLASH_H

#include "base/secret.h"

#define FLASH_TEXT_MAX 300 /* bytes */
#define FLASH_SECONDS 120  /* what was not shown by then is no news */

/* The cookie's value for a text; a longer one is cut. */
struct str flash_seal(struct arena *a, const unsigned char secret[SECRET_KEY_SIZE],
		      struct str text);

/* The text of a cookie; empty when it is not ours. */
struct str flash_open(struct arena *a, const unsigned char secret[SECRET_KEY_SIZE],
		      struct str cookie);

#endif
