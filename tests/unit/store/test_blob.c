/* Blobs: whole or not at all, and nowhere but below their folder. */
#include "unit/unit.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/secret.h"
#include "store/blob.h"

struct fixture {
	struct arena *a;
	struct config config;
	char folder[64];
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	secret_open();
	f->a = arena_new(4096);
	snprintf(f->folder, sizeof(f->folder), "/tmp/plaza-blob-XXXXXX");
	if (!mkdtemp(f->folder))
		return -1;
	f->config.media.dir = str_format(f->a, "%s/media", f->folder);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;
	int status = system(str_format(f->a, "rm -rf %s", f->folder).p); /* NOLINT */

	arena_free(f->a);
	free(f);
	return status;
}

static void put(struct fixture *f, enum blob_area area, const char *key, struct str bytes)
{
	assert_int_equal(blob_put(&f->config, area, str_from_c(key), bytes), OK);
}

static struct str got(struct fixture *f, enum blob_area area, const char *key)
{
	struct str bytes = { 0 };

	assert_int_equal(blob_get(&f->config, f->a, area, str_from_c(key), 100000, &bytes), OK);
	return bytes;
}

static int mode_of(struct fixture *f, const char *path)
{
	struct stat status;

	assert_int_equal(stat(str_format(f->a, "%s/media/%s", f->folder, path).p, &status), 0);
	return (int)(status.st_mode & 0777);
}

static void what_is_put_is_got_until_it_is_removed(void **state)
{
	struct fixture *f = *state;
	struct str none, bytes = { "a\0b", 3 };

	assert_int_equal(blob_get(&f->config, f->a, BLOB_PUBLIC, STR("a/b.webp"), 10, &none),
			 ERR_NOT_FOUND);
	assert_int_equal(blob_remove(&f->config, BLOB_PUBLIC, STR("a/b.webp")), OK);
	put(f, BLOB_PUBLIC, "a/b.webp", bytes);
	assert_same(got(f, BLOB_PUBLIC, "a/b.webp"), bytes);
	put(f, BLOB_PUBLIC, "a/b.webp", STR("another"));
	assert_text(got(f, BLOB_PUBLIC, "a/b.webp"), "another");
	assert_int_equal(blob_get(&f->config, f->a, BLOB_PRIVATE, STR("a/b.webp"), 10, &none),
			 ERR_NOT_FOUND);
	assert_int_equal(blob_get(&f->config, f->a, BLOB_PUBLIC, STR("a/b.webp"), 6, &none),
			 ERR_INVALID);
	put(f, BLOB_PUBLIC, "empty", STR(""));
	assert_text(got(f, BLOB_PUBLIC, "empty"), "");
	assert_int_equal(blob_remove(&f->config, BLOB_PUBLIC, STR("a/b.webp")), OK);
	assert_int_equal(blob_get(&f->config, f->a, BLOB_PUBLIC, STR("a/b.webp"), 10, &none),
			 ERR_NOT_FOUND);
}

/* Whatever the umask is: nginx reads what is public, and nobody else what is private. */
static void rights_are_as_the_area_says(void **state)
{
	struct fixture *f = *state;
	mode_t before = umask(077);

	put(f, BLOB_PUBLIC, "x/y/z.webp", STR("1"));
	umask(0);
	put(f, BLOB_PRIVATE, "incoming/w", STR("1"));
	umask(before);
	assert_int_equal(mode_of(f, ""), 0755);
	assert_int_equal(mode_of(f, "public"), 0755);
	assert_int_equal(mode_of(f, "public/x/y"), 0755);
	assert_int_equal(mode_of(f, "public/x/y/z.webp"), 0644);
	assert_int_equal(mode_of(f, "private"), 0700);
	assert_int_equal(mode_of(f, "private/incoming"), 0700);
	assert_int_equal(mode_of(f, "private/incoming/w"), 0600);
}

static void links_lead_nowhere(void **state)
{
	struct fixture *f = *state;
	struct str none;

	put(f, BLOB_PUBLIC, "real/file", STR("1"));
	assert_int_equal(system(str_format(f->a,
					   "ln -s /etc %s/media/public/out && ln -s /etc/passwd "
					   "%s/media/public/real/passwd",
					   f->folder, f->folder)
					.p),
			 0); /* NOLINT */
	log_open("test", LOG_LEVEL_ERROR + 1);
	assert_int_equal(blob_get(&f->config, f->a, BLOB_PUBLIC, STR("out/passwd"), 100000, &none),
			 ERR_UNAVAILABLE);
	assert_int_equal(blob_get(&f->config, f->a, BLOB_PUBLIC, STR("real/passwd"), 100000, &none),
			 ERR_UNAVAILABLE);
	assert_int_equal(blob_put(&f->config, BLOB_PUBLIC, STR("out/new"), STR("1")),
			 ERR_UNAVAILABLE);
	/* A file is put in the place of the link, not of what it leads to. */
	put(f, BLOB_PUBLIC, "real/passwd", STR("mine"));
	assert_text(got(f, BLOB_PUBLIC, "real/passwd"), "mine");
	assert_int_equal(blob_remove(&f->config, BLOB_PUBLIC, STR("out/hostname")),
			 ERR_UNAVAILABLE);
	log_open("test", LOG_LEVEL_WARN);
}

static void a_store_that_cannot_be_written_says_so(void **state)
{
	struct fixture *f = *state;

	log_open("test", LOG_LEVEL_ERROR + 1);
	f->config.media.dir = STR("/proc/nothing");
	assert_int_equal(blob_put(&f->config, BLOB_PUBLIC, STR("a"), STR("1")), ERR_UNAVAILABLE);
	log_open("test", LOG_LEVEL_WARN);
}

/* Nothing is left beside it, and a reader sees the old or the new one. */
static void a_blob_is_whole_for_every_reader(void **state)
{
	struct fixture *f = *state;
	struct str big[2] = { { arena_alloc(f->a, 50000), 50000 },
			      { arena_alloc(f->a, 50000), 50000 } };
	pid_t child;
	int i, status;

	memset((char *)(uintptr_t)big[1].p, 'x', big[1].n);
	put(f, BLOB_PUBLIC, "big", big[0]);
	child = fork();
	for (i = 0; i < 40; i++) {
		struct str now;

		if (child == 0) {
			(void)!blob_put(&f->config, BLOB_PUBLIC, STR("big"), big[i % 2]);
			continue;
		}
		now = got(f, BLOB_PUBLIC, "big");
		assert_true(str_is(now, big[0]) || str_is(now, big[1]));
	}
	if (child == 0)
		_exit(0);
	assert_int_equal(waitpid(child, &status, 0), child);
	status = system(
		str_format(f->a, "test \"$(ls -A %s/media/public)\" = big", f->folder).p); /* NOLINT
											    */
	assert_int_equal(status, 0);
}

static const char *wrong_key;

static void use_wrong_key(void)
{
	struct config config = { .media.dir = STR_INIT("/tmp/plaza-blob-none") };

	(void)!blob_remove(&config, BLOB_PUBLIC, str_from_c(wrong_key));
}

static void wrong_keys_are_bugs(void **state)
{
	static const char *const keys[] = { "",     "/a", "a/",  "a//b", "..",  "a/../b", ".a",
					    "a/.b", "A",  "a b", "a\\b", "%2e", "ä" };
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(keys); i++) {
		wrong_key = keys[i];
		assert_aborts(use_wrong_key);
	}
}

#define blob_test(function) cmocka_unit_test_setup_teardown((function), set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		blob_test(what_is_put_is_got_until_it_is_removed),
		blob_test(rights_are_as_the_area_says),
		blob_test(links_lead_nowhere),
		blob_test(a_store_that_cannot_be_written_says_so),
		blob_test(a_blob_is_whole_for_every_reader),
		blob_test(wrong_keys_are_bugs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
