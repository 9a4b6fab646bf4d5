/*
 * Unpacking, on libarchive. See archive.h. Of its many formats and filters only zip, and gzip around raw bytes, are ever asked.
 */
#include "base/archive.h"

#include <archive.h>
#include <archive_entry.h>

enum { RATIO_FREE_BYTES = 1 << 20, PIECE_BYTES = 64 << 10 };

struct unpacking {
	struct archive *from;
	struct arena *a;
	size_t packed, total, room;     /* octets of the archive, unpacked so far, and that may be unpacked */
	struct archive_member *members;
	unsigned count;
	bool named;                     /* its members have names of their own */
	struct why *why;
};

static bool is_zip(struct str s)
{
	return str_starts(s, STR("PK\x03\x04")) || str_starts(s, STR("PK\x05\x06"));
}

static bool is_gzip(struct str s)
{
	return str_starts(s, STR("\x1f\x8b\x08"));
}

bool archive_looks_like(struct str bytes)
{
	return is_zip(bytes) || is_gzip(bytes);
}

/* Others that somebody may have put in. */
static bool is_archive(struct str s)
{
	return archive_looks_like(s) || str_starts(s, STR("7z\xbc\xaf\x27\x1c")) || str_starts(s, STR("Rar!")) || str_starts(s, STR("\xfd" "7zXZ")) ||
		str_starts(s, STR("BZh")) || str_eq(str_sub(s, 257, 5), STR("ustar"));
}

static bool too_much(const struct unpacking *u, size_t more)
{
	size_t total = u->total + more;
	return total > u->room || (total > RATIO_FREE_BYTES && total / ARCHIVE_RATIO_MAX > u->packed);
}

static enum err read_bytes(struct unpacking *u, struct buf *out)
{
	for (;;) {
		char *room = buf_room(out, PIECE_BYTES);
		if (!room)
			return why_set(u->why, ERR_NOMEM, "no memory for what is in the archive");
		la_ssize_t n = archive_read_data(u->from, room, PIECE_BYTES);
		if (n == 0)
			return OK;
		if (n < 0)
			return why_set(u->why, ERR_SYNTAX, "the archive is damaged in member %u", u->count + 1);
		out->len += (size_t)n;
		if (too_much(u, out->len))
			return why_set(u->why, ERR_LIMIT, "the archive grows beyond %d megabytes, or to more than %d times its size", ARCHIVE_BYTES_MAX >> 20, ARCHIVE_RATIO_MAX);
	}
}

static enum err take_member(struct unpacking *u, struct archive_entry *entry)
{
	struct buf out;
	const char *name = archive_entry_pathname(entry);
	if (archive_entry_filetype(entry) == AE_IFDIR)
		return OK;
	if (archive_entry_is_data_encrypted(entry) || archive_entry_is_metadata_encrypted(entry))
		return why_set(u->why, ERR_DENIED, "the archive is encrypted");
	if (u->count == ARCHIVE_MEMBERS_MAX)
		return why_set(u->why, ERR_LIMIT, "the archive has more than %d members", ARCHIVE_MEMBERS_MAX);
	buf_init(&out, (size_t)ARCHIVE_BYTES_MAX + 2 * PIECE_BYTES);
	enum err e = read_bytes(u, &out);
	if (e == OK && is_archive(buf_str(&out)))
		e = why_set(u->why, ERR_UNSUPPORTED, "an archive lies within the archive");
	struct archive_member m = { .name = u->named ? str_printable(u->a, str_of(name), ARCHIVE_NAME_MAX) : STR("") };
	if (e == OK) {
		m.bytes = str_copy(u->a, buf_str(&out));
		if (out.len && !m.bytes.len)
			e = why_set(u->why, ERR_NOMEM, "no memory for what is in the archive");
	}
	u->total += out.len;
	buf_done(&out);
	if (e == OK)
		u->members[u->count++] = m;
	return e;
}

static enum err read_all(struct unpacking *u, struct str bytes)
{
	struct archive_entry *entry;
	int r = is_zip(bytes) ? archive_read_support_format_zip(u->from) : archive_read_support_filter_gzip(u->from);
	if (r == ARCHIVE_OK && is_gzip(bytes))
		r = archive_read_support_format_raw(u->from);
	if (r == ARCHIVE_OK)
		r = archive_read_open_memory(u->from, bytes.ptr, bytes.len);
	while (r == ARCHIVE_OK) {
		r = archive_read_next_header(u->from, &entry);
		if (r == ARCHIVE_EOF)
			return OK;
		/* a name that no charset fits is only a warning */
		if (r != ARCHIVE_OK && r != ARCHIVE_WARN)
			break;
		enum err e = take_member(u, entry);
		if (e)
			return e;
		r = ARCHIVE_OK;
	}
	return why_set(u->why, ERR_SYNTAX, "the archive is damaged after member %u", u->count);
}

enum err archive_unpack(struct arena *a, struct str bytes, size_t *room, struct archive_member **ret_members, unsigned *ret_count, struct why *why)
{
	struct unpacking u = { .from = archive_read_new(), .a = a, .packed = bytes.len, .room = *room < ARCHIVE_BYTES_MAX ? *room : ARCHIVE_BYTES_MAX,
		.named = is_zip(bytes), .members = ARENA_ARRAY(a, struct archive_member, ARCHIVE_MEMBERS_MAX), .why = why };
	*ret_members = u.members;
	*ret_count = 0;
	if (!u.from || !u.members) {
		(void)archive_read_free(u.from);
		return why_set(why, ERR_NOMEM, "no memory for an archive");
	}
	enum err e = archive_looks_like(bytes) ? read_all(&u, bytes) : why_set(why, ERR_UNSUPPORTED, "neither zip nor gzip");
	(void)archive_read_free(u.from);
	*ret_count = u.count;
	*room -= u.total < *room ? u.total : *room;
	return e;
}
