/*
 * What the commands of bindings share.
 */
#ifndef AUPD_AUP_BINDINGS_H
#define AUPD_AUP_BINDINGS_H

#include "attribution/lease.h"
#include "format/nat_line.h"

enum { BINDINGS_FILE_MAX = 250 << 20 };

enum { BINDINGS_BAD_MAX = 64 };

/*
 * The lines of another program's file, as rows of CSV: one row a line, blank when there is nothing to say, so that numbers of lines stay. A line
 * of a NAT's log that has several records has as many rows.
 */
struct bindings_leases {
	struct lease_reader reader;
	struct lease_book book;
	struct arena *line, *held;      /* of one line; of the book */
	const char *path;
	const char *head;               /* of the rows */
	bool nat;                       /* it is a NAT's log: */
	enum nat_format nat_format;
	struct nat_clock clock;
	uint64_t others;                /* lines of other programs */
	uint64_t bad;                   /* lines that could not be read */
	uint64_t bad_lines[BINDINGS_BAD_MAX];   /* the first of them since bad was 0 */
};

/*
 * The options --format, --subject, --zone and --year. *ret_leases: NULL when the file is CSV already; it is the only one of the program.
 * False: they are wrong, which was told.
 */
bool bindings_leases_open(int *argc, char **argv, struct bindings_leases **ret_leases);
void bindings_leases_close(struct bindings_leases *l);
/* The reader of what Kea's hook tells beside that lease file; it is the only one, and closed with the other. NULL without memory. */
struct bindings_leases *bindings_leases_hook(struct bindings_leases *beside);
/*
 * Appends a row for each line of bytes, the first being line number. A bad one is told and its row is one that the
 * daemon refuses, which is then a hole of the feed; or, without tell, the first one is the error, with place and reason.
 */
enum err bindings_leases_rows(struct bindings_leases *l, struct str bytes, uint64_t number, bool tell, struct buf *out, struct why *why) MUST_CHECK;

/* Of a NAT's log: its head of rows; the rows of one line. Errors are those of nat_line_read, but for lines that say nothing. */
extern const char bindings_nat_head[];
enum err bindings_nat_line(struct bindings_leases *l, struct str line, struct buf *out, struct why *why) MUST_CHECK;

/* A map of a NAT as rows for an import, on standard output. The exit status. */
int bindings_map(const char *path);
/*
 * Sends what is added to the file until it is told to stop (SIGTERM, SIGINT). It survives a rotation, a truncation and the daemon's
 * restarts: what was sent before is no news. leases: NULL for CSV. hook_path: NULL, or what Kea's hook tells beside its lease file. The exit status.
 */
int bindings_follow(const char *socket_path, const char *path, const char *feed, struct bindings_leases *leases, const char *hook_path);

#endif
