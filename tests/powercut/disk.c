/*
 * The model disk. See disk.h. It holds all of it in memory: a scripted day is small.
 */
#include "disk.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"

enum { PATH_ROOM = 256, SECTOR = 512 };

const char *const cut_words[] = { "drop", "keep", "prefix", "suffix", "subset", "sectors", "names", "bytes" };

struct node {
	bool is_dir;
	char *bytes;                    /* durable ones */
	size_t len, room;
	size_t live_len;
	char *first;                    /* what it held at the beginning */
	size_t first_len;
};

struct name {
	char path[PATH_ROOM];           /* below root; "" is root */
	int node;
};

struct change {
	enum file_change type;
	bool is_marked;
	int64_t at;
	int node;                       /* whose bytes change, or which gets the name */
	char path[PATH_ROOM], to[PATH_ROOM];
	uint64_t offset;
	size_t len;
	char *bytes;
};

struct names {
	struct name *list;
	size_t count, room;
};

static struct {
	char root[PATH_ROOM];
	struct node *nodes;
	size_t node_count, node_room;
	struct names live, durable, first;
	struct change *changes;
	size_t count, room;
	size_t at;                      /* changes before it are in `durable` or in `pending` */
	size_t *pending, pending_count, pending_room;
	const struct disk_fault *fault;
	bool marks;
} disk;

/* Room for one more. */
static void *grown(void *list, size_t count, size_t *room, size_t size)
{
	if (count < *room)
		return list;
	*room = *room ? *room * 2 : 64;
	list = realloc(list, *room * size);
	BUG_ON(!list);
	return list;
}

static struct name *find(const struct names *n, const char *path)
{
	for (size_t i = 0; i < n->count; i++)
		if (strcmp(n->list[i].path, path) == 0)
			return &n->list[i];
	return NULL;
}

static void set_name(struct names *n, const char *path, int node)
{
	struct name *old = find(n, path);
	if (!old) {
		n->list = grown(n->list, n->count, &n->room, sizeof(*n->list));
		old = &n->list[n->count++];
		(void)snprintf(old->path, sizeof(old->path), "%s", path);
	}
	old->node = node;
}

static void clear_name(struct names *n, const char *path)
{
	struct name *old = find(n, path);
	if (old)
		*old = n->list[--n->count];
}

static int new_node(bool is_dir)
{
	disk.nodes = grown(disk.nodes, disk.node_count, &disk.node_room, sizeof(*disk.nodes));
	disk.nodes[disk.node_count] = (struct node){ .is_dir = is_dir };
	return (int)disk.node_count++;
}

static void parent_of(const char *path, char out[PATH_ROOM])
{
	const char *slash = strrchr(path, '/');
	(void)snprintf(out, PATH_ROOM, "%.*s", slash ? (int)(slash - path) : 0, path);
}

static void put_bytes(struct node *n, uint64_t offset, const char *bytes, size_t len)
{
	if (offset + len > n->room) {
		n->room = (size_t)(offset + len) * 2;
		n->bytes = realloc(n->bytes, n->room);
		BUG_ON(!n->bytes);
	}
	if (offset > n->len)
		memset(n->bytes + n->len, 0, (size_t)offset - n->len);
	if (len)
		memcpy(n->bytes + offset, bytes, len);
	n->len = offset + len > n->len ? (size_t)(offset + len) : n->len;
}

static void cut_bytes(struct node *n, uint64_t len)
{
	if (len > n->len)
		put_bytes(n, len, NULL, 0);
	n->len = (size_t)len;
}

/* --- what is there at the beginning --- */

static int take_there(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	size_t root_len = strlen(disk.root);
	const char *below = path[root_len] ? path + root_len + 1 : "";
	(void)ftw;
	int node = new_node(type == FTW_D);
	set_name(&disk.live, below, node);
	set_name(&disk.first, below, node);
	if (type == FTW_D)
		return 0;
	char *bytes = malloc((size_t)st->st_size + 1);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	BUG_ON(!bytes || fd < 0 || read(fd, bytes, (size_t)st->st_size) != st->st_size);
	(void)close(fd);
	disk.nodes[node].first = bytes;
	disk.nodes[node].first_len = disk.nodes[node].live_len = (size_t)st->st_size;
	return 0;
}

/* --- what changes --- */

/* Where it lies below root; false: elsewhere. */
static bool place_of(int fd, const char *path, char out[PATH_ROOM])
{
	char link[64], whole[2 * PATH_ROOM];
	ssize_t n = 0;
	if (fd != AT_FDCWD) {
		(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
		n = readlink(link, whole, PATH_ROOM);
		BUG_ON(n < 0 || n == PATH_ROOM);
	}
	whole[n] = 0;
	if (path)
		(void)snprintf(whole + n, sizeof(whole) - (size_t)n, "%s%s", n ? "/" : "", path);
	size_t root_len = strlen(disk.root);
	if (strncmp(whole, disk.root, root_len) != 0 || (whole[root_len] && whole[root_len] != '/'))
		return false;
	(void)snprintf(out, PATH_ROOM, "%s", whole[root_len] ? whole + root_len + 1 : "");
	return true;
}

static struct change *add(enum file_change type, int node, const char *path)
{
	disk.changes = grown(disk.changes, disk.count, &disk.room, sizeof(*disk.changes));
	struct change *c = &disk.changes[disk.count++];
	*c = (struct change){ .type = type, .node = node, .at = clock_wall_at(), .is_marked = disk.marks };
	(void)snprintf(c->path, sizeof(c->path), "%s", path);
	return c;
}

static void see_open(const char *path, int flags)
{
	const struct name *old = find(&disk.live, path);
	if (old && flags & O_TRUNC) {
		(void)add(FILE_TRUNCATE, old->node, path);
		disk.nodes[old->node].live_len = 0;
	} else if (!old && flags & O_CREAT) {
		int node = new_node(false);
		set_name(&disk.live, path, node);
		(void)add(FILE_OPEN, node, path);
	}
}

static void see_bytes(enum file_change type, const char *path, uint64_t offset, struct str bytes)
{
	const struct name *n = find(&disk.live, path);
	if (!n)                         /* it has no name any more: whatever it holds is lost anyway */
		return;
	struct node *node = &disk.nodes[n->node];
	struct change *c = add(type, n->node, path);
	c->offset = type == FILE_WRITE && offset == UINT64_MAX ? node->live_len : offset;
	c->len = bytes.len;
	if (bytes.len) {
		c->bytes = malloc(bytes.len);
		BUG_ON(!c->bytes);
		memcpy(c->bytes, bytes.ptr, bytes.len);
	}
	if (type == FILE_WRITE && c->offset + c->len > node->live_len)
		node->live_len = (size_t)c->offset + c->len;
	if (type == FILE_TRUNCATE)
		node->live_len = (size_t)offset;
}

static void see_name(enum file_change type, int dir_fd, const char *path, struct str to)
{
	const struct name *n = find(&disk.live, path);
	char place[PATH_ROOM], target[PATH_ROOM];
	if (type == FILE_MKDIR && !n) {
		int node = new_node(true);
		set_name(&disk.live, path, node);
		(void)add(type, node, path);
	} else if (type == FILE_UNLINK && n) {
		(void)add(type, n->node, path);
		clear_name(&disk.live, path);
	} else if (type == FILE_RENAME && n) {
		int node = n->node;
		(void)snprintf(target, sizeof(target), "%.*s", STR_ARG(to));
		BUG_ON(!place_of(dir_fd, target, place));
		(void)snprintf(add(type, node, path)->to, PATH_ROOM, "%s", place);
		clear_name(&disk.live, path);
		set_name(&disk.live, place, node);
	}
}

static enum file_fate see(enum file_change change, int fd, const char *path, uint64_t offset, struct str bytes)
{
	char place[PATH_ROOM];
	bool sync = change == FILE_SYNC || change == FILE_SYNC_DIR;
	if (!place_of(fd, path, place))
		return sync ? FILE_DROP : FILE_DO;
	if (change == FILE_OPEN)
		see_open(place, (int)offset);
	else if (change == FILE_WRITE || change == FILE_TRUNCATE || sync)
		see_bytes(change, place, offset, bytes);
	else
		see_name(change, fd, place, bytes);
	/* the disk of this machine need not turn for it */
	return sync ? FILE_DROP : FILE_DO;
}

void disk_begin(const char *root)
{
	disk.live.count = disk.first.count = disk.node_count = disk.count = 0;
	(void)snprintf(disk.root, sizeof(disk.root), "%s", root);
	BUG_ON(nftw(root, take_there, 16, FTW_PHYS) != 0);
	disk_rewind();
	file_fault = see;
}

void disk_end(void)
{
	file_fault = NULL;
}

size_t disk_count(void)
{
	return disk.count;
}

void disk_mark_syncs(bool on)
{
	disk.marks = on;
}

void disk_break(const struct disk_fault *fault)
{
	disk.fault = fault;
}

int64_t disk_time(size_t n)
{
	return disk.changes[n].at;
}

void disk_say(size_t n, char *out, size_t room)
{
	static const char *const words[] = { "make", "write", "sync", "sync directory", "truncate", "remove", "rename", "make directory" };
	const struct change *c = &disk.changes[n];
	(void)snprintf(out, room, "%s %s%s%s %llu+%zu", words[c->type], c->path, c->to[0] ? " to " : "", c->to, (unsigned long long)c->offset, c->len);
}

/* --- what is durable --- */

static bool is_name_change(const struct change *c)
{
	return c->type == FILE_OPEN || c->type == FILE_UNLINK || c->type == FILE_RENAME || c->type == FILE_MKDIR;
}

static void change_names(struct names *names, const struct change *c)
{
	if (c->type == FILE_OPEN || c->type == FILE_MKDIR)
		set_name(names, c->path, c->node);
	else
		clear_name(names, c->path);
	if (c->type == FILE_RENAME)
		set_name(names, c->to, c->node);
}

static bool is_broken(const struct change *c)
{
	const struct disk_fault *f = disk.fault;
	return f && c->type == f->change && strstr(c->path, f->part) && (!f->only_marked || c->is_marked);
}

size_t disk_next_broken(size_t n)
{
	while (n < disk.count && !is_broken(&disk.changes[n]))
		n++;
	return n;
}

size_t disk_next(size_t n, enum file_change type, const char *part)
{
	while (n < disk.count && (disk.changes[n].type != type || !strstr(disk.changes[n].path, part)))
		n++;
	return n;
}

static bool covers(const struct change *sync, const struct change *c)
{
	char parent[PATH_ROOM];
	if (sync->type == FILE_SYNC)
		return !is_name_change(c) && c->node == sync->node;
	parent_of(c->type == FILE_RENAME ? c->to : c->path, parent);
	return is_name_change(c) && strcmp(parent, sync->path) == 0;
}

static void sync_all(const struct change *sync)
{
	size_t kept = 0;
	for (size_t i = 0; i < disk.pending_count; i++) {
		const struct change *c = &disk.changes[disk.pending[i]];
		if (!covers(sync, c))
			disk.pending[kept++] = disk.pending[i];
		else if (is_name_change(c))
			change_names(&disk.durable, c);
		else if (c->type == FILE_WRITE)
			put_bytes(&disk.nodes[c->node], c->offset, c->bytes, c->len);
		else
			cut_bytes(&disk.nodes[c->node], c->offset);
	}
	disk.pending_count = kept;
}

void disk_to(size_t n)
{
	for (; disk.at <= n && disk.at < disk.count; disk.at++) {
		const struct change *c = &disk.changes[disk.at];
		bool sync = c->type == FILE_SYNC || c->type == FILE_SYNC_DIR;
		/* a sync that is under way has not finished */
		if (sync && disk.at == n)
			return;
		if (sync && (!is_broken(c) || disk.fault->syncs))
			sync_all(c);
		if (sync)
			continue;
		disk.pending = grown(disk.pending, disk.pending_count, &disk.pending_room, sizeof(*disk.pending));
		disk.pending[disk.pending_count++] = disk.at;
	}
}

void disk_rewind(void)
{
	disk.at = disk.pending_count = disk.durable.count = 0;
	for (size_t i = 0; i < disk.node_count; i++) {
		disk.nodes[i].len = 0;
		put_bytes(&disk.nodes[i], 0, disk.nodes[i].first, disk.nodes[i].first_len);
	}
	for (size_t i = 0; i < disk.first.count; i++)
		set_name(&disk.durable, disk.first.list[i].path, disk.first.list[i].node);
}

/* --- a state after the cut --- */

static uint64_t seed_of;

/* splitmix64 */
static uint64_t next_random(void)
{
	uint64_t z = seed_of += 0x9e3779b97f4a7c15u;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

/* How many of len bytes are there, or -1 for "sector by sector". */
static long kept_of(enum cut_mode mode, size_t i, size_t from, const struct change *c)
{
	bool coin = next_random() & 1, name = is_name_change(c);
	switch (mode) {
	case CUT_KEEP: return (long)c->len;
	case CUT_PREFIX: return i < from ? (long)c->len : i == from && c->len ? (long)(next_random() % c->len) : -2;
	case CUT_SUFFIX: return i >= from ? (long)c->len : -2;
	case CUT_SUBSET: return coin ? (long)c->len : -2;
	case CUT_SECTORS: return name ? (coin ? 0 : -2) : -1;
	case CUT_NAMES: return name ? 0 : -2;
	case CUT_BYTES: return name ? -2 : (long)c->len;
	case CUT_DROP: case CUT_MODES: break;
	}
	return -2;
}

static void tear(struct node *n, const struct change *c)
{
	size_t end = (size_t)c->offset + c->len;
	if (c->type == FILE_TRUNCATE) {
		if (next_random() & 1)
			cut_bytes(n, c->offset);
		return;
	}
	for (size_t at = (size_t)c->offset, to; at < end; at = to) {
		char rubbish[SECTOR];
		to = (at / SECTOR + 1) * SECTOR < end ? (at / SECTOR + 1) * SECTOR : end;
		uint64_t dice = next_random();
		if (dice & 1) {
			put_bytes(n, at, c->bytes + (at - c->offset), to - at);
		} else if (dice & 2 && at >= n->len) {
			memset(rubbish, (int)(dice >> 8 & 255), sizeof(rubbish));
			put_bytes(n, at, rubbish, to - at);
		}
	}
}

static void write_out(const char *root, const struct names *names, const struct node *nodes)
{
	char path[3 * PATH_ROOM];
	/* directories first; what lies in one that is not there is lost with it */
	for (size_t depth = 0; depth < 8; depth++)
		for (size_t i = 0; i < names->count; i++) {
			const struct name *n = &names->list[i];
			size_t slashes = 0;
			for (const char *p = n->path; *p; p++)
				slashes += *p == '/';
			if (!n->path[0] || slashes != depth)
				continue;
			(void)snprintf(path, sizeof(path), "%s/%s", root, n->path);
			if (nodes[n->node].is_dir) {
				(void)mkdir(path, 0700);
				continue;
			}
			int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
			size_t len = nodes[n->node].len;
			if (fd >= 0)
				BUG_ON((len && write(fd, nodes[n->node].bytes, len) != (ssize_t)len) || close(fd) != 0);
		}
}

/* What the file was to hold, with all that no sync covers. */
static struct str written_of(int node)
{
	struct node n = { .is_dir = false };
	put_bytes(&n, 0, disk.nodes[node].bytes, disk.nodes[node].len);
	for (size_t i = 0; i < disk.pending_count; i++) {
		const struct change *c = &disk.changes[disk.pending[i]];
		if (c->node != node || is_name_change(c))
			continue;
		if (c->type == FILE_WRITE)
			put_bytes(&n, c->offset, c->bytes, c->len);
		else
			cut_bytes(&n, c->offset);
	}
	return (struct str){ n.bytes, n.len };
}

static void tell_torn(const struct names *names, const struct node *nodes, disk_torn_fn *torn)
{
	for (size_t i = 0; i < disk.pending_count; i++) {
		const struct change *c = &disk.changes[disk.pending[i]];
		const struct name *there = find(names, c->path);
		bool seen = c->type != FILE_WRITE || !there || there->node != c->node;
		for (size_t k = 0; !seen && k < i; k++)
			seen = disk.changes[disk.pending[k]].type == FILE_WRITE && disk.changes[disk.pending[k]].node == c->node;
		if (seen)
			continue;
		struct str written = written_of(c->node);
		torn(c->path, disk.nodes[c->node].len, written, (struct str){ nodes[c->node].bytes, nodes[c->node].len });
		free((void *)(uintptr_t)written.ptr);
	}
}

void disk_cut(const char *root, enum cut_mode mode, uint64_t seed, disk_torn_fn *torn)
{
	struct names names = { NULL, 0, 0 };
	struct node *nodes = calloc(disk.node_count + 1, sizeof(*nodes));
	BUG_ON(!nodes);
	seed_of = seed;
	for (size_t i = 0; i < disk.durable.count; i++)
		set_name(&names, disk.durable.list[i].path, disk.durable.list[i].node);
	for (size_t i = 0; i < disk.node_count; i++) {
		nodes[i].is_dir = disk.nodes[i].is_dir;
		put_bytes(&nodes[i], 0, disk.nodes[i].bytes, disk.nodes[i].len);
	}
	size_t from = disk.pending_count ? next_random() % disk.pending_count : 0;
	for (size_t i = 0; i < disk.pending_count; i++) {
		const struct change *c = &disk.changes[disk.pending[i]];
		long kept = kept_of(mode, i, from, c);
		if (kept == -2)
			continue;
		if (is_name_change(c))
			change_names(&names, c);
		else if (kept == -1)
			tear(&nodes[c->node], c);
		else if (c->type == FILE_WRITE)
			put_bytes(&nodes[c->node], c->offset, c->bytes, (size_t)kept);
		else
			cut_bytes(&nodes[c->node], c->offset);
	}
	write_out(root, &names, nodes);
	tell_torn(&names, nodes, torn);
	for (size_t i = 0; i < disk.node_count; i++)
		free(nodes[i].bytes);
	free(nodes);
	free(names.list);
}
