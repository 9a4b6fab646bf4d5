/*
 * The sequencer of the ledger, in judge number 0. See judge.h.
 *
 * Records are counted in each partition when they are committed. Within a second this gives those that are new their leaves, in
 * the order of partitions and of their counts, and commits that order: one row for each run of records that follow each other
 * (TABLE_LEAF), and the row `ledger` that tells how far each partition has come. Only then, when both the records and their order
 * are durable, the tiles grow and the signer is asked for a checkpoint. What a crash takes of the tiles is made again from the runs.
 */
#include <fcntl.h>
#include <stdlib.h>

#include "aupd/figures.h"
#include "aupd/judge_stamp.h"
#include "aupd/judge_witness.h"
#include "base/file.h"
#include "base/json.h"
#include "base/net.h"
#include "base/point.h"

enum { LEDGER_WAIT_US = 1000000, ROUND_MAX = 8192, RUNS_MAX = 100000000, SIGN_BODY_MAX = 64 << 10 };

static const struct row_key ledger_key = { TABLE_COUNTER, { "ledger", 6 } };

struct order {
	uint64_t counts[LANE_COUNT];
};

/* The row `ledger`: the leaves of each partition, in decimal, one after the other. */
static enum err read_state(struct judge *j, struct why *why)
{
	struct row row;
	struct str rest, word;
	enum err e = work_get(j->fold.work, ledger_key.table, ledger_key.key, &row, why);
	rest = row.body;
	memset(j->ledger_orders, 0, sizeof(j->ledger_orders));
	for (unsigned p = 0; e == OK && row.version && p < LANE_COUNT; p++)
		if (!str_split(&rest, ' ', &word) || str_to_u64(word, INT64_MAX, &j->ledger_orders[p]) != OK)
			e = why_set(why, ERR_CORRUPT, "the row of the ledger is damaged");
	work_reset(j->fold.work);
	return e;
}

static enum err put_state(struct judge *j, const struct order *now, struct why *why)
{
	struct row row;
	struct buf b;
	enum err e = work_get(j->fold.work, ledger_key.table, ledger_key.key, &row, why);
	buf_init(&b, LANE_COUNT * 24);
	for (unsigned p = 0; p < LANE_COUNT; p++)
		buf_printf(&b, "%llu ", (unsigned long long)now->counts[p]);
	row.body = buf_str(&b);
	if (e == OK)
		e = work_put(j->fold.work, &row, why);
	buf_done(&b);
	return e;
}

static uint64_t total(const uint64_t counts[LANE_COUNT])
{
	uint64_t n = 0;
	for (unsigned p = 0; p < LANE_COUNT; p++)
		n += counts[p];
	return n;
}

/* How many records each partition has. */
static enum err read_counts(struct judge *j, struct order *ret_counts, struct why *why)
{
	struct row_key keys[LANE_COUNT];
	struct row *rows = ARENA_ARRAY(j->scratch, struct row, LANE_COUNT);
	struct query nothing = { .table = TABLE_COUNTER, .key_prefix = ledger_key.key, .due_by = TIME_NONE, .limit = 1 };
	struct row *ignored;
	size_t n;
	if (!rows)
		return why_set(why, ERR_NOMEM, "no memory for the ledger");
	for (unsigned p = 0; p < LANE_COUNT; p++)
		keys[p] = (struct row_key){ TABLE_COUNTER, str_format(j->scratch, "record/%u", p) };
	/* a page first: loads may show the store as it was at the first of them */
	enum err e = j->driver->page(j->store, j->scratch, &nothing, &ignored, &n, why);
	if (e == OK)
		e = j->driver->load(j->store, j->scratch, keys, LANE_COUNT, rows, why);
	for (unsigned p = 0; e == OK && p < LANE_COUNT; p++) {
		ret_counts->counts[p] = 0;
		if (rows[p].version && str_to_u64(rows[p].body, INT64_MAX, &ret_counts->counts[p]) != OK)
			e = why_set(why, ERR_CORRUPT, "the count of the records of a partition is damaged");
	}
	return e;
}

/* The leaves of up to `count` records of a partition after the first `done`, in order. */
static enum err read_leaves(struct judge *j, unsigned partition, uint64_t done, uint64_t count, struct digest *leaves, uint64_t *ret_count, struct why *why)
{
	struct row *rows;
	size_t n = 0;
	struct query q = { .table = TABLE_RECORD, .due_by = TIME_NONE, .has_after = true, .after_rank = RECORD_RANK(partition, done), .after_key = STR("\xff"),
		.limit = count < QUERY_LIMIT_MAX ? (unsigned)count : QUERY_LIMIT_MAX };
	arena_reset(j->scratch);
	enum err e = j->driver->page(j->store, j->scratch, &q, &rows, &n, why);
	uint64_t got = 0;
	for (; e == OK && got < n && rows[got].rank == RECORD_RANK(partition, done + got + 1); got++)
		merkle_leaf(rows[got].body, &leaves[got]);
	if (e == OK && !got)
		e = why_set(why, ERR_CORRUPT, "record %llu of partition %u is gone", (unsigned long long)done + 1, partition);
	*ret_count = got;
	return e;
}

static enum err put_run(struct judge *j, uint64_t first, unsigned partition, uint64_t done, uint64_t count, struct why *why)
{
	struct arena *a = work_arena(j->fold.work);
	struct row row = { .table = TABLE_LEAF, .key = str_format(a, "%016llx", (unsigned long long)first), .due_at = TIME_NONE,
		.rank = RECORD_RANK(partition, done + 1), .body = str_format(a, "%llu", (unsigned long long)count) };
	return work_add(j->fold.work, &row, why);
}

/* One round: the order of at most ROUND_MAX records is committed; their leaves in the order. */
static enum err sequence(struct judge *j, struct digest *leaves, uint64_t *ret_count, struct why *why)
{
	struct order counts, now;
	uint64_t n = 0, got;
	memcpy(now.counts, j->ledger_orders, sizeof(now.counts));
	arena_reset(j->scratch);
	enum err e = read_counts(j, &counts, why);
	for (unsigned p = 0; e == OK && p < LANE_COUNT; p++)
		while (e == OK && now.counts[p] < counts.counts[p] && n < ROUND_MAX) {
			uint64_t want = counts.counts[p] - now.counts[p];
			e = read_leaves(j, p, now.counts[p], want < ROUND_MAX - n ? want : ROUND_MAX - n, leaves + n, &got, why);
			if (e == OK)
				e = put_run(j, total(j->ledger_orders) + n, p, now.counts[p], got, why);
			now.counts[p] += e == OK ? got : 0;
			n += e == OK ? got : 0;
		}
	if (e == OK && n)
		e = put_state(j, &now, why);
	if (e == OK && n)
		e = judge_commit(j, why);
	work_reset(j->fold.work);
	if (e == OK)
		memcpy(j->ledger_orders, now.counts, sizeof(now.counts));
	*ret_count = e == OK ? n : 0;
	return e;
}

struct run {
	uint64_t first, count, done;
	unsigned partition;
};

static int by_first(const void *x, const void *y)
{
	const struct run *a = x, *b = y;
	return (a->first > b->first) - (a->first < b->first);
}

/* Every run that reaches beyond a size, in the order of leaves; free() it. */
static enum err read_runs(struct judge *j, uint64_t beyond, struct run **ret_runs, size_t *ret_count, struct why *why)
{
	struct query q = { .table = TABLE_LEAF, .due_by = TIME_NONE, .limit = QUERY_LIMIT_MAX };
	struct run *runs = NULL;
	struct row *rows;
	size_t n = 1, used = 0, room = 0;
	char after[ROW_KEY_MAX];
	enum err e = OK;
	while (e == OK && n) {
		arena_reset(j->scratch);
		e = j->driver->page(j->store, j->scratch, &q, &rows, &n, why);
		for (size_t i = 0; e == OK && i < n; i++) {
			struct run r = { .first = strtoull(str_c(j->scratch, rows[i].key), NULL, 16), .partition = (unsigned)((uint64_t)rows[i].rank >> 48),
				.done = ((uint64_t)rows[i].rank & ((UINT64_C(1) << 48) - 1)) - 1 };
			if (str_to_u64(rows[i].body, INT64_MAX, &r.count) != OK || r.partition >= LANE_COUNT)
				e = why_set(why, ERR_CORRUPT, "a row of the ledger's order is damaged");
			if (used == room) {
				room = room ? room * 2 : 1024;
				struct run *grown = room < RUNS_MAX ? realloc(runs, room * sizeof(*runs)) : NULL;
				if (!grown)
					e = why_set(why, ERR_NOMEM, "no memory for the order of the ledger");
				else
					runs = grown;
			}
			if (e == OK && runs && r.first + r.count > beyond)
				runs[used++] = r;
		}
		if (e == OK && n) {
			memcpy(after, rows[n - 1].key.ptr, rows[n - 1].key.len);
			q.has_after = true;
			q.after_rank = rows[n - 1].rank;
			q.after_key = (struct str){ after, rows[n - 1].key.len };
		}
	}
	if (e) {
		free(runs);
		return e;
	}
	if (used)
		qsort(runs, used, sizeof(*runs), by_first);
	*ret_runs = runs;
	*ret_count = used;
	return OK;
}

/* Appends what the store has beyond the tree. */
static enum err fill(struct judge *j, struct digest *leaves, struct why *why)
{
	struct run *runs = NULL;
	size_t count = 0;
	uint64_t got;
	enum err e = read_runs(j, ledger_size(j->ledger), &runs, &count, why);
	for (size_t i = 0; e == OK && runs && i < count; i++) {
		const struct run *r = &runs[i];
		uint64_t from = ledger_size(j->ledger) - r->first;
		if (r->first > ledger_size(j->ledger))
			e = why_set(why, ERR_CORRUPT, "leaf %llu of the ledger has no record", (unsigned long long)ledger_size(j->ledger));
		while (e == OK && from < r->count) {
			uint64_t want = r->count - from;
			e = read_leaves(j, r->partition, r->done + from, want < ROUND_MAX ? want : ROUND_MAX, leaves, &got, why);
			for (uint64_t k = 0; e == OK && k < got; k++)
				e = ledger_append(j->ledger, &leaves[k], why);
			from += got;
		}
	}
	free(runs);
	if (e == OK && ledger_size(j->ledger) != total(j->ledger_orders))
		e = why_set(why, ERR_CORRUPT, "the ledger has %llu leaves, the store's order %llu", (unsigned long long)ledger_size(j->ledger),
			(unsigned long long)total(j->ledger_orders));
	return e ? e : ledger_flush(j->ledger, why);
}

static enum err catch_up(struct judge *j, struct why *why)
{
	struct digest *leaves = malloc(ROUND_MAX * sizeof(*leaves));
	enum err e = leaves ? read_state(j, why) : why_set(why, ERR_NOMEM, "no memory for the ledger");
	uint64_t before = ledger_size(j->ledger);
	if (e == OK && before != total(j->ledger_orders))
		e = fill(j, leaves, why);
	free(leaves);
	if (e == OK && ledger_size(j->ledger) != before) {
		log_info("the ledger's tiles were made again from the records", "leaves", log_u64(ledger_size(j->ledger) - before));
		role_tell(j->role, "leaves of the ledger were written to its tiles again from the records", ledger_size(j->ledger) - before);
	}
	return e ? e : ledger_check(j->ledger, why);
}

static void on_timer(void *arg)
{
	judge_ledger_turn(arg);
}

/* Cases go on: their records are as they are, and nothing is signed that would contradict what was signed. */
static void stand_still(struct judge *j, const struct why *why)
{
	log_error("the ledger is not that of its last checkpoint and stands still: somebody has to look", "why", why->text);
	role_tell(j->role, "the ledger is not that of its last checkpoint and stands still; cases go on: see operations.md", 1);
	j->ledger_broken = *why;
	judge_ledger_close(j);
}

/* A damaged file must not pass for another history, nor for the truth. */
static enum err checkpoint_is_ours(struct judge *j, struct why *why)
{
	struct note_verifier key;
	struct checkpoint c;
	struct str note = ledger_checkpoint(j->ledger);
	if (!note.len)
		return OK;
	arena_reset(j->scratch);
	enum err e = note_verifier_read(j->scratch, j->role->share.ledger_key, &key, why);
	if (e == OK)
		e = checkpoint_verify(j->scratch, note, j->role->share.ledger_origin, &key, NULL, &c, NULL, why);
	return e && !judge_passes(e) ? why_set(why, ERR_CORRUPT, "ledger/checkpoint is damaged, or signed by another key than signer/key") : e;
}

enum err judge_ledger_open(struct judge *j, struct why *why)
{
	int data_fd = role_fd(j->role, "data");
	if (j->role->share.number)
		return OK;
	enum err e = file_open_dir(data_fd, "ledger", 0755, &j->ledger_fd, why);
	if (e == OK)
		e = timer_new(j->role->loop, on_timer, j, &j->ledger_timer);
	if (e == OK)
		e = ledger_open(j->ledger_fd, &j->ledger, why);
	if (e == ERR_CORRUPT && j->ledger) {
		log_error("the ledger's tiles are damaged and are made again", "why", why->text);
		e = OK;
	}
	if (e == OK)
		e = checkpoint_is_ours(j, why);
	if (e == OK)
		e = catch_up(j, why);
	if (e == OK || judge_passes(e))
		return e;
	stand_still(j, why);
	return OK;
}

void judge_ledger_close(struct judge *j)
{
	ledger_close(j->ledger);
	j->ledger = NULL;
}

/* Proves the tree's growth from what the signer signed before, and asks for the next signature. */
static void ask(struct judge *j, uint64_t from)
{
	struct checkpoint c = { .origin = j->role->share.ledger_origin, .size = ledger_size(j->ledger) };
	struct merkle_proof p = { .count = 0 };
	struct arena *a = j->scratch;
	struct str text;
	struct buf b;
	struct jsonw w;
	struct why why = { .line = 0 };
	arena_reset(a);
	ledger_root(j->ledger, &c.root);
	enum err e = from ? ledger_prove_growth(j->ledger, from, c.size, &p, &why) : OK;
	if (e == OK)
		e = checkpoint_write(a, &c, &text, &why);
	if (e == ERR_CORRUPT && from) {
		/* what the checkpoint was signed for is in the records: catching up holds it against them */
		log_error("the ledger's tiles are damaged and are made again", "why", why.text);
		ledger_reset(j->ledger);
		judge_ledger_soon(j);
		return;
	}
	if (e) {
		log_error("no checkpoint can be asked for", "why", why.text);
		return;
	}
	buf_init(&b, SIGN_BODY_MAX);
	jsonw_init(&w, &b);
	jsonw_object(&w, NULL);
	jsonw_str(&w, "text", text);
	jsonw_str(&w, "last", ledger_checkpoint(j->ledger));
	jsonw_int(&w, "from", (int64_t)from);
	jsonw_array(&w, "proof");
	for (unsigned i = 0; i < p.count; i++)
		jsonw_str(&w, NULL, checkpoint_hash_write(a, &p.hashes[i]));
	jsonw_end(&w, ']');
	jsonw_end(&w, '}');
	struct frame f = { .type = FRAME_SIGN, .now = j->fold.now, .body = buf_str(&b) };
	j->ledger_asked = !b.err && bus_send(&j->signer, &f, NULL, 0) == OK;
	buf_done(&b);
}

static void ask_if_grown(struct judge *j)
{
	if (j->has_signer && !j->ledger_asked && ledger_size(j->ledger) > ledger_checkpoint_size(j->ledger))
		ask(j, ledger_checkpoint_size(j->ledger));
}

/* The records are safe whatever happens here: it is tried again. */
static enum err turn(struct judge *j, struct digest *leaves, struct why *why)
{
	enum err e = ledger_size(j->ledger) == total(j->ledger_orders) ? OK : catch_up(j, why);
	for (uint64_t n = ROUND_MAX; e == OK && n == ROUND_MAX;) {
		e = sequence(j, leaves, &n, why);
		POINT("ledger.sequenced");
		for (uint64_t i = 0; e == OK && i < n; i++)
			e = ledger_append(j->ledger, &leaves[i], why);
	}
	return e ? e : ledger_flush(j->ledger, why);
}

static void show_figures(struct judge *j)
{
	ometric_set(&j->role->figures, JUDGE_LEAVES, 0, (int64_t)ledger_size(j->ledger));
	ometric_set(&j->role->figures, JUDGE_SIGNED_LEAVES, 0, (int64_t)ledger_checkpoint_size(j->ledger));
}

void judge_ledger_turn(struct judge *j)
{
	struct digest *leaves;
	struct why why = { .line = 0 };
	if (!j->ledger)
		return;
	timer_set(j->ledger_timer, -1, 0);
	j->ledger_due = false;
	if (j->stuck) {
		judge_ledger_soon(j);
		return;
	}
	leaves = malloc(ROUND_MAX * sizeof(*leaves));
	enum err e = leaves ? turn(j, leaves, &why) : ERR_NOMEM;
	free(leaves);
	show_figures(j);
	if (e && e != ERR_CONFLICT) {
		if (!j->ledger_waits) {
			log_error("the ledger does not grow now; the records are safe, and it is tried again", "why", why.text);
			role_tell(j->role, "the ledger did not grow for a while; the records are safe", 1);
		}
		ledger_reset(j->ledger);
	} else if (j->ledger_waits && e == OK) {
		log_info("the ledger grows again");
	}
	j->ledger_waits = e && e != ERR_CONFLICT;
	if (e == ERR_CORRUPT && ledger_checkpoint_size(j->ledger)) {
		stand_still(j, &why);
		return;
	}
	if (e)
		judge_ledger_soon(j);
	else
		ask_if_grown(j);
}

void judge_ledger_soon(struct judge *j)
{
	if (j->ledger && !j->ledger_due)
		timer_set(j->ledger_timer, LEDGER_WAIT_US, 0);
	j->ledger_due = true;
}

void judge_ledger_now(struct judge *j)
{
	if (j->ledger)
		timer_set(j->ledger_timer, 0, 0);
	j->ledger_due = true;
}

struct str judge_ledger_told(struct judge *j, struct arena *a)
{
	struct note note;
	struct checkpoint c;
	struct why why;
	if (!j->ledger || note_read(a, ledger_checkpoint(j->ledger), &note, &why) != OK || checkpoint_read(a, note.text, &c, &why) != OK)
		return STR_NONE;
	return str_format(a, "%.*s %llu %.*s", STR_ARG(c.origin), (unsigned long long)c.size, STR_ARG(checkpoint_hash_write(a, &c.root)));
}

static void take_answer(struct judge *j, struct str body)
{
	struct json *root;
	struct why why = { .line = 0 };
	j->ledger_asked = false;
	arena_reset(j->scratch);
	if (json_read(j->scratch, str_copy(j->scratch, body), &root, &why) != OK)
		return;
	struct str note = json_text(root, "note"), refused = json_text(root, "refused");
	const struct json *need = json_get(root, "need");
	POINT("ledger.signed");
	if (note.len && ledger_checkpoint_keep(j->ledger, note, &why) != OK)
		log_error("a checkpoint cannot be kept", "why", why.text);
	else if (note.len) {
		judge_witness_look(j);
		judge_stamp_look(j);
	}
	if (refused.len) {
		log_error("the signer refuses the ledger: somebody has to look", "why", log_str(refused));
		role_tell(j->role, "the signer refused to sign the ledger: see operations.md", 1);
	} else if (need && need->is_integer && need->integer > 0 && (uint64_t)need->integer <= ledger_size(j->ledger))
		ask(j, (uint64_t)need->integer);
	else if (note.len)
		ask_if_grown(j);
}

static void on_frame(void *arg, const struct frame *f, const int *take_fds, unsigned fd_count)
{
	struct judge *j = arg;
	for (unsigned i = 0; i < fd_count; i++)
		net_close(take_fds[i]);
	if (f->type == FRAME_SIGN && j->ledger) {
		take_answer(j, f->body);
		show_figures(j);
	}
}

static void on_ready(void *arg)
{
	(void)arg;
}

static void on_closed(void *arg, enum err e)
{
	struct judge *j = arg;
	bus_close(&j->signer);
	j->has_signer = j->ledger_asked = false;
	role_link_ended(j->role, "signer", e);
}

void judge_ledger_linked(struct judge *j, int take_fd)
{
	static const struct bus_handler handler = { on_frame, on_ready, on_closed };
	struct bus_options o = { .take_fd = take_fd, .handler = &handler, .arg = j };
	if (j->has_signer)
		on_closed(j, OK);
	j->has_signer = bus_open(j->role->loop, &bus_pipe, &o, &j->signer) == OK;
	judge_ledger_soon(j);
}

enum err judge_ledger_leaf(struct judge *j, struct arena *a, uint8_t partition, uint64_t order, uint64_t *ret_leaf, struct why *why)
{
	struct row *rows;
	size_t n = 0;
	uint64_t first, count;
	struct query q = { .table = TABLE_LEAF, .due_by = TIME_NONE, .descending = true, .has_after = true, .after_rank = RECORD_RANK(partition, order + 1), .limit = 1 };
	if (order > j->ledger_orders[partition])
		return why_set(why, ERR_AGAIN, "the record has no place in the ledger yet; try again");
	enum err e = j->driver->page(j->store, a, &q, &rows, &n, why);
	if (e == OK && (!n || str_to_u64(rows[0].body, INT64_MAX, &count) != OK))
		e = why_set(why, ERR_CORRUPT, "the record has lost its place in the ledger");
	if (e)
		return e;
	first = strtoull(str_c(a, rows[0].key), NULL, 16);
	uint64_t done = ((uint64_t)rows[0].rank & ((UINT64_C(1) << 48) - 1)) - 1;
	if ((uint64_t)rows[0].rank >> 48 != partition || order <= done || order > done + count)
		return why_set(why, ERR_CORRUPT, "the record has lost its place in the ledger");
	*ret_leaf = first + (order - done - 1);
	return OK;
}
