/*
 * IPFIX and NetFlow version 9. See ipfix.h.
 */
#include "wire/ipfix.h"

enum {
	HEAD_LEN = 16, HEAD9_LEN = 20, SET_HEAD_LEN = 4, SET_TEMPLATE9 = 0, SET_OPTIONS9 = 1, SET_TEMPLATE = 2, SET_OPTIONS = 3, SET_DATA = 256,
	ENTERPRISE_BIT = 0x8000, LONG_VARIABLE = 255,
};

#define OLD UINT32_C(0x80000000)      /* of a gap: it is one backwards */

static struct ipfix_session *session_of(struct ipfix_book *b, const struct addr *exporter, uint16_t port, uint8_t version, uint32_t domain)
{
	struct ipfix_session *oldest = &b->sessions[0];
	for (unsigned i = 0; i < IPFIX_SESSIONS_MAX; i++) {
		struct ipfix_session *s = &b->sessions[i];
		if (s->version == version && s->domain == domain && s->port == port && addr_eq(&s->exporter, exporter))
			return s;
		if (!s->version || (oldest->version && s->used < oldest->used))
			oldest = s;
	}
	for (unsigned i = 0; oldest->version && i < IPFIX_TEMPLATES_MAX; i++)
		if (b->templates[i].session == (uint32_t)(oldest - b->sessions) + 1)
			b->templates[i].id = 0;
	*oldest = (struct ipfix_session){ .exporter = *exporter, .port = port, .version = version, .domain = domain };
	return oldest;
}

static uint32_t number_of(const struct ipfix_walk *w)
{
	return (uint32_t)(w->session - w->book->sessions) + 1;
}

static struct ipfix_template *find(const struct ipfix_walk *w, uint16_t id)
{
	for (unsigned i = 0; i < IPFIX_TEMPLATES_MAX; i++)
		if (w->book->templates[i].id == id && w->book->templates[i].session == number_of(w))
			return &w->book->templates[i];
	return NULL;
}

static struct ipfix_template *slot_for(const struct ipfix_walk *w, uint16_t id)
{
	struct ipfix_template *found = find(w, id), *oldest = &w->book->templates[0];
	for (unsigned i = 0; !found && i < IPFIX_TEMPLATES_MAX; i++) {
		struct ipfix_template *t = &w->book->templates[i];
		if (!t->id || (oldest->id && t->used < oldest->used))
			oldest = t;
	}
	return found ? found : oldest;
}

/* What the sequence tells. A message that is late changes nothing; one that is newer and counts from before is of an exporter that began anew. */
static void count(struct ipfix_walk *w)
{
	struct ipfix_session *s = w->session;
	uint32_t gap = w->sequence - s->next;
	if (s->counted && gap >= OLD) {
		w->old = w->exported_s <= s->exported_s;
		w->lost = !w->old;
	} else if (s->counted) {
		w->lost = gap;
	}
	if (!w->old)
		s->exported_s = w->exported_s;
}

enum err ipfix_begin(struct ipfix_walk *w, struct ipfix_book *book, const struct addr *exporter, uint16_t port, struct str octets)
{
	struct reader r;
	reader_init(&r, octets);
	uint16_t version = reader_u16(&r), len = reader_u16(&r);
	*w = (struct ipfix_walk){ .book = book, .version = (uint8_t)version };
	if (r.err || (version != 9 && version != 10))
		return r.err ? ERR_SYNTAX : ERR_UNSUPPORTED;
	if (version == 9)
		reader_skip(&r, 4);
	w->exported_s = reader_u32(&r);
	w->sequence = reader_u32(&r);
	uint32_t domain = reader_u32(&r);
	if (r.err || (version == 10 && (len < HEAD_LEN || len > octets.len)))
		return ERR_SYNTAX;
	w->rest = version == 9 ? str_sub(octets, HEAD9_LEN, SIZE_MAX) : str_sub(octets, HEAD_LEN, len - HEAD_LEN);
	w->session = session_of(book, exporter, port, w->version, domain);
	w->session->used = ++book->tick;
	count(w);
	return OK;
}

/* The lengths of fields behind each other; false: they are cut off. */
static bool read_fields(struct reader *r, uint8_t version, struct ipfix_template *t)
{
	t->least = 0;
	for (unsigned i = 0; i < t->field_count; i++) {
		struct ipfix_field f = { .id = reader_u16(r), .len = reader_u16(r) };
		if (version == 10 && f.id & ENTERPRISE_BIT)
			f.enterprise = reader_u32(r);
		f.id &= version == 10 ? ENTERPRISE_BIT - 1 : UINT16_MAX;
		t->least += f.len == IPFIX_VARIABLE && version == 10 ? 1 : f.len;
		if (i < IPFIX_FIELDS_MAX)
			t->fields[i] = f;
	}
	return !r->err;
}

static void withdraw(const struct ipfix_walk *w, uint16_t id, bool options)
{
	for (unsigned i = 0; i < IPFIX_TEMPLATES_MAX; i++) {
		struct ipfix_template *t = &w->book->templates[i];
		if (t->session == number_of(w) && (t->id == id || (id < SET_DATA && (t->scope_count > 0) == options)))
			t->id = 0;
	}
}

/* One template of a set; false: there is none any more, or what is there is none. */
static enum err one_template(const struct ipfix_walk *w, struct reader *r, bool options)
{
	struct ipfix_template t = { .id = reader_u16(r), .used = w->book->tick, .session = number_of(w) };
	uint16_t first = reader_u16(r);
	t.field_count = first;
	if (!r->err && !first && w->version == 10 && (t.id >= SET_DATA || t.id == SET_TEMPLATE || t.id == SET_OPTIONS)) {
		withdraw(w, t.id, options);
		return OK;
	}
	if (options && w->version == 10)
		t.scope_count = reader_u16(r);
	if (options && w->version == 9) {
		uint16_t rest = reader_u16(r);
		t.scope_count = first / 4;
		t.field_count = (uint16_t)(first / 4 + rest / 4);
	}
	if (r->err || t.id < SET_DATA || (options && (!t.scope_count || t.scope_count > t.field_count)) || !read_fields(r, w->version, &t))
		return ERR_SYNTAX;
	bool taken = t.field_count <= IPFIX_FIELDS_MAX && t.least;
	struct ipfix_template *slot = taken ? slot_for(w, t.id) : find(w, t.id);
	/* what it was before is no more either */
	if (slot && taken)
		*slot = t;
	else if (slot)
		slot->id = 0;
	return taken ? OK : t.least ? ERR_LIMIT : ERR_SYNTAX;
}

static enum err take_templates(const struct ipfix_walk *w, struct str set, bool options)
{
	struct reader r;
	enum err e = OK, first = OK;
	reader_init(&r, set);
	while (e != ERR_SYNTAX && reader_left(&r) >= 4) {
		e = one_template(w, &r, options);
		first = first ? first : e;
	}
	return first;
}

/* The next set; OK: it is of data, and its template is known. */
static enum err next_set(struct ipfix_walk *w)
{
	struct reader r;
	reader_init(&r, w->rest);
	uint16_t id = reader_u16(&r), len = reader_u16(&r);
	if (r.err || len < SET_HEAD_LEN || len > w->rest.len) {
		bool end = !w->rest.len;
		w->uncounted |= !end;
		w->rest = STR_NONE;
		return end ? ERR_NOTFOUND : ERR_SYNTAX;
	}
	struct str set = str_sub(w->rest, SET_HEAD_LEN, len - SET_HEAD_LEN);
	w->rest = str_sub(w->rest, len, SIZE_MAX);
	bool options = id == (w->version == 9 ? SET_OPTIONS9 : SET_OPTIONS);
	if (options || id == (w->version == 9 ? SET_TEMPLATE9 : SET_TEMPLATE)) {
		enum err e = take_templates(w, set, options);
		return e ? e : ERR_AGAIN;
	}
	if (id < SET_DATA)
		return ERR_AGAIN;
	struct ipfix_template *t = find(w, id);
	w->uncounted |= !t;
	if (!t)
		return ERR_UNKNOWN;
	t->used = w->book->tick;
	w->template = t;
	w->set = set;
	return OK;
}

static bool field_len(const struct ipfix_field *f, bool variable, struct str octets, size_t *at, size_t *ret_len)
{
	size_t left = octets.len - *at;
	*ret_len = f->len;
	if (variable && f->len == IPFIX_VARIABLE) {
		const uint8_t *p = (const uint8_t *)octets.ptr + *at;
		if (!left)
			return false;
		*ret_len = p[0];
		*at += 1;
		left -= 1;
		if (p[0] == LONG_VARIABLE) {
			if (left < 2)
				return false;
			*ret_len = (size_t)p[1] << 8 | p[2];
			*at += 2;
			left -= 2;
		}
	}
	return *ret_len <= left;
}

static bool is_variable(const struct ipfix_walk *w)
{
	return w->version == 10;
}

static enum err next_record(struct ipfix_walk *w, struct ipfix_record *ret_record)
{
	const struct ipfix_template *t = w->template;
	size_t at = 0, len;
	for (unsigned i = 0; i < t->field_count; i++) {
		if (!field_len(&t->fields[i], is_variable(w), w->set, &at, &len)) {
			w->uncounted = true;
			w->set = STR_NONE;
			return ERR_SYNTAX;
		}
		at += len;
	}
	*ret_record = (struct ipfix_record){ t, str_sub(w->set, 0, at) };
	w->set = str_sub(w->set, at, SIZE_MAX);
	w->records++;
	return OK;
}

/* What the next message is to count from. */
static void end(const struct ipfix_walk *w)
{
	if (w->old)
		return;
	w->session->counted = w->version == 9 || !w->uncounted;
	w->session->next = w->sequence + (w->version == 9 ? 1 : w->records);
}

enum err ipfix_next(struct ipfix_walk *w, struct ipfix_record *ret_record)
{
	for (;;) {
		/* less than a record is padding */
		if (w->template && w->set.len >= w->template->least)
			return next_record(w, ret_record);
		w->template = NULL;
		enum err e = next_set(w);
		if (e == ERR_NOTFOUND)
			end(w);
		if (e && e != ERR_AGAIN)
			return e;
	}
}

bool ipfix_value(const struct ipfix_record *r, size_t *at, unsigned *index, const struct ipfix_field **ret_field, struct str *ret_value)
{
	size_t len;
	if (*index >= r->template->field_count)
		return false;
	const struct ipfix_field *f = &r->template->fields[*index];
	/* version 9 has no such length in a record that was walked: it would have been longer than its set */
	if (!field_len(f, true, r->octets, at, &len))
		return false;
	*ret_field = f;
	*ret_value = str_sub(r->octets, *at, len);
	*at += len;
	*index += 1;
	return true;
}

bool ipfix_number(struct str value, uint64_t *ret_number)
{
	uint64_t n = 0;
	if (!value.len || value.len > 8)
		return false;
	for (size_t i = 0; i < value.len; i++)
		n = n << 8 | (uint8_t)value.ptr[i];
	*ret_number = n;
	return true;
}
