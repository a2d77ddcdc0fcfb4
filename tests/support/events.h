/* Messages of events, taken apart in their order: domain/event_relay.h has the form. */
#ifndef SUPPORT_EVENTS_H
#define SUPPORT_EVENTS_H

#include "base/str.h"

struct sent_event {
	struct str kind;
	int64_t type, target, user, at;
};

/* The next event of a message's body; false at its end. A body of another form fails the test. */
bool sent_event_next(struct str *body, struct sent_event *out);

#endif
