/*
 * The register by command: imports, exports, look-ups of people. See judge_command.h.
 *
 * An import is taken whole or not at all: every row is checked by its own columns and put into the register in memory, then all of them are
 * looked over together; when one is wrong, or the batch cannot be committed, they are taken out again. So it costs what it brings, however
 * large the register is. Rows that stand there already as they are cost a comparison. Personal data leaves only here, and
 * who asked for it is recorded.
 */
#include <stdio.h>
#include <stdlib.h>

#include "aupd/judge_command.h"
#include "aupd/registry_row.h"
#include "base/map.h"
#include "base/names.h"
#include "base/point.h"
#include "engine/returning.h"

enum { IMPORT_ROWS_MAX = 1000000, EXPORT_PAGE_MAX = 1000, EXPORT_HOURS = 1, LOOKUPS_MAX = 1000, WHO_BINDINGS_MAX = 256 };

/* One import. */
struct importing {
	struct commanding *c;
	struct map *numbers;            /* "type/id" -> number of its row, so that nothing is given twice */
	size_t before;                  /* what was put by others of this batch */
	int64_t count, changed;
};

/* number 0: the row stands in the register already, and what the file gives anew breaks it. */
static enum err bad_row(struct commanding *c, enum err e, const struct entity *entity, int64_t number, const char *column)
{
	char text[WHY_TEXT_MAX];
	(void)snprintf(text, sizeof(text), "%.300s", c->why->text);
	if (number)
		(void)why_set(c->why, e, "row %lld%s%s: %s", (long long)number, column ? ", column " : "", column ? column : "", text);
	else
		(void)why_set(c->why, e, "%s %.*s, which stands in the register: %s", entity_type_words[entity->type], STR_ARG(entity->id), text);
	/* the client knows in which line of which file the row stands */
	why_at(c->why, column ? column : "", (uint32_t)number, 0);
	return e;
}

static enum err put_row(struct importing *m, struct arena *a, const struct entity *e)
{
	struct commanding *c = m->c;
	struct row row, old;
	enum err err = registry_row_write(a, c->j->fold.keyring, e, &row, c->why);
	if (err == OK && map_get(m->numbers, row.key))
		err = why_set(c->why, ERR_EXISTS, "%.*s is given twice", STR_ARG(row.key));
	if (err == OK)
		err = map_put(m->numbers, row.key, (void *)(uintptr_t)(m->count + 1));
	if (err == OK)
		err = work_get(c->j->fold.work, TABLE_ENTITY, row.key, &old, c->why);
	if (err || (old.version && str_eq(old.body, row.body)))
		return err;
	m->changed++;
	err = work_put(c->j->fold.work, &row, c->why);
	if (err == OK)
		err = registry_put(c->j->registry, e, c->why);
	return err || e->type != ENTITY_MARK ? err : returning_ask(&c->j->fold, e, c->why);
}

static enum err import_line(struct importing *m, struct arena *a, struct str line)
{
	struct entity e = { 0 };
	struct json *root;
	const char *column = NULL;
	if (m->count == IMPORT_ROWS_MAX)
		return why_set(m->c->why, ERR_LIMIT, "an import has at most %d rows", IMPORT_ROWS_MAX);
	enum err err = json_read(a, line, &root, m->c->why);
	if (err == OK)
		err = field_read(a, root, entity_fields, &e, m->c->why);
	if (err == OK)
		err = registry_normalise(a, &e, &column, m->c->why);
	if (err == OK && e.type == ENTITY_MARK)
		returning_hide(&m->c->j->fold, &e);
	if (err == OK)
		err = put_row(m, a, &e);
	m->count++;
	return err ? bad_row(m->c, err, &e, m->count, column) : OK;
}

static int64_t number_of(const struct importing *m, const struct entity *e)
{
	char key[ENTITY_ID_MAX + 32];
	int n = snprintf(key, sizeof(key), "%s/%.*s", entity_type_words[e->type], STR_ARG(e->id));
	return (int64_t)(intptr_t)map_get(m->numbers, (struct str){ key, (size_t)n });
}

static enum err check_all(struct importing *m)
{
	const struct entity *bad;
	const char *column;
	enum err e = registry_check_puts(m->c->j->registry, m->before, &bad, &column, m->c->why);
	return e && bad ? bad_row(m->c, e, bad, number_of(m, bad), column) : e;
}

static enum err import_all(struct importing *m)
{
	struct arena *a = m->c->j->scratch;
	struct str rest = m->c->more, line;
	enum err e = OK;
	while (e == OK && str_next_line(&rest, &line)) {
		arena_reset(a);
		if (str_trim(line).len)
			e = import_line(m, a, line);
	}
	return e ? e : check_all(m);
}

enum err cmd_registry_import(struct commanding *c)
{
	struct importing m = { .c = c, .numbers = map_new(IMPORT_ROWS_MAX), .before = registry_puts(c->j->registry) };
	enum err e = m.numbers ? OK : why_set(c->why, ERR_NOMEM, "no memory for an import");
	if (e == OK)
		e = keyring_begin(c->j->fold.keyring, c->why);
	if (e == OK)
		e = import_all(&m);
	struct why why;
	if (keyring_end(c->j->fold.keyring, &why) != OK) {
		/* keys that may not be on disk must not be used: only a fresh start knows which are */
		log_error("the keys of subjects cannot be written; the judge starts again", "why", why.text);
		exit(1);
	}
	POINT("judge.imported");
	map_free(m.numbers);
	if (e == OK && m.changed)
		e = judge_tables_change(c->j, c->why);
	if (e) {
		registry_undo(c->j->registry, m.before);
		return e;
	}
	jsonw_int(c->w, "entities", m.count);
	jsonw_int(c->w, "changed", m.changed);
	return OK;
}

/* state marks an export, whose pages that follow need no record of their own. */
static enum err record_lookup(struct commanding *c, struct str asked, struct str because, struct str state, struct str *ret_key)
{
	struct arena *a = work_arena(c->j->fold.work);
	struct seal_key key;
	struct row row;
	struct str sealed;
	uint64_t n = 0;
	enum err e = OK;
	/* several in one instant stand side by side */
	do {
		e = work_get(c->j->fold.work, TABLE_ATTRIBUTION, str_format(a, "look-up/%lld.%llu", (long long)c->j->fold.now, (unsigned long long)n++), &row, c->why);
	} while (e == OK && row.version);
	if (e == OK)
		e = keyring_get(c->j->fold.keyring, STR("look-ups"), &key, c->why);
	if (e == OK)
		e = seal_derived(a, &key, row.key, asked, &sealed);
	if (e)
		return e;
	struct buf b;
	struct jsonw w;
	buf_init(&b, 1 << 16);
	jsonw_init(&w, &b);
	jsonw_object(&w, NULL);
	jsonw_str(&w, "operator", c->who);
	jsonw_time(&w, "time", c->j->fold.now);
	jsonw_str(&w, "because", because);
	jsonw_str(&w, "asked", str_base64(a, sealed));
	jsonw_end(&w, '}');
	row.owner = c->who;
	row.due_at = TIME_NONE;
	row.rank = c->j->fold.now;
	row.state = state;
	row.body = str_copy(a, buf_str(&b));
	*ret_key = row.key;
	e = b.err;
	buf_done(&b);
	return e ? why_set(c->why, e, "the reason is too long") : work_put(c->j->fold.work, &row, c->why);
}

/* Is that page asked for by who has just been recorded as asking for all of them? */
static enum err goes_on(struct commanding *c, struct str record, bool *ret_on)
{
	struct row row;
	*ret_on = false;
	if (!str_starts(record, STR("look-up/")))
		return OK;
	enum err e = work_get(c->j->fold.work, TABLE_ATTRIBUTION, record, &row, c->why);
	*ret_on = e == OK && row.version && str_eq(row.owner, c->who) && str_eq(row.state, STR("export")) && c->j->fold.now - row.rank < EXPORT_HOURS * HOUR_US;
	return e;
}

/* A page of the whole register with what is personal in it; who asks for the first, or for one by itself, leaves a row. */
enum err cmd_registry_export(struct commanding *c)
{
	struct str record = command_arg(c, "export");
	bool on;
	struct arena *a = work_arena(c->j->fold.work);
	struct query q = { .table = TABLE_ENTITY, .due_by = TIME_NONE, .limit = EXPORT_PAGE_MAX, .after_key = command_arg(c, "after") };
	struct row *rows;
	size_t n = 0;
	q.has_after = q.after_key.len > 0;
	enum err e = goes_on(c, record, &on);
	if (e == OK && !(on && q.has_after))
		e = record_lookup(c, STR("the whole register"), STR("an export"), STR("export"), &record);
	if (e == OK)
		e = c->j->driver->page(c->j->store, a, &q, &rows, &n, c->why);
	jsonw_array(c->w, "entities");
	for (size_t i = 0; e == OK && i < n; i++) {
		struct entity entity = { 0 };
		e = registry_row_read(a, c->j->fold.keyring, &rows[i], &entity, c->why);
		jsonw_object(c->w, NULL);
		field_write(c->w, entity_fields, &entity);
		jsonw_end(c->w, '}');
	}
	jsonw_end(c->w, ']');
	if (e == OK && n == EXPORT_PAGE_MAX) {
		jsonw_str(c->w, "after", rows[n - 1].key);
		jsonw_str(c->w, "export", record);
	}
	return e;
}

/* Accounts are often called like the domain that they host: only the register knows. */
static bool is_login(struct arena *a, const struct registry *r, struct str text)
{
	struct holders h;
	if (holders_init(a, INT64_MIN, INT64_MAX, &h) != OK)
		return false;
	registry_by_text(r, ENTITY_LOGIN, text, &h);
	return h.known;
}

static enum err set_source(struct arena *a, const struct registry *r, struct observation *o, struct str text, struct why *why)
{
	struct prefix p;
	size_t at = str_chr(text, '@');
	o->source.text = text;
	if (addr_parse(text, &o->source.addr) == OK) {
		o->source.type = SOURCE_ADDR;
		o->source.text = addr_str(a, &o->source.addr);
		return OK;
	}
	if (prefix_parse(text, &p) == OK) {
		o->source.type = SOURCE_PREFIX;
		o->source.text = prefix_str(a, &p);
		return OK;
	}
	o->source.text = str_lower(a, text);
	bool named = names_normal(a, at != SIZE_MAX ? str_sub(text, at + 1, text.len) : text, &o->source.domain) == OK;
	bool dotted = str_chr(text, '.') != SIZE_MAX;
	o->source.type = at != SIZE_MAX && named ? SOURCE_EMAIL : named && dotted && !is_login(a, r, o->source.text) ? SOURCE_DOMAIN : SOURCE_LOGIN;
	if (!named || (o->source.type == SOURCE_LOGIN && !dotted))
		o->source.domain = STR_NONE;
	if (o->source.type == SOURCE_DOMAIN)
		o->source.text = o->source.domain;
	if (text.len && (named || is_login(a, r, o->source.text) || (!dotted && at == SIZE_MAX)))
		return OK;
	return why_set(why, ERR_SYNTAX, "\"%.*s\" is no address, domain, mailbox or login", STR_ARG(text));
}

enum err command_record_lookup(struct commanding *c, struct str asked, struct str because)
{
	struct str key;
	return record_lookup(c, asked, because, STR_NONE, &key);
}

/* Every binding of an address that touches the time, whoever it names: what the answer was weighed from. */
static enum err put_bindings(struct commanding *c, const struct observation *o)
{
	const struct bindings *b = c->j->fold.bindings;
	struct arena *a = work_arena(c->j->fold.work);
	struct binding_holding *list = ARENA_ARRAY(a, struct binding_holding, WHO_BINDINGS_MAX);
	unsigned n = 0;
	struct binding_question q = { .addr = o->source.addr, .port = o->source.port ? o->source.port : BINDING_PORT_NONE, .as_of = TIME_MAX };
	bool whole = o->first_at != TIME_NONE;
	if (!list)
		return why_set(c->why, ERR_NOMEM, "no memory for bindings");
	enum err e = OK;
	if (b && o->source.type == SOURCE_ADDR) {
		q.from_at = (whole ? o->first_at : o->event_at) - b->slack_us;
		q.until_at = (whole ? o->last_at : o->event_at) + b->slack_us;
		e = binding_index_find(b->index, &q, list, WHO_BINDINGS_MAX, &n);
	}
	if (e && e != ERR_LIMIT)
		return why_set(c->why, e, "the bindings of the address cannot be read");
	jsonw_array(c->w, "bindings");
	for (unsigned i = 0; i < n; i++)
		jsonw_str(c->w, NULL, bindings_text(b, a, &list[i].binding));
	jsonw_end(c->w, ']');
	jsonw_bool(c->w, "more", e == ERR_LIMIT);
	return OK;
}

enum err cmd_who(struct commanding *c)
{
	struct arena *a = work_arena(c->j->fold.work);
	struct observation o = { .event_at = c->j->fold.now, .first_at = TIME_NONE, .last_at = TIME_NONE, .zone_given = true, .received_at = c->j->fold.now };
	struct subject s;
	struct str because = command_arg(c, "because"), at = command_arg(c, "at");
	if (!str_trim(because).len)
		return why_set(c->why, ERR_DENIED, "say why you ask: --because TEXT");
	if (at.len && time_parse(at, &o.event_at) != OK)
		return why_set(c->why, ERR_SYNTAX, "\"%.*s\" is no time such as 2026-03-01T10:00:00Z", STR_ARG(at));
	/* a bare date is asked about whole */
	if (at.len && str_chr(at, ':') == SIZE_MAX) {
		o.first_at = o.event_at;
		o.last_at = o.event_at + DAY_US - 1;
	}
	int64_t port = json_int(c->root, "port", json_get(c->root, "port") ? -1 : 0);
	if (port < 0 || port > UINT16_MAX || (!port && json_get(c->root, "port")))
		return why_set(c->why, ERR_SYNTAX, "a port lies between 1 and 65535");
	o.source.port = (uint16_t)port;
	enum err e = set_source(a, c->j->registry, &o, str_trim(command_arg(c, "source")), c->why);
	if (e == OK)
		e = attribute_bound(a, c->j->registry, c->j->fold.bindings, TIME_MAX, &o, &s, c->why);
	if (e == OK)
		e = command_record_lookup(c, at.len ? str_format(a, "%.*s at %.*s", STR_ARG(o.source.text), STR_ARG(time_str(a, o.event_at))) : o.source.text, because);
	if (e)
		return e;
	jsonw_object(c->w, "subject");
	/* the defaults of these two are answers, not absences */
	if (s.ours == OURS_CANNOT_TELL)
		jsonw_str(c->w, "ours", str_of(ours_words[s.ours]));
	if (s.grade == GRADE_NONE)
		jsonw_str(c->w, "grade", str_of(grade_words[s.grade]));
	field_write(c->w, subject_fields, &s);
	jsonw_end(c->w, '}');
	return put_bindings(c, &o);
}

/* Who looked whom up, latest first. */
enum err cmd_lookups(struct commanding *c)
{
	struct arena *a = work_arena(c->j->fold.work);
	struct seal_key key;
	struct row *rows;
	size_t n = 0;
	int64_t limit = json_int(c->root, "limit", 50);
	struct query q = { .table = TABLE_ATTRIBUTION, .due_by = TIME_NONE, .key_prefix = STR("look-up/"), .descending = true,
		.limit = limit > 0 && limit < LOOKUPS_MAX ? (unsigned)limit : LOOKUPS_MAX };
	if (command_arg(c, "operator").len)
		q.owner = command_arg(c, "operator");
	enum err e = c->j->driver->page(c->j->store, a, &q, &rows, &n, c->why);
	bool have_key = keyring_find(c->j->fold.keyring, STR("look-ups"), &key) == OK;
	jsonw_array(c->w, "lookups");
	for (size_t i = 0; e == OK && i < n; i++) {
		struct json *body;
		struct str sealed, asked = STR("(its key was destroyed)");
		if (json_read(a, rows[i].body, &body, NULL) != OK)
			continue;
		if (have_key && str_unbase64(a, json_text(body, "asked"), &sealed) == OK && unseal(a, &key, rows[i].key, sealed, &asked) != OK)
			asked = STR("(not readable)");
		jsonw_object(c->w, NULL);
		jsonw_str(c->w, "operator", json_text(body, "operator"));
		jsonw_str(c->w, "time", json_text(body, "time"));
		jsonw_str(c->w, "asked", asked);
		jsonw_str(c->w, "because", json_text(body, "because"));
		jsonw_end(c->w, '}');
	}
	jsonw_end(c->w, ']');
	return e;
}
