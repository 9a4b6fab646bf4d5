/*
 * One step of one case as rows: shared by the files of the engine.
 */
#ifndef AUPD_ENGINE_FOLD_CASE_H
#define AUPD_ENGINE_FOLD_CASE_H

#include "engine/fold.h"

/* Folds the input into the case of that row and writes case, events, acts, letters and evidence records. */
enum err step_case(struct fold *f, struct row *row, struct casefile *c, struct case_input *in, struct why *why) MUST_CHECK;
/* The next number of the counter of that name. */
enum err count_up(struct fold *f, struct str name, uint64_t *ret_n, struct why *why) MUST_CHECK;
/* Fills services and protected_ of the input: what the register says now of what could be cut. */
enum err find_services(struct fold *f, const struct casefile *c, struct case_input *in, struct why *why) MUST_CHECK;
/* A fresh number in the customer's partition, and the row under which the case will stand. */
enum err new_case(struct fold *f, struct str customer, struct str group, uint64_t thread, struct casefile *ret_case, struct row *ret_row,
	struct why *why) MUST_CHECK;
/* The row of a closed case makes room: it moves from thread 0 to a thread of its own number. */
enum err case_aside(struct fold *f, struct casefile *c, const struct row *row, struct why *why) MUST_CHECK;
/* The case moves to another thread of its group, which must be free. */
enum err case_move(struct fold *f, struct casefile *c, struct row *row, uint64_t thread, struct why *why) MUST_CHECK;

/* A case that was merged stands for the one it went into; bounded, and a broken chain is no chain. */
enum err follow_merged(struct fold *f, struct casefile *c, struct row *row, struct why *why) MUST_CHECK;
/* Notes that the event, a report, rests on what bindings said; nothing when it does not. */
enum err correction_note(struct fold *f, const struct casefile *c, const struct case_event *e, const struct observation *seen, const struct subject *whose,
	struct why *why) MUST_CHECK;
/* A row of TABLE_BINDING_USE whose time has come: what a late fact changed is told to its case; what nobody can ask again is forgotten. */
enum err correction_due(struct fold *f, struct str use_key, struct why *why) MUST_CHECK;

/* What is tried once more: no new report, and counted towards no cap of its reporter. */
enum err fold_again(struct fold *f, const struct observation *o, struct fold_result *ret_result, struct why *why) MUST_CHECK;
/* Under which key of TABLE_PARKED it waits, when it does. */
struct str fold_parked_key(struct fold *f, const struct observation *o);
/* It waits no more: what was kept of it goes along where a case or a person has it now. */
enum err fold_unpark(struct fold *f, struct str key, const struct observation *o, enum fate fate, struct why *why) MUST_CHECK;
/* What judging an observation needs of the engine. */
struct window_source fold_windows(struct fold *f);
struct subject_facts fold_facts(const struct fold *f, const struct subject *s);
/* Two reports are of one incident when they say the same of the same thing; time is the case's to compare. */
struct str incident_key(struct fold *f, const struct observation *o);
/* An item with its state; hide: the ignore rules are asked. */
enum err put_item(struct fold *f, struct item *i, bool hide, struct why *why) MUST_CHECK;
bool ignore_fits(const struct ignore_rule *r, const struct item *i);
enum err before_person(struct fold *f, const struct observation *o, const char *reason, struct why *why) MUST_CHECK;

/* Notes what was judged, for back-tests; nothing of the sealed class, and nothing about nobody of ours. */
enum err sighting_note(struct fold *f, const struct observation *o, const struct fold_result *r, struct why *why) MUST_CHECK;

/* Does a retraction of that kind concern reports of this kind? */
bool retracts(enum kind what, enum kind of);
/* Out of the windows that counted it, by the rules of that version. */
enum err take_back(struct fold *f, const struct observation *o, const struct subject *s, struct str version, struct why *why) MUST_CHECK;
enum err fold_retract(struct fold *f, const struct observation *o, const struct subject *s, const struct policy *p, struct fold_result *r,
	struct why *why) MUST_CHECK;

/*
 * The letter of an act: rendered, sealed, stored, and the act pointed at it. To the customer, or where the act says forward to the
 * reseller. text: a person's own words, or STR_NONE; seen: the report in hand, or NULL.
 */
enum err make_letter(struct fold *f, const struct casefile *c, struct act *act, struct str text, const struct observation *seen, struct why *why) MUST_CHECK;
/* What a reporter is told of a report: receipt, "not ours", "we need more"; or nothing. Notes in r whether he has its receipt. */
enum err fold_answer_report(struct fold *f, const struct observation *o, struct fold_result *r, bool again, struct why *why) MUST_CHECK;
/* What a report must still say, of the MISSING_ bits, in words. */
struct str reporter_question(struct arena *a, uint32_t missing);
/* Word to the operators when one of the events needs a person. */
enum err fold_word(struct fold *f, const struct casefile *c, const struct case_event *events, unsigned event_count, struct why *why) MUST_CHECK;
enum err put_act(struct fold *f, const struct act *act, struct why *why) MUST_CHECK;

#endif
