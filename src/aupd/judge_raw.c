/*
 * Raw bytes of what waits for a person, kept beyond the spool: sealed, so that an item can be read and decoded again weeks
 * later. See judge.h.
 *
 * The bytes come from the spool, which the judge reads by descriptor, and are synced before the commit that names them. What
 * is of the sealed class is never kept here.
 */
#include <fcntl.h>
#include <stdio.h>

#include "aupd/judge.h"
#include "base/file.h"
#include "evidence/raw.h"
#include "spool/reader.h"

static const struct raw_subject triage = { .id = { "triage", 6 } };

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
	enum err e = file_mkdir(data_fd, "evidence", 0700, why);
	if (e == OK)
		e = file_open(data_fd, "evidence", O_RDONLY | O_DIRECTORY, 0, &j->evidence_fd, why);
	return e ? e : chest_open(j->evidence_fd, prefix, CHEST_WRITE, 0, &j->chest, why);
}

enum err judge_keep(void *arg, const struct position *at, struct str *ret_text, struct why *why)
{
	struct judge *j = arg;
	struct spool_record record;
	struct raw_reference ref;
	char id[POSITION_TEXT_MAX];
	struct position start = { at->segment, at->offset, 0 };
	struct arena *a = work_arena(j->fold.work);
	position_print(&start, id);
	arena_reset(j->scratch);
	enum err e = spool_read(role_fd(j->role, "spool"), &start, j->scratch, &record, why);
	if (e == OK && record.payload.len > RAW_BYTES_MAX)
		e = why_set(why, ERR_LIMIT, "it is too long to be kept");
	if (e == OK)
		e = raw_put(j->chest, j->fold.keyring, j->scratch, str_of(id), record.payload, &triage, 1, &ref, why);
	/* a disk that takes nothing now is waited for: the item is not laid before a person without its bytes */
	if (e == ERR_FULL || e == ERR_IO)
		return e;
	if (e) {
		log_warn("the raw bytes of an item that waits cannot be kept", "why", why ? why->text : "");
		*ret_text = STR_NONE;
		return OK;
	}
	*ret_text = str_format(a, "%u:%.*s", j->role->share.number, STR_ARG(str_base64(a, raw_reference_encode(j->scratch, &ref))));
	return OK;
}

void judge_raw_forget(struct judge *j)
{
	struct why why;
	if (chest_rewind(j->chest, &why) != OK)
		log_warn("raw bytes that nothing names cannot be taken back", "why", why.text);
}

enum err judge_raw_read(struct judge *j, struct arena *a, struct str text, struct str *ret_bytes, struct why *why)
{
	struct raw_reference ref;
	struct chest *chest;
	struct str octets, number;
	char prefix[CHEST_PREFIX_MAX + 1];
	uint64_t n;
	if (!text.len)
		return why_set(why, ERR_NOTFOUND, "its raw bytes were not kept");
	if (!str_split(&text, ':', &number) || str_to_u64(number, 255, &n) != OK || str_unbase64(a, text, &octets) != OK || raw_reference_decode(octets, &ref) != OK)
		return why_set(why, ERR_CORRUPT, "the reference of the raw bytes is damaged");
	chest_name((unsigned)n, prefix);
	enum err e = chest_open(j->evidence_fd, prefix, CHEST_READ, 0, &chest, why);
	if (e)
		return e;
	e = raw_get(chest, j->fold.keyring, a, &ref, ret_bytes, why);
	chest_close(chest);
	return e;
}
