/*
 * The signer: holds one key and signs the ledger's checkpoints. It has nothing else: no file, no socket, no command.
 *
 * It never signs two trees: each checkpoint must be proved to begin with the one it signed before, or, when it has just been
 * started, with the one that bears its signature. What the judge asks for is FRAME_SIGN with {"text", "from", "proof"}, and "last"
 * (a signed note) for a signer that remembers nothing; it answers {"note"}, {"need": the size to prove from} or {"refused"}.
 */
#include <stdlib.h>

#include "aupd/figures.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/net.h"
#include "base/point.h"
#include "evidence/checkpoint.h"

enum { SIGNER_ARENA_MAX = 8 << 20 };

struct signer {
	struct role *role;
	struct arena *scratch;
	struct bus judge;
	bool has_judge, has_last;
	struct note_signer key;
	uint64_t size;                  /* of what was signed last */
	struct digest root;
};

static void answer(struct signer *s, const char *member, struct str text)
{
	struct buf b;
	struct jsonw w;
	buf_init(&b, NOTE_BYTES_MAX);
	jsonw_init(&w, &b);
	jsonw_object(&w, NULL);
	if (text.len)
		jsonw_str(&w, member, text);
	else
		jsonw_int(&w, member, (int64_t)s->size);
	jsonw_end(&w, '}');
	struct frame f = { .type = FRAME_SIGN, .now = clock_wall_at(), .body = buf_str(&b) };
	if (b.err || bus_send(&s->judge, &f, NULL, 0) != OK)
		log_warn("cannot answer the judge");
	buf_done(&b);
}

static void refuse(struct signer *s, const char *reason)
{
	ometric_add(&s->role->figures, SIGNER_REFUSED, 0, 1);
	log_error("a checkpoint is not signed", "why", reason);
	answer(s, "refused", str_of(reason));
}

/* What it signed before it was started, by its own signature. */
static enum err remember(struct signer *s, struct str last)
{
	struct checkpoint c;
	struct why why;
	if (s->has_last || !last.len)
		return OK;
	enum err e = checkpoint_verify(s->scratch, last, s->key.verifier.name, &s->key.verifier, NULL, &c, NULL, &why);
	if (e)
		return e;
	s->size = c.size;
	s->root = c.root;
	s->has_last = true;
	return OK;
}

static enum err read_proof(struct signer *s, const struct json *list, struct merkle_proof *ret_proof)
{
	unsigned n = 0;
	for (const struct json *m = list ? list->child : NULL; m; m = m->next, n++)
		if (n == MERKLE_PROOF_MAX || checkpoint_hash_read(s->scratch, m->text, &ret_proof->hashes[n]) != OK)
			return ERR_SYNTAX;
	ret_proof->count = n;
	return OK;
}

static const char *sign_it(struct signer *s, const struct json *root, struct str *ret_note)
{
	struct checkpoint c;
	struct merkle_proof p;
	struct why why;
	if (checkpoint_read(s->scratch, json_text(root, "text"), &c, &why) != OK || read_proof(s, json_get(root, "proof"), &p) != OK)
		return "it is no checkpoint";
	if (!str_eq(c.origin, s->key.verifier.name))
		return "it is of another ledger";
	bool grown = s->size == 0 ? c.size > 0 || !s->has_last : merkle_consistency_check(s->size, &s->root, c.size, &c.root, p.hashes, p.count) == OK;
	if (!grown)
		return "it is no continuation of what was signed before";
	if (checkpoint_sign(s->scratch, &c, &s->key, ret_note, &why) != OK)
		return "it cannot be written";
	s->size = c.size;
	s->root = c.root;
	s->has_last = true;
	ometric_add(&s->role->figures, SIGNER_SIGNED, 0, 1);
	return NULL;
}

static void take(struct signer *s, const struct frame *f)
{
	struct json *root;
	struct str note;
	arena_reset(s->scratch);
	if (json_read(s->scratch, str_copy(s->scratch, f->body), &root, NULL) != OK) {
		refuse(s, "the request was not understood");
		return;
	}
	if (remember(s, json_text(root, "last")) != OK) {
		refuse(s, "the last checkpoint does not bear this key's signature");
		return;
	}
	const struct json *from = json_get(root, "from");
	if (s->size && (!from || !from->is_integer || from->integer != (int64_t)s->size)) {
		answer(s, "need", STR_NONE);
		return;
	}
	const char *no = sign_it(s, root, &note);
	POINT("signer.signed");
	if (no)
		refuse(s, no);
	else
		answer(s, "note", note);
}

static void on_frame(void *arg, const struct frame *f, const int *take_fds, unsigned fd_count)
{
	for (unsigned i = 0; i < fd_count; i++)
		net_close(take_fds[i]);
	if (f->type == FRAME_SIGN)
		take(arg, f);
}

static void on_ready(void *arg)
{
	(void)arg;
}

static void on_closed(void *arg, enum err e)
{
	struct signer *s = arg;
	bus_close(&s->judge);
	s->has_judge = false;
	role_link_ended(s->role, "judge", e);
}

static enum err signer_start(struct role *r, struct why *why)
{
	struct signer *s = calloc(1, sizeof(*s));
	if (!s || !(s->scratch = arena_new("signer", SIGNER_ARENA_MAX))) {
		free(s);
		return why_set(why, ERR_NOMEM, "no memory");
	}
	r->state = s;
	s->role = r;
	return note_signer_read(r->arena, r->share.signer_key, &s->key, why);
}

static void nothing(struct role *r)
{
	(void)r;
}

static void signer_link(struct role *r, struct str name, int take_fd)
{
	static const struct bus_handler handler = { on_frame, on_ready, on_closed };
	struct signer *s = r->state;
	struct bus_options o = { .take_fd = take_fd, .handler = &handler, .arg = s };
	(void)name;
	if (s->has_judge)
		on_closed(s, OK);
	s->has_judge = bus_open(r->loop, &bus_pipe, &o, &s->judge) == OK;
}

const struct role_ops signer_ops = { signer_start, nothing, signer_link, nothing, nothing };
