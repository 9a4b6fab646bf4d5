/*
 * What the judge holds in memory beside the batch: policy versions and the registry's view. See judge.h.
 *
 * Policies are made whole from rows and swapped; the registry is too, but follows an import by what that brought. Names and addresses of people
 * lie sealed in the rows and in clear only here.
 */
#include "aupd/judge.h"
#include "aupd/judge_binding.h"
#include "aupd/judge_hook.h"
#include "aupd/registry_row.h"
#include "base/clock.h"
#include "base/file.h"

enum { PAGE = 500, KEY_BYTES_MAX = 64 };
static const struct row_key tables_key = { TABLE_COUNTER, { "tables", 6 } };

enum err judge_tables_change(struct judge *j, struct why *why)
{
	struct row row;
	enum err e = work_get(j->fold.work, tables_key.table, tables_key.key, &row, why);
	row.body = STR("{}");
	return e ? e : work_put(j->fold.work, &row, why);
}

enum err judge_tables_follow(struct judge *j, struct why *why)
{
	struct row *rows;
	size_t n = 0;
	/* a page, because loads may show the store as it was at the first of them */
	struct query q = { .table = tables_key.table, .key_prefix = tables_key.key, .due_by = TIME_NONE, .limit = 1 };
	if (j->role->share.judges < 2)
		return OK;
	arena_reset(j->scratch);
	enum err e = j->driver->page(j->store, j->scratch, &q, &rows, &n, why);
	uint64_t version = e == OK && n ? rows[0].version : 0;
	if (e || version == j->tables_version)
		return e;
	/* a subject that was erased is out of the register, and its key out of the file */
	e = keyring_follow(j->fold.keyring, why);
	if (e == OK)
		e = judge_load_policies(j, why);
	if (e == OK)
		e = judge_load_registry(j, why);
	if (e == OK)
		e = judge_hooks_load(j, why);
	if (e == OK)
		j->tables_version = version;
	return e;
}

/* One that this program does not take any more is tried no longer, and holds up nothing. */
static enum err load_shadow(struct judge *j, struct why *why)
{
	struct row_key key = { TABLE_SWITCH, JUDGE_SHADOW };
	struct bundle b;
	struct policy *p = NULL;
	struct row row;
	enum err e = j->driver->load(j->store, j->policy_arena, &key, 1, &row, why);
	j->fold.shadow = NULL;
	if (e == OK && row.version && (bundle_decode(j->policy_arena, row.body, &b, why) != OK || policy_load(j->policy_arena, &b, &p, why) != OK))
		log_warn("the draft that is tried cannot be read; it is tried no longer", "why", why->text);
	else
		j->fold.shadow = p;
	return e;
}

enum err judge_load_policies(struct judge *j, struct why *why)
{
	struct row *rows;
	size_t n;
	struct query q = { .table = TABLE_POLICY, .due_by = TIME_NONE, .limit = POLICIES_MAX };
	struct fold *f = &j->fold;
	/* findings and cases hold texts of their own: nothing points into the old versions between two batches */
	arena_reset(j->policy_arena);
	f->policy_count = 0;
	enum err e = j->driver->page(j->store, j->policy_arena, &q, &rows, &n, why);
	for (size_t i = 0; e == OK && i < n; i++) {
		struct bundle b;
		struct policy *p;
		e = bundle_decode(j->policy_arena, rows[i].body, &b, why);
		if (e == OK)
			e = policy_load(j->policy_arena, &b, &p, why);
		if (e == OK)
			f->policies[f->policy_count++] = p;
	}
	return e ? e : load_shadow(j, why);
}

enum err judge_load_registry(struct judge *j, struct why *why)
{
	struct registry *fresh = registry_new(j->names);
	struct query q = { .table = TABLE_ENTITY, .due_by = TIME_NONE, .limit = PAGE };
	struct arena *a = arena_new("registry rows", 64 << 20);
	struct row *rows;
	size_t n = 1;
	uint64_t version = 0;
	enum err e = fresh && a ? OK : why_set(why, ERR_NOMEM, "no memory for the registry");
	while (e == OK && n) {
		e = j->driver->page(j->store, a, &q, &rows, &n, why);
		for (size_t i = 0; e == OK && i < n; i++) {
			struct entity entity = { 0 };
			version += rows[i].version;
			e = registry_row_read(a, j->fold.keyring, &rows[i], &entity, why);
			if (e == OK)
				e = registry_add(fresh, &entity, why);
		}
		if (e || !n)
			break;
		q.has_after = true;
		q.after_rank = rows[n - 1].rank;
		/* outlives the reset of the arena that the page lies in */
		char key[ROW_KEY_MAX];
		size_t len = rows[n - 1].key.len < sizeof(key) ? rows[n - 1].key.len : sizeof(key);
		memcpy(key, rows[n - 1].key.ptr, len);
		arena_reset(a);
		q.after_key = str_copy(a, (struct str){ key, len });
	}
	if (e == OK)
		e = registry_ready(fresh, version, NULL, why);
	/* once, so that nobody waits for it who asks */
	if (e == OK && registry_has(fresh, ENTITY_RESELLER) && registry_count_served(fresh, clock_wall_at()) != OK)
		e = why_set(why, ERR_NOMEM, "no memory for the customers of resellers");
	arena_free(a);
	if (e) {
		registry_free(fresh);
		return e;
	}
	/* what this batch put is not in the store yet */
	j->registry_stale = j->registry && registry_puts(j->registry);
	registry_free(j->registry);
	j->registry = fresh;
	j->fold.registry = fresh;
	return judge_bindings_book(j, why);
}

enum err judge_keep_registry(struct judge *j, struct why *why)
{
	bool anew = j->registry_stale || registry_is_wasteful(j->registry);
	enum err e = anew ? OK : judge_bindings_follow(j, why);
	/* they are in the store by now: a load finds them there */
	registry_keep(j->registry);
	return anew ? judge_load_registry(j, why) : e;
}

enum err judge_token_key(struct judge *j, int data_fd, struct why *why)
{
	struct str text;
	enum err e = file_read_all(j->scratch, data_fd, "token.key", KEY_BYTES_MAX, &text, why);
	if (e == ERR_NOTFOUND) {
		random_bytes(j->fold.token_key.octets, SEAL_KEY_LEN);
		return file_replace(data_fd, "token.key", (struct str){ (const char *)j->fold.token_key.octets, SEAL_KEY_LEN }, 0600, why);
	}
	if (e == OK && text.len != SEAL_KEY_LEN)
		e = why_set(why, ERR_CORRUPT, "token.key is damaged");
	if (e == OK)
		memcpy(j->fold.token_key.octets, text.ptr, SEAL_KEY_LEN);
	return e;
}

enum err judge_read_marks(struct judge *j, struct why *why)
{
	struct mark *marks;
	size_t n;
	enum err e = j->driver->marks(j->store, j->scratch, 1, &marks, &n, why);
	for (size_t i = 0; e == OK && i < n; i++)
		if (marks[i].hop == HOP_LANE)
			j->lane_committed[marks[i].lane] = marks[i].at;
	return e;
}
