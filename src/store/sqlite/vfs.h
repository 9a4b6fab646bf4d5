/*
 * SQLite's door to the disk: its own Unix VFS for locks, shared memory and reading; every change asks base/file.h first, as all
 * other files do, so that the power-cut harness sees and may undo each one. Private to store/sqlite.
 *
 * Of a file that it made it syncs the directory with the file's first sync, so that no commit rests on a name that is not durable.
 * The index of the WAL is not seen: it is memory that happens to have a name, and is made anew by whoever opens the store first.
 */
#ifndef AUPD_STORE_SQLITE_VFS_H
#define AUPD_STORE_SQLITE_VFS_H

/* The VFS's name, for sqlite3_open_v2; registered when it is not yet. NULL: SQLite has no VFS to stand on. */
const char *vfs_name(void);

#endif
