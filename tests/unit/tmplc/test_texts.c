/* Texts found in C sources, the catalogue, and the table made of both. */
#include "unit/unit.h"

#include "tmplc/csource.h"
#include "tmplc/table.h"

struct run {
	struct arena *arena;
	struct buf messages;
	struct report report;
	struct text_use *uses;
	struct catalogue_entry *catalogue;
	struct table table;
};

static struct run *new_run(struct arena *a)
{
	struct run *r = ARENA_NEW(a, struct run);

	r->arena = a;
	buf_init(&r->messages, a, 256);
	r->report.out = &r->messages;
	return r;
}

static struct str messages(const struct run *r)
{
	return buf_str(&r->messages);
}

static err scan(struct run *r, const char *source)
{
	struct text_use **end = &r->uses;

	return csource_find_texts(r->arena, &r->report, STR("x.c"), str_from_c(source), &end);
}

/* The texts found, each as "line:one|many\n". */
static struct str found(struct arena *a, const char *source)
{
	struct run *r = new_run(a);
	const struct text_use *use;
	struct buf out;

	buf_init(&out, a, 256);
	assert_int_equal(scan(r, source), OK);
	for (use = r->uses; use; use = use->next)
		buf_addf(&out, "%d:" STR_FMT "|" STR_FMT "\n", use->line, STR_ARG(use->one),
			 STR_ARG(use->many));
	return buf_str(&out);
}

static void finds_literals(void **state)
{
	struct arena *a = *state;

	assert_text(found(a, "x = text_get(r->language, \"Log in\");"), "1:Log in|\n");
	assert_text(found(a, "\n\ntext_format(a, f(b, c), \"Hi {0}\", list, 1)"), "3:Hi {0}|\n");
	assert_text(found(a, "text_count(a, l,\n\"{0} x\", \"{0} xs\", n)"), "1:{0} x|{0} xs\n");
	assert_text(found(a, "text_plural(l, \"{0} x\", \"{0} xs\", n)"), "1:{0} x|{0} xs\n");
	assert_text(found(a, "{ N_(\"a\"), N_ ( \"b\" \"c\" ) }"), "1:a|\n1:bc|\n");
	assert_text(found(a, "text_get(l, is_x ? N_(\"a\") : N_(\"b\"))"), "1:a|\n1:b|\n");
	assert_text(
		found(a,
		      "text_format(a, l, \"{0}\", (const struct str[]){ text_get(l, \"b\") }, 1)"),
		"1:{0}|\n1:b|\n");
	assert_text(found(a, "N_(\"\\\"\\\\ \\u4e2d \\x41\\101\\n?\")"), "1:\"\\ 中 AA\n?|\n");
}

static void passes_over_the_rest(void **state)
{
	struct arena *a = *state;

	assert_text(found(a, ""), "");
	assert_text(found(a, "struct str text_get(int language, const char *english);"), "");
	assert_text(found(a, "#define N_(literal) literal\n"), "");
	assert_text(found(a, "/* N_(\"a\") */ // N_(\"b\")\n \"N_(\\\"c\\\")\" '\"' N_(\"d\")"),
		    "2:d|\n");
	assert_text(found(a, "my_text_get(l, \"a\"); text_get_x(l, \"b\"); xN_(\"c\")"), "");
	assert_text(found(a, "text_get(l, message); text_get(l, f(\"x\"))"), "");
	assert_text(found(a, "text_get(\"x\""), "");
	assert_text(found(a, "/* not closed"), "");
	assert_text(found(a, "'"), "");
}

static void refuses_what_it_cannot_follow(void **state)
{
	struct run *r = new_run(*state);

	assert_int_equal(scan(r, "\ntext_get(l, x ? \"a\" : \"b\")"), ERR_INVALID);
	assert_int_equal(scan(r, "N_(\"a\" PREFIX)"), ERR_INVALID);
	assert_int_equal(scan(r, "N_(\"\")"), ERR_INVALID);
	assert_int_equal(scan(r, "\"not closed"), ERR_INVALID);
	assert_int_equal(scan(r, "\"\\y\""), ERR_INVALID);
	assert_text(messages(r),
		    "x.c:2: a text is one literal, or a variable whose literals are in N_()\n"
		    "x.c:1: a text is one literal, or a variable whose literals are in N_()\n"
		    "x.c:1: an empty text\n"
		    "x.c:1: this literal is not understood\n"
		    "x.c:1: this literal is not understood\n");
}

static err read_po(struct run *r, const char *text)
{
	return catalogue_read(r->arena, &r->report, STR("x.po"), str_from_c(text), &r->catalogue);
}

static void reads_catalogues(void **state)
{
	struct run *r = new_run(*state);
	const struct catalogue_entry *entry;

	assert_int_equal(
		read_po(r, "# comment\nmsgid \"\"\nmsgstr \"\"\n\"X: y\\n\"\n\n"
			   "#: x.c\nmsgid \"a\"\n\"b\"\nmsgstr \"\"\n\"甲\"\n\n"
			   "msgid \"{0} c\"\nmsgid_plural \"{0} cs\"\nmsgstr[0] \"{0} 乙\"\r\n"
			   "#, c-format, fuzzy\nmsgid \"d\"\nmsgstr \"丁\"\n"
			   "#~ msgid \"old\"\n#~ msgstr \"旧\"\n"),
		OK);
	entry = r->catalogue;
	assert_text(entry->one, "ab");
	assert_text(entry->chinese, "甲");
	assert_int_equal(entry->line, 7);
	entry = entry->next;
	assert_text(entry->many, "{0} cs");
	assert_text(entry->chinese, "{0} 乙");
	entry = entry->next;
	assert_text(entry->one, "d");
	assert_text(entry->chinese, "");
	assert_null(entry->next);
}

static void refuses_broken_catalogues(void **state)
{
	struct run *r = new_run(*state);

	assert_int_equal(read_po(r, "msgstr \"a\""), ERR_INVALID);
	assert_int_equal(read_po(r, "\"a\""), ERR_INVALID);
	assert_int_equal(read_po(r, "msgid a"), ERR_INVALID);
	assert_int_equal(read_po(r, "msgid \"a"), ERR_INVALID);
	assert_int_equal(read_po(r, "msgid \"a\" b"), ERR_INVALID);
	assert_int_equal(read_po(r, "msgctxt \"a\""), ERR_INVALID);
	assert_int_equal(read_po(r, "msgid \"a\"\nmsgstr \"\"\n\nmsgid \"a\""), ERR_INVALID);
	assert_text(messages(r), "x.po:1: a literal without msgid or msgstr\n"
				 "x.po:1: a literal without msgid or msgstr\n"
				 "x.po:1: a literal in double quotes was expected\n"
				 "x.po:1: a literal in double quotes was expected\n"
				 "x.po:1: a literal in double quotes was expected\n"
				 "x.po:1: msgid, msgid_plural, msgstr or msgstr[0] was expected\n"
				 "x.po:4: \"a\" stands in line 1 already\n");
}

static err make(struct run *r, const char *source, const char *po, bool is_strict)
{
	assert_int_equal(scan(r, source), OK);
	assert_int_equal(read_po(r, po), OK);
	return table_make(r->arena, &r->report, r->uses, r->catalogue, STR("x.po"), is_strict,
			  &r->table);
}

static void joins_texts_and_translations(void **state)
{
	struct run *r = new_run(*state);
	struct template_list none = { 0 };
	struct buf out;

	assert_int_equal(
		make(r,
		     "N_(\"b\") N_(\"a\") N_(\"b\") text_plural(l, \"c\", \"cs\", 1) N_(\"?\?=\")",
		     "msgid \"a\"\nmsgstr \"甲\"\nmsgid \"not used\"\nmsgstr \"x\"", false),
		OK);
	assert_int_equal(r->table.count, 4);
	assert_int_equal(r->table.missing, 3);
	buf_init(&out, r->arena, 256);
	table_write(&out, &r->table, &none);
	assert_text(
		buf_str(&out),
		"/* Made by tmplc from the texts of templates and sources and the catalogue. */\n"
		"#include \"html/text_table.h\"\n\n"
		"const struct text_entry text_table[] = {\n"
		"\t{ STR_INIT(\"?\\?=\"), STR_INIT(\"\"), STR_INIT(\"?\\?=\") },\n"
		"\t{ STR_INIT(\"a\"), STR_INIT(\"\"), STR_INIT(\"甲\") },\n"
		"\t{ STR_INIT(\"b\"), STR_INIT(\"\"), STR_INIT(\"b\") },\n"
		"\t{ STR_INIT(\"c\"), STR_INIT(\"cs\"), STR_INIT(\"cs\") },\n"
		"\t{ STR_INIT(\"\"), STR_INIT(\"\"), STR_INIT(\"\") },\n};\n\n"
		"const size_t text_table_count = 4;\n");
}

static void strictness_names_what_is_missing(void **state)
{
	struct run *r = new_run(*state);

	assert_int_equal(make(r, "N_(\"b\")\nN_(\"a\")",
			      "msgid \"a\"\nmsgstr \"\"\nmsgid \"c\"\nmsgstr \"x\"", true),
			 ERR_INVALID);
	assert_text(messages(r), "x.po:3: nothing uses \"c\"\n"
				 "x.c:2: \"a\" has no translation in x.po\n"
				 "x.c:1: \"b\" has no translation in x.po\n");
}

static void forms_and_places_must_agree(void **state)
{
	struct run *r = new_run(*state);

	assert_int_equal(make(r,
			      "N_(\"{0} a\")\ntext_plural(l, \"{0} b\", \"{0} bs\", n)\nN_(\"c\")\n"
			      "text_plural(l, \"c\", \"cs\", n)",
			      "msgid \"{0} a\"\nmsgstr \"甲\"\n"
			      "msgid \"{0} b\"\nmsgid_plural \"{0} bes\"\nmsgstr[0] \"{0}\"",
			      false),
			 ERR_INVALID);
	assert_text(messages(r),
		    "x.c:4: \"c\" has another plural in x.c:3\n"
		    "x.po:1: the translation has not the same {0}, {1} as the English\n"
		    "x.po:3: msgid_plural is not the one of x.c:2\n");
}

static void writes_entries_that_can_be_read(void **state)
{
	struct run *r = new_run(*state);
	struct buf po;

	buf_init(&po, r->arena, 256);
	catalogue_write_entry(&po, STR("x.c"), STR("a \"b\"\n"), STR(""));
	catalogue_write_entry(&po, STR("x.c"), STR("{0} c"), STR("{0} cs"));
	assert_text(buf_str(&po),
		    "\n#: x.c\nmsgid \"a \\\"b\\\"\\n\"\nmsgstr \"\"\n"
		    "\n#: x.c\nmsgid \"{0} c\"\nmsgid_plural \"{0} cs\"\nmsgstr[0] \"\"\n");
	assert_int_equal(read_po(r, po.p), OK);
	assert_text(r->catalogue->one, "a \"b\"\n");
	assert_text(r->catalogue->next->many, "{0} cs");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		arena_test(finds_literals),
		arena_test(passes_over_the_rest),
		arena_test(refuses_what_it_cannot_follow),
		arena_test(reads_catalogues),
		arena_test(refuses_broken_catalogues),
		arena_test(joins_texts_and_translations),
		arena_test(strictness_names_what_is_missing),
		arena_test(forms_and_places_must_agree),
		arena_test(writes_entries_that_can_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
