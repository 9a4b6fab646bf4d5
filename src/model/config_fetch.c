/*
 * The block `fetch`. See config_fetch.h.
 */
#include "model/config_fetch.h"

#include <fcntl.h>
#include <string.h>

#include "base/file.h"
#include "base/time.h"
#include "model/config_ledger.h"

static const struct conf_item maildir_items[] = {
	{ .name = "folder", .type = CONF_WORD, .arguments = "NAME", .doc = "the folder of the Maildir that mail goes to once it was taken" },
	{ .name = "every", .type = CONF_SPAN, .arguments = "SPAN", .fallback = "1m", .min = 1000000, .max = DAY_US, .doc = "how often it is looked for" },
	{ .name = NULL },
};

static const struct conf_item imap_items[] = {
	{ .name = "login", .type = CONF_WORD, .arguments = "NAME", .required = true, .doc = "who logs in" },
	{ .name = "password-file", .type = CONF_PATH, .arguments = "FILE", .required = true, .doc = "the first line of it is the password" },
	{ .name = "ca", .type = CONF_PATH, .arguments = "FILE", .doc = "the certificates that the server's is checked against, in PEM; the system's unless given" },
	{ .name = "folder", .type = CONF_WORD, .arguments = "NAME", .doc = "the mailbox that mail goes to once it was taken" },
	{ .name = "every", .type = CONF_SPAN, .arguments = "SPAN", .fallback = "1m", .min = 1000000, .max = DAY_US, .doc = "how often it is looked for" },
	{ .name = NULL },
};

const struct conf_item config_fetch_items[] = {
	{ .name = "imap", .type = CONF_BLOCK, .items = imap_items, .named = true, .many = true, .arguments = "\"URL\" { }", .doc = "a mailbox behind IMAP over TLS" },
	{ .name = "maildir", .type = CONF_BLOCK, .items = maildir_items, .named = true, .many = true, .arguments = "DIRECTORY { }", .doc = "a Maildir that mail is picked up from" },
	{ .name = NULL },
};

static const char *const fetch_kind_words[] = { "maildir", "imap", NULL };

const struct field config_fetch_fields[] = {
	{ .name = "kind", .type = FIELD_ENUM, .offset = offsetof(struct fetch_from, kind), .words = fetch_kind_words },
	{ .name = "where", .type = FIELD_STR, .offset = offsetof(struct fetch_from, where) },
	{ .name = "mailbox", .type = FIELD_STR, .offset = offsetof(struct fetch_from, mailbox) },
	{ .name = "user", .type = FIELD_STR, .offset = offsetof(struct fetch_from, user) },
	{ .name = "secret", .type = FIELD_STR, .offset = offsetof(struct fetch_from, secret) },
	{ .name = "ca", .type = FIELD_STR, .offset = offsetof(struct fetch_from, ca) },
	{ .name = "folder", .type = FIELD_STR, .offset = offsetof(struct fetch_from, folder) },
	{ .name = "every", .type = FIELD_INT, .offset = offsetof(struct fetch_from, every_us) }, { .name = NULL },
};

/* Its text goes to a role that does not see the file. */
enum err config_ca(struct config *c, const struct conf *s, struct str *ret_pem, struct why *why)
{
	struct why inner = { .line = 0 };
	if (file_read_all(c->arena, AT_FDCWD, str_c(c->arena, s->args[1].text), CONFIG_CA_MAX, ret_pem, &inner) == OK &&
		str_find(*ret_pem, STR("-----BEGIN CERTIFICATE-----")) != SIZE_MAX && str_utf8_valid(*ret_pem))
		return OK;
	return conf_fail(why, s, 1, ERR_NOTFOUND, "%.*s: \"%.*s\" cannot be read, or holds no certificate in PEM", STR_ARG(s->args[0].text), STR_ARG(s->args[1].text));
}

/* A folder of a Maildir is a directory beneath it; it cannot lead out of it. */
static enum err read_maildir(const struct conf *s, struct fetch_from *ret, struct why *why)
{
	const struct conf *folder = conf_find(s->child, "folder");
	*ret = (struct fetch_from){ .kind = FETCH_MAILDIR, .where = s->args[1].text, .folder = folder ? folder->args[1].text : STR_NONE,
		.every_us = conf_number(s->child, maildir_items, "every") };
	if (!ret->where.len || ret->where.ptr[0] != '/')
		return conf_fail(why, s, 1, ERR_SYNTAX, "maildir: \"%.*s\" is no absolute path", STR_ARG(ret->where));
	if (folder && (str_chr(ret->folder, '/') != SIZE_MAX || ret->folder.len < 2 || ret->folder.ptr[0] != '.' || str_eq(ret->folder, STR(".."))))
		return conf_fail(why, folder, 1, ERR_SYNTAX, "folder: \"%.*s\" is no folder of a Maildir, such as .Done", STR_ARG(ret->folder));
	return OK;
}

/* What can stand in quotes of a command as it is. */
static bool is_mailbox(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.ptr[i] < ' ' || (unsigned char)s.ptr[i] > '~' || strchr("\"\\%*", s.ptr[i]))
			return false;
	return s.len && s.len <= CONFIG_MAILBOX_MAX;
}

enum err config_secret(struct config *c, const struct conf *s, struct str *ret_secret, struct why *why)
{
	struct str text, line = STR_NONE;
	struct why inner = { .line = 0 };
	enum err e = file_read_all(c->arena, AT_FDCWD, str_c(c->arena, s->args[1].text), CONFIG_PASSWORD_MAX, &text, &inner);
	if (e == OK && str_next_line(&text, &line) && line.len && str_utf8_valid(line) && str_chr(line, '\0') == SIZE_MAX) {
		*ret_secret = line;
		return OK;
	}
	return conf_fail(why, s, 1, ERR_NOTFOUND, "%.*s: \"%.*s\" cannot be read, or its first line is empty", STR_ARG(s->args[0].text), STR_ARG(s->args[1].text));
}

static enum err read_imap(struct config *c, const struct conf *s, struct fetch_from *ret, struct why *why)
{
	static const struct str scheme = { "imaps://", 8 };
	const struct conf *folder = conf_find(s->child, "folder"), *ca = conf_find(s->child, "ca");
	struct str url = s->args[1].text, rest = str_sub(url, scheme.len, url.len), host = str_sub(rest, 0, str_chr(rest, '/'));
	*ret = (struct fetch_from){ .kind = FETCH_IMAP, .mailbox = str_sub(rest, host.len + 1, rest.len), .user = conf_text(s->child, imap_items, "login"),
		.folder = folder ? folder->args[1].text : STR_NONE, .every_us = conf_number(s->child, imap_items, "every") };
	for (size_t i = 0; i < host.len; i++)
		if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789.-:[]", host.ptr[i] | 0x20) && !strchr("[]", host.ptr[i]))
			host = STR_NONE;
	if (!str_starts(url, scheme) || !host.len || !is_mailbox(ret->mailbox))
		return conf_fail(why, s, 1, ERR_SYNTAX, "imap: \"%.*s\" is not imaps://HOST/MAILBOX", STR_ARG(url));
	if (folder && !is_mailbox(ret->folder))
		return conf_fail(why, folder, 1, ERR_SYNTAX, "folder: \"%.*s\" is no name of a mailbox", STR_ARG(ret->folder));
	ret->where = str_format(c->arena, "imaps://%.*s/", STR_ARG(host));
	enum err e = config_secret(c, conf_find(s->child, "password-file"), &ret->secret, why);
	return e || !ca ? e : config_ca(c, ca, &ret->ca, why);
}

enum err config_fetches(struct config *c, struct why *why)
{
	const struct conf *block = conf_find(c->first, "fetch");
	struct share *a = &c->all;
	for (unsigned i = 0; i < a->listen_count && !a->lmtp.len; i++)
		a->lmtp = a->listens[i].kind == LISTEN_LMTP ? a->listens[i].address : STR_NONE;
	if (!block || !block->child)
		return OK;
	if (!a->lmtp.len)
		return conf_fail(why, block, 0, ERR_NOTFOUND, "fetch: what is picked up is handed over by LMTP, and nothing listens for it");
	a->fetches = ARENA_ARRAY(c->arena, struct fetch_from, CONFIG_FETCH_MAX);
	enum err e = a->fetches ? OK : ERR_NOMEM;
	for (const struct conf *s = block->child; e == OK && s; s = s->next) {
		if (a->fetch_count == CONFIG_FETCH_MAX)
			return conf_fail(why, s, 0, ERR_LIMIT, "fetch: at most %d mailboxes", CONFIG_FETCH_MAX);
		struct fetch_from *f = &a->fetches[a->fetch_count];
		e = str_eq(s->args[0].text, STR("imap")) ? read_imap(c, s, f, why) : read_maildir(s, f, why);
		for (unsigned i = 0; e == OK && i < a->fetch_count; i++)
			if (str_eq(a->fetches[i].where, f->where) && str_eq(a->fetches[i].mailbox, f->mailbox) && str_eq(a->fetches[i].user, f->user))
				return conf_fail(why, s, 1, ERR_EXISTS, "fetch: this mailbox is named already");
		a->fetch_count += e == OK;
	}
	return e;
}
