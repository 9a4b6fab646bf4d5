/*
 * case_commit_per_s: complaints that lie in the spool, each about an address of its own, until the case of each is committed:
 * read, decoded, carried as a frame's body, folded with the policy that ships, in batches as the judge makes them, fsync on.
 * hot_address_ratio: the rate of reports 99,001 to 100,000 about one address over that of reports 1 to 1,000, in CPU time.
 *
 * Usage: bench_case POLICY-DIRECTORY SCRATCH-DIRECTORY
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/seal.h"
#include "bench.h"
#include "engine/fold.h"
#include "format/format.h"
#include "policy/directory.h"
#include "spool/reader.h"
#include "spool/spool.h"
#include "store/store.h"

enum { ROUNDS = 3, COMPLAINTS = 18000 /* of all rounds */, BATCH = 1000, HOT = 100000, DOCUMENT_MAX = 2048 };
static const int64_t DAY_AT = 1790000000000000; /* every report happens on one day, long after the policy took force */

struct bench {
	struct arena *lasting, *item;
	int dir_fd;
	struct store *store;
	struct fold fold;
	struct policy *policy;
	struct registry *registry;
};

static void must(enum err e, const struct why *why, const char *what)
{
	if (e == OK)
		return;
	fprintf(stderr, "%s: %s (%s)\n", what, err_text(e), why ? why->text : "");
	exit(1);
}

static enum err load_rows(void *arg, struct arena *a, const struct row_key *keys, size_t count, struct row *rows, struct why *why)
{
	struct bench *b = arg;
	return store_sqlite.load(b->store, a, keys, count, rows, why);
}

static void nothing_told(void *arg, enum err e, const struct position *at)
{
	(void)arg;
	(void)at;
	must(e, NULL, "sync");
}

static struct str address(struct bench *b, unsigned i)
{
	return str_format(b->lasting, "10.%u.%u.%u", i >> 16 & 255, i >> 8 & 255, i & 255);
}

/* One customer an address, with the key that a register's import has made. */
static void register_customers(struct bench *b, unsigned count)
{
	struct why why = { 0 };
	struct seal_key key;
	b->registry = registry_new(NULL);
	for (unsigned i = 0; i < count; i++) {
		struct str id = str_format(b->lasting, "c%u", i);
		struct entity customer = { .type = ENTITY_CUSTOMER, .id = id, .email = STR("customer@test.invalid"), .from_at = TIME_NONE, .until_at = TIME_NONE };
		struct entity prefix = { .type = ENTITY_PREFIX, .id = id, .customer = id, .resource = str_format(b->lasting, "%.*s/32", STR_ARG(address(b, i))),
			.from_at = TIME_NONE, .until_at = TIME_NONE };
		must(registry_add(b->registry, &customer, &why), &why, "customer");
		must(registry_add(b->registry, &prefix, &why), &why, "prefix");
		must(keyring_get(b->fold.keyring, id, &key, &why), &why, "key");
	}
	must(registry_ready(b->registry, 1, NULL, &why), &why, "registry");
	b->fold.registry = b->registry;
}

static void start(struct bench *b, const char *policy, const char *scratch)
{
	struct why why = { 0 };
	struct bundle bundle;
	struct row_reader reader = { load_rows, b };
	static const struct seal_key fixed = { "a key of the bench" };
	b->lasting = arena_new("lasting", 1 << 30);
	b->item = arena_new("item", 64 << 20);
	b->dir_fd = open(scratch, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	must(b->lasting && b->item && b->dir_fd >= 0 ? OK : ERR_IO, NULL, scratch);
	must(directory_read(b->lasting, policy, &bundle, &why), &why, policy);
	must(policy_load(b->lasting, &bundle, &b->policy, &why), &why, policy);
	must(store_sqlite.open(b->dir_fd, "store.db", STORE_WRITE, &b->store, &why), &why, "store");
	b->fold = (struct fold){ .work = work_new(&reader), .policies = { b->policy }, .policy_count = 1, .keyring = keyring_fixed(&fixed), .token_key = fixed,
		.provider = STR("Example Net"), .mail_domain = STR("example.net"), .mail_local = STR("abuse"), .now = DAY_AT, .source = 1, .notes_sightings = true, .searchable = true };
}

static void commit(struct bench *b, const struct position *at)
{
	struct effect *effects;
	size_t count;
	struct why why = { 0 };
	struct mark mark = { 1, HOP_LANE, 0, *at };
	must(fold_close(&b->fold, &why), &why, "close");
	must(work_effects(b->fold.work, &effects, &count), NULL, "effects");
	must(store_sqlite.commit(b->store, effects, count, &mark, 1, &why), &why, "commit");
	work_reset(b->fold.work);
}

static struct str document(struct arena *a, struct str source, unsigned i, int64_t at)
{
	return str_format(a,
		"{\"xarf_version\":\"4.2.0\",\"report_id\":\"02eb480f-8172-431a-9276-%012x\",\"timestamp\":\"%.*s\","
		"\"reporter\":{\"org\":\"Desk %u\",\"contact\":\"desk@r%u.example\",\"domain\":\"r%u.example\"},"
		"\"sender\":{\"org\":\"Desk %u\",\"contact\":\"desk@r%u.example\",\"domain\":\"r%u.example\"},"
		"\"source_identifier\":\"%.*s\",\"source_port\":443,\"category\":\"content\",\"type\":\"phishing\",\"url\":\"https://%.*s/login/%u\"}",
		i, STR_ARG(time_str(a, at)), i, i, i, i, i, i, STR_ARG(source), STR_ARG(source), i);
}

static void fill_spool(struct bench *b, unsigned count)
{
	struct spool_limits limits = { .max_bytes = 4ull << 30, .segment_bytes = 64 << 20, .payload_bytes = 1 << 20 };
	struct spool *s;
	struct why why = { 0 };
	must(spool_open(b->dir_fd, &limits, &s, &why), &why, "spool");
	for (unsigned i = 0; i < count; i++) {
		arena_reset(b->item);
		struct sink_item item = { .item_class = CLASS_COMPLAINT, .source = 1, .received_at = DAY_AT, .meta = STR("{}"),
			.payload = document(b->item, address(b, i), i, DAY_AT) };
		must(spool_put(s, &item, nothing_told, NULL), NULL, "put");
		if (i % BATCH == BATCH - 1)
			must(spool_sync(s, &why), &why, "sync");
	}
	must(spool_sync(s, &why), &why, "sync");
	spool_close(s);
}

/* Decodes the text and folds what it says, carried as the frames between ear and judge carry it. */
static void judge_text(struct bench *b, struct str text, const struct position *at, enum fate *ret_fate)
{
	struct decode d = { .arena = b->item, .text = text, .received_at = DAY_AT };
	struct why why = { 0 };
	struct str body;
	struct fold_result result;
	must(format_decode(&d), NULL, "decode");
	must(d.count == 1 ? OK : ERR_SYNTAX, NULL, "one report a document");
	d.observations[0].received_at = DAY_AT;
	must(field_encode(b->item, observation_fields, &d.observations[0], &body), NULL, "encode");
	struct observation o = { 0 };
	must(field_decode(work_arena(b->fold.work), str_copy(work_arena(b->fold.work), body), observation_fields, &o, &why), &why, "frame");
	o.at = *at;
	must(fold_observation(&b->fold, &o, &result, &why), &why, "fold");
	*ret_fate = result.fate;
}

static void case_commit(struct bench *b)
{
	struct position from = { 0 }, last = { 0 };
	struct spool_reader *r;
	struct spool_record record;
	struct why why = { 0 };
	unsigned n = 0, cases = 0;
	double best_wall = 1e9, best_cpu = 1e9;
	enum fate fate;
	register_customers(b, COMPLAINTS);
	fill_spool(b, COMPLAINTS);
	must(spool_reader_open(b->dir_fd, &from, &r, &why), &why, "reader");
	double wall = bench_wall_s(), cpu = bench_cpu_s();
	for (;;) {
		arena_reset(b->item);
		enum err e = spool_reader_next(r, b->item, &record, &why);
		if (e == ERR_NOTFOUND)
			break;
		must(e, &why, "read");
		judge_text(b, record.payload, &record.at, &fate);
		cases += fate == FATE_CASE;
		last = record.at;
		if (++n % BATCH == 0)
			commit(b, &last);
		if (n % (COMPLAINTS / ROUNDS))
			continue;
		double wall_now = bench_wall_s(), cpu_now = bench_cpu_s();
		best_wall = wall_now - wall < best_wall ? wall_now - wall : best_wall;
		best_cpu = cpu_now - cpu < best_cpu ? cpu_now - cpu : best_cpu;
		wall = wall_now;
		cpu = cpu_now;
	}
	must(cases == COMPLAINTS && n == COMPLAINTS ? OK : ERR_CORRUPT, NULL, "a case a complaint");
	bench_say("case_commit_per_s", COMPLAINTS / ROUNDS / best_wall, "1/s");
	bench_say("case_commit_cpu_us", 1e6 * best_cpu / (COMPLAINTS / ROUNDS), "us");
	spool_reader_close(r);
}

/* CPU time of the first and the last thousand reports about one address. */
static void one_address(struct bench *b, unsigned round, double *first, double *last)
{
	double from = bench_cpu_s();
	enum fate fate;
	for (unsigned i = 0; i < HOT; i++) {
		struct position at = { (uint64_t)(round + 1) << 40, i, 0 };
		arena_reset(b->item);
		judge_text(b, document(b->item, address(b, round), COMPLAINTS + round * HOT + i, DAY_AT + i), &at, &fate);
		if (i % BATCH != BATCH - 1)
			continue;
		commit(b, &at);
		double now = bench_cpu_s();
		if (i < BATCH)
			*first = now - from;
		*last = now - from;
		from = now;
	}
}

static void hot_address(struct bench *b)
{
	double best_first = 1e9, best_last = 1e9, first = 0, last = 0;
	for (unsigned round = 0; round < ROUNDS; round++) {
		one_address(b, round, &first, &last);
		best_first = first < best_first ? first : best_first;
		best_last = last < best_last ? last : best_last;
	}
	bench_say("hot_address_ratio", best_first / best_last, "x");
	bench_say("hot_address_cpu_us", 1e6 * best_last / BATCH, "us");
}

int main(int argc, char **argv)
{
	static struct bench b;
	if (argc != 3)
		return 2;
	start(&b, argv[1], argv[2]);
	case_commit(&b);
	hot_address(&b);
	return 0;
}
