/*
 * Rows: the shape in which everything is stored. A row is a key in a table, a version, a few columns that queries use,
 * and a body by the noun's field table.
 *
 * The store (store/store.h) knows no noun: it loads rows by key, commits effects that name the version they were folded
 * from, and pages over the index columns. What must be unique is a key.
 */
#ifndef AUPD_MODEL_ROW_H
#define AUPD_MODEL_ROW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "model/ids.h"

enum { ROW_KEY_MAX = 512, ROW_BODY_MAX = 8 << 20 };

/* Each table with the form of its key. Never renumbered: the number is stored. */
enum table {
	TABLE_CASE = 1,         /* customer "/" group "/" thread; rank = case number */
	TABLE_CASE_EVENT,       /* case number "/" n: what happened to the case; rank = when it was decided */
	TABLE_WINDOW,           /* rule "/" subject: a rule's count over time */
	TABLE_SEEN,             /* keyed digest of a report's content: the second copy is a duplicate; due = when it may go */
	TABLE_PARKED,           /* position: an observation that could not be judged; due = next try */
	TABLE_ACT,              /* idempotency key: one act of the outbox, desired against actual; owner = case; due = next try */
	TABLE_RECORD,           /* evidence record by id; rank = RECORD_RANK */
	TABLE_OPENING,          /* record id: sealed salts and values of its commitments; owner = subject */
	TABLE_ITEM,             /* position: an item before a person (triage), or kept with its outcome; state = its state */
	TABLE_IGNORE,           /* "rules": the rules that hide items */
	TABLE_RECEIPT,          /* receipt id: what became of a report; owner = "api:" and the client that reported it with a key; it names nobody else */
	TABLE_TOKEN,            /* digest of a reply token: the case and letter it belongs to */
	TABLE_LETTER,           /* Message-ID: the letter, sealed; owner = case */
	TABLE_POLICY,           /* policy version: text, rules, letters, hash; rank = effective time */
	TABLE_ENTITY,           /* registry: type "/" id; owner = customer */
	TABLE_COUNTER,          /* name: a number (last case of a partition, order of records) */
	TABLE_REPORTER,         /* reporter id: reputation and caps */
	TABLE_SWITCH,           /* name: enforcement on or off, kill switch, do-not-tell */
	TABLE_ATTRIBUTION,      /* "look-up/" time: who looked up whom, and why; "deed/" time: what an operator did */
	TABLE_APPROVAL,         /* act key or case: who asked, who approved */
	TABLE_SESSION,          /* console sessions; owner = operator */
	TABLE_OPERATOR,         /* operator name */
	TABLE_LEAF,             /* first leaf of a run, 16 hex digits: records that follow each other in ledger and partition; rank as theirs */
	TABLE_BINDING_USE,      /* address in 32 hex digits "/" case number "/" n: a report of a case whose customer bindings told; owner =
				   customer; rank = when it happened; due = when its bindings are forgotten */
	TABLE_HOLD,             /* subject, or case number: until when nothing of it may be erased or purged; due = then */
	TABLE_ERASURE,          /* keyed digest of a subject: who asked for its erasure, and how far it is; "purge": what retention took; due = next step */
	TABLE_SIGHTING,         /* time "." position of its first "." n: what a batch judged, sealed (model/sighting.h); rank = time; due = when it is forgotten */
	TABLE_QUEUE,            /* queue "/" case number, or act: why a person must look, while it holds; state = the queue; rank = since when */
	TABLE_BULK,             /* number in 8 digits: a command over many cases; owner = who gave it; rank = when; state = "done" or "undone" */
	TABLE_MACRO,            /* name: a sequence of what people do to a case; owner = who wrote it */
	TABLE_FIND,             /* kind "/" keyed digests of a word "/" case number: where a search leads (engine/find.h); owner = digest of the reporter whose it is */
	TABLE_API_KEY,          /* SHA-256 of the key, hex: whose it is, until when; owner = his id; state = valid or revoked; rank = when it was made */
	TABLE_REPLAY,           /* digest of a principal and his Idempotency-Key: what he asked, and the answer; due = when it is forgotten */
	TABLE_FORWARDING,       /* case number: the complaint as it was passed on to the reseller; owner = reseller; rank = when; due = by when it answers */
	TABLE_CONDUCT,          /* reseller: what its scorecard is computed from, which versions it acknowledged; due = conduct_due_at */
	TABLE_ONETIME,          /* SHA-256 of a one-time link's token, hex: what it opens; owner = customer; due = when it expires */
	TABLE_UPSTREAM,         /* UPSTREAM "/" REFERENCE: a complaint that an upstream passed on to us; owner = upstream; rank = when; due = by when it wants the result */
	TABLE_WEBHOOK,          /* id: whom to tell of what, see model/webhook.h; owner = scope "/" id of whose it is; state; due = when more of it is removed */
	TABLE_DELIVERY,         /* webhook "/" id: one event as one webhook is told of it; owner as the webhook's; state; rank = when it happened; due = when it is forgotten */
	TABLE_HOOK_LANE,        /* webhook "/" case or receipt: what it still has to be told of that; owner as the webhook's; state = "waiting" or "sent"; due = next try */
	TABLE_HOOK_REPORTS,     /* case number: the reports whose reporters are told when their state changes */
	TABLE_MARK,             /* marks of customers whose contract was ended (engine/returning.h): kind "/" digest: whose; "case/" number: which; "met/"
				   customer: which he has in common; owner of these two = customer; due = when it is forgotten, or looked at */
	TABLE_DIGEST,           /* "wait/" customer: letters that wait for the digest of the account, due = when it goes; "sent/" Message-ID: those that went
				   in one; owner = customer */
	TABLE_DURATION,         /* how long sessions last (engine/duration.h): "clock/" session, "left/" subject, "over/" customer; owner = customer, "" when the
				   register does not tell; due = when it is looked at */
	TABLE_METERING,         /* access server "/" kind of sign "/" day: the accounts that showed it (engine/metering.h); due = when they are compared */
	TABLE_IDENTITY,         /* "sub/" digest of an issuer and a subject: the account that he is, its owner; "begun/" digest of a state: a sign-in that has begun
				   (model/identity.h); due = when it is over */
	TABLE_END
};

struct row {
	enum table table;
	struct str key;
	uint64_t version;       /* of the stored row; 0 = there is none */
	struct str owner;       /* index: (table, owner, rank) */
	struct str state;       /* index: (table, state, rank) */
	struct str tenant;      /* reseller path "/r1/r2/", for views that may see their own tree only */
	int64_t due_at;         /* index: (due) over all tables; TIME_NONE = never */
	int64_t rank;           /* order within its table */
	struct str body;
};

struct row_key {
	enum table table;
	struct str key;
};

enum effect_op { EFFECT_PUT, EFFECT_DELETE };

/* row.version is the version that was read (0: the key must be free); the store writes version + 1. */
struct effect {
	enum effect_op op;
	struct row row;
};

enum hop { HOP_LANE = 1, HOP_PARTITION = 2 };

/* Everything of (source, hop, lane or partition) up to and including at has been folded. */
struct mark {
	uint32_t source;
	enum hop hop;
	uint8_t lane;
	struct position at;
};

enum { QUERY_LIMIT_MAX = 1000 };

/* Keyset paging: rows after (after_rank, after_key) in the order of (rank, key), or of due when due_by is set. */
struct query {
	enum table table;       /* 0 with due_by: all tables */
	struct str owner;       /* STR_NONE = any */
	struct str state;       /* STR_NONE = any; exact */
	struct str tenant;      /* prefix; STR_NONE = all */
	struct str below;       /* a reseller: rows whose path goes through it; STR_NONE = all */
	struct str key_prefix;  /* STR_NONE = any */
	int64_t due_by;         /* rows due at or before; TIME_NONE = do not ask */
	bool descending;
	bool by_age;            /* of a table: in the order in which its rows were first written, behind the place after_rank; the rank of what is told is its place,
				   which holds until the store is shredded */
	bool by_key;            /* in the order of keys alone, after after_key: walks through a whole table, whatever its indexes */
	bool has_after;
	int64_t after_rank;
	struct str after_key;
	unsigned limit;         /* 1..QUERY_LIMIT_MAX */
};

/* Records are counted in each partition; the sequencer reads them in this order and gives them their leaf. */
#define RECORD_RANK(partition, order) ((int64_t)(((uint64_t)(partition) << 48) | (order)))
const char *table_text(enum table t);

#endif
