/*
 * Reading a policy from a directory. See directory.h.
 *
 * The names are sorted, so that the same files give the same bundle on every file system. Bounded by BUNDLE_FILES_MAX and
 * BUNDLE_BYTES_MAX; whatever is neither a policy, a document nor a letter is left alone.
 */
#include "policy/directory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

enum { DIRECTORY_DEPTH_MAX = 3 };

struct walk {
	struct arena *a;
	struct bundle *b;
	size_t bytes;
	struct why *why;
};

static bool wanted(struct str name, unsigned depth)
{
	if (!name.len || name.ptr[0] == '.')
		return false;
	if (depth == 1)
		return str_ends_fold(name, STR(".policy")) || str_ends_fold(name, STR(".md"));
	return str_ends_fold(name, STR(".txt"));
}

static enum err take_file(struct walk *w, int dir_fd, const char *name, struct str path)
{
	struct str text;
	if (w->b->count == BUNDLE_FILES_MAX)
		return why_set(w->why, ERR_LIMIT, "a policy has at most %d files", BUNDLE_FILES_MAX);
	enum err e = file_read_all(w->a, dir_fd, name, BUNDLE_BYTES_MAX - w->bytes, &text, w->why);
	if (e)
		return e;
	w->bytes += text.len;
	w->b->files[w->b->count++] = (struct bundle_file){ path, text };
	return path.ptr ? OK : ERR_NOMEM;
}

static enum err walk_dir(struct walk *w, int dir_fd, struct str prefix, unsigned depth);

static enum err take_entry(struct walk *w, int dir_fd, const char *name, struct str prefix, unsigned depth)
{
	struct stat st;
	struct str path = str_format(w->a, "%.*s%s%s", STR_ARG(prefix), prefix.len ? "/" : "", name);
	if (fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return why_errno(w->why, "cannot look at %.*s", STR_ARG(path));
	if (S_ISREG(st.st_mode) && wanted(str_of(name), depth))
		return take_file(w, dir_fd, name, path);
	if (!S_ISDIR(st.st_mode) || depth == DIRECTORY_DEPTH_MAX || name[0] == '.')
		return OK;
	int below;
	enum err e = file_open(dir_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0, &below, w->why);
	if (e)
		return e;
	e = walk_dir(w, below, path, depth + 1);
	file_close(below);
	return e;
}

static enum err walk_dir(struct walk *w, int dir_fd, struct str prefix, unsigned depth)
{
	int copy = fcntl(dir_fd, F_DUPFD_CLOEXEC, 0);
	DIR *dir = copy < 0 ? NULL : fdopendir(copy);
	if (!dir) {
		enum err e = why_errno(w->why, "cannot list the directory");
		file_close(copy);
		return e;
	}
	enum err e = OK;
	const struct dirent *entry;
	while (e == OK && (entry = readdir(dir)) != NULL)
		e = take_entry(w, dir_fd, entry->d_name, prefix, depth);
	(void)closedir(dir);
	return e;
}

static int by_name(const void *x, const void *y)
{
	return str_cmp(((const struct bundle_file *)x)->name, ((const struct bundle_file *)y)->name);
}

static bool holds_policy_block(struct arena *a, const struct bundle_file *f)
{
	struct conf *first;
	return str_ends_fold(f->name, STR(".policy")) && conf_read(a, str_c(a, f->name), f->text, &first, NULL) == OK && conf_find(first, "policy") != NULL;
}

static enum err find_main(struct arena *a, const char *path, struct bundle *b, struct why *why)
{
	for (unsigned i = 0; i < b->count; i++) {
		if (!holds_policy_block(a, &b->files[i]))
			continue;
		if (b->main.len)
			return why_set(why, ERR_EXISTS, "%s: both %.*s and %.*s hold a policy; name the main file", path, STR_ARG(b->main), STR_ARG(b->files[i].name));
		b->main = b->files[i].name;
	}
	if (b->main.len)
		return OK;
	/* A main file that cannot be parsed is the one to report on: whoever loads it will. */
	for (unsigned i = 0; i < b->count; i++)
		if (str_ends_fold(b->files[i].name, STR(".policy")) && conf_read(a, str_c(a, b->files[i].name), b->files[i].text, &(struct conf *){ NULL }, why) != OK) {
			b->main = b->files[i].name;
			*why = (struct why){ .line = 0 };
			return OK;
		}
	return why_set(why, ERR_NOTFOUND, "%s: no file *.policy here holds a policy", path);
}

enum err directory_read(struct arena *a, const char *path, struct bundle *ret_bundle, struct why *why)
{
	struct stat st;
	struct str dir = str_of(path), main_name = STR_NONE;
	if (stat(path, &st) != 0)
		return why_errno(why, "%s", path);
	if (!S_ISDIR(st.st_mode)) {
		size_t slash = dir.len;
		while (slash && path[slash - 1] != '/')
			slash--;
		main_name = str_copy(a, str_sub(dir, slash, dir.len));
		dir = slash ? str_sub(dir, 0, slash) : STR(".");
	}
	struct bundle b = { .files = ARENA_ARRAY(a, struct bundle_file, BUNDLE_FILES_MAX) };
	if (!b.files)
		return ERR_NOMEM;
	struct walk w = { .a = a, .b = &b, .why = why };
	int fd;
	enum err e = file_open(AT_FDCWD, str_c(a, dir), O_RDONLY | O_DIRECTORY, 0, &fd, why);
	if (e)
		return e;
	e = walk_dir(&w, fd, STR_NONE, 1);
	file_close(fd);
	if (e)
		return e;
	qsort(b.files, b.count, sizeof(*b.files), by_name);
	b.main = main_name;
	if (!main_name.len)
		e = find_main(a, path, &b, why);
	else if (!bundle_find(&b, main_name))
		e = why_set(why, ERR_NOTFOUND, "%s is no *.policy file", path);
	if (e == OK)
		*ret_bundle = b;
	return e;
}
