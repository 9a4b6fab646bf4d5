/*
 * Authentication-Results (RFC 8601): the grammar with what servers really write, what bends it, what proves a sender, and every way
 * to forge one that is known here: of another id, below a foreign host, twice, with two From fields.
 */
#include "format/auth_results.h"
#include "tap.h"

static struct arena *arena;
static struct names *names;

#define FROM "From: \"CERT, of Example\" <report@mail.cert.example>\r\n"
#define ID "Authentication-Results: mx.example.net; "
#define HOP "Received: from mail.cert.example (mail.cert.example [198.51.100.7]) by mx.example.net (Postfix) with ESMTPS id 1; Mon, 2 Mar 2026 10:00:00 +0000\r\n"
#define FOREIGN "Received: from evil.example ([198.51.100.66]) by mx.evil.example with SMTP id 2; Mon, 2 Mar 2026 09:00:00 +0000\r\n"
#define DMARC "dmarc=pass header.from=mail.cert.example\r\n"

static enum err read(const char *text, struct auth_results *ret)
{
	arena_reset(arena);
	*ret = (struct auth_results){ 0 };
	return auth_results_read(arena, str_of(text), ret);
}

/* "" = it proves nothing */
static struct str proves(const char *text, const char *from)
{
	struct auth_results r;
	struct str domain = STR("");
	if (read(text, &r) != OK)
		return STR("(unread)");
	(void)auth_results_prove(arena, names, &r, str_of(from), &domain);
	return domain;
}

static struct str sender(const char *header)
{
	const struct str ids[] = { STR("mx.example.net"), STR("filter.provider.example") };
	const struct auth_trust t = { names, ids, 2, STR("example.net") };
	struct str domain = STR("");
	struct mime m;
	arena_reset(arena);
	if (mime_scan(arena, str_format(arena, "%s\r\nwords\r\n", header), &m) != OK)
		return STR("(unread)");
	(void)auth_results_sender(arena, &m, &t, &domain);
	return domain;
}

static void grammar(void)
{
	struct auth_results r;
	IS_INT(read("mx.example.net 1; none", &r), OK, "nothing was done");
	IS_INT(r.count, 0, "  there is no result");
	IS_INT(read("mx.example.net (our own) ;\r\n\tdkim=pass (2048-bit (rsa\\) key) )\r\n\theader.d=cert.example header.b=\"abc/+=\" header.i=\"a b\"@cert.example;\r\n"
		"\tspf / 1 = pass reason=\"so \\\"it\\\" is\" smtp . mailfrom = bounce@cert.example ; x-strange=neutral", &r), OK, "folds, comments in comments, quotes, blanks");
	IS_STR(r.id, STR("mx.example.net"), "  the id");
	IS_INT(r.count, 3, "  three results");
	IS_INT(r.list[0].property_count, 3, "  the first with three properties");
	IS_STR(r.list[0].properties[1].value, STR("abc/+="), "  the quotes are off");
	IS_STR(r.list[0].properties[2].value, STR("a b@cert.example"), "  a local part in quotes");
	IS_STR(r.list[1].reason, STR("so \"it\" is"), "  the reason");
	IS_STR(r.list[2].result, STR("neutral"), "  a method that is not known is read all the same");
	IS_INT(read("mx.example.net; dkim=pass header.b=abc/+= header.d=cert.example;", &r), OK, "base64 without quotes and a \";\" at the end are common");
}

static void bent(void)
{
	static const char *const texts[] = { "", "mx.example.net", "mx.example.net dkim=pass", "mx.example.net;", "mx.example.net; none; dkim=pass", "mx.example.net; dkim",
		"mx.example.net; dkim=", "mx.example.net; dkim=pass header", "mx.example.net; dkim=pass header.d", "mx.example.net; dkim=pass header.d=",
		"mx.example.net; dkim=pass header.d=\"cert", "mx.example.net; dkim=pass (header.d=x", "mx.example.net; dkim=pass) header.d=x",
		"mx.example.net; dkim=passheader.d=x.example=y z", "mx.example.net;; dkim=pass", "\"mx\n.example.net\"; dkim=pass" };
	struct auth_results r;
	char many[40000];
	size_t n;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (!OK_(read(texts[i], &r) == ERR_SYNTAX, "what bends the grammar is not read"))
			tap_dump("text", str_of(texts[i]));
	IS_INT(read("mx.example.net; dkim=pass header.d=evil.example header.d=cert.example", &r), ERR_SYNTAX, "a property twice");
	IS_INT(read("mx.example.net 2; dkim=pass header.d=cert.example", &r), ERR_UNSUPPORTED, "another version of the field");
	IS_INT(read("mx; a=((((((((b))))))))", &r), ERR_SYNTAX, "comments of the greatest depth are only empty");
	IS_INT(read("mx; a=(((((((((b)))))))))", &r), ERR_LIMIT, "one deeper is refused");
	n = (size_t)snprintf(many, sizeof(many), "mx");
	for (int i = 0; i <= AUTH_RESULTS_MAX; i++)
		n += (size_t)snprintf(many + n, sizeof(many) - n, "; dkim=none");
	IS_INT(read(many, &r), ERR_LIMIT, "too many results");
	n = (size_t)snprintf(many, sizeof(many), "mx; dkim=pass");
	for (int i = 0; i <= AUTH_PROPERTIES_MAX; i++)
		n += (size_t)snprintf(many + n, sizeof(many) - n, " header.x%d=y", i);
	IS_INT(read(many, &r), ERR_LIMIT, "too many properties");
	memset(many, ' ', sizeof(many) - 1);
	many[sizeof(many) - 1] = 0;
	IS_INT(read(many, &r), ERR_LIMIT, "too long");
}

static void proofs(void)
{
	static const char from[] = "mail.cert.example";
	IS_STR(proves("mx; dkim=pass header.d=cert.example", from), STR("cert.example"), "a signature of the organisation");
	IS_STR(proves("mx; dkim=pass header.i=@other.cert.example", from), STR("cert.example"), "of another host of it, by header.i");
	IS_STR(proves("mx; spf=pass smtp.mailfrom=bounces@lists.cert.example", from), STR("cert.example"), "an aligned envelope");
	IS_STR(proves("mx; dmarc=pass (p=reject) header.from=Mail.CERT.example", from), STR("cert.example"), "dmarc for the From that is read");
	IS_STR(proves("mx; dkim=fail header.d=cert.example; dkim=pass header.d=cert.example", from), STR("cert.example"), "one of two signatures");
	IS_STR(proves("mx; dkim=pass header.d=evil.example", from), STR(""), "a stranger's signature proves nothing");
	IS_STR(proves("mx; dkim=pass header.d=evil-cert.example", from), STR(""), "nor does a name that ends like it");
	IS_STR(proves("mx; dkim=pass header.d=example", from), STR(""), "nor a public suffix");
	IS_STR(proves("mx; dkim=pass header.d=a.co.uk", "b.co.uk"), STR(""), "two registrants below one suffix are two");
	IS_STR(proves("mx; spf=pass smtp.helo=cert.example", from), STR(""), "a greeting is no sender");
	IS_STR(proves("mx; spf=softfail smtp.mailfrom=cert.example; dkim=neutral header.d=cert.example; dmarc=none header.from=mail.cert.example", from), STR(""), "less than pass");
	IS_STR(proves("mx; dkim/2=pass header.d=cert.example", from), STR(""), "a version of the method that nobody knows");
	IS_STR(proves("mx; dkim=pass header.d=cert.example; dmarc=fail header.from=mail.cert.example", from), STR(""), "its owner's dmarc refuses what dkim would prove");
	IS_STR(proves("mx; dmarc=pass header.from=evil.example", from), STR(""), "another From was judged");
	IS_STR(proves("mx; dmarc=pass header.from=evil.example; dkim=pass header.d=cert.example", from), STR(""), "  and nothing else is believed then");
	IS_STR(proves("mx; dmarc=pass", from), STR(""), "dmarc that does not say of whom");
	IS_STR(proves("mx; auth=pass smtp.auth=cert.example; x=pass header.d=cert.example", from), STR(""), "other methods prove no sender");
	IS_STR(proves("mx; dkim=pass header.d=cert.example", "127.0.0.1"), STR(""), "an address is no domain");
	IS_STR(proves("mx; none", from), STR(""), "nothing was checked");
}

static void places(void)
{
	IS_STR(sender(ID DMARC HOP FROM), STR("cert.example"), "on top");
	IS_STR(sender(HOP ID DMARC FROM), STR("cert.example"), "below our own Received, where a milter puts it");
	IS_STR(sender("Received: from mx.example.net by store.example.net with LMTP; x\r\n" HOP ID DMARC FROM), STR("cert.example"), "below several of ours");
	IS_STR(sender("Received: from mx by gate.provider.example; x\r\nAuthentication-Results: filter.provider.example; " DMARC FROM),
		STR("cert.example"), "a filter elsewhere, of a name of its own");
	IS_STR(sender(HOP "Authentication-Results: other.example.net; spf=pass\r\n" ID DMARC FROM), STR("cert.example"), "another server's field above it says nothing");
	IS_STR(sender("Authentication-Results: mx.evil.example; " DMARC HOP FROM), STR(""), "of an id that is not configured");
	IS_STR(sender(HOP FOREIGN ID DMARC FROM), STR(""), "below a Received of a foreign host");
	IS_STR(sender(FOREIGN HOP ID DMARC FROM), STR(""), "below a foreign one that has ours forged under it");
	IS_STR(sender("Received: by mx.evil.example (by mx.example.net) with SMTP; x\r\n" ID DMARC FROM), STR(""), "our name in the comment of a foreign one");
	IS_STR(sender("Received: from x (\"by mx.example.net\")\r\n" ID DMARC FROM), STR(""), "a Received that names nobody");
	IS_STR(sender("Received: from x by mx.example.net.evil.example; x\r\n" ID DMARC FROM), STR(""), "a name that begins with ours");
	IS_STR(sender(ID "dkim=fail header.d=cert.example\r\n" HOP ID DMARC FROM), STR(""), "only the topmost of our id: what the sender put below it is not read");
	IS_STR(sender(ID "dkim=none\r\n" ID DMARC FROM), STR(""), "  neither directly below it");
	IS_STR(sender(ID "dkim=pass header.d=\"\r\n" ID DMARC FROM), STR(""), "one on top that cannot be read hides all below it");
	IS_STR(sender(HOP FROM), STR(""), "without any");
}

static void senders(void)
{
	char wide[MIME_HEADER_BYTES_MAX / 4];
	size_t n = (size_t)snprintf(wide, sizeof(wide), "%sFrom: ", ID DMARC);
	IS_STR(sender(ID DMARC FROM FROM), STR(""), "two From fields");
	IS_STR(sender(ID DMARC "From: report@mail.cert.example, other@evil.example\r\n"), STR(""), "two mailboxes in one From");
	IS_STR(sender(ID "dkim=pass header.d=evil.example\r\nFrom: \"report@mail.cert.example\" <x@evil.example>\r\n"), STR("evil.example"), "an address in the name is a name");
	IS_STR(sender(ID DMARC "From: report (x@evil.example) <report@mail.cert.example>\r\n"), STR("cert.example"), "an address in a comment is a comment");
	IS_STR(sender(ID DMARC "From: nobody\r\n"), STR(""), "no address");
	IS_STR(sender(ID DMARC), STR(""), "no From");
	memset(wide + n, ':', sizeof(wide) - n);
	(void)snprintf(wide + sizeof(wide) - 40, 40, "<report@mail.cert.example>\r\n");
	OK_(sender(wide).ptr != NULL, "a From of a hundred thousand colons ends");
	IS_STR(sender("Authentication-Results: mx.example.net; dmarc=pass header.from=mail.cert.example\rReceived: x\r\n" FROM), STR(""), "a bare CR begins no field: the whole of it is not read");
	const struct auth_trust none = { names, NULL, 0, STR("example.net") };
	struct mime m;
	struct str domain = STR("");
	arena_reset(arena);
	OK_(mime_scan(arena, STR(ID DMARC FROM "\r\n"), &m) == OK && !auth_results_sender(arena, &m, &none, &domain), "without an id of ours nothing is believed");
}

int main(void)
{
	struct why why;
	arena = arena_new("test", 16 << 20);
	if (!arena || names_open(NULL, &names, &why) != OK)
		return 1;
	grammar();
	bent();
	proofs();
	places();
	senders();
	names_close(names);
	arena_free(arena);
	return tap_done();
}
