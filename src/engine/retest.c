/*
 * See retest.h. Each line goes through the reader of exports, so that what is handed out is checked as strictly as a file would be.
 */
#include "engine/retest.h"

#include "engine/backtest.h"
#include "engine/export.h"
#include "policy/load.h"
#include "policy/reads.h"

enum { LASTING_BYTES_MAX = 512 << 20, LINE_BYTES_MAX = 64 << 20 };

struct retest {
	struct arena *a, *line;
	struct policy *draft;
	const struct policy *versions[EXPORT_VERSIONS_MAX];
	unsigned version_count;
	struct registry *registry;
	struct buf lines;               /* of sightings */
	struct backtest result;
	uint64_t sightings;
	bool begun;
};

static enum err load(struct retest *t, struct str blob, struct policy **ret_policy, struct why *why)
{
	struct bundle b;
	enum err e = bundle_decode(t->a, str_copy(t->a, blob), &b, why);
	return e ? e : policy_load(t->a, &b, ret_policy, why);
}

enum err retest_new(struct str draft, struct retest **ret_retest, struct why *why)
{
	struct arena *a = arena_new("back-test", LASTING_BYTES_MAX);
	struct retest *t = a ? ARENA_NEW(a, struct retest) : NULL;
	if (!t) {
		arena_free(a);
		return why_set(why, ERR_NOMEM, "no memory for a back-test");
	}
	t->a = a;
	t->line = arena_new("line", LINE_BYTES_MAX);
	t->registry = registry_new(NULL);
	buf_init(&t->lines, RETEST_BYTES_MAX);
	enum err e = t->line && t->registry ? load(t, draft, &t->draft, why) : why_set(why, ERR_NOMEM, "no memory for a back-test");
	if (e)
		retest_free(t);
	else
		*ret_retest = t;
	return e;
}

void retest_free(struct retest *t)
{
	if (!t)
		return;
	struct arena *a = t->a;
	registry_free(t->registry);
	buf_done(&t->lines);
	arena_free(t->line);
	arena_free(a);
}

void retest_compared(const struct retest *t, struct jsonw *w)
{
	unsigned n;
	const struct read_fact *reads = reads_facts(t->draft, &n);
	jsonw_array(w, "compared");
	for (unsigned i = 0; i < n; i++)
		if (reads[i].compared)
			jsonw_str(w, NULL, reads[i].name);
	jsonw_end(w, ']');
}

/* Versions rise by the time from which they bind. */
enum err retest_version(struct retest *t, struct str blob, struct why *why)
{
	struct policy *p = NULL;
	unsigned at = t->version_count;
	if (at == EXPORT_VERSIONS_MAX)
		return why_set(why, ERR_LIMIT, "more than %d versions of the policy", EXPORT_VERSIONS_MAX);
	enum err e = load(t, blob, &p, why);
	if (e)
		return e;
	for (; at && t->versions[at - 1]->effective_at > p->effective_at; at--)
		t->versions[at] = t->versions[at - 1];
	t->versions[at] = p;
	t->version_count++;
	return OK;
}

/* Which facts the draft asks for in vain. */
static enum err begin(struct retest *t, const struct json *root, struct why *why)
{
	unsigned n;
	const struct read_fact *reads = reads_facts(t->draft, &n);
	const struct json *facts = json_get(root, "facts");
	struct backtest *b = &t->result;
	b->from_at = json_int(root, "from", 0);
	b->until_at = json_int(root, "to", 0);
	b->unread = ARENA_ARRAY(t->a, struct str, n ? n : 1);
	if (!b->unread)
		return why_set(why, ERR_NOMEM, "no memory for a back-test");
	for (unsigned i = 0; i < n; i++) {
		bool held = false;
		for (const struct json *m = facts ? facts->child : NULL; m; m = m->next)
			held |= str_eq(reads[i].name, m->text);
		if (!held)
			b->unread[b->unread_count++] = reads[i].name;
	}
	t->begun = true;
	return OK;
}

static struct str line_of(struct retest *t, const char *what, struct str text, const struct json *m)
{
	return str_format(t->line, "{\"%s\":%.*s}", what, STR_ARG(str_sub(text, m->from, m->to - m->from)));
}

static enum err take_entity(struct retest *t, struct str line, struct why *why)
{
	struct export_line x;
	enum err e = export_read(t->a, str_copy(t->a, line), &x, why);
	return e || registry_find(t->registry, x.entity.type, x.entity.id) ? e : registry_add(t->registry, &x.entity, why);
}

enum err retest_page(struct retest *t, const struct json *root, struct str text, struct why *why)
{
	const struct json *entities = json_get(root, "entities"), *sightings = json_get(root, "sightings");
	enum err e = t->begun ? OK : begin(t, root, why);
	for (const struct json *m = entities ? entities->child : NULL; e == OK && m; m = m->next) {
		arena_reset(t->line);
		e = take_entity(t, line_of(t, "entity", text, m), why);
	}
	for (const struct json *m = sightings ? sightings->child : NULL; e == OK && m; m = m->next) {
		arena_reset(t->line);
		buf_put(&t->lines, line_of(t, "sighting", text, m));
		buf_putc(&t->lines, '\n');
		if (++t->sightings > RETEST_SIGHTINGS_MAX || t->lines.err)
			e = why_set(why, ERR_LIMIT, "more than %d observations were judged in that time: take a shorter one, or aup policy backtest --keep", RETEST_SIGHTINGS_MAX);
	}
	t->result.erased += (uint64_t)json_int(root, "erased", 0);
	return e;
}

static enum err replay_all(struct retest *t, struct replay *base, struct replay *draft, struct why *why)
{
	struct str rest = buf_str(&t->lines), line;
	struct export_line x;
	enum err e = OK;
	while (e == OK && str_next_line(&rest, &line)) {
		arena_reset(t->line);
		e = export_read(t->line, line, &x, why);
		if (e == OK)
			e = replay_sighting(base, &x.sighting, why);
		if (e == OK)
			e = replay_sighting(draft, &x.sighting, why);
	}
	return e;
}

static enum err tell(struct retest *t, struct buf *out, struct why *why)
{
	struct backtest *b = &t->result;
	b->draft_version = t->draft->version;
	b->draft_digest = digest_hex(t->a, &t->draft->digest);
	b->base_versions = ARENA_ARRAY(t->a, struct str, t->version_count);
	for (unsigned i = 0; b->base_versions && i < t->version_count; i++)
		b->base_versions[b->base_count++] = t->versions[i]->version;
	if (!b->base_versions || backtest_compare(t->a, b) != OK)
		return why_set(why, ERR_NOMEM, "no memory to compare");
	backtest_json(b, false, out);
	return out->err ? why_set(why, out->err, "the result is too long: take a shorter time") : OK;
}

enum err retest_run(struct retest *t, struct buf *out, struct why *why)
{
	const struct policy *only = t->draft;
	struct backtest *b = &t->result;
	enum err e = t->version_count ? registry_ready(t->registry, 1, NULL, why) : why_set(why, ERR_NOTFOUND, "no version of the policy was in force in that time");
	if (e)
		return e;
	struct replay *base = replay_new(t->versions, t->version_count, false, t->registry), *draft = replay_new(&only, 1, true, t->registry);
	e = base && draft ? replay_all(t, base, draft, why) : why_set(why, ERR_NOMEM, "no memory for a replay");
	if (e == OK)
		e = replay_end(base, b->until_at, t->a, &b->base, why);
	if (e == OK)
		e = replay_end(draft, b->until_at, t->a, &b->draft, why);
	if (e == OK)
		e = tell(t, out, why);
	replay_free(base);
	replay_free(draft);
	return e;
}
