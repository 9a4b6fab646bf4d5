/*
 * What a reporter is told: each fate, and each state of the case behind it; nothing of what is sealed.
 */
#include "engine/receipt.h"
#include "tap.h"

static void is_told(const struct receipt *r, const struct casefile *c, const struct forwarding *x, enum receipt_state state, enum receipt_reason reason, const char *what)
{
	struct receipt_told told = receipt_tell(r, c, x);
	IS_INT(told.state, state, what);
	IS_INT(told.reason, reason, "  and why");
}

static void test_fates(void)
{
	static const struct { enum fate fate; bool lacking; enum receipt_state state; enum receipt_reason reason; const char *what; } table[] = {
		{ FATE_DUPLICATE, false, RECEIPT_REFUSED, RECEIPT_DUPLICATE, "a second copy" },
		{ FATE_COUNTED, false, RECEIPT_OURS, RECEIPT_NO_REASON, "one that counts" },
		{ FATE_NOT_OURS, false, RECEIPT_NOT_OURS, RECEIPT_IS_NOT_OURS, "nobody of ours" },
		{ FATE_PARKED, false, RECEIPT_RECEIVED, RECEIPT_NO_REASON, "one that is tried again" },
		{ FATE_PARKED, true, RECEIPT_RECEIVED, RECEIPT_NEED_MORE, "one that lacks something" },
		{ FATE_PERSON, false, RECEIPT_RECEIVED, RECEIPT_NO_REASON, "one before a person" },
		{ FATE_RETRACTED, false, RECEIPT_REFUSED, RECEIPT_TAKEN_BACK, "one that takes back" },
		{ FATE_OVER_CAP, false, RECEIPT_RECEIVED, RECEIPT_OVER_CAP, "one too many" },
		{ FATE_DISCARDED, false, RECEIPT_REFUSED, RECEIPT_NOT_A_BREACH, "one that a person discarded" },
		{ FATE_DISCARDED, true, RECEIPT_REFUSED, RECEIPT_CANNOT_TELL, "one that lacked something until then" },
	};
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct receipt r = { .fate = table[i].fate, .lacking = table[i].lacking };
		is_told(&r, NULL, NULL, table[i].state, table[i].reason, table[i].what);
		r.sealed = true;
		is_told(&r, NULL, NULL, RECEIPT_RECEIVED, RECEIPT_NO_REASON, "  nothing of it when it is sealed");
	}
}

static void test_cases(void)
{
	const struct receipt r = { .fate = FATE_CASE, .number = 256 };
	struct casefile c = { .state = CASE_OPEN };
	struct forwarding x = { .rounds = 0 };
	is_told(&r, NULL, NULL, RECEIPT_OURS, RECEIPT_NO_REASON, "a case that is gone");
	is_told(&r, &c, &x, RECEIPT_OURS, RECEIPT_NO_REASON, "an open one");
	x.rounds = 1;
	is_told(&r, &c, &x, RECEIPT_FORWARDED, RECEIPT_NO_REASON, "passed on to a reseller");
	c.state = CASE_RESOLVED;
	is_told(&r, &c, &x, RECEIPT_ACTED, RECEIPT_NO_REASON, "  and settled");
	x.rounds = 0;
	is_told(&r, &c, &x, RECEIPT_OURS, RECEIPT_NO_REASON, "settled without a word to anybody");
	c.noticed = true;
	is_told(&r, &c, &x, RECEIPT_ACTED, RECEIPT_NO_REASON, "settled, the customer was told");
	c.verdict = VERDICT_REFUSED;
	is_told(&r, &c, &x, RECEIPT_REFUSED, RECEIPT_NOT_A_BREACH, "a person found no breach");
	c.verdict = VERDICT_UNDONE;
	is_told(&r, &c, &x, RECEIPT_REFUSED, RECEIPT_NOT_A_BREACH, "an appeal was granted");
	c.resolution = STR("retracted");
	is_told(&r, &c, &x, RECEIPT_REFUSED, RECEIPT_TAKEN_BACK, "all who reported took it back");
	c.flags = CASE_DO_NOT_TELL;
	is_told(&r, &c, &x, RECEIPT_RECEIVED, RECEIPT_NO_REASON, "do-not-tell hides it all");
	c.flags = CASE_SEALED_CLASS;
	is_told(&r, &c, &x, RECEIPT_RECEIVED, RECEIPT_NO_REASON, "so does the sealed class");
	c = (struct casefile){ .state = CASE_TERMINATED };
	is_told(&r, &c, &x, RECEIPT_ACTED, RECEIPT_NO_REASON, "a contract that ended");
}

int main(void)
{
	test_fates();
	test_cases();
	return tap_done();
}
