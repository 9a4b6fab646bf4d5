/*
 * The block `ledger`. See config_ledger.h.
 */
#include "model/config_ledger.h"

#include "base/addr.h"
#include "base/digest.h"

enum { KIND_COSIGNATURE = 0x04, KEY_LEN = 33, ID_LEN = 4 };

/* C2SP signed-note, "Verifier keys": the id is made of name, kind and key, so a slip of the pen shows. */
static bool is_witness_key(struct arena *a, struct str text)
{
	struct str rest = text, name, id, key, id_octets;
	struct digest d;
	if (!str_split(&rest, '+', &name) || !str_split(&rest, '+', &id) || !name.len || name.len > 255 || !str_utf8_valid(name))
		return false;
	if (str_unbase64(a, rest, &key) != OK || key.len != KEY_LEN || key.ptr[0] != KIND_COSIGNATURE || str_unhex(a, id, &id_octets) != OK)
		return false;
	const struct str parts[] = { name, STR("\n"), key };
	digest_sha256_parts(parts, 3, &d);
	return str_eq(id_octets, (struct str){ (const char *)d.octets, ID_LEN });
}

static bool is_loopback(struct str host)
{
	struct addr addr;
	struct prefix v4, v6;
	if (host.len > 2 && host.ptr[0] == '[' && host.ptr[host.len - 1] == ']')
		host = str_sub(host, 1, host.len - 2);
	return addr_parse(host, &addr) == OK && prefix_parse(STR("127.0.0.0/8"), &v4) == OK && prefix_parse(STR("::1/128"), &v6) == OK &&
		(prefix_has(&v4, &addr) || prefix_has(&v6, &addr));
}

/* The host of what stands behind "://", without its port. */
static struct str host_of(struct str rest)
{
	struct str host = str_sub(rest, 0, str_chr(rest, '/'));
	size_t end = host.len && host.ptr[0] == '[' ? str_chr(host, ']') : SIZE_MAX;
	return end != SIZE_MAX ? str_sub(host, 0, end + 1) : str_sub(host, 0, str_chr(host, ':'));
}

static enum err check_url(const struct conf *s, unsigned at, struct why *why)
{
	struct str url = s->args[at].text, host;
	bool tls = str_starts(url, STR("https://"));
	if (url.len > CONFIG_URL_MAX)
		return conf_fail(why, s, at, ERR_LIMIT, "a URL of more than %d characters", CONFIG_URL_MAX);
	if (!tls && !str_starts(url, STR("http://")))
		return conf_fail(why, s, at, ERR_SYNTAX, "\"%.*s\" is no URL that begins with https://", STR_ARG(url));
	host = host_of(str_sub(url, tls ? 8 : 7, url.len));
	for (size_t i = 0; i < url.len; i++)
		if ((unsigned char)url.ptr[i] <= ' ' || strchr("@?#\x7f", url.ptr[i]))
			host = STR_NONE;
	if (!host.len)
		return conf_fail(why, s, at, ERR_SYNTAX, "\"%.*s\" is not https://HOST/PATH", STR_ARG(url));
	if (!tls && !is_loopback(host))
		return conf_fail(why, s, at, ERR_DENIED, "http without TLS goes to a loopback address only, such as http://127.0.0.1:8080/");
	return OK;
}

static enum err check_witness(struct arena *a, const struct conf *block, const struct conf *s, struct why *why)
{
	if (s->arg_count != 3)
		return conf_fail(why, s, 0, ERR_SYNTAX, "a witness reads: witness KEY URL");
	if (!is_witness_key(a, s->args[1].text)) {
		(void)conf_fail(why, s, 1, ERR_SYNTAX, "this is no key of a witness, \"name+id+base64\" of kind 04");
		why_hint(why, "its operator publishes it; that of a ledger, of kind 01, is none");
		return ERR_SYNTAX;
	}
	for (const struct conf *b = block->child; b != s; b = b->next)
		if (str_eq(b->args[0].text, STR("witness")) && str_eq(str_sub(b->args[1].text, 0, str_chr(b->args[1].text, '+')),
			str_sub(s->args[1].text, 0, str_chr(s->args[1].text, '+'))))
			return conf_fail(why, s, 1, ERR_EXISTS, "there is a witness of this name already");
	return check_url(s, 2, why);
}

enum err config_ledger_check(struct arena *a, const struct conf *block, uint64_t required, struct why *why)
{
	const struct conf *first = block ? block->child : NULL, *stamp = conf_find(first, "stamp"), *ca = conf_find(first, "stamp-ca");
	uint64_t witnesses = 0;
	enum err e = OK;
	for (const struct conf *s = first; e == OK && s; s = s->next) {
		if (!str_eq(s->args[0].text, STR("witness")))
			continue;
		e = witnesses++ == CONFIG_WITNESSES_MAX ? conf_fail(why, s, 0, ERR_LIMIT, "at most %d witnesses", CONFIG_WITNESSES_MAX) : check_witness(a, block, s, why);
	}
	/* the default may stand there, as in the normal form, where there are none */
	if (e == OK && conf_find(first, "required") && required > (witnesses ? witnesses : 1))
		e = conf_fail(why, conf_find(first, "required"), 1, ERR_RANGE, "required: %llu witnesses must sign, and there are %llu", (unsigned long long)required,
			(unsigned long long)witnesses);
	if (e == OK && stamp)
		e = check_url(stamp, 1, why);
	if (e == OK && stamp && !ca)
		e = conf_fail(why, stamp, 0, ERR_NOTFOUND, "stamp: a stamp is checked before it is kept; stamp-ca names the certificates");
	return e;
}
