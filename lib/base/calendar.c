/* Reckoning with days. */
#include "base/calendar.h"

int calendar_month_days(int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int year = month / 100;

	if (month % 100 == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0))
		return 29;
	return days[(month % 100 + 11) % 12];
}

int calendar_month_before(int month)
{
	return month % 100 == 1 ? month - 89 : month - 1;
}

int calendar_month_after(int month)
{
	return month % 100 == 12 ? month + 89 : month + 1;
}

int calendar_day_before(int day)
{
	int month;

	if (day % 100 > 1)
		return day - 1;
	month = calendar_month_before(day / 100);
	return month * 100 + calendar_month_days(month);
}

/* Zeller's congruence: the year begins in March, so January and February belong to the one before.
 */
int calendar_weekday(int day)
{
	int year = day / 10000, month = day / 100 % 100;

	if (month < 3) {
		month += 12;
		year--;
	}
	return (day % 100 + 13 * (month + 1) / 5 + year + year / 4 - year / 100 + year / 400 + 5) %
	       7;
}
