/*
 * The block `radius`. See config_radius.h.
 */
#include "model/config_radius.h"

#include "base/addr.h"
#include "model/config_duration.h"
#include "model/config_fetch.h"

static const struct conf_item client_items[] = {
	{ .name = "feed", .type = CONF_WORD, .arguments = "NAME", .required = true, .doc = "the feed of bindings that its sessions are of" },
	{ .name = "secret-file", .type = CONF_PATH, .arguments = "FILE", .required = true, .doc = "the first line of it is the secret that is shared with it" },
	{ .name = "message-authenticator", .type = CONF_YESNO, .arguments = "yes|no", .fallback = "no", .doc = "whether a request without one is refused" },
	{ .name = NULL },
};

const struct conf_item config_radius_items[] = {
	{ .name = "listen", .type = CONF_LISTEN, .arguments = "ADDRESS:PORT", .many = true, .doc = "where accounting comes in, by UDP" },
	{ .name = "sessions", .type = CONF_INT, .arguments = "NUMBER", .fallback = "1000000", .min = 1000, .max = 100000000, .doc = "most sessions that are followed, some 200 octets each" },
	{ .name = "client", .type = CONF_BLOCK, .items = client_items, .named = true, .many = true, .arguments = "ADDRESS|PREFIX { }",
		.doc = "who sends it: an access server, or a RADIUS server that passes copies on" },
	{ .name = "duration", .type = CONF_BLOCK, .items = config_duration_items, .arguments = "{ }", .doc = "which sessions may not last for ever" },
	{ .name = NULL },
};

const struct field config_radius_client_fields[] = {
	{ .name = "prefix", .type = FIELD_STR, .offset = offsetof(struct radius_client, prefix) },
	{ .name = "feed", .type = FIELD_U32, .offset = offsetof(struct radius_client, feed) },
	{ .name = "authenticator", .type = FIELD_BOOL, .offset = offsetof(struct radius_client, authenticator) },
	{ .name = "secret", .type = FIELD_STR, .offset = offsetof(struct radius_client, secret) }, { .name = NULL },
};

uint32_t config_feed(const struct config *c, struct str name)
{
	uint64_t number;
	for (unsigned i = 0; i < c->all.feed_count; i++) {
		struct str rest = c->all.feeds[i], word;
		if (str_split(&rest, ' ', &word) && str_eq(word, name) && str_to_u64(rest, CONFIG_FEED_NUMBER_MAX, &number) == OK)
			return (uint32_t)number;
	}
	return 0;
}

static enum err read_client(struct config *c, const struct conf *s, struct radius_client *ret, struct why *why)
{
	const struct conf *feed = conf_find(s->child, "feed"), *secret = conf_find(s->child, "secret-file");
	struct prefix prefix;
	*ret = (struct radius_client){ .prefix = s->args[1].text, .feed = config_feed(c, feed->args[1].text), .authenticator = conf_number(s->child, client_items, "message-authenticator") != 0 };
	if (prefix_parse(ret->prefix, &prefix) != OK)
		return conf_fail(why, s, 1, ERR_SYNTAX, "client: \"%.*s\" is no address and no prefix", STR_ARG(ret->prefix));
	if (!ret->feed)
		return conf_fail(why, feed, 1, ERR_NOTFOUND, "feed: bindings { } has no feed %.*s", STR_ARG(feed->args[1].text));
	enum err e = config_secret(c, secret, &ret->secret, why);
	if (e == OK && ret->secret.len < CONFIG_SECRET_MIN)
		return conf_fail(why, secret, 1, ERR_SYNTAX, "secret-file: a secret of less than %d characters is found by trying", CONFIG_SECRET_MIN);
	for (unsigned i = 0; e == OK && i < c->all.radius_client_count; i++)
		if (str_eq(c->all.radius_clients[i].prefix, ret->prefix))
			return conf_fail(why, s, 1, ERR_EXISTS, "client: %.*s is named already", STR_ARG(ret->prefix));
	return e;
}

enum err config_radius(struct config *c, struct why *why)
{
	const struct conf *block = conf_find(c->first, "radius");
	struct share *a = &c->all;
	if (!block)
		return OK;
	a->radius_listens = ARENA_ARRAY(c->arena, struct str, CONFIG_RADIUS_LISTEN_MAX);
	a->radius_clients = ARENA_ARRAY(c->arena, struct radius_client, CONFIG_RADIUS_CLIENTS_MAX);
	a->radius_sessions = (uint64_t)conf_number(block->child, config_radius_items, "sessions");
	enum err e = a->radius_listens && a->radius_clients ? config_duration(c, conf_find(block->child, "duration"), why) : ERR_NOMEM;
	for (const struct conf *s = block->child; e == OK && s; s = s->next) {
		bool listens = str_eq(s->args[0].text, STR("listen"));
		if (!listens && !str_eq(s->args[0].text, STR("client")))
			continue;
		if (listens ? a->radius_listen_count == CONFIG_RADIUS_LISTEN_MAX : a->radius_client_count == CONFIG_RADIUS_CLIENTS_MAX)
			return conf_fail(why, s, 0, ERR_LIMIT, "radius: at most %d listeners and %d clients", CONFIG_RADIUS_LISTEN_MAX, CONFIG_RADIUS_CLIENTS_MAX);
		if (listens && s->args[1].text.ptr[0] == '/')
			return conf_fail(why, s, 1, ERR_SYNTAX, "listen: accounting comes by UDP, to an address and a port");
		if (listens)
			a->radius_listens[a->radius_listen_count++] = s->args[1].text;
		else
			e = read_client(c, s, &a->radius_clients[a->radius_client_count], why);
		a->radius_client_count += e == OK && !listens;
	}
	if (e == OK && a->radius_listen_count && !a->radius_client_count)
		return conf_fail(why, block, 0, ERR_NOTFOUND, "radius: it listens, and there is no client to hear");
	return e;
}
