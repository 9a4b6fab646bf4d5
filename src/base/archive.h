/*
 * Archives that carry reports: zip (also with several members) and gzip, from bytes in memory. The only file that knows libarchive.
 *
 * Nothing is written anywhere and no name of a member is used as a path. What is unpacked is bounded in members, octets and ratio;
 * an archive within an archive is refused. Hostile input can at most make the reading end early, with a reason.
 */
#ifndef AUPD_BASE_ARCHIVE_H
#define AUPD_BASE_ARCHIVE_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/str.h"

enum { ARCHIVE_MEMBERS_MAX = 64, ARCHIVE_BYTES_MAX = 100 << 20 /* of all that is unpacked of one item */, ARCHIVE_RATIO_MAX = 200 /* beyond the first megabyte */, ARCHIVE_NAME_MAX = 200 };

struct archive_member {
	struct str name;        /* printable; "" of gzip */
	struct str bytes;
};

bool archive_looks_like(struct str bytes);      /* begins as zip or gzip does */
/*
 * The members in their order, directories left out. ERR_LIMIT: a bound was reached. ERR_DENIED: encrypted. ERR_UNSUPPORTED: an
 * archive lies in it. ERR_SYNTAX: it is damaged. Also after an error *ret_members holds those that were whole before it. *room: how many
 * octets may come out, at most ARCHIVE_BYTES_MAX; what did come out is taken off, also of a member that was refused.
 */
enum err archive_unpack(struct arena *a, struct str bytes, size_t *room, struct archive_member **ret_members, unsigned *ret_count, struct why *why) MUST_CHECK;

#endif
