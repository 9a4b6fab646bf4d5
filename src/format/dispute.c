/*
 * Names and numbers in notices of a dispute provider. See dispute.h.
 *
 * A name is taken from a line that speaks of a domain name, or from the lines below one that ends with a colon, while they are names
 * and nothing else. One pass over the text; hostile input costs its length and names DISPUTE_NAMES_MAX names.
 */
#include "format/dispute.h"

enum { NAME_MAX = 253, NUMBER_MAX = 40 };

static bool of_name(char c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '-' || c == '.';
}

/* The name at i: at least one dot, no label that is empty or has a hyphen at its end, a last one with a letter; its length, 0 when there is none. */
static size_t name_at(struct str s, size_t i)
{
	size_t n = 0, label = 0, dots = 0;
	bool letter = false;
	while (i + n < s.len && n <= NAME_MAX && of_name(s.ptr[i + n])) {
		char c = s.ptr[i + n++];
		if (c == '-' && !label)
			return 0;
		if (c != '.') {
			label++;
			letter |= (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
			continue;
		}
		if (!label || s.ptr[i + n - 2] == '-')
			return 0;
		bool more = i + n < s.len && of_name(s.ptr[i + n]) && s.ptr[i + n] != '.' && s.ptr[i + n] != '-';
		if (!more) {
			n--;
			break;
		}
		dots++;
		label = 0;
		letter = false;
	}
	for (; label && s.ptr[i + n - 1] == '-'; label--)
		n--;
	/* what stands in front of or behind "@" is a mail address, what has a path a link */
	bool other = i + n < s.len && (s.ptr[i + n] == '@' || s.ptr[i + n] == '/');
	return dots && label && letter && n <= NAME_MAX && !other ? n : 0;
}

static bool known(const struct decode *d, struct str name)
{
	for (unsigned i = 0; i < d->count; i++)
		if (str_eq_fold(d->observations[i].source.text, name) || str_eq_fold(d->observations[i].source.domain, name))
			return true;
	return false;
}

struct notice {
	struct decode *d;
	enum kind kind;
	struct str path, number;
	struct span number_at;
	size_t base;
	unsigned count;
};

static void take(struct notice *t, struct str name, size_t from)
{
	struct decode *d = t->d;
	struct observation *o = known(d, name) || t->count == DISPUTE_NAMES_MAX ? NULL : decode_add(d);
	if (!o)
		return;
	t->count++;
	o->kind = t->kind;
	o->kind_text = str_of(kind_info(t->kind)->name);
	/* it is about who holds the name when the notice comes */
	o->event_at = o->first_at = o->last_at = d->received_at;
	o->zone_given = true;
	o->time_certainty = CERTAINTY_DERIVED;
	decode_source(d, o, str_lower(d->arena, name), CERTAINTY_GUESSED);
	decode_fact(d, o, STR("domain"), name, (struct span){ t->path, (uint32_t)(t->base + from), (uint32_t)(t->base + from + name.len) }, CERTAINTY_GUESSED);
	if (t->number.len)
		decode_fact(d, o, STR("proceeding"), t->number, t->number_at, CERTAINTY_GUESSED);
}

/* The names of a line; whether there is nothing else in it. */
static bool names_of(struct notice *t, struct str text, size_t from, size_t to, bool take_them)
{
	bool only = true;
	for (size_t i = from; i < to;) {
		size_t n = !i || (!of_name(text.ptr[i - 1]) && text.ptr[i - 1] != '@' && text.ptr[i - 1] != '/') ? name_at(str_sub(text, 0, to), i) : 0;
		if (n && take_them)
			take(t, str_sub(text, i, n), i);
		only &= n || strchr(" \t\r<>,;\"'-*", text.ptr[i]) != NULL || (i > from && text.ptr[i] == '.');
		i += n ? n : 1;
	}
	return only;
}

/* "Case No. D2026-0001", "Claim Number: FA2601002000000". */
static void find_number(struct notice *t, struct str text)
{
	static const char *const before[] = { "case no.", "case number", "claim number", "complaint number", "case no" };
	for (size_t i = 0; i < sizeof(before) / sizeof(before[0]); i++) {
		size_t at = str_find_fold(text, str_of(before[i]));
		if (at == SIZE_MAX)
			continue;
		at += strlen(before[i]);
		while (at < text.len && text.ptr[at] && strchr(" \t:.#", text.ptr[at]))
			at++;
		size_t n = 0;
		while (at + n < text.len && n < NUMBER_MAX && (of_name(text.ptr[at + n]) || text.ptr[at + n] == '_'))
			n++;
		while (n && text.ptr[at + n - 1] == '.')
			n--;
		if (n < 4)
			continue;
		t->number = str_sub(text, at, n);
		t->number_at = (struct span){ t->path, (uint32_t)(t->base + at), (uint32_t)(t->base + at + n) };
		return;
	}
}

void dispute_tell(struct decode *d, struct str text, enum kind kind, struct str path, size_t base)
{
	struct notice t = { .d = d, .kind = kind, .path = path, .base = base };
	bool below = false;
	find_number(&t, text);
	for (size_t from = 0; from < text.len;) {
		size_t end = from + str_chr(str_sub(text, from, text.len), '\n');
		size_t to = end > text.len || end < from ? text.len : end;
		struct str line = str_trim(str_sub(text, from, to - from));
		bool speaks = str_find_fold(line, STR("domain name")) != SIZE_MAX || str_find_fold(line, STR("disputed domain")) != SIZE_MAX;
		if (speaks)
			(void)names_of(&t, text, from, to, true);
		else if (below && line.len && (below = names_of(&t, text, from, to, false)))
			(void)names_of(&t, text, from, to, true);
		below = speaks ? line.ptr[line.len - 1] == ':' : below;
		from = to + 1;
	}
}
