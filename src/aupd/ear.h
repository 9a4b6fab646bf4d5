/*
 * The ear's state, shared by its files: ear.c listens, reads the spool and keeps account of what the judges have confirmed;
 * ear_send.c decodes one item and says to the judges what is in it.
 */
#ifndef AUPD_AUPD_EAR_H
#define AUPD_AUPD_EAR_H

#include "aupd/attempt.h"
#include "aupd/figures.h"
#include "aupd/role.h"
#include "intake/accounting.h"
#include "intake/nat.h"
#include "intake/reports.h"
#include "intake/smtp.h"
#include "model/config_radius.h"
#include "spool/reader.h"
#include "spool/spool.h"

enum { IN_FLIGHT_MAX = 4096 };

/* A frame that the judge has not confirmed yet. */
struct sent {
	struct position at;
	uint8_t lane;
};

struct decode;
struct json;
struct names;
struct ear;
struct maps;

/* The link to one of the judges. */
struct judge_link {
	struct ear *ear;
	unsigned number;
	struct bus bus;
	bool linked, greeted;           /* greeted: it has told its marks */
	bool asked_idle;                /* it wants to know when all that was taken is judged */
};

struct ear {
	struct role *role;
	struct spool *spool;
	int spool_fd, sealed_fd;
	struct arena *arena;
	const struct maps *maps;
	struct names *names;            /* NULL unless senders are proved */
	struct decode *held;            /* an item of many rows that waits for room, decoded; in the held arena */
	struct position held_at;
	struct arena *held_arena;
	struct smtp *smtps[CONFIG_LISTEN_MAX];
	struct reports *reports[CONFIG_LISTEN_MAX];
	struct accounting_listener *accounting[CONFIG_RADIUS_LISTEN_MAX];
	struct accounting_client *accounting_clients;
	struct buf messages;            /* of one item of accounting, on their way to the judge */
	struct ear_nat *nat;            /* what NATs log; NULL until it is needed */
	struct report_keys *keys;       /* of reporters, as judge 0 published them last */
	unsigned listen_count;
	struct judge_link judges[CONFIG_JUDGES_MAX];
	struct attempt *attempt;
	struct spool_reader *reader;
	struct position lane_mark[LANE_COUNT], lane_sent[LANE_COUNT];
	struct sent *flight;
	unsigned flight_from, flight_count;
	struct position done_below;     /* every item before it is confirmed */
	struct position blocked_at;     /* the item for which there was no room */
	struct timer *trim_timer, *more_timer;
	bool blocked, full;             /* full: it has been said */
	bool all_done;                  /* the reader is at the end and nothing is in flight */
	struct position unsealed_at;    /* the first sealed report whose bytes wait for the officer's key */
};

void ear_count(struct ear *e, unsigned figure);
/* A frame of one lane: has it gone, or is there room for it now? */
enum send_state { SEND_NOW, SEND_DONE, SEND_FULL };
enum send_state ear_may_send(const struct ear *e, const struct position *at, uint8_t lane);
/* False when the link takes it not now. */
bool ear_put(struct ear *e, enum frame_type type, const struct position *at, uint8_t lane, bool last, struct str body);
/* Listeners of accounting, an item of theirs as one frame, and what they count. */
enum err ear_accounting_listen(struct ear *e, struct sink door, struct why *why) MUST_CHECK;
bool ear_send_accounting(struct ear *e, const struct spool_record *r);
/* A stretch of the spool cannot be read, and accounting may have stood there. False when there was no room. */
bool ear_lose_accounting(struct ear *e, const struct position *from);
void ear_accounting_figures(struct ear *e);
/* The same of what NATs log. */
enum err ear_nat_listen(struct ear *e, struct sink door, struct why *why) MUST_CHECK;
bool ear_send_nat(struct ear *e, const struct spool_record *r);
void ear_nat_figures(struct ear *e);
/* Names the reporter of all that was decoded, and says whether he is proved. */
void ear_reporter(struct ear *e, struct decode *d, const struct json *meta);
/* Marks a report that an upstream passed on; its reporter is named. */
void ear_upstream(struct ear *e, struct decode *d);
/* The one that folds a lane. */
struct judge_link *ear_judge(struct ear *e, uint8_t lane);
/* The frames of one item; false when there was no room for one of them: the item is sent again from its beginning, what went is passed over. */
bool ear_send(struct ear *e, const struct spool_record *r);
/* What was acknowledged and cannot be read any more goes before a person, once, and is a hole of the feeds of accounting. False when there was no room. */
bool ear_send_damage(struct ear *e, const struct position *from, const struct position *to, const struct why *why);

#endif
