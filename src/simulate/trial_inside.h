/*
 * The inside of a trial, for trial.c (questions and answers) and trial_feed.c (what arrives). See trial.h.
 */
#ifndef AUPD_SIMULATE_TRIAL_INSIDE_H
#define AUPD_SIMULATE_TRIAL_INSIDE_H

#include "attribution/bindings.h"
#include "attribution/feed_listen.h"
#include "attribution/lease.h"
#include "attribution/nat_block.h"
#include "attribution/session.h"
#include "intake/accounting_read.h"
#include "intake/nat_read.h"
#include "simulate/isp_lease.h"
#include "simulate/isp_nat.h"
#include "simulate/isp_packet.h"
#include "simulate/trial.h"

/* Numbers of feeds. */
enum { TRIAL_ACCOUNTING = 1, TRIAL_LEASE, TRIAL_NAT, TRIAL_FEEDS };

struct run {
	const struct trial *t;
	struct isp *isp;
	struct truth *truth;
	struct session_book *book;
	struct registry *registry;
	struct binding_book *names;
	struct feed_health *health;
	struct bindings view;
	struct feed_listen heard[TRIAL_FEEDS];
	struct ipfix_book ipfix;
	struct lease_reader reader;
	struct lease_book leases;
	struct arena *leases_arena;
	uint8_t feeds[TRIAL_FEEDS];     /* that there are, those of NATs last */
	bool leased;
	struct buf octets;
	struct dice dice;
	struct radius_writer writer;
	struct accounting_texts texts;
	struct arena *arena;            /* of one question */
	struct binding *kept;           /* all of them, for restarts */
	size_t kept_count, kept_room;
	int64_t now;
	uint64_t asked;
	struct tally *sum;
};

/* What a trial rests on, but for the provider: books, index, register. plan: of whom the register tells. */
enum err trial_feed_begin(struct run *r, const struct isp_plan *plan, struct why *why) MUST_CHECK;
void trial_feed_done(struct run *r);
/* A message as the daemon takes it. */
enum err trial_feed_take(struct run *r, const struct isp_message *m, struct why *why) MUST_CHECK;
/* The book of sessions is made again, of the bindings that were kept. */
enum err trial_feed_restart(struct run *r) MUST_CHECK;

#endif
