/* Slots for hashing: names in the abstract space of Unix sockets. */
#include "domain/hash_slot.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/str.h"

#define POLL_MS 3

int hash_slots(void)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);

	return processors > 3 ? (int)(processors / 2) : 1;
}

/* All programs of a site read the same configuration, and no two sites do. */
static unsigned site_number(void)
{
	const char *path = getenv("PLAZA_CONFIG");

	return (unsigned)str_hash(str_from_c(path ? path : ""));
}

/* The i-th slot, or -1. The first byte of its name is 0: no file. */
static int try_one(int i)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int n = snprintf(at.sun_path + 1, sizeof(at.sun_path) - 1, "plaza-hash-%u-%x-%d",
			 (unsigned)getuid(), site_number(), i);
	socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)n);

	if (fd >= 0 && !bind(fd, (struct sockaddr *)&at, size))
		return fd;
	if (fd < 0 || errno != EADDRINUSE)
		log_error("a slot for hashing: %s", strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}

static int try_all(void)
{
	int i, slot = -1, count = hash_slots();

	for (i = 0; i < count && slot < 0; i++)
		slot = try_one(i);
	return slot;
}

err hash_slot_take(int *slot)
{
	int64_t until = clock_ticks() + HASH_SLOT_WAIT_MS;

	while ((*slot = try_all()) < 0) {
		if (clock_ticks() >= until) {
			log_warn("all slots for hashing are taken");
			return ERR_UNAVAILABLE;
		}
		clock_sleep(POLL_MS);
	}
	return OK;
}

void hash_slot_release(int slot)
{
	close(slot);
}
