/*
 * The table of profiles. See redaction.h.
 */
#include "evidence/redaction.h"

const char *const redaction_profile_words[] = { "none", "full", "customer", "reporter", "reseller", "body", NULL };
const char *const redaction_reason_words[] = { "none", "staff", "customer", "reporter", "internal", "raw", "cannot-tell", "gone", "link", "address", NULL };

/* What a value is, by its name, its event and its actor. */
enum item {
	ITEM_UNKNOWN,
	ITEM_ROLE,              /* an actor that is no person: a rule, the clock, a driver, "customer" */
	ITEM_STAFF,             /* any other actor */
	ITEM_CUSTOMER,          /* who it is, also as an actor */
	ITEM_SOURCE, ITEM_BINDING, ITEM_REPORTER,
	ITEM_LATE,              /* address and binding of a late fact: whose they are is what it changed */
	ITEM_TOLD,              /* a text of the daemon's own words */
	ITEM_SAID,              /* the customer's words */
	ITEM_WRITTEN,           /* a person's words in a letter to the customer */
	ITEM_NOTED,             /* every other text */
	ITEM_RAW,
	ITEMS
};

enum rule { HIDE, SHOW, MASK, OWN /* shown where the report is the reporter's own */ };

static const struct {
	uint8_t rules[REDACTION_PROFILES];
	enum redaction_reason reason;
	bool says_length;
} table[] = {
	/*                    none  full  customer reporter reseller body */
	[ITEM_UNKNOWN] =  { { SHOW, SHOW, HIDE,    HIDE,    HIDE,    HIDE }, REASON_CANNOT_TELL, false },
	[ITEM_ROLE] =     { { SHOW, SHOW, SHOW,    SHOW,    SHOW,    SHOW }, REASON_NONE, false },
	[ITEM_STAFF] =    { { SHOW, SHOW, HIDE,    HIDE,    HIDE,    HIDE }, REASON_STAFF, false },
	[ITEM_CUSTOMER] = { { SHOW, SHOW, SHOW,    HIDE,    SHOW,    SHOW }, REASON_CUSTOMER, false },
	[ITEM_SOURCE] =   { { SHOW, SHOW, SHOW,    OWN,     SHOW,    SHOW }, REASON_CUSTOMER, false },
	[ITEM_BINDING] =  { { SHOW, SHOW, SHOW,    HIDE,    HIDE,    SHOW }, REASON_CUSTOMER, false },
	[ITEM_REPORTER] = { { SHOW, SHOW, HIDE,    OWN,     HIDE,    HIDE }, REASON_REPORTER, false },
	[ITEM_LATE] =     { { SHOW, SHOW, HIDE,    HIDE,    HIDE,    HIDE }, REASON_CANNOT_TELL, false },
	[ITEM_TOLD] =     { { SHOW, SHOW, MASK,    HIDE,    MASK,    MASK }, REASON_CUSTOMER, true },
	[ITEM_SAID] =     { { SHOW, SHOW, MASK,    HIDE,    HIDE,    MASK }, REASON_CUSTOMER, true },
	[ITEM_WRITTEN] =  { { SHOW, SHOW, MASK,    HIDE,    HIDE,    MASK }, REASON_CUSTOMER, true },
	[ITEM_NOTED] =    { { SHOW, SHOW, HIDE,    HIDE,    HIDE,    HIDE }, REASON_INTERNAL, true },
	[ITEM_RAW] =      { { SHOW, SHOW, HIDE,    HIDE,    HIDE,    HIDE }, REASON_RAW, true },
};
_Static_assert(sizeof(table) / sizeof(table[0]) == ITEMS, "each item has its line");

/* Whose words the text of an event is. A kind of event that is not here is one that people note. */
static const uint8_t told[] = {
	[EVENT_FINDING] = ITEM_TOLD, [EVENT_WITNESS] = ITEM_TOLD, [EVENT_OPENED] = ITEM_TOLD, [EVENT_STEP] = ITEM_TOLD, [EVENT_ACT_DONE] = ITEM_TOLD,
	[EVENT_ACT_LIFTED] = ITEM_TOLD, [EVENT_AUTO_ANSWER] = ITEM_TOLD, [EVENT_BOUNCE] = ITEM_TOLD, [EVENT_PAUSED] = ITEM_TOLD, [EVENT_RESUMED] = ITEM_TOLD,
	[EVENT_RESOLVED] = ITEM_TOLD, [EVENT_REOPENED] = ITEM_TOLD, [EVENT_RETRACTED] = ITEM_TOLD, [EVENT_RESTORED] = ITEM_TOLD, [EVENT_DELIVERY] = ITEM_TOLD,
	[EVENT_UNANSWERED] = ITEM_TOLD, [EVENT_ANSWER] = ITEM_SAID, [EVENT_APPEAL] = ITEM_SAID, [EVENT_FIXED] = ITEM_SAID, [EVENT_SIGNED] = ITEM_SAID,
	[EVENT_COUNTER] = ITEM_SAID, [EVENT_LETTER] = ITEM_WRITTEN, [EVENT_REQUEST] = ITEM_WRITTEN, [EVENT_UNDERTAKING] = ITEM_WRITTEN,
};

static unsigned find(const char *const *words, struct str word)
{
	unsigned i = 1;
	while (words[i] && !str_eq(word, str_of(words[i])))
		i++;
	return words[i] ? i : 0;
}

enum redaction_reason redaction_reason_find(struct str word)
{
	return (enum redaction_reason)find(redaction_reason_words, word);
}

enum redaction_profile redaction_profile_find(struct str word)
{
	return (enum redaction_profile)find(redaction_profile_words, word);
}

/* The daemon itself, of which no person said a word. */
static bool is_daemon(struct str actor)
{
	return str_starts(actor, STR("rule ")) || str_starts(actor, STR("driver ")) || str_eq(actor, STR("rule")) || str_eq(actor, STR("clock")) ||
		str_eq(actor, STR("customer's mail server")) || str_eq(actor, STR("reporter"));
}

static bool is_role(struct str actor)
{
	return is_daemon(actor) || str_eq(actor, STR("customer")) || str_eq(actor, STR("rights holder")) || str_eq(actor, STR("reseller")) ||
		str_eq(actor, STR("late fact"));
}

static bool is_customer(struct str actor)
{
	return str_eq(actor, STR("customer")) || str_starts(actor, STR("customer "));
}

static enum item text_of(enum case_event_type type, struct str actor)
{
	enum item item = type < sizeof(told) ? (enum item)told[type] : ITEM_UNKNOWN;
	bool daemon = is_daemon(actor);
	if (item == ITEM_TOLD)
		return daemon ? ITEM_TOLD : ITEM_NOTED;
	if (item == ITEM_SAID)
		return is_customer(actor) ? ITEM_SAID : ITEM_NOTED;
	if (item == ITEM_WRITTEN)
		return daemon ? ITEM_TOLD : ITEM_WRITTEN;
	return ITEM_NOTED;
}

static enum item item_of(const struct redaction_about *about, struct str name, struct str value)
{
	enum case_event_type type = (enum case_event_type)find(case_event_words, about->kind);
	if (str_eq(name, STR("raw")))
		return ITEM_RAW;
	if (str_eq(name, STR("actor")))
		return is_role(value) ? ITEM_ROLE : is_customer(value) ? ITEM_CUSTOMER : ITEM_STAFF;
	if (str_eq(name, STR("customer")))
		return ITEM_CUSTOMER;
	if (str_eq(name, STR("source")))
		return type == EVENT_CORRECTED ? ITEM_LATE : ITEM_SOURCE;
	if (str_eq(name, STR("binding")))
		return type == EVENT_CORRECTED ? ITEM_LATE : ITEM_BINDING;
	if (str_eq(name, STR("reporter")))
		return ITEM_REPORTER;
	return str_eq(name, STR("text")) ? text_of(type, about->actor) : ITEM_UNKNOWN;
}

enum err redaction_judge(struct arena *a, const struct redaction_about *about, struct str name, struct str value, struct redaction_verdict *ret_verdict)
{
	enum item item = item_of(about, name, value);
	enum rule rule = (enum rule)table[item].rules[about->profile];
	struct redaction_verdict v = { .how = REDACTION_WITHHELD, .reason = table[item].reason, .says_length = table[item].says_length };
	unsigned masks = 0;
	if (rule == SHOW || (rule == OWN && about->own))
		v = (struct redaction_verdict){ .how = REDACTION_SHOWN };
	if (rule == MASK) {
		enum err e = redaction_mask(a, value, &v.pieces, &masks);
		if (e == ERR_UNKNOWN)
			v.reason = REASON_CANNOT_TELL;
		else if (e)
			return e;
		else
			v = (struct redaction_verdict){ .how = masks ? REDACTION_MASKED : REDACTION_SHOWN, .pieces = v.pieces };
	}
	*ret_verdict = v;
	return OK;
}
