/*
 * The table of grades. See tally.h.
 */
#include "simulate/tally.h"

static const char *const json_kinds[] = { "accounting", "nat", "leases", "no_port" };
const char *const tally_kind_words[] = { "accounting", "nat log", "leases", "no port", NULL };

enum tally_kind tally_kind(enum isp_kind kind, bool no_port)
{
	return no_port ? TALLY_NO_PORT : kind == ISP_LOGGED_PORTS ? TALLY_NAT : kind == ISP_LEASED4 ? TALLY_LEASE : TALLY_ACCOUNTING;
}

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

bool tally_add(struct tally *sum, const struct truth *t, enum tally_kind kind, struct isp_resource what, uint32_t from_s, uint32_t until_s, bool can,
	const struct tally_answer *a)
{
	bool wrong = is_wrong(t, what, from_s, until_s, a) || (kind == TALLY_NO_PORT && a->grade == GRADE_A);
	struct tally_rows *k = &sum->kinds[kind];
	(can ? sum->answerable : sum->other)[a->grade]++;
	(can ? k->answerable : k->other)[a->grade]++;
	sum->wrong[a->grade] += wrong;
	k->wrong[a->grade] += wrong;
	return wrong;
}

static void add(uint64_t *list, const uint64_t *one)
{
	for (unsigned i = GRADE_A; i <= GRADE_E; i++)
		list[i] += one[i];
}

void tally_sum(struct tally *sum, const struct tally *one)
{
	add(sum->answerable, one->answerable);
	add(sum->other, one->other);
	add(sum->wrong, one->wrong);
	for (unsigned k = 0; k < TALLY_KIND_END; k++) {
		add(sum->kinds[k].answerable, one->kinds[k].answerable);
		add(sum->kinds[k].other, one->kinds[k].other);
		add(sum->kinds[k].wrong, one->kinds[k].wrong);
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

static unsigned share_of(const uint64_t *list)
{
	uint64_t all = all_of(list);
	return all ? (unsigned)(list[GRADE_A] * 1000 / all) : 1000;
}

unsigned tally_permille(const struct tally *t)
{
	return share_of(t->answerable);
}

unsigned tally_kind_permille(const struct tally *t, enum tally_kind kind)
{
	return share_of(t->kinds[kind].answerable);
}

static void put_row(struct buf *out, const char *name, const uint64_t *list)
{
	buf_printf(out, "%-24s", name);
	for (unsigned i = GRADE_A; i <= GRADE_E; i++)
		buf_printf(out, " %10llu", (unsigned long long)list[i]);
	buf_printf(out, " %11llu\n", (unsigned long long)all_of(list));
}

static void put_kind(struct buf *out, const char *name, const struct tally_rows *rows)
{
	unsigned share = share_of(rows->answerable);
	if (all_of(rows->answerable) + all_of(rows->other) == 0)
		return;
	if (all_of(rows->answerable))
		buf_printf(out, "  %s, %u.%u %% at grade A\n", name, share / 10, share % 10);
	else
		buf_printf(out, "  %s\n", name);
	put_row(out, "    can be answered", rows->answerable);
	put_row(out, "    cannot be answered", rows->other);
	put_row(out, "    wrong", rows->wrong);
}

void tally_print(const struct tally *t, struct buf *out)
{
	unsigned share = tally_permille(t);
	buf_printf(out, "%-24s %10s %10s %10s %10s %10s %11s\n", "grade", "A", "B", "C", "D", "E", "all");
	put_row(out, "can be answered", t->answerable);
	put_row(out, "cannot be answered", t->other);
	put_row(out, "wrong", t->wrong);
	for (unsigned k = 0; k < TALLY_KIND_END; k++)
		put_kind(out, tally_kind_words[k], &t->kinds[k]);
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

static void json_rows(struct jsonw *w, const uint64_t *answerable, const uint64_t *other, const uint64_t *wrong)
{
	json_row(w, "answerable", answerable);
	json_row(w, "other", other);
	json_row(w, "wrong", wrong);
}

void tally_json(const struct tally *t, struct jsonw *w, const char *name)
{
	jsonw_object(w, name);
	jsonw_int(w, "asked", (int64_t)tally_asked(t));
	json_rows(w, t->answerable, t->other, t->wrong);
	for (unsigned k = 0; k < TALLY_KIND_END; k++) {
		jsonw_object(w, json_kinds[k]);
		json_rows(w, t->kinds[k].answerable, t->kinds[k].other, t->kinds[k].wrong);
		jsonw_end(w, '}');
	}
	jsonw_end(w, '}');
}
