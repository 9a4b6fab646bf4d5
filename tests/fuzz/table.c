/*
 * Tables by built-in maps and by maps that take almost anything: rows are found, lost or say nothing; each fact has a name and lies in
 * the bytes that it came from; a source that is an address is one.
 */
#include "base/charset.h"
#include "format/format.h"
#include "format/maps.h"
#include "fuzz.h"

static const char own[] = "classes any { version 1; class a* messaging.spam; class *n* nothing }\n"
	"columns lists { version 1; form json; rows data.rows; needs ip; source ip; time when; pattern unix; class what by any }\n"
	"columns lines { version 1; form json; needs ip; source ip n.x.0; port n.x.1; time when; pattern unix; class what by any; count n.x.2.y }\n"
	"columns wide { version 1; separator \";\"; needs a b c; source a b c; port p; time d t; until u; pattern \"D.M.YYYY h:mm AM\"; id i; count n; class k by any }\n"
	"columns bare { version 1; separator \"|\"; header x first last y; range first last; kind messaging.spam }\n";

static const struct maps *maps_for_all(void)
{
	static struct arena *arena;
	static const struct maps *maps;
	if (!arena) {
		struct map_file file = { STR("own.map"), STR(own) };
		struct why why;
		arena = arena_new("maps", 32 << 20);
		MUST(arena && maps_read(arena, &file, 1, &maps, &why) == OK);
	}
	return maps;
}

static void check(const struct decode *d)
{
	MUST(d->count <= OBSERVATIONS_PER_ITEM_MAX && d->problem_count <= PROBLEMS_MAX && d->text_count <= DECODE_TEXTS_MAX);
	for (unsigned i = 0; i < d->count; i++) {
		const struct observation *o = &d->observations[i];
		struct prefix p;
		struct addr a;
		MUST(o->incidents && o->first_at <= o->last_at && o->fact_count <= OBSERVATION_FACTS_MAX && o->fact_count <= o->fact_room && str_utf8_valid(o->kind_text));
		MUST(o->source.type != SOURCE_ADDR || (addr_parse(o->source.text, &a) == OK && addr_eq(&a, &o->source.addr)));
		MUST(o->source.type != SOURCE_PREFIX || prefix_parse(o->source.text, &p) == OK);
		for (unsigned k = 0; k < o->fact_count; k++) {
			const struct fact *f = &o->facts[k];
			MUST(f->name.len && str_utf8_valid(f->name) && f->value.len <= FACT_VALUE_MAX && str_utf8_valid(f->value) && f->span.from <= f->span.to);
			MUST(f->span.part.len || f->span.to <= d->text.len);
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const char *const names[] = { "", "2026-03-01-scan_adb-x.csv", "event4_honeypot_ddos_target.csv.gz", "report.zip" };
	struct arena *a = arena_new("fuzz", 256 << 20);
	charset_start();
	MUST(a);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++, arena_reset(a)) {
		struct decode d = { .arena = a, .text = FUZZ_TEXT(data, len), .name = str_of(names[i]), .maps = i % 2 ? NULL : maps_for_all() };
		if (format_decode(&d) == OK)
			check(&d);
	}
	arena_free(a);
	return 0;
}
