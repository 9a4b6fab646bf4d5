/*
 * Bindings from CSV: each column, what is left out, one bad row among good ones with its line and column, wrong headers.
 */
#include "attribution/binding_csv.h"
#include "base/arena.h"
#include "tap.h"

static struct arena *arena;
static const int64_t NOW = 1790000000000000;

static enum err subject(void *arg, struct str text, struct binding_subject *ret_subject)
{
	(void)arg;
	if (str_eq(text, STR("stranger")))
		return ERR_NOTFOUND;
	*ret_subject = (struct binding_subject){ { (uint8_t)text.ptr[0], (uint8_t)text.len } };
	return OK;
}

static enum err feed(void *arg, struct str text, uint8_t *ret_feed)
{
	(void)arg;
	*ret_feed = text.len ? 2 : 1;
	return str_eq(text, STR("nobody")) ? ERR_NOTFOUND : OK;
}

static const struct binding_names names = { NULL, subject, feed };

static enum err first(const char *text, struct binding *ret_binding, struct why *why)
{
	struct binding_csv c;
	arena_reset(arena);
	*why = (struct why){ 0 };
	enum err e = binding_csv_open(&c, arena, "b.csv", str_of(text), &names, NOW, why);
	return e ? e : binding_csv_next(&c, arena, ret_binding, why);
}

static void columns(void)
{
	struct binding b;
	struct why why;
	OK_(first("address,subject,start,end\n192.0.2.7,ann,2026-03-01T10:00:00Z,2026-03-01T12:00:00+01:00\n", &b, &why) == OK, "the columns that are needed");
	OK_(b.prefix.bits == 128 && b.port_from == 0 && b.port_to == 65535 && b.feed == 1 && b.kind == BINDING_STOP && b.recorded_at == NOW, "the rest is what it says");
	OK_(b.end_at - b.start_at == HOUR_US && b.seen_at == b.end_at && b.subject.octets[0] == 'a', "times with their zones");
	OK_(first("\xef\xbb\xbf" "Kind , FEED,recorded,seen,port_to,port_from,end,start,subject,address\r\n"
		"session,radius,2026-03-02T00:00:00Z,2026-03-01T11:00:00Z,2047,1024,,2026-03-01T10:00:00Z,\"b\"\"ob\",192.0.2.7\r\n", &b, &why) == OK, "all of them, in any order");
	OK_(b.feed == 2 && b.port_from == 1024 && b.port_to == 2047 && b.kind == BINDING_START && b.end_at == TIME_NONE && b.seen_at - b.start_at == HOUR_US &&
		b.recorded_at < NOW && b.subject.octets[1] == 4, "each in its place");
	OK_(first("address,subject,start,end,kind\n2001:db8::/56,ann,,,assignment\n", &b, &why) == OK && b.prefix.bits == 56 && b.start_at == TIME_NONE && b.kind == BINDING_ASSIGNMENT &&
		b.flags == BINDING_STATIC && b.seen_at == TIME_MAX, "an assignment, since ever and until further notice");
	OK_(first("address,subject,start,end,kind\n192.0.2.7,ann,2026-03-01T10:00:00Z,2026-03-01T12:00:00Z,withdrawn\n", &b, &why) == OK && b.kind == BINDING_CORRECTION &&
		b.flags == BINDING_WITHDRAWN, "one that never was");
	OK_(first("address,subject,start,end,seen,unsure\n192.0.2.7,ann,2026-03-01T10:00:00Z,2026-03-01T12:00:00Z,2026-03-01T11:00:00Z,end subject\n", &b, &why) == OK &&
		b.flags == (BINDING_END_GUESSED | BINDING_WEAK) && b.seen_at - b.start_at == HOUR_US && b.end_at - b.start_at == 2 * HOUR_US, "an end that was inferred, a subject that is weak");
	OK_(first("address,subject,start,end,unsure\n192.0.2.7,ann,2026-03-01T10:00:00Z,,end\n", &b, &why) == ERR_SYNTAX && why.column == 37 &&
		first("address,subject,start,end,unsure\n192.0.2.7,ann,2026-03-01T10:00:00Z,,start\n", &b, &why) == ERR_SYNTAX, "no end that could be unsure, no such word");
	struct addr inside = { { 0 } };
	OK_(first("address,subject,start,end,port_from,port_to\n192.0.2.7,inside:100.64.0.9,2026-03-01T10:00:00Z,,1024,2047\n", &b, &why) == OK && b.flags == BINDING_INSIDE,
		"a subject that is an address behind it");
	struct addr got = binding_inside_addr(&b.subject);
	OK_(addr_parse(STR("100.64.0.9"), &inside) == OK && addr_eq(&got, &inside), "  that one");
	OK_(first("address,subject,start,end\n192.0.2.7,inside:,2026-03-01T10:00:00Z,\n", &b, &why) == ERR_SYNTAX && why.column == 11, "none is none");
	OK_(first("address,subject,start,end\n", &b, &why) == ERR_NOTFOUND, "a header alone has no rows");
}

static void wrong_headers(void)
{
	static const struct { const char *name, *text; unsigned line, column; } wrong[] = {
		{ "an empty file", "", 1, 1 }, { "a column that is missing", "\naddress,subject,start\n", 2, 1 },
		{ "a column that nobody knows", "address,subject,start,end,colour\n", 1, 27 }, { "a column twice", "address,subject,start,end,subject\n", 1, 27 },
		{ "a quote that never ends", "address,\"subject\n", 1, 9 },
	};
	struct binding b;
	struct why why;
	for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		enum err e = first(wrong[i].text, &b, &why);
		if (!OK_(e && e != ERR_NOTFOUND && why.text[0] && why.line == wrong[i].line && why.column == wrong[i].column && strcmp(why.file, "b.csv") == 0, wrong[i].name))
			printf("# %d %s:%u:%u %s\n", e, why.file, why.line, why.column, why.text);
	}
}

static void wrong_rows(void)
{
	static const struct { const char *row; unsigned line, column; } wrong[] = {
		{ "192.0.2.300,ann,2026-03-01T10:00:00Z,,,,", 3, 1 },
		{ "192.0.2.1/24,ann,2026-03-01T10:00:00Z,,,,", 3, 1 },
		{ "192.0.2.7,,2026-03-01T10:00:00Z,,,,", 3, 11 },
		{ "192.0.2.7,stranger,2026-03-01T10:00:00Z,,,,", 3, 11 },
		{ "192.0.2.7,ann,2026-03-01T10:00:00,,,,", 3, 15 },
		{ "192.0.2.7,ann,yesterday,,,,", 3, 15 },
		{ "192.0.2.7,ann,2026-03-01T10:00:00Z,2026-03-01T09:00:00Z,,,", 3, 1 },
		{ "192.0.2.7,ann,2026-03-01T10:00:00Z,,65536,65536,", 3, 37 },
		{ "192.0.2.7,ann,2026-03-01T10:00:00Z,,1024,,", 3, 1 },
		{ "192.0.2.0/24,ann,2026-03-01T10:00:00Z,,1024,2047,", 3, 1 },
		{ "192.0.2.7,ann,2026-03-01T10:00:00Z,,,,nobody", 3, 39 },
		{ "192.0.2.7,ann,2026-03-01T10:00:00Z", 3, 1 },
		{ "192.0.2.7,\"an\nn\",2126-03-01T10:00:00Z,,,,", 3, 1 },
		{ "192.0.2.7,\"an\nn\",never,,,,", 4, 4 },
		{ "192.0.2.7,a\"n,2026-03-01T10:00:00Z,,,,", 3, 12 },
	};
	for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct binding_csv c;
		struct binding b;
		struct why why = { 0 };
		arena_reset(arena);
		struct str text = str_format(arena, "address,subject,start,end,port_from,port_to,feed\n192.0.2.6,bob,2026-03-01T10:00:00Z,,,,\n%s\n192.0.2.8,eve,2026-03-01T10:00:00Z,,,,\n",
			wrong[i].row);
		bool good = binding_csv_open(&c, arena, "b.csv", text, &names, NOW, &why) == OK && binding_csv_next(&c, arena, &b, &why) == OK && b.subject.octets[0] == 'b';
		enum err e = binding_csv_next(&c, arena, &b, &why);
		good &= e && e != ERR_NOTFOUND && why.line == wrong[i].line && why.column == wrong[i].column && why.text[0] && b.subject.octets[0] == 'b';
		good &= binding_csv_next(&c, arena, &b, NULL) == OK && b.subject.octets[0] == 'e' && binding_csv_next(&c, arena, &b, NULL) == ERR_NOTFOUND;
		if (!OK_(good, wrong[i].row[0] ? "one bad row, its place, and the row after it" : ""))
			printf("# row \"%s\": %d at %u:%u %s\n", wrong[i].row, e, why.line, why.column, why.text);
	}
}

int main(void)
{
	arena = arena_new("test", 1 << 20);
	if (!arena)
		return 1;
	columns();
	wrong_headers();
	wrong_rows();
	arena_free(arena);
	return tap_done();
}
