/*
 * The head of a version is written anew and nothing else of it; two texts stand side by side as they are read.
 */
#include "policy/diff.h"
#include "policy/head.h"
#include "tap.h"

static struct arena *arena;

/* The main file after a head was written, or STR_NONE; why of a refusal. */
static struct str headed(const char *text, const struct policy_head *head, struct why *why)
{
	struct bundle_file files[2] = { { STR("other.policy"), STR("version no\n") }, { STR("aup.policy"), str_of(text) } };
	struct bundle b = { STR("aup.policy"), files, 2 };
	*why = (struct why){ .line = 0 };
	if (head_write(arena, &b, head, why) != OK)
		return STR_NONE;
	OK_(str_eq(files[0].text, STR("version no\n")), "other files stay");
	return files[1].text;
}

static void heads(void)
{
	static const char text[] = "# posted never\npolicy \"t\" {\n\ttext \"aup.md\"\n\tversion \"a\" # the first\n\tposted 2026-03-01T00:00:00Z\n\teffective 2026-04-01T00:00:00Z\n"
		"\tsignificant yes\n\tretention 90d\n}\nladder l {\n\tversion x\n}\n";
	struct why why;
	struct policy_head head = { .version = STR("b \"c\""), .posted = STR("2027-01-01T00:00:00Z"), .significant = STR("no") };
	IS_STR(headed(text, &head, &why), STR("# posted never\npolicy \"t\" {\n    version \"b \\\"c\\\"\"\n    posted 2027-01-01T00:00:00Z\n    significant no\n\ttext \"aup.md\"\n"
		"\tretention 90d\n}\nladder l {\n\tversion x\n}\n"), "name and times are those that are given, whatever stands elsewhere");
	head = (struct policy_head){ .version = STR("b") };
	IS_STR(headed(text, &head, &why), STR("# posted never\npolicy \"t\" {\n    version \"b\"\n\ttext \"aup.md\"\n\tposted 2026-03-01T00:00:00Z\n\teffective 2026-04-01T00:00:00Z\n"
		"\tretention 90d\n}\nladder l {\n\tversion x\n}\n"), "under another name it has the times that it had, and nothing is said of how much it changes");
	head = (struct policy_head){ .version = STR_NONE };
	IS_STR(headed(text, &head, &why), str_of(text), "nothing given, nothing written");
	head = (struct policy_head){ .posted = STR("soon") };
	OK_(!headed(text, &head, &why).len, "a time is a time");
	head = (struct policy_head){ .posted = STR("2027-01-01T00:00:00Z") };
	OK_(!headed("policy \"t\" { text \"aup.md\"; posted 2026-03-01T00:00:00Z }\n", &head, &why).len, "a head in one line is left to people");
	OK_(!headed("policy \"t\" {\n text \"aup.md\"; posted 2026-03-01T00:00:00Z\n}\n", &head, &why).len && why.line == 2, "so is what shares its line, which is told");
	OK_(!headed("policy \"t\" {\n posted 2026-03-01T00:00:00Z }\n", &head, &why).len, "  with the end of the block, too");
	OK_(!headed("ladder l {\n}\n", &head, &why).len, "without a head there is nothing to write");
	OK_(!headed("policy \"t\" {\n", &head, &why).len, "nor in what is no policy");
}

static void sides(void)
{
	struct diff_row *rows = NULL;
	unsigned n = 0;
	OK_(diff_rows(arena, STR("One. Two. Three. Four."), STR("One. Zwei. Drei. Vier. Four. Five."), DIFF_SENTENCES, &rows, &n) && n == 6, "two texts of sentences");
	OK_(rows[0].same && str_eq(rows[0].before, rows[0].after), "what is in both stands in both");
	OK_(!rows[1].same && str_eq(rows[1].before, STR("Two.")) && str_eq(rows[1].after, STR("Zwei.")), "what is new stands beside what it took the place of");
	OK_(str_eq(rows[2].before, STR("Three.")) && str_eq(rows[2].after, STR("Drei.")), "one by one");
	OK_(!rows[3].before.len && str_eq(rows[3].after, STR("Vier.")), "what took no place has an empty one beside it");
	OK_(rows[4].same && !rows[5].before.len && str_eq(rows[5].after, STR("Five.")), "and the order is that of both");
	OK_(diff_rows(arena, STR_NONE, STR_NONE, DIFF_LINES, &rows, &n) && n == 0, "nothing and nothing are no rows");
	struct buf b;
	buf_init(&b, 1 << 20);
	for (unsigned i = 0; i < 1001; i++)
		buf_printf(&b, "line %u\n", i);
	OK_(!diff_rows(arena, buf_str(&b), STR("x"), DIFF_LINES, &rows, &n), "what is too long says so");
	buf_done(&b);
}

int main(void)
{
	arena = arena_new("test", 64 << 20);
	heads();
	sides();
	arena_free(arena);
	return tap_done();
}
