/*
 * who_cpu_ns: from an address, a port and a time to everybody who may have held it, among 10 M bindings, in CPU time.
 * who_octets_per_binding: the process's resident memory for them. cold_start_s: from their segments on disk (as the page cache has
 * them) to the first answer. who_add_cpu_us: one late fact into the full index. The peer is SQLite: a table and an index on
 * (prefix, start), asked the same questions by a prepared statement; its octets are those of its file. who_floor_cpu_ns is what the machine
 * takes for two reads in a row from as much memory, which no index can do without: what stands beside it, it shares with others.
 *
 * The bindings: 78 % sessions on single IPv4 addresses, 12 % port blocks of 1,024 on 4,096 shared ones, 7 % delegated /56, 2 % /64,
 * 1 % single IPv6 addresses; ten to an address, block or prefix over 90 days, one in twenty overlapping the one before. Questions go to
 * all of them alike, with two minutes of slack.
 *
 * Usage: bench_who SCRATCH-DIRECTORY [BINDINGS]
 */
#include <fcntl.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "attribution/binding_store.h"
#include "base/file.h"
#include "bench.h"

enum { ROUNDS = 3, QUESTIONS = 1000000, PEER_QUESTIONS = 200000, EACH = 10, SPAN_DAYS = 90, BLOCK = 1024, BLOCKS = 64, SLACK_S = 120, OUT_MAX = 64, LATE = 200000 };
static const int64_t FIRST_AT = 1790000000000000;

static void must(enum err e, const struct why *why, const char *what)
{
	if (e == OK)
		return;
	fprintf(stderr, "%s: %s (%s)\n", what, err_text(e), why ? why->text : "");
	exit(1);
}

static uint64_t mix(uint64_t x)
{
	x += UINT64_C(0x9e3779b97f4a7c15);
	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

/* The n-th resource: an address, a port block, or a prefix. */
static struct binding resource(uint64_t n)
{
	struct binding b = { .prefix.bits = 128, .port_to = BINDING_PORT_LAST };
	uint8_t *o = b.prefix.addr.octets;
	uint64_t share = mix(n) % 100;
	if (share < 90) {
		o[10] = o[11] = 0xff;
		o[12] = share < 78 ? (uint8_t)(10 + (n >> 24)) : 100;
		uint64_t low = share < 78 ? n : mix(n + 7) % 4096;
		for (unsigned i = 0; i < 3; i++)
			o[15 - i] = (uint8_t)(low >> (8 * i));
		if (share >= 78) {
			b.port_from = (uint16_t)(mix(n + 9) % BLOCKS * BLOCK);
			b.port_to = (uint16_t)(b.port_from + BLOCK - 1);
		}
		return b;
	}
	b.prefix.bits = share < 97 ? 56 : share < 99 ? 64 : 128;
	o[0] = 0x20, o[1] = 0x01, o[2] = 0x0d, o[3] = (uint8_t)share;
	for (unsigned i = 0; i < 3; i++)
		o[6 - i] = (uint8_t)(n >> (8 * i));
	if (b.prefix.bits == 128)
		o[15] = 1;
	return b;
}

/* The i-th of count bindings, in order of their ends. */
static struct binding binding_at(uint64_t i, uint64_t count)
{
	uint64_t resources = count / EACH, round = i / resources, n = mix(round * 31 + 5) % resources;
	n = (n + i) % resources;
	struct binding b = resource(n);
	int64_t each = SPAN_DAYS * DAY_US / EACH, start = FIRST_AT + (int64_t)(round * (uint64_t)each) + (int64_t)(i % resources * (uint64_t)each / resources);
	uint64_t subject = mix(n * 16 + round) % resources;
	b.feed = b.port_to == BINDING_PORT_LAST ? 1 : 2;
	b.kind = BINDING_STOP;
	b.start_at = start;
	b.start_sure_at = b.seen_at = TIME_NONE;
	b.end_at = start + each * (mix(i) % 20 ? 8 : 14) / 10;
	b.recorded_at = b.end_at;
	memcpy(b.subject.octets, &subject, sizeof(subject));
	must(binding_normalise(&b, NULL), NULL, "normalise");
	return b;
}

static struct binding_question question(uint64_t k, uint64_t count)
{
	struct binding b = binding_at(mix(k) % count, count);
	int64_t at = FIRST_AT + (int64_t)(mix(k + 3) % (SPAN_DAYS * (uint64_t)DAY_US));
	struct binding_question q = { b.prefix.addr, b.port_from + 77, at - SLACK_S * SECOND_US, at + SLACK_S * SECOND_US, TIME_MAX };
	return q;
}

static void write_segments(int dir_fd, uint64_t count)
{
	struct binding_segment *s;
	struct binding_damage cut;
	struct why why = { 0 };
	must(binding_segment_open(dir_fd, &s, &cut, &why), &why, "segment");
	for (uint64_t i = 0; i < count; i++) {
		struct binding_item item = { .binding = binding_at(i, count) };
		must(binding_segment_append(s, &item, item.binding.start_at, &why), &why, "append");
	}
	must(binding_segment_sync(s, &why), &why, "sync");
	binding_segment_close(s);
}

static uint64_t ask(struct binding_index *ix, const struct binding_question *q, unsigned count)
{
	struct binding_holding out[OUT_MAX];
	uint64_t found = 0;
	for (unsigned i = 0; i < count; i++) {
		unsigned n = 0;
		must(binding_index_find(ix, &q[i], out, OUT_MAX, &n), NULL, "find");
		found += n;
	}
	return found;
}

static double own(int dir_fd, const struct binding_question *q, uint64_t count, uint64_t *ret_found)
{
	struct binding_store *s;
	struct binding_store_report report;
	struct why why = { 0 };
	double before = bench_resident_bytes(), wall = bench_wall_s(), best = 1e9;
	must(binding_store_open(dir_fd, count + LATE, 0, FIRST_AT + SPAN_DAYS * DAY_US, NULL, &s, &report, &why), &why, "open");
	(void)ask(binding_store_index(s), q, 1);
	bench_say("cold_start_s", bench_wall_s() - wall, "s");
	bench_say("who_octets_per_binding", (bench_resident_bytes() - before) / (double)count, "octets");
	for (unsigned round = 0; round < ROUNDS; round++) {
		double cpu = bench_cpu_s();
		*ret_found = ask(binding_store_index(s), q, QUESTIONS);
		cpu = bench_cpu_s() - cpu;
		best = cpu < best ? cpu : best;
	}
	double cpu = bench_cpu_s();
	for (uint64_t i = 0; i < LATE; i++) {
		struct binding b = binding_at(mix(i + 77) % count, count);
		b.recorded_at += SECOND_US;
		must(binding_index_add(binding_store_index(s), &b, &why), &why, "add");
	}
	best = 1e9 * best / QUESTIONS;
	bench_say("who_cpu_ns", best, "ns");
	bench_say("who_add_cpu_us", 1e6 * (bench_cpu_s() - cpu) / LATE, "us");
	bench_say("who_holders_per_question", (double)*ret_found / QUESTIONS, "holders");
	size_t bytes = binding_index_bytes(binding_store_index(s));
	binding_store_close(s);
	double floor_ns = bench_floor_ns(bytes);
	bench_say("who_floor_cpu_ns", floor_ns, "ns");
	bench_say("who_floor_ratio", best / floor_ns, "x");
	return best;
}

static void sql(sqlite3 *db, int status, const char *what)
{
	if (status == SQLITE_OK || status == SQLITE_DONE || status == SQLITE_ROW)
		return;
	fprintf(stderr, "%s: %s\n", what, sqlite3_errmsg(db));
	exit(1);
}

enum { KEY_LEN = 17 };

static void key_of(const struct prefix *p, uint8_t out[KEY_LEN])
{
	memcpy(out, p->addr.octets, 16);
	out[16] = p->bits;
}

static void fill_peer(sqlite3 *db, uint64_t count)
{
	sqlite3_stmt *put;
	uint8_t key[KEY_LEN];
	sql(db, sqlite3_exec(db, "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-1000000; CREATE TABLE binding (prefix BLOB, port_from INT,"
		" port_to INT, start INT, end INT, recorded INT, subject BLOB, feed INT); BEGIN", NULL, NULL, NULL), "create");
	sql(db, sqlite3_prepare_v2(db, "INSERT INTO binding VALUES (?,?,?,?,?,?,?,?)", -1, &put, NULL), "insert");
	for (uint64_t i = 0; i < count; i++) {
		struct binding b = binding_at(i, count);
		key_of(&b.prefix, key);
		(void)sqlite3_bind_blob(put, 1, key, KEY_LEN, SQLITE_STATIC);
		(void)sqlite3_bind_int(put, 2, b.port_from);
		(void)sqlite3_bind_int(put, 3, b.port_to);
		(void)sqlite3_bind_int64(put, 4, b.start_at / SECOND_US);
		(void)sqlite3_bind_int64(put, 5, b.end_at / SECOND_US);
		(void)sqlite3_bind_int64(put, 6, b.recorded_at / SECOND_US);
		(void)sqlite3_bind_blob(put, 7, b.subject.octets, BINDING_SUBJECT_LEN, SQLITE_STATIC);
		(void)sqlite3_bind_int(put, 8, b.feed);
		sql(db, sqlite3_step(put), "insert");
		(void)sqlite3_reset(put);
	}
	(void)sqlite3_finalize(put);
	sql(db, sqlite3_exec(db, "CREATE INDEX held ON binding (prefix, start); COMMIT", NULL, NULL, NULL), "index");
}

static uint64_t ask_peer(sqlite3_stmt *get, const struct binding_question *q, unsigned count)
{
	uint64_t found = 0;
	uint8_t key[KEY_LEN];
	for (unsigned i = 0; i < count; i++) {
		bool v4 = addr_is_v4(&q[i].addr);
		for (unsigned k = 0; k < (v4 ? 1 : 3); k++) {
			static const uint8_t lengths[] = { 128, 64, 56 };
			struct prefix p = prefix_of(&q[i].addr, v4 ? 32 : lengths[k]);
			key_of(&p, key);
			(void)sqlite3_bind_blob(get, 1, key, KEY_LEN, SQLITE_STATIC);
			(void)sqlite3_bind_int(get, 2, q[i].port);
			(void)sqlite3_bind_int64(get, 3, q[i].from_at / SECOND_US);
			(void)sqlite3_bind_int64(get, 4, q[i].until_at / SECOND_US);
			while (sqlite3_step(get) == SQLITE_ROW) {
				(void)sqlite3_column_blob(get, 0);
				(void)sqlite3_column_int64(get, 1);
				(void)sqlite3_column_int64(get, 2);
				found++;
			}
			(void)sqlite3_reset(get);
		}
	}
	return found;
}

static void peer(const char *path, const struct binding_question *q, uint64_t count, uint64_t found, double own_ns)
{
	sqlite3 *db;
	sqlite3_stmt *get, *pages;
	double best = 1e9;
	sql(NULL, sqlite3_open(path, &db), "open");
	fill_peer(db, count);
	sql(db, sqlite3_prepare_v2(db, "SELECT subject, start, end FROM binding WHERE prefix = ?1 AND start <= ?4 AND end > ?3 AND port_from <= ?2 AND port_to >= ?2", -1, &get,
		NULL), "select");
	for (unsigned round = 0; round < ROUNDS; round++) {
		double cpu = bench_cpu_s();
		(void)ask_peer(get, q, PEER_QUESTIONS);
		cpu = bench_cpu_s() - cpu;
		best = cpu < best ? cpu : best;
	}
	best = 1e9 * best / PEER_QUESTIONS;
	bench_say("who_cpu_ns_peer", best, "ns");
	bench_say("who_cpu_ns_ratio", own_ns / best, "x");
	if (ask_peer(get, q, QUESTIONS) != found)
		printf("who_cpu_ns_peer - it finds other holders\n");
	sql(db, sqlite3_prepare_v2(db, "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size", -1, &pages, NULL), "size");
	sql(db, sqlite3_step(pages), "size");
	bench_say("who_octets_per_binding_peer", (double)sqlite3_column_int64(pages, 0) / (double)count, "octets");
	(void)sqlite3_finalize(get);
	(void)sqlite3_finalize(pages);
	(void)sqlite3_close(db);
}

int main(int argc, char **argv)
{
	uint64_t count = argc > 2 ? strtoull(argv[2], NULL, 10) : 10000000, found = 0;
	char path[4096];
	if (argc < 2 || count < 1000)
		return 2;
	int dir_fd = open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct binding_question *q = calloc(QUESTIONS, sizeof(*q));
	must(dir_fd >= 0 && q ? OK : ERR_IO, NULL, argv[1]);
	for (unsigned i = 0; i < QUESTIONS; i++)
		q[i] = question(i, count);
	write_segments(dir_fd, count);
	double own_ns = own(dir_fd, q, count, &found);
	(void)snprintf(path, sizeof(path), "%s/peer.db", argv[1]);
	peer(path, q, count, found, own_ns);
	free(q);
	return 0;
}
