/*
 * Checks that depend on what the caller's drivers can do; all others are held to their messages by tests/policy/broken.t.
 */
#include "model/clause.h"
#include "policy/check.h"
#include "tap.h"

static struct arena *arena;

static enum err check(const char *enforce, const struct driver_ability *drivers, struct why *why)
{
	struct buf text;
	struct policy *p;
	buf_init(&text, 1 << 20);
	buf_printf(&text, "policy \"t\" { text \"aup.md\"; posted 2026-03-01T00:00:00Z }\n%s\n", enforce);
	for (const struct clause_info *c = clause_table; c->id; c++)
		buf_printf(&text, "clause %s unused because \"test\"\n", c->id);
	struct bundle_file files[] = { { STR("aup.md"), STR("# Policy\n") }, { STR("aup.policy"), buf_str(&text) } };
	struct bundle b = { STR("aup.policy"), files, 2 };
	*why = (struct why){ .line = 0 };
	enum err e = policy_load(arena, &b, &p, why);
	if (e == OK)
		e = policy_check(p, drivers, why);
	buf_done(&text);
	return e;
}

int main(void)
{
	static const struct driver_ability drivers[] = { { "whole", true, true, false }, { "blind", false, true, true }, { "final", true, false, true }, { "task", true, true, true },
		{ NULL, false, false, false } };
	struct why why;
	arena = arena_new("test", 256 << 20);
	OK_(check("", drivers, &why) == OK, "a policy that uses nothing");
	OK_(check("enforce limit mail { driver whole }", drivers, &why) == OK, "a driver that can do, verify and undo");
	OK_(check("enforce limit mail { task \"x\" }", drivers, &why) == OK, "a task");
	OK_(check("enforce limit mail { driver blind }", drivers, &why) == ERR_UNSUPPORTED, "a driver that cannot verify");
	IS_STR(str_of(why.text), STR("driver blind cannot verify what it does"), "says so");
	OK_(check("enforce limit mail { driver final }", drivers, &why) == ERR_UNSUPPORTED, "a driver that cannot undo");
	IS_STR(str_of(why.text), STR("driver final cannot undo what it does"), "says so");
	IS_STR(str_of(why.hint), STR("give the work to a person: task \"...\""), "and proposes a task");
	OK_(check("enforce end access { driver final }", drivers, &why) == OK, "what is over when it is done needs no undoing");
	OK_(check("enforce end access { driver blind }", drivers, &why) == ERR_UNSUPPORTED, "but it is to be verified");
	IS_STR(str_of(why.text), STR("driver blind cannot verify what it does"), "says so");
	OK_(check("enforce end access { driver whole }", drivers, &why) == ERR_UNSUPPORTED, "a driver whose doing lasts ends nothing");
	IS_STR(str_of(why.text), STR("what driver whole does lasts: it ends nothing"), "says so");
	OK_(check("enforce limit mail { driver hole }", drivers, &why) == ERR_NOTFOUND, "a driver that is not there");
	IS_STR(str_of(why.hint), STR("did you mean \"whole\"?"), "the nearest is proposed");
	arena_free(arena);
	return tap_done();
}
