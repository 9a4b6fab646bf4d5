/*
 * What a change of a threshold or of a step means for those whom it concerns, in a sentence. See diff.h.
 */
#include "policy/diff.h"

#include "base/time.h"
#include "policy/rules.h"

static struct str add(struct arena *a, struct str sentences, struct str one)
{
	return sentences.len ? str_format(a, "%.*s %.*s", STR_ARG(sentences), STR_ARG(one)) : one;
}

struct str diff_means_count(struct arena *a, const struct rule *x, const struct rule *y)
{
	struct str s = STR_NONE;
	if (!y->counted)
		return x->counted ? str_format(a, "It fires at once now, no longer from %lld on.", (long long)x->least) : STR_NONE;
	if (!x->counted)
		return str_format(a, "It fires from %lld within %.*s on, no longer at once.", (long long)y->least, STR_ARG(span_str(a, y->in_us)));
	if (!str_eq(x->distinct, y->distinct) || x->per != y->per)
		s = add(a, s, STR("It counts something else."));
	if (x->least != y->least)
		s = add(a, s, str_format(a, "It fires %s: from %lld on, not from %lld.", y->least > x->least ? "later" : "sooner", (long long)y->least, (long long)x->least));
	if (x->in_us != y->in_us)
		s = add(a, s, str_format(a, "It counts over a %s time: %.*s, not %.*s.", y->in_us > x->in_us ? "longer" : "shorter", STR_ARG(span_str(a, y->in_us)),
			STR_ARG(span_str(a, x->in_us))));
	return s;
}

static const char *unless(enum step_unless u)
{
	return u == UNLESS_ANSWERED ? "An answer holds it up." : u == UNLESS_RESOLVED ? "Only when it is settled it does not come." : "It comes whatever the customer says.";
}

struct str diff_means_step(struct arena *a, const struct step *x, const struct step *y)
{
	struct str s = STR_NONE;
	if (!x)
		return STR("There is a step more.");
	if (!y)
		return STR("There is a step less.");
	if (x->verb != y->verb)
		s = add(a, s, str_format(a, "It is %s: %s, not %s.", y->verb > x->verb ? "graver" : "milder", verb_words[y->verb], verb_words[x->verb]));
	if (x->after_us != y->after_us)
		s = add(a, s, str_format(a, "It comes %.*s %s.", STR_ARG(span_str(a, y->after_us > x->after_us ? y->after_us - x->after_us : x->after_us - y->after_us)),
			y->after_us > x->after_us ? "later" : "sooner"));
	if (x->fix_within_us != y->fix_within_us && x->fix_within_us && y->fix_within_us)
		s = add(a, s, str_format(a, "The customer has %.*s to mend it, not %.*s.", STR_ARG(span_str(a, y->fix_within_us)), STR_ARG(span_str(a, x->fix_within_us))));
	if (x->unless != y->unless)
		s = add(a, s, str_of(unless(y->unless)));
	if (x->approvals != y->approvals)
		s = add(a, s, str_format(a, "%u people approve it, not %u.", y->approvals, x->approvals));
	return s;
}
