/*
 * Fields of delivery status (RFC 3464 2): those about the message, then a group for each recipient.
 *
 * Read leniently: groups that lost the empty line between them, or stand in a text instead of a part of their own, are told apart
 * by their fields. What breaks the specification becomes a strict problem. Limits: RECIPIENTS_MAX, FIELDS_MAX.
 */
#include "format/bounce.h"
#include "format/value.h"

enum { RECIPIENTS_MAX = 1000, FIELDS_MAX = 4000, MESSAGE_FACTS_MAX = 32 };
enum {
	OF_MESSAGE = 1,
	ONCE = 2,
	REQUIRED = 4,
	TYPED = 8 /* "type; value" */,
	DATED = 16,
	TELLING = 32 /* a group with it is one of a recipient */
};

/* RFC 3464 2.2 and 2.3 */
static const struct known {
	const char *name;
	unsigned rule;
} known[] = {
	{ "reporting-mta", OF_MESSAGE | ONCE | TYPED },
	{ "original-envelope-id", OF_MESSAGE | ONCE },
	{ "dsn-gateway", OF_MESSAGE | ONCE | TYPED },
	{ "received-from-mta", OF_MESSAGE | ONCE | TYPED },
	{ "arrival-date", OF_MESSAGE | ONCE | DATED },
	{ "original-recipient", ONCE | TYPED | TELLING },
	{ "final-recipient", ONCE | REQUIRED | TYPED | TELLING },
	{ "action", ONCE | REQUIRED | TELLING },
	{ "status", ONCE | REQUIRED | TELLING },
	{ "diagnostic-code", ONCE | TYPED | TELLING },
	{ "remote-mta", ONCE | TYPED },
	{ "last-attempt-date", ONCE | DATED },
	{ "final-log-id", ONCE },
	{ "will-retry-until", ONCE | DATED },
};
enum { KNOWN = sizeof(known) / sizeof(known[0]) };

static unsigned rule_of(struct str name, unsigned *ret_bit)
{
	for (unsigned i = 0; i < KNOWN; i++)
		if (str_eq_fold(name, str_of(known[i].name))) {
			*ret_bit = 1U << i;
			return known[i].rule;
		}
	*ret_bit = 0;
	return 0;
}

struct group {
	size_t from, to;
	unsigned seen; /* a bit for each known field */
	bool recipient, header;
};

static bool blank_between(struct str text, size_t from, size_t to)
{
	struct str rest = str_sub(text, from, to - from), line;
	while (str_next_line(&rest, &line))
		if (!str_trim(line).len)
			return true;
	return false;
}

/* The fields up to an empty line, or to one that a recipient cannot have twice. */
static bool next_group(struct str text, size_t *at, struct group *ret_group)
{
	struct mime_field f;
	struct group g = { 0 };
	unsigned n = 0, bit;
	for (size_t next = *at; n++ < FIELDS_MAX && mime_next_field(text, &next, &f);) {
		size_t from = (size_t)(f.name.ptr - text.ptr);
		unsigned rule = rule_of(f.name, &bit);
		if (g.to && (blank_between(text, g.to, from) || (rule & TELLING && g.seen & bit)))
			break;
		g.from = g.to ? g.from : from;
		g.to = *at = next;
		g.seen |= bit;
		g.recipient |= (rule & TELLING) != 0;
		g.header |= str_eq_fold(f.name, STR("received")) || str_eq_fold(f.name, STR("return-path")) ||
			str_eq_fold(f.name, STR("message-id"));
	}
	*ret_group = g;
	return g.to != 0;
}

static bool status_ok(struct str s)
{
	/* RFC 3463 2, and a comment behind it */
	size_t dots = 0, digits = 0, n = 0;
	for (; n < s.len && (s.ptr[n] == '.' || (s.ptr[n] >= '0' && s.ptr[n] <= '9')); n++) {
		if (s.ptr[n] == '.' && (!digits || ++dots > 2))
			return false;
		digits = s.ptr[n] == '.' ? 0 : digits + 1;
		if (digits > (dots ? 3 : 1))
			return false;
	}
	return dots == 2 && digits && str_chr(STR("245"), s.ptr[0]) != SIZE_MAX && (n == s.len || s.ptr[n] == ' ' || s.ptr[n] == '(');
}

static void check_field(struct decode *d, const struct mime_field *f, unsigned rule)
{
	int64_t at;
	bool zone;
	struct str v = str_trim(f->value);
	if (rule & TYPED && str_chr(v, ';') == SIZE_MAX)
		decode_problem(d, true, "%.*s does not say of which type it is (RFC 3464 2.1.2)", STR_ARG(f->name));
	if (rule & DATED && time_parse_mail(v, &at, &zone) != OK)
		decode_problem(d, true, "%.*s is no date (RFC 3464 2.1)", STR_ARG(f->name));
	if (str_eq_fold(f->name, STR("status")) && !status_ok(v))
		decode_problem(d, true, "Status is no status code (RFC 3464 2.3.4)");
	if (str_eq_fold(f->name, STR("action")) && !value_word(str_lower(d->arena, v), "failed|delayed|delivered|relayed|expanded"))
		decode_problem(d, true, "Action is none of five words (RFC 3464 2.3.3)");
}

static void take(struct decode *d, struct observation *o, const struct mime_field *f, unsigned rule, struct str path, size_t base)
{
	struct str name = str_lower(d->arena, str_trim(f->name));
	check_field(d, f, rule);
	decode_fact(d, o, name, mime_unfold(d->arena, f->value),
		(struct span){ path, (uint32_t)(base + f->from), (uint32_t)(base + f->from + f->value.len) }, CERTAINTY_STATED);
	if (str_eq(name, STR("diagnostic-code")))
		bounce_codes(d, o, f->value, path, base + f->from);
}

/* Fields about the message go into head, those about the recipient into o, which is NULL when the group is of none. */
static void take_fields(struct decode *d, struct observation *head, struct observation *o, struct str text, const struct group *g,
	struct str path, size_t base)
{
	struct mime_field f;
	unsigned bit, seen = 0, n = 0;
	struct str part = str_sub(text, 0, g->to);
	for (size_t at = g->from; n++ < FIELDS_MAX && mime_next_field(part, &at, &f);) {
		unsigned rule = rule_of(f.name, &bit);
		bool about_message = rule & OF_MESSAGE || !o;
		if (rule & ONCE && seen & bit)
			decode_problem(d, true, "%.*s is there twice (RFC 3464 2)", STR_ARG(f.name));
		seen |= bit;
		if (!about_message)
			take(d, o, &f, rule, path, base);
		else if (head->fact_count < MESSAGE_FACTS_MAX)
			take(d, head, &f, rule, path, base);
	}
}

static void check_group(struct decode *d, const struct group *g, bool told_mta)
{
	for (unsigned i = 0; i < KNOWN; i++)
		if (known[i].rule & REQUIRED && !(g->seen >> i & 1))
			decode_problem(d, true, "%s is missing (RFC 3464 2.3)", known[i].name);
	if (!told_mta)
		decode_problem(d, true, "reporting-mta is missing (RFC 3464 2.2.2)");
}

static bool given_up(struct str action)
{
	/* RFC 3464 2.3.3; without a word of it, it came back */
	return !action.len || str_starts_fold(action, STR("failed"));
}

bool dsn_read(struct decode *d, struct bounce *b, struct str text, struct str path, size_t base)
{
	struct observation head = { 0 };
	struct group g;
	unsigned n = 0;
	for (size_t at = 0; next_group(text, &at, &g);) {
		if (!g.recipient) {
			if (n && g.header && !b->header.len) {
				b->header = str_sub(text, g.from, g.to - g.from);
				b->path = path;
				b->base = base + g.from;
			}
			if (n && g.header)
				break;
			take_fields(d, &head, NULL, text, &g, path, base);
			continue;
		}
		struct observation *o = n < RECIPIENTS_MAX ? bounce_add(d) : NULL;
		if (!o) {
			decode_problem(d, false, "more than %d recipients: the rest is only in the text", RECIPIENTS_MAX);
			break;
		}
		n++;
		take_fields(d, &head, o, text, &g, path, base);
		for (unsigned i = 0; i < head.fact_count; i++)
			decode_fact(d, o, head.facts[i].name, head.facts[i].value, head.facts[i].span, head.facts[i].certainty);
		check_group(d, &g, observation_fact(o, "reporting-mta") != NULL);
		o->kind_text = observation_value(o, "action");
		b->failed |= given_up(o->kind_text);
	}
	return n > 0;
}
