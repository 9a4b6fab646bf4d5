/*
 * Sessions: what each message of accounting makes known of who held what, as bindings, for messages that are late, lost, repeated and out
 * of order.
 *
 * A session is known by its access server, its Acct-Session-Id, user and port, and by when it began: ids come again, some within seconds.
 * When it began is told by each message that says how long it has lasted; what differs by more than SESSION_APART_S and a hundredth is
 * another session. Absent is unchanged: a message without addresses takes none away. A change of address closes one binding and opens the
 * next one, each unsure for the time between two messages. A Stop that never comes leaves the end open: it is inferred when the same id
 * begins anew or the server says that it has started, and said to be inferred; that another session of the feed took the address is seen
 * by whoever asks (binding_grade.h). An inferred end is taken back when the session is heard of again, a told one too when that was later.
 *
 * A block of ports is confirmed by what speaks of it alone, since one message tells when it is given and one when it is taken back
 * (session_block.c): a server whose messages are seen to be lost is not believed that nothing happened in between.
 *
 * What was told before is not told again: that a session goes on is put only when that was done SESSION_CONFIRM_S ago, or longer, so that all of
 * them make no more than SESSION_CONFIRMS a second; in between it is noted. The bindings carry the session, so that a book is made again from
 * a store of them by session_recall, but for those that held nothing.
 *
 * Bounded by capacity. A session that has ended is remembered for SESSION_KEPT_S, so that its messages, when they come again, are known.
 * One thread; times come with the messages.
 */
#ifndef AUPD_ATTRIBUTION_SESSION_H
#define AUPD_ATTRIBUTION_SESSION_H

#include "attribution/binding.h"
#include "attribution/session_pace.h"

enum {
	SESSION_APART_S = 10,
	SESSION_SAME_S = 2,             /* a message of a time that is no later is no later */
	SESSION_CONFIRM_S = 300,
	SESSION_CONFIRMS = 300,         /* of 64 octets on the disk: a million sessions are confirmed every hour */
	SESSION_KEPT_S = 26 * 3600,
	SESSION_SILENT_S = 3 * 86400,   /* an open one that was not heard of for so long makes room for others */
	SESSION_LOSSY_S = 86400,        /* a server whose messages were seen to be lost is not believed for so long in what it tells once only */
	SESSION_HELD_MAX = 64,          /* bindings of one session at a time; beyond it they are told and not remembered */
	SESSION_NAS_MAX = 65536,        /* access servers */
	SESSION_KEY_LEN = 16,
};

/* Of an access server (24 bits) and a session of it (40 bits), keyed: says nothing of either. Never 0. */
typedef uint64_t session_ref;

struct session_book;

/* Takes a binding that is not normalised yet, with everything but recorded_at. An error ends the message. */
typedef enum err session_put(void *arg, const struct binding *b, struct why *why);
/* Whose login that is. ERR_NOTFOUND and others: nobody can tell. */
typedef enum err session_name(void *arg, struct str user, struct binding_subject *ret_subject);

/*
 * A session was heard of: for whoever counts what it uses or how long it lasts. Not told of a message that only repeats another one, of one
 * about a session that is not remembered, nor of one that tells of an older session under the same id.
 */
enum session_step {
	SESSION_BEGAN,                  /* it is new in the book; it may have lasted for long. Not told of one that is first heard of by its end */
	SESSION_WENT_ON,
	SESSION_ENDED,
	SESSION_LATE,                   /* what happened later was heard before, or it is its Stop once more: no count of it is newer than what is known */
	SESSION_LOST,                   /* over, as is inferred: message is NULL, and it happened between first and last */
};

struct session_heard {
	enum session_step step;
	session_ref ref;
	uint8_t feed;
	const struct binding_subject *subject;  /* zeros: nobody can tell */
	const struct accounting *message;
	struct prefix held;             /* an address of it, of one to whom the whole of it is given; bits 0 = it has none */
	uint32_t start_s, start_sure_s; /* when it began, and by when at the latest; 0 = not known */
	uint32_t first_s, last_s;       /* when that happened, rounded outwards */
	uint32_t before_s;              /* when it was heard of before; 0 = never */
	bool counted_before;
	int64_t lasted_before_us;       /* as last said; -1 = not said, or recalled. Of one that begins: of the one under its id that it is not, */
	uint32_t displaced_s;           /* which was open and heard of last then; 0 = there was none. Of a lost one: its id began anew, not its server */
	uint64_t in_before, out_before; /* as last said, wrapped as they were; what a store is recalled from does not have them */
	struct session_pace pace;       /* since it was heard of before; of one that goes on or ends */
};

typedef enum err session_heard_fn(void *arg, const struct session_heard *h, struct why *why);

struct session_sink {
	session_put *put;
	session_name *name;
	session_heard_fn *heard;        /* or NULL; behind what put is told */
	session_put *note;              /* or NULL; what put is told later, or never when the session is heard of again before */
	void *arg;
};

struct session_count {
	uint64_t messages, bindings;
	uint64_t repeated;              /* said nothing new */
	uint64_t odd;                   /* contradicted what was said before, and was left aside */
	uint64_t unnamed;               /* of a user whom the register does not have */
	uint64_t unclear;               /* spoke of an address that cannot be told */
	uint64_t crowded;               /* more sessions than there is room for: told, not remembered */
	uint64_t behind;                /* of a server whose clock is off */
};

/* capacity: sessions. NULL without memory. */
struct session_book *session_book_new(size_t capacity, const uint8_t key[SESSION_KEY_LEN]);
void session_book_free(struct session_book *b);                 /* accepts NULL */
/* One message of one feed. Errors are the sink's: the book is to be made again from the store then. */
enum err session_take(struct session_book *b, uint8_t feed, const struct accounting *e, const struct session_sink *sink, struct why *why) MUST_CHECK;
/* A binding from the store, in the order in which they were put; one without a session is passed over. */
enum err session_recall(struct session_book *b, const struct binding *one) MUST_CHECK;
/* Brings what will be recalled near to the processor: step 0 for some, then step 1 for the same, then step 2. */
void session_recall_near(const struct session_book *b, const struct binding *one, unsigned step);
const struct session_count *session_counts(const struct session_book *b);
/* When it was last heard of, rounded down; 0: it is over, or not in the book. */
uint32_t session_seen(const struct session_book *b, session_ref ref);
/* The open sessions of a server (the first 24 bits of their refs) that were heard of since then. It walks through all of them. */
unsigned session_peers(const struct session_book *b, uint32_t nas, uint32_t since_s);
struct session_open {
	session_ref ref;
	struct binding_subject subject;
	struct prefix held;             /* as in struct session_heard */
	uint32_t start_s, start_sure_s, seen_s;
};

/* Those that are open, of these subjects, at most max of them: how many there are, which may be more. It walks through the whole book. */
unsigned session_list(const struct session_book *b, const struct binding_subject *subjects, unsigned subject_count, struct session_open *ret_list, unsigned max);
size_t session_count_open(const struct session_book *b);

#endif
