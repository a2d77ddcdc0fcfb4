/* A walk over all trees, from partial to partial. */
#include "link.h"

struct linker {
	struct report *report;
	const struct template_list *all;
	struct template *t; /* the one whose tree is walked */
	bool has_changed;
};

/* Call visit for each {{> }} below a list of nodes. */
static void walk(struct linker *l, struct node *list,
		 void (*visit)(struct linker *l, struct node *n))
{
	struct node *n;

	for (n = list; n; n = n->next) {
		const struct branch *b;

		if (n->kind == NODE_PARTIAL)
			visit(l, n);
		for (b = n->branches; b; b = b->next)
			walk(l, b->body, visit);
		walk(l, n->body, visit);
		walk(l, n->otherwise, visit);
	}
}

static void walk_all(struct linker *l, void (*visit)(struct linker *l, struct node *n))
{
	size_t i;

	for (i = 0; i < l->all->count; i++) {
		l->t = &l->all->items[i];
		walk(l, l->t->body, visit);
	}
}

static const struct template *find(const struct template_list *all, struct str name)
{
	size_t i;

	for (i = 0; i < all->count; i++)
		if (str_is(all->items[i].name, name))
			return &all->items[i];
	return NULL;
}

static void resolve(struct linker *l, struct node *n)
{
	const struct template *partial = find(l->all, n->text);

	n->partial = partial;
	if (!partial)
		report_error(l->report, l->t->path, n->line,
			     "there is no templates/" STR_FMT ".html", STR_ARG(n->text));
	else if (n->has_path && partial->view.n == 0)
		report_error(l->report, l->t->path, n->line,
			     STR_FMT " has no view: it takes no value", STR_ARG(n->text));
	else if (!n->has_path && partial->view.n && !str_is(partial->view, l->t->view))
		report_error(l->report, l->t->path, n->line,
			     STR_FMT " wants a " STR_FMT ": name the value to show",
			     STR_ARG(n->text), STR_ARG(partial->view));
}

static void inherit_form(struct linker *l, struct node *n)
{
	if (n->partial && n->partial->has_form && !l->t->has_form) {
		l->t->has_form = true;
		l->has_changed = true;
	}
}

static void check_form(struct linker *l, struct node *n)
{
	if (n->is_in_form && n->partial && n->partial->has_form)
		report_error(l->report, l->t->path, n->line,
			     STR_FMT " holds a form, and stands inside a form here",
			     STR_ARG(n->text));
}

err link_templates(struct report *r, const struct template_list *all)
{
	struct linker l = { .report = r, .all = all };
	size_t errors = r->errors;

	walk_all(&l, resolve);
	do {
		l.has_changed = false;
		walk_all(&l, inherit_form);
	} while (l.has_changed);
	walk_all(&l, check_form);
	return r->errors == errors ? OK : ERR_INVALID;
}
