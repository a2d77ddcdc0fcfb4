/* Reading the folder of mails. */
#include "site/mail_file.h"

#include <dirent.h>
#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"

/* Names that can stand in an address as they are: a {file} of a route. */
static bool is_name(struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		      c == '-' || c == '_' || (c == '.' && i > 0 && i + 1 < s.n)))
			return false;
	}
	return s.n > 0 && s.n <= 64;
}

static int newest_first(const void *x, const void *y)
{
	const struct mail_file *a = x;
	const struct mail_file *b = y;

	if (a->written_at != b->written_at)
		return a->written_at < b->written_at ? 1 : -1;
	return str_compare(b->name, a->name);
}

static bool stat_file(int folder, const char *name, int64_t *written_at, size_t *size)
{
	struct stat st;

	if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) || !S_ISREG(st.st_mode))
		return false;
	*written_at = st.st_mtim.tv_sec * INT64_C(1000) + st.st_mtim.tv_nsec / 1000000;
	*size = st.st_size < MAIL_FILE_BYTES ? (size_t)st.st_size : MAIL_FILE_BYTES;
	return true;
}

void mail_files_list(struct arena *a, struct str folder, struct mail_files *out)
{
	DIR *dir = opendir(str_c(a, folder));
	struct mail_files found = { .items = arena_alloc(a, 0) };
	struct dirent *entry;
	size_t i;

	*out = found;
	if (!dir)
		return;
	while ((entry = readdir(dir))) {
		struct mail_file file = { .name = str_from_c(entry->d_name) };
		size_t used = found.count * sizeof(file);
		size_t bytes;

		if (!is_name(file.name) ||
		    !stat_file(dirfd(dir), entry->d_name, &file.written_at, &bytes))
			continue;
		file.name = str_copy(a, file.name);
		/* Strings in between make each growth a copy: a folder of thousands is still soon
		 * read. */
		if ((found.count & (found.count - 1)) == 0)
			found.items = arena_grow(a, found.items, used, 2 * used + sizeof(file));
		found.items[found.count++] = file;
	}
	closedir(dir);
	qsort(found.items, found.count, sizeof(*found.items), newest_first);
	if (found.count > MAIL_FILES_MAX)
		found.count = MAIL_FILES_MAX;
	for (i = 0; i < found.count; i++) {
		if (mail_file_read(a, folder, found.items[i].name, &found.items[i]))
			found.items[i].subject = found.items[i].name;
	}
	*out = found;
}

static err read_message(struct arena *a, int file, size_t size, struct str *out)
{
	char *p = arena_alloc(a, size + 1);
	size_t n = 0;
	ssize_t got;

	while (n < size && (got = read(file, p + n, size - n)) > 0)
		n += (size_t)got;
	*out = (struct str){ p, n };
	return n ? OK : ERR_NOT_FOUND;
}

err mail_file_read(struct arena *a, struct str folder, struct str name, struct mail_file *out)
{
	struct str path = str_format(a, STR_FMT "/" STR_FMT, STR_ARG(folder), STR_ARG(name));
	struct mail_file file = { .name = name };
	struct str message;
	size_t size;
	int fd;
	err e;

	if (!is_name(name))
		return ERR_NOT_FOUND;
	fd = open(path.p, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return ERR_NOT_FOUND;
	if (!stat_file(AT_FDCWD, path.p, &file.written_at, &size)) {
		close(fd);
		return ERR_NOT_FOUND;
	}
	e = read_message(a, fd, size, &message);
	close(fd);
	if (e)
		return e;
	mail_file_parse(a, message, &file);
	*out = file;
	return OK;
}

/* "=?UTF-8?B?...?=", the only encoded words our own mails have. */
static bool take_word(struct str *rest, struct buf *out)
{
	struct str mark = STR("=?UTF-8?B?");
	struct str word;
	ptrdiff_t end;
	size_t n;

	if (!str_is_nocase(str_slice(*rest, 0, mark.n), mark))
		return false;
	word = str_slice(*rest, mark.n, rest->n);
	end = str_find(word, STR("?="));
	if (end < 0)
		return false;
	if (sodium_base642bin((unsigned char *)buf_reserve(out, word.n), word.n, word.p,
			      (size_t)end, NULL, &n, NULL, sodium_base64_VARIANT_ORIGINAL))
		return false;
	out->n += n;
	*rest = str_slice(word, (size_t)end + 2, word.n);
	/* White space between two encoded words is not part of the text (RFC 2047, 6.2). */
	if (str_starts(str_trim(*rest), STR("=?")))
		*rest = str_trim(*rest);
	return true;
}

static struct str decode(struct arena *a, struct str value)
{
	struct buf out;

	buf_init(&out, a, value.n + 1);
	while (value.n) {
		if (take_word(&value, &out))
			continue;
		buf_add_char(&out, value.p[0]);
		value = str_slice(value, 1, value.n);
	}
	return buf_str(&out);
}

/* Line ends become "\n" and folded lines one line. */
static struct str unfold(struct arena *a, struct str head)
{
	struct buf out;
	struct str line;

	buf_init(&out, a, head.n + 2);
	while (str_split(&head, '\n', &line)) {
		if (out.n && !str_starts(line, STR(" ")) && !str_starts(line, STR("\t")))
			buf_add_char(&out, '\n');
		else if (out.n)
			buf_add_char(&out, ' ');
		buf_add(&out, str_trim(line));
	}
	return buf_str(&out);
}

static struct str header(struct arena *a, struct str head, const char *name)
{
	struct str line;

	while (str_split(&head, '\n', &line)) {
		ptrdiff_t colon = str_find_byte(line, ':');

		if (colon > 0 && str_is_nocase(str_slice(line, 0, (size_t)colon), str_from_c(name)))
			return decode(a, str_trim(str_slice(line, (size_t)colon + 1, line.n)));
	}
	return (struct str){ 0 };
}

static struct str without_returns(struct arena *a, struct str text)
{
	struct buf out;
	size_t i;

	buf_init(&out, a, text.n + 1);
	for (i = 0; i < text.n; i++) {
		if (text.p[i] != '\r')
			buf_add_char(&out, text.p[i]);
	}
	return buf_str(&out);
}

void mail_file_parse(struct arena *a, struct str message, struct mail_file *out)
{
	struct str plain = without_returns(a, message);
	ptrdiff_t end = str_find(plain, STR("\n\n"));
	struct str head = unfold(a, end < 0 ? plain : str_slice(plain, 0, (size_t)end));

	out->from = header(a, head, "From");
	out->to = header(a, head, "To");
	out->subject = header(a, head, "Subject");
	out->date = header(a, head, "Date");
	out->text = end < 0 ? (struct str){ 0 } : str_slice(plain, (size_t)end + 2, plain.n);
}
