/*
 * The public pages of a policy. See publish.h.
 *
 * Of the document's marks headings, their names, lists and paragraphs are understood; all else is text.
 */
#include "policy/publish.h"

#include <stdio.h>

#include "policy/rules.h"

enum { HEADINGS = 6 };

static const char style[] = "body{max-width:45em;margin:2em auto;padding:0 1em;font:1em/1.5 serif}table{border-collapse:collapse}td,th{padding:.2em 1em .2em 0;"
	"text-align:left}code{overflow-wrap:anywhere}";

const struct policy *publish_current(const struct publisher *p)
{
	const struct policy *found = NULL;
	for (unsigned i = 0; i < p->count; i++)
		if (p->versions[i]->effective_at <= p->now)
			found = p->versions[i];
	return found;
}

static bool plain(struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];
		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || (c == '.' && i)))
			return false;
	}
	return s.len && s.len < PUBLISH_NAME_MAX - sizeof(".html") && !str_eq(s, STR("index"));
}

void publish_name(const struct policy *version, char out[PUBLISH_NAME_MAX])
{
	size_t n = 0;
	if (plain(version->version)) {
		(void)snprintf(out, PUBLISH_NAME_MAX, "%.*s.html", STR_ARG(version->version));
		return;
	}
	for (; n < DIGEST_LEN; n++)
		(void)snprintf(out + 2 * n, 3, "%02x", version->digest.octets[n]);
	(void)snprintf(out + 2 * n, PUBLISH_NAME_MAX - 2 * n, ".html");
}

static void escape(struct buf *out, struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		switch (s.ptr[i]) {
		case '&': buf_puts(out, "&amp;"); break;
		case '<': buf_puts(out, "&lt;"); break;
		case '>': buf_puts(out, "&gt;"); break;
		case '"': buf_puts(out, "&quot;"); break;
		case '\'': buf_puts(out, "&#39;"); break;
		default: buf_putc(out, s.ptr[i]);
		}
	}
}

static void put_hex(struct buf *out, const struct digest *d)
{
	for (size_t i = 0; i < DIGEST_LEN; i++)
		buf_printf(out, "%02x", d->octets[i]);
}

static void put_head(struct buf *out, struct str language, struct str title, struct str more)
{
	buf_puts(out, "<!DOCTYPE html>\n<html lang=\"");
	escape(out, language.len ? language : STR("en"));
	buf_puts(out, "\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n"
		"<meta name=\"generator\" content=\"aup policy publish\">\n<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n<title>");
	escape(out, title);
	if (more.len) {
		buf_puts(out, ", ");
		escape(out, more);
	}
	buf_printf(out, "</title>\n<style>%s</style>\n</head>\n<body>\n", style);
}

static void put_time(struct buf *out, int64_t at)
{
	char text[TIME_TEXT_MAX];
	time_print(at, text);
	buf_printf(out, "<time datetime=\"%s\">%s</time>", text, text);
}

/* "### Title {#name}" */
static bool heading(struct buf *out, struct str line)
{
	unsigned level = 0;
	while (level < line.len && line.ptr[level] == '#')
		level++;
	if (!level || level > HEADINGS || level == line.len || line.ptr[level] != ' ')
		return false;
	struct str title = str_trim(str_sub(line, level, line.len)), name = STR_NONE;
	size_t open = str_find(title, STR("{#"));
	if (open != SIZE_MAX && title.ptr[title.len - 1] == '}') {
		name = str_sub(title, open + 2, title.len - open - 3);
		title = str_trim(str_sub(title, 0, open));
	}
	buf_printf(out, "<h%u", level);
	if (name.len) {
		buf_puts(out, " id=\"");
		escape(out, name);
		buf_putc(out, '"');
	}
	buf_putc(out, '>');
	escape(out, title);
	buf_printf(out, "</h%u>\n", level);
	return true;
}

enum block { BLOCK_NONE, BLOCK_TEXT, BLOCK_LIST };

static void end_block(struct buf *out, enum block *b)
{
	if (*b)
		buf_puts(out, *b == BLOCK_TEXT ? "</p>\n" : "</li>\n</ul>\n");
	*b = BLOCK_NONE;
}

static void put_document(struct buf *out, struct str text)
{
	enum block b = BLOCK_NONE;
	struct str line;
	while (str_next_line(&text, &line)) {
		struct str inner = str_trim(line);
		bool item = str_starts(inner, STR("- ")) || str_starts(inner, STR("* "));
		if (!inner.len) {
			end_block(out, &b);
			continue;
		}
		if (line.ptr[0] == '#') {
			end_block(out, &b);
			if (heading(out, line))
				continue;
		}
		if (item && b == BLOCK_TEXT)
			end_block(out, &b);
		if (item)
			buf_puts(out, b == BLOCK_LIST ? "</li>\n<li>" : "<ul>\n<li>");
		else
			buf_puts(out, b ? "\n" : "<p>");
		b = item ? BLOCK_LIST : b ? b : BLOCK_TEXT;
		escape(out, item ? str_trim(str_sub(inner, 2, inner.len)) : inner);
	}
	end_block(out, &b);
}

static struct str title_of(const struct publisher *p, const struct policy *v)
{
	return p->provider.len ? p->provider : v ? v->name : STR("Policy");
}

static int64_t until(const struct publisher *p, const struct policy *v)
{
	for (unsigned i = 0; i + 1 < p->count; i++)
		if (p->versions[i] == v)
			return p->versions[i + 1]->effective_at;
	return TIME_NONE;
}

/* What is in force, what is to come, what was. */
static void put_standing(const struct publisher *p, const struct policy *v, struct buf *out)
{
	int64_t until_at = until(p, v);
	buf_puts(out, v == publish_current(p) ? "in force since " : v->effective_at > p->now ? "takes effect " : "in force from ");
	put_time(out, v->effective_at);
	if (until_at != TIME_NONE) {
		buf_puts(out, " until ");
		put_time(out, until_at);
	}
}

void publish_version(const struct publisher *p, const struct policy *v, struct buf *out)
{
	put_head(out, v->language_count ? v->languages[0] : STR_NONE, title_of(p, v), v->version);
	buf_puts(out, "<p>Version ");
	escape(out, v->version);
	buf_puts(out, ", posted ");
	put_time(out, v->posted_at);
	buf_puts(out, ", ");
	put_standing(p, v, out);
	buf_puts(out, ". <a href=\"index.html\">All versions</a></p>\n<main>\n");
	put_document(out, v->rules->document);
	buf_puts(out, "</main>\n<p>SHA-256 of the text <code>");
	put_hex(out, &v->text_digest);
	buf_puts(out, "</code>, with its rules and letters <code>");
	put_hex(out, &v->digest);
	buf_puts(out, "</code></p>\n</body>\n</html>\n");
}

static void put_mailboxes(const struct publisher *p, struct buf *out)
{
	struct arena *a = arena_new("mailboxes", 1 << 20);
	if (!p->domain.len || !a) {
		arena_free(a);
		return;
	}
	buf_puts(out, "<h2>Whom to write to</h2>\n<table>\n");
	for (const struct mailbox *m = mailboxes; m->name; m++) {
		buf_puts(out, "<tr><th>");
		escape(out, mailbox_address(a, p, m));
		buf_printf(out, "</th><td>%s</td></tr>\n", m->purpose);
	}
	buf_puts(out, "</table>\n");
	arena_free(a);
}

void publish_index(const struct publisher *p, struct buf *out)
{
	const struct policy *now = publish_current(p);
	char name[PUBLISH_NAME_MAX];
	put_head(out, STR("en"), title_of(p, now), STR("policy and its versions"));
	buf_puts(out, "<h1>");
	escape(out, title_of(p, now));
	buf_puts(out, ": policy and its versions</h1>\n");
	if (!now)
		buf_puts(out, "<p>No version is in force.</p>\n");
	buf_puts(out, "<table>\n<tr><th>Version</th><th>Posted</th><th>In force</th></tr>\n");
	for (unsigned i = p->count; i--;) {
		const struct policy *v = p->versions[i];
		publish_name(v, name);
		buf_printf(out, "<tr><td><a href=\"%s\">", name);
		escape(out, v->version);
		buf_puts(out, "</a></td><td>");
		put_time(out, v->posted_at);
		buf_puts(out, "</td><td>");
		put_standing(p, v, out);
		buf_puts(out, "</td></tr>\n");
	}
	buf_puts(out, "</table>\n");
	put_mailboxes(p, out);
	buf_puts(out, "</body>\n</html>\n");
}
