/*
 * An export of sightings as a file: fetched from the daemon page by page, read line by line.
 */
#ifndef AUPD_AUP_EXPORT_H
#define AUPD_AUP_EXPORT_H

#include "engine/export.h"

struct export_file {
	int fd;
	uint64_t size, at;              /* of the file; of the line that is next */
	uint64_t read_at, line;
	struct buf block;
	size_t used;                    /* of block */
};

/* Takes the descriptor. Lines are read from the start. */
enum err export_file_open(int take_fd, struct export_file *ret_file, struct why *why) MUST_CHECK;
void export_file_close(struct export_file *f);
enum err export_file_rewind(struct export_file *f) MUST_CHECK;
/* The text lives until the next call. ERR_NOTFOUND: there are no more. A line that is too long, or has no end, is ERR_SYNTAX. */
enum err export_file_next(struct export_file *f, struct str *ret_line, struct why *why) MUST_CHECK;

/* What is asked of the daemon. */
struct export_wish {
	const char *socket_path;
	int64_t from_at, until_at;      /* TIME_NONE: the daemon says */
	const struct policy *draft;
	bool bar;
};

/* Writes the export to fd, which must be O_APPEND. EXIT_OK, or the exit status after the error was printed. */
int export_fetch(const struct export_wish *wish, int fd);

#endif
