/*
 * Lists of addresses in mails of a fixed text: Project Honey Pot's monitor, CleanMX' tables of sites, Webiron's batches. One observation
 * for each address and section, row, or issue; a row that cannot be read is told and takes no other with it.
 */
#include "format/class.h"
#include "format/form.h"
#include "format/shapes.h"

enum { CELLS_MAX = 12 };

/* ---- sections: "IPs Engaged In Harvesting On Your Network:" and an address a line, with what it did below */

static bool section_of(struct str line, struct str *ret_word)
{
	static const char *const heads[] = { "IPs Engaged In ", "Other " };
	size_t end = str_find_fold(line, STR(" On Your Network:"));
	for (size_t i = 0; end != SIZE_MAX && i < sizeof(heads) / sizeof(heads[0]); i++)
		if (str_starts_fold(line, str_of(heads[i]))) {
			size_t from = strlen(heads[i]);
			*ret_word = str_trim(str_sub(line, from, end - from));
			return true;
		}
	return false;
}

/* "Report Date Range: 09/02/2015 - 10/03/2015", the month first: all that is told of times in the free report. */
static void take_range(struct form *f, struct observation *o, struct str range)
{
	int n[6] = { 0 }, k = 0;
	for (size_t i = 0; i < range.len && k < 6; i++) {
		bool digit = range.ptr[i] >= '0' && range.ptr[i] <= '9';
		if (digit && n[k] < 10000)
			n[k] = 10 * n[k] + (range.ptr[i] - '0');
		if (digit && (i + 1 == range.len || range.ptr[i + 1] < '0' || range.ptr[i + 1] > '9'))
			k++;
	}
	struct str from = str_format(f->d->arena, "%04d-%02d-%02d", n[2], n[0], n[1]),
		   to = str_format(f->d->arena, "%04d-%02d-%02d", n[5], n[3], n[4]);
	int64_t first, last;
	if (k != 6 || time_parse(from, &first) != OK || time_parse(to, &last) != OK || last < first)
		return;
	o->event_at = o->first_at = first;
	o->last_at = last + DAY_US - SECOND_US;
	o->zone_given = false;
	form_fact(f, o, "time", range, CERTAINTY_STATED);
}

static void end_row(struct form *f, struct observation *o, struct str range)
{
	if (!o)
		return;
	if (o->event_at == TIME_NONE && range.len)
		take_range(f, o, range);
	form_finish(f, o);
}

static bool honeypot(struct form *f)
{
	struct observation *o = NULL;
	struct str line, word = STR_NONE, range = STR_NONE, value;
	unsigned sections = 0, times = 0;
	for (size_t at = 0; form_line(f, &at, &line);) {
		struct str address = form_address(line);
		(void)form_field(line, "Report Date Range", &range);
		if (section_of(line, &word)) {
			sections++;
		} else if (sections && address.len) {
			end_row(f, o, range);
			o = form_add(f);
			if (!o)
				break;
			times = 0;
			form_fact(f, o, "address", address, CERTAINTY_STATED);
			form_fact(f, o, "section", word, CERTAINTY_STATED);
			decode_source(f->d, o, address, CERTAINTY_STATED);
			class_take(f->d, o, "honeypot", word);
		} else if (o && (form_field(line, "Subject", &value) || form_field(line, "From", &value))) {
			form_fact(f, o, str_find_fold(line, STR("subject")) < 8 ? "reported-subject" : "reported-from", value,
				CERTAINTY_STATED);
		} else if (o && str_starts(line, STR("- ")) && form_seen(f, o, str_sub(line, 2, line.len), false, 0)) {
			o->incidents = ++times;
		}
	}
	end_row(f, o, range);
	return sections > 1;
}

/* ---- tables: "|date |id |virusname |ip |domain |Url|" and rows of the same form */

static unsigned cells_of(struct str line, struct str cells[CELLS_MAX])
{
	unsigned n = 0;
	struct str rest = str_sub(line, 1, line.len), cell;
	if (!str_starts(line, STR("|")))
		return 0;
	/* the last cell may be closed, or not */
	if (rest.len && rest.ptr[rest.len - 1] == '|')
		rest.len--;
	while (n < CELLS_MAX && str_split(&rest, '|', &cell))
		cells[n++] = str_trim(cell);
	return n;
}

static unsigned column(const struct str *cells, unsigned count, const char *name)
{
	for (unsigned i = 0; i < count; i++)
		if (str_eq_fold(cells[i], str_of(name)))
			return i;
	return CELLS_MAX;
}

static void table_row(struct form *f, const struct str *head, const struct str *cells, unsigned count, struct str word)
{
	struct observation *o = form_add(f);
	if (!o)
		return;
	for (unsigned i = 0; i < count; i++)
		form_fact(f, o, form_name(f, head[i]), cells[i], CERTAINTY_STATED);
	struct str ip = form_address(observation_value(o, "ip")), url = observation_value(o, "url"), id = observation_value(o, "id");
	if (!ip.len && str_find(url, STR("://")) == SIZE_MAX) {
		decode_problem(f->d, false, "a row names neither address nor link");
		f->d->count--;
		return;
	}
	decode_source(f->d, o, ip.len ? ip : url, CERTAINTY_STATED);
	(void)form_seen(f, o, observation_value(o, "date").len ? cells[column(head, count, "date")] : STR_NONE, false, 0);
	o->report_id = id.len ? id : o->report_id;
	class_take(f->d, o, "clean-mx", word);
	form_finish(f, o);
}

/* "perhaps offending viruses sites(1)": what the table is of */
static struct str table_word(struct str text)
{
	size_t from = str_find_fold(text, STR("offending "));
	struct str rest = from == SIZE_MAX ? STR_NONE : str_sub(text, from + 10, 60);
	return str_sub(rest, 0, str_chr(rest, ' '));
}

static bool table(struct form *f)
{
	struct str line, head[CELLS_MAX], cells[CELLS_MAX], word = table_word(f->text);
	unsigned columns = 0, rows = 0;
	for (size_t at = 0; form_line(f, &at, &line);) {
		unsigned n = cells_of(line, cells);
		if (!columns && n && column(cells, n, "ip") != CELLS_MAX && column(cells, n, "date") != CELLS_MAX) {
			columns = n;
			memcpy(head, cells, n * sizeof(*cells));
		} else if (columns && n == columns) {
			table_row(f, head, cells, n, word);
			rows++;
		} else if (columns && n) {
			decode_problem(f->d, false, "a row has %u cells, not %u", n, columns);
		}
	}
	return rows > 0;
}

/* ---- batches: "Offending IP: x", then an issue a block of "- Key: value" */

static void end_issue(struct form *f, struct observation *o)
{
	if (!o)
		return;
	if (observation_value(o, "report-id").len)
		o->report_id = observation_value(o, "report-id");
	form_finish(f, o);
}

static bool batch(struct form *f)
{
	struct observation *o = NULL;
	struct str line, name, value, address = STR_NONE;
	unsigned issues = 0;
	for (size_t at = 0; form_line(f, &at, &line);) {
		if ((form_field(line, "Offending IP", &value) || form_field(line, "Offending/Source IP", &value)) &&
			form_address(value).len)
			address = form_address(value);
		if (!address.len || !str_starts(line, STR("- ")) || !form_any_field(line, &name, &value))
			continue;
		if (str_eq_fold(name, STR("issue"))) {
			end_issue(f, o);
			o = form_add(f);
			issues++;
			if (!o)
				break;
			form_fact(f, o, "address", address, CERTAINTY_STATED);
			decode_source(f->d, o, address, CERTAINTY_STATED);
			class_take(f->d, o, "webiron", value);
		}
		if (!o)
			continue;
		if (str_eq_fold(name, STR("time")))
			(void)form_seen(f, o, value, false, 0);
		else
			form_fact(f, o, form_name(f, name), value, CERTAINTY_STATED);
	}
	end_issue(f, o);
	return issues > 0;
}

bool lists_decode(struct decode *d)
{
	static const struct {
		const char *name;
		bool (*read)(struct form *);
	} lists[] = { { "honeypot", honeypot }, { "clean-mx", table }, { "webiron", batch } };
	struct form f;
	for (unsigned i = 0; form_part(d, &i, &f); i++)
		for (size_t k = 0; f.text.len && k < sizeof(lists) / sizeof(lists[0]); k++) {
			unsigned before = d->count;
			if (!lists[k].read(&f) || d->count == before) {
				d->count = before;
				continue;
			}
			d->format = lists[k].name;
			d->outcome = OUTCOME_REPORT;
			return true;
		}
	return false;
}
