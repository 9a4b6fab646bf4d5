/*
 * One step of a case in progress, shared by the files of this folder.
 */
#ifndef AUPD_CASES_STEP_H
#define AUPD_CASES_STEP_H

#include "cases/case.h"

/* How the event of a case that was split off begins: grouped.c knows such a case by it. */
#define SPLIT_OFF_FROM "split off from"
/* How that of one that is put away begins: then comes the time. */
#define SNOOZED_UNTIL "put away until "

struct step_work {
	struct arena *a;
	struct casefile *c;
	const struct case_input *in;
	struct case_output *out;
	struct why *why;
};

/* The next event of the case; NULL when CASE_CHANGES_MAX is reached, which ends the step with ERR_LIMIT. */
struct case_event *step_event(struct step_work *w, enum case_event_type type, struct str actor, struct str text);
struct act *step_act(struct step_work *w, enum verb verb, struct str service, struct str label);

/* Lists of operators in a case; beyond CASE_PEOPLE_MAX no name is added. */
bool step_named(const struct str *list, unsigned count, struct str name);
void step_name(struct step_work *w, struct str **list, unsigned *count, struct str name);

/* What one report tells, and of what incident. */
struct told {
	struct str key;
	int64_t at;
	struct str reporter, shown;
};

/* FRESH: of an incident that is not among the recent ones; COPY: it shows what another name showed before; AGAIN: by a known witness. */
enum telling { TELLING_FRESH, TELLING_WITNESS, TELLING_COPY, TELLING_AGAIN };

enum err incident_count(struct step_work *w, const struct told *t, enum telling *ret_telling) MUST_CHECK;
/* How many incidents of that key lost this witness, or whoever showed the same as one. */
unsigned incident_take_back(struct step_work *w, struct str key, struct str reporter);
/* A report leaves for another case. */
void incident_release(struct step_work *w, const struct case_event *moved);
/* All that another case has counted. */
enum err incident_absorb(struct step_work *w, const struct casefile *other) MUST_CHECK;
/* And all that back. own: reports of the case's own story, for who saw what is left of an incident that both knew. */
void incident_part(struct step_work *w, const struct casefile *other, const struct case_event *own, unsigned own_count);

enum err finding_step(struct step_work *w) MUST_CHECK;
enum err open_step(struct step_work *w) MUST_CHECK;
enum err retract_step(struct step_work *w) MUST_CHECK;
enum err correct_step(struct step_work *w) MUST_CHECK;
enum err result_step(struct step_work *w) MUST_CHECK;

/* When an act may be done that nothing holds any more: now, or in the quiet hours. */
void act_quietly(const struct step_work *w, struct act *act);
/* Tells why an act is held. */
enum err hold_event(struct step_work *w, const struct act *act) MUST_CHECK;

/* Takes every step of the ladder that is due, then sets the next deadline. */
enum err ladder_run(struct step_work *w) MUST_CHECK;
void ladder_start(struct step_work *w, struct str ladder);
void ladder_pause(struct step_work *w);
void ladder_resume(struct step_work *w);
/* Brings the next deadline forward to what is due whether the ladder stands or not. */
void ladder_besides(struct casefile *c);
enum err emergency_step(struct step_work *w) MUST_CHECK;
enum err due_step(struct step_work *w) MUST_CHECK;

/* Closes the case; all that is in force is lifted. */
void case_close(struct step_work *w, struct str reason);

/* Notes the notice that a finding rests on. */
enum err copyright_note(struct step_work *w) MUST_CHECK;
void copyright_retracted(struct step_work *w);
enum err copyright_counter(struct step_work *w) MUST_CHECK;
enum err copyright_stay(struct step_work *w) MUST_CHECK;
enum err copyright_answered(struct step_work *w) MUST_CHECK;
/* A person has read what came in the meantime; *ret_done: the case is in dispute, and this was all. */
enum err copyright_goes_on(struct step_work *w, bool *ret_done) MUST_CHECK;
int64_t copyright_due_at(const struct casefile *c);
enum err copyright_due(struct step_work *w) MUST_CHECK;

/* What a report presumes of the customer's part; nothing is known any more; what a case that is merged into this one knew; a person says. */
void part_note(struct casefile *c, enum part role, enum part content);
void part_forget(struct casefile *c);
void part_absorb(struct casefile *c, const struct casefile *other);
enum err part_step(struct step_work *w) MUST_CHECK;

/* A notice of a proceeding came; a person says that the name is locked; an act of the case was done or lifted, *ret_told: this tells of it. */
enum err proceeding_note(struct step_work *w) MUST_CHECK;
enum err proceeding_locked(struct step_work *w) MUST_CHECK;
enum err proceeding_done(struct step_work *w, const struct act *act, bool *ret_told) MUST_CHECK;
/* A person enters how it was decided, or that a court was asked. */
enum err proceeding_decided(struct step_work *w) MUST_CHECK;
enum err proceeding_stay(struct step_work *w) MUST_CHECK;
void proceeding_forget(struct casefile *c);
int64_t proceeding_due_at(const struct casefile *c);
enum err proceeding_due(struct step_work *w) MUST_CHECK;

enum err operator_step(struct step_work *w) MUST_CHECK;
/* A letter that follows what a step did; none when the policy has no letter of that name, or the customer is not to be told. */
enum err step_tell(struct step_work *w, const char *letter, struct str label, uint32_t step, struct str service) MUST_CHECK;
/* Over, with that reason: what is in force is lifted. */
void case_close(struct step_work *w, struct str reason);

/* The customer, or a person for him, says that it is mended. */
enum err fixed_step(struct step_work *w) MUST_CHECK;
/* The time of a re-check is over. */
enum err remedy_due(struct step_work *w) MUST_CHECK;
/* A report came in a case that may be waiting for a re-check. */
enum err remedy_seen(struct step_work *w) MUST_CHECK;
/* A person asks for an undertaking; it is signed: the case is closed on probation. */
enum err undertaking_step(struct step_work *w) MUST_CHECK;
enum err signed_step(struct step_work *w) MUST_CHECK;
/* Did what is reported happen within the probation? */
bool undertaking_broken(const struct casefile *c, const struct observation *o, int64_t now);
/* The ladder of a case that comes open again, where it stood. */
enum err undertaking_go_on(struct step_work *w) MUST_CHECK;
/*
 * A person asks the customer for information; he has written, and what that halts is halted; the letter, in->act, came back; the time
 * came; another case takes the request over.
 */
enum err request_step(struct step_work *w) MUST_CHECK;
enum err request_answered(struct step_work *w) MUST_CHECK;
enum err request_lost(struct step_work *w) MUST_CHECK;
enum err request_due(struct step_work *w) MUST_CHECK;
void request_absorb(struct step_work *w);
bool request_is_open(const struct casefile *c);
enum err appeal_step(struct step_work *w) MUST_CHECK;
/* Tells the customer how his appeal ended. */
enum err appeal_decided(struct step_work *w) MUST_CHECK;
/* Word of a mail server about a letter. */
enum err delivery_step(struct step_work *w) MUST_CHECK;
/* in->act, when it can be told, did not arrive: by the next way, or the ladder stands and text tells why. */
enum err delivery_failed(struct step_work *w, struct str text) MUST_CHECK;
/* in->act, a letter that was not sent, is written once more. */
enum err delivery_anew(struct step_work *w) MUST_CHECK;
enum err answer_step(struct step_work *w) MUST_CHECK;
enum err approve_step(struct step_work *w) MUST_CHECK;
enum err thread_step(struct step_work *w) MUST_CHECK;
/* What the merge of this case into that one will need to be undone; the way back, on both sides. */
enum err unmerge_note(struct step_work *w) MUST_CHECK;
enum err unmerge_step(struct step_work *w) MUST_CHECK;
/* A person puts the case away, or takes it back. */
enum err snooze_step(struct step_work *w) MUST_CHECK;
/* A step was taken: what is new brings a case back that was put away. */
enum err snooze_disturbed(struct step_work *w) MUST_CHECK;

#endif
