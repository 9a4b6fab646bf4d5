/*
 * The lines of an export: each is read or refused with a reason, and what was read folds without an error of its own.
 */
#include "engine/export.h"
#include "engine/replay.h"
#include "fuzz.h"
#include "policy/load.h"

static const char rules[] =
	"policy \"fuzz\" { text \"t\"; posted 2026-03-01T00:00:00Z; languages en }\n"
	"enforce limit mail { driver null }\n"
	"ladder l { at once notify \"n\"; after 1h limit mail; forget after 10d }\n"
	"clause email.unsolicited \"Mail\" group spam {\n"
	"rule r { when report messaging.spam; count distinct reporters per customer >= 2 in 24h; severity low; ladder l; because \"{count}\" }\n"
	"rule s { when report content.phishing, fact use is \"x\"; severity low; ladder l; because \"{count}\" } }\n";

/* Loaded once. */
static const struct policy *version(void)
{
	static struct arena *a;
	static struct policy *p;
	static struct bundle_file files[] = { { { "letters/en/n.txt", 16 }, { "Subject: s\n\nb\n", 14 } }, { { "p", 1 }, { rules, sizeof(rules) - 1 } },
		{ { "t", 1 }, { "# email.unsolicited\n\nDo not.\n", 29 } } };
	const struct bundle b = { STR("p"), files, sizeof(files) / sizeof(files[0]) };
	struct why why = { 0 };
	if (a)
		return p;
	a = arena_new("policy", 64 << 20);
	MUST(a);
	enum err e = policy_load(a, &b, &p, &why);
	MUST(e == OK);
	return p;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct arena *a = arena_new("fuzz", 256 << 20);
	struct str rest = FUZZ_TEXT(data, len), line;
	struct registry *registry = registry_new(NULL);
	struct export_line x;
	struct replay_result result;
	struct why why = { 0 };
	MUST(a && registry && registry_ready(registry, 1, NULL, NULL) == OK);
	const struct policy *p = version();
	struct replay *r = replay_new(&p, 1, true, registry);
	int64_t last_at = 0;
	uint64_t taken = 0;
	MUST(r);
	while (str_next_line(&rest, &line)) {
		why = (struct why){ 0 };
		if (export_read(a, line, &x, &why) != OK) {
			MUST(why.text[0]);
			continue;
		}
		MUST(x.type == export_type_of(line));
		/* time goes on: what is due between two sightings is bounded by the policy, not by the export */
		if (x.type != EXPORT_SIGHTING || x.sighting.at < last_at || (last_at && x.sighting.at > last_at + 30 * DAY_US))
			continue;
		last_at = x.sighting.at;
		MUST(replay_sighting(r, &x.sighting, &why) == OK);
		taken++;
	}
	MUST(replay_end(r, last_at, a, &result, &why) == OK && result.sightings == taken && result.hits <= taken);
	replay_free(r);
	registry_free(registry);
	arena_free(a);
	return 0;
}
