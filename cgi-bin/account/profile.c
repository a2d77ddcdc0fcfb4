/* Settings: the picture, the name and words others see, and what a member prefers. */
#include "account/profile_pages.h"

#include "base/clock.h"
#include "base/num.h"
#include "base/zone.h"
#include "domain/picture.h"
#include "web/cookie.h"

#include "tmpl/account_profile.h"

#define YEAR_SECONDS (365 * 86400)
#define HERE URL_LITERAL("/settings/profile")

struct preferences_input {
	struct str language, zone;
	int64_t messages;
};

static const struct field text_fields[] = {
	FIELD_TEXT(struct profile_text, username, 1, 64, FIELD_ONE_LINE),
	FIELD_TEXT(struct profile_text, bio, 0, USER_BIO_MAX, FIELD_OPTIONAL),
};

static const struct field preferences_fields[] = {
	FIELD_TEXT(struct preferences_input, language, 0, 2, FIELD_ONE_LINE | FIELD_OPTIONAL),
	FIELD_TEXT(struct preferences_input, zone, 0, 64, FIELD_ONE_LINE | FIELD_OPTIONAL),
	FIELD_INT(struct preferences_input, messages, MESSAGES_FROM_ALL, MESSAGES_FROM_NOBODY, 0),
};

static struct str area_of(struct str zone)
{
	ptrdiff_t slash = str_find_byte(zone, '/');

	return slash < 0 ? zone : str_slice(zone, 0, (size_t)slash);
}

/* In the groups of their first part; one that is in no list is offered when it was chosen. */
static void fill_zones(struct req *r, struct profile_view *v, struct str chosen)
{
	struct arena *a = r->ctx.arena;
	struct zone_names names = zone_names(a);
	struct choice_view *all = ARENA_ARRAY(a, struct choice_view, names.count + 1);
	size_t i;

	v->site_zone = r->ctx.config->site.zone;
	v->zones.items = ARENA_ARRAY(a, struct zone_group_view, names.count + 1);
	for (i = 0; i < names.count; i++) {
		struct str area = area_of(names.items[i]);
		struct zone_group_view *group = &v->zones.items[v->zones.count];

		all[i] = (struct choice_view){ names.items[i], names.items[i],
					       str_is(names.items[i], chosen) };
		if (v->zones.count && str_is(group[-1].name, area)) {
			group[-1].zones.count++;
			continue;
		}
		*group = (struct zone_group_view){ area, { &all[i], 1 } };
		v->zones.count++;
	}
}

static struct choice_views languages(struct req *r, struct str chosen)
{
	struct choice_view *items = ARENA_ARRAY(r->ctx.arena, struct choice_view, 3);

	items[0] = (struct choice_view){ STR(""), req_text(r, "As the browser wants"), !chosen.n };
	items[1] = (struct choice_view){ STR("zh"), STR("中文"), str_is(chosen, STR("zh")) };
	items[2] = (struct choice_view){ STR("en"), STR("English"), str_is(chosen, STR("en")) };
	return (struct choice_views){ items, 3 };
}

static struct choice_views message_choices(struct req *r, enum messages_from chosen)
{
	const struct str names[] = { req_text(r, "Everyone"), req_text(r, "Only people I follow"),
				     req_text(r, "Nobody") };
	struct choice_view *items = ARENA_ARRAY(r->ctx.arena, struct choice_view, ARRAY_LEN(names));
	size_t i;

	for (i = 0; i < ARRAY_LEN(names); i++)
		items[i] = (struct choice_view){ str_format(r->ctx.arena, "%zu", i), names[i],
						 i == (size_t)chosen };
	return (struct choice_views){ items, ARRAY_LEN(names) };
}

static struct str rename_help(struct req *r, const struct user_profile *p)
{
	int64_t days = user_rename_wait(p, r->ctx.now);

	if (!days)
		return (struct str){ 0 };
	return text_count(r->ctx.arena, r->language, "It can be changed again in {0} day.",
			  "It can be changed again in {0} days.", days);
}

/* As it is stored; what was typed into one of the forms is put over it. */
static err load(struct req *r, struct user_profile *p, struct profile_view *v)
{
	enum picture_state state;
	/* First: when it is said to be shown, the profile has it. */
	err e = picture_find_state(&r->ctx, PICTURE_AVATAR, r->ctx.viewer.id, &state);

	if (!e)
		e = user_profile_find(&r->ctx, r->ctx.viewer.id, p);
	if (e)
		return e;
	v->avatar = req_avatar(r, p->user.id, p->user.avatar);
	v->page = url_format(r->ctx.arena, "/users/{}", p->user.id);
	v->has_picture = p->user.avatar.n > 0;
	v->is_waiting = state == PICTURE_WAITING;
	v->is_refused = state == PICTURE_REFUSED;
	v->username = p->user.name;
	v->bio = p->user.bio;
	v->rename_help = rename_help(r, p);
	fill_zones(r, v, p->user.zone);
	v->languages = languages(r, p->user.language);
	v->messages = message_choices(r, p->messages_from);
	return OK;
}

static err show(struct req *r, int status, const struct profile_view *v)
{
	tmpl_account_profile(req_page(r), v);
	return resp_page(r, status,
			 &(struct page_meta){
				 .title = req_text(r, "Profile"),
				 .is_noindex = true,
			 });
}

err profile_settings_page(struct req *r)
{
	struct profile_view v = { 0 };
	struct user_profile p;
	err e = load(r, &p, &v);

	return e ? e : show(r, 200, &v);
}

err profile_save_action(struct req *r)
{
	struct field_errors errors = { 0 };
	struct profile_text in = { 0 };
	struct profile_view v = { 0 };
	struct user_profile p;
	const char *problem;
	int64_t number;
	bool is_complete = fields_read(r->ctx.arena, &r->in.body, text_fields,
				       ARRAY_LEN(text_fields), &in, &errors);
	err e = load(r, &p, &v);

	if (e)
		return e;
	problem = user_new_name_problem(&r->ctx, &p, in.username, &number);
	if (problem && !field_errors_find(&errors, "username"))
		field_errors_add(&errors, "username", problem, number);
	if (is_complete && !errors.count) {
		e = user_profile_save(&r->ctx, &in, r->form_id);
		if (!e) {
			req_flash(r, N_("Your profile is saved."));
			return resp_redirect(r, HERE);
		}
		if (e != ERR_CONFLICT)
			return e;
		field_errors_add(&errors, "username", N_("This name is taken."), 0);
	}
	v.username = in.username;
	v.bio = in.bio;
	v.username_error = req_field_error(r, &errors, "username");
	v.bio_error = req_field_error(r, &errors, "bio");
	return show(r, 422, &v);
}

static err show_preferences(struct req *r, const struct preferences_input *in,
			    const struct field_errors *errors)
{
	struct profile_view v = { 0 };
	struct user_profile p;
	err e = load(r, &p, &v);

	if (e)
		return e;
	v.zones.count = 0;
	fill_zones(r, &v, in->zone);
	v.languages = languages(r, in->language);
	v.messages = message_choices(r, (enum messages_from)in->messages);
	v.zone_error = req_field_error(r, errors, "zone");
	v.language_error = req_field_error(r, errors, "language");
	v.messages_error = req_field_error(r, errors, "messages");
	return show(r, 422, &v);
}

/* Who never chose here keeps what they chose at the foot of a page. */
static void speak(struct req *r, struct str chosen, struct str before)
{
	if (chosen.n)
		cookie_put(r, COOKIE_LANGUAGE, chosen, YEAR_SECONDS);
	else if (before.n)
		cookie_delete(r, COOKIE_LANGUAGE);
	else
		return;
	r->language = text_choose(chosen, r->in.accept_language);
}

err preferences_save_action(struct req *r)
{
	struct field_errors errors = { 0 };
	struct preferences_input in = { 0 };
	struct user_profile before;
	bool is_complete = fields_read(r->ctx.arena, &r->in.body, preferences_fields,
				       ARRAY_LEN(preferences_fields), &in, &errors);
	err e;

	if (in.zone.n && !clock_is_zone(in.zone))
		field_errors_add(&errors, "zone", N_("There is no such time zone."), 0);
	if (in.language.n && !str_is(in.language, STR("zh")) && !str_is(in.language, STR("en")))
		field_errors_add(&errors, "language", N_("There is no such language here."), 0);
	if (!is_complete || errors.count)
		return show_preferences(r, &in, &errors);
	e = user_profile_find(&r->ctx, r->ctx.viewer.id, &before);
	if (!e)
		e = user_preferences_save(&r->ctx,
					  &(struct preferences){ in.zone, in.language,
								 (enum messages_from)in.messages },
					  r->form_id);
	if (e)
		return e;
	speak(r, in.language, before.user.language);
	req_flash(r, N_("Your preferences are saved."));
	return resp_redirect(r, HERE);
}

err avatar_upload_action(struct req *r)
{
	const struct form_field *file = form_get_file(&r->in.body, "picture");
	struct str bytes = file ? file->value : (struct str){ 0 };
	const char *problem = picture_problem(bytes);
	struct profile_view v = { 0 };
	struct user_profile p;
	err e;

	if (!problem) {
		e = picture_take(&r->ctx, PICTURE_AVATAR, r->ctx.viewer.id, bytes, r->form_id);
		if (e)
			return e;
		req_flash(r, N_("Your picture has arrived. It is shown as soon as it is ready."));
		return resp_redirect(r, HERE);
	}
	e = load(r, &p, &v);
	if (e)
		return e;
	v.picture_error = req_text(r, problem);
	return show(r, 422, &v);
}

err avatar_remove_action(struct req *r)
{
	err e = picture_remove(&r->ctx, PICTURE_AVATAR, r->ctx.viewer.id);

	if (e)
		return e;
	req_flash(r, N_("Your picture is removed."));
	return resp_redirect(r, HERE);
}
