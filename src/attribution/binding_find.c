/*
 * Questions to the binding index. See binding_index.h.
 */
#include "attribution/binding_table.h"

enum { STEP_MAX = 16, PLACES_MAX = 2 * LEAF_CLASSES };

static void unword(uint32_t v, uint8_t *p)
{
	for (unsigned i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> (24 - 8 * i));
}

static void unpack(const struct table *t, const struct leaf_entry *e, const struct chain_version *v, struct binding *b)
{
	*b = (struct binding){ .prefix.bits = (uint8_t)t->bits, .port_to = BINDING_PORT_LAST, .feed = e->feed, .flags = e->kind_flags & BINDING_FLAGS_ALL,
		.kind = v->kind, .start_at = binding_second_at(e->start), .seen_at = binding_second_at(v->seen),
		.end_at = v->end == UINT32_MAX ? TIME_NONE : binding_second_at(v->end), .recorded_at = binding_second_at(v->recorded) };
	b->start_sure_at = e->unsure == UINT16_MAX ? TIME_MAX : b->start_at + e->unsure * SECOND_US;
	if (t->form.v4) {
		b->prefix.addr.octets[10] = b->prefix.addr.octets[11] = 0xff;
		unword(e->key[0], b->prefix.addr.octets + 12);
		b->port_from = (uint16_t)(e->key[1] >> 16);
		b->port_to = (uint16_t)(BINDING_PORT_LAST - (e->key[1] & BINDING_PORT_LAST));
	} else {
		unword(e->key[0], b->prefix.addr.octets);
		unword(e->key[1], b->prefix.addr.octets + 4);
		for (unsigned i = 0; t->form.wide && i < 2; i++)
			unword(e->low[i], b->prefix.addr.octets + 8 + 4 * i);
	}
	unword(e->subject[0], b->subject.octets);
	unword(e->subject[1], b->subject.octets + 4);
}

struct finding {
	const struct table *t;
	const struct leaf *l;
	uint32_t from, until, known;
	struct binding_holding *out;
	unsigned count, max;
	unsigned base;                  /* where those of the table begin */
	bool more;
};

static const struct leaf_entry *at(const struct finding *q, uint32_t i)
{
	return leaf_at(q->l, &q->t->form, i);
}

/* Behind the versions of one identity that begin at i. */
static uint32_t run_end(const struct finding *q, uint32_t i, uint32_t to)
{
	uint32_t end = i + 1;
	while (end < to && leaf_same(at(q, end), at(q, i)))
		end++;
	return end;
}

/* Of one identity's entries [from, to) the newest version that was known, unless it takes all back. NULL: there is none. */
static const struct leaf_entry *newest(const struct finding *q, uint32_t from, uint32_t to, struct chain_version *ret_version)
{
	const struct leaf_entry *found = NULL;
	for (bool more = true; more && to > from;) {
		struct chain_version v;
		bool first;
		const struct leaf_entry *e = at(q, --to);
		if (!chain_at(e, q->known, &v, &first))
			continue;
		more = first;
		if (found && v.recorded < ret_version->recorded)
			continue;
		found = e;
		*ret_version = v;
	}
	return found && found->kind_flags & BINDING_WITHDRAWN ? NULL : found;
}

static int64_t next_start(const struct finding *q, const struct leaf_entry *e, uint32_t i, uint32_t to)
{
	struct chain_version v;
	for (uint32_t end; i < to; i = end) {
		end = run_end(q, i, to);
		if (at(q, i)->start > e->start && at(q, i)->feed == e->feed && newest(q, i, end, &v))
			return binding_second_at(at(q, i)->start);
	}
	return TIME_NONE;
}

/* Behind the last of [from, to), one resource's, that starts within the window or before. */
static uint32_t begun(const struct finding *q, uint32_t from, uint32_t to)
{
	while (from < to) {
		uint32_t mid = from + (to - from) / 2;
		if (at(q, mid)->start <= q->until)
			from = mid + 1;
		else
			to = mid;
	}
	return from;
}

/* Ranges are met in the order of their spots, and given by their ports. */
static bool is_before(const struct binding *a, const struct binding *b)
{
	if (a->port_from != b->port_from)
		return a->port_from < b->port_from;
	return a->port_to > b->port_to;
}

/* False: it lies behind as many as are asked for, and so does what follows of its resource. */
static bool give(struct finding *q, const struct leaf_entry *e, const struct chain_version *v, int64_t next_at)
{
	struct binding_holding h;
	unsigned i = q->count;
	unpack(q->t, e, v, &h.binding);
	h.next_at = next_at;
	while (i > q->base && is_before(&h.binding, &q->out[i - 1].binding))
		i--;
	q->more |= q->count == q->max;
	if (i == q->max)
		return false;
	q->count -= q->count == q->max;
	memmove(&q->out[i + 1], &q->out[i], (q->count - i) * sizeof(h));
	q->out[i] = h;
	q->count++;
	return true;
}

/* The holders among one resource's bindings [from, to). */
static void by_time(struct finding *q, uint32_t from, uint32_t to)
{
	uint32_t last = begun(q, from, to), end;
	bool by_ends = last - from > LEAF_RUN && q->l->newest <= q->known;
	for (uint32_t i = from; i < last;) {
		if (by_ends && i % LEAF_RUN == 0 && q->l->ends[i / LEAF_RUN] <= q->from) {
			i += LEAF_RUN;
			continue;
		}
		if (chain_end(at(q, i), q->known) <= q->from) {
			i++;
			continue;
		}
		uint32_t first = i;
		while (first > from && leaf_same(at(q, first - 1), at(q, i)))
			first--;
		end = run_end(q, i, to);
		struct chain_version v;
		const struct leaf_entry *e = newest(q, first, end, &v);
		i = end;
		if (e && v.end > q->from && !give(q, e, &v, next_start(q, e, end, to)))
			return;
	}
}

static bool same_key(const struct finding *q, uint32_t i, uint32_t k)
{
	return leaf_cmp_key(&q->t->form, at(q, i), at(q, k)) == 0;
}

/* Behind the last entry with the key of the one at i: mostly it has all up to the bound, or a few; else by halves. */
static uint32_t resource_end(const struct finding *q, uint32_t i, uint32_t bound)
{
	if (same_key(q, bound - 1, i))
		return bound;
	uint32_t low = i, step = 1;
	while (step < bound - low && same_key(q, low + step, i)) {
		low += step;
		step *= low - i >= STEP_MAX ? 2 : 1;
	}
	uint32_t high = step < bound - low ? low + step : bound;
	while (low + 1 < high) {
		uint32_t mid = low + (high - low) / 2;
		if (same_key(q, mid, i))
			low = mid;
		else
			high = mid;
	}
	return high;
}

/* The whole of an address or prefix. */
static void by_key(struct finding *q, uint32_t tag, const struct leaf_entry *key)
{
	uint32_t bound = leaf_bound(q->l, tag), i = leaf_lower(q->l, &q->t->form, tag, key);
	if (i < bound && leaf_cmp_key(&q->t->form, at(q, i), key) == 0)
		by_time(q, i, resource_end(q, i, bound));
}

/* All ranges of the address, wherever they lie. */
static void all_ranges(struct finding *q, uint32_t addr)
{
	for (uint32_t i = 0, end; i < q->l->sorted; i = end) {
		end = i + 1;
		if (at(q, i)->key[0] != addr || !at(q, i)->key[1])
			continue;
		end = resource_end(q, i, q->l->sorted);
		by_time(q, i, end);
	}
}

/* Where ranges with a port may begin. */
struct place {
	uint32_t spot, number;
	unsigned class;
};

static unsigned places_of(uint32_t classes, uint32_t astride, uint32_t tag, uint32_t port, struct place ret_places[PLACES_MAX])
{
	unsigned n = 0;
	for (; classes; classes &= classes - 1) {
		unsigned class = (unsigned)__builtin_ctz(classes), before = astride >> class & 1;
		for (uint32_t number = port >> class, k = 0; k <= before && k <= number; k++)
			ret_places[n++] = (struct place){ leaf_range_spot(tag, class, number - k), number - k, class };
	}
	return n;
}

static void in_place(struct finding *q, const struct place *p, const struct leaf_entry *key, uint32_t port)
{
	const struct leaf_form *f = &q->t->form;
	uint32_t bound = leaf_bound(q->l, p->spot), end;
	for (uint32_t i = leaf_lower(q->l, f, p->spot, key); i < bound && at(q, i)->key[0] == key->key[0]; i = end) {
		const struct leaf_entry *e = at(q, i);
		end = resource_end(q, i, bound);
		/* what else has the same spot is of another place */
		bool here = leaf_is_range(f, e) && leaf_class(e) == p->class && leaf_port_from(e) >> p->class == p->number;
		if (here && leaf_port_from(e) <= port && port <= leaf_port_to(e))
			by_time(q, i, end);
	}
}

static void in_places(struct finding *q, uint32_t tag, const struct leaf_entry *key, uint32_t port)
{
	struct place places[PLACES_MAX];
	unsigned count = places_of(q->l->classes, q->l->astride, tag, port, places);
	for (unsigned i = 0; i < count; i++)
		leaf_fetch(q->l, &q->t->form, places[i].spot, 1);
	for (unsigned i = 0; i < count; i++)
		in_place(q, &places[i], key, port);
}

static void in_ranges(struct finding *q, uint32_t tag, const struct leaf_entry *key, int32_t port)
{
	if (!(q->l->shared >> (tag >> LEAF_SHARED_SHIFT) & 1))
		return;
	if (port < 0)
		all_ranges(q, key->key[0]);
	else
		in_places(q, tag, key, (uint32_t)port);
}

/* The ways into the leaf come from memory together with what stands at its head. */
static void fetch_ways(const struct table *t, const struct leaf *l, uint32_t tag, int32_t port)
{
	leaf_fetch(l, &t->form, tag, 0);
	for (uint32_t classes = port < 0 ? 0 : t->classes; classes; classes &= classes - 1) {
		unsigned class = (unsigned)__builtin_ctz(classes);
		uint32_t number = (uint32_t)port >> class;
		leaf_fetch(l, &t->form, leaf_range_spot(tag, class, number), 0);
		if (number && t->astride >> class & 1)
			leaf_fetch(l, &t->form, leaf_range_spot(tag, class, number - 1), 0);
	}
}

static enum err in_table(struct binding_index *ix, struct table *t, const struct binding_question *question, struct finding *q)
{
	union table_entry u = { 0 };
	size_t dropped = 0;
	struct prefix p = prefix_of(&question->addr, t->form.v4 ? t->bits - 96 : t->bits);
	table_key(&t->form, &p.addr, 0, &u.e);
	uint32_t tag = leaf_tag(&t->form, &u.e);
	struct leaf *l = table_leaf(t, tag);
	fetch_ways(t, l, tag, question->port);
	if (l->late && leaf_waits(l, tag)) {
		enum err e = leaf_settle(l, &t->form, &dropped);
		if (e)
			return e;
		t->count -= dropped;
		ix->count -= dropped;
	}
	q->t = t;
	q->l = l;
	q->base = q->count;
	if (l->sorted) {
		by_key(q, tag, &u.e);
		in_ranges(q, tag, &u.e, question->port);
	}
	return OK;
}

enum err binding_index_find(struct binding_index *ix, const struct binding_question *question, struct binding_holding *out, unsigned max, unsigned *ret_count)
{
	struct finding q = { .from = binding_floor(question->from_at), .until = binding_floor(question->until_at), .known = binding_floor(question->as_of),
		.out = out, .max = max };
	bool v4 = addr_is_v4(&question->addr);
	for (unsigned i = 0; i < ix->length_count[v4]; i++) {
		enum err e = in_table(ix, ix->tables[v4][ix->lengths[v4][i]], question, &q);
		if (e)
			return e;
	}
	*ret_count = q.count;
	return q.more ? ERR_LIMIT : OK;
}
