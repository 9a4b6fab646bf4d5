/*
 * What the readers of leases share, and Kea's lease files. See lease.h.
 *
 * A lease file is a log: the last line of an address counts. Commas within a field are written as "&#x2c". A deleted lease is a line
 * with a lifetime of 0; when that was, it does not say.
 */
#include "attribution/lease_line.h"

const char *const lease_format_words[] = { "kea4", "kea6", "kea-legal", "kea-hook", NULL };
const char *const lease_id_words[] = { "circuit-id", "remote-id", "client-id", "hwaddr", NULL };

enum column { ADDRESS, HWADDR, CLIENT, LIFETIME, EXPIRE, STATE, CONTEXT, TYPE, BITS };
#define LIFETIME_EVER UINT64_C(0xffffffff)
static const char *const names4[LEASE_COLUMNS] = { "address", "hwaddr", "client_id", "valid_lifetime", "expire", "state", "user_context", NULL, NULL };
static const char *const names6[LEASE_COLUMNS] = { "address", "hwaddr", "duid", "valid_lifetime", "expire", "state", "user_context", "lease_type", "prefix_len" };
enum { FIELDS_MAX = 32, TYPE_PREFIX = 2, HARDWARE_ETHERNET = 1 };
enum state { STATE_HELD, STATE_DECLINED, STATE_RECLAIMED, STATE_RELEASED, STATE_REGISTERED };

void lease_reader_init(struct lease_reader *r, enum lease_format format)
{
	*r = (struct lease_reader){ .format = format, .by = LEASE_ID_END, .beside = LEASE_FORMAT_END };
}

struct str lease_id_text(struct arena *a, enum lease_id id, struct str octets)
{
	static const char digits[] = "0123456789abcdef";
	bool plain = id != LEASE_HARDWARE && octets.len > 0;
	if (!octets.len || octets.len > LEASE_ID_MAX)
		return STR_NONE;
	for (size_t i = 0; i < octets.len; i++)
		plain &= octets.ptr[i] > ' ' && octets.ptr[i] <= '~';
	if (plain)
		return str_copy(a, octets);
	char *out = arena_alloc(a, 3 * octets.len);
	for (size_t i = 0; out && i < octets.len; i++) {
		out[3 * i] = digits[(uint8_t)octets.ptr[i] >> 4];
		out[3 * i + 1] = digits[(uint8_t)octets.ptr[i] & 15];
		out[3 * i + 2] = ':';
	}
	return out ? (struct str){ out, 3 * octets.len - 1 } : STR_NONE;
}

enum err lease_octets(struct arena *a, struct str hex, struct str *ret_octets)
{
	char *pure = arena_alloc(a, hex.len + 1);
	size_t n = 0;
	if (!pure)
		return ERR_NOMEM;
	for (size_t i = 0; i < hex.len; i++)
		if (hex.ptr[i] != ':')
			pure[n++] = (char)(hex.ptr[i] >= 'A' && hex.ptr[i] <= 'F' ? hex.ptr[i] + ('a' - 'A') : hex.ptr[i]);
	return n / 2 > LEASE_LINE_MAX ? ERR_LIMIT : str_unhex(a, (struct str){ pure, n }, ret_octets);
}

void lease_name(const struct lease_reader *r, struct arena *a, const struct str ids[LEASE_ID_END], struct lease *l)
{
	l->device = ids[LEASE_CLIENT].len ? ids[LEASE_CLIENT] : ids[LEASE_HARDWARE];
	l->direct = !ids[LEASE_CIRCUIT].len && !ids[LEASE_REMOTE].len;
	for (enum lease_id id = 0; id < LEASE_ID_END && !l->subject.len; id++) {
		if (r->by != LEASE_ID_END && r->by != id)
			continue;
		l->subject = lease_id_text(a, id, ids[id]);
		/* a client-id of type 1 is the hardware address once more (RFC 2132 9.14) */
		l->weak = id == LEASE_HARDWARE || (id == LEASE_CLIENT && ids[id].len == 7 && ids[id].ptr[0] == HARDWARE_ETHERNET);
	}
}

static struct str unescape(struct arena *a, struct str field)
{
	static const char comma[] = "&#x2c";
	char *out = arena_alloc(a, field.len + 1);
	size_t n = 0;
	for (size_t i = 0; out && i < field.len;) {
		bool hit = str_starts(str_sub(field, i, SIZE_MAX), STR(comma));
		out[n++] = hit ? ',' : field.ptr[i];
		i += hit ? sizeof(comma) - 1 : 1;
	}
	return (struct str){ out, n };
}

static enum err header(struct lease_reader *r, const struct str *fields, unsigned count, struct why *why)
{
	const char *const *names = r->format == LEASE_KEA6 ? names6 : names4;
	r->width = 0;
	for (unsigned k = 0; k < LEASE_COLUMNS; k++) {
		r->columns[k] = -1;
		for (unsigned i = 0; names[k] && i < count; i++)
			if (str_eq(fields[i], str_of(names[k])))
				r->columns[k] = (int)i;
		if (names[k] && r->columns[k] < 0 && k != CONTEXT && k != STATE)
			return why_set(why, ERR_SYNTAX, "the header has no column %s", names[k]);
	}
	r->width = count;
	return ERR_NOTFOUND;
}

static struct str field(const struct lease_reader *r, const struct str *fields, enum column k)
{
	return r->columns[k] < 0 ? STR_NONE : fields[r->columns[k]];
}

static enum err get_prefix(const struct lease_reader *r, const struct str *fields, struct prefix *ret_prefix, struct why *why)
{
	struct addr addr;
	uint64_t bits = 128, type = 0;
	if (addr_parse(field(r, fields, ADDRESS), &addr) != OK || addr_is_v4(&addr) != (r->format == LEASE_KEA4))
		return why_set(why, ERR_SYNTAX, "no address of this family");
	if (r->format == LEASE_KEA6 && (str_to_u64(field(r, fields, TYPE), TYPE_PREFIX, &type) != OK || str_to_u64(field(r, fields, BITS), 128, &bits) != OK))
		return why_set(why, ERR_SYNTAX, "neither an address nor a prefix of 0 to 128 bits");
	*ret_prefix = prefix_of(&addr, type == TYPE_PREFIX ? (unsigned)bits : addr_is_v4(&addr) ? 32 : 128);
	return OK;
}

static enum err get_times(const struct lease_reader *r, const struct str *fields, struct lease *l, struct why *why)
{
	uint64_t lifetime, expire, state = STATE_HELD;
	struct str text = field(r, fields, STATE);
	/* an endless lease expires beyond what 32 bits hold, or seems to have long ago */
	if (str_to_u64(field(r, fields, LIFETIME), LIFETIME_EVER, &lifetime) != OK || str_to_u64(field(r, fields, EXPIRE), 2 * LIFETIME_EVER, &expire) != OK)
		return why_set(why, ERR_SYNTAX, "lifetime and expiry are seconds");
	if (text.len && str_to_u64(text, STATE_REGISTERED, &state) != OK)
		return why_set(why, ERR_UNSUPPORTED, "a state of no known meaning");
	bool ever = lifetime == LIFETIME_EVER;
	int64_t given_at = ((int64_t)expire - (int64_t)lifetime) * SECOND_US;
	if (!ever && given_at < SECOND_US)
		return why_set(why, ERR_RANGE, "it was given before 1970");
	if (ever)
		given_at = (int64_t)(expire >= lifetime ? expire - lifetime : expire + 1) * SECOND_US;
	*l = (struct lease){ .prefix = l->prefix, .what = LEASE_GIVEN, .at_at = given_at, .until_at = ever ? TIME_NONE : (int64_t)expire * SECOND_US };
	if (state == STATE_DECLINED)
		l->what = LEASE_OVER;
	else if (!lifetime || state == STATE_RELEASED)
		l->what = LEASE_GONE;
	else if (state == STATE_RECLAIMED) {
		l->what = LEASE_OVER;
		l->at_at = (int64_t)expire * SECOND_US;
	}
	return OK;
}

static enum err read_file_line(struct lease_reader *r, struct arena *a, struct str line, struct lease *l, struct why *why)
{
	struct str fields[FIELDS_MAX], rest = line, part, ids[LEASE_ID_END] = { STR_NONE };
	unsigned count = 0;
	while (str_split(&rest, ',', &part)) {
		if (count == FIELDS_MAX)
			return why_set(why, ERR_LIMIT, "more than %d fields", FIELDS_MAX);
		fields[count++] = part;
	}
	if (count && str_eq(fields[0], STR("address")))
		return header(r, fields, count, why);
	if (!r->width || count != r->width)
		return r->width ? why_set(why, ERR_SYNTAX, "%u fields where the header has %u", count, r->width) : why_set(why, ERR_SYNTAX, "the header is missing");
	enum err e = get_prefix(r, fields, &l->prefix, why);
	if (e == OK)
		e = get_times(r, fields, l, why);
	if (e)
		return e;
	if (lease_octets(a, field(r, fields, HWADDR), &ids[LEASE_HARDWARE]) != OK || lease_octets(a, field(r, fields, CLIENT), &ids[LEASE_CLIENT]) != OK)
		return why_set(why, ERR_SYNTAX, "an id is in hexadecimal");
	lease_read_context(a, unescape(a, field(r, fields, CONTEXT)), ids);
	/* what is over ends whoever held it, of that device: a declined or reclaimed lease may have lost its ids */
	if (l->what == LEASE_GIVEN)
		lease_name(r, a, ids, l);
	else
		l->device = ids[LEASE_CLIENT].len ? ids[LEASE_CLIENT] : ids[LEASE_HARDWARE];
	return OK;
}

enum err lease_read(struct lease_reader *r, struct arena *a, struct str line, struct lease *ret_lease, struct why *why)
{
	struct lease l = { .what = LEASE_GIVEN };
	if (line.len > LEASE_LINE_MAX)
		return why_set(why, ERR_LIMIT, "more than %d octets", LEASE_LINE_MAX);
	line = str_trim(line);
	if (!line.len)
		return ERR_NOTFOUND;
	enum err e = r->format == LEASE_LEGAL ? lease_read_legal(r, a, line, &l, why) : r->format == LEASE_HOOK ? lease_read_hook(r, a, line, &l, why) :
		read_file_line(r, a, line, &l, why);
	if (e)
		return e;
	if (l.what == LEASE_GIVEN && !l.subject.len) {
		e = why_set(why, ERR_SYNTAX, r->by == LEASE_ID_END ? "it names nobody" : "it has no %s", r->by == LEASE_ID_END ? "" : lease_id_words[r->by]);
		return e;
	}
	*ret_lease = l;
	return OK;
}
