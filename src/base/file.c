/*
 * Files. See file.h: the one place where bytes reach a disk.
 */
#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/point.h"

enum { PATH_MAX_BYTES = 4096 };

file_fault_fn *file_fault;

/* One system call under the hook: its result, or what the hook made of it. */
#define CHANGE(change, fd, path, offset, bytes, call) \
	__extension__({ \
		enum file_fate fate_ = file_fate((change), (fd), (path), (offset), (bytes)); \
		fate_ == FILE_DO ? (call) : fate_ == FILE_DROP ? 0 : -1; \
	})

enum err file_open(int dir_fd, const char *path, int flags, unsigned mode, int *ret_fd, struct why *why)
{
	bool changes = flags & (O_CREAT | O_TRUNC);
	bool fails = changes && file_fate(FILE_OPEN, dir_fd, path, (uint64_t)flags, STR_NONE) == FILE_FAIL;
	int fd = fails ? -1 : openat(dir_fd, path, flags | O_CLOEXEC, mode);
	if (fd < 0)
		return why_errno(why, "cannot open %s", path);
	*ret_fd = fd;
	return OK;
}

void file_close(int fd)
{
	if (fd >= 0)
		(void)close(fd);
}

enum err file_write_at(int fd, uint64_t offset, struct str bytes, struct why *why)
{
	enum file_fate fated = file_fate(FILE_WRITE, fd, NULL, offset, bytes);
	if (fated)
		return fated == FILE_DROP ? OK : why_errno(why, "cannot write");
	for (size_t done = 0; done < bytes.len;) {
		ssize_t n = pwrite(fd, bytes.ptr + done, bytes.len - done, (off_t)(offset + done));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return why_errno(why, "cannot write");
		done += (size_t)n;
	}
	return OK;
}

enum err file_append(int fd, struct str bytes, struct why *why)
{
	enum file_fate fated = file_fate(FILE_WRITE, fd, NULL, UINT64_MAX, bytes);
	if (fated)
		return fated == FILE_DROP ? OK : why_errno(why, "cannot append");
	for (size_t done = 0; done < bytes.len;) {
		ssize_t n = write(fd, bytes.ptr + done, bytes.len - done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return why_errno(why, "cannot append");
		done += (size_t)n;
	}
	return OK;
}

enum err file_read_at(int fd, uint64_t offset, void *out, size_t len, size_t *ret_len, struct why *why)
{
	size_t done = 0;
	while (done < len) {
		ssize_t n = pread(fd, (char *)out + done, len - done, (off_t)(offset + done));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return why_errno(why, "cannot read");
		if (n == 0)
			break;
		done += (size_t)n;
	}
	*ret_len = done;
	return OK;
}

enum err file_sync(int fd, struct why *why)
{
	POINT("file.sync");
	return CHANGE(FILE_SYNC, fd, NULL, 0, STR_NONE, fdatasync(fd)) == 0 ? OK : why_errno(why, "cannot sync");
}

enum err file_sync_dir(int dir_fd, struct why *why)
{
	/* AT_FDCWD has no descriptor to sync */
	int fd = dir_fd == AT_FDCWD ? open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) : dir_fd;
	enum err e = CHANGE(FILE_SYNC_DIR, fd, NULL, 0, STR_NONE, fsync(fd)) == 0 ? OK : why_errno(why, "cannot sync a directory");
	if (fd != dir_fd)
		file_close(fd);
	return e;
}

enum err file_sync_parent(int dir_fd, const char *path, struct why *why)
{
	char parent[PATH_MAX_BYTES];
	const char *slash = strrchr(path, '/');
	size_t len = slash ? (size_t)(slash - path) + 1 : 0;
	int fd = -1;
	if (!slash)
		return file_sync_dir(dir_fd, why);
	if (len >= sizeof(parent))
		return why_set(why, ERR_LIMIT, "the path %s is too long", path);
	memcpy(parent, path, len);
	parent[len] = 0;
	enum err e = file_open(dir_fd, parent, O_RDONLY | O_DIRECTORY, 0, &fd, why);
	if (e == OK)
		e = file_sync_dir(fd, why);
	file_close(fd);
	return e;
}

enum err file_truncate(int fd, uint64_t len, struct why *why)
{
	return CHANGE(FILE_TRUNCATE, fd, NULL, len, STR_NONE, ftruncate(fd, (off_t)len)) == 0 ? OK : why_errno(why, "cannot truncate");
}

enum err file_size(int fd, uint64_t *ret_size, struct why *why)
{
	struct stat st;
	if (fstat(fd, &st) != 0)
		return why_errno(why, "cannot tell the size of a file");
	*ret_size = (uint64_t)st.st_size;
	return OK;
}

enum err file_unlink(int dir_fd, const char *path, struct why *why)
{
	return CHANGE(FILE_UNLINK, dir_fd, path, 0, STR_NONE, unlinkat(dir_fd, path, 0)) == 0 ? OK : why_errno(why, "cannot remove %s", path);
}

enum err file_rename(int dir_fd, const char *from, const char *to, struct why *why)
{
	return CHANGE(FILE_RENAME, dir_fd, from, 0, str_of(to), renameat(dir_fd, from, dir_fd, to)) == 0 ? OK : why_errno(why, "cannot rename %s to %s", from, to);
}

enum err file_mkdir(int dir_fd, const char *path, unsigned mode, struct why *why)
{
	return CHANGE(FILE_MKDIR, dir_fd, path, 0, STR_NONE, mkdirat(dir_fd, path, mode)) == 0 || errno == EEXIST ? OK : why_errno(why, "cannot make the directory %s", path);
}

enum err file_open_dir(int dir_fd, const char *path, unsigned mode, int *ret_fd, struct why *why)
{
	enum err e = file_open(dir_fd, path, O_RDONLY | O_DIRECTORY, 0, ret_fd, why);
	if (e != ERR_NOTFOUND)
		return e;
	e = file_mkdir(dir_fd, path, mode, why);
	if (e == OK)
		e = file_sync_parent(dir_fd, path, why);
	return e ? e : file_open(dir_fd, path, O_RDONLY | O_DIRECTORY, 0, ret_fd, why);
}

enum err file_read_all(struct arena *a, int dir_fd, const char *path, size_t max, struct str *ret_text, struct why *why)
{
	int fd = -1;
	uint64_t size = 0;
	enum err e = file_open(dir_fd, path, O_RDONLY, 0, &fd, why);
	if (e)
		return e;
	size_t room = 64 << 10, len = 0, got = 0;
	e = file_size(fd, &size, why);
	if (e == OK && size > max)
		e = why_set(why, ERR_LIMIT, "%s is longer than %zu bytes", path, max);
	/* pipes and /proc tell no size */
	if (e == OK && size)
		room = (size_t)size;
	char *p = NULL;
	while (e == OK) {
		char *more = arena_alloc(a, room + 1);
		if (!more) {
			e = why_set(why, ERR_NOMEM, "no memory for %s", path);
			break;
		}
		if (len)
			memcpy(more, p, len);
		p = more;
		for (got = 1; len < room && got; len += got) {
			ssize_t n = read(fd, p + len, room - len);
			if (n < 0 && errno == EINTR)
				n = 0;
			if (n < 0) {
				e = why_errno(why, "cannot read %s", path);
				break;
			}
			got = (size_t)n;
		}
		if (e || !got || (size && len == size))
			break;
		if (room * 2 > max)
			e = why_set(why, ERR_LIMIT, "%s is longer than %zu bytes", path, max);
		room *= 2;
	}
	file_close(fd);
	if (e == OK)
		*ret_text = (struct str){ p, len };
	return e;
}

enum err file_replace(int dir_fd, const char *path, struct str bytes, unsigned mode, struct why *why)
{
	char fresh[PATH_MAX_BYTES];
	int fd = -1;
	if (snprintf(fresh, sizeof(fresh), "%s.new", path) >= (int)sizeof(fresh))
		return why_set(why, ERR_LIMIT, "the path %s is too long", path);
	enum err e = file_open(dir_fd, fresh, O_WRONLY | O_CREAT | O_TRUNC, mode, &fd, why);
	if (e)
		return e;
	e = file_write_at(fd, 0, bytes, why);
	if (e == OK)
		e = file_sync(fd, why);
	file_close(fd);
	if (e == OK)
		e = file_rename(dir_fd, fresh, path, why);
	if (e == OK)
		e = file_sync_parent(dir_fd, path, why);
	return e;
}

enum err file_list(int dir_fd, file_name_fn *fn, void *arg, struct why *why)
{
	int fd = -1;
	/* a descriptor of its own, because a directory's reading position is shared */
	enum err e = file_open(dir_fd, ".", O_RDONLY | O_DIRECTORY, 0, &fd, why);
	if (e)
		return e;
	DIR *d = fdopendir(fd);
	if (!d) {
		e = why_errno(why, "cannot list a directory");
		file_close(fd);
		return e;
	}
	errno = 0;
	for (struct dirent *entry; (entry = readdir(d)); errno = 0) {
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			fn(arg, entry->d_name);
	}
	if (errno)
		e = why_errno(why, "cannot list a directory");
	(void)closedir(d);
	return e;
}

enum { SEALS = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE };

enum err file_memory(struct str bytes, int *ret_fd, struct why *why)
{
	int fd = memfd_create("aupd", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd < 0)
		return why_errno(why, "cannot make a memory file");
	enum err e = file_write_at(fd, 0, bytes, why);
	if (e == OK && fcntl(fd, F_ADD_SEALS, SEALS) != 0)
		e = why_errno(why, "cannot seal a memory file");
	if (e)
		file_close(fd);
	else
		*ret_fd = fd;
	return e;
}

enum err file_memory_read(struct arena *a, int fd, size_t max, struct str *ret_bytes, struct why *why)
{
	uint64_t size = 0;
	size_t got = 0;
	int seals = fcntl(fd, F_GET_SEALS);
	if (seals < 0 || (seals & SEALS) != SEALS)
		return why_set(why, ERR_DENIED, "a memory file that could still change");
	enum err e = file_size(fd, &size, why);
	if (e == OK && size > max)
		e = why_set(why, ERR_LIMIT, "more than %zu octets", max);
	char *bytes = e == OK ? arena_alloc(a, (size_t)size + 1) : NULL;
	if (e == OK && !bytes)
		e = why_set(why, ERR_NOMEM, "no memory for %llu octets", (unsigned long long)size);
	if (e == OK)
		e = file_read_at(fd, 0, bytes, (size_t)size, &got, why);
	if (e == OK)
		*ret_bytes = (struct str){ bytes, got };
	return e;
}
