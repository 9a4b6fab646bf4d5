/*
 * The block `webhooks`. See config_webhooks.h.
 */
#include "model/config_webhooks.h"

const struct conf_item config_webhooks_items[] = {
	{ .name = "allow", .type = CONF_PREFIX, .arguments = "PREFIX", .many = true, .doc = "special addresses where the webhook of a subscriber may live" },
	{ .name = "http", .type = CONF_WORD, .arguments = "HOST", .many = true, .doc = "a host that may be told without TLS" },
	{ .name = "per-minute", .type = CONF_INT, .arguments = "NUMBER", .fallback = "600", .min = 1, .max = 60000, .doc = "most deliveries a minute to one webhook" },
	{ .name = "retry", .type = CONF_SPAN, .arguments = "SPAN", .fallback = "3d", .min = 60000000, .max = 2592000000000, .doc = "how long a delivery is tried" },
	{ .name = "disable", .type = CONF_SPAN, .arguments = "SPAN", .fallback = "5d", .min = 60000000, .max = 7776000000000,
		.doc = "a webhook that fails for so long is disabled" },
	{ .name = "keep", .type = CONF_SPAN, .arguments = "SPAN", .fallback = "14d", .min = 60000000, .max = 31536000000000, .doc = "how long a delivery is kept when it is over" },
	{ .name = NULL },
};

static enum err gather(struct config *c, const struct conf *first, const char *name, struct str **ret_list, unsigned *ret_count, struct why *why)
{
	*ret_list = ARENA_ARRAY(c->arena, struct str, CONFIG_LIST_MAX);
	*ret_count = 0;
	if (!*ret_list)
		return ERR_NOMEM;
	for (const struct conf *s = first; s; s = s->next) {
		if (!str_eq(s->args[0].text, str_of(name)))
			continue;
		if (*ret_count == CONFIG_LIST_MAX)
			return conf_fail(why, s, 0, ERR_LIMIT, "%s is given more than %d times", name, CONFIG_LIST_MAX);
		(*ret_list)[(*ret_count)++] = s->args[1].text;
	}
	return OK;
}

enum err config_webhooks(struct config *c, struct why *why)
{
	struct share *a = &c->all;
	const struct conf *block = conf_find(c->first, "webhooks"), *in = block ? block->child : NULL;
	a->hooks_per_minute = (uint64_t)conf_number(in, config_webhooks_items, "per-minute");
	a->hooks_retry_us = conf_number(in, config_webhooks_items, "retry");
	a->hooks_disable_us = conf_number(in, config_webhooks_items, "disable");
	a->hooks_keep_us = conf_number(in, config_webhooks_items, "keep");
	enum err e = gather(c, in, "allow", &a->hooks_allow, &a->hooks_allow_count, why);
	return e ? e : gather(c, in, "http", &a->hooks_http, &a->hooks_http_count, why);
}
