/*
 * Small texts: addresses, prefixes, times, spans, hex, base64, domain names. Whatever is accepted is printed in one form,
 * which reads back as the same value and prints as itself.
 */
#include "base/addr.h"
#include "base/names.h"
#include "base/time.h"
#include "fuzz.h"

static void addresses(struct arena *a, struct str text)
{
	struct addr x, y;
	struct prefix p, q;
	if (addr_parse(text, &x) == OK) {
		struct str form = addr_str(a, &x);
		MUST(addr_parse(form, &y) == OK && addr_eq(&x, &y) && str_eq(addr_str(a, &y), form));
		(void)addr_is_special(&x);
	}
	if (prefix_parse(text, &p) == OK) {
		MUST(prefix_has(&p, &p.addr) && prefix_covers(&p, &p));
		if (!addr_is_v4(&p.addr) || p.bits >= 96)
			MUST(prefix_parse(prefix_str(a, &p), &q) == OK && addr_eq(&p.addr, &q.addr) && p.bits == q.bits);
	}
}

static void times(struct arena *a, struct str text)
{
	int64_t at, again;
	bool zone;
	char printed[TIME_TEXT_MAX];
	/* a zone can carry the first and the last year over the edge that four digits have */
	const int64_t first = -INT64_C(62167219200) * SECOND_US, last = INT64_C(253402300799) * SECOND_US;
	if (time_parse(text, &at) == OK && at >= first && at <= last) {
		time_print_us(at, printed);
		MUST(time_parse(str_of(printed), &again) == OK && again == at);
		time_print(at, printed);
		MUST(time_parse(str_of(printed), &again) == OK && again == at);
	}
	if (time_parse_mail(text, &at, &zone) == OK && at >= first + 2000 * 366 * DAY_US && at <= last)
		MUST(time_parse_mail(time_mail_str(a, at), &again, &zone) == OK && again == at && zone);
	if (span_parse(text, &at) == OK)
		MUST(span_parse(span_str(a, at), &again) == OK && again == at);
}

static void codes(struct arena *a, struct str text)
{
	struct str bytes;
	uint64_t u;
	int64_t i;
	if (str_unbase64(a, text, &bytes) == OK)
		MUST(str_eq(str_base64(a, bytes), text));
	if (str_unbase64url(a, text, &bytes) == OK)
		MUST(str_eq(str_base64url(a, bytes), text));
	if (str_unhex(a, text, &bytes) == OK)
		MUST(str_eq_fold(str_hex(a, bytes), text));
	MUST(str_unhex(a, str_hex(a, text), &bytes) == OK && str_eq(bytes, text));
	MUST(str_unbase64(a, str_base64(a, text), &bytes) == OK && str_eq(bytes, text));
	MUST(str_utf8_valid(str_printable(a, text, text.len)));
	if (str_to_u64(text, UINT64_MAX, &u) == OK && str_to_i64(text, &i) == OK)
		MUST((uint64_t)i == u);
}

static void names(struct arena *a, struct str text)
{
	struct str name, again;
	if (names_normal(a, text, &name) != OK)
		return;
	MUST(name.len <= DOMAIN_BYTES_MAX && names_normal(a, name, &again) == OK && str_eq(name, again));
	MUST(names_is_within(name, name) && str_utf8_valid(names_display(a, name)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct arena *a = arena_new("fuzz", 64 << 20);
	MUST(a);
	addresses(a, FUZZ_TEXT(data, len));
	times(a, FUZZ_TEXT(data, len));
	codes(a, FUZZ_TEXT(data, len));
	names(a, FUZZ_TEXT(data, len));
	arena_free(a);
	return 0;
}
