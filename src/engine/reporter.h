/*
 * Reporters' accounts as rows of TABLE_REPORTER: who is believed, what counts, what became of it. See model/reporter.h.
 *
 * A row is named by a keyed digest and holds the reporter's name sealed under his own key: erasing him takes both. A name that is
 * proved has one from his first report on, any other one only when a person decided something about it. Only of a name that is
 * proved is there a reputation: any other one could be borrowed, and ruined.
 */
#ifndef AUPD_ENGINE_REPORTER_H
#define AUPD_ENGINE_REPORTER_H

#include "engine/fold.h"
#include "model/reporter.h"

#define REPORTER_PREFIX STR("reporter/")

/* What a person has of the row. The name "" and no reason when the key is gone. */
struct reporter_shown {
	struct reporter account;        /* its name, because and decided_by in clear */
	enum reputation reputation;     /* now */
	struct reporter_cap cap;        /* that holds now */
};

/* Fills in what the observation's reporter is to us, and when it may count (TIME_NONE: now). again: it is no new report, and counts towards no cap. */
enum err reporter_know(struct fold *f, struct observation *o, bool again, int64_t *ret_waits_until, bool *ret_distrusted, struct why *why) MUST_CHECK;
/* What became of one report of his; once an item for VERDICT_NOT_OURS. Nothing for a name that is not proved. */
enum err reporter_outcome(struct fold *f, const struct observation *o, enum verdict v, struct why *why) MUST_CHECK;
/* Is that the proved name of a trusted flagger? */
enum err reporter_is_flagger(struct fold *f, struct str name, bool *ret_is, struct why *why) MUST_CHECK;
/* A report of his showed what another name had shown before: noted, and held against nobody. Nothing for a name that is not proved. */
enum err reporter_copied(struct fold *f, struct str name, struct why *why) MUST_CHECK;
/* A person has decided about the case: all who reported what it remembers, once a decision. Notes it in the case. */
enum err reporter_decided(struct fold *f, struct casefile *c, enum verdict v, struct why *why) MUST_CHECK;

/* By name, in any case of letters. ERR_NOTFOUND. */
enum err reporter_load(struct fold *f, struct str name, struct reporter_shown *ret_shown, struct why *why) MUST_CHECK;
enum err reporter_open(struct fold *f, const struct row *row, struct reporter_shown *ret_shown, struct why *why) MUST_CHECK;

/* Sealed for the reporter of that row's key, in base64; what: where it stands, another for each. */
enum err reporter_seal(struct fold *f, struct str key, const char *what, struct str text, struct str *ret_sealed, struct why *why) MUST_CHECK;
/* STR_NONE when there is none or its key is gone. */
struct str reporter_unseal(struct fold *f, struct str key, const char *what, struct str sealed);

/* What is known of letters to an address, and to whoever reports by that name ("" = no other than the address). */
struct reporter_wish {
	bool silent;                    /* none by itself */
	bool bounced;                   /* one came back from the address */
	struct str language;            /* "" = nobody decided */
};
enum err reporter_wish(struct fold *f, struct str address, struct str name, struct reporter_wish *ret_wish, struct why *why) MUST_CHECK;
/* The letter with that Message-ID came back. Nothing when it was none to a reporter. */
enum err reporter_bounced(struct fold *f, struct str message_id, struct why *why) MUST_CHECK;

enum reporter_deed { REPORTER_STAND, REPORTER_CAP, REPORTER_WRITE };

/* A person's decision; leaves a record. standing, both caps, or silent and language, by what. */
struct reporter_decision {
	enum reporter_deed what;
	enum standing standing;
	uint64_t cap_hour, cap_day;
	bool silent;
	struct str language;
	struct str name, actor, because;
};

enum err reporter_decide(struct fold *f, const struct reporter_decision *d, struct why *why) MUST_CHECK;

#endif
