/*
 * aup evidence consistency: that a later ledger begins with an earlier one, by a proof of the daemon's or out of a file. Nothing
 * that the daemon says is believed: roots come from what was signed or printed in a letter, and the proof is computed here.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "aup/evidence.h"
#include "base/file.h"

#define HEAD STR("aupd-consistency/1\n")
enum { PROOF_FILE_MAX = 8192 };

/* A ledger at one size, as it was told. */
struct told {
	uint64_t size;
	bool has_size, has_root;
	struct digest root;
	struct str note;                /* signed: the key is still to say so */
	struct str origin;
};

struct consistency {
	struct evidence_call *c;
	struct told from, to;
	struct note_verifier key;
	bool has_key;
	struct merkle_proof proof;
};

/* The lines of a letter: "[Ledger: ]ORIGIN SIZE ROOT". */
static enum err read_line(struct arena *a, struct str text, struct told *t, struct why *why)
{
	struct str size;
	text = str_trim(text);
	if (str_starts(text, STR("Ledger: ")))
		text = str_sub(text, 8, text.len);
	if (!str_split(&text, ' ', &t->origin) || !str_split(&text, ' ', &size) || str_to_u64(size, MERKLE_SIZE_MAX, &t->size) != OK ||
		checkpoint_hash_read(a, text, &t->root) != OK)
		return why_set(why, ERR_SYNTAX, "a ledger is told by the file of a checkpoint, a size, or \"ORIGIN SIZE ROOT\" as a letter has it");
	t->has_size = t->has_root = true;
	return OK;
}

static enum err read_told(struct arena *a, const char *arg, struct told *t, struct why *why)
{
	struct note note;
	struct checkpoint c;
	if (str_to_u64(str_of(arg), MERKLE_SIZE_MAX, &t->size) == OK) {
		t->has_size = true;
		return t->size ? OK : why_set(why, ERR_RANGE, "of the empty ledger nothing can be proved");
	}
	if (strchr(arg, ' '))
		return read_line(a, str_of(arg), t, why);
	enum err e = file_read_all(a, AT_FDCWD, arg, NOTE_BYTES_MAX, &t->note, why);
	if (e == OK)
		e = note_read(a, t->note, &note, why);
	if (e == OK)
		e = checkpoint_read(a, note.text, &c, why);
	if (e)
		return e;
	*t = (struct told){ .size = c.size, .has_size = true, .has_root = true, .root = c.root, .note = t->note, .origin = c.origin };
	return OK;
}

static enum err read_hashes(struct arena *a, const struct json *list, struct merkle_proof *p, struct why *why)
{
	for (const struct json *m = list ? list->child : NULL; m; m = m->next)
		if (p->count == MERKLE_PROOF_MAX || checkpoint_hash_read(a, m->text, &p->hashes[p->count++]) != OK)
			return why_set(why, ERR_SYNTAX, "the daemon's proof is malformed");
	return OK;
}

static void put_sizes(struct command_text *t, void *arg)
{
	struct consistency *x = arg;
	jsonw_int(&t->w, "from", (int64_t)x->from.size);
	jsonw_int(&t->w, "to", (int64_t)x->to.size);
}

/* What was told without a root is as the daemon has it. */
static enum err complete(struct arena *a, struct told *t, const struct json *root, const char *size, const char *hash, struct why *why)
{
	if (!t->has_size)
		t->size = (uint64_t)json_int(root, size, 0);
	return t->has_root ? OK : checkpoint_hash_read(a, json_text(root, hash), &t->root) != OK ? why_set(why, ERR_SYNTAX, "the daemon's root is malformed") : OK;
}

static int ask_daemon(struct consistency *x)
{
	struct json *root;
	struct str text;
	struct why why = { .line = 0 };
	struct arena *a = x->c->a;
	int status = evidence_ask(x->c, put_sizes, x, "evidence-consistency", &root, &text);
	if (status)
		return status;
	enum err e = read_hashes(a, json_get(root, "proof"), &x->proof, &why);
	if (e == OK)
		e = complete(a, &x->from, root, "from", "from_root", &why);
	if (e == OK)
		e = complete(a, &x->to, root, "to", "to_root", &why);
	if (e == OK && !x->has_key)
		e = note_verifier_read(a, json_text(root, "key"), &x->key, &why);
	x->has_key = e == OK;
	return e ? cli_fail(&why) : EXIT_OK;
}

static enum err read_proof(struct consistency *x, const char *path, struct why *why)
{
	struct str text, line;
	struct arena *a = x->c->a;
	enum err e = file_read_all(a, AT_FDCWD, path, PROOF_FILE_MAX, &text, why);
	struct str head = str_format(a, "%.*sfrom %llu\nto %llu\n", STR_ARG(HEAD), (unsigned long long)x->from.size, (unsigned long long)x->to.size);
	if (e)
		return e;
	if (!x->from.has_root || !x->to.has_root)
		return why_set(why, ERR_RANGE, "without the daemon both ledgers must be told with their roots");
	if (!str_starts(text, head) || text.ptr[text.len - 1] != '\n')
		return why_set(why, ERR_SYNTAX, "%s is no proof from size %llu to %llu", path, (unsigned long long)x->from.size, (unsigned long long)x->to.size);
	text = str_sub(text, head.len, text.len);
	while (text.len && str_split(&text, '\n', &line))
		if (x->proof.count == MERKLE_PROOF_MAX || checkpoint_hash_read(a, line, &x->proof.hashes[x->proof.count++]) != OK)
			return why_set(why, ERR_SYNTAX, "a hash of the proof is malformed");
	return OK;
}

static enum err check_told(struct consistency *x, const struct told *t, struct why *why)
{
	struct checkpoint c;
	if (t->note.len && !x->has_key)
		return why_set(why, ERR_DENIED, "a signed checkpoint needs the key that checks it: --key");
	if (t->note.len)
		return checkpoint_verify(x->c->a, t->note, x->key.name, &x->key, NULL, &c, NULL, why);
	if (t->origin.len && x->has_key && !str_eq(t->origin, x->key.name))
		return why_set(why, ERR_DENIED, "%.*s is another ledger than %.*s", STR_ARG(t->origin), STR_ARG(x->key.name));
	return OK;
}

static int tell(struct consistency *x, const char *out)
{
	struct arena *a = x->c->a;
	struct why why = { .line = 0 };
	struct buf b;
	enum err e = check_told(x, &x->from, &why);
	if (e == OK)
		e = check_told(x, &x->to, &why);
	if (e == OK && merkle_consistency_check(x->from.size, &x->from.root, x->to.size, &x->to.root, x->proof.hashes, x->proof.count) != OK) {
		e = why_set(&why, ERR_CORRUPT, "NOT CONSISTENT: the ledger of %llu records does not begin with that of %llu", (unsigned long long)x->to.size,
			(unsigned long long)x->from.size);
		why_hint(&why, "keep both: together they show that records were changed or taken away");
	}
	if (e)
		return cli_fail(&why);
	buf_init(&b, PROOF_FILE_MAX);
	buf_printf(&b, "%.*sfrom %llu\nto %llu\n", STR_ARG(HEAD), (unsigned long long)x->from.size, (unsigned long long)x->to.size);
	for (unsigned i = 0; i < x->proof.count; i++)
		buf_printf(&b, "%.*s\n", STR_ARG(checkpoint_hash_write(a, &x->proof.hashes[i])));
	int status = out ? evidence_out(out, buf_str(&b)) : EXIT_OK;
	buf_done(&b);
	struct str from = checkpoint_hash_write(a, &x->from.root), to = checkpoint_hash_write(a, &x->to.root);
	if (status == EXIT_OK && x->c->json)
		(void)printf("{\"consistent\":true,\"from\":%llu,\"from_root\":\"%.*s\",\"to\":%llu,\"to_root\":\"%.*s\"}\n", (unsigned long long)x->from.size,
			STR_ARG(from), (unsigned long long)x->to.size, STR_ARG(to));
	else if (status == EXIT_OK)
		(void)printf("consistent: the ledger of %llu records, root %.*s, begins with that of %llu, root %.*s\n", (unsigned long long)x->to.size,
			STR_ARG(to), (unsigned long long)x->from.size, STR_ARG(from));
	return status;
}

int evidence_consistency(int argc, char **argv, struct evidence_call *c)
{
	const char *out = cli_value(&argc, argv, "-o"), *proof = cli_value(&argc, argv, "--proof"), *key = cli_value(&argc, argv, "--key");
	struct consistency x = { .c = c };
	struct why why = { .line = 0 };
	if ((argc != 3 && argc != 4) || (proof && argc != 4) || !cli_no_more_options(argc, argv, "evidence"))
		return cli_usage("evidence");
	enum err e = read_told(c->a, argv[2], &x.from, &why);
	if (e == OK && argc == 4)
		e = read_told(c->a, argv[3], &x.to, &why);
	if (e == OK && key)
		e = evidence_key(c->a, key, &x.key, &why);
	x.has_key = e == OK && key;
	if (e == OK && proof)
		e = read_proof(&x, proof, &why);
	if (e)
		return cli_fail(&why);
	int status = proof ? EXIT_OK : ask_daemon(&x);
	return status ? status : tell(&x, out);
}
