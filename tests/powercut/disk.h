/*
 * A model disk: every change that the program makes below a directory, and what of it would be there after a power cut.
 *
 * Bytes of a file are durable after its finished sync, names (made, renamed, removed) after the sync of their directory. What no
 * finished sync covers may be there or not, in any order and torn at any sector: disk_cut makes one such state, chosen by a mode
 * and a seed. A change is numbered from 0; a cut at n lets changes 0 to n-1 finish and n be under way.
 */
#ifndef AUPD_TESTS_POWERCUT_DISK_H
#define AUPD_TESTS_POWERCUT_DISK_H

#include "base/file.h"

/* What becomes of changes that no finished sync covers. */
enum cut_mode {
	CUT_DROP,       /* all gone */
	CUT_KEEP,       /* all there */
	CUT_PREFIX,     /* up to one of them, which is torn */
	CUT_SUFFIX,     /* from one of them on: late ones without the early ones */
	CUT_SUBSET,     /* each or not */
	CUT_SECTORS,    /* each sector of each or not; a new one that is not may be rubbish */
	CUT_NAMES,      /* every name, no bytes */
	CUT_BYTES,      /* every byte, no names */
	CUT_MODES
};
extern const char *const cut_words[];

/* A build that was broken on purpose: these syncs do nothing. */
struct disk_fault {
	const char *name;
	enum file_change change;        /* FILE_SYNC or FILE_SYNC_DIR */
	const char *part;               /* of the path */
	bool only_marked;               /* those made while disk_mark_syncs is on */
	bool syncs;                     /* they do what they should: they are only where to look */
};

/* Begins with what lies below root now, all of it durable, and sees every change from here on. */
void disk_begin(const char *root);
/* No more changes are seen. */
void disk_end(void);
size_t disk_count(void);                /* changes so far */
void disk_mark_syncs(bool on);
void disk_break(const struct disk_fault *fault);        /* NULL: sound */
int64_t disk_time(size_t n);            /* the clock at change n */
size_t disk_next_broken(size_t n);      /* the first such sync from n on; disk_count() when there is none */
/* The first change from n on of that type whose path has that part; disk_count() when there is none. */
size_t disk_next(size_t n, enum file_change type, const char *part);
/* What change n was, for a person: "write data/aupd.db-wal 8192+24". */
void disk_say(size_t n, char *out, size_t room);

/* Goes on to the state at a cut in change n, never back. Cheap when n rises by one. */
void disk_to(size_t n);
/* Back to the beginning, to go through the same changes again. */
void disk_rewind(void);
/*
 * A file with bytes that no finished sync covers: durable_len of them are covered, `written` is what it was to hold, `found` what it
 * holds after the cut. Valid during the call.
 */
typedef void disk_torn_fn(const char *path, size_t durable_len, struct str written, struct str found);
/* Makes that state below root, which is an empty directory. */
void disk_cut(const char *root, enum cut_mode mode, uint64_t seed, disk_torn_fn *torn);

#endif
