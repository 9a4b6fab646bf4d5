/*
 * The table of grades. See tally.h.
 */
#include "simulate/tally.h"

static bool is_wrong(const struct truth *t, struct isp_resource what, uint32_t from_s, uint32_t until_s, const struct tally_answer *a)
{
	bool whole, held = false;
	uint32_t who = truth_who(t, what, from_s, until_s, &whole);
	for (unsigned i = 0; i < a->count; i++)
		held |= truth_held(t, what, a->named[i], from_s, until_s);
	switch (a->grade) {
	case GRADE_A: return a->count != 1 || who != a->named[0];
	case GRADE_B: return a->count && !held;
	case GRADE_C: return whole && !held;
	case GRADE_D: return whole && a->nobody;
	default: return false;
	}
}

bool tally_add(struct tally *sum, const struct truth *t, struct isp_resource what, uint32_t from_s, uint32_t until_s, bool can, const struct tally_answer *a)
{
	bool wrong = is_wrong(t, what, from_s, until_s, a);
	(can ? sum->answerable : sum->other)[a->grade]++;
	sum->wrong[a->grade] += wrong;
	return wrong;
}

void tally_sum(struct tally *sum, const struct tally *one)
{
	for (unsigned i = GRADE_A; i <= GRADE_E; i++) {
		sum->answerable[i] += one->answerable[i];
		sum->other[i] += one->other[i];
		sum->wrong[i] += one->wrong[i];
	}
	sum->messages += one->messages;
}

static uint64_t all_of(const uint64_t *list)
{
	uint64_t n = 0;
	for (unsigned i = GRADE_A; i <= GRADE_E; i++)
		n += list[i];
	return n;
}

uint64_t tally_asked(const struct tally *t)
{
	return all_of(t->answerable) + all_of(t->other);
}

unsigned tally_permille(const struct tally *t)
{
	uint64_t all = all_of(t->answerable);
	return all ? (unsigned)(t->answerable[GRADE_A] * 1000 / all) : 1000;
}

static void put_row(struct buf *out, const char *name, const uint64_t *list)
{
	buf_printf(out, "%-24s", name);
	for (unsigned i = GRADE_A; i <= GRADE_E; i++)
		buf_printf(out, " %10llu", (unsigned long long)list[i]);
	buf_printf(out, " %11llu\n", (unsigned long long)all_of(list));
}

void tally_print(const struct tally *t, struct buf *out)
{
	unsigned share = tally_permille(t);
	buf_printf(out, "%-24s %10s %10s %10s %10s %10s %11s\n", "grade", "A", "B", "C", "D", "E", "all");
	put_row(out, "can be answered", t->answerable);
	put_row(out, "cannot be answered", t->other);
	put_row(out, "wrong", t->wrong);
	buf_printf(out, "%llu questions; of those that can be answered %u.%u %% at grade A; %llu wrong at grade A\n", (unsigned long long)tally_asked(t), share / 10, share % 10,
		(unsigned long long)t->wrong[GRADE_A]);
}

static void json_row(struct jsonw *w, const char *name, const uint64_t *list)
{
	static const char *const grades[] = { [GRADE_A] = "A", [GRADE_B] = "B", [GRADE_C] = "C", [GRADE_D] = "D", [GRADE_E] = "E" };
	jsonw_object(w, name);
	for (unsigned i = GRADE_A; i <= GRADE_E; i++)
		jsonw_int(w, grades[i], (int64_t)list[i]);
	jsonw_end(w, '}');
}

void tally_json(const struct tally *t, struct jsonw *w, const char *name)
{
	jsonw_object(w, name);
	jsonw_int(w, "asked", (int64_t)tally_asked(t));
	json_row(w, "answerable", t->answerable);
	json_row(w, "other", t->other);
	json_row(w, "wrong", t->wrong);
	jsonw_end(w, '}');
}
