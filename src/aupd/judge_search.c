/*
 * Search by command. See judge_command.h.
 *
 * A text is looked for as what it can be: a case, a customer, an address or prefix, a domain, a clause, the id of a report, a receipt or a
 * letter, a reporter. Each is one walk along an index, cut off at HITS_MAX. Who looks for a mail address looks for a person, says why,
 * and leaves a look-up. Sealed cases are found by their number alone.
 */
#include "aupd/judge_command.h"
#include "engine/find.h"
#include "model/digest.h"

enum { HITS_MAX = 100, SPREAD_MAX = 256 /* addresses or prefixes that a prefix is looked for as */ };

struct searching {
	struct commanding *c;
	uint64_t seen[HITS_MAX];
	unsigned count;
	bool more;
};

static enum err hit(struct searching *s, uint64_t number, const char *because)
{
	struct jsonw *w = s->c->w;
	struct casefile c;
	struct row row;
	char text[CASE_TEXT_MAX];
	for (unsigned i = 0; i < s->count; i++)
		if (s->seen[i] == number)
			return OK;
	if (s->count == HITS_MAX) {
		s->more = true;
		return OK;
	}
	enum err e = fold_find_case(&s->c->j->fold, number, &c, &row, s->c->why);
	/* a row may outlive its case by a day */
	if (e == ERR_NOTFOUND || (e == OK && c.flags & CASE_SEALED_CLASS))
		return OK;
	if (e)
		return e;
	s->seen[s->count++] = number;
	case_text(number, text);
	jsonw_object(w, NULL);
	jsonw_str(w, "case", str_of(text));
	jsonw_str(w, "state", str_of(case_state_words[c.state]));
	jsonw_str(w, "into", c.merged_into);
	jsonw_str(w, "customer", c.customer);
	jsonw_str(w, "clause", c.clause);
	jsonw_time(w, "opened", c.opened_at);
	jsonw_str(w, "because", str_of(because));
	jsonw_end(w, '}');
	return OK;
}

/* Along the keys that begin so. */
static enum err walk(struct searching *s, struct str prefix, const char *because)
{
	struct commanding *c = s->c;
	struct query q = { .table = TABLE_FIND, .key_prefix = prefix, .by_key = true, .due_by = TIME_NONE, .limit = HITS_MAX + 1 };
	struct row *rows;
	size_t n = 0;
	enum err e = s->more ? OK : c->j->driver->page(c->j->store, work_arena(c->j->fold.work), &q, &rows, &n, c->why);
	for (size_t i = 0; e == OK && i < n; i++) {
		uint64_t number;
		if (find_number(rows[i].key, &number) == OK)
			e = hit(s, number, because);
	}
	s->more |= n > HITS_MAX;
	return e;
}

static enum err of_customer(struct searching *s, struct str id, const char *because)
{
	struct commanding *c = s->c;
	struct query q = { .table = TABLE_CASE, .owner = id, .descending = true, .due_by = TIME_NONE, .limit = HITS_MAX + 1 };
	struct row *rows;
	size_t n = 0;
	enum err e = c->j->driver->page(c->j->store, work_arena(c->j->fold.work), &q, &rows, &n, c->why);
	for (size_t i = 0; e == OK && i < n; i++) {
		struct casefile found = { 0 };
		e = field_decode(work_arena(c->j->fold.work), rows[i].body, casefile_fields, &found, c->why);
		if (e == OK)
			e = hit(s, found.number, because);
	}
	s->more |= n > HITS_MAX;
	return e;
}

static void next_addr(struct addr *a, unsigned bits)
{
	unsigned octet = (bits - 1) / 8, carry = 1u << (7 - (bits - 1) % 8);
	for (int i = (int)octet; i >= 0 && carry; i--) {
		carry += a->octets[i];
		a->octets[i] = (uint8_t)carry;
		carry >>= 8;
	}
}

/* A prefix between two that keys begin with is looked for as the narrower ones in it. */
static enum err of_prefix(struct searching *s, const struct prefix *p)
{
	bool v4 = addr_is_v4(&p->addr);
	unsigned base = v4 ? 96 : 0;
	const unsigned wide[] = { base + (v4 ? 16 : 32), base + (v4 ? 24 : 64), 128 };
	size_t i = 0;
	while (p->bits > wide[i])
		i++;
	if (wide[i] - p->bits > 8)
		return why_set(s->c->why, ERR_RANGE, "such a prefix is too wide to be searched: from /8 on for IPv4, /24 to /32, /56 to /64 and from /120 on for IPv6");
	struct prefix one = { p->addr, (uint8_t)wide[i] };
	enum err e = OK;
	for (unsigned n = 0; e == OK && n < 1u << (wide[i] - p->bits); n++) {
		e = walk(s, find_prefix_addr(&s->c->j->fold, &one), "a report is about that address");
		next_addr(&one.addr, wide[i]);
	}
	return e;
}

/* A reporter's address, or a customer's in the register, which is in memory. */
static enum err of_person(struct searching *s, struct str text)
{
	struct commanding *c = s->c;
	struct str because = str_trim(command_arg(c, "because"));
	const struct entity *x;
	if (!because.len)
		return why_set(c->why, ERR_DENIED, "that is a person: say why you ask, --because TEXT");
	enum err e = command_record_lookup(c, text, because);
	if (e == OK)
		e = walk(s, find_prefix(&c->j->fold, FIND_REPORTER, text), "it reported");
	for (size_t i = 0; e == OK && (x = registry_next(c->j->registry, &i));)
		if (x->email.len && str_eq_fold(x->email, text))
			e = of_customer(s, x->customer.len ? x->customer : x->id, "the customer's address in the register");
	return e;
}

/* The cases that a digest told of. */
static enum err of_digest(struct searching *s, struct str message_id)
{
	struct work *w = s->c->j->fold.work;
	struct account_digest x = { 0 };
	struct row row;
	struct str key = str_format(work_arena(w), DIGEST_SENT "%.*s", STR_ARG(message_id));
	enum err e = key.len <= ROW_KEY_MAX ? work_load(w, TABLE_DIGEST, key, account_digest_fields, &x, &row, s->c->why) : ERR_NOTFOUND;
	for (unsigned i = 0; e == OK && i < x.act_count; i++) {
		struct str rest = x.acts[i], name;
		uint64_t number;
		if (str_split(&rest, '/', &name) && case_parse(name, &number) == OK)
			e = hit(s, number, "the id of a letter of ours");
	}
	return e == ERR_NOTFOUND ? OK : e;
}

/* Ids of letters stand in angle brackets, those of reports may. */
static enum err of_id(struct searching *s, struct str text)
{
	struct commanding *c = s->c;
	struct arena *a = work_arena(c->j->fold.work);
	struct str bare = text.len > 2 && text.ptr[0] == '<' && text.ptr[text.len - 1] == '>' ? str_sub(text, 1, text.len - 2) : text;
	struct str angled = str_format(a, "<%.*s>", STR_ARG(bare));
	struct row row;
	uint64_t number;
	enum err e = walk(s, find_prefix(&c->j->fold, FIND_ID, bare), "the id of a report");
	if (e == OK)
		e = walk(s, find_prefix(&c->j->fold, FIND_ID, angled), "the id of a report");
	if (e == OK)
		e = work_get(c->j->fold.work, TABLE_LETTER, angled, &row, c->why);
	if (e == OK && row.version && str_to_u64(row.state, INT64_MAX, &number) == OK && number)
		e = hit(s, number, "the id of a letter of ours");
	return e ? e : of_digest(s, angled);
}

static enum err receipt(struct searching *s, struct str text)
{
	struct row row;
	enum err e = text.len <= ROW_KEY_MAX ? work_get(s->c->j->fold.work, TABLE_RECEIPT, text, &row, s->c->why) : ERR_NOTFOUND;
	if (e == OK && row.version)
		jsonw_str(s->c->w, "receipt", row.state);
	return e == ERR_NOTFOUND ? OK : e;
}

static enum err search_all(struct searching *s, struct str text)
{
	struct commanding *c = s->c;
	struct prefix p;
	uint64_t number;
	if (str_starts_fold(text, STR("C-")) && case_parse(text, &number) == OK)
		return hit(s, number, "its number");
	if (prefix_parse(text, &p) == OK)
		return of_prefix(s, &p);
	if (str_chr(text, '@') != SIZE_MAX && text.ptr[0] != '<') {
		enum err e = of_person(s, text);
		return e ? e : of_id(s, text);
	}
	enum err e = of_customer(s, text, "its customer");
	if (e == OK)
		e = walk(s, find_prefix(&c->j->fold, FIND_DOMAIN, text), "a report is about that domain");
	if (e == OK && str_chr(text, '/') == SIZE_MAX)
		e = walk(s, find_prefix(&c->j->fold, FIND_CLAUSE, text), "its clause");
	return e ? e : of_id(s, text);
}

enum err cmd_search(struct commanding *c)
{
	struct searching s = { .c = c };
	struct str text = str_trim(command_arg(c, "text"));
	if (!text.len || text.len > ROW_KEY_MAX / 2)
		return why_set(c->why, ERR_SYNTAX, "search for what? a text of 1 to %d octets", ROW_KEY_MAX / 2);
	jsonw_array(c->w, "cases");
	enum err e = search_all(&s, text);
	jsonw_end(c->w, ']');
	jsonw_bool(c->w, "more", s.more);
	return e ? e : receipt(&s, text);
}
