/*
 * The block `nat`. See config_nat.h.
 */
#include "model/config_nat.h"

#include "base/addr.h"
#include "model/config_radius.h"

const char *const config_nat_formats[] = { "syslog-cisco", "syslog-a10", "syslog-junos", "syslog-vyos", "syslog-jool", "ipfix", NULL };
const char *const config_nat_dialects[] = { "", "rfc8158", "junos-draft", NULL };

static const struct conf_item exporter_items[] = {
	{ .name = "feed", .type = CONF_WORD, .arguments = "NAME", .required = true, .doc = "the feed of bindings that its blocks are of" },
	{ .name = "format", .type = CONF_ENUM, .words = config_nat_formats, .required = true,
		.arguments = "syslog-cisco|syslog-a10|syslog-junos|syslog-vyos|syslog-jool|ipfix", .doc = "how it speaks" },
	{ .name = "dialect", .type = CONF_ENUM, .words = config_nat_dialects, .arguments = "rfc8158|junos-draft", .doc = "of ipfix: what the values of its events mean" },
	{ .name = NULL },
};

const struct conf_item config_nat_items[] = {
	{ .name = "listen", .type = CONF_LISTEN, .arguments = "ADDRESS:PORT", .many = true, .doc = "where logs come in, by UDP" },
	{ .name = "exporter", .type = CONF_BLOCK, .items = exporter_items, .named = true, .many = true, .arguments = "ADDRESS|PREFIX { }", .doc = "a NAT that sends them" },
	{ .name = NULL },
};

const struct field config_nat_from_fields[] = {
	{ .name = "prefix", .type = FIELD_STR, .offset = offsetof(struct nat_from, prefix) },
	{ .name = "feed", .type = FIELD_U32, .offset = offsetof(struct nat_from, feed) },
	{ .name = "format", .type = FIELD_U32, .offset = offsetof(struct nat_from, format) },
	{ .name = "dialect", .type = FIELD_U32, .offset = offsetof(struct nat_from, dialect) }, { .name = NULL },
};

static enum err read_exporter(struct config *c, const struct conf *s, struct nat_from *ret, struct why *why)
{
	const struct conf *feed = conf_find(s->child, "feed"), *dialect = conf_find(s->child, "dialect");
	struct prefix prefix;
	*ret = (struct nat_from){ .prefix = s->args[1].text, .feed = config_feed(c, feed->args[1].text), .format = (uint32_t)conf_number(s->child, exporter_items, "format"),
		.dialect = dialect ? (uint32_t)conf_number(s->child, exporter_items, "dialect") : 0 };
	if (prefix_parse(ret->prefix, &prefix) != OK)
		return conf_fail(why, s, 1, ERR_SYNTAX, "exporter: \"%.*s\" is no address and no prefix", STR_ARG(ret->prefix));
	if (!ret->feed)
		return conf_fail(why, feed, 1, ERR_NOTFOUND, "feed: bindings { } has no feed %.*s", STR_ARG(feed->args[1].text));
	if (ret->format == CONFIG_NAT_IPFIX && !ret->dialect)
		return conf_fail(why, s, 0, ERR_NOTFOUND, "exporter: ipfix needs its dialect, for the same values mean different things");
	if (ret->format != CONFIG_NAT_IPFIX && dialect)
		return conf_fail(why, dialect, 0, ERR_SYNTAX, "dialect: of ipfix alone");
	for (unsigned i = 0; i < c->all.nat_exporter_count; i++)
		if (str_eq(c->all.nat_exporters[i].prefix, ret->prefix))
			return conf_fail(why, s, 1, ERR_EXISTS, "exporter: %.*s is named already", STR_ARG(ret->prefix));
	return OK;
}

enum err config_nat(struct config *c, struct why *why)
{
	const struct conf *block = conf_find(c->first, "nat");
	struct share *a = &c->all;
	if (!block)
		return OK;
	a->nat_listens = ARENA_ARRAY(c->arena, struct str, CONFIG_NAT_LISTEN_MAX);
	a->nat_exporters = ARENA_ARRAY(c->arena, struct nat_from, CONFIG_NAT_EXPORTERS_MAX);
	enum err e = a->nat_listens && a->nat_exporters ? OK : ERR_NOMEM;
	for (const struct conf *s = block->child; e == OK && s; s = s->next) {
		bool listens = str_eq(s->args[0].text, STR("listen"));
		if (listens ? a->nat_listen_count == CONFIG_NAT_LISTEN_MAX : a->nat_exporter_count == CONFIG_NAT_EXPORTERS_MAX)
			return conf_fail(why, s, 0, ERR_LIMIT, "nat: at most %d listeners and %d exporters", CONFIG_NAT_LISTEN_MAX, CONFIG_NAT_EXPORTERS_MAX);
		if (listens && s->args[1].text.ptr[0] == '/')
			return conf_fail(why, s, 1, ERR_SYNTAX, "listen: logs come by UDP, to an address and a port");
		if (listens)
			a->nat_listens[a->nat_listen_count++] = s->args[1].text;
		else
			e = read_exporter(c, s, &a->nat_exporters[a->nat_exporter_count], why);
		a->nat_exporter_count += e == OK && !listens;
	}
	if (e == OK && a->nat_listen_count && !a->nat_exporter_count)
		return conf_fail(why, block, 0, ERR_NOTFOUND, "nat: it listens, and there is no exporter to hear");
	return e;
}
