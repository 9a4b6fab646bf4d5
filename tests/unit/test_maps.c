/*
 * Maps: what a class word means, what is wrong with a file of them, and times as columns write them.
 */
#include "format/format.h"
#include "format/maps.h"
#include "tap.h"

static struct arena *arena;

static const char *kind_of(const struct maps *maps, const char *format, const char *word)
{
	struct decode d = { .arena = arena, .maps = maps };
	return kind_info(class_kind(&d, format, str_of(word)))->name;
}

#define IS_KIND(maps, format, word, want) IS_STR(str_of(kind_of(maps, format, word)), STR(want), format ": " word)

static const struct maps *read_maps(const char *text)
{
	struct map_file file = { STR("own.map"), str_of(text) };
	const struct maps *maps = NULL;
	struct why why = { .line = 0 };
	char line[1200];
	if (maps_read(arena, &file, 1, &maps, &why) != OK) {
		why_print(&why, line, sizeof(line));
		printf("# %s\n", line);
	}
	return maps;
}

static void is_wrong(const char *text, const char *want)
{
	struct map_file file = { STR("own.map"), str_of(text) };
	const struct maps *maps;
	struct why why = { .line = 0 };
	char line[1200];
	if (!OK_(maps_read(arena, &file, 1, &maps, &why) != OK, "it is refused"))
		return;
	why_print(&why, line, sizeof(line));
	IS_STR(str_of(line), str_of(want), want);
}

static void test_builtin(void)
{
	OK_(maps_builtin() != NULL, "the built-in maps are good");
	IS_KIND(NULL, "shadowserver", "scan_adb", "vulnerability.open_service");
	IS_KIND(NULL, "shadowserver", " SCAN_Exchange ", "vulnerability.cve");
	IS_KIND(NULL, "shadowserver", "scan_never_seen", "vulnerability.open_service");
	IS_KIND(NULL, "shadowserver", "event4_sinkhole_http", "infrastructure.botnet");
	IS_KIND(NULL, "shadowserver", "event4_sinkhole_http_referer", "infrastructure.compromised_server");
	IS_KIND(NULL, "shadowserver", "event4_never_seen", "unclassified");
	IS_KIND(NULL, "shadowserver", "", "unclassified");
	IS_KIND(NULL, "no-such-map", "spam", "unclassified");
	OK_(class_find(class_map_find(maps_builtin(), STR("snds")), STR("green"))->nothing, "a word may say nothing against anybody");
	for (const struct class_map *m = maps_builtin()->classes; m < maps_builtin()->classes + maps_builtin()->class_count; m++)
		for (unsigned i = 0; str_starts(m->name, STR("shadowserver")) && i < m->word_count; i++)
			if (str_starts(m->words[i].word, STR("scan")) && m->words[i].kind != KIND_COMPROMISED_SERVER)
				OK_(kind_info(m->words[i].kind)->flags & KIND_ADVICE, str_c(arena, m->words[i].word));
}

static void test_patterns(void)
{
	const struct maps *m = read_maps("classes c {\n version 1\n class a* messaging.spam\n class a*z content.phishing\n class ab content.malware\n"
		" class \"* b *\" content.fraud\n class *** connection.ddos\n}\n");
	if (!OK_(m, "a file of patterns"))
		return;
	IS_KIND(m, "c", "ab", "content.malware");
	IS_KIND(m, "c", "abc", "messaging.spam");
	IS_KIND(m, "c", "abcz", "content.phishing");
	IS_KIND(m, "c", "az", "content.phishing");
	IS_KIND(m, "c", "x b y", "content.fraud");
	IS_KIND(m, "c", "x", "connection.ddos");
	struct decode d = { .arena = arena, .maps = m };
	struct observation *o = decode_add(&d);
	class_take(&d, o, "c", STR("AB"));
	IS_STR(observation_value(o, "class-map"), STR("c 1"), "which map decided is kept");
	IS_STR(o->kind_text, STR("AB"), "and the reporter's word");
	char many[4096];
	memset(many, 'a', sizeof(many));
	OK_(class_kind(&d, "c", (struct str){ many, sizeof(many) }) == KIND_SPAM, "of a long word the front is looked at");
}

static void test_own(void)
{
	const struct maps *m = read_maps("classes shadowserver {\n version mine\n class scan_adb unclassified\n}\ncolumns partner {\n version 2\n needs ip\n source ip\n}\n"
		"columns second {\n version 1\n needs ip\n source ip\n class what by shadowserver\n}\n");
	if (!OK_(m, "a file of one's own"))
		return;
	IS_KIND(m, "shadowserver", "scan_adb", "unclassified");
	IS_KIND(m, "shadowserver", "scan_ard", "unclassified");
	IS_KIND(m, "snds", "RED", "messaging.spam");
	IS_STR(m->columns[0].name, STR("partner"), "a new column map is asked first");
	IS_STR(m->columns[1].name, STR("second"), "in the order of the file");
	IS_INT(m->column_count, maps_builtin()->column_count + 2, "the built-in ones follow");
	for (unsigned i = 0; i < m->column_count; i++)
		if (str_eq(m->columns[i].name, STR("shadowserver")))
			IS_STR(m->columns[i].by_report->version, STR("mine"), "a built-in column map has the class map that took the place of its own");
}

static void test_wrong(void)
{
	is_wrong("classes c {\n class a messaging.spam\n}\n", "own.map:2:2: version is missing: which edition of the map this is");
	is_wrong("classes c {\n version 1\n class a messaging.spma\n}\n", "own.map:3:10: \"messaging.spma\" is no kind of report (did you mean \"messaging.spam\"?)");
	is_wrong("classes c {\n version 1\n class a messaging.spam\n class A content.fraud\n}\n", "own.map:4:8: \"a\" is given twice (first in line 3)");
	is_wrong("classes c {\n version 1\n class a\n}\n", "own.map:3:2: a class reads: class WORD KIND, or class WORD nothing");
	is_wrong("classes C { version 1 }\n", "own.map:1:9: a map's name is made of small letters, digits, - and _");
	is_wrong("classes c { version 1 }\nclasses c { version 2 }\n", "own.map:2:9: classes c is given twice");
	is_wrong("klasses c { version 1 }\n", "own.map:1:1: \"klasses\" is not known here (did you mean \"classes\"?)");
	is_wrong("columns p { version 1; needs ip }\n", "own.map:1:9: columns p: one of address, source and range has to say whom a row is about");
	is_wrong("columns p { version 1; needs ip; source ip; address ip }\n", "own.map:1:9: columns p: one of address, source and range has to say whom a row is about");
	is_wrong("columns p { version 1; source ip }\n", "own.map:1:9: columns p: without needs, header or report every table would be one of these");
	is_wrong("columns p { version 1; needs ip; source ip; class a by nowhere }\n", "own.map:1:56: there is no class map \"nowhere\"");
	is_wrong("columns p { version 1; needs ip; source ip; class a }\n", "own.map:1:45: a class reads: class COLUMN ... by MAP");
	is_wrong("columns p { version 1; needs ip; source ip; zone CET }\n", "own.map:1:50: zone: UTC, +HH:MM or -HH:MM");
	is_wrong("columns p { version 1; needs ip; source ip; pattern hh:mm }\n",
		"own.map:1:53: pattern: \"hh:mm\" is no rfc3339, mail, unix, unix-ms, and gives no day such as YYYY-MM-DD");
	is_wrong("columns p { version 1; needs ip; source ip; separator x }\n", "own.map:1:55: separator: one of , ; | and a tab");
	is_wrong("columns p { version 1; needs ip; source ip; kind spam }\n", "own.map:1:50: \"spam\" is no kind of report");
	is_wrong("columns p { version 1; needs ip; source ip; time a b c }\n", "own.map:1:54: time takes one column or two");
	is_wrong("columns p { version 1; header ip; needs ip; source ip }\n",
		"own.map:1:9: columns p: header is for CSV that names no columns, and needs is for one that does");
}

static void is_time(const char *pattern, const char *text, const char *want)
{
	struct pattern p;
	int64_t at = TIME_NONE;
	bool zone = false;
	char got[TIME_TEXT_MAX + 8] = "none";
	if (OK_(pattern_read(str_of(pattern), &p) == OK, pattern) && pattern_time(&p, str_of(text), &at, &zone) == OK) {
		time_print(at, got);
		strcat(got, zone ? " zone" : "");
	}
	IS_STR(str_of(got), str_of(want), text);
}

static void test_times(void)
{
	is_time("YYYY-MM-DD hh:mm:ss", "2026-03-01 10:20:30", "2026-03-01T10:20:30Z");
	is_time("YYYY-MM-DD hh:mm:ss", " 2026-03-01 10:20:30.25 ", "2026-03-01T10:20:30Z");
	is_time("YYYY-MM-DD hh:mm:ss", "2026-03-01 10:20", "none");
	is_time("YYYY-MM-DD hh:mm:ss", "2026-02-30 10:20:30", "none");
	is_time("YYYY-MM-DD hh:mm:ss", "2026-03-01 10:20:30 x", "none");
	is_time("YYYY-MM-DD", "2024-02-29", "2024-02-29T00:00:00Z");
	is_time("YYYY-MM-DD", "2026-02-29", "none");
	is_time("M/D/YYYY h:mm:ss AM", "3/1/2026 12:05:00 AM", "2026-03-01T00:05:00Z");
	is_time("M/D/YYYY h:mm:ss AM", "12/31/2026 1:05:00 PM", "2026-12-31T13:05:00Z");
	is_time("M/D/YYYY h:mm:ss AM", "12/31/2026 13:05:00 PM", "none");
	is_time("D MON YYYY hh:mm:ss Z", "1 mar 2026 10:00:00 +01:30", "2026-03-01T08:30:00Z zone");
	is_time("D MON YYYY hh:mm:ss Z", "1 Mar 2026 10:00:00 Z", "2026-03-01T10:00:00Z zone");
	is_time("D MON YYYY hh:mm:ss Z", "1 Mrz 2026 10:00:00 Z", "none");
	is_time("unix", "1772359200", "2026-03-01T10:00:00Z zone");
	is_time("unix", "-1", "none");
	is_time("unix-ms", "1772359200000", "2026-03-01T10:00:00Z zone");
	is_time("rfc3339", "2026-03-01T10:00:00+01:00", "2026-03-01T09:00:00Z zone");
	is_time("rfc3339", "2026-03-01", "2026-03-01T00:00:00Z");
	is_time("mail", "Sun, 1 Mar 2026 10:00:00 +0100", "2026-03-01T09:00:00Z zone");
}

int main(void)
{
	arena = arena_new("test", 64 << 20);
	test_builtin();
	test_patterns();
	test_own();
	test_wrong();
	test_times();
	arena_free(arena);
	return tap_done();
}
