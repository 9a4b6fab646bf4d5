/*
 * Raw bytes kept beyond the spool, sealed: of what waits for a person, so that an item can be read and decoded again weeks later;
 * and of a report that went into a case, whose record commits to them. See judge.h.
 *
 * The bytes come from the spool, which the judge reads by descriptor, and are synced before the commit that names them. Of a report
 * only what speaks of one customer alone is kept, under his key: a file of many would be readable by the key of each. What is of
 * the sealed class is never kept here.
 */
#include <fcntl.h>
#include <stdio.h>

#include "aupd/judge.h"
#include "base/file.h"
#include "spool/reader.h"

/* Judges that share a store write files of their own, and read each other's. */
static void chest_name(unsigned number, char out[CHEST_PREFIX_MAX + 1])
{
	(void)snprintf(out, CHEST_PREFIX_MAX + 1, "triage%u", number);
}

enum err judge_raw_open(struct judge *j, struct why *why)
{
	int data_fd = role_fd(j->role, "data");
	char prefix[CHEST_PREFIX_MAX + 1];
	chest_name(j->role->share.number, prefix);
	enum err e = file_open_dir(data_fd, "evidence", 0700, &j->evidence_fd, why);
	return e ? e : chest_open(j->evidence_fd, prefix, CHEST_WRITE, 0, &j->chest, why);
}

void judge_in_hand(struct judge *j, const struct position *at, bool alone, struct str raw)
{
	j->in_hand.at = at ? *at : (struct position){ 0 };
	j->in_hand.alone = at && alone;
	j->in_hand.raw = raw;
}

static enum err keep(struct judge *j, const struct position *start, struct str subject, struct raw_reference *ret_reference, struct why *why)
{
	struct spool_record record;
	char id[POSITION_TEXT_MAX];
	struct raw_subject whose = { .id = subject };
	position_print(start, id);
	enum err e = spool_read(role_fd(j->role, "spool"), start, j->scratch, &record, why);
	if (e == OK && record.payload.len > RAW_BYTES_MAX)
		e = why_set(why, ERR_LIMIT, "it is too long to be kept");
	return e ? e : raw_put(j->chest, j->fold.keyring, j->scratch, str_of(id), record.payload, &whose, 1, ret_reference, why);
}

enum err judge_keep(void *arg, const struct position *at, struct str subject, struct str *ret_text, struct why *why)
{
	struct judge *j = arg;
	struct raw_reference ref;
	struct position start = { at->segment, at->offset, 0 };
	bool parked = str_eq(subject, FOLD_PARKED), waits = parked || str_eq(subject, FOLD_TRIAGE);
	*ret_text = STR_NONE;
	if ((!waits || parked) && (!j->in_hand.alone || position_cmp(at, &j->in_hand.at) != 0))
		return OK;
	if (!waits && j->in_hand.raw.len) {
		*ret_text = j->in_hand.raw;
		return OK;
	}
	if (waits && position_cmp(&start, &j->waits.start) == 0) {
		*ret_text = raw_text_write(work_arena(j->fold.work), j->role->share.number, &j->waits.raw);
		return OK;
	}
	/* whoever tries a parked report again has its rows in there */
	struct arena_mark mark = arena_mark(j->scratch);
	enum err e = keep(j, &start, parked ? FOLD_TRIAGE : subject, &ref, why);
	arena_rewind(j->scratch, mark);
	/* a disk that takes nothing now is waited for: no item goes on without its bytes */
	if (e == ERR_FULL || e == ERR_IO)
		return e;
	if (e) {
		log_warn(waits ? "the raw bytes of an item that waits cannot be kept" : "the raw bytes of a report cannot be kept", "why", why ? why->text : "");
		return OK;
	}
	*ret_text = raw_text_write(work_arena(j->fold.work), j->role->share.number, &ref);
	/* a report under two clauses is kept once, and so is a file of which many rows wait */
	if (!waits)
		j->in_hand.raw = *ret_text;
	else {
		j->waits.start = start;
		j->waits.raw = ref;
	}
	return OK;
}

void judge_raw_forget(struct judge *j)
{
	struct why why;
	j->waits.start = (struct position){ 0 };
	if (chest_rewind(j->chest, &why) != OK)
		log_warn("raw bytes that nothing names cannot be taken back", "why", why.text);
}

enum err judge_raw_read(struct judge *j, struct arena *a, struct str text, struct str *ret_bytes, uint8_t ret_salt[32], struct why *why)
{
	struct raw_reference ref;
	struct chest *chest;
	char prefix[CHEST_PREFIX_MAX + 1];
	unsigned n;
	if (!text.len)
		return why_set(why, ERR_NOTFOUND, "its raw bytes were not kept");
	if (raw_text_read(a, text, &n, &ref) != OK)
		return why_set(why, ERR_CORRUPT, "the reference of the raw bytes is damaged");
	chest_name(n, prefix);
	enum err e = chest_open(j->evidence_fd, prefix, CHEST_READ, 0, &chest, why);
	if (e)
		return e;
	e = raw_get(chest, j->fold.keyring, a, &ref, ret_bytes, ret_salt, why);
	chest_close(chest);
	return e;
}

enum err judge_raw_wipe(void *arg, struct str text, struct why *why)
{
	struct judge *j = arg;
	struct raw_reference ref;
	struct chest *chest;
	char prefix[CHEST_PREFIX_MAX + 1];
	unsigned n;
	if (raw_text_read(work_arena(j->fold.work), text, &n, &ref) != OK)
		return why_set(why, ERR_CORRUPT, "the reference of the raw bytes is damaged");
	chest_name(n, prefix);
	enum err e = chest_open(j->evidence_fd, prefix, CHEST_READ, 0, &chest, why);
	if (e)
		return e;
	e = chest_wipe(chest, ref.place, why);
	chest_close(chest);
	return e;
}
