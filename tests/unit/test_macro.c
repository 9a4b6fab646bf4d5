/*
 * Placeholders of macros: filled, asked for, unknown, cut off, too long.
 */
#include "model/macro.h"
#include "tap.h"

static const struct macro_value known[] = { { { "customer", 8 }, { "acme", 4 } }, { { "date", 4 }, { "2026-03-01", 10 } } };
static const struct macro_value asked[] = { { { "part", 4 }, { "the {customer} router", 21 } } };

static struct str filled(struct arena *a, struct str text)
{
	struct str out = STR("(untouched)");
	struct why why;
	return macro_fill(a, text, known, 2, asked, 1, &out, &why) == OK ? out : STR("(refused)");
}

int main(void)
{
	struct arena *a = arena_new("test", 4 << 20);
	struct str out = STR("(untouched)");
	struct why why;
	IS_STR(filled(a, STR("{customer} on {date}, {customer}")), STR("acme on 2026-03-01, acme"), "what the case says is filled in, as often as it stands there");
	IS_STR(filled(a, STR("no braces at all")), STR("no braces at all"), "a text without any stays as it is");
	IS_STR(filled(a, STR("")), STR(""), "also an empty one");
	IS_STR(filled(a, STR("{{customer}, {{{date}")), STR("{customer}, {2026-03-01"), "two braces are one");
	IS_STR(filled(a, STR("it was {ask part}")), STR("it was the {customer} router"), "what was asked for is taken as it is: it is not filled again");
	OK_(macro_fill(a, STR("{colour}"), known, 2, asked, 1, &out, &why) == ERR_NOTFOUND, "a placeholder that nothing fills is refused");
	IS_STR(str_of(why.text), STR("nothing fills {colour}: there are {customer}, {date}, and {ask NAME}"), "with those that there are");
	OK_(macro_fill(a, STR("{ask other}"), known, 2, asked, 1, &out, &why) == ERR_NOTFOUND, "so is what nobody said");
	OK_(macro_fill(a, STR("{ask other}"), known, 2, NULL, 0, &out, &why) == OK, "but not while it is only checked");
	OK_(macro_fill(a, STR("{ask }"), known, 2, NULL, 0, &out, &why) == ERR_SYNTAX, "what is asked for has a name");
	OK_(macro_fill(a, STR("{customer"), known, 2, asked, 1, &out, &why) == ERR_SYNTAX, "a placeholder ends");
	OK_(macro_fill(a, STR("{}"), known, 2, asked, 1, &out, &why) == ERR_NOTFOUND, "and is not empty");
	char *many = arena_alloc(a, MACRO_TEXT_MAX + 1);
	memset(many, 'x', MACRO_TEXT_MAX + 1);
	OK_(macro_fill(a, (struct str){ many, MACRO_TEXT_MAX + 1 }, known, 2, asked, 1, &out, &why) == ERR_LIMIT, "what gets longer than a text may be is refused");
	OK_(macro_fill(a, (struct str){ many, MACRO_TEXT_MAX }, known, 2, asked, 1, &out, &why) == OK && out.len == MACRO_TEXT_MAX, "the longest is taken");
	OK_(macro_name_ok(STR("fixed-2")) && !macro_name_ok(STR("")) && !macro_name_ok(STR("Fixed")) && !macro_name_ok(STR("a b")), "names are small letters, digits and -");
	OK_(!macro_name_ok((struct str){ many, MACRO_NAME_MAX + 1 }), "and not too long");
	arena_free(a);
	return tap_done();
}
