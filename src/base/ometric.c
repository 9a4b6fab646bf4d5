/*
 * OpenMetrics text. See ometric.h. The format is that of the OpenMetrics specification 1.0, sections 4 and 5.
 */
#include "base/ometric.h"

#include <inttypes.h>

/* Slots: one for each label value; a histogram has its buckets, the one for infinity, and the sum. */
static unsigned slots_of(const struct ometric *f)
{
	unsigned n = 1;
	if (f->type == OMETRIC_HISTOGRAM)
		return f->bound_count + 2;
	if (f->label)
		for (n = 0; f->label_values[n]; n++)
			;
	return n;
}

enum err ometrics_init(struct ometrics *m, const char *role, const struct ometric *table, int64_t *slots, unsigned room)
{
	struct ometrics out = { .role = role, .table = table, .slots = slots };
	for (unsigned i = 0; table[i].name; i++) {
		if (i == OMETRIC_FAMILIES_MAX || slots_of(&table[i]) > OMETRIC_LABELS_MAX || table[i].bound_count > OMETRIC_BOUNDS_MAX)
			return ERR_LIMIT;
		out.first[i] = out.slot_count;
		out.slot_count += slots_of(&table[i]);
	}
	if (out.slot_count > room)
		return ERR_LIMIT;
	*m = out;
	return OK;
}

static int64_t *slot(const struct ometrics *m, unsigned id, unsigned label)
{
	BUG_ON(label >= slots_of(&m->table[id]));
	return &m->slots[m->first[id] + label];
}

void ometric_add(struct ometrics *m, unsigned id, unsigned label, int64_t n)
{
	*slot(m, id, label) += n;
}

void ometric_set(struct ometrics *m, unsigned id, unsigned label, int64_t value)
{
	*slot(m, id, label) = value;
}

int64_t ometric_get(const struct ometrics *m, unsigned id, unsigned label)
{
	return *slot(m, id, label);
}

void ometric_observe(struct ometrics *m, unsigned id, int64_t value)
{
	const struct ometric *f = &m->table[id];
	unsigned i = 0;
	while (i < f->bound_count && value > f->bounds[i])
		i++;
	*slot(m, id, i) += 1;
	*slot(m, id, f->bound_count + 1) += value;
}

/* --- the page --- */

static void put_number(struct buf *out, int64_t value, int64_t divisor)
{
	uint64_t v = value < 0 ? -(uint64_t)value : (uint64_t)value, d = divisor ? (uint64_t)divisor : 1, left = v % d;
	buf_printf(out, "%s%" PRIu64, value < 0 ? "-" : "", v / d);
	if (left)
		buf_putc(out, '.');
	while (left) {
		d /= 10;
		if (!d)
			break;
		buf_putc(out, (char)('0' + left / d));
		left %= d;
	}
}

static void put_escaped(struct buf *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '\n')
			buf_puts(out, "\\n");
		else if (*text == '"' || *text == '\\')
			buf_printf(out, "\\%c", *text);
		else
			buf_putc(out, *text);
	}
}

static void put_labels(struct buf *out, const char *role, const char *label, const char *value)
{
	buf_puts(out, "{role=\"");
	put_escaped(out, role);
	if (label) {
		buf_printf(out, "\",%s=\"", label);
		put_escaped(out, value);
	}
	buf_puts(out, "\"} ");
}

static void put_histogram(const struct ometrics *m, unsigned id, struct buf *out)
{
	const struct ometric *f = &m->table[id];
	int64_t total = 0;
	struct buf bound;
	buf_init(&bound, 64);
	for (unsigned i = 0; i <= f->bound_count; i++) {
		total += *slot(m, id, i);
		buf_clear(&bound);
		if (i < f->bound_count)
			put_number(&bound, f->bounds[i], f->divisor);
		else
			buf_puts(&bound, "+Inf");
		buf_printf(out, "%s_bucket", f->name);
		put_labels(out, m->role, "le", bound.err ? "" : bound.ptr);
		buf_printf(out, "%" PRId64 "\n", total);
	}
	buf_done(&bound);
	buf_printf(out, "%s_count", f->name);
	put_labels(out, m->role, NULL, NULL);
	buf_printf(out, "%" PRId64 "\n%s_sum", total, f->name);
	put_labels(out, m->role, NULL, NULL);
	put_number(out, *slot(m, id, f->bound_count + 1), f->divisor);
	buf_putc(out, '\n');
}

static void put_samples(const struct ometrics *m, unsigned id, struct buf *out)
{
	const struct ometric *f = &m->table[id];
	if (f->type == OMETRIC_HISTOGRAM) {
		put_histogram(m, id, out);
		return;
	}
	for (unsigned i = 0; i < slots_of(f); i++) {
		buf_printf(out, "%s%s", f->name, f->type == OMETRIC_COUNTER ? "_total" : "");
		put_labels(out, m->role, f->label, f->label ? f->label_values[i] : NULL);
		put_number(out, *slot(m, id, i), f->divisor);
		buf_putc(out, '\n');
	}
}

/* Index of the family in a role's table, or -1. */
static int find(const struct ometrics *m, const char *name)
{
	for (int i = 0; m->table[i].name; i++) {
		if (strcmp(m->table[i].name, name) == 0)
			return i;
	}
	return -1;
}

void ometrics_write(const struct ometrics *const *roles, unsigned count, struct buf *out)
{
	static const char *const types[] = { "counter", "gauge", "histogram" };
	for (unsigned r = 0; r < count; r++) {
		for (unsigned i = 0; roles[r]->table[i].name; i++) {
			const struct ometric *f = &roles[r]->table[i];
			bool printed = false;
			for (unsigned before = 0; before < r && !printed; before++)
				printed = find(roles[before], f->name) >= 0;
			if (printed)
				continue;
			buf_printf(out, "# TYPE %s %s\n# HELP %s ", f->name, types[f->type], f->name);
			put_escaped(out, f->help);
			buf_putc(out, '\n');
			for (unsigned also = r; also < count; also++) {
				int id = find(roles[also], f->name);
				if (id >= 0 && roles[also]->table[id].type == f->type)
					put_samples(roles[also], (unsigned)id, out);
			}
		}
	}
	buf_puts(out, "# EOF\n");
}
