/*
 * What the codec makes of a stream of messages, as text: the same as tests/unit/ipfix_oracle.py writes. A stream is u16 length and message, again and again.
 */
#ifndef AUPD_TESTS_IPFIX_FORM_H
#define AUPD_TESTS_IPFIX_FORM_H

#include "wire/ipfix.h"

static inline void ipfix_form_record(struct buf *out, const struct ipfix_record *r)
{
	const struct ipfix_field *f;
	struct str value;
	size_t at = 0;
	buf_printf(out, " %u/%u", r->template->id, r->template->scope_count);
	for (unsigned i = 0; ipfix_value(r, &at, &i, &f, &value);) {
		buf_printf(out, " %u.%u=", f->enterprise, f->id);
		for (size_t k = 0; k < value.len; k++)
			buf_printf(out, "%02x", (uint8_t)value.ptr[k]);
	}
	buf_putc(out, '\n');
}

static inline void ipfix_form_message(struct buf *out, struct ipfix_book *book, struct str octets)
{
	static const struct addr exporter = { { [10] = 0xff, [11] = 0xff, [12] = 192, [14] = 2, [15] = 1 } };
	struct ipfix_walk w;
	struct ipfix_record r;
	enum err e = ipfix_begin(&w, book, &exporter, 4739, octets);
	if (e) {
		buf_printf(out, "%s\n", e == ERR_UNSUPPORTED ? "other" : "none");
		return;
	}
	buf_printf(out, "version %u domain %u lost %u%s\n", w.version, w.session->domain, w.lost, w.old ? " late" : "");
	while ((e = ipfix_next(&w, &r)) != ERR_NOTFOUND) {
		if (e == OK)
			ipfix_form_record(out, &r);
		else
			buf_printf(out, " %s\n", e == ERR_UNKNOWN ? "unknown" : e == ERR_LIMIT ? "limit" : "bad");
	}
}

static inline void ipfix_form(struct buf *out, struct ipfix_book *book, struct str stream)
{
	struct reader r;
	reader_init(&r, stream);
	while (reader_left(&r) >= 2) {
		uint16_t len = reader_u16(&r);
		struct str octets = reader_take(&r, len < reader_left(&r) ? len : reader_left(&r));
		ipfix_form_message(out, book, octets);
	}
}

#endif
