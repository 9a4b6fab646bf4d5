/*
 * Identity marks in their one written form. See mark.h.
 */
#include "attribution/mark.h"

#include <string.h>

#include "attribution/registry.h"

enum { PHONE_MIN = 8, PHONE_MAX = 15, CARD_MIN = 13, CARD_MAX = 19, NAME_WORDS_MAX = 16, MAC_DIGITS = 12 };

const char *const mark_kind_words[] = { "mail", "phone", "payment", "name+postcode", "device", NULL };

enum mark_kind mark_kind_of(struct str word)
{
	int k = 0;
	while (mark_kind_words[k] && !str_eq(word, str_of(mark_kind_words[k])))
		k++;
	return (enum mark_kind)k;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_word(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}

static bool is_one_of(char c, const char *set)
{
	return c && strchr(set, c);
}

bool mark_is_digest(struct str text)
{
	size_t head = sizeof(MARK_DIGEST) - 1;
	if (text.len != head + MARK_DIGITS || !str_starts(text, STR(MARK_DIGEST)))
		return false;
	for (size_t i = head; i < text.len; i++)
		if (!is_digit(text.ptr[i]) && !(text.ptr[i] >= 'a' && text.ptr[i] <= 'f'))
			return false;
	return true;
}

/* ISO/IEC 7812-1 annex B. */
static bool has_check_digit(const char *digits, size_t n)
{
	unsigned sum = 0;
	for (size_t i = 0; i < n; i++) {
		unsigned d = (unsigned)(digits[n - 1 - i] - '0') << (i & 1);
		sum += d > 9 ? d - 9 : d;
	}
	return sum % 10 == 0;
}

/* Digits that stand by themselves, in groups or not. */
static bool holds_card(struct str text)
{
	char digits[CARD_MAX];
	for (size_t i = 0; i < text.len;) {
		size_t n = 0, from = i;
		while (i < text.len && (is_digit(text.ptr[i]) || (n && is_one_of(text.ptr[i], " -.")))) {
			if (is_digit(text.ptr[i]) && n < CARD_MAX)
				digits[n] = text.ptr[i];
			n += is_digit(text.ptr[i++]);
		}
		bool apart = (!from || !is_word(text.ptr[from - 1])) && (i == text.len || !is_word(text.ptr[i]));
		if (apart && n >= CARD_MIN && n <= CARD_MAX && has_check_digit(digits, n))
			return true;
		i += !n;
	}
	return false;
}

static enum err normal_phone(struct arena *a, struct str text, struct str *ret_text, struct why *why)
{
	char digits[PHONE_MAX];
	size_t n = 0, i = 0;
	bool good = true;
	if (str_starts(text, STR("+")))
		i = 1;
	else if (str_starts(text, STR("00")))
		i = 2;
	else
		good = false;
	for (; good && i < text.len; i++) {
		/* "(0)" is dialled within the country only */
		if (str_starts(str_sub(text, i, text.len), STR("(0)"))) {
			i += 2;
			continue;
		}
		if (is_digit(text.ptr[i]) && n < PHONE_MAX)
			digits[n++] = text.ptr[i];
		else
			good = is_one_of(text.ptr[i], " -./()");
	}
	if (!good || n < PHONE_MIN || digits[0] == '0')
		return why_set(why, ERR_SYNTAX, "no telephone number with its country, such as +49 30 901820");
	*ret_text = str_format(a, "+%.*s", (int)n, digits);
	return OK;
}

static enum err normal_payment(struct str text, struct str *ret_text, struct why *why)
{
	if (holds_card(text))
		return why_set(why, ERR_DENIED, "it may be the number of a card: give the token that the payment provider has for it");
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.ptr[i] <= ' ' || (unsigned char)text.ptr[i] >= 0x7f)
			return why_set(why, ERR_SYNTAX, "no token of a payment provider");
	*ret_text = text;
	return OK;
}

/* Letters of ASCII and of Latin-1 (in UTF-8: C3 80 to C3 9E, but for the sign of multiplication) become small, others stay. */
static void make_small(char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)p[i], before = i ? (unsigned char)p[i - 1] : 0;
		if ((c >= 'A' && c <= 'Z') || (before == 0xc3 && c >= 0x80 && c <= 0x9e && c != 0x97))
			p[i] = (char)(c + 0x20);
	}
}

/* The words of a name, small, in order; what is no letter or digit parts them, but for the apostrophe. */
static unsigned words_of(char *text, size_t n, struct str *words)
{
	unsigned count = 0;
	size_t to = 0;
	for (size_t i = 0; i < n; i++)
		if (text[i] != '\'')
			text[to++] = text[i];
	make_small(text, to);
	for (size_t i = 0, from; i < to && count < NAME_WORDS_MAX; i++) {
		for (from = i; i < to && is_word(text[i]);)
			i++;
		if (i == from)
			continue;
		struct str w = { text + from, i - from };
		unsigned at = count++;
		for (; at && str_cmp(w, words[at - 1]) < 0; at--)
			words[at] = words[at - 1];
		words[at] = w;
	}
	return count;
}

static enum err normal_name(struct arena *a, struct str text, struct str *ret_text, struct why *why)
{
	struct str words[NAME_WORDS_MAX];
	size_t comma = text.len;
	while (comma && text.ptr[comma - 1] != ',')
		comma--;
	char *copy = arena_alloc(a, text.len + 1), *out = arena_alloc(a, text.len + NAME_WORDS_MAX + 2);
	if (!copy || !out)
		return why_set(why, ERR_NOMEM, "no memory for a mark");
	memcpy(copy, text.ptr, text.len);
	unsigned count = comma ? words_of(copy, comma - 1, words) : 0, parts = 0;
	size_t len = 0;
	for (unsigned i = 0; i < count; i++) {
		if (i)
			out[len++] = ' ';
		memcpy(out + len, words[i].ptr, words[i].len);
		len += words[i].len;
	}
	out[len++] = '/';
	/* a postcode is one word, however it is spaced: its letters and digits as they stand */
	make_small(copy + comma, text.len - comma);
	for (size_t i = comma; i < text.len; i++)
		if (is_word(copy[i])) {
			out[len++] = copy[i];
			parts++;
		}
	if (!count || !parts)
		return why_set(why, ERR_SYNTAX, "no name and postcode such as Jane Doe, 10115");
	*ret_text = (struct str){ out, len };
	return OK;
}

static enum err normal_device(struct arena *a, struct str text, struct str *ret_text, struct why *why)
{
	char digits[MAC_DIGITS];
	size_t n = 0;
	struct str small = str_lower(a, text);
	bool mac = small.ptr != NULL;
	for (size_t i = 0; mac && i < small.len; i++) {
		char c = small.ptr[i];
		bool hex = is_digit(c) || (c >= 'a' && c <= 'f');
		mac = hex ? n < MAC_DIGITS : is_one_of(c, ":-.");
		if (hex && mac)
			digits[n++] = c;
	}
	*ret_text = mac && n == MAC_DIGITS ? str_copy(a, (struct str){ digits, n }) : small;
	return ret_text->ptr ? OK : why_set(why, ERR_NOMEM, "no memory for a mark");
}

enum err mark_normal(struct arena *a, enum mark_kind kind, struct str text, struct str *ret_text, struct why *why)
{
	if (mark_is_digest(text)) {
		*ret_text = text;
		return OK;
	}
	switch (kind) {
	case MARK_MAIL: return normal_mailbox(a, text, ret_text) ? why_set(why, ERR_SYNTAX, "no mailbox such as joe@example.net") : OK;
	case MARK_PHONE: return normal_phone(a, text, ret_text, why);
	case MARK_PAYMENT: return normal_payment(text, ret_text, why);
	case MARK_NAME: return normal_name(a, text, ret_text, why);
	case MARK_DEVICE: return normal_device(a, text, ret_text, why);
	case MARK_KIND_END: break;
	}
	return why_set(why, ERR_SYNTAX, "no kind of mark");
}
