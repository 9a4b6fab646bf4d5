/*
 * cgnat_cpu_ns: from a shared address, a port and a time to the address behind it, among 10 M blocks of ports, in CPU time.
 * cgnat_floor_cpu_ns: two reads in a row from as much memory, for comparison. cgnat_octets_per_block: the index's memory for them.
 * cgnat_event_cpu_us: one event of a log into the full index, with the look at who has the block. nat_line_cpu_ns: one line of a log as
 * an event.
 *
 * The blocks: 4,096 addresses of 63 blocks of 1,024 ports, each block given and taken back some forty times in 90 days. Questions go to all of them
 * alike, with two seconds of slack.
 *
 * Usage: bench_cgnat [BLOCKS]
 */
#include <stdlib.h>

#include "attribution/nat_block.h"
#include "bench.h"
#include "format/nat_line.h"

enum { ADDRESSES = 4096, EACH = 63, BLOCK = 1024, SPAN_DAYS = 90, QUESTIONS = 1000000, EVENTS = 200000, LINES = 200000, OUT_MAX = 16 };
static const int64_t FIRST_AT = 1790000000000000;

static void must(enum err e, const char *what)
{
	if (e == OK)
		return;
	fprintf(stderr, "%s: %s\n", what, err_text(e));
	exit(1);
}

static uint64_t mix(uint64_t x)
{
	x = (x + 0x9e3779b97f4a7c15) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	return x ^ x >> 31;
}

static struct addr v4(uint32_t word)
{
	return (struct addr){ { [10] = 0xff, [11] = 0xff, (uint8_t)(word >> 24), (uint8_t)(word >> 16), (uint8_t)(word >> 8), (uint8_t)word } };
}

/* The n-th turn of the r-th block of all: when it began. Turns of a block follow each other without overlap. */
static int64_t begins(uint64_t r, uint64_t n, uint64_t turns)
{
	int64_t span = SPAN_DAYS * DAY_US / (int64_t)turns;
	return (FIRST_AT + (int64_t)n * span + (int64_t)(mix(r * 977 + n) % 100) * SECOND_US) / SECOND_US * SECOND_US;
}

static struct binding block(uint64_t r, uint64_t n, uint64_t turns)
{
	struct addr outside = v4(0xcb000000U + (uint32_t)(r / EACH)), inside = v4(0x64400000U + (uint32_t)(mix(r * 31 + n) % (1 << 22)));
	struct binding b = { .prefix = prefix_of(&outside, 32), .port_from = (uint16_t)((r % EACH + 1) * BLOCK), .feed = 1, .flags = BINDING_INSIDE, .kind = BINDING_START,
		.start_at = begins(r, n, turns), .seen_at = TIME_NONE, .end_at = TIME_NONE };
	b.port_to = (uint16_t)(b.port_from + BLOCK - 1);
	b.start_sure_at = b.start_at + SECOND_US;
	b.recorded_at = b.start_at + SECOND_US;
	binding_inside(&inside, &b.subject);
	return b;
}

static struct binding_index *fill(uint64_t blocks, uint64_t turns)
{
	struct binding_index *ix = binding_index_new((size_t)blocks * 2 + EVENTS * 2);
	if (!ix)
		must(ERR_NOMEM, "index");
	for (uint64_t n = 0; n < turns; n++)
		for (uint64_t r = 0; r < blocks / turns; r++) {
			struct binding b = block(r, n, turns);
			must(binding_normalise(&b, NULL), "block");
			must(binding_index_add(ix, &b, NULL), "add");
			b.kind = BINDING_STOP;
			b.end_at = begins(r, n + 1, turns) - 600 * SECOND_US;
			b.recorded_at = b.end_at + SECOND_US;
			must(binding_normalise(&b, NULL), "block");
			must(binding_index_add(ix, &b, NULL), "add");
		}
	must(binding_index_settle(ix), "settle");
	return ix;
}

static void ask(struct binding_index *ix, uint64_t blocks, uint64_t turns)
{
	static struct binding_question questions[QUESTIONS];
	struct binding_holding out[OUT_MAX];
	uint64_t found = 0;
	double best = 0;
	for (unsigned i = 0; i < QUESTIONS; i++) {
		struct binding b = block(mix(i) % (blocks / turns), mix(i + 7) % turns, turns);
		int64_t at = b.start_at + (int64_t)(mix(i + 3) % 3600) * SECOND_US;
		questions[i] = (struct binding_question){ b.prefix.addr, b.port_from + (int32_t)(mix(i + 5) % BLOCK), at - 2 * SECOND_US, at + 2 * SECOND_US, TIME_MAX };
	}
	for (unsigned round = 0; round < 3; round++) {
		double began = bench_cpu_s();
		found = 0;
		for (unsigned i = 0; i < QUESTIONS; i++) {
			unsigned n;
			must(binding_index_find(ix, &questions[i], out, OUT_MAX, &n), "find");
			found += n;
		}
		double took = bench_cpu_s() - began;
		best = !round || took < best ? took : best;
	}
	bench_say("cgnat_cpu_ns", best * 1e9 / QUESTIONS, "ns");
	bench_say("cgnat_floor_cpu_ns", bench_floor_ns(binding_index_bytes(ix)), "ns");
	fprintf(stderr, "%llu blocks, %llu holders found of %d\n", (unsigned long long)blocks, (unsigned long long)found, QUESTIONS);
}

static enum err put(void *arg, const struct binding *b, struct why *why)
{
	struct binding one = *b;
	one.recorded_at = FIRST_AT + (SPAN_DAYS + 10) * DAY_US;
	enum err e = binding_normalise(&one, why);
	return e ? e : binding_index_add(arg, &one, why);
}

static void tell(struct binding_index *ix, uint64_t blocks, uint64_t turns)
{
	struct nat_block_count count = { 0 };
	double began = bench_cpu_s();
	for (unsigned i = 0; i < EVENTS; i++) {
		struct binding b = block(mix(i / 2 + 11) % (blocks / turns), 0, turns);
		int64_t at = FIRST_AT + SPAN_DAYS * DAY_US + 2 * HOUR_US + i * SECOND_US;
		struct nat_event e = { .what = i % 2 ? NAT_BACK : NAT_GIVEN, .inside = binding_inside_addr(&b.subject), .outside = b.prefix.addr, .port_from = b.port_from,
			.port_to = b.port_to, .first_at = at, .last_at = at + SECOND_US, .since_at = TIME_NONE };
		must(nat_block_take(ix, 1, &e, put, ix, &count, NULL), "event");
	}
	bench_say("cgnat_event_cpu_us", (bench_cpu_s() - began) * 1e6 / EVENTS, "us");
	fprintf(stderr, "%llu bindings of %d events, %llu of them lost\n", (unsigned long long)count.bindings, EVENTS, (unsigned long long)count.lost);
}

static void lines(void)
{
	const struct nat_clock clock = { .received_at = FIRST_AT, .now = FIRST_AT };
	static struct nat_line read;
	double began = bench_cpu_s();
	for (unsigned i = 0; i < LINES; i++)
		must(nat_line_read(NAT_A10, &clock, STR("<134>Jul  6 14:05:36 host NAT:20260706140537 3e2d PortBatchV2Allocated: [100.104.128.32 62.45.100.176 11777 12288]"), &read, NULL), "line");
	bench_say("nat_line_cpu_ns", (bench_cpu_s() - began) * 1e9 / LINES, "ns");
}

int main(int argc, char **argv)
{
	uint64_t blocks = argc > 1 ? strtoull(argv[1], NULL, 10) : 10000000, turns = blocks / (ADDRESSES * EACH);
	turns = turns ? turns : 1;
	blocks = blocks / turns * turns;
	struct binding_index *ix = fill(blocks, turns);
	bench_say("cgnat_octets_per_block", (double)binding_index_bytes(ix) / (double)blocks, "octets");
	ask(ix, blocks, turns);
	tell(ix, blocks, turns);
	lines();
	binding_index_free(ix);
	return 0;
}
