/* Zip archives, by libarchive. */
#include "store/zip.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"

struct zip {
	struct arena *arena;
	struct archive *archive; /* NULL when closed */
	int fd;
};

static err complain(struct zip *z, const char *what)
{
	log_error("zip: %s: %s", what, archive_error_string(z->archive));
	return ERR_INTERNAL;
}

/* Unfinished: libarchive writes what an archive ends with, and nobody will read it. */
static void release(void *object)
{
	struct zip *z = object;

	if (z->archive)
		archive_write_free(z->archive);
	if (z->fd >= 0)
		close(z->fd);
	z->archive = NULL;
	z->fd = -1;
}

err zip_open(struct arena *a, const char *path, struct zip **out)
{
	struct zip *z = ARENA_NEW(a, struct zip);

	z->arena = a;
	z->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0640);
	if (z->fd < 0) {
		log_error("zip: %s cannot be written: %s", path, strerror(errno));
		return ERR_INTERNAL;
	}
	z->archive = archive_write_new();
	arena_defer(a, release, z);
	if (!z->archive)
		return ERR_INTERNAL;
	/* No padding of the last block: the file is as long as what is in it. */
	archive_write_set_bytes_in_last_block(z->archive, 1);
	if (archive_write_set_format_zip(z->archive) != ARCHIVE_OK ||
	    archive_write_set_options(z->archive, "hdrcharset=UTF-8") < ARCHIVE_WARN ||
	    archive_write_open_fd(z->archive, z->fd) != ARCHIVE_OK)
		return complain(z, "cannot begin");
	*out = z;
	return OK;
}

err zip_start(struct zip *z, struct str name, int64_t at)
{
	struct archive_entry *entry = archive_entry_new();
	int result;

	if (!entry)
		return ERR_INTERNAL;
	archive_entry_set_pathname_utf8(entry, str_c(z->arena, name));
	archive_entry_set_filetype(entry, AE_IFREG);
	archive_entry_set_perm(entry, 0644);
	archive_entry_set_mtime(entry, at / 1000, 0);
	result = archive_write_header(z->archive, entry);
	archive_entry_free(entry);
	return result == ARCHIVE_OK ? OK : complain(z, "cannot begin a file");
}

err zip_add(struct zip *z, struct str bytes)
{
	if (bytes.n && archive_write_data(z->archive, bytes.p, bytes.n) != (la_ssize_t)bytes.n)
		return complain(z, "cannot write");
	return OK;
}

err zip_close(struct zip *z, int64_t *size)
{
	struct stat file;
	err e = OK;

	if (archive_write_close(z->archive) != ARCHIVE_OK)
		e = complain(z, "cannot end");
	else if (fsync(z->fd) || fstat(z->fd, &file)) {
		log_error("zip: the file cannot be kept: %s", strerror(errno));
		e = ERR_INTERNAL;
	} else {
		*size = file.st_size;
	}
	release(z);
	return e;
}
