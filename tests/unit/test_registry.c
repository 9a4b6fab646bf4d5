/*
 * A registry that changes while it is in use against one that is built anew from the same entities: after thousands of puts, of which some are
 * undone, both must find the same in the same order, refuse the same, and count the same customers for each reseller.
 */
#include "attribution/registry.h"
#include "tap.h"

enum { ROUNDS = 1000, SLOTS = 60, PUTS_MAX = 4, RESELLERS = 5, CUSTOMERS = 8, FOUND_MAX = 64 };

static struct arena *arena, *texts;
static struct entity model[SLOTS], before[SLOTS];
static uint64_t seed = 1, version = 1;

static uint32_t dice(uint32_t sides)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(seed >> 33) % sides;
}

static struct str one_of(const char *letter, uint32_t sides)
{
	return str_format(texts, "%s%u", letter, dice(sides));
}

static void random_validity(struct entity *e)
{
	e->from_at = dice(3) ? TIME_NONE : (int64_t)dice(100) * HOUR_US;
	e->until_at = dice(3) ? TIME_NONE : (e->from_at == TIME_NONE ? 0 : e->from_at) + (int64_t)(1 + dice(100)) * HOUR_US;
}

/* What may stand in a place: its type and id are those of the place. */
static struct entity random_entity(unsigned slot)
{
	static const enum entity_type types[] = { ENTITY_PREFIX, ENTITY_LOGIN, ENTITY_SERVICE, ENTITY_SERVED, ENTITY_LIMIT, ENTITY_USER, ENTITY_DOMAIN };
	enum entity_type type = slot < RESELLERS ? ENTITY_RESELLER : slot < RESELLERS + CUSTOMERS ? ENTITY_CUSTOMER : types[slot % 7];
	struct entity e = { .type = type, .value = ENTITY_NO_VALUE };
	e.id = slot < RESELLERS ? str_format(texts, "r%u", slot) : slot < RESELLERS + CUSTOMERS ? str_format(texts, "c%u", slot - RESELLERS) : str_format(texts, "x%u", slot);
	random_validity(&e);
	if (type == ENTITY_CUSTOMER || type == ENTITY_RESELLER) {
		e.reseller = dice(type == ENTITY_RESELLER ? 3 : 2) ? STR_NONE : one_of("r", RESELLERS);
		return e;
	}
	e.customer = dice(4) ? one_of("c", CUSTOMERS) : type == ENTITY_SERVED ? one_of("r", RESELLERS) : one_of("c", CUSTOMERS);
	if (type == ENTITY_SERVED)
		e.reseller = one_of("r", RESELLERS);
	if (type == ENTITY_USER || type == ENTITY_LOGIN)
		e.service = dice(4) ? STR_NONE : str_format(texts, "x%u", 16 + 7 * dice(3));
	if (type == ENTITY_LOGIN)
		e.resource = one_of("login", 6);
	if (type == ENTITY_DOMAIN)
		e.resource = str_format(texts, "%s.example", one_of("d", 6).ptr);
	if (type == ENTITY_PREFIX)
		e.resource = str_format(texts, "10.%u.0.0/%u", dice(3), 16 + 8 * dice(2));
	return e;
}

/* Of the model, in the order of keys, as rows come; NULL: it cannot be, which is what a whole check finds. */
static struct registry *anew(void)
{
	struct registry *r = registry_new(NULL);
	struct why why;
	bool good = r != NULL;
	for (int type = 0; type < ENTITY_TYPE_END; type++)
		for (struct str last = STR_NONE;;) {
			const struct entity *next = NULL;
			for (unsigned i = 0; i < SLOTS; i++)
				if ((int)model[i].type == type && model[i].id.len && (!last.len || str_cmp(model[i].id, last) > 0) && (!next || str_cmp(model[i].id, next->id) < 0))
					next = &model[i];
			if (!next || !type)
				break;
			good = good && registry_add(r, next, &why) == OK;
			last = next->id;
		}
	const struct entity *e;
	for (size_t i = 0; good && (e = registry_next(r, &i));)
		good = registry_check(r, e, NULL, &why) == OK;
	if (good && registry_ready(r, version, NULL, &why) == OK)
		return r;
	registry_free(r);
	return NULL;
}

static bool same_holders(const struct holders *a, const struct holders *b)
{
	bool same = a->count == b->count && a->level == b->level && a->known == b->known;
	for (unsigned i = 0; same && i < a->count; i++)
		same = str_eq(a->list[i].e->id, b->list[i].e->id) && a->list[i].level == b->list[i].level;
	return same;
}

static bool finds_the_same(const struct registry *a, const struct registry *b)
{
	struct holders x, y;
	bool same = true;
	for (unsigned n = 0; n < 18; n++) {
		struct prefix p;
		struct str text = str_format(arena, "10.%u.0.0/%u", n % 3, 16 + n / 3 % 2 * 16);
		int64_t at = n < 9 ? INT64_MIN : (int64_t)dice(200) * HOUR_US, until = n < 9 ? INT64_MAX : at;
		same &= prefix_parse(text, &p) == OK;
		for (int kind = 0; kind < 4; kind++) {
			same &= holders_init(arena, at, until, &x) == OK && holders_init(arena, at, until, &y) == OK;
			struct registry const *both[] = { a, b };
			for (int i = 0; i < 2; i++) {
				struct holders *h = i ? &y : &x;
				kind == 0 ? registry_by_prefix(both[i], &p, h) : kind == 1 ? registry_within(both[i], &p, h)
					: kind == 2 ? registry_by_text(both[i], ENTITY_LOGIN, str_format(arena, "login%u", n % 6), h)
					: registry_by_domain(both[i], str_format(arena, "d%u.example", n % 6), h);
			}
			same &= same_holders(&x, &y);
		}
	}
	return same;
}

static bool lists_the_same(const struct registry *a, const struct registry *b)
{
	bool same = registry_count(a) == registry_count(b) && registry_version(a) == registry_version(b);
	for (int type = 1; type < ENTITY_TYPE_END; type++) {
		same &= registry_has(a, (enum entity_type)type) == registry_has(b, (enum entity_type)type);
		for (unsigned c = 0; c < CUSTOMERS + RESELLERS; c++) {
			struct str customer = str_format(arena, "%c%u", c < CUSTOMERS ? 'c' : 'r', c < CUSTOMERS ? c : c - CUSTOMERS);
			const struct entity *x = NULL, *y = NULL;
			do {
				x = registry_of(a, (enum entity_type)type, customer, x);
				y = registry_of(b, (enum entity_type)type, customer, y);
				same &= !x == !y && (!x || str_eq(x->id, y->id));
			} while (same && x);
		}
	}
	unsigned all[2] = { 0 };
	for (const struct entity *e = NULL; (e = registry_all(a, ENTITY_SERVED, e));)
		all[0]++;
	for (const struct entity *e = NULL; (e = registry_all(b, ENTITY_SERVED, e));)
		all[1]++;
	return same && all[0] == all[1];
}

struct sums {
	const struct registry *r;
	int64_t at;
	uint64_t customers, wrong;
};

/* By asking for each of them. */
static uint64_t count_plainly(const struct registry *r, struct str reseller, int64_t at)
{
	const struct entity *e;
	uint64_t n = 0;
	for (size_t i = 0; (e = registry_next(r, &i));)
		n += e->type == ENTITY_CUSTOMER && entity_valid_at(e, at) && str_eq(registry_reseller(r, e->id, at), reseller);
	return n;
}

static enum err sum(void *arg, struct str reseller, uint64_t customers)
{
	struct sums *s = arg;
	s->customers += customers;
	s->wrong += customers != count_plainly(s->r, reseller, s->at);
	return OK;
}

static bool counts_the_same(struct registry *r, int64_t at)
{
	struct sums s = { .r = r, .at = at };
	uint64_t all = 0;
	const struct entity *e;
	bool good = registry_each_served(r, at, sum, &s) == OK;
	for (size_t i = 0; (e = registry_next(r, &i));)
		all += e->type == ENTITY_CUSTOMER && entity_valid_at(e, at);
	return good && !s.wrong && s.customers == all;
}

/* What changed in the model since before is put; how often one is put does not matter. */
static bool put_changes(struct registry *r, struct why *why)
{
	for (unsigned i = 0; i < SLOTS; i++) {
		bool changed = memcmp(&model[i], &before[i], sizeof(model[i])) != 0;
		for (unsigned twice = 0; changed && twice < 1 + !dice(4); twice++)
			if (registry_put(r, &model[i], why) != OK)
				return false;
		version += changed;
	}
	return true;
}

static void changing(void)
{
	struct registry *r = registry_new(NULL);
	const struct entity *bad;
	const char *column;
	struct why why;
	unsigned refused = 0, undone = 0, kept = 0, differ = 0, miscounted = 0, misjudged = 0;
	OK_(r && registry_ready(r, version, NULL, &why) == OK, "an empty register");
	for (int round = 0; round < ROUNDS; round++) {
		const uint64_t version_before = version;
		memcpy(before, model, sizeof(model));
		/* first there are all resellers and customers, which serve nobody */
		for (unsigned slot = 0; !round && slot < RESELLERS + CUSTOMERS; slot++) {
			model[slot] = random_entity(slot);
			model[slot].reseller = STR_NONE;
		}
		for (unsigned n = round ? 1 + dice(PUTS_MAX) : 0; n; n--) {
			unsigned slot = dice(SLOTS);
			model[slot] = random_entity(slot);
		}
		bool put = put_changes(r, &why);
		enum err e = registry_check_puts(r, 0, &bad, &column, &why);
		struct registry *whole = anew();
		misjudged += !put || (e == OK) != (whole != NULL) || (e && !bad);
		bool keep = e == OK && (!round || dice(3));
		if (keep) {
			registry_keep(r);
		} else {
			registry_undo(r, 0);
			registry_free(whole);
			memcpy(model, before, sizeof(model));
			version = version_before;
			whole = anew();
		}
		refused += e != OK;
		undone += e == OK && !keep;
		kept += keep;
		differ += !whole || !lists_the_same(r, whole) || !finds_the_same(r, whole);
		miscounted += !counts_the_same(r, (int64_t)round * HOUR_US / 2);
		registry_free(whole);
		arena_reset(arena);
	}
	registry_free(r);
	IS_INT(misjudged, 0, "what is put is refused when the whole could not be, and only then");
	IS_INT(differ, 0, "both find the same, in the same order");
	IS_INT(miscounted, 0, "each reseller's customers are counted as by asking for each of them");
	OK_(refused > 20 && undone > 20 && kept > 20, "some were refused, some undone, some kept");
	printf("# %u refused, %u undone, %u kept\n", refused, undone, kept);
}

/* Of two imports of one batch the second alone is taken back. */
static void parts(void)
{
	struct registry *r = registry_new(NULL);
	struct why why;
	struct entity c = { .type = ENTITY_CUSTOMER, .id = STR("c"), .class_name = STR("home"), .from_at = TIME_NONE, .until_at = TIME_NONE }, d = c;
	OK_(registry_ready(r, 7, NULL, &why) == OK && registry_put(r, &c, &why) == OK, "one is put");
	const struct entity *there = registry_find(r, ENTITY_CUSTOMER, STR("c")), *old;
	struct str borrowed = there->class_name;
	c.class_name = STR("business");
	d.id = STR("d");
	size_t mark = registry_puts(r);
	OK_(registry_put(r, &c, &why) == OK && registry_put(r, &d, &why) == OK, "it is put once more, and another one");
	IS_STR(there->class_name, STR("business"), "who points to it sees it as it is now");
	IS_STR(borrowed, STR("home"), "and who borrowed a text has it still");
	OK_(registry_put_at(r, mark, &old) == there && old && str_eq(old->class_name, STR("home")), "what it was before is known");
	IS_INT(registry_version(r), 9, "two rows changed");
	registry_undo(r, mark);
	IS_STR(there->class_name, STR("home"), "the second is undone");
	OK_(!registry_find(r, ENTITY_CUSTOMER, STR("d")) && registry_version(r) == 8, "with the other one");
	registry_keep(r);
	registry_undo(r, 0);
	OK_(registry_find(r, ENTITY_CUSTOMER, STR("c")) == there && registry_version(r) == 8, "what is kept stays");
	registry_free(r);
}

int main(void)
{
	arena = arena_new("test", 64 << 20);
	texts = arena_new("texts", 64 << 20);
	changing();
	parts();
	arena_free(arena);
	arena_free(texts);
	return tap_done();
}
