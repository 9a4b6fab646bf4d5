/*
 * The daemon's roles in one process, as the power cut harness runs them: ear, judge, hand and signer as they are, on a bus, timers
 * and a clock of the harness's own; and the world outside, which keeps what it was told across every power cut.
 *
 * Nothing runs by itself: world_turn delivers what lies on the bus until nothing moves, world_tick lets each timer run once more.
 */
#ifndef AUPD_TESTS_POWERCUT_WORLD_H
#define AUPD_TESTS_POWERCUT_WORLD_H

#include "aupd/judge.h"
#include "model/item.h"

enum { WORLD_TEXT_MAX = 200, WORLD_SUSPENSIONS = 100 };

enum told {
	TOLD_ACK,       /* a mail or report was acknowledged: id; at */
	TOLD_ANSWER,    /* a command was answered "done": id */
	TOLD_DO,        /* the target was told to do an act: id = its key */
	TOLD_UNDO,
	TOLD_LETTER,    /* a letter came: id = Message-ID; text = "recipient subject"; more = reply address */
	TOLD_SIGNED,    /* the signer gave a checkpoint away: size, root */
	TOLD_REFUSED,   /* the signer refused; text */
	TOLD_HOLDER,    /* bindings say who held an address: id */
	TOLD_SETTLED,   /* nothing was in hand */
	TOLD_CUT        /* the power went and came back */
};

/* What the world outside knows; after a cut in change n it knows what it was told before that. */
struct event {
	enum told told;
	size_t change;                  /* changes of the disk before it */
	int64_t at;
	char id[WORLD_TEXT_MAX], text[WORLD_TEXT_MAX], more[WORLD_TEXT_MAX];
	struct position position;
	uint64_t size;
	struct digest root;
};

struct event_list {
	struct event *list;
	size_t count, room;
};

extern struct event_list outside;
const struct event *world_told(enum told told, const char *id);        /* the last one; NULL; id NULL = any */

void world_begin(void);                 /* once: keys that are not the daemon's */
/* Starts every role on the directory. ERR_*: one of them cannot; why. */
enum err world_start(const char *root, int64_t now, struct why *why) MUST_CHECK;
void world_stop(void);                  /* in good order; the clock stays */
void world_turn(void);
void world_tick(void);
void world_pass(int64_t to);            /* the clock, from due row to due row */
int64_t world_now(void);
struct judge *world_judge(void);
unsigned world_boxes(void);             /* sealed reports that the officer's key opens */

/* Puts it into the ear's sink and remembers its acknowledgement under id. */
void world_hear(const char *id, const char *meta, struct str payload);
/* A person's command; the last answer's code. Remembered under id when it was done. */
enum err world_command(const char *id, const char *who, struct str line, struct str *ret_answer);
/* The world was told so, where no role tells it. */
void world_tell(enum told told, const char *id);

#endif
