/* The tags that hold no other: values, texts, assets, partials. */
#include "parser.h"

#include "slots.h"

/* Words with a meaning of their own, and names the generated function uses. */
static const struct str reserved[] = {
	STR_INIT("t"),    STR_INIT("n"),   STR_INIT("csrf"), STR_INIT("asset"),
	STR_INIT("view"), STR_INIT("out"), STR_INIT("else"),
};

/* Of these only those that C keeps for itself and that somebody may choose as a name. */
static const struct str c_words[] = {
	STR_INIT("auto"),   STR_INIT("break"),    STR_INIT("case"),     STR_INIT("char"),
	STR_INIT("const"),  STR_INIT("continue"), STR_INIT("default"),  STR_INIT("do"),
	STR_INIT("double"), STR_INIT("enum"),     STR_INIT("extern"),   STR_INIT("float"),
	STR_INIT("for"),    STR_INIT("goto"),     STR_INIT("if"),       STR_INIT("inline"),
	STR_INIT("int"),    STR_INIT("long"),     STR_INIT("register"), STR_INIT("restrict"),
	STR_INIT("return"), STR_INIT("short"),    STR_INIT("signed"),   STR_INIT("sizeof"),
	STR_INIT("static"), STR_INIT("struct"),   STR_INIT("switch"),   STR_INIT("typedef"),
	STR_INIT("union"),  STR_INIT("unsigned"), STR_INIT("void"),     STR_INIT("volatile"),
	STR_INIT("while"),  STR_INIT("bool"),
};

static bool is_in(struct str s, const struct str *list, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (str_is(s, list[i]))
			return true;
	return false;
}

bool parser_is_variable(const struct parser *p, struct str name)
{
	const struct scope *s;

	for (s = p->scope; s; s = s->outer)
		if (str_is(s->variable, name))
			return true;
	return false;
}

err parser_expect_end(struct parser *p, struct str rest)
{
	rest = str_trim(rest);
	if (rest.n == 0)
		return OK;
	return FAIL(p, "\"" STR_FMT "\" is not understood here: {{" STR_FMT "}}", STR_ARG(rest),
		    STR_ARG(p->token.text));
}

/* Take a dotted name; its first part may be a loop variable. */
err parser_take_path(struct parser *p, struct str *rest, struct path *out)
{
	struct str name;
	struct str fields;
	struct str first;

	if (!word_take_name(rest, '.', &name))
		return FAIL(p, "{{" STR_FMT "}} is not a tag: a name like post.title was expected",
			    STR_ARG(p->token.text));
	fields = name;
	while (str_split(&fields, '.', &first))
		if (is_in(first, c_words, ARRAY_LEN(c_words)))
			return FAIL(p, "\"" STR_FMT "\" is a word of C, not a field",
				    STR_ARG(first));
	fields = name;
	str_split(&fields, '.', &first);
	if (parser_is_variable(p, first)) {
		out->variable = first;
		out->fields = fields;
	} else if (p->t->view.n == 0) {
		return FAIL(p, "this template has no view, so there is no \"" STR_FMT "\"",
			    STR_ARG(name));
	} else {
		out->fields = name;
	}
	return OK;
}

err parse_value(struct parser *p, struct str rest, struct node *n)
{
	err e = parser_take_path(p, &rest, &n->path);

	return e ? e : parser_expect_end(p, rest);
}

/* Note the text for the table, and give the node its number. */
static void add_text(struct parser *p, struct node *n)
{
	struct text_use *use = ARENA_NEW(p->arena, struct text_use);

	use->one = n->text;
	use->many = n->many;
	use->path = p->t->path;
	use->line = n->line;
	n->text_index = p->t->text_count++;
	*p->texts_end = use;
	p->texts_end = &use->next;
}

static err parse_arguments(struct parser *p, struct str rest, struct node *n)
{
	while (!word_is_end(rest)) {
		err e;

		if (n->argument_count == TREE_ARGUMENTS_MAX)
			return FAIL(p, "a text takes at most %d values", TREE_ARGUMENTS_MAX);
		e = parser_take_path(p, &rest, &n->arguments[n->argument_count++]);
		if (e)
			return e;
	}
	return OK;
}

err parse_translation(struct parser *p, struct str rest, struct node *n)
{
	err e;

	if (!word_take_string(p->arena, &rest, &n->text) || n->text.n == 0)
		return FAIL(p, "{{t}} needs a text in double quotes: {{t \"Log in\"}}");
	e = parse_arguments(p, rest, n);
	if (e)
		return e;
	if (slots_of(n->text) != slots_first(n->argument_count))
		return FAIL(p, "\"" STR_FMT "\" does not use its %zu values as {0}, {1} and so on",
			    STR_ARG(n->text), n->argument_count);
	add_text(p, n);
	return OK;
}

err parse_plural(struct parser *p, struct str rest, struct node *n)
{
	err e;

	if (!word_take_string(p->arena, &rest, &n->text) || n->text.n == 0 ||
	    !word_take_string(p->arena, &rest, &n->many) || n->many.n == 0)
		return FAIL(p, "{{n}} needs two texts and a number: "
			       "{{n \"{0} comment\" \"{0} comments\" post.comments}}");
	e = parse_arguments(p, rest, n);
	if (e)
		return e;
	if (n->argument_count == 0)
		return FAIL(p, "{{n}} needs a number behind its two texts");
	/* "One comment" may leave out the number, nothing else. */
	if (slots_of(n->many) != slots_first(n->argument_count) ||
	    (slots_of(n->text) | 1) != slots_first(n->argument_count))
		return FAIL(p, "\"" STR_FMT "\" does not use its %zu values as {0}, {1} and so on",
			    STR_ARG(n->many), n->argument_count);
	add_text(p, n);
	return OK;
}

err parse_asset(struct parser *p, struct str rest, struct node *n)
{
	if (!word_take_string(p->arena, &rest, &n->text))
		return FAIL(p, "{{asset}} needs a file's name in quotes: {{asset \"site.css\"}}");
	return parser_expect_end(p, rest);
}

err parse_csrf(struct parser *p, struct str rest, struct node *n)
{
	(void)n;
	return parser_expect_end(p, rest);
}

err parse_partial(struct parser *p, struct str rest, struct node *n)
{
	if (!word_take_name(&rest, '/', &n->text))
		return FAIL(p, "{{> }} needs a template's name: {{> post/comment c}}");
	if (word_is_end(rest))
		return OK;
	n->has_path = true;
	return parse_value(p, rest, n);
}

bool parser_is_reserved(struct str name)
{
	return is_in(name, reserved, ARRAY_LEN(reserved)) ||
	       is_in(name, c_words, ARRAY_LEN(c_words));
}
