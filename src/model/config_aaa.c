/*
 * The blocks `aaa-sql` and `aaa-rest`. See config_aaa.h.
 */
#include "model/config_aaa.h"

#include "base/addr.h"
#include "base/net.h"
#include "model/config_fetch.h"
#include "model/policy.h"

const char *const aaa_table_words[] = { "group", "check", "reply", NULL };

static const struct conf_item profile_items[] = {
	{ .name = "verb", .type = CONF_WORD, .arguments = "limit|suspend|terminate", .required = true, .doc = "what of the policy it carries out" },
	{ .name = "group", .type = CONF_WORD, .arguments = "NAME [PRIORITY]", .many = true, .doc = "a group that the login is in, and in no other one" },
	{ .name = "check", .type = CONF_WORD, .arguments = "ATTRIBUTE OP VALUE", .many = true, .doc = "what is checked of the login for this attribute, and nothing else" },
	{ .name = "reply", .type = CONF_WORD, .arguments = "ATTRIBUTE OP VALUE", .many = true, .doc = "what is answered for this attribute, and nothing else" },
	{ .name = NULL },
};

const struct conf_item config_aaa_sql_items[] = {
	{ .name = "address", .type = CONF_WORD, .arguments = "ADDRESS[:PORT]|/DIRECTORY", .required = true, .doc = "of the PostgreSQL server, or where its Unix socket is" },
	{ .name = "name", .type = CONF_WORD, .arguments = "NAME", .doc = "that its certificate has; without one it is spoken to on this machine only" },
	{ .name = "ca", .type = CONF_PATH, .arguments = "FILE", .doc = "the certificates that its own is checked against, in PEM" },
	{ .name = "database", .type = CONF_WORD, .arguments = "NAME", .fallback = "radius", .doc = "the database" },
	{ .name = "login", .type = CONF_WORD, .arguments = "NAME", .required = true, .doc = "who logs in" },
	{ .name = "password-file", .type = CONF_PATH, .arguments = "FILE", .doc = "the first line of it is the password" },
	{ .name = "group-table", .type = CONF_WORD, .arguments = "TABLE", .fallback = "radusergroup", .doc = "which groups a login is in" },
	{ .name = "check-table", .type = CONF_WORD, .arguments = "TABLE", .fallback = "radcheck", .doc = "what is checked of a login" },
	{ .name = "reply-table", .type = CONF_WORD, .arguments = "TABLE", .fallback = "radreply", .doc = "what is answered to a login" },
	{ .name = "profile", .type = CONF_BLOCK, .items = profile_items, .named = true, .many = true, .arguments = "NAME { }", .doc = "what aaa-sql NAME writes" },
	{ .name = NULL },
};

const struct conf_item config_aaa_rest_items[] = {
	{ .name = "url", .type = CONF_WORD, .arguments = "URL", .required = true, .doc = "where it answers; acts are below it" },
	{ .name = "token-file", .type = CONF_PATH, .arguments = "FILE", .required = true, .doc = "the first line of it is the token that it knows us by" },
	{ .name = NULL },
};

const struct field config_aaa_rest_fields[] = {
	{ .name = "url", .type = FIELD_STR, .offset = offsetof(struct aaa_rest, url) }, { .name = "token", .type = FIELD_STR, .offset = offsetof(struct aaa_rest, token) },
	{ .name = NULL },
};

static const struct field profile_fields[] = {
	{ .name = "name", .type = FIELD_STR, .offset = offsetof(struct aaa_profile, name) }, { .name = "verb", .type = FIELD_U32, .offset = offsetof(struct aaa_profile, verb) },
	{ .name = "rows", .type = FIELD_STRS, .offset = offsetof(struct aaa_profile, rows), .count_offset = offsetof(struct aaa_profile, row_count), .max = AAA_PROFILE_ROWS_MAX },
	{ .name = NULL },
};

#define F(member) { .name = #member, .type = FIELD_STR, .offset = offsetof(struct aaa_sql, member) }
#define T(i) { .name = "table" #i, .type = FIELD_STR, .offset = offsetof(struct aaa_sql, tables) + (i) * sizeof(struct str) }

const struct field config_aaa_sql_fields[] = {
	F(address), F(name), F(ca), F(database), F(user), F(password), T(0), T(1), T(2),
	{ .name = "profiles", .type = FIELD_LIST, .offset = offsetof(struct aaa_sql, profiles), .fields = profile_fields, .size = sizeof(struct aaa_profile),
		.count_offset = offsetof(struct aaa_sql, profile_count), .max = CONFIG_AAA_PROFILES_MAX }, { .name = NULL },
};

/* The operators that FreeRADIUS knows in its tables. */
static const char *const check_ops[] = { "=", ":=", "==", "+=", "!=", ">", ">=", "<", "<=", "=~", "!~", "=*", "!*", NULL },
	*const reply_ops[] = { "=", ":=", "+=", NULL };

static bool is_one_of(struct str text, const char *const *list)
{
	while (*list && !str_eq(text, str_of(*list)))
		list++;
	return *list != NULL;
}

/* What an act keeps of a login's rows would be a password. */
static bool is_secret(struct str attribute)
{
	return str_ends_fold(attribute, STR("Password")) || str_find_fold(attribute, STR("-Secret")) != SIZE_MAX || str_ends_fold(attribute, STR("Digest-HA1"));
}

static bool fits(struct str text)
{
	return text.len && text.len <= AAA_TEXT_MAX && str_chr(text, '\0') == SIZE_MAX && str_utf8_valid(text);
}

static enum err read_group(struct config *c, const struct conf *s, struct str *ret_row, struct why *why)
{
	uint64_t priority = 1;
	if (s->arg_count > 3 || !fits(s->args[1].text))
		return conf_fail(why, s, 0, ERR_SYNTAX, "group reads: group NAME, or: group NAME PRIORITY");
	if (s->arg_count == 3 && str_to_u64(s->args[2].text, INT32_MAX, &priority) != OK)
		return conf_fail(why, s, 2, ERR_SYNTAX, "group: \"%.*s\" is no priority", STR_ARG(s->args[2].text));
	*ret_row = str_format(c->arena, "group %llu %.*s", (unsigned long long)priority, STR_ARG(s->args[1].text));
	return OK;
}

static enum err read_attribute(struct config *c, const struct conf *s, struct str *ret_row, struct why *why)
{
	struct str word = s->args[0].text;
	bool check = str_eq(word, STR("check"));
	if (s->arg_count != 4 || !fits(s->args[1].text) || str_chr(s->args[1].text, ' ') != SIZE_MAX || !fits(s->args[3].text))
		return conf_fail(why, s, 0, ERR_SYNTAX, "%.*s reads: %.*s ATTRIBUTE OP VALUE", STR_ARG(word), STR_ARG(word));
	if (!is_one_of(s->args[2].text, check ? check_ops : reply_ops))
		return conf_fail(why, s, 2, ERR_SYNTAX, "%.*s: \"%.*s\" is no operator of that table", STR_ARG(word), STR_ARG(s->args[2].text));
	if (is_secret(s->args[1].text))
		return conf_fail(why, s, 1, ERR_DENIED, "%.*s: what was there is kept with the act, and that would be a password; Auth-Type := Reject refuses a login", STR_ARG(word));
	*ret_row = str_format(c->arena, "%.*s %.*s %.*s %.*s", STR_ARG(word), STR_ARG(s->args[1].text), STR_ARG(s->args[2].text), STR_ARG(s->args[3].text));
	return OK;
}

static enum err read_profile(struct config *c, const struct conf *s, struct aaa_profile *p, struct why *why)
{
	const struct conf *verb = conf_find(s->child, "verb");
	enum err e = OK;
	*p = (struct aaa_profile){ .name = s->args[1].text, .rows = ARENA_ARRAY(c->arena, struct str, AAA_PROFILE_ROWS_MAX) };
	if (!p->rows)
		return ERR_NOMEM;
	for (uint32_t v = VERB_LIMIT; verb_words[v]; v++)
		if (str_eq(verb->args[1].text, str_of(verb_words[v])))
			p->verb = v;
	if (!p->verb)
		return conf_fail(why, verb, 1, ERR_SYNTAX, "verb: limit, suspend or terminate");
	for (const struct conf *x = s->child; e == OK && x; x = x->next) {
		if (x == verb)
			continue;
		if (p->row_count == AAA_PROFILE_ROWS_MAX)
			return conf_fail(why, x, 0, ERR_LIMIT, "profile: at most %d rows", AAA_PROFILE_ROWS_MAX);
		e = str_eq(x->args[0].text, STR("group")) ? read_group(c, x, &p->rows[p->row_count], why) : read_attribute(c, x, &p->rows[p->row_count], why);
		p->row_count += e == OK;
	}
	if (e == OK && !p->row_count)
		return conf_fail(why, s, 1, ERR_NOTFOUND, "profile: it writes nothing");
	return e;
}

/* A name, or two with a dot; nothing that would need quotes. */
static bool is_table(struct str s)
{
	unsigned dots = 0;
	for (size_t i = 0; i < s.len; i++) {
		char ch = s.ptr[i];
		dots += ch == '.';
		if (!((ch >= 'a' && ch <= 'z') || ch == '_' || (i && ch >= '0' && ch <= '9') || (i && i + 1 < s.len && ch == '.')))
			return false;
	}
	return s.len && dots < 2 && s.len <= AAA_TEXT_MAX;
}

static enum err read_address(struct config *c, const struct conf *s, const struct conf *name, struct str *ret_address, struct why *why)
{
	struct addr a;
	struct net_peer peer;
	struct str text = s->args[1].text;
	*ret_address = text;
	if (text.len && text.ptr[0] == '/')
		return name ? conf_fail(why, name, 0, ERR_SYNTAX, "name: there is no TLS on a Unix socket") : OK;
	if (addr_parse(text, &a) == OK)
		*ret_address = text = str_format(c->arena, addr_is_v4(&a) ? "%.*s:%d" : "[%.*s]:%d", STR_ARG(text), 5432);
	if (net_parse(text, &peer, NULL) != OK || peer.is_unix || !peer.port)
		return conf_fail(why, s, 1, ERR_SYNTAX, "address: \"%.*s\" is no address, no address with a port and no directory", STR_ARG(text));
	if (!name && !addr_is_loopback(&peer.addr))
		return conf_fail(why, s, 1, ERR_DENIED, "address: over a network the database is spoken to with TLS only; name and ca say whose certificate it has");
	return OK;
}

static enum err read_profiles(struct config *c, const struct conf *block, struct aaa_sql *a, struct why *why)
{
	a->profiles = ARENA_ARRAY(c->arena, struct aaa_profile, CONFIG_AAA_PROFILES_MAX);
	enum err e = a->profiles ? OK : ERR_NOMEM;
	for (const struct conf *s = block->child; e == OK && s; s = s->next) {
		if (!str_eq(s->args[0].text, STR("profile")))
			continue;
		if (a->profile_count == CONFIG_AAA_PROFILES_MAX)
			return conf_fail(why, s, 0, ERR_LIMIT, "profile: at most %d", CONFIG_AAA_PROFILES_MAX);
		if (aaa_profile_find(a->profiles, a->profile_count, s->args[1].text))
			return conf_fail(why, s, 1, ERR_EXISTS, "profile: %.*s is named already", STR_ARG(s->args[1].text));
		e = read_profile(c, s, &a->profiles[a->profile_count], why);
		a->profile_count += e == OK;
	}
	return e;
}

enum err config_aaa_sql(struct config *c, struct why *why)
{
	static const char *const tables[] = { "group-table", "check-table", "reply-table" };
	const struct conf *block = conf_find(c->first, "aaa-sql");
	if (!block)
		return OK;
	struct aaa_sql *a = c->all.aaa_sql = ARENA_NEW(c->arena, struct aaa_sql);
	if (!a)
		return ERR_NOMEM;
	c->all.aaa_sql_count = 1;
	const struct conf *name = conf_find(block->child, "name"), *ca = conf_find(block->child, "ca"), *password = conf_find(block->child, "password-file");
	a->name = name ? name->args[1].text : STR_NONE;
	a->database = conf_text(block->child, config_aaa_sql_items, "database");
	a->user = conf_text(block->child, config_aaa_sql_items, "login");
	for (unsigned i = 0; i < AAA_TABLES; i++) {
		a->tables[i] = conf_text(block->child, config_aaa_sql_items, tables[i]);
		if (!is_table(a->tables[i]))
			return conf_fail(why, conf_find(block->child, tables[i]), 1, ERR_SYNTAX, "%s: small letters, digits and _ make such a name, and one dot at most", tables[i]);
	}
	if (name && !ca)
		return conf_fail(why, name, 0, ERR_NOTFOUND, "name: a certificate is checked against those of ca, and it is not given");
	enum err e = read_address(c, conf_find(block->child, "address"), name, &a->address, why);
	if (e == OK && ca)
		e = config_ca(c, ca, &a->ca, why);
	if (e == OK && password)
		e = config_secret(c, password, &a->password, why);
	if (e == OK)
		e = read_profiles(c, block, a, why);
	struct aaa_sql *shown = c->aaa_sql_shown = e == OK ? ARENA_NEW(c->arena, struct aaa_sql) : NULL;
	if (shown) {
		*shown = *a;
		shown->password = shown->ca = STR_NONE;
	}
	return e == OK && !shown ? ERR_NOMEM : e;
}

/* A token goes along: in clear it goes nowhere but on this machine. */
static bool is_url(struct str url)
{
	static const char *const starts[] = { "https://", "http://127.", "http://[::1]", "http://localhost" };
	bool good = false;
	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
		good |= str_starts(url, str_of(starts[i])) && url.len > strlen(starts[i]);
	for (size_t i = 0; i < url.len; i++)
		good = good && (unsigned char)url.ptr[i] > ' ' && (unsigned char)url.ptr[i] < 0x7f && str_chr(STR("?#\"<>{}@"), url.ptr[i]) == SIZE_MAX;
	return good && url.len <= CONFIG_WEB_URL_MAX;
}

enum err config_aaa_rest(struct config *c, struct why *why)
{
	const struct conf *block = conf_find(c->first, "aaa-rest");
	if (!block)
		return OK;
	struct aaa_rest *a = c->all.aaa_rest = ARENA_NEW(c->arena, struct aaa_rest);
	const struct conf *url = conf_find(block->child, "url");
	if (!a)
		return ERR_NOMEM;
	c->all.aaa_rest_count = 1;
	a->url = url->args[1].text;
	if (!is_url(a->url))
		return conf_fail(why, url, 1, ERR_SYNTAX, "url: https://HOST[/PATH], or http:// on a loopback address");
	while (a->url.len && a->url.ptr[a->url.len - 1] == '/')
		a->url.len--;
	enum err e = config_secret(c, conf_find(block->child, "token-file"), &a->token, why);
	for (size_t i = 0; e == OK && i < a->token.len; i++)
		if ((unsigned char)a->token.ptr[i] <= ' ' || (unsigned char)a->token.ptr[i] >= 0x7f)
			return conf_fail(why, conf_find(block->child, "token-file"), 1, ERR_SYNTAX, "token-file: a token has no blanks and is ASCII");
	struct aaa_rest *shown = c->aaa_rest_shown = e == OK ? ARENA_NEW(c->arena, struct aaa_rest) : NULL;
	if (shown)
		*shown = (struct aaa_rest){ .url = a->url };
	return e == OK && !shown ? ERR_NOMEM : e;
}

bool aaa_profile_row(struct str row, struct aaa_wanted *r)
{
	struct str word;
	unsigned t = 0;
	*r = (struct aaa_wanted){ 0 };
	if (!str_split(&row, ' ', &word))
		return false;
	while (aaa_table_words[t] && !str_eq(word, str_of(aaa_table_words[t])))
		t++;
	r->table = (enum aaa_table)t;
	if (t == AAA_GROUP) {
		r->attribute = str_split(&row, ' ', &r->value) ? row : STR_NONE;
		return r->attribute.len > 0;
	}
	if (t == AAA_TABLES || !str_split(&row, ' ', &r->attribute) || !str_split(&row, ' ', &r->op))
		return false;
	r->value = row;
	return row.len > 0;
}

const struct aaa_profile *aaa_profile_find(const struct aaa_profile *list, unsigned count, struct str name)
{
	for (unsigned i = 0; i < count; i++)
		if (str_eq(list[i].name, name))
			return &list[i];
	return NULL;
}
