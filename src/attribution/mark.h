/*
 * Identity marks: what a customer gave the provider that another contract may have in common, in the one form in which it is compared.
 *
 * A mark is compared by a keyed digest and kept as nothing else (engine/returning.h): this file only makes the text that is digested. A
 * kind is strong when hardly anybody shares it by chance; of weak ones a single one tells nothing. Hostile input: a text of at most
 * ENTITY_TEXT_MAX octets, checked by the register; numbers of cards are refused.
 */
#ifndef AUPD_ATTRIBUTION_MARK_H
#define AUPD_ATTRIBUTION_MARK_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

enum mark_kind { MARK_MAIL, MARK_PHONE, MARK_PAYMENT, MARK_NAME, MARK_DEVICE, MARK_KIND_END };
enum { MARK_STRONG = 1 << MARK_MAIL | 1 << MARK_PHONE | 1 << MARK_PAYMENT, MARK_DIGITS = 32 };
extern const char *const mark_kind_words[];
#define MARK_DIGEST "keyed:"

/* MARK_KIND_END when it is none. */
enum mark_kind mark_kind_of(struct str word);
/* Is it a digest already, as an export gives it: MARK_DIGEST and MARK_DIGITS lower hex digits? */
bool mark_is_digest(struct str text);
/*
 * The text that is compared: mail as of normal_mailbox(); phone "+" and 8 to 15 digits (E.164); payment as it is; name+postcode the words
 * of the name in order, "/" and the postcode; device in lower case, a MAC address (EUI-48) as 12 digits. A digest stays. ERR_SYNTAX;
 * ERR_DENIED for what may be the number of a card (ISO/IEC 7812-1: 13 to 19 digits with their check digit). No reason repeats the text.
 */
enum err mark_normal(struct arena *a, enum mark_kind kind, struct str text, struct str *ret_text, struct why *why) MUST_CHECK;

#endif
