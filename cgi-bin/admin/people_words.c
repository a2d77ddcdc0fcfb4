/* What roles, states and acts are called. */
#include "admin/people_pages.h"

static const char *const roles[] = {
	[ROLE_USER] = N_("Member"),
	[ROLE_MODERATOR] = N_("Moderator"),
	[ROLE_ADMIN] = N_("Administrator"),
};

static const char *const states[] = {
	[USER_PENDING] = N_("not activated"),
	[USER_ACTIVE] = N_("active"),
	[USER_DISABLED] = N_("closed"),
	[USER_GONE] = N_("has left"),
};

static const struct {
	const char *action, *words;
} acts[] = {
	{ "post.delete", N_("deleted the post") },
	{ "post.edit", N_("changed the post") },
	{ "post.pin", N_("pinned the post") },
	{ "post.unpin", N_("unpinned the post") },
	{ "post.feature", N_("featured the post") },
	{ "post.unfeature", N_("took off featured the post") },
	{ "comment.delete", N_("deleted the comment") },
	{ "comment.edit", N_("changed the comment") },
	{ "user.close", N_("closed the account") },
	{ "user.open", N_("opened the account") },
	{ "user.role.user", N_("made a member of") },
	{ "user.role.moderator", N_("made a moderator of") },
	{ "user.role.admin", N_("made an administrator of") },
	{ "goods.create", N_("wrote down the goods") },
	{ "goods.edit", N_("changed the goods") },
	{ "goods.delete", N_("deleted the goods") },
	{ "goods.picture", N_("sent a picture for") },
	{ "goods.picture-gone", N_("removed the picture of") },
	{ "sale.create", N_("set up the sale of") },
	{ "sale.edit", N_("changed the sale of") },
	{ "sale.delete", N_("deleted the draft of a sale of") },
	{ "sale.publish", N_("published the sale of") },
	{ "sale.units", N_("changed the units on sale of") },
	{ "sale.close", N_("closed the sale of") },
	{ "event.retry", N_("tried failed events again") },
	{ "event.drop", N_("dropped dead events") },
	{ "letter.replay", N_("replayed dead letters") },
	{ "letter.drop", N_("threw dead letters away") },
};

struct str role_words(struct req *r, enum role role)
{
	return text_get(r->language, roles[role]);
}

struct str state_words(struct req *r, enum user_state state)
{
	return text_get(r->language, states[state]);
}

/* An act of a kind that came later is shown by its name. */
struct str act_words(struct req *r, struct str action)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(acts); i++) {
		if (str_is(action, str_from_c(acts[i].action)))
			return text_get(r->language, acts[i].words);
	}
	return action;
}
