/*
 * Authentication-Results, read and believed. See auth_results.h.
 *
 * Hostile input can be any text of a field, any number and order of fields; the worst that it can do is not to be believed.
 */
#include "format/auth_results.h"

struct scan {
	struct arena *a;
	struct str text;
	size_t at;
	enum err err;
};

static int peek(const struct scan *s)
{
	return s->err == OK && s->at < s->text.len ? (unsigned char)s->text.ptr[s->at] : -1;
}

static void refuse(struct scan *s, enum err e)
{
	if (s->err == OK)
		s->err = e;
}

/* A comment with those in it, from its "(" on (RFC 5322 3.2.2). */
static void skip_comment(struct scan *s)
{
	unsigned depth = 0;
	int c;
	do {
		c = peek(s);
		s->at++;
		if (c == '(' && ++depth > AUTH_COMMENTS_MAX)
			refuse(s, ERR_LIMIT);
		else if (c == ')')
			depth--;
		else if (c == '\\' && peek(s) >= 0)
			s->at++;
		else if (c < 0)
			refuse(s, ERR_SYNTAX);
	} while (depth && s->err == OK);
}

/* True when there was any. */
static bool skip_space(struct scan *s)
{
	size_t from = s->at;
	for (int c = peek(s); c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '('; c = peek(s)) {
		if (c == '(')
			skip_comment(s);
		else
			s->at++;
	}
	return s->at > from;
}

static bool take(struct scan *s, char c)
{
	bool there = peek(s) == c;
	s->at += there;
	return there;
}

static void expect(struct scan *s, char c)
{
	if (!take(s, c))
		refuse(s, ERR_SYNTAX);
}

/* Letters, digits, "-" and "_" (the keyword of RFC 5321, as senders write it). */
static struct str keyword(struct scan *s)
{
	size_t from = s->at;
	for (int c = peek(s); (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_'; c = peek(s))
		s->at++;
	if (s->at == from)
		refuse(s, ERR_SYNTAX);
	return str_lower(s->a, str_sub(s->text, from, s->at - from));
}

static struct str quoted(struct scan *s)
{
	struct buf b;
	buf_init(&b, AUTH_RESULTS_BYTES_MAX);
	for (expect(s, '"'); s->err == OK && !take(s, '"'); s->at++) {
		int c = peek(s);
		if (c == '\\') {
			s->at++;
			c = peek(s);
		}
		if (c < ' ' || c == 0x7f)
			refuse(s, ERR_SYNTAX);
		buf_putc(&b, (char)c);
	}
	struct str text = str_copy(s->a, buf_str(&b));
	if (b.err || !text.ptr)
		refuse(s, ERR_NOMEM);
	buf_done(&b);
	return text;
}

/* What is no space, comment, quote or end: a token, a domain, or the base64 that some write without its quotes. */
static struct str run(struct scan *s)
{
	size_t from = s->at;
	for (int c = peek(s); c > ' ' && c != 0x7f && !strchr("();\"", c); c = peek(s))
		s->at++;
	return str_sub(s->text, from, s->at - from);
}

/* A value, or a mail address whose local part may be quoted. */
static struct str value(struct scan *s)
{
	bool was_quoted = peek(s) == '"';
	struct str head = was_quoted ? quoted(s) : run(s), tail;
	if (s->err == OK && was_quoted && peek(s) == '@') {
		tail = run(s);
		head = str_format(s->a, "%.*s%.*s", STR_ARG(head), STR_ARG(tail));
	}
	if (!head.len && !was_quoted)
		refuse(s, ERR_SYNTAX);
	return head;
}

static bool read_version(struct scan *s, uint64_t *ret_version)
{
	size_t from = s->at;
	while (peek(s) >= '0' && peek(s) <= '9')
		s->at++;
	return str_to_u64(str_sub(s->text, from, s->at - from), 1000, ret_version) == OK;
}

/* "reason" "=" value, or ptype "." property "=" pvalue; space stands before it. */
static void read_property(struct scan *s, struct auth_result *r)
{
	struct auth_property p = { .type = keyword(s) };
	(void)skip_space(s);
	if (str_eq(p.type, STR("reason")) && !r->reason.ptr && !r->property_count && take(s, '=')) {
		(void)skip_space(s);
		r->reason = value(s);
		return;
	}
	expect(s, '.');
	(void)skip_space(s);
	p.name = keyword(s);
	(void)skip_space(s);
	expect(s, '=');
	(void)skip_space(s);
	p.value = value(s);
	for (unsigned i = 0; i < r->property_count; i++)
		if (str_eq(r->properties[i].type, p.type) && str_eq(r->properties[i].name, p.name))
			refuse(s, ERR_SYNTAX);
	if (r->property_count == AUTH_PROPERTIES_MAX)
		refuse(s, ERR_LIMIT);
	if (s->err == OK)
		r->properties[r->property_count++] = p;
}

static void read_result(struct scan *s, struct auth_result *r)
{
	*r = (struct auth_result){ .version = 1, .method = keyword(s) };
	(void)skip_space(s);
	if (take(s, '/')) {
		(void)skip_space(s);
		if (!read_version(s, &r->version))
			refuse(s, ERR_SYNTAX);
		(void)skip_space(s);
	}
	expect(s, '=');
	(void)skip_space(s);
	r->result = keyword(s);
	while (s->err == OK && skip_space(s) && peek(s) >= 0 && peek(s) != ';')
		read_property(s, r);
	if (peek(s) >= 0 && peek(s) != ';')
		refuse(s, ERR_SYNTAX);
}

static void read_list(struct scan *s, struct auth_results *r)
{
	while (s->err == OK && take(s, ';')) {
		(void)skip_space(s);
		/* a ";" behind the last is common, and says nothing */
		if (peek(s) < 0 && r->count)
			return;
		size_t from = s->at;
		if (!r->count && str_eq(keyword(s), STR("none")) && (skip_space(s), peek(s) < 0))
			return;
		s->at = from;
		if (r->count == AUTH_RESULTS_MAX)
			refuse(s, ERR_LIMIT);
		else
			read_result(s, &r->list[r->count++]);
	}
	if (peek(s) >= 0 || !r->count)
		refuse(s, ERR_SYNTAX);
}

enum err auth_results_read(struct arena *a, struct str text, struct auth_results *ret_results)
{
	struct scan s = { .a = a, .text = text };
	struct auth_results r = { .list = ARENA_ARRAY(a, struct auth_result, AUTH_RESULTS_MAX) };
	uint64_t version = 1;
	if (text.len > AUTH_RESULTS_BYTES_MAX)
		return ERR_LIMIT;
	if (!r.list)
		return ERR_NOMEM;
	(void)skip_space(&s);
	r.id = value(&s);
	if (skip_space(&s) && peek(&s) >= '0' && peek(&s) <= '9') {
		/* the only version there is (RFC 8601 2.2); of another one nothing is known */
		if (!read_version(&s, &version) || version != 1)
			refuse(&s, ERR_UNSUPPORTED);
		(void)skip_space(&s);
	}
	read_list(&s, &r);
	if (s.err == OK)
		*ret_results = r;
	return s.err;
}

static struct str property(const struct auth_result *r, const char *type, const char *name)
{
	for (unsigned i = 0; i < r->property_count; i++)
		if (str_eq(r->properties[i].type, str_of(type)) && str_eq(r->properties[i].name, str_of(name)))
			return r->properties[i].value;
	return STR_NONE;
}

static struct str domain_of(struct str address)
{
	size_t n = address.len;
	while (n && address.ptr[n - 1] != '@')
		n--;
	return str_sub(address, n, address.len);
}

/* Its organisational domain in normal form; false for what is no domain, or a public suffix. */
static bool organisation(struct arena *a, const struct names *n, struct str text, struct str *ret_domain)
{
	struct str name;
	return names_normal(a, text, &name) == OK && names_registrable(n, name, ret_domain) == OK;
}

static bool is_aligned(struct arena *a, const struct names *n, struct str text, struct str organisation_of_from)
{
	struct str domain;
	return organisation(a, n, domain_of(text), &domain) && str_eq(domain, organisation_of_from);
}

static bool same_domain(struct arena *a, struct str x, struct str y)
{
	struct str p, q;
	return names_normal(a, domain_of(x), &p) == OK && names_normal(a, y, &q) == OK && str_eq(p, q);
}

bool auth_results_prove(struct arena *a, const struct names *n, const struct auth_results *r, struct str from_domain, struct str *ret_domain)
{
	struct str domain;
	bool proved = false;
	if (!organisation(a, n, from_domain, &domain))
		return false;
	for (unsigned i = 0; i < r->count; i++) {
		const struct auth_result *x = &r->list[i];
		struct str from = property(x, "header", "from"), signer = property(x, "header", "d"), envelope = property(x, "smtp", "mailfrom");
		bool pass = x->version == 1 && str_eq(x->result, STR("pass")), dmarc = str_eq(x->method, STR("dmarc"));
		if (!signer.ptr)
			signer = property(x, "header", "i");
		/* another From was judged than the one that is read here, or its owner says that this is not his */
		if ((from.ptr && !same_domain(a, from, from_domain)) || (dmarc && str_eq(x->result, STR("fail"))))
			return false;
		proved |= pass && dmarc && from.ptr;
		proved |= pass && str_eq(x->method, STR("dkim")) && is_aligned(a, n, signer, domain);
		proved |= pass && str_eq(x->method, STR("spf")) && is_aligned(a, n, envelope, domain);
	}
	if (proved)
		*ret_domain = domain;
	return proved;
}

/* The one mailbox of the one From; with two of either nobody can say which was checked. */
static bool only_from(struct arena *a, const struct mime *m, struct str *ret_domain)
{
	const struct mime_field *from = NULL;
	for (unsigned i = 0; i < m->field_count; i++) {
		if (!str_eq_fold(m->fields[i].name, STR("from")))
			continue;
		if (from)
			return false;
		from = &m->fields[i];
	}
	struct scan s = { .a = a, .text = from ? mime_unfold(a, from->value) : STR_NONE };
	for (int c = peek(&s); c >= 0; c = peek(&s)) {
		if (c == '(')
			skip_comment(&s);
		else if (c == '"')
			(void)quoted(&s);
		else if (c == ',' || c == ';' || c == 0)
			return false;
		else
			s.at++;
	}
	struct str address = s.err == OK && from ? mime_addr_spec(a, mime_words(a, mime_unfold(a, from->value))) : STR_NONE;
	*ret_domain = domain_of(address);
	return ret_domain->len && ret_domain->len < address.len;
}

/* "by HOST" of a Received field, outside its comments (RFC 5321 4.4). */
static struct str received_by(struct arena *a, struct str text)
{
	struct scan s = { .a = a, .text = text };
	bool by = false;
	while (s.err == OK && (skip_space(&s) || peek(&s) >= 0)) {
		if (peek(&s) == '"')
			(void)quoted(&s);
		struct str word = run(&s);
		if (by)
			return word;
		by = str_eq_fold(word, STR("by"));
		if (!word.len && peek(&s) >= 0)
			s.at++;
	}
	return STR_NONE;
}

/* A host of ours wrote it: one below our own domain, or of an organisation whose authserv-ids are believed. */
static bool is_our_hop(struct arena *a, const struct auth_trust *t, struct str text)
{
	struct str host, own, id;
	if (names_normal(a, received_by(a, text), &host) != OK)
		return false;
	if (names_normal(a, t->domain, &own) == OK && names_is_within(host, own))
		return true;
	for (unsigned i = 0; i < t->id_count; i++)
		if (names_normal(a, t->ids[i], &id) == OK && (str_eq(host, id) || (organisation(a, t->names, id, &own) && names_is_within(host, own))))
			return true;
	return false;
}

static bool is_our_id(const struct auth_trust *t, struct str id)
{
	for (unsigned i = 0; i < t->id_count; i++)
		if (str_eq_fold(t->ids[i], id))
			return true;
	return false;
}

bool auth_results_sender(struct arena *a, const struct mime *m, const struct auth_trust *t, struct str *ret_domain)
{
	struct str from;
	struct auth_results r;
	if (!t->id_count || !t->names || !only_from(a, m, &from))
		return false;
	for (unsigned i = 0; i < m->field_count && i < AUTH_FIELDS_MAX; i++) {
		const struct mime_field *f = &m->fields[i];
		if (str_eq_fold(f->name, STR("received")) && !is_our_hop(a, t, f->value))
			return false;
		if (!str_eq_fold(f->name, STR("authentication-results")))
			continue;
		enum err e = auth_results_read(a, f->value, &r);
		/* one that cannot be read may be ours: what stands below it is not the topmost */
		if (e)
			return false;
		if (is_our_id(t, r.id))
			return auth_results_prove(a, t->names, &r, from, ret_domain);
	}
	return false;
}
