/*
 * Every write to disk of every role goes through here (the SQLite VFS stands on it too), so that the power-cut harness can
 * drop, tear and reorder what no finished sync covers. Reads are here for symmetry.
 *
 * Paths are relative to a directory descriptor: a role is handed its directories, it does not search for them.
 */
#ifndef AUPD_BASE_FILE_H
#define AUPD_BASE_FILE_H

#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

enum { FILE_READ_MAX = 256 << 20 };

enum err file_open(int dir_fd, const char *path, int flags, unsigned mode, int *ret_fd, struct why *why) MUST_CHECK; /* O_CLOEXEC always */
void file_close(int fd);
enum err file_write_at(int fd, uint64_t offset, struct str bytes, struct why *why) MUST_CHECK;   /* all or an error; ENOSPC is ERR_FULL */
enum err file_append(int fd, struct str bytes, struct why *why) MUST_CHECK;                      /* the descriptor must be O_APPEND */
enum err file_read_at(int fd, uint64_t offset, void *out, size_t len, size_t *ret_len, struct why *why) MUST_CHECK;
enum err file_sync(int fd, struct why *why) MUST_CHECK;                                          /* fdatasync */
enum err file_sync_dir(int dir_fd, struct why *why) MUST_CHECK;                                  /* fsync: names */
enum err file_truncate(int fd, uint64_t len, struct why *why) MUST_CHECK;
enum err file_size(int fd, uint64_t *ret_size, struct why *why) MUST_CHECK;
enum err file_unlink(int dir_fd, const char *path, struct why *why) MUST_CHECK;
enum err file_rename(int dir_fd, const char *from, const char *to, struct why *why) MUST_CHECK;
enum err file_mkdir(int dir_fd, const char *path, unsigned mode, struct why *why) MUST_CHECK;    /* an existing directory is ok */
/* A directory, made when it is not there: then its name is durable when this returns. */
enum err file_open_dir(int dir_fd, const char *path, unsigned mode, int *ret_fd, struct why *why) MUST_CHECK;
enum err file_sync_parent(int dir_fd, const char *path, struct why *why) MUST_CHECK;             /* file_sync_dir of the directory that path lies in */
/* Whole file into the arena (at most max bytes, then ERR_LIMIT). dir_fd may be AT_FDCWD. */
enum err file_read_all(struct arena *a, int dir_fd, const char *path, size_t max, struct str *ret_text, struct why *why) MUST_CHECK;
/* Write a new file, sync it, rename it over path, sync the directory: afterwards either the old or the new is there. */
enum err file_replace(int dir_fd, const char *path, struct str bytes, unsigned mode, struct why *why) MUST_CHECK;

/* Bytes in a memory file that nobody can change any more, to be handed to another role; and their reader, who insists on that. */
enum err file_memory(struct str bytes, int *ret_fd, struct why *why) MUST_CHECK;
enum err file_memory_read(struct arena *a, int fd, size_t max, struct str *ret_bytes, struct why *why) MUST_CHECK;

/* Every name in the directory but "." and "..", in no order. The callback may change the directory only after the last call. */
typedef void file_name_fn(void *arg, const char *name);
enum err file_list(int dir_fd, file_name_fn *fn, void *arg, struct why *why) MUST_CHECK;

/*
 * For the power-cut harness only: when set, asked before every change. FILE_DROP: skip it and say it went well (the hook
 * may have done a torn part of it itself); FILE_FAIL: fail with errno as the hook left it. What is changed is fd where path
 * is NULL; else path, beneath the directory fd. FILE_OPEN is asked when the name may be made or the file be emptied: offset
 * has the flags, and it cannot be dropped.
 */
enum file_change { FILE_OPEN, FILE_WRITE, FILE_SYNC, FILE_SYNC_DIR, FILE_TRUNCATE, FILE_UNLINK, FILE_RENAME, FILE_MKDIR };
enum file_fate { FILE_DO, FILE_DROP, FILE_FAIL };
typedef enum file_fate file_fault_fn(enum file_change change, int fd, const char *path, uint64_t offset, struct str bytes);
extern file_fault_fn *file_fault;

/* The question; also asked by what has to change a file without these functions, by its path. */
static inline enum file_fate file_fate(enum file_change change, int fd, const char *path, uint64_t offset, struct str bytes)
{
	return file_fault ? file_fault(change, fd, path, offset, bytes) : FILE_DO;
}

#endif
