/* Time. UTC is reckoned here; the site's zone is the C library's business, told by TZ. */
#include "base/clock.h"

#include <fcntl.h>
#include <unistd.h>

#define ZONE_FOLDER "/usr/share/zoneinfo/"
#define ZONE_NAME_MOST 64

static int64_t read_clock_us(clockid_t id)
{
	struct timespec t;

	if (clock_gettime(id, &t))
		BUG("the clock cannot be read");
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

int64_t clock_now(void)
{
	return read_clock_us(CLOCK_REALTIME) / 1000;
}

int64_t clock_ticks(void)
{
	return read_clock_us(CLOCK_MONOTONIC) / 1000;
}

int64_t clock_ticks_us(void)
{
	return read_clock_us(CLOCK_MONOTONIC);
}

bool clock_sleep(int64_t ms)
{
	struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };

	return !nanosleep(&t, NULL);
}

/* Of the shape "Asia/Shanghai", so that it cannot lead out of the folder. */
static bool is_zone_name(struct str name)
{
	size_t i;

	if (name.n == 0 || name.n > ZONE_NAME_MOST || name.p[0] == '/')
		return false;
	for (i = 0; i < name.n; i++) {
		char c = name.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		      c == '/' || c == '_' || c == '-' || c == '+'))
			return false;
	}
	return true;
}

bool clock_is_zone(struct str name)
{
	char path[sizeof(ZONE_FOLDER) + ZONE_NAME_MOST];
	char magic[4];
	ssize_t got;
	int fd;

	if (!is_zone_name(name))
		return false;
	snprintf(path, sizeof(path), ZONE_FOLDER STR_FMT, STR_ARG(name));
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	got = read(fd, magic, sizeof(magic));
	close(fd);
	return got == (ssize_t)sizeof(magic) && memcmp(magic, "TZif", sizeof(magic)) == 0;
}

err clock_set_zone(struct str name)
{
	char text[ZONE_NAME_MOST + 1];

	/* tzset takes an unknown name for UTC and says nothing. */
	if (!clock_is_zone(name))
		return ERR_INVALID;
	snprintf(text, sizeof(text), STR_FMT, STR_ARG(name));
	if (setenv("TZ", text, 1))
		BUG("out of memory");
	tzset();
	return OK;
}

/* The quotient towards minus infinity, for instants before 1970. b > 0. */
static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

/*
 * The Gregorian date of a day counted from 1970. The year is taken to begin in
 * March, so that the day that comes and goes is its last one.
 */
static void set_date(struct clock_date *d, int64_t day)
{
	int64_t since_0 = day + 719468; /* days since 0000-03-01 */
	int64_t era = floor_div(since_0, 146097);
	int64_t day_of_era = since_0 - era * 146097;
	int64_t year_of_era =
		(day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	int64_t day_of_year =
		day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int64_t month = (5 * day_of_year + 2) / 153; /* 0 is March */

	d->day = (int)(day_of_year - (153 * month + 2) / 5 + 1);
	d->month = (int)(month < 10 ? month + 3 : month - 9);
	d->year = (int)(year_of_era + era * 400 + (month >= 10));
}

struct clock_date clock_utc(int64_t ms)
{
	int64_t rest = ms % CLOCK_DAY;
	int64_t second = (rest < 0 ? rest + CLOCK_DAY : rest) / CLOCK_SECOND;
	struct clock_date d;

	set_date(&d, floor_div(ms, CLOCK_DAY));
	d.hour = (int)(second / 3600);
	d.minute = (int)(second / 60 % 60);
	d.second = (int)(second % 60);
	return d;
}

struct clock_date clock_local(int64_t ms)
{
	time_t second = (time_t)floor_div(ms, CLOCK_SECOND);
	struct tm t;

	if (!localtime_r(&second, &t))
		return clock_utc(ms);
	return (struct clock_date){
		.year = t.tm_year + 1900,
		.month = t.tm_mon + 1,
		.day = t.tm_mday,
		.hour = t.tm_hour,
		.minute = t.tm_min,
		.second = t.tm_sec,
	};
}

int clock_day(int64_t ms)
{
	struct clock_date d = clock_local(ms);

	return d.year * 10000 + d.month * 100 + d.day;
}

static void put_two(char *to, int value)
{
	to[0] = (char)('0' + value / 10);
	to[1] = (char)('0' + value % 10);
}

/* By hand: a long page has hundreds of these, and a printf costs ten times as much. */
struct str clock_iso(struct arena *a, int64_t ms)
{
	struct clock_date d = clock_utc(ms);
	char text[] = "0000-00-00T00:00:00Z";

	if (d.year < 0 || d.year > 9999)
		return str_format(a, "%d-%02d-%02dT%02d:%02d:%02dZ", d.year, d.month, d.day, d.hour,
				  d.minute, d.second);
	put_two(text, d.year / 100);
	put_two(text + 2, d.year % 100);
	put_two(text + 5, d.month);
	put_two(text + 8, d.day);
	put_two(text + 11, d.hour);
	put_two(text + 14, d.minute);
	put_two(text + 17, d.second);
	return str_copy(a, (struct str){ text, sizeof(text) - 1 });
}

struct str clock_http(struct arena *a, int64_t ms)
{
	static const char weekdays[7][4] = { "Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed" };
	static const char months[12][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
					    "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	struct clock_date d = clock_utc(ms);
	int64_t day = floor_div(ms, CLOCK_DAY);
	const char *weekday = weekdays[day - floor_div(day, 7) * 7]; /* 1970 began on a Thursday */

	return str_format(a, "%s, %02d %s %04d %02d:%02d:%02d GMT", weekday, d.day,
			  months[d.month - 1], d.year, d.hour, d.minute, d.second);
}
