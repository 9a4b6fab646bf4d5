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

static bool same(const struct wait *x, const struct wait *y)
{
	return x->us == y->us && x->days == y->days && (x->by == y->by || (x->by && y->by && str_eq(x->by->name, y->by->name)));
}

static struct str wait_text(struct arena *a, const struct wait *w)
{
	return w->by ? str_format(a, "%u business day%s by %.*s", w->days, w->days == 1 ? "" : "s", STR_ARG(w->by->name)) : span_str(a, w->us);
}

/* Two spans differ by a span; business days can only be told side by side. */
static struct str moved(struct arena *a, const struct wait *x, const struct wait *y)
{
	if (x->by || y->by)
		return str_format(a, "It comes after %.*s, not after %.*s.", STR_ARG(wait_text(a, y)), STR_ARG(wait_text(a, x)));
	return str_format(a, "It comes %.*s %s.", STR_ARG(span_str(a, y->us > x->us ? y->us - x->us : x->us - y->us)), y->us > x->us ? "later" : "sooner");
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
	if (!same(&x->after, &y->after))
		s = add(a, s, moved(a, &x->after, &y->after));
	if (!same(&x->fix, &y->fix) && wait_given(&x->fix) && wait_given(&y->fix))
		s = add(a, s, str_format(a, "The customer has %.*s to mend it, not %.*s.", STR_ARG(wait_text(a, &y->fix)), STR_ARG(wait_text(a, &x->fix))));
	if (x->unless != y->unless)
		s = add(a, s, str_of(unless(y->unless)));
	if (x->may_wait != y->may_wait)
		s = add(a, s, str_of(y->may_wait ? "It may wait for the digest of the account." : "It goes at once, whatever the account's cadence."));
	if (x->quiet != y->quiet)
		s = add(a, s, str_of(y->quiet ? "It waits for the quiet hours." : "It is done at any hour."));
	if (x->approvals != y->approvals)
		s = add(a, s, str_format(a, "%u people approve it, not %u.", y->approvals, x->approvals));
	return s;
}
