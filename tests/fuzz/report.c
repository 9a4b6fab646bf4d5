/*
 * Reports of every format: whatever the bytes, an answer comes; each fact is UTF-8 of bounded length with a span that runs
 * forwards, of the item itself one that lies in it; the same bytes give the same answer; a sealed item tells nothing more.
 */
#include "base/charset.h"
#include "format/format.h"
#include "fuzz.h"

static void check(const struct decode *d)
{
	MUST(d->format && d->outcome <= OUTCOME_SEALED && d->count <= OBSERVATIONS_PER_ITEM_MAX && d->problem_count <= PROBLEMS_MAX);
	for (unsigned i = 0; i < d->problem_count; i++)
		MUST(str_utf8_valid(d->problems[i].text));
	for (unsigned i = 0; i < d->count; i++) {
		const struct observation *o = &d->observations[i];
		MUST(o->incidents && o->first_at <= o->last_at && o->fact_count <= OBSERVATION_FACTS_MAX);
		MUST(d->outcome != OUTCOME_SEALED || (!o->fact_count && !o->reporter.len && !o->subject_line.len));
		for (unsigned k = 0; k < o->fact_count; k++) {
			const struct fact *f = &o->facts[k];
			MUST(f->name.len && f->value.len <= FACT_VALUE_MAX && str_utf8_valid(f->value) && f->span.from <= f->span.to);
			MUST(f->span.part.len || f->span.to <= d->text.len);
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct arena *a = arena_new("fuzz", 64 << 20), *b = arena_new("again", 64 << 20);
	struct decode one = { .arena = a, .text = FUZZ_TEXT(data, len), .received_at = INT64_C(1800000000) * SECOND_US }, two = one;
	charset_start();
	two.arena = b;
	MUST(a && b);
	if (format_decode(&one) == OK && format_decode(&two) == OK) {
		check(&one);
		MUST(one.outcome == two.outcome && one.count == two.count && one.problem_count == two.problem_count && strcmp(one.format, two.format) == 0);
	}
	arena_free(a);
	arena_free(b);
	return 0;
}
