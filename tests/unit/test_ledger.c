/*
 * The ledger's files: grown in steps of every width, opened again, torn, flipped and made again. Roots are held against a tree
 * that is hashed from the leaves alone.
 */
#include "evidence/ledger.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "tap.h"

enum { LEAVES = 70000 };
static struct arena *arena;
static struct digest leaves[LEAVES];
static struct note_signer signer;
static char dir[] = "/tmp/aupd-ledger.XXXXXX";
static int dir_fd;
static struct why why;

static void leaf_of(unsigned i)
{
	char text[32];
	(void)snprintf(text, sizeof(text), "record %u", i);
	merkle_leaf(str_of(text), &leaves[i]);
}

/* RFC 6962 2.1, word by word. */
static void plain_root(unsigned from, unsigned to, struct digest *ret_root)
{
	struct digest left, right;
	unsigned k = 1;
	if (to - from == 1) {
		*ret_root = leaves[from];
		return;
	}
	while (k * 2 < to - from)
		k *= 2;
	plain_root(from, from + k, &left);
	plain_root(from + k, to, &right);
	merkle_node(&left, &right, ret_root);
}

static bool grow(struct ledger *l, unsigned to)
{
	enum err e = OK;
	for (unsigned i = (unsigned)ledger_size(l); e == OK && i < to; i++)
		e = ledger_append(l, &leaves[i], &why);
	return e == OK && ledger_flush(l, &why) == OK;
}

static struct str note_of(uint64_t size, const struct digest *root)
{
	struct checkpoint c = { .origin = STR("test.invalid/aupd"), .size = size, .root = *root };
	struct str note = STR_NONE;
	OK_(checkpoint_sign(arena, &c, &signer, &note, &why) == OK, "a checkpoint is signed");
	return note;
}

static bool keep(struct ledger *l)
{
	struct digest root;
	ledger_root(l, &root);
	return ledger_checkpoint_keep(l, note_of(ledger_size(l), &root), &why) == OK;
}

static void test_growth(void)
{
	static const unsigned steps[] = { 1, 2, 255, 256, 257, 300, 511, 512, 700, 65535, 65536, 65537, LEAVES };
	struct ledger *l;
	struct digest root, want;
	struct merkle_proof p;
	unsigned wrong = 0;
	OK_(ledger_open(dir_fd, &l, &why) == OK && ledger_size(l) == 0 && !ledger_checkpoint(l).len, "an empty ledger");
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		OK_(grow(l, steps[i]) && keep(l), "it grows");
		ledger_close(l);
		OK_(ledger_open(dir_fd, &l, &why) == OK && ledger_size(l) == steps[i], "and is there again when it is opened");
		ledger_root(l, &root);
		plain_root(0, steps[i], &want);
		wrong += !digest_eq(&root, &want);
		for (unsigned n = 0; n < steps[i]; n += steps[i] / 7 + 1)
			wrong += ledger_prove(l, &leaves[n], n, steps[i], &p, &why) != OK;
		for (size_t k = 0; k < i; k++)
			wrong += ledger_prove_growth(l, steps[k], steps[i], &p, &why) != OK;
	}
	IS_INT(wrong, 0, "every root is that of the leaves, every record and every growth is proved");
	OK_(ledger_prove(l, &leaves[5], 6, LEAVES, &p, &why) == ERR_CORRUPT, "a record does not stand where another one does");
	IS_INT(ledger_prove(l, &leaves[5], 5, LEAVES + 1, &p, &why), ERR_RANGE, "nothing is proved of a size that is not there");
	ledger_close(l);
}

/* What was appended after the last checkpoint is appended again, whatever the crash left of it. */
static void test_crash(void)
{
	struct ledger *l;
	struct digest root, want;
	OK_(ledger_open(dir_fd, &l, &why) == OK, "opened");
	ledger_reset(l);
	OK_(grow(l, 300) && ledger_check(l, &why) == ERR_CORRUPT, "fewer records than were signed for are told, as other ones are");
	OK_(keep(l) == false, "a shorter tree than the one signed takes no checkpoint");
	OK_(grow(l, LEAVES) && ledger_check(l, &why) == OK, "made again from its leaves it fits the one that was signed");
	ledger_close(l);
	plain_root(0, 100, &want);
	struct str note = note_of(100, &want);
	OK_(file_replace(dir_fd, "checkpoint", note, 0644, &why) == OK && ledger_open(dir_fd, &l, &why) == OK, "an older checkpoint finds its tree in wider tiles");
	IS_INT(ledger_size(l), 100, "at its own size");
	OK_(grow(l, 1000) && ledger_check(l, &why) == OK && keep(l), "and goes on from there");
	ledger_root(l, &root);
	plain_root(0, 1000, &want);
	OK_(digest_eq(&root, &want), "to the same root");
	ledger_close(l);
}

/* A power cut leaves what it likes of a partial tile that was never synced, under a width that a checkpoint given away has. */
static void test_rubbish(void)
{
	static const char rubbish[38 * DIGEST_LEN] = "what a disk holds where nothing was written";
	struct ledger *l;
	struct digest root, want;
	plain_root(0, 38, &want);
	for (unsigned sized = 0; sized < 2; sized++) {
		struct str bytes = sized ? (struct str){ rubbish, sizeof(rubbish) } : STR_NONE;
		OK_(file_unlink(dir_fd, "checkpoint", &why) == OK && ledger_open(dir_fd, &l, &why) == OK && grow(l, 35), "a small ledger");
		ledger_close(l);
		OK_(file_replace(dir_fd, "tile/0/000.p/38", bytes, 0644, &why) == OK && ledger_open(dir_fd, &l, &why) == OK, "and rubbish beside its tile");
		OK_(grow(l, 40) && ledger_root_at(l, 38, &root, &why) == OK && digest_eq(&root, &want), "the tree of the size in between is as it was");
		OK_(keep(l), "a checkpoint");
		ledger_close(l);
	}
}

static bool flip(const char *path, uint64_t at)
{
	uint8_t byte;
	size_t len;
	int fd;
	if (file_open(dir_fd, path, O_RDWR, 0, &fd, &why) != OK)
		return false;
	bool done = file_read_at(fd, at, &byte, 1, &len, &why) == OK && len == 1;
	byte ^= 1;
	done = done && file_write_at(fd, at, (struct str){ (const char *)&byte, 1 }, &why) == OK;
	file_close(fd);
	return done;
}

static void test_rot(void)
{
	struct ledger *l;
	struct merkle_proof p;
	OK_(flip("tile/0/003.p/232", 33), "a bit of the last tile flips");
	IS_INT(ledger_open(dir_fd, &l, &why), ERR_CORRUPT, "which is told when it is opened");
	IS_INT(ledger_size(l), 0, "and nothing of it is believed");
	OK_(grow(l, 1000) && ledger_check(l, &why) == OK, "made again from its leaves");
	OK_(ledger_prove(l, &leaves[300], 300, 1000, &p, &why) == OK, "all is proved");
	OK_(flip("tile/0/001", 44 * 32), "a bit within the tree flips");
	IS_INT(ledger_prove(l, &leaves[301], 301, 1000, &p, &why), ERR_CORRUPT, "no wrong proof is given");
	ledger_close(l);
	OK_(ledger_open(dir_fd, &l, &why) == OK, "the edge is whole");
	leaves[3].octets[0] ^= 1;
	ledger_reset(l);
	OK_(grow(l, 1000), "other records");
	IS_INT(ledger_check(l, &why), ERR_CORRUPT, "are not those that were signed");
	OK_(!keep(l), "and take no checkpoint of that size");
	leaves[3].octets[0] ^= 1;
	ledger_close(l);
	OK_(file_replace(dir_fd, "checkpoint", STR("no note"), 0644, &why) == OK && ledger_open(dir_fd, &l, &why) == ERR_SYNTAX, "what is no checkpoint is told");
}

int main(void)
{
	uint8_t seed[SIGN_SEED_LEN] = { 7 };
	char command[64];
	arena = arena_new("test", 64 << 20);
	if (seal_start() != OK || !mkdtemp(dir) || file_open(AT_FDCWD, dir, O_RDONLY | O_DIRECTORY, 0, &dir_fd, &why) != OK)
		return 1;
	OK_(note_signer_init(&signer, STR("test.invalid/aupd"), NOTE_ED25519, seed) == OK, "a key");
	for (unsigned i = 0; i < LEAVES; i++)
		leaf_of(i);
	test_growth();
	test_crash();
	test_rot();
	test_rubbish();
	(void)snprintf(command, sizeof(command), "rm -rf %s", dir);
	file_close(dir_fd);
	arena_free(arena);
	return system(command) || tap_done();
}
