/* QR codes, by libqrencode. */
#include "domain/qr.h"

#include <qrencode.h>

#include "base/buf.h"

#define QUIET 4

static bool is_dark(const QRcode *code, int x, int y)
{
	return x < code->width && (code->data[y * code->width + x] & 1);
}

/* A row's runs of dark squares, each a flat rectangle. */
static void add_row(struct buf *b, const QRcode *code, int y)
{
	int x, start;

	for (x = 0; x < code->width; x++) {
		if (!is_dark(code, x, y))
			continue;
		start = x;
		while (is_dark(code, x, y))
			x++;
		buf_addf(b, "M%d %dh%dv1h-%dz", start + QUIET, y + QUIET, x - start, x - start);
	}
}

err qr_make(struct arena *a, struct str text, struct qr *out)
{
	QRcode *code = QRcode_encodeString8bit(str_c(a, text), 0, QR_ECLEVEL_M);
	struct buf b;
	int y;

	if (!code)
		return ERR_INVALID;
	buf_init(&b, a, 8192);
	for (y = 0; y < code->width; y++)
		add_row(&b, code, y);
	*out = (struct qr){ buf_str(&b), code->width + 2 * QUIET };
	QRcode_free(code);
	return OK;
}
