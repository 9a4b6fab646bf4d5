/*
 * Logs of a NAT, as the CSV that the daemon takes. See bindings.h.
 *
 * A row says what the line does and no more: which block that is, and since when, the daemon knows by what it has.
 */
#include "aup/bindings.h"

const char bindings_nat_head[] = "address,subject,start,end,port_from,port_to,kind,since\n";

static void put_time(struct buf *out, int64_t at)
{
	char text[TIME_TEXT_MAX];
	if (at != TIME_NONE) {
		time_print(at, text);
		buf_puts(out, text);
	}
}

static void put_row(struct buf *out, const struct nat_event *e)
{
	char inside[ADDR_TEXT_MAX], outside[ADDR_TEXT_MAX];
	addr_print(&e->inside, inside);
	addr_print(&e->outside, outside);
	buf_printf(out, "%s,inside:%s,", outside, inside);
	put_time(out, e->first_at);
	buf_putc(out, ',');
	put_time(out, e->last_at);
	buf_printf(out, ",%u,%u,%s%s,", e->port_from, e->port_to, nat_what_words[e->what], e->mapping ? "-mapping" : "");
	put_time(out, e->since_at);
}

enum err bindings_nat_line(struct bindings_leases *l, struct str line, struct buf *out, struct why *why)
{
	static struct nat_line read;
	enum err e = nat_line_read(l->nat_format, &l->clock, line, &read, why);
	l->others += e == ERR_UNSUPPORTED;
	for (unsigned i = 0; e == OK && i < read.count; i++) {
		if (i)
			buf_putc(out, '\n');
		put_row(out, &read.list[i]);
	}
	return e == ERR_NOTFOUND || e == ERR_UNSUPPORTED ? OK : e;
}
