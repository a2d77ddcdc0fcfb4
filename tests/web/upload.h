/* A picture sent by a form, as a browser does it. */
#ifndef WEB_UPLOAD_H
#define WEB_UPLOAD_H

#include "web/web.h"

#include "base/buf.h"
#include "unit/domain/pictures.h"

#define BOUNDARY "plaza7f3a9c"

static inline struct reply upload(struct browser *b, const char *path, const char *file_name,
				  struct str bytes)
{
	struct str token = browser_token(b);
	struct buf body;

	buf_init(&body, b->arena, bytes.n + 1000);
	BUF_LIT(&body, "--" BOUNDARY "\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n");
	buf_add(&body, str_slice(token, 5, token.n));
	buf_addf(&body,
		 "\r\n--" BOUNDARY "\r\nContent-Disposition: form-data; name=\"picture\";"
		 " filename=\"%s\"\r\nContent-Type: image/png\r\n\r\n",
		 file_name);
	buf_add(&body, bytes);
	BUF_LIT(&body, "\r\n--" BOUNDARY "--\r\n");
	return browser_ask(b, &(struct ask){ .path = path,
					     .body = buf_str(&body),
					     .content_type =
						     "multipart/form-data; boundary=" BOUNDARY });
}

static inline struct reply upload_face(struct browser *b, struct str bytes)
{
	return upload(b, "/settings/avatar", "me.png", bytes);
}

#endif
