/*
 * Lease files and logs, as the CSV that the daemon takes. See bindings.h.
 */
#include "aup/bindings.h"

#include <stdio.h>
#include <string.h>

#include "aup/aup.h"
#include "base/clock.h"

enum { LINE_BYTES_MAX = 4 << 20, HELD_BYTES_MAX = 512 << 20 };

static const char leases_head[] = "address,subject,start,end,seen,unsure\n";
static struct bindings_leases only, hook;

static bool find_word(const char *const *words, const char *word, int *ret_index)
{
	for (*ret_index = 0; words[*ret_index]; ++*ret_index)
		if (strcmp(words[*ret_index], word) == 0)
			return true;
	return false;
}

/* A log has no subjects to choose from, and times whose year may have to be said. */
static bool open_nat(int format, const char *by, const char *zone, const char *year)
{
	uint64_t n = 0;
	if (by || (year && (str_to_u64(str_of(year), 2105, &n) != OK || n < 1970)) || (zone && time_zone_parse(str_of(zone), &only.clock.zone_us) != OK)) {
		(void)cli_usage("bindings");
		return false;
	}
	only.nat = true;
	only.nat_format = (enum nat_format)format;
	only.head = bindings_nat_head;
	only.clock.received_at = TIME_NONE;
	only.clock.zone_given = zone != NULL;
	only.clock.year = (int)n;
	return true;
}

bool bindings_leases_open(int *argc, char **argv, struct bindings_leases **ret_leases)
{
	const char *format = cli_value(argc, argv, "--format"), *by = cli_value(argc, argv, "--subject"), *zone = cli_value(argc, argv, "--zone");
	const char *year = cli_value(argc, argv, "--year");
	int index = 0, id = LEASE_ID_END;
	*ret_leases = NULL;
	if (!format && !by && !zone && !year)
		return true;
	only.head = leases_head;
	if (format && find_word(nat_format_words, format, &index)) {
		*ret_leases = &only;
		return open_nat(index, by, zone, year);
	}
	if (!format || year || !find_word(lease_format_words, format, &index) || (by && !find_word(lease_id_words, by, &id))) {
		(void)cli_usage("bindings");
		return false;
	}
	lease_reader_init(&only.reader, (enum lease_format)index);
	only.reader.by = (enum lease_id)id;
	only.reader.zone_given = zone != NULL;
	if (zone && time_zone_parse(str_of(zone), &only.reader.zone_us) != OK) {
		(void)cli_usage("bindings");
		return false;
	}
	only.line = arena_new("line", LINE_BYTES_MAX);
	only.held = arena_new("leases", HELD_BYTES_MAX);
	*ret_leases = &only;
	return only.line && only.held && lease_book_init(&only.book, only.held) == OK;
}

struct bindings_leases *bindings_leases_hook(struct bindings_leases *beside)
{
	lease_reader_init(&hook.reader, LEASE_HOOK);
	hook.reader.by = beside->reader.by;
	hook.reader.beside = beside->reader.format;
	hook.head = leases_head;
	hook.line = beside->line;
	hook.held = arena_new("events", HELD_BYTES_MAX);
	if (!hook.held || lease_book_init(&hook.book, hook.held) != OK)
		return NULL;
	hook.book.beside = &beside->book;
	return &hook;
}

void bindings_leases_close(struct bindings_leases *l)
{
	if (!l || l->nat)
		return;
	lease_book_done(&hook.book);
	arena_free(hook.held);
	lease_book_done(&l->book);
	arena_free(l->line);
	arena_free(l->held);
}

static void put_time(struct buf *out, int64_t at)
{
	char text[TIME_TEXT_MAX];
	if (at != TIME_NONE) {
		time_print(at, text);
		buf_puts(out, text);
	}
	buf_putc(out, ',');
}

static void put_row(struct arena *a, struct buf *out, const struct binding *b, struct str subject)
{
	buf_put(out, prefix_str(a, &b->prefix));
	buf_puts(out, ",\"");
	for (size_t i = 0; i < subject.len; i++) {
		if (subject.ptr[i] == '"')
			buf_putc(out, '"');
		buf_putc(out, subject.ptr[i]);
	}
	buf_puts(out, "\",");
	put_time(out, b->start_at);
	put_time(out, b->end_at);
	put_time(out, b->seen_at);
	buf_puts(out, b->flags & BINDING_END_GUESSED ? "end" : "");
	buf_puts(out, b->flags & BINDING_WEAK ? b->flags & BINDING_END_GUESSED ? " subject" : "subject" : "");
}

static enum err one_line(struct bindings_leases *l, struct str line, int64_t now, struct buf *out, struct why *why)
{
	struct lease lease;
	struct binding b;
	struct str subject;
	if (l->nat)
		return bindings_nat_line(l, line, out, why);
	arena_reset(l->line);
	enum err e = lease_read(&l->reader, l->line, line, &lease, why);
	if (e == OK)
		e = lease_book_take(&l->book, &lease, now, &b, &subject, why);
	if (e == OK)
		put_row(l->line, out, &b, subject);
	return e == ERR_NOTFOUND ? OK : e;
}

enum err bindings_leases_rows(struct bindings_leases *l, struct str bytes, uint64_t number, bool tell, struct buf *out, struct why *why)
{
	int64_t now = l->clock.now = clock_wall_at();
	struct str rest = bytes, line;
	enum err first = OK;
	for (uint64_t n = number; str_next_line(&rest, &line); n++) {
		struct why bad = { .line = 0 };
		enum err e = one_line(l, line, now, out, &bad);
		if (e) {
			buf_puts(out, "unreadable");
			if (l->bad < BINDINGS_BAD_MAX)
				l->bad_lines[l->bad] = n;
			l->bad++;
			if (tell)
				(void)fprintf(stderr, "%s:%llu: %s%s%s; the line is left out\n", l->path, (unsigned long long)n, bad.text, bad.hint[0] ? ": " : "", bad.hint);
			if (!tell && !first) {
				*why = bad;
				why_at(why, l->path, (uint32_t)n, 1);
				first = e;
			}
		}
		buf_putc(out, '\n');
	}
	if (out->err)
		return why_set(why, out->err, "more rows than can be taken at once");
	return first;
}
