/*
 * The frame of tests that fold: a store of one's own in memory, a register, a policy, and reports on the first day after start_at. The keys
 * are fixed. A test program includes it once, makes the arena, and begins and ends a fold in each of its tests.
 */
#ifndef AUPD_TESTS_FOLDING_H
#define AUPD_TESTS_FOLDING_H

#include "engine/fold.h"
#include "store/store.h"
#include "tap.h"

static struct arena *arena;
static struct store *store;
static struct registry *registry;
static struct fold f;
static unsigned reports;
static const int64_t start_at = INT64_C(1772323200) * SECOND_US;        /* 2026-03-01 */

static inline enum err folding_load(void *arg, struct arena *a, const struct row_key *keys, size_t count, struct row *rows, struct why *why)
{
	(void)arg;
	return store_null.load(store, a, keys, count, rows, why);
}

/* The version of these files, whose main one is aup.policy; they outlive it. */
static inline struct policy *folding_policy(struct bundle_file *files, unsigned count)
{
	struct bundle b = { STR("aup.policy"), files, count };
	struct policy *p = NULL;
	struct why why = { .line = 0 };
	if (!OK_(policy_load(arena, &b, &p, &why) == OK, "the policy"))
		printf("# %s:%u: %s\n", why.file, why.line, why.text);
	return p;
}

/* For ever, and before the fold begins. */
static inline void give(struct entity e)
{
	e.from_at = e.until_at = TIME_NONE;
	e.value = ENTITY_NO_VALUE;
	OK_(registry_add(registry, &e, NULL) == OK, "an entity");
}

/* registry: as it was given. */
static inline void folding_begin(struct policy *p)
{
	struct row_reader reader = { folding_load, NULL };
	struct seal_key fixed = { { 1 } };
	OK_(registry_ready(registry, 1, NULL, NULL) == OK && store_null.open(-1, "", STORE_WRITE, &store, NULL) == OK, "a register and a store");
	f = (struct fold){ .work = work_new(&reader), .registry = registry, .policies = { p }, .policy_count = 1, .keyring = keyring_fixed(&fixed),
		.token_key = fixed, .mail_domain = STR("test.invalid"), .mail_local = STR("abuse"), .now = start_at + DAY_US, .source = 1 };
}

static inline void end(void)
{
	work_free(f.work);
	keyring_close(f.keyring);
	registry_free(registry);
	store_null.close(store);
}

/* Of now, each with an id and a place of its own, by somebody who is known. */
static inline struct observation report(const char *kind, const char *source, const char *by)
{
	struct observation o = { .kind = kind_find(str_of(kind)), .event_at = f.now, .first_at = f.now, .last_at = f.now, .zone_given = true, .received_at = f.now,
		.incidents = 1, .reporter = str_of(by), .reporter_verified = true, .report_id = str_format(arena, "id-%u", ++reports), .at = { 1, reports * 100, 0 },
		.source = { .type = SOURCE_ADDR, .text = str_of(source) } };
	OK_(addr_parse(str_of(source), &o.source.addr) == OK, "an address");
	return o;
}

static inline struct fold_result fold(const struct observation *o)
{
	struct fold_result r = { .fate = FATE_NONE };
	struct why why = { .line = 0 };
	if (fold_observation(&f, o, &r, &why) != OK)
		printf("# %s\n", why.text);
	return r;
}

#endif
