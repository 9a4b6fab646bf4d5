/*
 * What is remembered of witnesses, beside the tiles: `ledger/witnesses`, how far each has come and what it last had to complain of;
 * and `ledger/cosigned`, the last checkpoint that enough of them signed, as a note with their lines.
 *
 * Both are whole or the old ones after a power cut. Neither is needed to go on: a witness tells its size with a 409, and a checkpoint
 * is cosigned again. What cannot be read is said, and begun anew.
 */
#ifndef AUPD_AUPD_WITNESS_STATE_H
#define AUPD_AUPD_WITNESS_STATE_H

#include "evidence/witness.h"
#include "model/config_ledger.h"
#include "model/field.h"

struct witness_known {
	struct str key;                 /* its verifier key */
	uint64_t size;                  /* the ledger's size that it knows, as far as is known here */
	uint64_t cosigned;              /* that it signed last */
	int64_t cosigned_at;            /* by its own clock */
	struct str trouble;             /* the last one, a constant sentence; it stays when all goes well again */
	int64_t trouble_at;
	bool loud;                      /* it contradicts the ledger: somebody has to look */
	bool stands;                    /* nothing was cosigned since */
	struct note_verifier verifier;  /* not kept */
};

/* list[i] for each "KEY URL", with what is remembered of that key. Texts lie in the arena. */
enum err witness_state_read(struct arena *a, int dir_fd, const struct str *witnesses, unsigned count, struct witness_known *list, struct why *why) MUST_CHECK;
enum err witness_state_write(struct arena *a, int dir_fd, struct witness_known *list, unsigned count, struct why *why) MUST_CHECK;
/* What of `ledger/cosigned` the ledger's key and keys of the list signed; ERR_NOTFOUND: there is none. */
enum err witness_note_read(struct arena *a, int dir_fd, const struct note_verifier *log, const struct witness_known *list, unsigned count, struct str *ret_note,
	struct checkpoint *ret_checkpoint, struct why *why) MUST_CHECK;
enum err witness_note_write(int dir_fd, struct str note, struct why *why) MUST_CHECK;

#endif
