/*
 * The judge: the fold over the store, the outbox, the registry and the commands of people. Shared by its files.
 *
 * One loop: frames are folded into the rows of a batch; at the end of the turn the batch is committed and only then are the
 * ears told their marks, the hand its acts, the desk its answers. A conflict with another judge folds the batch again; a
 * store that cannot write holds everything back and tries again.
 */
#ifndef AUPD_AUPD_JUDGE_H
#define AUPD_AUPD_JUDGE_H

#include "aupd/attempt.h"
#include "aupd/role.h"
#include "engine/brake.h"
#include "engine/brake.h"
#include "engine/hook.h"
#include "evidence/chest.h"
#include "evidence/ledger.h"
#include "evidence/raw.h"
#include "store/store.h"

enum { BATCH_FRAMES_MAX = 1000, BATCH_BYTES_MAX = 16 << 20 /* of bodies; one frame may be all of it */, JUDGE_RETRY_US = 1000000, RELEASE_MAX = 200 };

/* A frame of the batch, kept so that it can be folded again. */
struct held_frame {
	struct frame frame;             /* body in the batch arena */
	int fd;                         /* of a command: the connection whose credentials count; -1 */
	enum bus_end { FROM_EAR, FROM_DESK, FROM_HAND } from;
};

struct judge {
	struct role *role;
	const struct store_driver *driver;
	struct store *store;
	struct brakes brakes;
	struct fold fold;
	struct names *names;                    /* the public suffix list */
	struct registry *registry;
	struct judge_metering *metering;        /* NULL: there is no accounting */
	bool has_clocks;                        /* sessions may have clocks (judge_duration.h) */
	int64_t least_limit_us;                 /* of sessions, in that version of the register; 0 = not known yet */
	uint64_t limits_version;
	struct arena *policy_arena, *batch_arena, *scratch;
	struct held_frame batch[BATCH_FRAMES_MAX];
	unsigned batch_count;
	size_t batch_bytes;
	struct buf replies, orders;     /* frames to the desk and to the hand, sent after the commit */
	struct mark lanes[LANE_COUNT];  /* of the ear, as folded in this batch */
	bool lane_touched[LANE_COUNT];
	struct position lane_committed[LANE_COUNT];
	struct bus ear, desk, hand, signer;
	struct attempt *attempt;
	uint64_t tables_version;        /* of registry and policies together, as they are in memory */
	bool has_ear, has_desk, has_hand, has_signer, stuck, registry_stale, policies_stale;
	struct held_frame clock;        /* a step of the test clock that waits until the ear has nothing in flight */
	bool clock_waits, hand_is_new, nft_is_new, ear_lost;
	char clock_text[256];
	struct timer *due_timer, *retry_timer;
	struct chest *chest;            /* raw bytes of what became evidence, and of what waits for a person */
	struct {
		struct position at;
		struct str raw;         /* kept already: their reference */
		bool alone;             /* one observation is all that the item says */
	} in_hand;                      /* the item whose observation is folded now */
	struct {
		struct position start;
		struct raw_reference raw;
	} waits;                        /* the last item kept for people: whatever else of it waits has the same bytes */
	int evidence_fd;
	struct ledger *ledger;          /* number 0 alone has one */
	int ledger_fd;
	uint64_t ledger_orders[LANE_COUNT];     /* of each partition: how many records have their leaf */
	struct timer *ledger_timer;
	bool ledger_due, ledger_asked, ledger_waits; /* the timer runs; the signer owes an answer; the last round failed */
	int64_t clock_offset;           /* of the wall clock against the monotonic one, when last looked at; 0 = never */
	struct why ledger_broken;       /* err: why it stands still */
	struct judge_witnesses *witnesses;      /* NULL: the configuration has none */
	struct judge_stamps *stamps;            /* the same */
	struct judge_oidc *oidc;                /* the same */
	struct judge_bindings *bindings;        /* NULL: the configuration has none */
	struct judge_usage *usage;              /* the same */
	struct hook_set hooks;          /* who is told by webhook; texts in hooks_arena */
	struct arena *hooks_arena;
	bool hooks_stale;               /* a batch that was committed, or will be, changes them */
	bool erasing;                   /* this look took a step of an erasure, or of another long walk */
	bool keys_stale;                /* the ear has not been told the table of reporters' keys as it is now */
	unsigned reporter_keys;         /* how many it was told */
};

/* Errors of the moment: all is tried again. Every other error is that of the item or row in hand. */
bool judge_passes(enum err e);
/* What waits for a commit goes out. What is not taken is asked for again: by the person, or when the order was not answered in time. */
void judge_send_kept(struct bus *to, bool is_up, struct buf *kept, const char *whom);
/* The store takes nothing: links pause, and all is tried again. */
void judge_get_stuck(struct judge *j, const struct why *why);
/* Everything due by now, until nothing more is; false when the judge got stuck. Commits by itself; between batches only. */
bool judge_due(struct judge *j);
void judge_set_due_timer(struct judge *j);
/* Says when somebody set the clock. Deadlines are times of the wall clock and hold as they stand. */
void judge_watch_clock(struct judge *j);

/* Notes in the batch that registry or policies change, for the other judges. */
enum err judge_tables_change(struct judge *j, struct why *why) MUST_CHECK;
/* Loads both again when another judge has changed them. */
enum err judge_tables_follow(struct judge *j, struct why *why) MUST_CHECK;
/* Tells the ear which keys of reporters hold, when it is stale: behind a commit alone. What fails is tried again by and by. */
void judge_keys_tell(struct judge *j);
/* Loads policies and registry from the store. */
enum err judge_load_policies(struct judge *j, struct why *why) MUST_CHECK;
enum err judge_load_registry(struct judge *j, struct why *why) MUST_CHECK;
/* Behind a commit: what it put into the registry stays. */
enum err judge_keep_registry(struct judge *j, struct why *why) MUST_CHECK;
/* The key of reply tokens and receipts, made when there is none; and how far the ears' frames were folded. */
enum err judge_token_key(struct judge *j, int data_fd, struct why *why) MUST_CHECK;
enum err judge_read_marks(struct judge *j, struct why *why) MUST_CHECK;

/* One command of a person, folded into the batch; its answer is put with the replies. */
void judge_answer(struct judge *j, const struct held_frame *h);

/*
 * Raw bytes: kept by the fold's callback, given as the text of a reference. ERR_FULL, ERR_IO: the disk takes none now. What
 * was kept for rows that are dropped is forgotten.
 */
enum err judge_raw_open(struct judge *j, struct why *why) MUST_CHECK;
/* Which item the fold is at; NULL: none. judge_keep gives nothing of any other, but for what waits. */
void judge_in_hand(struct judge *j, const struct position *at, bool alone, struct str raw);
enum err judge_keep(void *arg, const struct position *at, struct str subject, struct str *ret_text, struct why *why) MUST_CHECK;
void judge_raw_forget(struct judge *j);
/* Overwrites what was kept where it lies. OK also when it was before. */
enum err judge_raw_wipe(void *arg, struct str text, struct why *why) MUST_CHECK;
/* ret_salt: what opens the commitment; or NULL. */
enum err judge_raw_read(struct judge *j, struct arena *a, struct str text, struct str *ret_bytes, uint8_t ret_salt[32], struct why *why) MUST_CHECK;

/* The sequencer: records that were committed get their leaf, then a checkpoint is signed. Commits by itself; between batches only. */
enum err judge_ledger_open(struct judge *j, struct why *why) MUST_CHECK;
void judge_ledger_close(struct judge *j);
void judge_ledger_turn(struct judge *j);                /* now */
void judge_ledger_soon(struct judge *j);                /* within a second */
void judge_ledger_now(struct judge *j);                 /* when the batch is done */
void judge_ledger_linked(struct judge *j, int take_fd);
/* "ORIGIN SIZE ROOT" of the last signed checkpoint; STR_NONE before the first, and when the ledger stands still. */
struct str judge_ledger_told(struct judge *j, struct arena *a);
/* Which leaf a record has; ERR_AGAIN: none yet. */
enum err judge_ledger_leaf(struct judge *j, struct arena *a, uint8_t partition, uint64_t order, uint64_t *ret_leaf, struct why *why) MUST_CHECK;

/* Is enforcement switched on? What a command switched holds for all judges and outlives a restart; before, the configuration. */
enum err judge_enforces(struct judge *j, bool *ret_on, struct why *why) MUST_CHECK;
/* An act whose time has come: its order is put with the others, or it is held. */
enum err judge_release(struct judge *j, const struct row *row, struct why *why) MUST_CHECK;
/* Behind a commit: says in log and status what the brakes have held. */
void judge_tell_brakes(struct judge *j);
/*
 * A new hand has no order in hand: what the old one has not answered is due now. Desired against actual: what is in force is
 * looked at again. When only the child that runs nft is new, its acts alone are. Commits by itself; between batches only.
 */
enum err judge_reconcile(struct judge *j, struct why *why) MUST_CHECK;

/* judge.c: the end of a turn; a look at what is due by now, and the time of the next one. */
void judge_turn(struct judge *j);
void judge_look(struct judge *j);
/* judge_link.c */
void judge_link(struct role *r, struct str name, int take_fd);
/* While paused nothing is read from ear and hand; commands are refused, also those of the batch. */
void judge_links_pause(struct judge *j, bool paused);
/* A command that was put off is folded now, as if the desk had sent it. */
void judge_link_again(struct judge *j, const struct position *at, struct str body);

/* The walk that writes of old rows what is derived from newer ones: its row, when there is something to write; and one slice of it. */
enum err judge_backfill_begin(struct judge *j, struct why *why) MUST_CHECK;
bool judge_backfill_is(const struct row *due);
enum err judge_backfill(struct judge *j, struct why *why) MUST_CHECK;

/* Commits the effects of the work and the marks of the batch. */
enum err judge_commit(struct judge *j, struct why *why) MUST_CHECK;

/* The row of TABLE_SWITCH with the draft that is tried: its bundle; owner = who proposed it; rank = since when. */
#define JUDGE_SHADOW STR("policy-shadow")

#endif
