/* Messages as files. */
#include "domain/letter_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"

#define FOLDER_MODE 0700
#define FILE_MODE 0600

static bool write_all(int fd, struct str s)
{
	while (s.n) {
		ssize_t n = write(fd, s.p, s.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		s = str_slice(s, (size_t)n, s.n);
	}
	return true;
}

err letter_folder_put(struct arena *a, struct str folder, struct str id, struct str message)
{
	struct str part = str_format(a, STR_FMT "/." STR_FMT ".part", STR_ARG(folder), STR_ARG(id));
	struct str whole = str_format(a, STR_FMT "/" STR_FMT ".eml", STR_ARG(folder), STR_ARG(id));
	bool is_written;
	int fd;

	mkdir(str_c(a, folder), FOLDER_MODE);
	fd = open(part.p, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, FILE_MODE);
	is_written = fd >= 0 && write_all(fd, message);
	if (fd >= 0)
		close(fd);
	if (is_written && !rename(part.p, whole.p))
		return OK;
	log_error("%s cannot be written: %s", whole.p, strerror(errno));
	return ERR_UNAVAILABLE;
}
