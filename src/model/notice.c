/*
 * The elements of a copyright notice as its facts tell them. See observation.h.
 */
#include "model/observation.h"

const char *const notice_words[] = { "none", "complete", "incomplete", "unclear", NULL };

static const struct { const char *fact, *text; } elements[] = {
	{ "dmca-signature", "a signature of the owner or of who may act for the owner" },
	{ "dmca-work", "which work it is about" },
	{ "dmca-material", "which material it is, and the link or address where it is" },
	{ "dmca-contact", "how you can be reached: address, telephone, mail" },
	{ "dmca-good-faith", "that you believe in good faith that the use is not authorized by the owner, its agent or the law" },
	{ "dmca-accuracy", "that what you say is accurate and, under penalty of perjury, that you may act for the owner" },
};

enum { ELEMENTS = sizeof(elements) / sizeof(elements[0]) };

enum notice_state notice_state(const struct observation *o)
{
	unsigned present = 0, absent = 0;
	for (unsigned i = 0; i < ELEMENTS; i++) {
		struct str state = observation_value(o, elements[i].fact);
		present += str_eq(state, STR("present"));
		absent += str_eq(state, STR("absent"));
	}
	return absent ? NOTICE_INCOMPLETE : present == ELEMENTS ? NOTICE_COMPLETE : NOTICE_UNCLEAR;
}

struct str notice_missing(struct arena *a, const struct observation *o)
{
	struct str s = STR_NONE;
	for (unsigned i = 0; i < ELEMENTS; i++) {
		struct str state = observation_value(o, elements[i].fact);
		if (!str_eq(state, STR("present")))
			s = str_format(a, "%.*s%s- %s", STR_ARG(s), s.len ? "\n" : "", elements[i].text);
	}
	return s;
}
