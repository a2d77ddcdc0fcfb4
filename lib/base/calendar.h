/*
 * Days of the Gregorian calendar as numbers: a day is 20260131, a month 202601. Nothing here knows
 * of zones or hours.
 */
#ifndef BASE_CALENDAR_H
#define BASE_CALENDAR_H

/* 28 to 31. */
int calendar_month_days(int month);

int calendar_month_before(int month);
int calendar_month_after(int month);
int calendar_day_before(int day);

/* 0 is Monday, 6 Sunday. */
int calendar_weekday(int day);

#endif
