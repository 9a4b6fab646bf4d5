/*
 * Reads a directory of maps. See map_file.h.
 */
#include "model/map_file.h"

#include <fcntl.h>
#include <stdlib.h>

#include "base/file.h"

struct listing {
	struct arena *a;
	struct map_file *files;
	unsigned count;
	bool full;
};

static void on_name(void *arg, const char *name)
{
	struct listing *l = arg;
	struct str text = str_of(name);
	if (text.ptr[0] == '.' || !str_ends_fold(text, STR(".map")))
		return;
	l->full |= l->count == MAP_FILES_MAX;
	if (!l->full)
		l->files[l->count++].name = str_copy(l->a, text);
}

static int by_name(const void *one, const void *two)
{
	return str_cmp(((const struct map_file *)one)->name, ((const struct map_file *)two)->name);
}

enum err map_files_read(struct arena *a, const char *dir, struct map_file **ret_files, unsigned *ret_count, struct why *why)
{
	struct listing l = { .a = a, .files = ARENA_ARRAY(a, struct map_file, MAP_FILES_MAX) };
	size_t total = 0;
	int fd;
	if (!l.files)
		return why_set(why, ERR_NOMEM, "no memory for the maps");
	enum err e = file_open(AT_FDCWD, dir, O_RDONLY | O_DIRECTORY, 0, &fd, why);
	if (e)
		return e;
	e = file_list(fd, on_name, &l, why);
	if (e == OK && l.full)
		e = why_set(why, ERR_LIMIT, "%s holds more than %d maps", dir, MAP_FILES_MAX);
	qsort(l.files, l.count, sizeof(l.files[0]), by_name);
	for (unsigned i = 0; e == OK && i < l.count; i++) {
		struct map_file *f = &l.files[i];
		e = file_read_all(a, fd, str_c(a, f->name), MAP_FILES_BYTES_MAX, &f->text, why);
		total += f->text.len;
		if (e == OK && total > MAP_FILES_BYTES_MAX)
			e = why_set(why, ERR_LIMIT, "the maps of %s are longer than %d bytes together", dir, MAP_FILES_BYTES_MAX);
		f->name = str_format(a, "%s/%.*s", dir, STR_ARG(f->name));
	}
	file_close(fd);
	if (e)
		return e;
	*ret_files = l.files;
	*ret_count = l.count;
	return OK;
}
