/*
 * Complaints about a reseller's customer, passed on to the reseller: sent, acknowledged, answered, late, come back.
 *
 * The ladder that the policy names for resellers drives it (cases/ladder.c); here stands what became of it, one row a case, and what
 * the scorecard counts of it. Least personal data: the reseller is told the customer's id, what it is about and when; never by whom.
 */
#ifndef AUPD_ENGINE_FORWARD_H
#define AUPD_ENGINE_FORWARD_H

#include "engine/fold.h"
#include "model/forwarding.h"

/*
 * The ladder of a finding: the policy's for resellers in the place of the rule's own, where a reseller serves the customer and the
 * provider does not act itself. Its own: emergencies, advice, the sealed class, cases about resellers, and the customers of a reseller
 * whose review has failed (engine/remedy.h).
 */
enum err forward_ladder(struct fold *f, const struct subject *s, const struct finding *found, struct str *ret_ladder, struct why *why) MUST_CHECK;
/* A letter of the case goes to its reseller: the forwarding is begun, or reminded of. */
enum err forward_sent(struct fold *f, const struct casefile *c, const struct act *act, struct why *why) MUST_CHECK;
/* The case is closed: nothing is expected any more. */
enum err forward_closed(struct fold *f, const struct casefile *c, struct why *why) MUST_CHECK;
/* A row of TABLE_FORWARDING whose time has come: no answer arrived. */
enum err forward_due(struct fold *f, struct str key, struct why *why) MUST_CHECK;
/*
 * A mail to a letter of case `number`, of a machine only where it says Status. *ret_taken: the letter was one to the reseller, and all has been done with the mail.
 * c, row: the case, or the one it was merged into.
 */
enum err forward_answer(struct fold *f, const struct item *i, uint64_t number, struct str message_id, struct casefile *c, struct row *row, bool *ret_taken,
	struct why *why) MUST_CHECK;

/*
 * What a reseller says over the API to what was passed on to it: the same as a mail whose first line is `word`. Said again it changes
 * nothing. ERR_NOTFOUND: nothing was passed on to that reseller. ERR_RANGE: no word of that kind. ERR_CONFLICT: it has been answered
 * otherwise, or closed. ERR_LIMIT: more than FORWARD_ANSWERS_MAX answers.
 */
struct forward_said {
	struct str reseller, actor;     /* actor: as it stands in the case */
	enum forward_state state;       /* FORWARD_ACKNOWLEDGED or FORWARD_ANSWERED: what the word has to say */
	struct str word, text;          /* text: what stands below it; may be "" */
};
enum err forward_say(struct fold *f, uint64_t number, const struct forward_said *said, struct forwarding *ret_forwarding, struct why *why) MUST_CHECK;

/* One of the addresses that the register has of the reseller. A token alone proves little: letters are passed on. */
bool forward_is_resellers(const struct fold *f, struct str reseller, struct str sender);

/* XARF 4 of the case for the mail with that key; seen = the report that it is about, or NULL when it is no longer at hand. */
struct str forward_xarf(struct fold *f, const struct casefile *c, struct str key, const struct observation *seen);
/* Each word by which a complaint is answered, closed by NULL; those that acknowledge it are not in it. */
extern const char *const forward_result_words[];
/* Says a line "Status: WORD", the first that says anything: what a program means, and nobody who is away. */
bool forward_is_status(struct str text);
/* What the first line that says anything of an answer says; false when it is no word that is agreed on. */
bool forward_word(struct str text, enum forward_state *ret_state, enum forward_answer *ret_answer);

#endif
