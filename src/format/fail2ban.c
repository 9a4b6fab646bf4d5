/*
 * The mails of fail2ban's actions: complain, and those to an administrator that are handed on (whois, whois-lines). All name one address in a
 * fixed sentence; log lines of that address follow, with times in the zone that the mail names, if it does.
 *
 * Of other addresses in it (its own hosts, those of whois) nothing is taken.
 */
#include "format/class.h"
#include "format/form.h"
#include "format/prose_time.h"
#include "format/shapes.h"
#include "format/shown.h"

enum { LOG_LINES_MAX = 10000, WORD_MAX = 60 };

static const struct {
	const char *before, *behind; /* the address stands between them */
} sentences[] = { { "The IP ", " has just been banned by Fail2Ban" }, { "abuse from the IP address ", ", which according to" },
	{ "abuse from the IP address ", " in our" }, { "abuse from the IP ", ", which according to" } };

static struct str named_address(struct str text, size_t *ret_behind)
{
	for (size_t i = 0; i < sizeof(sentences) / sizeof(sentences[0]); i++) {
		size_t at = str_find_fold(text, str_of(sentences[i].before)), from = at == SIZE_MAX ? 0 : at + strlen(sentences[i].before);
		struct str rest = str_sub(text, from, text.len);
		size_t n = at == SIZE_MAX ? SIZE_MAX : str_find_fold(str_sub(rest, 0, 100), str_of(sentences[i].behind));
		struct str address = n == SIZE_MAX ? STR_NONE : str_sub(rest, 0, n);
		if (form_address(address).len == address.len && address.len) {
			*ret_behind = from + n;
			return address;
		}
	}
	return STR_NONE;
}

/* "after 5 attempts against sshd.", over line ends */
static void take_jail(struct form *f, struct observation *o, size_t from, struct str *ret_jail)
{
	struct str text = str_sub(f->text, from, 300);
	size_t after = str_find(text, STR("after")), attempts = str_find(text, STR("attempts against "));
	uint64_t n;
	if (attempts == SIZE_MAX)
		return;
	if (after < attempts) {
		struct str count = str_trim(str_sub(text, after + 5, attempts - after - 5));
		if (str_to_u64(count, UINT32_MAX, &n) == OK && n)
			o->incidents = (uint32_t)n;
		form_fact(f, o, "attempts", count, CERTAINTY_STATED);
	}
	struct str jail = str_sub(text, attempts + 17, WORD_MAX);
	size_t end = 0;
	while (end < jail.len && (unsigned char)jail.ptr[end] > ' ')
		end++;
	while (end && (jail.ptr[end - 1] == '.' || jail.ptr[end - 1] == ','))
		end--;
	*ret_jail = str_sub(jail, 0, end);
	form_fact(f, o, "jail", *ret_jail, CERTAINTY_STATED);
}

/* "sshd" of "Feb 28 10:00:00 host sshd[123]: ..." */
static struct str program_of(struct str line)
{
	size_t end = str_chr(line, '['), colon = str_find(line, STR(": "));
	end = colon < end ? colon : end;
	size_t from = end == SIZE_MAX ? 0 : end;
	while (from && line.ptr[from - 1] != ' ')
		from--;
	return end == SIZE_MAX || end - from > WORD_MAX ? STR_NONE : str_sub(line, from, end - from);
}

static bool holds(struct str line, struct str address)
{
	for (size_t i = 0, n; i < line.len && (n = str_find(str_sub(line, i, line.len), address)) != SIZE_MAX; i += n + 1) {
		size_t at = i + n, end = at + address.len;
		char before = at ? line.ptr[at - 1] : ' ', behind = end < line.len ? line.ptr[end] : ' ';
		bool digit = (before >= '0' && before <= '9') || (behind >= '0' && behind <= '9');
		if (!digit && before != '.' &&
			!(behind == '.' && end + 1 < line.len && line.ptr[end + 1] >= '0' && line.ptr[end + 1] <= '9'))
			return true;
	}
	return false;
}

/* "from 192.0.2.1 port 4711" names the port of the address, of the first line that does. */
static void take_port(struct form *f, struct observation *o, struct str line, struct str address)
{
	size_t at = str_find(line, address);
	struct str rest = at == SIZE_MAX ? STR_NONE : str_sub(line, at + address.len, 12), digits;
	uint64_t port;
	size_t n = 0;
	if (o->source.port || !str_starts(rest, STR(" port ")))
		return;
	digits = str_sub(rest, 6, rest.len);
	while (n < digits.len && digits.ptr[n] >= '0' && digits.ptr[n] <= '9')
		n++;
	if (str_to_u64(str_sub(digits, 0, n), 65535, &port) != OK || !port)
		return;
	o->source.port = (uint16_t)port;
	form_fact(f, o, "port", str_sub(digits, 0, n), CERTAINTY_DERIVED);
}

/* The log: lines with the address behind the sentence that are none of the words around. */
static struct str take_log(struct form *f, struct observation *o, size_t from, struct str address)
{
	struct prose_zone zone;
	struct str line, program = STR_NONE;
	unsigned n = 0;
	prose_zone_find(f->text, &zone);
	if (zone.known)
		form_fact(f, o, "zone", str_sub(f->text, zone.from, zone.to - zone.from), CERTAINTY_STATED);
	for (size_t at = from; n < LOG_LINES_MAX && form_line(f, &at, &line);) {
		if (!holds(line, address) || str_starts_fold(line, STR("Lines containing")) ||
			str_starts_fold(line, STR("Here is more information")))
			continue;
		if (!form_seen(f, o, line, zone.known, zone.east))
			continue;
		if (n++ < SHOWN_LINES_MAX)
			shown_line(f->d, o, line);
		take_port(f, o, line, address);
		program = program.len ? program : program_of(line);
	}
	return program;
}

bool fail2ban_decode(struct decode *d)
{
	struct form f;
	size_t behind = 0;
	if (!d->mime.count || !form_first(d, &f))
		return false;
	struct str address = named_address(f.text, &behind), jail = STR_NONE;
	bool banned = str_find_fold(str_sub(f.text, behind, 100), STR("banned by Fail2Ban")) != SIZE_MAX;
	if (!address.len || (!banned && str_find_fold(f.text, STR("log lines")) == SIZE_MAX))
		return false;
	struct observation *o = form_add(&f);
	if (!o)
		return false;
	form_fact(&f, o, "address", address, CERTAINTY_STATED);
	decode_source(d, o, address, CERTAINTY_STATED);
	take_jail(&f, o, behind, &jail);
	struct str program = take_log(&f, o, behind, address);
	class_take(d, o, "fail2ban", jail.len ? jail : program);
	if (o->kind == KIND_UNCLASSIFIED)
		decode_problem(d, false, "the class \"%.*s\" is not known", STR_ARG(str_sub(o->kind_text, 0, 80)));
	form_finish(&f, o);
	d->format = "fail2ban";
	d->outcome = OUTCOME_REPORT;
	return true;
}
