/*
 * What is known of one reporter: whether the provider believes him, how much of his may count, and what became of his reports.
 *
 * Outcomes are weights in millionths of a report. They lose half in each half life, so that what he did long ago fades.
 */
#ifndef AUPD_MODEL_REPORTER_H
#define AUPD_MODEL_REPORTER_H

#include "model/field.h"
#include "model/ids.h"

enum { REPORTER_HALF_LIFE_DAYS = 90, REPORTER_KEPT_DAYS = 730, REPORTER_UNIT = 1000000, REPORTER_ENOUGH = 3 /* outcomes before anything is said */,
	REPORTER_CAP_MAX = 1000000, REPORTER_TEXT_MAX = 1000, REPORTER_HOUR_CAP = 5000, REPORTER_DAY_CAP = 50000 /* of who is proved, unless decided */ };

/* FLAGGER: trusted, and a trusted flagger of the law: what he reports comes first. */
enum standing { STANDING_NONE, STANDING_TRUSTED, STANDING_DISTRUSTED, STANDING_FLAGGER };
extern const char *const standing_words[];

/* Rising, but for the first. */
enum reputation { REPUTATION_CANNOT_TELL, REPUTATION_POOR, REPUTATION_FAIR, REPUTATION_GOOD };
extern const char *const reputation_words[];

/* What became of his reports of one case, as a person decided, or of one report. */
enum verdict { VERDICT_NONE, VERDICT_UPHELD, VERDICT_REFUSED, VERDICT_UNDONE, VERDICT_RETRACTED, VERDICT_NOT_OURS, VERDICT_COUNT };
extern const char *const verdict_words[];

struct reporter {
	struct str name;                        /* sealed for the subject that the row's key names, in base64 */
	enum standing standing;
	struct str because, decided_by;         /* of the standing or the cap; because is sealed like the name */
	int64_t decided_at;
	bool capped;                            /* a person decided about the cap */
	uint64_t cap_hour, cap_day;             /* most reports of his that count, as decided; 0 = no bound */
	int64_t upheld, refused, undone, retracted, not_ours;   /* as of faded_at */
	int64_t faded_at;
	uint64_t reports, over;                 /* in all; over the cap */
	uint64_t copies;                        /* that showed what another name had shown before, of the same incident: a sign, no outcome */
	uint64_t hour, in_hour, day, in_day;    /* the hour and the day in which the newest counts: ahead of the clock while others wait */
	struct position last;                   /* his newest item, its index 0: an item is one report, however much is in it */
	bool last_over;
	struct position last_not_ours;
	int64_t seen_at;
	bool silent;                            /* a person decided that no letter of ours goes there by itself */
	struct str language;                    /* of letters to him, as decided: "de"; "" = that of his mail */
	int64_t bounced_at;                     /* when a letter to him came back; 0 = none did, or somebody looked into it since */
};

extern const struct field reporter_fields[];

bool reporter_is_trusted(const struct reporter *r);

/* Halves what was before. At or before faded_at nothing changes. */
void reporter_fade(struct reporter *r, int64_t now);
/* One more, or with take one less, of what was known before. */
void reporter_verdict(struct reporter *r, enum verdict v, bool take, int64_t now);
/*
 * Of what is left now: cannot tell below REPORTER_ENOUGH outcomes; good when four of five were upheld, poor when fewer than half were.
 * A report that was taken back or met nobody of ours weighs half of one that was refused: who errs and says so is better.
 */
enum reputation reporter_reputation(const struct reporter *r, int64_t now);
struct reporter_cap {
	uint64_t hour, day;     /* 0 = no bound */
};

/* What a person decided, or the bounds that hold for whoever is proved and not trusted. Any other name has none. */
struct reporter_cap reporter_cap(const struct reporter *r, bool proven);
/*
 * When a report that came in at that time may count: at once, which is TIME_NONE, or, when he is over his cap, a time in the next hour
 * that has room. That room is taken then, so each waits once and in the order in which they came. The same item again gets the same answer.
 */
int64_t reporter_admit(struct reporter *r, const struct position *at, int64_t received_at, struct reporter_cap cap);

#endif
