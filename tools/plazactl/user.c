/* Accounts, made and changed by an administrator. */
#include "base/secret.h"
#include "domain/user.h"
#include "plazactl.h"

#define LIST_PAGE 500
#define GENERATED_BYTES 15 /* 20 characters */

static const char *const roles[] = {
	[ROLE_USER] = "user",
	[ROLE_MODERATOR] = "moderator",
	[ROLE_ADMIN] = "admin",
};

static const char *const states[] = {
	[USER_PENDING] = "pending",
	[USER_ACTIVE] = "active",
	[USER_DISABLED] = "disabled",
	[USER_GONE] = "gone",
};

static bool read_role(const char *name, enum role *out)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(roles); i++) {
		if (strcmp(name, roles[i]) != 0)
			continue;
		*out = (enum role)i;
		return true;
	}
	complain("there is no role '%s': user, moderator or admin", name);
	return false;
}

static int usage(void)
{
	complain("usage: plazactl user create|role|disable|enable|list ..., see plazactl help");
	return EXIT_USAGE;
}

/* An administrator's names may be the reserved ones. */
static bool check_fields(struct ctx *c, const struct registration *r, bool is_generated)
{
	const char *problem = user_name_form_problem(r->username);

	if (!problem && r->email.n)
		problem = user_email_problem(r->email);
	if (!problem && !is_generated)
		problem = user_password_problem(c, r->password, r->username, r->email);
	if (problem)
		complain("%s", problem);
	return !problem;
}

static int create(struct program *p, struct words_given given)
{
	bool is_generated = take_flag(&given, "--generate");
	const char *role_name = take_option(&given, "--role"),
		   *email = take_option(&given, "--email");
	struct registration r = { .email = str_from_c(email) };
	struct ctx *c = &p->ctx;
	enum role role = ROLE_USER;
	int64_t id;
	err e;

	if (given.count != 1 || (email && !*email))
		return usage();
	if (role_name && !read_role(role_name, &role))
		return EXIT_USAGE;
	r.username = str_from_c(given.items[0]);
	if (is_generated)
		r.password = secret_token(c->arena, GENERATED_BYTES);
	else if (!read_password(c->arena, &r.password))
		return EXIT_FAILED;
	if (!check_fields(c, &r, is_generated))
		return EXIT_FAILED;
	e = user_create(c, &r, role, &id);
	if (e == ERR_CONFLICT)
		return complain("the name or the address is taken");
	if (e)
		return complain_err("creating the account", e);
	printf("%s %s has the id %lld\n", roles[role], given.items[0], (long long)id);
	if (is_generated)
		printf("password: " STR_FMT "\n", STR_ARG(r.password));
	return EXIT_DONE;
}

static int find(struct ctx *c, const char *name, struct user *out)
{
	err e = user_find_by_name(c, str_from_c(name), out);

	if (e == ERR_NOT_FOUND)
		return complain("there is no user '%s'", name);
	if (!e && out->state == USER_GONE)
		return complain("'%s' has left, and cannot be brought back", name);
	return e ? complain_err("looking for the user", e) : EXIT_DONE;
}

static int set_role(struct program *p, struct words_given given)
{
	struct user u;
	enum role role;
	err e;

	if (given.count != 2)
		return usage();
	if (!read_role(given.items[1], &role))
		return EXIT_USAGE;
	if (find(&p->ctx, given.items[0], &u))
		return EXIT_FAILED;
	e = user_set_role(&p->ctx, u.id, role);
	if (e)
		return complain_err("setting the role (and ending the sessions)", e);
	printf("%s is %s now and has to log in again\n", given.items[0], roles[role]);
	return EXIT_DONE;
}

static int set_state(struct program *p, struct words_given given, enum user_state state)
{
	struct user u;
	err e;

	if (given.count != 1)
		return usage();
	if (find(&p->ctx, given.items[0], &u))
		return EXIT_FAILED;
	e = user_set_state(&p->ctx, u.id, state);
	if (e)
		return complain_err("changing the account (and ending the sessions)", e);
	printf("%s is %s now\n", given.items[0], states[state]);
	return EXIT_DONE;
}

static int list(struct program *p)
{
	struct users page;
	int64_t after = 0;
	size_t i;
	err e;

	printf("%6s  %-20s %-10s %-9s %s\n", "no", "id", "role", "state", "name");
	do {
		program_next(p);
		e = user_list(&p->ctx, after, LIST_PAGE, &page);
		if (e)
			return complain_err("listing the users", e);
		for (i = 0; i < page.count; i++) {
			const struct user *u = &page.items[i];

			printf("%6lld  %-20lld %-10s %-9s " STR_FMT "\n", (long long)u->user_no,
			       (long long)u->id, roles[u->role], states[u->state],
			       STR_ARG(u->name));
			after = u->user_no;
		}
	} while (page.count && !program_is_stopping());
	return EXIT_DONE;
}

int user_command(struct program *p, struct words_given given)
{
	const char *verb = given.count ? given.items[0] : "";
	struct words_given rest = { given.items + 1, given.count - 1 };

	if (!strcmp(verb, "create"))
		return create(p, rest);
	if (!strcmp(verb, "role"))
		return set_role(p, rest);
	if (!strcmp(verb, "disable"))
		return set_state(p, rest, USER_DISABLED);
	if (!strcmp(verb, "enable"))
		return set_state(p, rest, USER_ACTIVE);
	if (!strcmp(verb, "list") && rest.count == 0)
		return list(p);
	return usage();
}
