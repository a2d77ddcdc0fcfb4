/*
 * Points in time as people type them, in the site's zone, to the minute.
 */
#ifndef BASE_CLOCK_TYPED_H
#define BASE_CLOCK_TYPED_H

#include "base/clock.h"

/*
 * The instant of year, month, day, hour and minute in the site's zone, as a datetime-local field
 * sends it ("2026-01-31T08:05") or as it is typed where there is none: "2026-1-31 8:05",
 * "2026/01/31 08:05:00", "2026年1月31日 8：05". ERR_INVALID for anything else, for a day or hour
 * that the calendar does not have, and for one that the zone leaves out; *out is untouched then. An
 * hour that the zone has twice is the first one.
 */
err clock_parse_typed(struct str typed, int64_t *out) MUST_CHECK;

/* "2026-01-31T08:05" in the site's zone: the value of a datetime-local field. */
struct str clock_typed(struct arena *a, int64_t ms);

/* "2026-01-31 08:05" in the site's zone, to be read. */
struct str clock_shown(struct arena *a, int64_t ms);

/* The text is one that a datetime-local field can hold. */
bool clock_is_field_value(struct str text);

#endif
