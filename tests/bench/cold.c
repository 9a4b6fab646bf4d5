/*
 * cold_start_10m_s: from the segments of 10 M sessions on disk (as the page cache has them) to the first answer and a book of sessions that goes
 * on where the last one was; cold_start_10m_cpu_s: the same in CPU time, for a machine that does other things too.
 * cold_octets_per_session: resident memory for all of it.
 *
 * Each session has a record for its start, one that confirms it, and one for its end. Ten follow one another at each address over 90 days; the
 * last one is still open. Each has an IPv4 address, and every fourth a delegated /56 as well, which the count does not count again.
 *
 * Usage: bench_cold SCRATCH-DIRECTORY [SESSIONS]
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "attribution/binding_store.h"
#include "attribution/session.h"
#include "bench.h"

enum { ROUNDS = 10, SPAN_DAYS = 90, STEPS = 3 };
static const int64_t FIRST_AT = 1790000000000000;
static const uint8_t key[SESSION_KEY_LEN] = "sixteen octets.";

static void must(enum err e, const struct why *why, const char *what)
{
	if (e == OK)
		return;
	fprintf(stderr, "%s: %s (%s)\n", what, err_text(e), why ? why->text : "");
	exit(1);
}

static uint64_t mix(uint64_t x)
{
	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

/* What is said of the n-th address's session of a round: 0 it begins, 1 it goes on, 2 it has ended. */
static struct binding word(uint64_t n, uint64_t addresses, unsigned round, unsigned step)
{
	const int64_t each = SPAN_DAYS * DAY_US / ROUNDS, start = FIRST_AT + round * each + (int64_t)(n * ((uint64_t)each / SECOND_US / STEPS) / addresses) * SECOND_US;
	int64_t at = start + step * (each / STEPS - 10 * SECOND_US);
	uint64_t who = mix(n * ROUNDS + round + 1), ref = (n % 1000 + 1) << 40 | (who >> 24);
	struct binding b = { .prefix.bits = 128, .port_to = BINDING_PORT_LAST, .feed = 1, .kind = step == 2 ? BINDING_STOP : step ? BINDING_INTERIM : BINDING_START,
		.start_at = start, .start_sure_at = start, .seen_at = at, .end_at = step == 2 ? at : TIME_NONE, .recorded_at = at, .session = ref };
	uint8_t *o = b.prefix.addr.octets;
	o[10] = o[11] = 0xff;
	for (unsigned i = 0; i < 4; i++)
		o[15 - i] = (uint8_t)((n + (UINT32_C(100) << 24)) >> (8 * i));
	memcpy(b.subject.octets, &who, sizeof(who));
	return b;
}

static struct binding prefix_too(struct binding b, uint64_t n)
{
	b.prefix = (struct prefix){ .addr = { { 0x20, 0x01, 0x0d, (uint8_t)(n >> 24), (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n } }, .bits = 56 };
	return b;
}

static uint64_t append(struct binding_segment *s, struct binding b)
{
	struct binding_item item = { .binding = b };
	struct why why = { 0 };
	must(binding_normalise(&item.binding, &why), &why, "normalise");
	must(binding_segment_append(s, &item, b.recorded_at, &why), &why, "append");
	return 1;
}

static uint64_t write_segments(int dir_fd, uint64_t addresses)
{
	struct binding_segment *s;
	struct binding_damage cut;
	struct why why = { 0 };
	uint64_t records = 0;
	must(binding_segment_open(dir_fd, &s, &cut, &why), &why, "segment");
	for (unsigned k = 0; k < ROUNDS * STEPS - 1; k++)
		for (uint64_t n = 0; n < addresses; n++) {
			struct binding b = word(n, addresses, k / STEPS, k % STEPS);
			records += append(s, b);
			if (n % 4 == 0)
				records += append(s, prefix_too(b, n));
		}
	must(binding_segment_sync(s, &why), &why, "sync");
	binding_segment_close(s);
	return records;
}

static enum err recall(void *arg, const struct binding *b)
{
	return session_recall(arg, b);
}

static void recall_near(const void *arg, const struct binding *b, unsigned step)
{
	session_recall_near(arg, b, step);
}

static void load(int dir_fd, uint64_t addresses, uint64_t records)
{
	struct binding_store *s;
	struct binding_store_report report;
	struct why why = { 0 };
	const int64_t now = FIRST_AT + SPAN_DAYS * DAY_US;
	double before = bench_resident_bytes(), wall = bench_wall_s(), cpu = bench_cpu_s();
	struct session_book *book = session_book_new(addresses * 4, key);
	const struct binding_store_watch watch = { recall, recall_near, book };
	must(book ? OK : ERR_NOMEM, NULL, "book");
	must(binding_store_open(dir_fd, (size_t)records, 400 * DAY_US, now, &watch, &s, &report, &why), &why, "open");
	struct binding b = word(7, addresses, ROUNDS - 1, 0);
	struct binding_question q = { b.prefix.addr, BINDING_PORT_NONE, b.start_at + SECOND_US, b.start_at + SECOND_US, TIME_MAX };
	struct binding_holding out[4];
	unsigned found = 0;
	must(binding_index_find(binding_store_index(s), &q, out, 4, &found), NULL, "find");
	if (found != 1 || report.records != records || session_count_open(book) != addresses)
		printf("cold_start_10m_s - %u found, %llu records, %zu sessions open\n", found, (unsigned long long)report.records, session_count_open(book));
	bench_say("cold_start_10m_s", bench_wall_s() - wall, "s");
	bench_say("cold_start_10m_cpu_s", bench_cpu_s() - cpu, "s");
	bench_say("cold_octets_per_session", (bench_resident_bytes() - before) / (double)(addresses * ROUNDS), "octets");
	bench_say("cold_octets_per_entry", (double)binding_index_bytes(binding_store_index(s)) / (double)binding_index_count(binding_store_index(s)), "octets");
	bench_say("cold_records", (double)records, "records");
	binding_store_close(s);
	session_book_free(book);
}

int main(int argc, char **argv)
{
	uint64_t addresses = (argc > 2 ? strtoull(argv[2], NULL, 10) : 10000000) / ROUNDS;
	if (argc < 2 || addresses < 1000)
		return 2;
	int dir_fd = open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	must(dir_fd >= 0 ? OK : ERR_IO, NULL, argv[1]);
	load(dir_fd, addresses, write_segments(dir_fd, addresses));
	return 0;
}
