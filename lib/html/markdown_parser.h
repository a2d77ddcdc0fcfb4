/*
 * md4c's parser, with what each use of it has in common.
 */
#ifndef HTML_MARKDOWN_PARSER_H
#define HTML_MARKDOWN_PARSER_H

#include <md4c.h>

#include "base/buf.h"

/*
 * Parse with the callbacks given; flags are set here. ERR_INVALID when the source is
 * longer than MARKDOWN_INPUT_MAX or not valid UTF-8, and when a callback ended it.
 */
err markdown_parse(struct arena *a, struct str source, MD_PARSER callbacks,
		   void *context) MUST_CHECK;

/* An attribute with its references decoded: what the buffer holds until it is used again. */
struct str markdown_attribute(struct buf *decoded, const MD_ATTRIBUTE *attribute);

#endif
