/* Blobs as files: written aside, flushed to the disk, then put in place by a rename. */
#include "store/blob.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/secret.h"

/* A folder is only a way: no links, no files. */
#define WAY (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

/* nginx reads what is public under another account. */
static const struct {
	const char *name;
	mode_t folder, file;
} areas[] = {
	[BLOB_PUBLIC] = { "public", 0755, 0644 },
	[BLOB_PRIVATE] = { "private", 0700, 0600 },
};

/* Where the last part of a key is: an open folder, and its name there. */
struct place {
	int folder; /* -1 when there is none */
	char name[BLOB_KEY_MAX + 1];
};

static bool is_key_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

static void check_key(struct str key)
{
	size_t i;

	for (i = 0; i < key.n; i++) {
		bool is_first = i == 0 || key.p[i - 1] == '/';

		if (is_first ? key.p[i] == '.' || !is_key_byte(key.p[i])
			     : key.p[i] != '/' && !is_key_byte(key.p[i]))
			break;
	}
	if (key.n == 0 || key.n > BLOB_KEY_MAX || i < key.n || key.p[key.n - 1] == '/')
		BUG("this is no key of a blob: \"" STR_FMT "\"", STR_ARG(key));
}

static err complain(const char *what, struct str key)
{
	log_error("blob " STR_FMT ": %s: %s", STR_ARG(key), what, strerror(errno));
	return ERR_UNAVAILABLE;
}

/* mkdir obeys the umask, which is not ours to know. */
static int enter(int folder, const char *name, bool may_make, mode_t mode)
{
	int inner = openat(folder, name, WAY);

	if (inner >= 0 || errno != ENOENT || !may_make)
		return inner;
	if (mkdirat(folder, name, mode) && errno != EEXIST)
		return -1;
	inner = openat(folder, name, WAY);
	if (inner >= 0 && fchmod(inner, mode))
		log_warn("blobs: the rights of a folder cannot be set: %s", strerror(errno));
	return inner;
}

/* The folder of an area; media.dir itself may be a link, it is the administrator's. */
static int enter_area(const struct config *config, enum blob_area area, bool may_make)
{
	char path[256];
	int top, inner;

	snprintf(path, sizeof(path), STR_FMT, STR_ARG(config->media.dir));
	if (may_make && mkdir(path, 0755) == 0 && chmod(path, 0755))
		log_warn("blobs: the rights of %s cannot be set: %s", path, strerror(errno));
	top = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (top < 0)
		return -1;
	inner = enter(top, areas[area].name, may_make, areas[area].folder);
	close(top);
	return inner;
}

/* errno says why when place->folder is -1. */
static void find_place(const struct config *config, enum blob_area area, struct str key,
		       bool may_make, struct place *place)
{
	int folder;

	check_key(key);
	folder = enter_area(config, area, may_make);
	while (folder >= 0) {
		struct str part;
		int inner, saved;

		if (!str_split(&key, '/', &part))
			BUG("a key without a name");
		snprintf(place->name, sizeof(place->name), STR_FMT, STR_ARG(part));
		if (!key.p)
			break;
		inner = enter(folder, place->name, may_make, areas[area].folder);
		saved = errno;
		close(folder);
		errno = saved;
		folder = inner;
	}
	place->folder = folder;
}

static bool write_all(int fd, struct str bytes)
{
	size_t done = 0;

	while (done < bytes.n) {
		ssize_t n = write(fd, bytes.p + done, bytes.n - done);

		if (n < 0 && errno != EINTR)
			return false;
		if (n > 0)
			done += (size_t)n;
	}
	return true;
}

/* What stands under the name aside is on the disk when this is true. */
static bool write_aside(const struct place *p, const char *aside, mode_t mode, struct str bytes)
{
	int fd = openat(p->folder, aside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
			mode);
	bool is_written;
	int saved;

	if (fd < 0)
		return false;
	is_written = write_all(fd, bytes) && fchmod(fd, mode) == 0 && fsync(fd) == 0;
	saved = errno;
	if (close(fd) && is_written)
		return false;
	errno = saved;
	return is_written;
}

/* A name nobody asks for: keys have no part that begins with a dot. */
static void name_aside(char *out, size_t size)
{
	unsigned char random[12];
	size_t i, n = (size_t)snprintf(out, size, ".aside-");

	secret_random(random, sizeof(random));
	for (i = 0; i < sizeof(random); i++)
		n += (size_t)snprintf(out + n, size - n, "%02x", random[i]);
}

err blob_put(const struct config *config, enum blob_area area, struct str key, struct str bytes)
{
	struct place p;
	char aside[48];
	err e = OK;

	find_place(config, area, key, true, &p);
	if (p.folder < 0)
		return complain("its folder cannot be opened", key);
	name_aside(aside, sizeof(aside));
	if (!write_aside(&p, aside, areas[area].file, bytes) ||
	    renameat(p.folder, aside, p.folder, p.name) || fsync(p.folder)) {
		e = complain("it cannot be written", key);
		unlinkat(p.folder, aside, 0);
	}
	close(p.folder);
	return e;
}

static err read_open(int fd, struct arena *a, struct str key, size_t most, struct str *out)
{
	struct stat status;
	size_t done = 0;
	char *bytes;

	if (fstat(fd, &status))
		return complain("it cannot be read", key);
	if (!S_ISREG(status.st_mode) || status.st_size < 0 || (size_t)status.st_size > most) {
		log_error("blob " STR_FMT " is no file of at most %zu bytes", STR_ARG(key), most);
		return ERR_INVALID;
	}
	bytes = arena_bytes(a, (size_t)status.st_size + 1);
	while (done < (size_t)status.st_size) {
		ssize_t n = read(fd, bytes + done, (size_t)status.st_size - done);

		if (n == 0 || (n < 0 && errno != EINTR))
			return complain("it cannot be read", key);
		if (n > 0)
			done += (size_t)n;
	}
	bytes[done] = '\0';
	*out = (struct str){ bytes, done };
	return OK;
}

err blob_get(const struct config *config, struct arena *a, enum blob_area area, struct str key,
	     size_t most, struct str *out)
{
	struct place p;
	int fd = -1;
	err e;

	find_place(config, area, key, false, &p);
	if (p.folder >= 0)
		fd = openat(p.folder, p.name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		e = errno == ENOENT ? ERR_NOT_FOUND : complain("it cannot be opened", key);
	else
		e = read_open(fd, a, key, most, out);
	if (fd >= 0)
		close(fd);
	if (p.folder >= 0)
		close(p.folder);
	return e;
}

err blob_remove(const struct config *config, enum blob_area area, struct str key)
{
	struct place p;
	err e = OK;

	find_place(config, area, key, false, &p);
	if (p.folder < 0)
		return errno == ENOENT ? OK : complain("its folder cannot be opened", key);
	if (unlinkat(p.folder, p.name, 0) && errno != ENOENT)
		e = complain("it cannot be removed", key);
	close(p.folder);
	return e;
}
