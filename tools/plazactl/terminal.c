/* What a command reads: files, and passwords from a terminal. */
#include <limits.h>
#include <termios.h>
#include <unistd.h>

#include "base/buf.h"
#include "plazactl.h"

#define FILE_CHUNK 65536

err read_file(struct arena *a, const char *path, struct str *out)
{
	FILE *f = fopen(path, "rb");
	struct buf b;
	size_t n;
	bool is_broken;

	if (!f)
		return ERR_NOT_FOUND;
	buf_init(&b, a, FILE_CHUNK);
	while ((n = fread(buf_reserve(&b, FILE_CHUNK), 1, FILE_CHUNK, f)) > 0)
		b.n += n;
	is_broken = ferror(f);
	fclose(f);
	if (is_broken)
		return ERR_NOT_FOUND;
	*out = buf_str(&b);
	return OK;
}

/* As `make install` lays things out: the program in lib/plaza, the folder in share/plaza. */
#define INSTALLED "/../../share/plaza/sql"

const char *sql_folder(struct arena *a, const char *given)
{
	char path[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);
	struct str installed;
	const char *slash;

	if (given)
		return given;
	path[n < 0 ? 0 : n] = '\0';
	slash = strrchr(path, '/');
	if (slash) {
		installed = str_format(a, "%.*s" INSTALLED, (int)(slash - path), path);
		if (!access(installed.p, R_OK))
			return installed.p;
	}
	return "sql";
}

static bool read_line(struct arena *a, struct str *out)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t n = getline(&line, &room, stdin);

	if (n > 0 && line[n - 1] == '\n')
		n--;
	if (n > 0)
		*out = str_copy(a, (struct str){ line, (size_t)n });
	free(line);
	return n > 0;
}

static bool ask(struct arena *a, const char *prompt, struct str *out)
{
	struct termios before, silent;
	bool is_read;

	if (tcgetattr(STDIN_FILENO, &before))
		return false;
	silent = before;
	silent.c_lflag &= ~(tcflag_t)ECHO;
	fputs(prompt, stderr);
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
	is_read = read_line(a, out);
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
	fputc('\n', stderr);
	return is_read;
}

bool read_password(struct arena *a, struct str *out)
{
	struct str again;

	if (!isatty(STDIN_FILENO)) {
		if (read_line(a, out))
			return true;
		complain("no password on standard input");
		return false;
	}
	if (!ask(a, "Password: ", out) || !ask(a, "Once more: ", &again)) {
		complain("no password given");
		return false;
	}
	if (str_is(*out, again))
		return true;
	complain("the two passwords differ");
	return false;
}
