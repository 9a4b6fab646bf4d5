/*
 * Where a case and its acts stand in the queues: in one place of each, which moves with what makes it urgent, and since when they wait stays.
 */
#include "engine/queue.h"

#include "engine/fold_case.h"
#include "store/store.h"
#include "tap.h"

static struct fold f;
static struct store *store;
static struct casefile c;

static enum err load_rows(void *arg, struct arena *a, const struct row_key *keys, size_t count, struct row *rows, struct why *why)
{
	return store_null.load(arg, a, keys, count, rows, why);
}

/* The row's rank; -1 when there is none, or its state is not what its key begins with. */
static int64_t stands(const char *key)
{
	struct row row;
	BUG_ON(work_get(f.work, TABLE_QUEUE, str_of(key), &row, NULL) != OK);
	return row.version && str_eq(row.state, str_sub(str_of(key), 0, str_chr(str_of(key), '/'))) ? row.rank : -1;
}

static void put(const char *key, enum act_state state, int64_t at)
{
	struct act act = { .key = str_of(key), .number = c.number, .verb = VERB_SUSPEND, .desired = true, .state = state, .created_at = at, .urgency = case_urgency(&c) };
	f.now = at;
	OK_(put_act(&f, &act, NULL) == OK, "an act");
}

static void follow(const struct queue_standing *before, int64_t at)
{
	f.now = at;
	OK_(queue_follow(&f, &c, before, NULL) == OK, "the case has moved");
}

static void test_moves(void)
{
	static struct str acts[] = { { "C-1/held", 8 }, { "C-1/refused", 11 } };
	struct queue_standing before = { 0 };
	c = (struct casefile){ .number = 256, .state = CASE_REVIEW, .flags = CASE_COUNSEL, .next_due_at = 50, .acts = acts, .act_count = 2 };
	put("C-1/held", ACT_HELD, 3);
	put("C-1/refused", ACT_REFUSED, 4);
	follow(&before, 5);
	OK_(stands("counsel/256") == 5 && stands("refused/C-1/refused") == 4, "a case and its act stand in their queues");
	OK_(stands("review/256") < 0 && stands("due/256") < 0 && stands("approvals/C-1/held") < 0, "and not where an index tells it");
	before = queue_of(&c);
	c.flags |= CASE_FLAGGED;
	follow(&before, 6);
	OK_(stands("counsel.trusted-flagger/256") == 5 && stands("counsel/256") < 0, "once a trusted flagger reported it, it stands first, since when it waits");
	OK_(stands("review.trusted-flagger/256") == 6 && stands("due.trusted-flagger/256") == 50, "in every queue");
	OK_(stands("refused.trusted-flagger/C-1/refused") == 4 && stands("refused/C-1/refused") < 0 && stands("approvals.trusted-flagger/C-1/held") == 3, "its acts with it");
	before = queue_of(&c);
	c.flags |= CASE_URGENT;
	c.next_due_at = 40;
	follow(&before, 7);
	OK_(stands("counsel.urgent/256") == 5 && stands("review.urgent/256") == 6 && stands("counsel.trusted-flagger/256") < 0, "what is urgent stands before that");
	OK_(stands("due.urgent/256") == 40 && stands("due.trusted-flagger/256") < 0, "by its new deadline");
	OK_(stands("refused.urgent/C-1/refused") == 4 && stands("approvals.urgent/C-1/held") == 3 && stands("approvals.trusted-flagger/C-1/held") < 0, "acts and all");
	before = queue_of(&c);
	c.next_due_at = 60;
	follow(&before, 8);
	IS_INT(stands("due.urgent/256"), 60, "a deadline that moves moves it");
	put("C-1/held", ACT_QUEUED, 9);
	put("C-1/refused", ACT_DONE_, 9);
	OK_(stands("refused.urgent/C-1/refused") < 0 && stands("approvals.urgent/C-1/held") < 0, "what is done stands nowhere");
	before = queue_of(&c);
	c.state = CASE_RESOLVED;
	follow(&before, 10);
	OK_(stands("counsel.urgent/256") < 0 && stands("review.urgent/256") < 0 && stands("due.urgent/256") < 0, "nor does a case that is over");
}

static void test_parked(void)
{
	struct observation o = { .kind = KIND_THREAT, .flagger = true, .received_at = 7 };
	OK_(queue_parked(&f, STR("1.1.0"), &o, false, NULL) == OK && stands("unattributed.urgent/1.1.0") == 7, "a threat is urgent whoever reports it");
	o.kind = KIND_SPAM;
	OK_(queue_parked(&f, STR("1.2.0"), &o, true, NULL) == OK && stands("over-cap.trusted-flagger/1.2.0") == 7, "what waits for room stands where that waits");
	OK_(queue_unparked(&f, STR("1.2.0"), &o, NULL) == OK && stands("over-cap.trusted-flagger/1.2.0") < 0, "until it does not");
	o.flagger = false;
	OK_(queue_parked(&f, STR("1.3.0"), &o, false, NULL) == OK && stands("unattributed/1.3.0") < 0, "what nothing makes urgent has no row");
}

int main(void)
{
	struct why why;
	if (store_null.open(-1, "queue", STORE_WRITE, &store, &why) != OK)
		return 1;
	struct row_reader reader = { load_rows, store };
	f = (struct fold){ .work = work_new(&reader) };
	test_moves();
	test_parked();
	work_free(f.work);
	store_null.close(store);
	return tap_done();
}
