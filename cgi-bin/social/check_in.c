/* Checking in: one button, a month, a streak. */
#include "base/calendar.h"
#include "base/num.h"
#include "domain/check_in.h"
#include "social/social_pages.h"

#include "tmpl/social_check_in.h"

#define FIRST_MONTH 200001

static const char *const month_names[] = {
	N_("January {0}"),   N_("February {0}"), N_("March {0}"),    N_("April {0}"),
	N_("May {0}"),       N_("June {0}"),     N_("July {0}"),     N_("August {0}"),
	N_("September {0}"), N_("October {0}"),  N_("November {0}"), N_("December {0}"),
};

static struct str month_in_words(struct req *r, int month)
{
	struct str year = str_format(r->ctx.arena, "%d", month / 100);

	return text_format(r->ctx.arena, r->language, month_names[month % 100 - 1], &year, 1);
}

/* Weeks begin on Monday; days of the months before and after are left blank. */
static void fill_weeks(struct check_in_view *v, const struct check_in_state *s, int month)
{
	int place = calendar_weekday(month * 100 + 1);
	int count = calendar_month_days(month), day;

	for (day = 1; day <= count; day++, place++) {
		struct week_view *week = &v->weeks.items[place / 7];

		week->days.items[place % 7] = (struct day_view){
			.day = day,
			.is_done = check_in_has(s->days, day),
			.is_today = month * 100 + day == s->today,
			.is_open = month * 100 + day > s->today,
		};
		week->days.count = 7;
		v->weeks.count = (size_t)(place / 7 + 1);
	}
}

static void fill_ways(struct req *r, struct check_in_view *v, int month)
{
	int before = calendar_month_before(month), after = calendar_month_after(month);

	if (before >= FIRST_MONTH)
		v->before = url_format(r->ctx.arena, "/check-in?month={}", before);
	if (!v->is_this_month)
		v->after = url_format(r->ctx.arena, "/check-in?month={}", after);
}

static bool read_month(struct str text, int *out)
{
	int64_t month = 0;

	if (text.n && (!num_parse_i64(text, FIRST_MONTH, 999912, &month) || month % 100 < 1 ||
		       month % 100 > 12))
		return false;
	*out = (int)month;
	return true;
}

err check_in_page(struct req *r)
{
	struct check_in_state s = { 0 };
	struct check_in_view view = { 0 };
	int month;
	err e;

	if (!read_month(form_get(&r->in.query, "month"), &month))
		return ERR_NOT_FOUND;
	e = check_in_load(&r->ctx, month, &s);
	if (e)
		return e;
	if (!month)
		month = s.today / 100;
	if (month > s.today / 100)
		return ERR_NOT_FOUND;
	view.month = month_in_words(r, month);
	view.is_done = s.is_done;
	view.is_this_month = month == s.today / 100;
	view.streak = s.streak;
	view.days_in_month = s.days_in_month;
	view.points_now = check_in_points(s.is_done ? s.streak : s.streak + 1);
	fill_weeks(&view, &s, month);
	fill_ways(r, &view, month);
	tmpl_social_check_in(req_page(r), &view);
	return resp_page(r, 200,
			 &(struct page_meta){
				 .title = req_text(r, "Check in"),
				 .is_noindex = true,
			 });
}

err check_in_action(struct req *r)
{
	bool is_first;
	err e = check_in_press(&r->ctx, &is_first);

	if (e)
		return e;
	req_flash(r,
		  is_first ? N_("You have checked in.") : N_("You had already checked in today."));
	return resp_redirect(r, URL_LITERAL("/check-in"));
}
