/*
 * X-ARF 0.1 and 0.2, and what is written like it: a part of "Key: value" lines (YAML's simplest form) beside a text for people and a log.
 * blocklist.de, fail2ban, CleanMX, Webiron and cyscon send it.
 *
 * Known by its keys, not by the header X-XARF that many forget, nor by the sender. A value may stand in quotes or behind a tag
 * ("!!python/unicode 'x'"). Port is that of the service which was attacked, never the reported host's own.
 */
#include "format/class.h"
#include "format/form.h"
#include "format/shapes.h"
#include "format/shown.h"

enum { KEYS_MIN = 5, STRAY_MAX = 2, LINES_MAX = 500 };

/* Those that X-ARF 0.2 demands come first. */
static const char *const keys[] = { "reported-from", "category", "report-type", "user-agent", "date", "source-type", "source", "report-id",
	"schema-url", "version", "service", "port", "attachment", "source-port", "occurances", "occurrences", "tlp", "uri", "url", "ip",
	"asn", "country", "domain", "signature", "first_seen", "last_seen", "last_scan", "feedback_url" };
enum { DEMANDED = 7, KEY_COUNT = sizeof(keys) / sizeof(keys[0]) };

static struct str scalar(struct str v)
{
	size_t tag = str_starts(v, STR("!")) ? str_chr(v, ' ') : SIZE_MAX;
	if (tag != SIZE_MAX)
		v = str_trim(str_sub(v, tag, v.len));
	if (v.len >= 2 && (v.ptr[0] == '\'' || v.ptr[0] == '"') && v.ptr[v.len - 1] == v.ptr[0])
		v = str_sub(v, 1, v.len - 2);
	return v;
}

static bool key_at(struct str line, unsigned *ret_key, struct str *ret_value)
{
	for (unsigned i = 0; i < KEY_COUNT; i++)
		if (form_field(line, keys[i], ret_value)) {
			*ret_key = i;
			*ret_value = scalar(*ret_value);
			return true;
		}
	return false;
}

static bool known(uint64_t seen, const char *key)
{
	for (unsigned i = 0; i < KEY_COUNT; i++)
		if (strcmp(keys[i], key) == 0)
			return seen >> i & 1;
	return false;
}

/* Nearly every line is a key, and they tell who and what. */
static bool is_document(const struct form *f, uint64_t *ret_seen)
{
	struct str line, name, value;
	unsigned key, n = 0, stray = 0, lines = 0;
	uint64_t seen = 0;
	for (size_t at = 0; form_line(f, &at, &line);) {
		if (++lines > LINES_MAX)
			return false;
		if (key_at(line, &key, &value)) {
			n += !(seen >> key & 1);
			seen |= UINT64_C(1) << key;
		} else if (line.len && !str_eq(line, STR("---")) && !str_eq(line, STR("...")) && !form_any_field(line, &name, &value) &&
			++stray > STRAY_MAX) {
			return false;
		}
	}
	*ret_seen = seen;
	bool who = known(seen, "source") || known(seen, "ip") || known(seen, "uri") || known(seen, "url");
	return n >= KEYS_MIN && who &&
		(known(seen, "report-type") || known(seen, "signature") || (known(seen, "category") && known(seen, "reported-from")));
}

static void take_source(struct decode *d, struct observation *o)
{
	static const char *const names[] = { "source", "ip", "uri", "url", "domain" };
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && o->source.type == SOURCE_NONE; i++)
		if (observation_value(o, names[i]).len)
			decode_source(d, o, observation_value(o, names[i]), CERTAINTY_STATED);
}

static void take_values(struct form *f, struct observation *o, uint64_t seen)
{
	struct decode *d = f->d;
	uint64_t n;
	struct str port = observation_value(o, "source-port"), from = observation_value(o, "reported-from"),
		   times = observation_value(o, "occurances");
	struct str type = observation_value(o, "report-type"), signature = observation_value(o, "signature");
	take_source(d, o);
	if (port.len && str_to_u64(port, 65535, &n) == OK)
		o->source.port = (uint16_t)n;
	if (!times.len)
		times = observation_value(o, "occurrences");
	if (times.len && str_to_u64(times, UINT32_MAX, &n) == OK && n)
		o->incidents = (uint32_t)n;
	if (from.len)
		o->reporter = str_lower(d->arena, from);
	if (observation_value(o, "report-id").len)
		o->report_id = observation_value(o, "report-id");
	class_take(d, o, "x-arf", type.len ? type : signature.len ? signature : observation_value(o, "category"));
	if (o->kind == KIND_UNCLASSIFIED)
		decode_problem(d, false, "the class \"%.*s\" is not known", STR_ARG(str_sub(o->kind_text, 0, 80)));
	for (unsigned i = 0; i < DEMANDED; i++)
		if (!(seen >> i & 1))
			decode_problem(d, true, "%s is missing (X-ARF 0.2)", keys[i]);
}

/* The log, or the message, is the next part beside the document. */
static void take_log(struct decode *d, struct observation *o, unsigned part)
{
	unsigned next = part + 1;
	while (next < d->mime.count && d->mime.parts[next].depth > d->mime.parts[part].depth)
		next++;
	if (next < d->mime.count && d->mime.parts[next].depth == d->mime.parts[part].depth)
		shown_part(d, o, next);
}

static void document(struct form *f, unsigned part, uint64_t seen)
{
	struct observation *o = form_add(f);
	struct str line, name, value;
	for (size_t at = 0; o && form_line(f, &at, &line);) {
		if (!form_any_field(line, &name, &value))
			continue;
		value = scalar(value);
		form_fact(f, o, form_name(f, name), value, CERTAINTY_STATED);
		if (str_eq_fold(name, STR("date")) || str_eq_fold(name, STR("first_seen")) || str_eq_fold(name, STR("last_seen")))
			(void)form_seen(f, o, value, false, 0);
	}
	if (!o)
		return;
	take_values(f, o, seen);
	take_log(f->d, o, part);
	form_finish(f, o);
}

bool xarf_plain_decode(struct decode *d)
{
	struct form f;
	uint64_t seen;
	unsigned found = 0;
	for (unsigned i = 0; form_part(d, &i, &f); i++) {
		if (!f.text.len || !is_document(&f, &seen))
			continue;
		document(&f, i, seen);
		found++;
	}
	if (!found)
		return false;
	d->format = "x-arf";
	d->outcome = OUTCOME_REPORT;
	return true;
}
