/*
 * The ledger's files. See ledger.h.
 *
 * Of a tile that is not full one file is kept, the widest: an older tree finds what it needs in it. Files that only a partial
 * tile needs are not synced, for a checkpoint that does not fit them says so when the ledger is opened.
 */
#include "evidence/ledger.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "evidence/tile.h"

enum { LEDGER_ARENA_MAX = 4 << 20 };

struct ledger {
	int dir_fd;
	struct arena *scratch;
	struct tile_builder builder;
	struct tile_source source;
	struct buf note;
	uint64_t note_size;
	struct digest note_root;
};

/* "x001/x234" of "x001/x234/067" and so on: every directory above a tile. */
static enum err make_parents(int dir_fd, const char *path, struct why *why)
{
	char dir[TILE_PATH_MAX];
	enum err e = OK;
	for (const char *slash = strchr(path, '/'); e == OK && slash; slash = strchr(slash + 1, '/')) {
		(void)snprintf(dir, sizeof(dir), "%.*s", (int)(slash - path), path);
		e = file_mkdir(dir_fd, dir, 0755, why);
	}
	return e;
}

static enum err write_file(int dir_fd, const char *path, struct str bytes, bool synced, struct why *why)
{
	int fd;
	if (synced)
		return file_replace(dir_fd, path, bytes, 0644, why);
	enum err e = file_open(dir_fd, path, O_WRONLY | O_CREAT | O_TRUNC, 0644, &fd, why);
	if (e)
		return e;
	e = file_write_at(fd, 0, bytes, why);
	file_close(fd);
	return e;
}

struct width {
	unsigned least, best;
};

static void wider(void *arg, const char *name)
{
	struct width *w = arg;
	uint64_t n;
	if (str_to_u64(str_of(name), TILE_WIDTH - 1, &n) == OK && n >= w->least && (!w->best || n < w->best))
		w->best = (unsigned)n;
}

/* The narrowest file of a partial tile that has at least that width; 0 when there is none. */
static unsigned find_width(const struct ledger *l, const struct tile *t)
{
	struct width w = { t->width, 0 };
	char path[TILE_PATH_MAX];
	int fd;
	tile_path(t, path);
	char *slash = strrchr(path, '/');
	if (!slash)
		return 0;
	*slash = 0;
	if (file_open(l->dir_fd, path, O_RDONLY | O_DIRECTORY, 0, &fd, NULL) != OK)
		return 0;
	if (file_list(fd, wider, &w, NULL) != OK)
		w.best = 0;
	file_close(fd);
	return w.best;
}

static enum err read_octets(const struct ledger *l, const struct tile *t, unsigned width, uint8_t *octets)
{
	struct tile there = *t;
	char path[TILE_PATH_MAX];
	size_t len;
	int fd;
	there.width = width;
	tile_path(&there, path);
	enum err e = file_open(l->dir_fd, path, O_RDONLY, 0, &fd, NULL);
	if (e)
		return e;
	e = file_read_at(fd, 0, octets, (size_t)t->width * DIGEST_LEN, &len, NULL);
	file_close(fd);
	return e ? e : len == (size_t)t->width * DIGEST_LEN ? OK : ERR_CORRUPT;
}

/*
 * What this process wrote or held against the checkpoint is believed. A file of another width may be what a power cut left of one
 * that was never synced: it is looked at while the ledger is opened alone, where its root tells.
 */
static enum err read_tile(void *arg, const struct tile *t, uint8_t *octets)
{
	const struct ledger *l = arg;
	unsigned known = tile_width(t->level, t->index, l->builder.flushed);
	if (known >= t->width)
		return read_octets(l, t, known, octets);
	enum err e = read_octets(l, t, t->width, octets);
	if (e != ERR_NOTFOUND || t->width == TILE_WIDTH)
		return e;
	unsigned width = find_width(l, t);
	return width ? read_octets(l, t, width, octets) : ERR_NOTFOUND;
}

static enum err write_tile(void *arg, const struct tile *t, const uint8_t *octets)
{
	struct ledger *l = arg;
	struct tile old = *t;
	char path[TILE_PATH_MAX];
	struct why why;
	tile_path(t, path);
	enum err e = make_parents(l->dir_fd, path, &why);
	if (e == OK)
		e = write_file(l->dir_fd, path, (struct str){ (const char *)octets, (size_t)t->width * DIGEST_LEN }, t->width == TILE_WIDTH, &why);
	if (e)
		return e;
	/* what the wider one replaces; one that a crash left is harmless */
	old.width = tile_width(t->level, t->index, l->builder.flushed);
	if (old.width && old.width < t->width) {
		tile_path(&old, path);
		e = file_unlink(l->dir_fd, path, &why);
	}
	return e == ERR_NOTFOUND ? OK : e;
}

static void forget_note(struct ledger *l)
{
	buf_clear(&l->note);
	l->note_size = 0;
	memset(&l->note_root, 0, sizeof(l->note_root));
}

static enum err take_note(struct ledger *l, struct str note, struct why *why)
{
	struct note *n = ARENA_NEW(l->scratch, struct note);
	struct checkpoint c;
	enum err e = n ? note_read(l->scratch, note, n, why) : why_set(why, ERR_NOMEM, "no memory for a checkpoint");
	if (e == OK)
		e = checkpoint_read(l->scratch, n->text, &c, why);
	if (e)
		return e;
	forget_note(l);
	buf_put(&l->note, note);
	l->note_size = c.size;
	l->note_root = c.root;
	return l->note.err;
}

/* The tree as the checkpoint has it. */
static enum err load(struct ledger *l, struct why *why)
{
	struct digest root;
	enum err e = tile_builder_load(&l->builder, l->note_size, read_tile, l, write_tile, l);
	if (e == OK)
		merkle_frontier_root(&l->builder.frontier, &root);
	if (e == OK && !digest_eq(&root, &l->note_root))
		e = ERR_CORRUPT;
	if (e == OK)
		return OK;
	ledger_reset(l);
	return e == ERR_NOMEM ? e : why_set(why, ERR_CORRUPT, "the tiles of the ledger are not those of its checkpoint (%s)", err_text(e));
}

enum err ledger_open(int dir_fd, struct ledger **ret_ledger, struct why *why)
{
	struct ledger *l = calloc(1, sizeof(*l));
	struct str note;
	if (!l || !(l->scratch = arena_new("ledger", LEDGER_ARENA_MAX))) {
		free(l);
		return why_set(why, ERR_NOMEM, "no memory for the ledger");
	}
	l->dir_fd = dir_fd;
	buf_init(&l->note, NOTE_BYTES_MAX);
	ledger_reset(l);
	enum err e = file_read_all(l->scratch, dir_fd, "checkpoint", NOTE_BYTES_MAX, &note, why);
	if (e == OK)
		e = take_note(l, note, why);
	if (e == OK)
		e = load(l, why);
	else if (e == ERR_NOTFOUND)
		e = OK;
	if (e && e != ERR_CORRUPT) {
		ledger_close(l);
		return e;
	}
	*ret_ledger = l;
	return e;
}

void ledger_close(struct ledger *l)
{
	if (!l)
		return;
	buf_done(&l->note);
	arena_free(l->scratch);
	free(l);
}

void ledger_reset(struct ledger *l)
{
	tile_builder_init(&l->builder, write_tile, l);
}

uint64_t ledger_size(const struct ledger *l)
{
	return l->builder.frontier.size;
}

void ledger_root(const struct ledger *l, struct digest *ret_root)
{
	merkle_frontier_root(&l->builder.frontier, ret_root);
}

enum err ledger_append(struct ledger *l, const struct digest *leaf, struct why *why)
{
	enum err e = tile_append(&l->builder, leaf);
	return e ? why_set(why, e, "a tile of the ledger cannot be written: %s", err_text(e)) : OK;
}

enum err ledger_flush(struct ledger *l, struct why *why)
{
	enum err e = tile_flush(&l->builder);
	return e ? why_set(why, e, "a tile of the ledger cannot be written: %s", err_text(e)) : OK;
}

static struct merkle_source source_of(struct ledger *l, uint64_t size)
{
	tile_source_init(&l->source, size, read_tile, l);
	return (struct merkle_source){ tile_get, &l->source };
}

static enum err said(enum err e, const char *what, struct why *why)
{
	return e ? why_set(why, e == ERR_NOTFOUND ? ERR_CORRUPT : e, "%s: %s", what, err_text(e)) : OK;
}

enum err ledger_root_at(struct ledger *l, uint64_t size, struct digest *ret_root, struct why *why)
{
	if (size > l->builder.flushed)
		return why_set(why, ERR_RANGE, "the ledger has no size %llu yet", (unsigned long long)size);
	struct merkle_source s = source_of(l, size);
	return said(merkle_root(&s, size, ret_root), "the ledger's root cannot be read", why);
}

enum err ledger_check(struct ledger *l, struct why *why)
{
	struct digest root;
	if (l->note_size > l->builder.flushed)
		return why_set(why, ERR_CORRUPT, "the last checkpoint was signed for %llu records, and there are %llu", (unsigned long long)l->note_size,
			(unsigned long long)l->builder.flushed);
	enum err e = ledger_root_at(l, l->note_size, &root, why);
	if (e == OK && l->note.len && !digest_eq(&root, &l->note_root))
		e = why_set(why, ERR_CORRUPT, "the records are not those that the last checkpoint was signed for");
	return e;
}

enum err ledger_prove(struct ledger *l, const struct digest *leaf, uint64_t index, uint64_t size, struct merkle_proof *ret_proof, struct why *why)
{
	struct merkle_proof p;
	struct digest root;
	enum err e = ledger_root_at(l, size, &root, why);
	if (e)
		return e;
	struct merkle_source s = source_of(l, size);
	e = merkle_inclusion(&s, index, size, &p);
	if (e == OK)
		e = merkle_inclusion_check(leaf, index, size, p.hashes, p.count, &root);
	if (e == OK)
		*ret_proof = p;
	return said(e, "a record cannot be proved", why);
}

enum err ledger_prove_growth(struct ledger *l, uint64_t old, uint64_t size, struct merkle_proof *ret_proof, struct why *why)
{
	struct merkle_proof p;
	struct digest before, root;
	enum err e = ledger_root_at(l, old, &before, why);
	if (e == OK)
		e = ledger_root_at(l, size, &root, why);
	if (e)
		return e;
	struct merkle_source s = source_of(l, size);
	e = merkle_consistency(&s, old, size, &p);
	if (e == OK)
		e = merkle_consistency_check(old, &before, size, &root, p.hashes, p.count);
	if (e == OK)
		*ret_proof = p;
	return said(e, "the growth of the ledger cannot be proved", why);
}

struct str ledger_checkpoint(const struct ledger *l)
{
	return l->note.len ? buf_str(&l->note) : STR_NONE;
}

uint64_t ledger_checkpoint_size(const struct ledger *l)
{
	return l->note_size;
}

enum err ledger_checkpoint_keep(struct ledger *l, struct str note, struct why *why)
{
	struct note *n;
	struct checkpoint c;
	struct digest root;
	arena_reset(l->scratch);
	n = ARENA_NEW(l->scratch, struct note);
	enum err e = n ? note_read(l->scratch, note, n, why) : why_set(why, ERR_NOMEM, "no memory for a checkpoint");
	if (e == OK)
		e = checkpoint_read(l->scratch, n->text, &c, why);
	if (e == OK)
		e = ledger_check(l, why) ? ERR_CONFLICT : OK;
	if (e == OK)
		e = ledger_root_at(l, c.size, &root, why);
	if (e == OK && (c.size < l->note_size || !digest_eq(&root, &c.root)))
		e = why_set(why, ERR_CONFLICT, "this checkpoint is not of this ledger");
	if (e == OK)
		e = file_replace(l->dir_fd, "checkpoint", note, 0644, why);
	return e ? e : take_note(l, note, why);
}
