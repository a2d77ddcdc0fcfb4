/* What site.c and site_browser.c share. */
#ifndef SUPPORT_SITE_INTERNAL_H
#define SUPPORT_SITE_INTERNAL_H

#include "support/running.h"
#include "support/site.h"

#define PROGRAMS_MAX 12

struct site {
	struct arena *arena; /* as long as the site */
	struct str state;    /* folder of the stores */
	bool is_state_own;   /* started here: ended here */
	struct str folder;   /* sockets and logs */
	struct str bin;
	struct config config;
	struct ctx ctx;
	struct running programs[PROGRAMS_MAX];
	size_t program_count;
	struct site_routes routes;
	int users;
};

#endif
