/* TZif files (RFC 8536), the 64-bit part of them. */
#include "base/zone.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"

#define FOLDER "/usr/share/zoneinfo/"
#define LIST FOLDER "zone1970.tab"
#define FILE_MOST (64 * 1024)
#define HEADER 44

struct zone {
	struct str changes; /* big-endian seconds, eight bytes each, ascending */
	struct str kinds;   /* a byte for each change: the kind of time it begins */
	struct str types;   /* six bytes for each kind; the first four are seconds ahead of UTC */
};

/* A header and the sizes of what follows it. */
struct part {
	size_t changes, types, letters, leaps, standard, universal;
};

static int64_t big(struct str s, size_t at, size_t count)
{
	uint64_t value = 0;
	size_t i;

	for (i = 0; i < count; i++)
		value = value << 8 | (unsigned char)s.p[at + i];
	return count == 4 ? (int32_t)(uint32_t)value : (int64_t)value;
}

static bool read_header(struct str s, size_t at, struct part *out)
{
	size_t *const counts[] = { &out->universal, &out->standard, &out->leaps,
				   &out->changes,   &out->types,    &out->letters };
	size_t i;

	if (at + HEADER > s.n || !str_starts(str_slice(s, at, s.n), STR("TZif")))
		return false;
	for (i = 0; i < ARRAY_LEN(counts); i++) {
		int64_t n = big(s, at + 20 + 4 * i, 4);

		if (n < 0 || n > FILE_MOST)
			return false;
		*counts[i] = (size_t)n;
	}
	return true;
}

/* The 32-bit part, which is for programs of the last century, is stepped over. */
const struct zone *zone_parse(struct arena *a, struct str bytes)
{
	struct zone *z = ARENA_NEW(a, struct zone);
	struct part p;
	size_t at, i;

	if (!read_header(bytes, 0, &p) || bytes.p[4] < '2')
		return NULL;
	at = HEADER + p.changes * 5 + p.types * 6 + p.letters + p.leaps * 8 + p.standard +
	     p.universal;
	if (!read_header(bytes, at, &p))
		return NULL;
	at += HEADER;
	if (at + p.changes * 9 + p.types * 6 > bytes.n || p.types == 0)
		return NULL;
	z->changes = str_slice(bytes, at, at + p.changes * 8);
	z->kinds = str_slice(bytes, at + p.changes * 8, at + p.changes * 9);
	z->types = str_slice(bytes, at + p.changes * 9, at + p.changes * 9 + p.types * 6);
	for (i = 0; i < p.changes; i++) {
		if ((unsigned char)z->kinds.p[i] >= p.types)
			return NULL;
	}
	return z;
}

static struct str read_file(struct arena *a, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *bytes;
	ssize_t n;

	if (fd < 0)
		return (struct str){ 0 };
	bytes = arena_bytes(a, FILE_MOST);
	n = read(fd, bytes, FILE_MOST);
	close(fd);
	return n > 0 ? (struct str){ bytes, (size_t)n } : (struct str){ 0 };
}

const struct zone *zone_load(struct arena *a, struct str name)
{
	if (!clock_is_zone(name))
		return NULL;
	return zone_parse(a, read_file(a, str_format(a, FOLDER STR_FMT, STR_ARG(name)).p));
}

/* The last change that is not after the instant; before the first one the first kind counts. */
int64_t zone_shift(const struct zone *z, int64_t ms)
{
	int64_t second = ms / CLOCK_SECOND - (ms % CLOCK_SECOND < 0);
	size_t low = 0, high = z->kinds.n, kind = 0;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (big(z->changes, middle * 8, 8) <= second)
			low = middle + 1;
		else
			high = middle;
	}
	if (low)
		kind = (unsigned char)z->kinds.p[low - 1];
	return big(z->types, kind * 6, 4) * CLOCK_SECOND;
}

static int compare(const void *left, const void *right)
{
	return str_compare(*(const struct str *)left, *(const struct str *)right);
}

/* Lines of country codes, coordinates, a name and perhaps a remark, with tabs in between. */
struct zone_names zone_names(struct arena *a)
{
	struct str rest = read_file(a, LIST), line, field;
	size_t room = rest.n / 16; /* a line has more */
	struct zone_names names = { ARENA_ARRAY(a, struct str, room + 1), 0 };

	while (names.count < room && str_split(&rest, '\n', &line)) {
		int column;

		if (str_starts(line, STR("#")))
			continue;
		for (column = 0; column < 3 && str_split(&line, '\t', &field); column++)
			;
		if (column == 3 && clock_is_zone(field))
			names.items[names.count++] = field;
	}
	if (names.count)
		qsort(names.items, names.count, sizeof(*names.items), compare);
	return names;
}
