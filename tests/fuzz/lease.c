/*
 * Lines of leases: the first octet picks the format. Every line comes to its end, an error has a reason, and what a lease and the book give
 * is a binding that has its one form.
 */
#include "attribution/lease.h"
#include "fuzz.h"

static void one_line(struct lease_reader *r, struct lease_book *book, struct arena *a, struct str line)
{
	struct lease l;
	struct binding b;
	struct str subject;
	struct why why = { 0 };
	enum err e = lease_read(r, a, line, &l, &why);
	MUST(e == OK || e == ERR_NOTFOUND || why.text[0]);
	if (e)
		return;
	MUST(l.what != LEASE_GIVEN || (l.subject.len && l.subject.len <= LEASE_SUBJECT_MAX));
	e = lease_book_take(book, &l, 1790000000 * SECOND_US, &b, &subject, &why);
	MUST(e == OK || e == ERR_NOTFOUND || why.text[0]);
	if (e)
		return;
	MUST(subject.len && b.start_at != TIME_NONE && (b.end_at == TIME_NONE || b.end_at >= b.start_at));
	for (size_t i = 0; i < subject.len; i++)
		MUST(subject.ptr[i] > ' ' && subject.ptr[i] <= '~');
	b.feed = 1;
	b.recorded_at = 1790000000 * SECOND_US;
	MUST(binding_normalise(&b, &why) == OK || why.text[0]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct arena *a = arena_new("fuzz", 64 << 20), *held = arena_new("fuzz", 64 << 20);
	struct lease_reader r;
	struct lease_book book;
	struct str rest = FUZZ_TEXT(data, len), line;
	MUST(a && held && lease_book_init(&book, held) == OK);
	if (len) {
		lease_reader_init(&r, (enum lease_format)(data[0] % LEASE_FORMAT_END));
		r.zone_given = data[0] & 16;
		rest = str_sub(rest, 1, len);
		while (str_next_line(&rest, &line)) {
			arena_reset(a);
			one_line(&r, &book, a, line);
		}
	}
	lease_book_done(&book);
	arena_free(held);
	arena_free(a);
	return 0;
}
