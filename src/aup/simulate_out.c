/*
 * aup simulate isp --out: the files of a provider that is made up. Each is written as it goes, in parts that an import takes.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "aup/aup.h"
#include "aup/simulate.h"
#include "base/clock.h"
#include "base/file.h"
#include "simulate/isp_lease.h"
#include "simulate/isp_nat.h"
#include "simulate/isp_packet.h"
#include "simulate/truth.h"

enum { PIECE_BYTES = 1 << 20, PIECE_MAX = PIECE_BYTES + (64 << 10), PART_BYTES = 200 << 20, PART_ROWS = 900000, NAME_BYTES = 64, BAR_EVERY = 4096 };

struct output {
	const char *name, *ending;
	struct buf buf;                 /* what is not written yet */
	struct buf head;                /* of each part */
	bool in_parts;
	unsigned part;
	uint64_t rows, part_rows, bytes, part_bytes;
	int fd;
};

struct writing {
	const struct simulate *s;
	const struct isp_plan *plan;
	int dir;
	struct output registry, bindings, truth, packets;
	struct output nat[ISP_NAT_FORM_END], nat_packets;       /* logs of NATs: a file of each form; of IPFIX rows, and packets */
	struct output leases;
	struct buf octets;
	struct why why;
	enum err err;
};

static void stick(struct writing *w, enum err e)
{
	if (w->err == OK)
		w->err = e;
}

static void open_part(struct writing *w, struct output *o)
{
	char name[NAME_BYTES];
	o->part++;
	if (o->part > 1)
		(void)snprintf(name, sizeof(name), "%s-%u.%s", o->name, o->part, o->ending);
	else
		(void)snprintf(name, sizeof(name), "%s.%s", o->name, o->ending);
	stick(w, file_open(w->dir, name, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0644, &o->fd, &w->why));
	o->part_rows = o->part_bytes = 0;
	buf_put(&o->buf, buf_str(&o->head));
}

static void flush(struct writing *w, struct output *o)
{
	stick(w, o->buf.err);
	if (w->err == OK && o->buf.len)
		stick(w, file_append(o->fd, buf_str(&o->buf), &w->why));
	o->bytes += o->buf.len;
	o->part_bytes += o->buf.len;
	buf_clear(&o->buf);
}

/* Behind a row. */
static void added(struct writing *w, struct output *o)
{
	o->rows++;
	o->part_rows++;
	if (o->buf.len >= PIECE_BYTES)
		flush(w, o);
	if (!o->in_parts || (o->part_rows < PART_ROWS && o->part_bytes < PART_BYTES))
		return;
	flush(w, o);
	file_close(o->fd);
	open_part(w, o);
}

static void begin(struct writing *w, struct output *o, const char *name, const char *ending, bool in_parts)
{
	o->name = name;
	o->ending = ending;
	o->in_parts = in_parts;
	o->fd = -1;
	buf_init(&o->buf, PIECE_MAX);
	open_part(w, o);
}

static void end(struct writing *w, struct output *o)
{
	if (o->fd >= 0) {
		flush(w, o);
		file_close(o->fd);
	}
	buf_done(&o->buf);
	buf_done(&o->head);
}

static void put_binding(struct writing *w, struct isp_resource what, uint32_t subscriber, uint32_t from_s, uint32_t until_s)
{
	char address[ADDR_TEXT_MAX], login[ISP_TEXT_MAX], from[TIME_TEXT_MAX], until[TIME_TEXT_MAX];
	uint16_t port_from, port_to;
	struct prefix p = isp_plan_prefix(what, &port_from, &port_to);
	struct buf *out = &w->bindings.buf;
	addr_print(&p.addr, address);
	isp_plan_login(subscriber, login);
	time_print(w->s->isp.from_at + from_s * SECOND_US, from);
	time_print(w->s->isp.from_at + until_s * SECOND_US, until);
	buf_puts(out, address);
	if (p.bits != 128)
		buf_printf(out, "/%u", p.bits);
	bool open = until_s >= w->s->isp.seconds;
	buf_printf(out, ",%s,%s,%s,%s", login, from, open ? "" : until, open ? until : "");
	if (isp_plan_is_shared(what.kind))
		buf_printf(out, ",%u,%u\n", port_from, port_to);
	else
		buf_puts(out, ",,\n");
	added(w, &w->bindings);
}

static void held(void *arg, struct isp_resource what, uint32_t subscriber, uint32_t from_s, uint32_t until_s)
{
	struct writing *w = arg;
	truth_row(w->plan, w->s->isp.from_at, what, subscriber, from_s, until_s, &w->truth.buf);
	added(w, &w->truth);
	/* what is assigned for good stands in the register, what NATs log in their logs, leases in their file */
	if (what.kind != ISP_STATIC4 && what.kind != ISP_LOGGED_PORTS && what.kind != ISP_LEASED4)
		put_binding(w, what, subscriber, from_s, until_s);
}

static void put_packet(struct writing *w, const struct isp_message *m, struct radius_writer *radius)
{
	struct addr to = { { [10] = 0xff, 0xff, 10, 254, 0, 1 } }, from = isp_packet_source(m->server);
	struct str octets;
	stick(w, isp_packet(m, (uint8_t)w->packets.rows, true, w->s->secret, radius, &octets));
	if (w->err == OK)
		isp_packet_capture(&w->packets.buf, m->arrives_at, &from, (uint16_t)(32768 + w->packets.rows / 256 % 16384), &to, ISP_PACKET_PORT, octets);
	added(w, &w->packets);
}

/* Rows of IPFIX as aup bindings import takes them; there is no log of it otherwise. */
static void put_rows(const struct isp_message *m, struct buf *out)
{
	char inside[ADDR_TEXT_MAX], outside[ADDR_TEXT_MAX], first[TIME_TEXT_MAX], last[TIME_TEXT_MAX];
	uint16_t from, to;
	time_print(m->event_at, first);
	time_print(m->event_at + 1000, last);
	for (unsigned i = 0; i < m->block_count; i++) {
		struct prefix in = isp_plan_prefix((struct isp_resource){ ISP_INSIDE4, m->blocks[i].inside }, &from, &to);
		struct prefix shared = isp_plan_prefix((struct isp_resource){ ISP_LOGGED_PORTS, m->blocks[i].block }, &from, &to);
		addr_print(&in.addr, inside);
		addr_print(&shared.addr, outside);
		buf_printf(out, "%s,inside:%s,%s,%s,%u,%u,%s\n", outside, inside, first, last, from, to, nat_what_words[m->blocks[i].what]);
	}
}

static void put_nat(struct writing *w, const struct isp_message *m)
{
	struct addr to = { { [10] = 0xff, 0xff, 10, 254, 0, 1 } }, from = isp_nat_source(m->server);
	struct output *o = &w->nat[m->form];
	buf_clear(&w->octets);
	isp_nat_octets(m, w->s->isp.from_at, &w->octets);
	stick(w, w->octets.err);
	if (m->form == ISP_NAT_IPFIX) {
		isp_packet_capture(&w->nat_packets.buf, m->arrives_at, &from, ISP_NAT_FROM_PORT, &to, ISP_NAT_IPFIX_PORT, buf_str(&w->octets));
		added(w, &w->nat_packets);
		put_rows(m, &o->buf);
	} else {
		buf_put(&o->buf, buf_str(&w->octets));
	}
	added(w, o);
}

static void begin_nat(struct writing *w)
{
	static const char *const names[ISP_NAT_FORM_END] = { "nat-junos", "nat-a10", "nat-ipfix", "nat-cisco" };
	unsigned only = w->s->isp.nat_form;
	for (unsigned i = 0; w->s->isp.mix.natted && i < ISP_NAT_FORM_END; i++) {
		if (only && only != i + 1)
			continue;
		if (i == ISP_NAT_IPFIX)
			buf_puts(&w->nat[i].head, "address,subject,start,end,port_from,port_to,kind\n");
		begin(w, &w->nat[i], names[i], i == ISP_NAT_IPFIX ? "csv" : "log", true);
	}
	isp_packet_capture_head(&w->nat_packets.head);
	if (w->s->isp.mix.natted && (!only || only == ISP_NAT_IPFIX + 1))
		begin(w, &w->nat_packets, "nat-ipfix", "pcap", false);
}

static void put_registry(struct writing *w)
{
	begin(w, &w->registry, "registry", "csv", true);
	isp_plan_head(w->plan, &w->registry.buf);
	for (uint32_t i = 0; i < w->plan->subscribers && w->err == OK; i++) {
		isp_plan_rows(w->plan, i, &w->registry.buf);
		/* two rows and a half each */
		w->registry.part_rows += 2;
		added(w, &w->registry);
	}
}

static void put_messages(struct writing *w, struct isp *isp)
{
	struct radius_writer radius;
	struct isp_message m;
	uint64_t n = 0;
	enum err e = OK;
	while (w->err == OK && (e = isp_next(isp, &m)) == OK) {
		if (m.by == ISP_LEASE) {
			/* a file that was cleaned up goes on in this one, with a header of its own */
			isp_lease_octets(&m, w->s->isp.from_at, &w->leases.buf);
			added(w, &w->leases);
		} else if (m.by == ISP_NAT) {
			put_nat(w, &m);
		} else if (!w->s->no_packets) {
			put_packet(w, &m, &radius);
		}
		if (w->s->bar && n++ % BAR_EVERY == 0)
			cli_bar("making", isp_now_s(isp) < w->s->isp.seconds ? isp_now_s(isp) : w->s->isp.seconds - 1, w->s->isp.seconds);
	}
	if (e && e != ERR_NOTFOUND)
		stick(w, e);
	if (w->s->bar)
		cli_bar("making", 1, 1);
}

static const char lease_file[] =
	"kea-leases4.csv  the lease file of a DHCP server, for: aup bindings import --feed ANOTHER --format kea4 --from ... --until ...\n";
static const char nat_files[] =
	"nat-*.log        what NATs log of blocks of ports, each in its form and in UTC, for: aup bindings import --feed ANOTHER --format syslog-junos, -a10 or -cisco\n"
	"                 --zone +00:00 --from ... --until ...; lines of A10 have no year: --year says which\n"
	"nat-ipfix.csv    the same of those that speak IPFIX, for: aup bindings import --feed ANOTHER; and as they send it, nat-ipfix.pcap\n";

static void put_readme(struct writing *w)
{
	char from[TIME_TEXT_MAX], until[TIME_TEXT_MAX];
	struct buf out;
	const struct isp_options *o = &w->s->isp;
	buf_init(&out, PIECE_MAX);
	time_print(o->from_at, from);
	time_print(o->from_at + o->seconds * SECOND_US, until);
	buf_printf(&out, "A provider that is made up: no address, name or number in here is anybody's.\n\n"
		"Made by: aup simulate isp --seed %llu --subscribers %u --days %u --interim %us --cgnat %u --dhcp %u --faults %s --from %s\n"
		"From %s until %s, %u access servers, %u resellers.\n\n", (unsigned long long)o->seed, o->subscribers, o->seconds / 86400, o->interim_s, o->mix.natted, o->mix.leased,
		w->s->faults, from, from, until, w->plan->servers, w->plan->resellers);
	buf_printf(&out, "registry.csv     its customers, for: aup registry import\n"
		"bindings.csv     who held which address when, as a feed without a fault says it, for: aup bindings import --feed NAME --from %s --until %s\n"
		"accounting.pcap  the RADIUS accounting that its access servers send, in the order of arrival%s\n"
		"truth.csv        who held what, with the resellers above him: what an answer is held against\n"
		"%s%s"
		"\nA file with a number behind its name goes on with the one before. Faults:\n", from, until, w->s->no_packets ? "; left out" : "", o->mix.natted ? nat_files : "",
		o->mix.leased ? lease_file : "");
	for (unsigned i = 0; i < FAULT_END; i++)
		if (o->faults >> i & 1)
			buf_printf(&out, "  %-14s %s\n", fault_words[i], fault_texts[i]);
	if (!o->faults)
		buf_puts(&out, "  none\n");
	stick(w, out.err ? out.err : file_replace(w->dir, "README", buf_str(&out), 0644, &w->why));
	buf_done(&out);
}

static void print_done(const struct writing *w, int64_t began_us)
{
	struct output const *const list[] = { &w->registry, &w->bindings, &w->truth, &w->packets, &w->nat[ISP_NAT_JUNOS], &w->nat[ISP_NAT_A10], &w->nat[ISP_NAT_CISCO],
		&w->nat[ISP_NAT_IPFIX], &w->nat_packets, &w->leases };
	int64_t took_us = clock_monotonic_us() - began_us;
	for (unsigned i = 0; i < sizeof(list) / sizeof(list[0]); i++)
		if (list[i]->rows)
			(void)printf("%-10s %12llu %s, %llu bytes in %u file(s)\n", list[i]->name, (unsigned long long)list[i]->rows,
				list[i] == &w->registry ? "subscribers" : list[i] == &w->packets || i > 3 ? "messages" : "holdings", (unsigned long long)list[i]->bytes, list[i]->part);
	(void)printf("in %lld.%lld s\n", (long long)(took_us / SECOND_US), (long long)(took_us % SECOND_US * 10 / SECOND_US));
}

int simulate_out(const struct simulate *s, const char *directory)
{
	struct writing *w = &(struct writing){ .s = s };
	struct isp_options o = s->isp;
	struct isp *isp = NULL;
	int64_t began_us = clock_monotonic_us();
	o.end = held;
	o.arg = w;
	enum err e = isp_new(&o, &isp, &w->why);
	if (e == OK)
		e = file_open_dir(AT_FDCWD, directory, 0755, &w->dir, &w->why);
	if (e) {
		isp_free(isp);
		return cli_fail(&w->why);
	}
	w->plan = isp_plan(isp);
	buf_init(&w->registry.head, PIECE_MAX);
	buf_init(&w->bindings.head, PIECE_MAX);
	buf_init(&w->truth.head, PIECE_MAX);
	buf_init(&w->packets.head, PIECE_MAX);
	buf_init(&w->nat_packets.head, PIECE_MAX);
	buf_init(&w->octets, PIECE_MAX);
	for (unsigned i = 0; i < ISP_NAT_FORM_END; i++) {
		buf_init(&w->nat[i].head, PIECE_MAX);
		w->nat[i].fd = -1;
	}
	w->nat_packets.fd = w->leases.fd = -1;
	buf_init(&w->leases.head, PIECE_MAX);
	buf_puts(&w->registry.head, isp_plan_columns);
	buf_puts(&w->bindings.head, "address,subject,start,end,seen,port_from,port_to\n");
	truth_head(&w->truth.head);
	isp_packet_capture_head(&w->packets.head);
	put_registry(w);
	begin(w, &w->bindings, "bindings", "csv", true);
	begin(w, &w->truth, "truth", "csv", false);
	if (!s->no_packets)
		begin(w, &w->packets, "accounting", "pcap", false);
	else
		w->packets.fd = -1;
	begin_nat(w);
	if (s->isp.mix.leased)
		begin(w, &w->leases, "kea-leases4", "csv", true);
	if (w->err == OK)
		put_messages(w, isp);
	if (w->err == OK)
		put_readme(w);
	end(w, &w->registry);
	end(w, &w->bindings);
	end(w, &w->truth);
	end(w, &w->packets);
	for (unsigned i = 0; i < ISP_NAT_FORM_END; i++)
		end(w, &w->nat[i]);
	end(w, &w->nat_packets);
	end(w, &w->leases);
	buf_done(&w->octets);
	file_close(w->dir);
	if (w->err == OK)
		print_done(w, began_us);
	isp_free(isp);
	if (w->err && !w->why.text[0])
		(void)why_set(&w->why, w->err, "the files could not be made: %s", err_text(w->err));
	return w->err ? cli_fail(&w->why) : EXIT_OK;
}
