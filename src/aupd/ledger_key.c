/*
 * The ledger's key pair. See ledger_key.h.
 */
#include "aupd/ledger_key.h"

#include "base/file.h"
#include "evidence/note.h"

enum { KEY_BYTES_MAX = 4096 };

static enum err make(struct config *c, int signer_fd, int data_fd, struct note_signer *signer, struct why *why)
{
	uint8_t seed[SIGN_SEED_LEN];
	struct str text;
	enum err e = file_read_all(c->arena, data_fd, "ledger/checkpoint", NOTE_BYTES_MAX, &text, NULL);
	if (e != ERR_NOTFOUND) {
		e = why_set(why, ERR_NOTFOUND, "the ledger has a checkpoint, and the key that signed it is gone");
		why_hint(why, "put signer/key back from a backup; without it the ledger cannot go on");
		return e;
	}
	random_bytes(seed, sizeof(seed));
	e = note_signer_init(signer, c->all.ledger_origin, NOTE_ED25519, seed);
	if (e == OK)
		e = file_replace(signer_fd, "key", str_format(c->arena, "%.*s\n", STR_ARG(note_signer_write(c->arena, signer))), 0600, why);
	secret_wipe(seed, sizeof(seed));
	return e;
}

enum err ledger_key_open(struct config *c, int signer_fd, int data_fd, struct why *why)
{
	struct note_signer signer;
	struct str text;
	c->all.ledger_origin = str_format(c->arena, "%.*s/aupd", STR_ARG(c->all.mail_domain));
	enum err e = file_read_all(c->arena, signer_fd, "key", KEY_BYTES_MAX, &text, why);
	if (e == ERR_NOTFOUND)
		e = make(c, signer_fd, data_fd, &signer, why);
	else if (e == OK && (e = note_signer_read(c->arena, str_trim(text), &signer, why)) != OK)
		e = why_set(why, ERR_CORRUPT, "signer/key is damaged");
	if (e)
		return e;
	/* the ledger keeps its name when the provider's domain changes */
	c->all.ledger_origin = signer.verifier.name;
	c->all.ledger_key = note_verifier_write(c->arena, &signer.verifier);
	c->all.signer_key = note_signer_write(c->arena, &signer);
	secret_wipe(&signer, sizeof(signer));
	return c->all.signer_key.ptr && c->all.ledger_key.ptr ? OK : why_set(why, ERR_NOMEM, "no memory for the ledger's key");
}
