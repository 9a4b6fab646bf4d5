/*
 * The VFS of the embedded store. See vfs.h. Each file is ours in front and the real one behind it; what is not a change is handed on.
 */
#include "store/sqlite/vfs.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>

#include "base/file.h"

struct vfs_file {
	sqlite3_file ours;
	sqlite3_io_methods methods;     /* those that the real file has, and no newer ones */
	const char *path;               /* SQLite's, as long as the file is open; NULL for one without a name */
	bool name_unsynced;
	sqlite3_file *real;
};

static struct vfs_file *of(sqlite3_file *f)
{
	return (struct vfs_file *)(void *)f;
}

/* What the hook made of a change, as SQLite says it; SQLITE_OK: it is to be done. */
static bool is_dropped(const struct vfs_file *f, enum file_change change, sqlite3_int64 offset, struct str bytes, int code, int *ret)
{
	enum file_fate fate = f->path ? file_fate(change, AT_FDCWD, f->path, (uint64_t)offset, bytes) : FILE_DO;
	*ret = fate != FILE_FAIL ? SQLITE_OK : errno == ENOSPC ? SQLITE_FULL : code;
	return fate != FILE_DO;
}

static int sync_dir_of(const char *path)
{
	struct why why;
	return file_sync_parent(AT_FDCWD, path, &why) ? SQLITE_IOERR_DIR_FSYNC : SQLITE_OK;
}

static int vfs_write(sqlite3_file *file, const void *bytes, int len, sqlite3_int64 offset)
{
	struct vfs_file *f = of(file);
	int r;
	if (is_dropped(f, FILE_WRITE, offset, (struct str){ bytes, (size_t)len }, SQLITE_IOERR_WRITE, &r))
		return r;
	return f->real->pMethods->xWrite(f->real, bytes, len, offset);
}

static int vfs_truncate(sqlite3_file *file, sqlite3_int64 len)
{
	struct vfs_file *f = of(file);
	int r;
	return is_dropped(f, FILE_TRUNCATE, len, STR_NONE, SQLITE_IOERR_TRUNCATE, &r) ? r : f->real->pMethods->xTruncate(f->real, len);
}

static int vfs_sync(sqlite3_file *file, int flags)
{
	struct vfs_file *f = of(file);
	int r;
	if (!is_dropped(f, FILE_SYNC, 0, STR_NONE, SQLITE_IOERR_FSYNC, &r))
		r = f->real->pMethods->xSync(f->real, flags);
	if (r == SQLITE_OK && f->name_unsynced) {
		r = sync_dir_of(f->path);
		f->name_unsynced = r != SQLITE_OK;
	}
	return r;
}

static int vfs_close(sqlite3_file *file)
{
	return of(file)->real->pMethods->xClose(of(file)->real);
}

static int vfs_read(sqlite3_file *file, void *out, int len, sqlite3_int64 offset)
{
	return of(file)->real->pMethods->xRead(of(file)->real, out, len, offset);
}

static int vfs_size(sqlite3_file *file, sqlite3_int64 *ret)
{
	return of(file)->real->pMethods->xFileSize(of(file)->real, ret);
}

static int vfs_lock(sqlite3_file *file, int level)
{
	return of(file)->real->pMethods->xLock(of(file)->real, level);
}

static int vfs_unlock(sqlite3_file *file, int level)
{
	return of(file)->real->pMethods->xUnlock(of(file)->real, level);
}

static int vfs_reserved(sqlite3_file *file, int *ret)
{
	return of(file)->real->pMethods->xCheckReservedLock(of(file)->real, ret);
}

static int vfs_control(sqlite3_file *file, int op, void *arg)
{
	return of(file)->real->pMethods->xFileControl(of(file)->real, op, arg);
}

static int vfs_sector(sqlite3_file *file)
{
	return of(file)->real->pMethods->xSectorSize(of(file)->real);
}

static int vfs_device(sqlite3_file *file)
{
	return of(file)->real->pMethods->xDeviceCharacteristics(of(file)->real);
}

static int vfs_shm_map(sqlite3_file *file, int region, int len, int extend, void volatile **ret)
{
	return of(file)->real->pMethods->xShmMap(of(file)->real, region, len, extend, ret);
}

static int vfs_shm_lock(sqlite3_file *file, int offset, int n, int flags)
{
	return of(file)->real->pMethods->xShmLock(of(file)->real, offset, n, flags);
}

static void vfs_shm_barrier(sqlite3_file *file)
{
	of(file)->real->pMethods->xShmBarrier(of(file)->real);
}

static int vfs_shm_unmap(sqlite3_file *file, int remove)
{
	return of(file)->real->pMethods->xShmUnmap(of(file)->real, remove);
}

static int vfs_fetch(sqlite3_file *file, sqlite3_int64 offset, int len, void **ret)
{
	return of(file)->real->pMethods->xFetch(of(file)->real, offset, len, ret);
}

static int vfs_unfetch(sqlite3_file *file, sqlite3_int64 offset, void *p)
{
	return of(file)->real->pMethods->xUnfetch(of(file)->real, offset, p);
}

static const sqlite3_io_methods methods = { 3, vfs_close, vfs_read, vfs_write, vfs_truncate, vfs_sync, vfs_size, vfs_lock, vfs_unlock,
	vfs_reserved, vfs_control, vfs_sector, vfs_device, vfs_shm_map, vfs_shm_lock, vfs_shm_barrier, vfs_shm_unmap, vfs_fetch, vfs_unfetch };

static sqlite3_vfs *real_of(sqlite3_vfs *vfs)
{
	return vfs->pAppData;
}

static int vfs_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags, int *ret_flags)
{
	struct vfs_file *f = of(file);
	sqlite3_vfs *real = real_of(vfs);
	int there = 1;
	*f = (struct vfs_file){ .path = path, .real = (sqlite3_file *)(void *)(f + 1) };
	if (path && flags & SQLITE_OPEN_CREATE && real->xAccess(real, path, SQLITE_ACCESS_EXISTS, &there) == SQLITE_OK && !there &&
		file_fate(FILE_OPEN, AT_FDCWD, path, O_CREAT, STR_NONE) == FILE_FAIL)
		return SQLITE_CANTOPEN;
	int r = real->xOpen(real, path, f->real, flags, ret_flags);
	/* SQLite closes what has methods, even after an error */
	if (!f->real->pMethods)
		return r;
	f->methods = methods;
	if (f->real->pMethods->iVersion < methods.iVersion)
		f->methods.iVersion = f->real->pMethods->iVersion;
	f->name_unsynced = !there;
	f->ours.pMethods = &f->methods;
	return r;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *path, int sync_dir)
{
	struct why why;
	(void)vfs;
	enum err e = file_unlink(AT_FDCWD, path, &why);
	if (e)
		return e == ERR_NOTFOUND ? SQLITE_IOERR_DELETE_NOENT : SQLITE_IOERR_DELETE;
	return sync_dir ? sync_dir_of(path) : SQLITE_OK;
}

static int vfs_access(sqlite3_vfs *vfs, const char *path, int flags, int *ret)
{
	return real_of(vfs)->xAccess(real_of(vfs), path, flags, ret);
}

static int vfs_full_path(sqlite3_vfs *vfs, const char *path, int room, char *out)
{
	return real_of(vfs)->xFullPathname(real_of(vfs), path, room, out);
}

static int vfs_randomness(sqlite3_vfs *vfs, int len, char *out)
{
	return real_of(vfs)->xRandomness(real_of(vfs), len, out);
}

static int vfs_sleep(sqlite3_vfs *vfs, int us)
{
	return real_of(vfs)->xSleep(real_of(vfs), us);
}

static int vfs_time(sqlite3_vfs *vfs, double *ret_day)
{
	return real_of(vfs)->xCurrentTime(real_of(vfs), ret_day);
}

static int vfs_last_error(sqlite3_vfs *vfs, int room, char *out)
{
	return real_of(vfs)->xGetLastError(real_of(vfs), room, out);
}

static int vfs_time_ms(sqlite3_vfs *vfs, sqlite3_int64 *ret_ms)
{
	return real_of(vfs)->xCurrentTimeInt64(real_of(vfs), ret_ms);
}

const char *vfs_name(void)
{
	/* no libraries are loaded and no system calls replaced through it */
	static sqlite3_vfs vfs = { .iVersion = 2, .zName = "aupd", .xOpen = vfs_open, .xDelete = vfs_delete, .xAccess = vfs_access,
		.xFullPathname = vfs_full_path, .xRandomness = vfs_randomness, .xSleep = vfs_sleep, .xCurrentTime = vfs_time,
		.xGetLastError = vfs_last_error, .xCurrentTimeInt64 = vfs_time_ms };
	if (vfs.pAppData)
		return vfs.zName;
	sqlite3_vfs *real = sqlite3_vfs_find(NULL);
	if (!real || real->iVersion < 2)
		return NULL;
	vfs.szOsFile = (int)sizeof(struct vfs_file) + real->szOsFile;
	vfs.mxPathname = real->mxPathname;
	vfs.pAppData = real;
	return sqlite3_vfs_register(&vfs, 0) == SQLITE_OK ? vfs.zName : NULL;
}
