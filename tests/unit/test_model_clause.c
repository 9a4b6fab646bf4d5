/*
 * The clause table: ids are well formed, unique, found again, and the same list in the same order as the requirements
 * document when that lies beside the tree.
 */
#include "model/clause.h"

#include "tap.h"

enum { CLAUSE_EXPECTED = 59, DOCUMENT_BYTES_MAX = 1 << 20 };

static bool id_is_good(const char *id)
{
	if (*id < 'a' || *id > 'z')
		return false;
	unsigned dots = 0;
	for (const char *p = id; *p; p++) {
		if (*p == '.')
			dots++;
		else if ((*p < 'a' || *p > 'z') && *p != '-')
			return false;
	}
	return dots <= 1;
}

static void table_is_sound(void)
{
	unsigned n = 0;
	bool good = true, titled = true, unique = true, told = true, found = true, counted[3] = { false };
	for (const struct clause_info *c = clause_table; c->id; c++, n++) {
		good = good && id_is_good(c->id);
		titled = titled && c->title && *c->title;
		found = found && clause_find(str_of(c->id)) == c;
		counted[c->duty] = true;
		told = told && (*c->does || *c->lacks) == (c->duty == CLAUSE_PRODUCT);
		for (const struct clause_info *d = clause_table; d != c; d++)
			unique = unique && !str_eq(str_of(c->id), str_of(d->id)) && !str_eq(str_of(c->title), str_of(d->title));
	}
	IS_INT(n, CLAUSE_EXPECTED, "every clause is in the table");
	OK_(good, "ids are lower-case words with at most one dot");
	OK_(titled, "every clause has a title");
	OK_(unique, "no id and no title twice");
	OK_(found, "every id is found again");
	OK_(told, "of what the product is to keep it is told what it does or lacks, of nothing else");
	OK_(counted[CLAUSE_RULES] && counted[CLAUSE_MANUAL] && counted[CLAUSE_PRODUCT], "each duty occurs");
}

static void lookup_is_exact(void)
{
	OK_(clause_find(STR("email.unsolicited")) != NULL, "a known id");
	OK_(clause_find(STR("email.unsolicite")) == NULL, "a prefix of an id is no id");
	OK_(clause_find(STR("Email.Unsolicited")) == NULL, "case matters");
	OK_(clause_find(STR_NONE) == NULL, "nothing is no id");
	const struct clause_info *c = clause_find(STR("general.liability"));
	OK_(c && c->duty == CLAUSE_MANUAL, "only people judge liability");
	c = clause_find(STR("contact"));
	OK_(c && c->duty == CLAUSE_PRODUCT, "the product keeps the contact");
}

/* Rows read "| clause.id | what ... | must ... |"; the heading row and the dashes are not ids. */
static void compare_document(struct str text)
{
	const struct clause_info *c = clause_table;
	struct str rest = text, line;
	bool same = true, begun = false;
	while (str_next_line(&rest, &line)) {
		if (!str_starts(line, STR("| ")))
			continue;
		struct str cells = str_sub(line, 2, line.len), id;
		if (!str_split(&cells, '|', &id))
			continue;
		id = str_trim(id);
		if (str_eq(id, STR("clause id"))) {
			begun = true;
			continue;
		}
		if (!begun || !c->id)
			continue;
		if (!str_eq(id, str_of(c->id))) {
			tap_dump("document", id);
			tap_dump("table", str_of(c->id));
			same = false;
			break;
		}
		c++;
	}
	OK_(begun && same && !c->id, "the table is the document's list in its order");
}

static void document_agrees(void)
{
	FILE *f = fopen("../shared/design/clauses.md", "re");
	if (!f) {
		tap_skip("the table is the document's list in its order", "no requirements document beside the tree");
		return;
	}
	char *text = malloc(DOCUMENT_BYTES_MAX);
	size_t n = text ? fread(text, 1, DOCUMENT_BYTES_MAX, f) : 0;
	(void)fclose(f);
	OK_(n > 0 && n < DOCUMENT_BYTES_MAX, "the document is read whole");
	compare_document((struct str){ text, n });
	free(text);
}

int main(void)
{
	table_is_sound();
	lookup_is_exact();
	document_agrees();
	return tap_done();
}
