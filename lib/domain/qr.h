/*
 * A text as a QR code: the d of an SVG path that fills its dark squares, each one unit wide, the
 * quiet zone of four around them counted in.
 */
#ifndef DOMAIN_QR_H
#define DOMAIN_QR_H

#include "base/str.h"

struct qr {
	struct str path;
	int size; /* units of width and height */
};

/* ERR_INVALID when the text is too long for one. */
err qr_make(struct arena *a, struct str text, struct qr *out) MUST_CHECK;

#endif
