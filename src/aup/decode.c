/*
 * aup decode: what a report says, one JSON line a file; no daemon is needed. The decoders are the daemon's own.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "aup/aup.h"
#include "base/file.h"
#include "format/format.h"
#include "format/maps.h"

enum { DECODE_BYTES_MAX = 100 << 20, MAPS_BYTES_MAX = 32 << 20, PIECE_BYTES = 1 << 20 };

static void write_fact(struct jsonw *w, const struct fact *f)
{
	jsonw_object(w, NULL);
	jsonw_str(w, "name", f->name);
	jsonw_str(w, "value", f->value);
	jsonw_object(w, "span");
	jsonw_str(w, "part", f->span.part);
	jsonw_int(w, "from", f->span.from);
	jsonw_int(w, "to", f->span.to);
	jsonw_end(w, '}');
	jsonw_str(w, "certainty", str_of(certainty_words[f->certainty]));
	jsonw_end(w, '}');
}

static void write_observation(struct jsonw *w, const struct observation *o)
{
	jsonw_object(w, NULL);
	jsonw_str(w, "class", str_of(kind_info(o->kind)->name));
	if (o->source.text.len)
		jsonw_str(w, "source", o->source.text);
	else
		jsonw_null(w, "source");
	jsonw_str(w, "source_type", str_of(source_type_words[o->source.type]));
	if (o->source.port)
		jsonw_int(w, "port", o->source.port);
	else
		jsonw_null(w, "port");
	jsonw_time(w, "time", o->event_at);
	jsonw_bool(w, "zone", o->zone_given);
	jsonw_str(w, "certainty", str_of(certainty_words[o->source.certainty]));
	jsonw_int(w, "incidents", o->incidents);
	jsonw_str(w, "reporter", o->reporter);
	jsonw_array(w, "facts");
	for (unsigned i = 0; i < o->fact_count; i++)
		write_fact(w, &o->facts[i]);
	jsonw_end(w, ']');
	jsonw_end(w, '}');
}

static void print_json(const char *file, const struct decode *d, bool strict)
{
	struct buf out;
	struct jsonw w;
	buf_init(&out, CLI_BYTES_MAX);
	jsonw_init(&w, &out);
	jsonw_object(&w, NULL);
	jsonw_str(&w, "file", str_of(file));
	jsonw_str(&w, "format", str_of(d->format));
	jsonw_str(&w, "outcome", str_of(outcome_words[d->outcome]));
	jsonw_array(&w, "observations");
	for (unsigned i = 0; i < d->count; i++) {
		write_observation(&w, &d->observations[i]);
		/* a table of many rows is longer than any buffer */
		if (out.len > PIECE_BYTES) {
			(void)fwrite(out.ptr, 1, out.len, stdout);
			buf_clear(&out);
		}
	}
	jsonw_end(&w, ']');
	jsonw_int(&w, "nothing", d->rows_nothing);
	jsonw_int(&w, "lost", d->rows_lost);
	jsonw_array(&w, "problems");
	for (unsigned i = 0; i < d->problem_count; i++)
		if (strict || !d->problems[i].strict)
			jsonw_str(&w, NULL, d->problems[i].text);
	jsonw_end(&w, ']');
	jsonw_end(&w, '}');
	buf_putc(&out, '\n');
	(void)fwrite(out.ptr, 1, out.len, stdout);
	buf_done(&out);
}

static void print_text(struct arena *a, const char *file, const struct decode *d, bool strict)
{
	char when[TIME_TEXT_MAX];
	(void)printf("%s: %s, %s\n", file, d->format, outcome_words[d->outcome]);
	for (unsigned i = 0; i < d->count; i++) {
		const struct observation *o = &d->observations[i];
		time_print(o->event_at, when);
		(void)printf("  %s  %.*s  %s%s\n", kind_info(o->kind)->name, STR_ARG(str_printable(a, o->source.text, 200)), when, o->zone_given ? "" : " (no zone)");
	}
	if (d->rows_nothing)
		(void)printf("  rows that say nothing against anybody: %u\n", d->rows_nothing);
	for (unsigned i = 0; i < d->problem_count; i++)
		if (strict || !d->problems[i].strict)
			(void)printf("  problem: %.*s\n", STR_ARG(d->problems[i].text));
}

/* Those of a directory beside those that are built in; NULL stays NULL. */
static enum err read_maps(struct arena *a, const char *dir, const struct maps **ret_maps, struct why *why)
{
	struct map_file *files = NULL;
	unsigned count = 0;
	enum err e = dir ? map_files_read(a, dir, &files, &count, why) : OK;
	return e || !dir ? e : maps_read(a, files, count, ret_maps, why);
}

int cmd_decode(int argc, char **argv)
{
	const char *dir = cli_value(&argc, argv, "--maps");
	const struct maps *maps = NULL;
	struct why why = { .line = 0 };
	bool json = cli_flag(&argc, argv, "--json"), strict = cli_flag(&argc, argv, "--strict");
	int status = EXIT_OK;
	if (!cli_no_more_options(argc, argv, "decode"))
		return EXIT_USAGE;
	if (argc < 2)
		return cli_usage("decode");
	struct arena *a = arena_new("decode", CLI_BYTES_MAX), *of_maps = arena_new("maps", MAPS_BYTES_MAX);
	if (!a || !of_maps || read_maps(of_maps, dir, &maps, &why) != OK)
		return cli_fail(&why);
	for (int i = 1; i < argc; i++, arena_reset(a)) {
		struct decode d = { .arena = a, .name = str_of(argv[i]), .received_at = TIME_NONE, .maps = maps };
		const char *path = strcmp(argv[i], "-") == 0 ? "/dev/stdin" : argv[i];
		enum err e = file_read_all(a, AT_FDCWD, path, DECODE_BYTES_MAX, &d.text, &why);
		if (e == OK && format_decode(&d) != OK)
			e = why_set(&why, ERR_NOMEM, "%s needs more memory than there is", argv[i]);
		if (e) {
			status = cli_fail(&why);
			continue;
		}
		if (json)
			print_json(argv[i], &d, strict);
		else
			print_text(a, argv[i], &d, strict);
	}
	arena_free(a);
	arena_free(of_maps);
	return status;
}
