/*
 * Phrases of law. See legal.h. Each position of the text where a word begins is held against the phrases that begin so.
 */
#include "format/legal.h"

enum { GAP_MAX = 40 };

/* In lower case; one that ends with "*" may go on. */
static const struct {
	const char *text;
	enum legal what;
} phrases[] = {
	/* orders that must never be missed */
	{ "it is hereby ordered", LEGAL_COURT }, { "is hereby ordered", LEGAL_COURT }, { "order of the court", LEGAL_COURT }, { "temporary restraining order", LEGAL_COURT },
	{ "attached court order", LEGAL_COURT }, { "enclosed court order", LEGAL_COURT }, { "gerichtsbeschluss", LEGAL_COURT }, { "einstweilige verf\xc3\xbcgung", LEGAL_COURT },
	{ "court order", LEGAL_COURT_WEAK }, { "injunction", LEGAL_COURT_WEAK },
	{ "search warrant", LEGAL_AGENCY }, { "grand jury", LEGAL_AGENCY }, { "preservation request", LEGAL_AGENCY }, { "request for preservation", LEGAL_AGENCY },
	{ "2703(d)", LEGAL_AGENCY }, { "2703(f)", LEGAL_AGENCY }, { "production order", LEGAL_AGENCY }, { "emergency disclosure request", LEGAL_AGENCY },
	{ "auskunftsersuchen", LEGAL_AGENCY }, { "r\xc3\xa9quisition judiciaire", LEGAL_AGENCY }, { "administrative subpoena", LEGAL_AGENCY }, { "subpoena", LEGAL_AGENCY_WEAK },
	/* 17 U.S.C. 512(g)(3) */
	{ "counter notice*", LEGAL_COUNTER }, { "counter notification*", LEGAL_COUNTER }, { "counternotice*", LEGAL_COUNTER }, { "counternotification*", LEGAL_COUNTER },
	{ "counter-notice*", LEGAL_COUNTER }, { "counter-notification*", LEGAL_COUNTER }, { "512(g)*", LEGAL_COUNTER },
	{ "mistake or misidentification", LEGAL_MISTAKE }, { "mistake or a misidentification", LEGAL_MISTAKE },
	{ "consent to the jurisdiction", LEGAL_CONSENT }, { "submit to the jurisdiction", LEGAL_CONSENT },
	{ "service of process", LEGAL_SERVICE },
	{ "retract our*", LEGAL_RETRACT }, { "retract this", LEGAL_RETRACT }, { "retract the notice*", LEGAL_RETRACT }, { "retract my", LEGAL_RETRACT },
	{ "retraction of", LEGAL_RETRACT }, { "retraction notice", LEGAL_RETRACT }, { "notice of retraction", LEGAL_RETRACT }, { "hereby retract*", LEGAL_RETRACT },
	{ "hereby withdraw*", LEGAL_RETRACT }, { "withdraw our notice*", LEGAL_RETRACT }, { "withdraw our complaint*", LEGAL_RETRACT }, { "withdraw this notice", LEGAL_RETRACT },
	{ "withdraw my complaint*", LEGAL_RETRACT }, { "notice was sent in error", LEGAL_RETRACT }, { "complaint was sent in error", LEGAL_RETRACT },
	{ "please disregard our notice*", LEGAL_RETRACT },
	/* 17 U.S.C. 512(c)(3) */
	{ "dmca", LEGAL_DMCA }, { "digital millennium copyright act", LEGAL_DMCA }, { "512(c)*", LEGAL_DMCA }, { "notice of claimed infringement*", LEGAL_DMCA },
	{ "copyright*", LEGAL_COPYRIGHT }, { "urheberrecht*", LEGAL_COPYRIGHT }, { "droit d'auteur", LEGAL_COPYRIGHT },
	{ "infring*", LEGAL_INFRING }, { "verletzung*", LEGAL_INFRING },
	{ "good faith belief", LEGAL_GOOD_FAITH }, { "good-faith belief", LEGAL_GOOD_FAITH }, { "good faith", LEGAL_GOOD_FAITH }, { "believe in good faith", LEGAL_GOOD_FAITH },
	{ "not authorized", LEGAL_NOT_AUTHORIZED }, { "not been authorized", LEGAL_NOT_AUTHORIZED }, { "not authorised", LEGAL_NOT_AUTHORIZED },
	{ "unauthorized", LEGAL_NOT_AUTHORIZED }, { "unauthorised", LEGAL_NOT_AUTHORIZED }, { "without authorization", LEGAL_NOT_AUTHORIZED },
	{ "does not authorize", LEGAL_NOT_AUTHORIZED }, { "without permission", LEGAL_NOT_AUTHORIZED },
	{ "penalty of perjury", LEGAL_PERJURY }, { "penalties of perjury", LEGAL_PERJURY },
	{ "is accurate", LEGAL_ACCURATE }, { "are accurate", LEGAL_ACCURATE }, { "true and accurate", LEGAL_ACCURATE }, { "true and correct", LEGAL_ACCURATE },
	{ "authorized to act", LEGAL_AUTHORITY }, { "authorised to act", LEGAL_AUTHORITY }, { "authorized agent", LEGAL_AUTHORITY }, { "authorized representative", LEGAL_AUTHORITY },
	{ "on behalf of", LEGAL_AUTHORITY }, { "i am the owner", LEGAL_AUTHORITY }, { "we are the owner*", LEGAL_AUTHORITY }, { "copyright owner", LEGAL_AUTHORITY },
	{ "copyrighted work*", LEGAL_WORK }, { "original work*", LEGAL_WORK }, { "protected work*", LEGAL_WORK }, { "copyrighted material*", LEGAL_WORK },
	{ "infringing material*", LEGAL_MATERIAL }, { "infringing content", LEGAL_MATERIAL }, { "infringing url*", LEGAL_MATERIAL }, { "infringing link*", LEGAL_MATERIAL },
	{ "infringing cop*", LEGAL_MATERIAL }, { "can be found at", LEGAL_MATERIAL }, { "is located at", LEGAL_MATERIAL }, { "are located at", LEGAL_MATERIAL },
	{ "available at", LEGAL_MATERIAL }, { "infringing work*", LEGAL_MATERIAL }, { "infringing file*", LEGAL_MATERIAL }, { "removed material*", LEGAL_MATERIAL },
	{ "/s/", LEGAL_SIGNED }, { "digitally signed", LEGAL_SIGNED }, { "electronically signed", LEGAL_SIGNED }, { "signed electronically", LEGAL_SIGNED },
	{ "sincerely", LEGAL_CLOSING }, { "regards", LEGAL_CLOSING }, { "respectfully", LEGAL_CLOSING }, { "yours truly", LEGAL_CLOSING }, { "faithfully", LEGAL_CLOSING },
	{ "begin pgp signature", LEGAL_CLOSING },
	/* proceedings over domain names: before which provider, and that one is pending */
	{ "uniform domain name dispute resolution policy", LEGAL_UDRP }, { "uniform domain-name dispute-resolution policy", LEGAL_UDRP }, { "udrp", LEGAL_UDRP },
	{ "uniform rapid suspension*", LEGAL_URS }, { "urs complaint", LEGAL_URS }, { "urs proceeding*", LEGAL_URS }, { "urs procedure", LEGAL_URS },
	{ "verification request*", LEGAL_PENDING }, { "request for registrar verification", LEGAL_PENDING }, { "registrar verification*", LEGAL_PENDING },
	{ "notice of complaint", LEGAL_PENDING }, { "notification of complaint", LEGAL_PENDING }, { "administrative proceeding*", LEGAL_PENDING },
	{ "notice of lock", LEGAL_PENDING }, { "request to lock", LEGAL_PENDING }, { "lock request", LEGAL_PENDING },
	/* other rights, and threats */
	{ "patent infring*", LEGAL_PATENT }, { "infringement of patent*", LEGAL_PATENT }, { "infringes patent*", LEGAL_PATENT }, { "infringes our patent*", LEGAL_PATENT },
	{ "u.s. patent no*", LEGAL_PATENT }, { "us patent no*", LEGAL_PATENT }, { "european patent*", LEGAL_PATENT }, { "patentverletzung*", LEGAL_PATENT },
	{ "trade secret*", LEGAL_SECRET }, { "gesch\xc3\xa4" "ftsgeheimnis*", LEGAL_SECRET }, { "misappropriat*", LEGAL_SECRET },
	{ "trademark infring*", LEGAL_TRADEMARK }, { "trade mark infring*", LEGAL_TRADEMARK }, { "registered trademark*", LEGAL_TRADEMARK }, { "registered trade mark*", LEGAL_TRADEMARK },
	{ "our trademark*", LEGAL_TRADEMARK }, { "infringement of trademark*", LEGAL_TRADEMARK }, { "lanham act", LEGAL_TRADEMARK }, { "counterfeit*", LEGAL_TRADEMARK },
	{ "markenrecht*", LEGAL_TRADEMARK }, { "markenverletzung*", LEGAL_TRADEMARK },
	{ "our lawyer*", LEGAL_THREAT }, { "legal action*", LEGAL_THREAT }, { "attorney*", LEGAL_THREAT }, { "cease and desist", LEGAL_THREAT }, { "lawsuit*", LEGAL_THREAT },
	{ "abmahnung*", LEGAL_THREAT }, { "unterlassungserkl*", LEGAL_THREAT }, { "rechtsanw*", LEGAL_THREAT }, { "mise en demeure", LEGAL_THREAT },
};

enum { PHRASES = sizeof(phrases) / sizeof(phrases[0]) };

static char low(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

static bool of_word(char c)
{
	return (c >= '0' && c <= '9') || (low(c) >= 'a' && low(c) <= 'z') || (unsigned char)c >= 0x80;
}

/* How much of the text at i the phrase takes; 0 when it does not stand there. */
static size_t stands_at(struct str s, size_t i, const char *phrase)
{
	size_t from = i;
	for (; *phrase && *phrase != '*'; phrase++) {
		if (*phrase != ' ') {
			if (i >= s.len || low(s.ptr[i++]) != *phrase)
				return 0;
			continue;
		}
		size_t gap = i;
		while (i < s.len && i - gap < GAP_MAX && s.ptr[i] && strchr(" \t\r\n>", s.ptr[i]))
			i++;
		if (i == gap)
			return 0;
	}
	return *phrase || i >= s.len || !of_word(s.ptr[i]) || !of_word(s.ptr[i - 1]) ? i - from : 0;
}

/* By first letter: the phrases that begin so are chained. */
struct chains {
	uint8_t first[256], next[PHRASES]; /* 1 + index; 0 is the end */
};

static void chain(struct chains *c)
{
	_Static_assert(PHRASES < 256, "an index of the chains is an octet");
	memset(c, 0, sizeof(*c));
	for (unsigned i = PHRASES; i-- > 0;) {
		unsigned char first = (unsigned char)phrases[i].text[0], upper = first >= 'a' && first <= 'z' ? first & 0xdfU : first;
		c->next[i] = c->first[first];
		c->first[first] = c->first[upper] = (uint8_t)(i + 1);
	}
}

void legal_scan(struct str text, struct legal_found *ret_found)
{
	struct chains c;
	memset(ret_found, 0, sizeof(*ret_found));
	chain(&c);
	text = str_sub(text, 0, LEGAL_BYTES_MAX);
	for (size_t i = 0; i < text.len; i++) {
		uint8_t k = c.first[(unsigned char)text.ptr[i]];
		if (!k || (i && of_word(text.ptr[i - 1])))
			continue;
		for (; k; k = c.next[k - 1]) {
			struct legal_place *p = &ret_found->at[phrases[k - 1].what];
			size_t n = p->to ? 0 : stands_at(text, i, phrases[k - 1].text);
			if (n)
				*p = (struct legal_place){ i, i + n };
		}
	}
}

bool legal_says(const struct legal_found *f, enum legal what)
{
	return f->at[what].to != 0;
}

/*
 * Orders come first, because one that is missed is worse than one that is not; then letters that lift others; then claims by
 * how narrow they are. A copyright notice threatens as a matter of form, so a threat comes last.
 */
enum kind legal_kind(const struct legal_found *f)
{
	bool notice = (legal_says(f, LEGAL_DMCA) && legal_says(f, LEGAL_INFRING)) ||
		(legal_says(f, LEGAL_COPYRIGHT) && legal_says(f, LEGAL_GOOD_FAITH) && legal_says(f, LEGAL_PERJURY));
	if (legal_says(f, LEGAL_COURT))
		return KIND_COURT_ORDER;
	if (legal_says(f, LEGAL_AGENCY))
		return KIND_LEGAL_REQUEST;
	if (legal_says(f, LEGAL_PENDING) && (legal_says(f, LEGAL_UDRP) || legal_says(f, LEGAL_URS)))
		return legal_says(f, LEGAL_URS) ? KIND_URS : KIND_UDRP;
	if (legal_says(f, LEGAL_COUNTER) || (legal_says(f, LEGAL_MISTAKE) && legal_says(f, LEGAL_CONSENT)))
		return KIND_COUNTER_NOTICE;
	if (legal_says(f, LEGAL_RETRACT))
		return KIND_RETRACTION;
	if (notice)
		return KIND_COPYRIGHT;
	if (legal_says(f, LEGAL_COURT_WEAK))
		return KIND_COURT_ORDER;
	if (legal_says(f, LEGAL_AGENCY_WEAK))
		return KIND_LEGAL_REQUEST;
	if (legal_says(f, LEGAL_PATENT))
		return KIND_PATENT;
	if (legal_says(f, LEGAL_SECRET))
		return KIND_TRADE_SECRET;
	if (legal_says(f, LEGAL_TRADEMARK) && !legal_says(f, LEGAL_THREAT))
		return KIND_TRADEMARK;
	return legal_says(f, LEGAL_TRADEMARK) ? KIND_LEGAL_CLAIM : legal_says(f, LEGAL_THREAT) ? KIND_LEGAL_THREAT : KIND_UNCLASSIFIED;
}
