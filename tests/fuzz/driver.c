/*
 * Runs a fuzz target once over each file of its corpus, so that what was found
 * once stays found: fuzz_form over tests/fuzz/corpus/form, or over the files that
 * are named. Prints TAP.
 */
#include <dirent.h>
#include <errno.h>

#include "base/str.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int count;

static void run_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	uint8_t *data;
	size_t size;

	if (!file)
		BUG("%s: %s", path, strerror(errno));
	fseek(file, 0, SEEK_END);
	size = (size_t)ftell(file);
	rewind(file);
	/* Of the exact size, so that the sanitizer sees a byte read past the end. */
	data = malloc(size ? size : 1);
	if (!data || fread(data, 1, size, file) != size)
		BUG("%s cannot be read", path);
	fclose(file);
	LLVMFuzzerTestOneInput(data, size);
	free(data);
	printf("ok %d - %s\n", ++count, path);
	fflush(stdout);
}

static void run_folder(const char *program)
{
	const char *name = strrchr(program, '/') ? strrchr(program, '/') + 1 : program;
	struct dirent **entries;
	char path[4096];
	int n;
	int i;

	snprintf(path, sizeof(path), "tests/fuzz/corpus/%s",
		 strncmp(name, "fuzz_", 5) == 0 ? name + 5 : name);
	n = scandir(path, &entries, NULL, alphasort);
	if (n < 0)
		BUG("%s: %s", path, strerror(errno));
	for (i = 0; i < n; i++) {
		char file[4096 + 256 + 2];

		snprintf(file, sizeof(file), "%s/%s", path, entries[i]->d_name);
		if (entries[i]->d_name[0] != '.')
			run_file(file);
		free(entries[i]);
	}
	free(entries);
}

int main(int argc, char **argv)
{
	int i;

	if (argc == 1)
		run_folder(argv[0]);
	for (i = 1; i < argc; i++)
		run_file(argv[i]);
	printf("1..%d\n", count);
	return 0;
}
