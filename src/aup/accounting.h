/*
 * What the parts of aup accounting follow share: the files that are followed, and what was sent and waits for its answer.
 */
#ifndef AUPD_AUP_ACCOUNTING_H
#define AUPD_AUP_ACCOUNTING_H

#include <sys/types.h>

#include "wire/detail.h"

enum {
	FOLLOWED_MAX = 4096,            /* files at a time */
	FOLLOWED_PATH_MAX = 512,
	FOLLOWED_HEAD = 256,            /* octets at its beginning by which a file is known again */
	FOLLOWED_SETTLED_S = 60,        /* one that was not written to for so long is not held open by its writer */
	FOLLOWED_OPEN_MAX = 128,
	FOLLOWED_CHUNK = 256 << 10,
	PENDING_MAX = 128,              /* records that were sent and not answered; ids are octets */
};

/* One file, known by what it is and how it begins, whatever its name is now. */
struct followed_file {
	dev_t dev;
	ino_t ino;
	uint64_t done;                  /* its first octets, of which all was answered or put aside */
	uint64_t taken;                 /* what was handed out */
	uint64_t size;                  /* when it was looked at last */
	int64_t changed_s;
	uint32_t head_len, head_crc;
	int fd;                         /* -1 */
	bool seen;                      /* a pattern has found it at the last look */
	bool known;                     /* out of the state, and not opened since */
	bool told;                      /* that it cannot be read */
	char path[FOLLOWED_PATH_MAX];
};

struct followed {
	char **patterns;
	int pattern_count;
	const char *state;
	bool delete_done;
	struct followed_file *files;
	unsigned count;
	unsigned order[FOLLOWED_MAX];   /* as they are read: what was changed first, and by name */
	unsigned at;                    /* of order: what is read now */
	struct buf bytes;               /* of that one; from used on they are what stands behind its taken */
	size_t used;
	unsigned open;
	unsigned hint;                  /* of files: who is looked for first */
	int64_t newest_s;               /* when one was changed last */
	bool dirty;                     /* the state is behind */
	bool crowded;                   /* that there are too many was told */
};

/* Where a record came from. */
struct followed_place {
	unsigned file;
	uint64_t from, to;
};

/* state: read when it is there. ERR_SYNTAX: it is no such file. */
enum err followed_open(struct followed *f, char **patterns, int pattern_count, const char *state, bool delete_done, struct arena *a, struct why *why) MUST_CHECK;
void followed_close(struct followed *f);
/* Finds files that are new, gone, cut off or done. Only while nothing of any is under way. now_s: the wall clock. */
void followed_look(struct followed *f, int64_t now_s);
/* The next record that is there, in the order of each file; it stays until the next call. False: there is none now. */
bool followed_next(struct followed *f, int64_t now_s, struct str *ret_record, struct followed_place *ret_place);
/* All of the file before the end of the place was answered. */
void followed_done(struct followed *f, const struct followed_place *place);
/* Writes the state, when it is behind, and has it on disk. */
enum err followed_save(struct followed *f, struct why *why) MUST_CHECK;

/* Where the files stand, as lines of the state; in accounting_state.c. */
enum err followed_read_state(struct followed *f, struct str text, struct why *why) MUST_CHECK;
void followed_write_state(const struct followed *f, struct buf *out);

/* A record that was sent, or that needs no answer. */
struct pending {
	struct followed_place place;
	bool answered;
	uint8_t id;
	unsigned tries;
	int64_t taken_at;               /* and how late it was then already */
	uint32_t delay_s;
	int64_t made_us, due_us;        /* of the monotonic clock: when it was made, when it is sent again */
	struct radius_writer w;
	struct str octets;
};

struct pending_list {
	int fd;
	struct str secret;
	const char *to;
	struct pending *ring;
	unsigned first, count;
	uint8_t next_id;
	bool silent;                    /* it was told that nobody answers */
	uint64_t answered;
};

enum err pending_open(struct pending_list *p, const char *to, struct str secret, struct arena *a, struct why *why) MUST_CHECK;
void pending_close(struct pending_list *p);
static inline bool pending_is_full(const struct pending_list *p)
{
	return p->count == PENDING_MAX;
}
/* One that needs no answer, so that what lies behind it in the file is not done before what lies ahead. */
void pending_skip(struct pending_list *p, const struct followed_place *place);
/* ERR_LIMIT: it fits no packet, or lies for longer than the daemon believes. */
enum err pending_send(struct pending_list *p, const struct detail_record *r, const struct followed_place *place, struct why *why) MUST_CHECK;
/* Takes answers, sends anew what was not answered, and says what is done to f. */
void pending_turn(struct pending_list *p, struct followed *f);

#endif
