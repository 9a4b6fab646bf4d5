/*
 * The blocks `upstream`. See config_upstream.h.
 */
#include "model/config_upstream.h"

enum { NAME_MAX_BYTES = 40 };

const struct conf_item config_upstream_items[] = {
	{ .name = "from", .type = CONF_WORD, .arguments = "ADDRESS|DOMAIN", .required = true, .many = true, .doc = "where it writes from" },
	{ .name = NULL },
};

/* It begins the keys of rows, and stands in a list with a blank behind it. */
static bool is_good_name(struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];
		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') && c != '-' && c != '_')
			return false;
	}
	return s.len && s.len <= NAME_MAX_BYTES;
}

static bool is_sender(struct str s)
{
	struct str domain = str_chr(s, '@') == SIZE_MAX ? s : str_sub(s, str_chr(s, '@') + 1, s.len);
	return str_chr(s, ' ') == SIZE_MAX && str_chr(s, '@') != 0 && str_chr(domain, '@') == SIZE_MAX && str_chr(domain, '.') != SIZE_MAX && domain.ptr[0] != '.';
}

enum err config_upstreams(struct config *c, struct why *why)
{
	struct share *a = &c->all;
	a->upstreams = ARENA_ARRAY(c->arena, struct str, CONFIG_LIST_MAX);
	if (!a->upstreams)
		return ERR_NOMEM;
	for (const struct conf *s = c->first; s; s = s->next) {
		if (!str_eq(s->args[0].text, STR("upstream")))
			continue;
		if (!is_good_name(s->args[1].text))
			return conf_fail(why, s, 1, ERR_SYNTAX, "upstream: letters, digits, - and _ make such a name");
		if (!a->authserv_id_count)
			return conf_fail(why, s, 0, ERR_NOTFOUND, "upstream: who writes is believed by what an authserv-id of intake proves, and there is none");
		for (const struct conf *from = s->child; from; from = from->next) {
			if (!is_sender(from->args[1].text))
				return conf_fail(why, from, 1, ERR_SYNTAX, "from: \"%.*s\" is no mail address and no domain", STR_ARG(from->args[1].text));
			if (a->upstream_count == CONFIG_LIST_MAX)
				return conf_fail(why, from, 0, ERR_LIMIT, "upstream: from is given more than %d times", CONFIG_LIST_MAX);
			a->upstreams[a->upstream_count++] = str_format(c->arena, "%.*s %.*s", STR_ARG(s->args[1].text), STR_ARG(from->args[1].text));
		}
	}
	return OK;
}
