/*
 * Where a provider is to be reached: the addresses of RFC 2142, and the RDAP entity of its abuse desk. See publish.h.
 */
#include "policy/publish.h"

#include "base/json.h"

/* RFC 2142, 4 and 5, in the order in which somebody who was harmed needs them. */
const struct mailbox mailboxes[] = {
	{ "abuse", "unlawful or harmful conduct that comes from our network: spam, attacks, phishing, forbidden content" },
	{ "security", "holes in our own services and systems, and security bulletins" },
	{ "noc", "the network itself: outages, routing, peering" },
	{ "postmaster", "mail: delivery, blocked senders, mail that our servers sent" },
	{ "hostmaster", "names: zones and reverse zones that our servers answer for" },
	{ NULL, NULL },
};

struct str mailbox_address(struct arena *a, const struct publisher *p, const struct mailbox *m)
{
	bool abuse = str_eq(str_of(m->name), STR("abuse"));
	return str_format(a, "%.*s@%.*s", STR_ARG(abuse && p->abuse_local.len ? p->abuse_local : str_of(m->name)), STR_ARG(p->domain));
}

/* One property of jCard (RFC 7095). */
static void property(struct jsonw *w, const char *name, const char *type, struct str value)
{
	jsonw_array(w, NULL);
	jsonw_str(w, NULL, str_of(name));
	jsonw_object(w, NULL);
	jsonw_end(w, '}');
	jsonw_str(w, NULL, str_of(type));
	jsonw_str(w, NULL, value);
	jsonw_end(w, ']');
}

static void put_card(const struct publisher *p, struct jsonw *w, struct str address)
{
	jsonw_array(w, "vcardArray");
	jsonw_str(w, NULL, STR("vcard"));
	jsonw_array(w, NULL);
	property(w, "version", "text", STR("4.0"));
	property(w, "fn", "text", p->provider.len ? p->provider : p->domain);
	property(w, "kind", "text", STR("group"));
	property(w, "email", "text", address);
	jsonw_end(w, ']');
	jsonw_end(w, ']');
}

void publish_rdap(const struct publisher *p, struct buf *out)
{
	struct arena *a = arena_new("rdap", 1 << 20);
	struct jsonw w;
	if (!a) {
		out->err = ERR_NOMEM;
		return;
	}
	jsonw_init(&w, out);
	jsonw_object(&w, NULL);
	jsonw_array(&w, "rdapConformance");
	jsonw_str(&w, NULL, STR("rdap_level_0"));
	jsonw_end(&w, ']');
	jsonw_str(&w, "objectClassName", STR("entity"));
	jsonw_str(&w, "handle", str_format(a, "ABUSE-%.*s", STR_ARG(p->domain)));
	jsonw_array(&w, "roles");
	jsonw_str(&w, NULL, STR("abuse"));
	jsonw_end(&w, ']');
	put_card(p, &w, mailbox_address(a, p, &mailboxes[0]));
	jsonw_end(&w, '}');
	buf_putc(out, '\n');
	arena_free(a);
}
