/*
 * One row, by a column map: whom it is about, when, what class, and every filled field as a fact. See table.h.
 *
 * A column with a role holds what its role wants or the row is lost: that is how columns that have shifted are seen. A row with too
 * few or too many fields is read when its roles are right, and what stands behind them is a guess.
 */
#include <stdio.h>

#include "format/table.h"

static struct str filled(const struct csv_row *row, const struct table_role *role, int *ret_at)
{
	for (unsigned i = 0; i < role->count; i++) {
		struct str text = str_trim(csv_text(row, role->at[i]));
		if (text.len) {
			*ret_at = role->at[i];
			return text;
		}
	}
	return STR_NONE;
}

void table_lose(struct table *t, uint32_t line, const char *text, const char *column)
{
	struct str part = t->file->part;
	t->d->rows_lost++;
	if (t->lost++ < TABLE_PROBLEMS_MAX)
		decode_problem(t->d, false, "%.*s%s%s %u: %s%s%s", STR_ARG(part), part.len ? ", " : "", t->unit, line, column, column[0] ? " " : "", text);
}

static const char *column_name(const struct table *t, int at)
{
	return at >= 0 && (unsigned)at < t->width ? str_c(t->d->arena, t->names[at]) : "";
}

/* The text of an IPv4 address that is taken is its normal form already. */
static bool read_address(struct decode *d, struct str text, struct source *ret_source)
{
	struct source s = { .type = SOURCE_ADDR, .text = text, .certainty = CERTAINTY_STATED };
	struct prefix p;
	if (addr_parse(text, &s.addr) == OK) {
		if (!addr_is_v4(&s.addr))
			s.text = addr_str(d->arena, &s.addr);
	} else if (prefix_parse(text, &p) == OK) {
		s.type = SOURCE_PREFIX;
		s.text = prefix_str(d->arena, &p);
	} else {
		return false;
	}
	*ret_source = s;
	return true;
}

static bool read_source(struct table *t, const struct csv_row *row, struct observation *o)
{
	int at = t->source.count ? t->source.at[0] : -1;
	struct str text = filled(row, &t->source, &at);
	bool good = text.len && t->map->addresses && read_address(t->d, text, &o->source);
	if (text.len && !t->map->addresses) {
		decode_source(t->d, o, text, CERTAINTY_STATED);
		good = o->source.type != SOURCE_NONE && o->source.type != SOURCE_LOGIN;
	}
	if (!good)
		table_lose(t, row->line, text.len ? "holds no address" : "is empty: nobody is named", column_name(t, at));
	return good;
}

static bool read_number(struct table *t, const struct csv_row *row, const struct table_role *role, uint64_t most, uint64_t *ret_number)
{
	int at;
	struct str text = filled(row, role, &at);
	*ret_number = 0;
	if (!text.len || str_to_u64(text, most, ret_number) == OK)
		return true;
	table_lose(t, row->line, "holds no such number", column_name(t, at));
	return false;
}

/* One column, or a date and a time of day. False when there is a text that is no time. */
static bool time_of(struct table *t, const struct csv_row *row, const struct table_role *role, int64_t *ret_at, bool *ret_zone)
{
	char both[2 * TABLE_TYPE_MAX];
	struct str text = role->count ? str_trim(csv_text(row, role->at[0])) : STR_NONE;
	*ret_at = TIME_NONE;
	if (role->count > 1 && text.len) {
		struct str second = str_trim(csv_text(row, role->at[1]));
		int n = snprintf(both, sizeof(both), "%.*s %.*s", STR_ARG(str_sub(text, 0, TABLE_TYPE_MAX - 1)), STR_ARG(str_sub(second, 0, TABLE_TYPE_MAX - 1)));
		text = (struct str){ both, (size_t)n };
	}
	if (!text.len)
		return true;
	if (role->count == 1 && str_eq(text, t->time_text)) {
		*ret_at = t->time_at;
		*ret_zone = t->time_zone;
		return true;
	}
	*ret_zone = false;
	if (pattern_time(&t->map->pattern, text, ret_at, ret_zone) != OK) {
		table_lose(t, row->line, "holds no time of the map's pattern", column_name(t, role->at[0]));
		return false;
	}
	if (!*ret_zone)
		*ret_at -= t->map->zone_minutes * MINUTE_US;
	*ret_zone |= t->map->zone_given;
	if (role->count == 1) {
		t->time_text = text;
		t->time_at = *ret_at;
		t->time_zone = *ret_zone;
	}
	return true;
}

static bool read_time(struct table *t, const struct csv_row *row, struct observation *o)
{
	int64_t until;
	bool zone;
	if (!time_of(t, row, &t->time, &o->event_at, &o->zone_given) || !time_of(t, row, &t->until, &until, &zone))
		return false;
	o->first_at = o->last_at = o->event_at;
	if (until != TIME_NONE && o->event_at != TIME_NONE && until > o->event_at)
		o->last_at = until;
	return true;
}

/* The word as it is, or the first of several that the map knows. */
static const struct class_entry *class_of(const struct class_map *map, struct str text)
{
	const struct class_entry *entry = class_find(map, text);
	for (size_t from = 0; !entry && from < text.len && text.len <= TABLE_NAME_MAX;) {
		size_t n = from;
		while (n < text.len && !strchr(";,|", text.ptr[n]))
			n++;
		if (n - from < text.len)
			entry = class_find(map, str_sub(text, from, n - from));
		from = n + 1;
	}
	return entry;
}

/* Whose map said so is *ret_stamp. False when the row says nothing against anybody. */
static bool classify(struct table *t, const struct csv_row *row, bool whole, struct observation *o, struct str *ret_stamp)
{
	const struct class_entry *entry = t->type_class;
	*ret_stamp = entry ? t->map->by_report->stamp : STR_NONE;
	o->kind = t->map->kind;
	o->kind_text = entry ? t->type : STR_NONE;
	for (unsigned i = 0; !entry && i < t->map->class_count; i++)
		for (unsigned k = 0; !entry && k < t->classes[i].count; k++) {
			struct str text = str_trim(csv_text(row, t->classes[i].at[k]));
			if (!text.len || (!whole && t->classes[i].at[k] > t->last_mapped))
				continue;
			entry = class_of(t->map->classes[i].map, text);
			if (entry || !o->kind_text.len)
				o->kind_text = text;
			if (entry)
				*ret_stamp = t->map->classes[i].map->stamp;
		}
	if (entry)
		o->kind = entry->kind;
	if (!o->kind_text.len && t->map->by_report)
		o->kind_text = t->type;
	if (!str_utf8_valid(o->kind_text))
		o->kind_text = str_printable(t->d->arena, o->kind_text, TABLE_NAME_MAX);
	return !entry || !entry->nothing;
}

/* A row's own id; else the day that it stands for; else its own bytes: the same file twice is the same reports. */
static bool read_id(struct table *t, const struct csv_row *row, struct observation *o)
{
	int at;
	struct arena *a = t->d->arena;
	struct str own = filled(row, &t->id, &at);
	int64_t day = o->event_at == TIME_NONE ? TIME_NONE : o->event_at / DAY_US;
	if (own.len) {
		o->report_id = str_utf8_valid(own) ? own : str_printable(a, own, TABLE_NAME_MAX);
	} else if (t->map->daily && day != TIME_NONE) {
		if (!t->id_text.len || day != t->id_day) {
			struct str when = time_str(a, day * DAY_US);
			t->id_text = str_format(a, "%s %.*s %.*s", t->map->format, STR_ARG(t->type), STR_ARG(str_sub(when, 0, 10)));
			t->id_day = day;
		}
		o->report_id = t->id_text;
	} else {
		struct digest d;
		digest_sha256(str_sub(t->file->text, row->from, row->to - row->from), &d);
		o->report_id = str_sub(digest_hex(a, &d), 0, 32);
	}
	return o->report_id.len;
}

static bool add_facts(struct table *t, const struct csv_row *row, bool whole, struct str class_stamp, struct observation *o)
{
	static const struct span nowhere = { { "", 0 }, 0, 0 };
	struct decode *d = t->d;
	unsigned width = row->count < t->width ? row->count : t->width, n = 3;
	bool clean = str_utf8_valid(str_sub(t->file->text, row->from, row->to - row->from));
	for (unsigned i = 0; i < width; i++)
		n += row->fields[i].text.len > 0;
	if (!decode_room(d, o, n))
		return false;
	decode_fact(d, o, STR("column-map"), t->map->stamp, nowhere, CERTAINTY_DERIVED);
	if (class_stamp.len)
		decode_fact(d, o, STR("class-map"), class_stamp, nowhere, CERTAINTY_DERIVED);
	if (t->type.len)
		decode_fact(d, o, STR("report-type"), t->type, nowhere, CERTAINTY_DERIVED);
	for (unsigned i = 0; i < width; i++) {
		const struct csv_field *f = &row->fields[i];
		enum certainty certainty = whole || (int)i <= t->last_mapped ? CERTAINTY_STATED : CERTAINTY_GUESSED;
		if (!f->text.len)
			continue;
		struct span span = { t->file->part, (uint32_t)f->from + f->quoted, (uint32_t)f->to - f->quoted };
		if (clean && f->text.len <= FACT_VALUE_MAX && o->fact_count < o->fact_room)
			o->facts[o->fact_count++] = (struct fact){ t->names[i], f->text, span, certainty };
		else
			decode_fact(d, o, t->names[i], f->text, span, certainty);
	}
	return true;
}

/* The last address of what begins at first and has that many bits of its family. */
static struct addr end_of(const struct addr *first, unsigned bits)
{
	struct addr a = *first;
	unsigned from = bits + (addr_is_v4(first) ? 96 : 0);
	for (unsigned i = from; i < 128; i++)
		a.octets[i / 8] |= (uint8_t)(0x80 >> (i % 8));
	return a;
}

static bool step(struct addr *a)
{
	for (int i = 15; i >= 0; i--)
		if (++a->octets[i])
			return true;
	return false;
}

/* The widest prefix that begins at first and does not go beyond last. */
static unsigned widest(const struct addr *first, const struct addr *last)
{
	unsigned bits = addr_is_v4(first) ? 32 : 128;
	for (; bits; bits--) {
		struct prefix p = prefix_of(first, bits - 1);
		struct addr end = end_of(first, bits - 1);
		if (!addr_eq(&p.addr, first) || addr_cmp(&end, last) > 0)
			break;
	}
	return bits;
}

/* A range as the fewest prefixes that make it up, one observation each; o is the one whose facts all have. False when there is no room. */
static bool spread(struct table *t, struct observation *o, struct addr first, const struct addr *last)
{
	struct observation all = *o;
	unsigned whole = addr_is_v4(&first) ? 32 : 128;
	for (;;) {
		unsigned bits = widest(&first, last);
		struct prefix p = prefix_of(&first, bits);
		struct position at = o->at;
		*o = all;
		o->at = at;
		o->source = (struct source){ .type = bits == whole ? SOURCE_ADDR : SOURCE_PREFIX, .certainty = CERTAINTY_STATED };
		o->source.addr = bits == whole ? first : o->source.addr;
		o->source.text = bits == whole ? addr_str(t->d->arena, &first) : prefix_str(t->d->arena, &p);
		first = end_of(&first, bits);
		if (addr_cmp(&first, last) >= 0 || !step(&first))
			return true;
		if (!(o = decode_add(t->d)))
			return false;
	}
}

static bool read_range(struct table *t, const struct csv_row *row, struct addr ret_ends[2])
{
	for (int i = 0; i < 2; i++)
		if (addr_parse(str_trim(csv_text(row, t->range.at[i])), &ret_ends[i]) != OK) {
			table_lose(t, row->line, "holds no address", column_name(t, t->range.at[i]));
			return false;
		}
	if (addr_is_v4(&ret_ends[0]) == addr_is_v4(&ret_ends[1]) && addr_cmp(&ret_ends[0], &ret_ends[1]) <= 0)
		return true;
	table_lose(t, row->line, "the range ends before it begins", "");
	return false;
}

static void tell_unsure(struct table *t, const struct csv_row *row)
{
	struct str part = t->file->part;
	if (t->unsure++ >= TABLE_PROBLEMS_MAX / 4)
		return;
	if (row->bent)
		decode_problem(t->d, false, "%.*s%s%s %u: its quotes break the rules: what stands behind %s is unsure", STR_ARG(part), part.len ? ", " : "", t->unit, row->line,
			column_name(t, t->last_mapped));
	else
		decode_problem(t->d, false, "%.*s%s%s %u: %u fields instead of %u: what stands behind %s is unsure", STR_ARG(part), part.len ? ", " : "", t->unit, row->line,
			row->count, t->width, column_name(t, t->last_mapped));
}

bool table_row(struct table *t, const struct csv_row *row)
{
	struct decode *d = t->d;
	struct addr ends[2];
	struct str stamp;
	uint64_t port = 0, count = 0;
	bool whole = row->count == t->width && !row->bent;
	/* an empty field too many is a comma at the end of the line */
	for (unsigned i = t->width; !row->bent && !whole && i < row->count && !row->fields[i].text.len; i++)
		whole = i + 1 == row->count;
	struct observation *o = decode_add(d);
	if (!o) {
		table_lose(t, row->line, "no more rows than these are read of one item", "");
		return false;
	}
	if (!classify(t, row, whole, o, &stamp)) {
		t->nothing++;
		d->count--;
		return true;
	}
	bool good = t->range.count ? read_range(t, row, ends) : read_source(t, row, o);
	good = good && read_time(t, row, o) && read_number(t, row, &t->port, 65535, &port) && read_number(t, row, &t->count, UINT32_MAX, &count);
	if (!good) {
		d->count--;
		return true;
	}
	o->source.port = (uint16_t)port;
	o->incidents = count ? (uint32_t)count : 1;
	if (!read_id(t, row, o) || !add_facts(t, row, whole, stamp, o)) {
		d->count--;
		table_lose(t, row->line, "no memory for more rows", "");
		return false;
	}
	if (!whole)
		tell_unsure(t, row);
	t->unclassified += o->kind == KIND_UNCLASSIFIED;
	if (o->kind == KIND_UNCLASSIFIED && !t->unknown_class.len)
		t->unknown_class = o->kind_text;
	return !t->range.count || spread(t, o, ends[0], &ends[1]);
}
