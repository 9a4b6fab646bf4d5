/*
 * The words of a statement of reasons. See statement.h.
 */
#include "model/statement.h"

const char *const statement_categories[] = { "ANIMAL_WELFARE", "CONSUMER_INFORMATION", "CYBER_VIOLENCE", "CYBER_VIOLENCE_AGAINST_WOMEN",
	"DATA_PROTECTION_AND_PRIVACY_VIOLATIONS", "ILLEGAL_OR_HARMFUL_SPEECH", "INTELLECTUAL_PROPERTY_INFRINGEMENTS",
	"NEGATIVE_EFFECTS_ON_CIVIC_DISCOURSE_OR_ELECTIONS", "NOT_SPECIFIED_NOTICE", "OTHER_VIOLATION_TC", "PROTECTION_OF_MINORS",
	"RISK_FOR_PUBLIC_SECURITY", "SCAMS_AND_FRAUD", "SELF_HARM", "UNSAFE_AND_PROHIBITED_PRODUCTS", "VIOLENCE", NULL };
const char *const statement_keywords[] = { "CHILD_SEXUAL_ABUSE_MATERIAL", "COPYRIGHT_INFRINGEMENT", "TRADEMARK_INFRINGEMENT", "PHISHING",
	"IMPERSONATION_ACCOUNT_HIJACKING", "TERRORIST_CONTENT", "NON_CONSENSUAL_IMAGE_SHARING", "DATA_FALSIFICATION", "COORDINATED_HARM", NULL };
const char *const statement_contents[] = { "APP", "AUDIO", "IMAGE", "PRODUCT", "SYNTHETIC_MEDIA", "TEXT", "VIDEO", "OTHER", NULL };
const char *const statement_territories[] = { "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IS", "IT", "LI",
	"LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK", NULL };
const char *const statement_visibilities[] = { "CONTENT_REMOVED", "CONTENT_DISABLED", "CONTENT_DEMOTED", "CONTENT_AGE_RESTRICTED",
	"CONTENT_INTERACTION_RESTRICTED", "CONTENT_LABELLED", NULL };
const char *const statement_sources[] = { "ARTICLE_16", "TRUSTED_FLAGGER", "TYPE_OTHER_NOTIFICATION", "VOLUNTARY", NULL };

/* By the beginning of a clause's id; the last takes what is left. The database has no category for spam, scans and floods. */
static const struct { const char *begins, *category, *content, *other; } defaults[] = {
	{ "ip.", "INTELLECTUAL_PROPERTY_INFRINGEMENTS", "OTHER", "material stored or sent by a customer" },
	{ "fraud.", "SCAMS_AND_FRAUD", "OTHER", "material stored or sent by a customer" },
	{ "content.", "ILLEGAL_OR_HARMFUL_SPEECH", "OTHER", "material stored or sent by a customer" },
	{ "harm.", "OTHER_VIOLATION_TC", "APP", NULL },
	{ "email.", "OTHER_VIOLATION_TC", "TEXT", NULL },
	{ "", "OTHER_VIOLATION_TC", "OTHER", "use of a network service" },
};

void statement_default(struct str clause, struct statement *ret_statement)
{
	size_t i = 0;
	while (!str_starts(clause, str_of(defaults[i].begins)))
		i++;
	*ret_statement = (struct statement){ .category = str_of(defaults[i].category), .contents = { str_of(defaults[i].content) }, .content_count = 1,
		.content_other = str_of(defaults[i].other) };
}

size_t statement_length(struct str text)
{
	size_t n = 0;
	for (size_t i = 0; i < text.len; i++)
		n += ((unsigned char)text.ptr[i] & 0xc0) != 0x80;
	return n;
}

bool statement_has(const char *const *list, struct str word)
{
	while (*list && !str_eq(word, str_of(*list)))
		list++;
	return *list != NULL;
}
