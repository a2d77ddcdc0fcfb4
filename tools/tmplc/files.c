/* Files. A file that would not change is not written, so that make compiles nothing for it. */
#include "files.h"

#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

err file_read(struct arena *a, struct str path, struct str *out)
{
	FILE *file = fopen(str_c(a, path), "rb");
	struct buf text;
	size_t got = 1;
	bool is_read;

	if (!file)
		return ERR_NOT_FOUND;
	buf_init(&text, a, 16 * 1024);
	while (got) {
		char *to = buf_reserve(&text, 16 * 1024);

		got = fread(to, 1, 16 * 1024, file);
		text.n += got;
	}
	is_read = !ferror(file);
	fclose(file);
	*out = buf_str(&text);
	return is_read ? OK : ERR_NOT_FOUND;
}

static void add_path(struct arena *a, struct file_list *list, struct str path)
{
	/* Doubled at each power of two. */
	if ((list->count & (list->count - 1)) == 0) {
		size_t room = list->count ? 2 * list->count : 1;

		list->items =
			arena_grow(a, list->items, list->count * sizeof(path), room * sizeof(path));
	}
	list->items[list->count++] = path;
}

static err list_below(struct arena *a, struct str folder, struct str ending, struct file_list *out)
{
	DIR *dir = opendir(str_c(a, folder));
	const struct dirent *entry;
	err e = OK;

	if (!dir)
		return ERR_NOT_FOUND;
	while (!e && (entry = readdir(dir))) {
		struct str path = str_format(a, STR_FMT "/%s", STR_ARG(folder), entry->d_name);
		struct stat about;

		if (entry->d_name[0] == '.' || stat(path.p, &about))
			continue;
		if (S_ISDIR(about.st_mode))
			e = list_below(a, path, ending, out);
		else if (str_ends(path, ending))
			add_path(a, out, path);
	}
	closedir(dir);
	return e;
}

static int compare_paths(const void *a, const void *b)
{
	return str_compare(*(const struct str *)a, *(const struct str *)b);
}

err file_list(struct arena *a, struct str folder, struct str ending, struct file_list *out)
{
	err e;

	*out = (struct file_list){ 0 };
	e = list_below(a, folder, ending, out);
	if (out->count)
		qsort(out->items, out->count, sizeof(*out->items), compare_paths);
	return e;
}

static err make_folders(struct arena *a, struct str path)
{
	size_t i;

	for (i = 1; i < path.n; i++)
		if (path.p[i] == '/' && mkdir(str_c(a, str_slice(path, 0, i)), 0777) &&
		    errno != EEXIST)
			return ERR_INTERNAL;
	return OK;
}

err file_write_changed(struct arena *a, struct str path, struct str text)
{
	struct str old;
	FILE *file;
	bool is_written;

	if (file_read(a, path, &old) == OK && str_is(old, text))
		return OK;
	if (make_folders(a, path))
		return ERR_INTERNAL;
	file = fopen(str_c(a, path), "wb");
	if (!file)
		return ERR_INTERNAL;
	is_written = fwrite(text.p, 1, text.n, file) == text.n;
	return fclose(file) == 0 && is_written ? OK : ERR_INTERNAL;
}
