/*
 * Bindings that came to an index in a batch against the same ones added one by one: whatever is asked, as of whenever, both say the same, word for
 * word. Crowded worlds with versions in any order and sessions that are opened, go on and end, and a large one whose hot address fills a
 * group many times.
 */
#include "attribution/binding_batch.h"
#include "binding_world.h"

#ifdef __SANITIZE_ADDRESS__
enum { WORLDS = 20, LARGE = 20000, LARGE_QUESTIONS = 500 };
#else
enum { WORLDS = 300, LARGE = 200000, LARGE_QUESTIONS = 5000 };
#endif
enum { SMALL = 400, QUESTIONS = 400, FOUND_MAX = 4096 };

static struct binding all[LARGE];
static unsigned count;
static struct binding_holding got[FOUND_MAX], want[FOUND_MAX];

struct pair {
	struct binding_index *one_by_one, *batched;
	struct binding_batch *batch;
};

static void begin(struct pair *p, size_t capacity)
{
	p->one_by_one = binding_index_new(capacity);
	p->batched = binding_index_new(capacity);
	p->batch = binding_batch_new(p->batched);
	count = 0;
}

static void end(struct pair *p)
{
	binding_batch_free(p->batch);
	binding_index_free(p->one_by_one);
	binding_index_free(p->batched);
}

/* Usual words of a session: it goes on, or it ended. */
static struct binding goes_on(const struct binding *of)
{
	struct binding b = *of;
	b.recorded_at = of->recorded_at + (1 + dice(600)) * SECOND_US;
	b.kind = dice(3) ? BINDING_INTERIM : BINDING_STOP;
	b.seen_at = b.recorded_at > of->start_at ? b.recorded_at : of->start_at;
	b.end_at = b.kind == BINDING_STOP ? b.seen_at : TIME_NONE;
	return b;
}

static bool add(struct pair *p, const struct world_shape *w)
{
	const struct binding *of = count ? &all[dice(count)] : NULL;
	struct binding b = !of || dice(3) == 0 ? world_binding(w) : dice(2) ? goes_on(of) : world_version(w, of);
	if (binding_normalise(&b, NULL) != OK)
		return true;
	all[count++] = b;
	return binding_index_add(p->one_by_one, &b, NULL) == OK && binding_batch_add(p->batch, &b, NULL) == OK;
}

static bool agree(const struct pair *p, const struct world_shape *w, unsigned *found)
{
	struct binding_question q = world_question(w);
	unsigned n = 0, m = 0;
	enum err e = binding_index_find(p->one_by_one, &q, want, FOUND_MAX, &m);
	if (binding_index_find(p->batched, &q, got, FOUND_MAX, &n) != e || !world_alike(got, n, want, m))
		return false;
	*found += n;
	return true;
}

static bool same_count(const struct pair *p)
{
	return binding_index_settle(p->one_by_one) == OK && binding_index_settle(p->batched) == OK &&
		binding_index_count(p->one_by_one) == binding_index_count(p->batched);
}

static bool said(const struct pair *p)
{
	for (unsigned i = 0; i < count; i++)
		if (binding_index_said(p->batched, &all[i]) != binding_index_said(p->one_by_one, &all[i]))
			return false;
	return true;
}

static void small_worlds(void)
{
	unsigned found = 0, bad = 0;
	for (unsigned k = 0; k < WORLDS && !bad; k++) {
		struct world_shape w = { 2 + dice(12), 2 + dice(20), 500 + dice(5000), 1 + dice(2000) };
		struct pair p;
		begin(&p, SMALL);
		for (unsigned i = 0; i < SMALL; i++)
			bad += !add(&p, &w);
		bad += binding_batch_flush(p.batch, NULL) != OK;
		for (unsigned i = 0; i < QUESTIONS && !bad; i++)
			bad += !agree(&p, &w, &found);
		bad += !same_count(&p) || !said(&p);
		end(&p);
	}
	printf("# %u holders found\n", found);
	OK_(!bad && found, "in crowded worlds");
}

static void large_world(void)
{
	struct world_shape wide = { 60000, 200, 80000, 80000 }, hot = { 1, 200, 80000, 80000 };
	struct pair p;
	unsigned found = 0, bad = 0;
	begin(&p, LARGE);
	for (unsigned i = 0; i < LARGE && !bad; i++)
		bad += !add(&p, i < 2 * LARGE / 3 || dice(8) ? &wide : &hot);
	bad += binding_batch_flush(p.batch, NULL) != OK;
	for (unsigned i = 0; i < LARGE_QUESTIONS && !bad; i++)
		bad += !agree(&p, dice(10) ? &wide : &hot, &found);
	OK_(!bad && found && same_count(&p), "in a large one with a hot address");
	end(&p);
}

static void bounds(void)
{
	struct binding b = { .prefix.bits = 128, .port_to = BINDING_PORT_LAST, .feed = 1, .kind = BINDING_START, .start_at = WORLD_AT, .start_sure_at = TIME_NONE,
		.seen_at = TIME_NONE, .end_at = TIME_NONE, .recorded_at = WORLD_AT };
	struct why why = { 0 };
	struct pair p;
	bool good = true;
	begin(&p, 3);
	OK_(binding_batch_flush(p.batch, &why) == OK && binding_index_count(p.batched) == 0, "an empty one adds nothing");
	for (uint8_t i = 0; i < 4; i++) {
		b.prefix.addr.octets[0] = 0x20;
		b.prefix.addr.octets[15] = i;
		good &= binding_normalise(&b, NULL) == OK && binding_batch_add(p.batch, &b, &why) == OK;
	}
	OK_(good && binding_index_count(p.batched) == 0, "what waits is not there yet");
	OK_(binding_batch_flush(p.batch, &why) == ERR_FULL && why.text[0] && binding_index_count(p.batched) == 3, "what is too much is told when it is added");
	OK_(binding_batch_flush(p.batch, &why) == OK, "once");
	end(&p);
}

int main(void)
{
	bounds();
	small_worlds();
	large_world();
	return tap_done();
}
