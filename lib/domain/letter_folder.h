/*
 * The outbox folder of development: what would be sent to people lies there as files, and
 * /dev/outbox shows them.
 */
#ifndef DOMAIN_LETTER_FOLDER_H
#define DOMAIN_LETTER_FOLDER_H

#include "base/str.h"

/*
 * A message (RFC 5322) as the file <id>.eml, for its owner's eyes; complete from the moment it has
 * that name. ERR_UNAVAILABLE when it cannot be written.
 */
err letter_folder_put(struct arena *a, struct str folder, struct str id,
		      struct str message) MUST_CHECK;

#endif
