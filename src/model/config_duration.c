/*
 * The block `duration`. See config_duration.h.
 */
#include "model/config_duration.h"

const struct conf_item config_duration_items[] = {
	{ .name = "access", .type = CONF_WORD, .arguments = "KIND KIND ...", .fallback = "dial-up", .doc = "kinds of access whose sessions are watched, by NAS-Port-Type" },
	{ .name = "class", .type = CONF_WORD, .arguments = "NAME", .many = true, .doc = "a class of customers whose sessions are watched, whatever their access" },
	{ .name = "joined", .type = CONF_SPAN, .arguments = "SPAN", .fallback = "0s", .max = 3600000000,
		.doc = "a session that begins so soon after another one of its login goes on with it" },
	{ .name = NULL },
};

const char *const access_words[] = { "async", "sync", "isdn", "isdn-v120", "isdn-v110", "virtual", "piafs", "hdlc", "x25", "x75", "g3-fax", "sdsl", "adsl-cap", "adsl-dmt",
	"idsl", "ethernet", "xdsl", "cable", "wireless", "wireless-802.11", NULL };

static enum err read_access(const struct conf *s, uint64_t *ret_set, struct why *why)
{
	*ret_set = 0;
	for (unsigned i = 1; i < s->arg_count; i++) {
		struct str word = s->args[i].text;
		uint64_t n = 0;
		while (access_words[n] && !str_eq(word, str_of(access_words[n])))
			n++;
		if (str_eq(word, STR("dial-up"))) {
			*ret_set |= ACCESS_DIALUP;
			continue;
		}
		if (str_eq(word, STR("none")) && s->arg_count == 2)
			continue;
		if (!access_words[n] && str_to_u64(word, ACCESS_TYPES - 1, &n) != OK) {
			enum err e = conf_fail(why, s, i, ERR_SYNTAX, "access: \"%.*s\" is no kind of access", STR_ARG(word));
			const char *near = conf_nearest(word, access_words);
			why_hint(why, near ? "did you mean \"%s\"?" : "dial-up, none, a word such as xdsl, or the number of a NAS-Port-Type%s", near ? near : "");
			return e;
		}
		*ret_set |= UINT64_C(1) << n;
	}
	return OK;
}

enum err config_duration(struct config *c, const struct conf *block, struct why *why)
{
	struct share *a = &c->all;
	const struct conf *in = block ? block->child : NULL, *access = conf_find(in, "access");
	a->duration_access = ACCESS_DIALUP;
	a->duration_joined_us = (uint64_t)conf_number(in, config_duration_items, "joined");
	a->duration_classes = ARENA_ARRAY(c->arena, struct str, CONFIG_LIST_MAX);
	enum err e = !a->duration_classes ? ERR_NOMEM : access ? read_access(access, &a->duration_access, why) : OK;
	for (const struct conf *s = in; e == OK && s; s = s->next) {
		if (!str_eq(s->args[0].text, STR("class")))
			continue;
		if (a->duration_class_count == CONFIG_LIST_MAX)
			return conf_fail(why, s, 0, ERR_LIMIT, "class is given more than %d times", CONFIG_LIST_MAX);
		a->duration_classes[a->duration_class_count++] = s->args[1].text;
	}
	return e;
}
