/*
 * Logs of NATs in the judge: events become bindings of what lies behind shared addresses, and the feed was heard while they come. See
 * judge_binding.h.
 */
#include "attribution/nat_block.h"
#include "aupd/judge_binding.h"
#include "base/log.h"

struct nat_fold {
	struct judge *j;
	struct binding_uses uses;
	struct nat_block_count count;
	uint64_t others;
};

static enum err put_binding(void *arg, const struct binding *b, struct why *why)
{
	struct nat_fold *x = arg;
	struct binding one = *b;
	struct why bad = { .line = 0 };
	one.recorded_at = x->j->fold.now;
	if (binding_normalise(&one, &bad) != OK) {
		log_warn("a NAT tells what cannot have been; it is left out", "why", bad.text);
		return OK;
	}
	enum err e = judge_bindings_add(x->j, &one, why);
	return e ? e : judge_bindings_changed(x->j, &x->uses, &one, &x->others, why);
}

enum err judge_nat(struct judge *j, struct str body, struct why *why)
{
	struct nat_fold x = { .j = j };
	struct nat_batch batch;
	struct nat_event event;
	struct str rest;
	uint8_t feed;
	int64_t received_at;
	if (!j->bindings)
		return OK;
	enum err e = judge_bindings_mend(j, why);
	if (e == OK)
		e = nat_open(body, &batch, &rest) == OK ? judge_bindings_uses(j, &x.uses, why) : why_set(why, ERR_SYNTAX, "a frame that holds no events of a NAT");
	while (e == OK && (e = nat_next(&rest, &feed, &received_at, &event)) == OK) {
		if (!feed || feed > BINDING_FEED_MAX)
			continue;
		if (event.what == NAT_HEARD || event.what == NAT_LOST)
			e = judge_bindings_hear(j, feed, received_at, batch.since_at, event.what == NAT_LOST, why);
		else
			e = nat_block_take(j->bindings->view.index, feed, &event, put_binding, &x, &x.count, why);
	}
	return e == ERR_NOTFOUND ? OK : e;
}
