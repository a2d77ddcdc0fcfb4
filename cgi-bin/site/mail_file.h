/*
 * Mails as the mail worker leaves them in a folder during development: one RFC 5322 message a file.
 */
#ifndef SITE_MAIL_FILE_H
#define SITE_MAIL_FILE_H

#include "base/str.h"

#define MAIL_FILES_MAX 200 /* of the newest */
#define MAIL_FILE_BYTES (256 * 1024)

struct mail_file {
	struct str name;                    /* letters, digits, '.', '-', '_' */
	int64_t written_at;                 /* Unix ms */
	struct str from, to, subject, date; /* headers, decoded */
	struct str text;                    /* the body, lines ended by "\n" */
};
struct mail_files {
	struct mail_file *items;
	size_t count;
};

/* Newest first, without texts. A folder that does not exist has none. */
void mail_files_list(struct arena *a, struct str folder, struct mail_files *out);

/* One of them by its name. ERR_NOT_FOUND. */
err mail_file_read(struct arena *a, struct str folder, struct str name,
		   struct mail_file *out) MUST_CHECK;

/* Headers and body of a message; what is missing is empty. */
void mail_file_parse(struct arena *a, struct str message, struct mail_file *out);

#endif
