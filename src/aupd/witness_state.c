/*
 * What is remembered of witnesses. See witness_state.h.
 */
#include "aupd/witness_state.h"

#include "base/file.h"
#include "base/time.h"

enum { STATE_BYTES_MAX = 256 << 10 };

struct state {
	struct witness_known *list;
	unsigned count;
};

#define W(member, kind) { .name = #member, .type = (kind), .offset = offsetof(struct witness_known, member) }

static const struct field known_fields[] = { W(key, FIELD_STR), W(size, FIELD_U64), W(cosigned, FIELD_U64), W(cosigned_at, FIELD_TIME), W(trouble, FIELD_STR),
	W(trouble_at, FIELD_TIME), W(loud, FIELD_BOOL), W(stands, FIELD_BOOL), { .name = NULL } };

static const struct field state_fields[] = { { .name = "witnesses", .type = FIELD_LIST, .offset = offsetof(struct state, list), .fields = known_fields,
	.size = sizeof(struct witness_known), .count_offset = offsetof(struct state, count), .max = CONFIG_WITNESSES_MAX }, { .name = NULL } };

enum err witness_state_read(struct arena *a, int dir_fd, const struct str *witnesses, unsigned count, struct witness_known *list, struct why *why)
{
	struct state old = { .count = 0 };
	struct str text;
	enum err e = OK;
	for (unsigned i = 0; e == OK && i < count; i++) {
		list[i] = (struct witness_known){ .key = str_sub(witnesses[i], 0, str_chr(witnesses[i], ' ')), .cosigned_at = TIME_NONE, .trouble_at = TIME_NONE };
		e = note_verifier_read(a, list[i].key, &list[i].verifier, why);
	}
	if (e)
		return e;
	e = file_read_all(a, dir_fd, "witnesses", STATE_BYTES_MAX, &text, why);
	if (e == OK)
		e = field_decode(a, text, state_fields, &old, why);
	for (unsigned i = 0; e == OK && i < count; i++)
		for (unsigned k = 0; k < old.count; k++)
			if (str_eq(old.list[k].key, list[i].key)) {
				struct note_verifier v = list[i].verifier;
				list[i] = old.list[k];
				list[i].verifier = v;
			}
	return e == ERR_NOTFOUND ? OK : e;
}

enum err witness_state_write(struct arena *a, int dir_fd, struct witness_known *list, unsigned count, struct why *why)
{
	struct state s = { list, count };
	struct str text;
	enum err e = field_encode(a, state_fields, &s, &text);
	return e ? why_set(why, e, "no memory for what is known of witnesses") : file_replace(dir_fd, "witnesses", text, 0644, why);
}

enum err witness_note_read(struct arena *a, int dir_fd, const struct note_verifier *log, const struct witness_known *list, unsigned count, struct str *ret_note,
	struct checkpoint *ret_checkpoint, struct why *why)
{
	struct note *n = ARENA_NEW(a, struct note), *kept = ARENA_NEW(a, struct note);
	struct note_verdict verdict;
	struct str text;
	enum err e = n && kept ? file_read_all(a, dir_fd, "cosigned", NOTE_BYTES_MAX, &text, why) : why_set(why, ERR_NOMEM, "no memory for a checkpoint");
	if (e == OK)
		e = checkpoint_verify(a, text, log->name, log, NULL, ret_checkpoint, NULL, why);
	if (e == OK)
		e = note_read(a, text, n, why);
	if (e)
		return e;
	kept->text = n->text;
	/* a line whose key is configured no more says nothing to whoever is given the keys of today */
	for (unsigned i = 0; i < n->count; i++)
		for (unsigned k = 0; k <= count; k++) {
			struct note one = { .text = n->text, .signatures = { n->signatures[i] }, .count = 1 };
			if (note_verify(a, &one, k ? &list[k - 1].verifier : log, 1, &verdict, NULL) != OK)
				continue;
			kept->signatures[kept->count++] = n->signatures[i];
			break;
		}
	return note_write(a, kept, ret_note, why);
}

enum err witness_note_write(int dir_fd, struct str note, struct why *why)
{
	return file_replace(dir_fd, "cosigned", note, 0644, why);
}
