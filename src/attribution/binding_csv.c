/*
 * Bindings from CSV. See binding_csv.h.
 */
#include "attribution/binding_csv.h"

enum column { ADDRESS, SUBJECT, START, END, PORT_FROM, PORT_TO, SEEN, RECORDED, FEED, KIND, UNSURE, SINCE };

static const char *const names[BINDING_CSV_COLUMNS] = { "address", "subject", "start", "end", "port_from", "port_to", "seen", "recorded", "feed", "kind",
	"unsure", "since" };
enum { NEEDED = END + 1 };

/* Line and column, both from 1, of a byte of the text. */
static void place(const struct binding_csv *c, const struct csv_row *row, size_t at, struct why *why)
{
	uint32_t line = row->line;
	size_t begin = row->from;
	for (size_t i = row->from; i < at; i++) {
		char b = c->csv.text.ptr[i];
		if (b == '\n' || (b == '\r' && (i + 1 == c->csv.text.len || c->csv.text.ptr[i + 1] != '\n'))) {
			line++;
			begin = i + 1;
		}
	}
	why_at(why, c->csv.file, line, (uint32_t)(at - begin + 1));
}

static enum err header(struct binding_csv *c, const struct csv_row *row, struct why *why)
{
	for (unsigned k = 0; k < BINDING_CSV_COLUMNS; k++)
		c->columns[k] = -1;
	for (unsigned i = 0; i < row->count; i++) {
		struct str text = str_trim(row->fields[i].text);
		unsigned k = 0;
		while (k < BINDING_CSV_COLUMNS && !str_eq_fold(text, str_of(names[k])))
			k++;
		if (k < BINDING_CSV_COLUMNS && c->columns[k] < 0) {
			c->columns[k] = (int)i;
			continue;
		}
		enum err e = why_set(why, ERR_SYNTAX, k < BINDING_CSV_COLUMNS ? "the column \"%.*s\" stands here twice" : "there is no column \"%.*s\"",
			text.len < BINDING_CSV_TEXT_MAX ? (int)text.len : BINDING_CSV_TEXT_MAX, text.len ? text.ptr : "");
		place(c, row, row->fields[i].from, why);
		return e;
	}
	for (unsigned k = 0; k < NEEDED; k++)
		if (c->columns[k] < 0) {
			enum err e = why_set(why, ERR_SYNTAX, "the column %s is missing", names[k]);
			place(c, row, row->from, why);
			return e;
		}
	c->width = row->count;
	return OK;
}

enum err binding_csv_open(struct binding_csv *c, struct arena *a, const char *file, struct str text, const struct binding_names *binding_names, int64_t now,
	struct why *why)
{
	struct csv_row row;
	*c = (struct binding_csv){ .names = binding_names, .now = now };
	csv_init(&c->csv, file, text, ',');
	enum err e = csv_next(&c->csv, a, &row, why);
	if (e == ERR_NOTFOUND) {
		e = why_set(why, ERR_SYNTAX, "the file is empty");
		why_at(why, file, 1, 1);
	}
	return e ? e : header(c, &row, why);
}

static struct str field(const struct binding_csv *c, const struct csv_row *row, enum column k)
{
	return str_trim(csv_text(row, c->columns[k]));
}

static const struct str inside_mark = { "inside:", 7 };

static enum err get_port(struct str text, uint16_t *ret_port, struct why *why)
{
	uint64_t n;
	if (str_to_u64(text, BINDING_PORT_LAST, &n) != OK)
		return why_set(why, ERR_SYNTAX, "a port is a number from 0 to %d", BINDING_PORT_LAST);
	*ret_port = (uint16_t)n;
	return OK;
}

static enum err get_time(struct str text, int64_t *ret_at, struct why *why)
{
	if (text.len && time_parse(text, ret_at) != OK)
		return why_set(why, ERR_SYNTAX, "a time reads like 2026-03-01T10:00:00Z, with its zone");
	return OK;
}

static enum err get_subject(struct binding_csv *c, struct str text, struct binding *b, struct why *why)
{
	struct addr inside;
	if (!text.len)
		return why_set(why, ERR_SYNTAX, "a binding needs a subject");
	if (str_starts(text, inside_mark)) {
		if (addr_parse(str_sub(text, inside_mark.len, text.len), &inside) != OK)
			return why_set(why, ERR_SYNTAX, "behind inside: stands an address");
		binding_inside(&inside, &b->subject);
		c->inside = inside;
		b->flags |= BINDING_INSIDE;
		return OK;
	}
	enum err e = c->names->subject(c->names->arg, text, &b->subject);
	if (e == ERR_EXISTS)
		return why_set(why, e, "this subject is the login of one customer and the id of another");
	if (e == ERR_CONFLICT)
		return why_set(why, e, "this subject cannot be told from another one: their keys are the same");
	return e ? why_set(why, ERR_NOTFOUND, "this subject is not known") : OK;
}

static bool get_event(struct str text, struct binding_csv *c)
{
	static const struct str mapping = { "-mapping", 8 };
	c->event.mapping = str_ends_fold(text, mapping);
	text.len -= c->event.mapping ? mapping.len : 0;
	for (enum nat_what what = NAT_GIVEN; what < NAT_UNVERIFIED && !c->is_event; what++) {
		c->is_event = str_eq_fold(text, str_of(nat_what_words[what]));
		c->event.what = what;
	}
	return c->is_event;
}

static enum err get_kind(struct str text, struct binding_csv *c, struct binding *b, struct why *why)
{
	if (get_event(text, c))
		return OK;
	if (!text.len || str_eq_fold(text, STR("session")))
		return OK;
	if (str_eq_fold(text, STR("assignment"))) {
		b->kind = BINDING_ASSIGNMENT;
		return OK;
	}
	if (!str_eq_fold(text, STR("withdrawn")))
		return why_set(why, ERR_SYNTAX, "neither session nor assignment nor withdrawn, nor what a NAT tells");
	b->kind = BINDING_CORRECTION;
	b->flags |= BINDING_WITHDRAWN;
	return OK;
}

static enum err get_unsure(struct str text, struct binding *b, struct why *why)
{
	struct str rest = text, word;
	while (text.len && str_split(&rest, ' ', &word)) {
		if (str_eq_fold(word, STR("end")))
			b->flags |= BINDING_END_GUESSED;
		else if (str_eq_fold(word, STR("subject")))
			b->flags |= BINDING_WEAK;
		else
			return why_set(why, ERR_SYNTAX, "neither end nor subject");
	}
	return OK;
}

static enum err get_field(struct binding_csv *c, const struct csv_row *row, enum column k, struct binding *b, struct why *why)
{
	struct str text = field(c, row, k);
	if (text.len > BINDING_CSV_TEXT_MAX)
		return why_set(why, ERR_LIMIT, "more than %d octets", BINDING_CSV_TEXT_MAX);
	switch (k) {
	case ADDRESS:
		return prefix_parse(text, &b->prefix) == OK ? OK : why_set(why, ERR_SYNTAX, "neither an address nor a prefix such as 192.0.2.0/24");
	case SUBJECT:
		return get_subject(c, text, b, why);
	case START: return get_time(text, &b->start_at, why);
	case END: return get_time(text, &b->end_at, why);
	case PORT_FROM: return text.len ? get_port(text, &b->port_from, why) : OK;
	case PORT_TO: return text.len ? get_port(text, &b->port_to, why) : OK;
	case SEEN: return get_time(text, &b->seen_at, why);
	case RECORDED: return get_time(text, &b->recorded_at, why);
	case FEED: return c->names->feed(c->names->arg, text, &b->feed) == OK ? OK : why_set(why, ERR_NOTFOUND, "this feed is not known");
	case KIND: return get_kind(text, c, b, why);
	case UNSURE: return get_unsure(text, b, why);
	case SINCE: return get_time(text, &c->event.since_at, why);
	}
	return OK;
}

/* Of one IPv4 address and its ports; the binding keeps nothing of it. */
static enum err make_event(struct binding_csv *c, struct binding *b, struct why *why)
{
	struct nat_event *e = &c->event;
	if (b->prefix.bits != 128 || !addr_is_v4(&b->prefix.addr) || !(b->flags & BINDING_INSIDE) || b->port_from > b->port_to)
		return why_set(why, ERR_SYNTAX, "what a NAT tells is of ports of one IPv4 address, and of an address inside:");
	e->first_at = b->start_at;
	e->last_at = b->end_at == TIME_NONE ? b->start_at : b->end_at;
	if (b->start_at < SECOND_US || e->last_at < e->first_at || e->last_at / SECOND_US >= UINT32_MAX - 1 || (e->since_at != TIME_NONE && e->since_at < SECOND_US))
		return why_set(why, ERR_RANGE, "what a NAT tells happened at a time, from 1970 to 2106");
	e->inside = c->inside;
	e->outside = b->prefix.addr;
	e->port_from = b->port_from;
	e->port_to = b->port_to;
	*b = (struct binding){ .feed = b->feed, .recorded_at = b->recorded_at };
	return OK;
}

static enum err one_row(struct binding_csv *c, const struct csv_row *row, struct binding *b, size_t *ret_at, struct why *why)
{
	*ret_at = row->from;
	if (row->count != c->width)
		return why_set(why, ERR_SYNTAX, "%u fields where the header has %u", row->count, c->width);
	for (unsigned k = 0; k < BINDING_CSV_COLUMNS; k++) {
		enum err e = get_field(c, row, (enum column)k, b, why);
		if (c->columns[k] >= 0)
			*ret_at = row->fields[c->columns[k]].from;
		if (e)
			return e;
	}
	*ret_at = row->from;
	if (!field(c, row, PORT_FROM).len != !field(c, row, PORT_TO).len)
		return why_set(why, ERR_SYNTAX, "a range of ports has a first and a last one");
	if (c->is_event)
		return make_event(c, b, why);
	if (b->flags & BINDING_END_GUESSED && b->end_at == TIME_NONE) {
		*ret_at = row->fields[c->columns[UNSURE]].from;
		return why_set(why, ERR_SYNTAX, "no end that could be unsure");
	}
	if (b->kind == BINDING_START && b->end_at != TIME_NONE)
		b->kind = b->flags & BINDING_END_GUESSED ? BINDING_INTERIM : BINDING_STOP;
	return binding_normalise(b, why);
}

enum err binding_csv_next(struct binding_csv *c, struct arena *a, struct binding *ret_binding, struct why *why)
{
	struct csv_row row;
	struct binding b = { .port_to = BINDING_PORT_LAST, .kind = BINDING_START, .start_at = TIME_NONE, .start_sure_at = TIME_NONE, .seen_at = TIME_NONE,
		.end_at = TIME_NONE, .recorded_at = c->now };
	size_t at;
	enum err e = csv_next(&c->csv, a, &row, why);
	if (e)
		return e;
	c->is_event = false;
	c->event = (struct nat_event){ .since_at = TIME_NONE };
	e = one_row(c, &row, &b, &at, why);
	if (e) {
		place(c, &row, at, why);
		return e == ERR_NOTFOUND ? ERR_SYNTAX : e;
	}
	*ret_binding = b;
	return OK;
}
