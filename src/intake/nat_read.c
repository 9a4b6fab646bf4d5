/*
 * Datagrams of NATs. See nat_read.h.
 */
#include "intake/nat_read.h"

static void note(struct nat_read *x, struct str text, const char *reason)
{
	if (x->reason[0])
		return;
	struct str kept = str_sub(str_of(reason), 0, sizeof(x->reason) - 1);
	x->first = text;
	if (kept.len)
		memcpy(x->reason, kept.ptr, kept.len);
}

static void one_line(const struct nat_datagram *d, struct str line, nat_told *told, void *arg, struct nat_read *x)
{
	const struct nat_clock clock = { .received_at = d->received_at, .now = d->received_at };
	struct nat_line read;
	struct why why = { .line = 0 };
	enum err e = nat_line_read((enum nat_format)d->speech, &clock, line, &read, &why);
	x->silent += e == ERR_NOTFOUND && line.len;
	x->others += e == ERR_UNSUPPORTED;
	x->unread += e && e != ERR_NOTFOUND && e != ERR_UNSUPPORTED;
	x->events += read.count;
	if (e && e != ERR_NOTFOUND)
		note(x, line, e == ERR_UNSUPPORTED ? "it is of no form of its format" : why.text);
	for (unsigned i = 0; i < read.count; i++)
		told(arg, &read.list[i]);
}

static void one_record(enum nat_dialect dialect, const struct nat_datagram *d, const struct ipfix_record *r, nat_told *told, void *arg, struct nat_read *x)
{
	struct nat_event event;
	/* of options: what they tell of the exporter is not asked */
	enum err e = r->template->scope_count ? ERR_NOTFOUND : nat_ipfix_read(dialect, r, d->received_at, &event);
	x->silent += e == ERR_NOTFOUND;
	x->others += e == ERR_UNSUPPORTED;
	x->unread += e == ERR_SYNTAX;
	if (e == ERR_SYNTAX)
		note(x, STR_NONE, "a record of an event of a NAT without what makes one");
	if (e)
		return;
	x->events++;
	x->unverified += event.what == NAT_UNVERIFIED;
	if (event.what == NAT_UNVERIFIED)
		note(x, STR_NONE, "an event whose value the exporter's dialect does not have");
	told(arg, &event);
}

static void message(struct ipfix_book *book, const struct nat_datagram *d, nat_told *told, void *arg, struct nat_read *x)
{
	struct ipfix_walk w;
	struct ipfix_record r;
	enum err e = ipfix_begin(&w, book, &d->sender, d->port, d->octets);
	if (e) {
		x->unread++;
		note(x, STR_NONE, e == ERR_UNSUPPORTED ? "a message of another version than IPFIX and NetFlow 9" : "no message of IPFIX");
		return;
	}
	x->lost = w.lost;
	while ((e = ipfix_next(&w, &r)) != ERR_NOTFOUND) {
		x->lost += e == ERR_UNKNOWN;
		x->unread += e && e != ERR_UNKNOWN;
		if (e && e != ERR_UNKNOWN)
			note(x, STR_NONE, "a set that is malformed, or whose template is too long");
		if (e == OK)
			one_record((enum nat_dialect)(d->speech - NAT_IPFIX), d, &r, told, arg, x);
	}
}

void nat_read(struct ipfix_book *book, const struct nat_datagram *d, nat_told *told, void *arg, struct nat_read *ret_read)
{
	struct str rest = d->octets, line;
	*ret_read = (struct nat_read){ 0 };
	if (d->speech >= NAT_IPFIX) {
		message(book, d, told, arg, ret_read);
		return;
	}
	while (str_next_line(&rest, &line))
		one_line(d, line, told, arg, ret_read);
}
