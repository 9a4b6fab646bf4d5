/*
 * `web-url` and the block `oidc`. See config_web.h.
 */
#include "model/config_web.h"

#include "model/config_fetch.h"

const struct conf_item config_oidc_items[] = {
	{ .name = "issuer", .type = CONF_WORD, .arguments = "URL", .required = true, .doc = "the provider, as it names itself in its tokens" },
	{ .name = "client", .type = CONF_WORD, .arguments = "ID", .required = true, .doc = "what it knows this daemon as" },
	{ .name = "secret-file", .type = CONF_PATH, .arguments = "FILE", .doc = "the first line of it is the client's secret; without one it is a public client" },
	{ .name = "name", .type = CONF_STRING, .arguments = "\"TEXT\"", .doc = "of the provider, for people; its host unless given" },
	{ .name = "acr", .type = CONF_WORD, .arguments = "VALUE", .many = true, .doc = "a way of proving oneself there that is good enough; any, unless given" },
	{ .name = "ca", .type = CONF_PATH, .arguments = "FILE", .doc = "the certificates that its own is checked against, in PEM; the system's unless given" },
	{ .name = "allow", .type = CONF_PREFIX, .arguments = "PREFIX", .many = true, .doc = "special addresses where it may live" },
	{ .name = NULL },
};

#define F(member) { .name = #member, .type = FIELD_STR, .offset = offsetof(struct oidc_at, member) }

const struct field config_oidc_fields[] = {
	F(issuer), F(client), F(secret), F(name), F(back), F(ca),
	{ .name = "allow", .type = FIELD_STRS, .offset = offsetof(struct oidc_at, allow), .count_offset = offsetof(struct oidc_at, allow_count), .max = CONFIG_LIST_MAX },
	{ .name = "acr", .type = FIELD_STRS, .offset = offsetof(struct oidc_at, acr), .count_offset = offsetof(struct oidc_at, acr_count), .max = CONFIG_ACR_MAX },
	{ .name = NULL },
};

static bool is_local(struct str url)
{
	static const char *const local[] = { "http://127.", "http://[::1]", "http://localhost" };
	for (size_t i = 0; i < sizeof(local) / sizeof(local[0]); i++)
		if (str_starts(url, str_of(local[i])))
			return true;
	return false;
}

static bool is_plain(struct str s, struct str but)
{
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.ptr[i] <= ' ' || (unsigned char)s.ptr[i] >= 0x7f || str_chr(but, s.ptr[i]) != SIZE_MAX)
			return false;
	return s.len > 0;
}

/* Links go out by mail: what they open must not be read on its way. */
static enum err read_url(struct config *c, struct why *why)
{
	const struct conf *s = conf_find(c->first, "web-url");
	struct str url = s ? s->args[1].text : STR_NONE;
	if (!s)
		return OK;
	bool good = ((str_starts(url, STR("https://")) && url.len > STR("https://").len) || is_local(url)) && is_plain(url, STR("?#\"<>{}@"));
	if (!good || url.len > CONFIG_WEB_URL_MAX)
		return conf_fail(why, s, 1, ERR_SYNTAX, "web-url: https://HOST[/PATH], or http:// on a loopback address");
	if (c->all.web_listen_count == c->all.garden_count)
		return conf_fail(why, s, 0, ERR_NOTFOUND, "web-url: its pages are served by a listener of kind api, and there is none");
	while (url.len && url.ptr[url.len - 1] == '/')
		url.len--;
	c->all.web_url = url;
	return OK;
}

static enum err gather(struct config *c, const struct conf *first, const char *name, unsigned max, struct str **ret_list, unsigned *ret_count, struct why *why)
{
	*ret_list = ARENA_ARRAY(c->arena, struct str, max);
	if (!*ret_list)
		return ERR_NOMEM;
	for (const struct conf *s = first; s; s = s->next) {
		if (!str_eq(s->args[0].text, str_of(name)))
			continue;
		if (*ret_count == max)
			return conf_fail(why, s, 0, ERR_LIMIT, "%s is given more than %u times", name, max);
		(*ret_list)[(*ret_count)++] = s->args[1].text;
	}
	return OK;
}

/* Who it is for people: the host, unless there is a name. */
static struct str host_of(struct str url)
{
	struct str rest = str_sub(url, str_find(url, STR("://")) + 3, url.len);
	return str_sub(rest, 0, str_chr(rest, '/'));
}

/* OpenID Connect Discovery 3: no query and no fragment. */
static enum err check(const struct config *c, const struct conf *block, const struct oidc_at *o, struct why *why)
{
	const struct conf *issuer = conf_find(block->child, "issuer"), *client = conf_find(block->child, "client"), *name = conf_find(block->child, "name");
	bool local = is_local(o->issuer) && !str_starts(o->issuer, STR("http://localhost"));
	bool good = (str_starts(o->issuer, STR("https://")) || local) && is_plain(o->issuer, STR("?#\"<>{}@\\^`|")) && host_of(o->issuer).len;
	if (!good || o->issuer.len > CONFIG_ISSUER_MAX)
		return conf_fail(why, issuer, 1, ERR_SYNTAX, "issuer: https://HOST[/PATH], or http:// on a loopback address");
	if (!is_plain(o->client, STR("\"\\")) || o->client.len > CONFIG_CLIENT_MAX)
		return conf_fail(why, client, 1, ERR_SYNTAX, "client: 1 to %d characters of ASCII", CONFIG_CLIENT_MAX);
	if (name && (!o->name.len || o->name.len > CONFIG_CLIENT_MAX || !str_utf8_valid(o->name)))
		return conf_fail(why, name, 1, ERR_SYNTAX, "name: 1 to %d octets", CONFIG_CLIENT_MAX);
	if (!c->all.web_url.len)
		return conf_fail(why, block, 0, ERR_NOTFOUND, "oidc: the provider sends people back to a page below web-url, and there is none");
	return OK;
}

static enum err read_provider(struct config *c, struct why *why)
{
	const struct conf *block = conf_find(c->first, "oidc"), *name, *secret, *ca;
	if (!block)
		return OK;
	struct oidc_at *o = c->all.oidc = ARENA_NEW(c->arena, struct oidc_at), *shown = c->oidc_shown = ARENA_NEW(c->arena, struct oidc_at);
	if (!o || !shown)
		return why_set(why, ERR_NOMEM, "no memory for the configuration");
	c->all.oidc_count = 1;
	o->issuer = conf_text(block->child, config_oidc_items, "issuer");
	o->client = conf_text(block->child, config_oidc_items, "client");
	name = conf_find(block->child, "name");
	o->name = name ? name->args[1].text : STR_NONE;
	enum err e = check(c, block, o, why);
	if (e == OK)
		e = gather(c, block->child, "allow", CONFIG_LIST_MAX, &o->allow, &o->allow_count, why);
	if (e == OK)
		e = gather(c, block->child, "acr", CONFIG_ACR_MAX, &o->acr, &o->acr_count, why);
	if (e)
		return e;
	if (!name)
		o->name = host_of(o->issuer);
	o->back = str_format(c->arena, "%.*s" CONFIG_OIDC_PATH, STR_ARG(c->all.web_url));
	*shown = *o;
	shown->allow_count = 0;
	secret = conf_find(block->child, "secret-file");
	ca = conf_find(block->child, "ca");
	if (secret)
		e = config_secret(c, secret, &o->secret, why);
	return e || !ca ? e : config_ca(c, ca, &o->ca, why);
}

enum err config_web(struct config *c, struct why *why)
{
	enum err e = read_url(c, why);
	return e ? e : read_provider(c, why);
}

void config_web_share(const struct config *c, bool links, struct oidc_at *provider, struct share *ret_share)
{
	ret_share->web_url = links ? c->all.web_url : STR_NONE;
	ret_share->oidc = provider;
	ret_share->oidc_count = provider != NULL;
}
