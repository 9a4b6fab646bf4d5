/*
 * aup policy publish: every posted version as a static page, and an index; aup policy mailboxes: where a provider is to be reached.
 *
 * Pages are made of the versions that the daemon holds, never of files, so that what is published is what binds. A file that was
 * there and is none of ours is not written over. Exit codes: 0 done, 1 a page differs or cannot be written, 2 wrong usage, 3 the
 * daemon cannot be reached.
 */
#include <fcntl.h>
#include <stdio.h>

#include "aup/aup.h"
#include "aup/client.h"
#include "aup/policy.h"
#include "base/clock.h"
#include "base/file.h"
#include "model/config.h"
#include "policy/publish.h"

enum { PUBLISH_ARENA_MAX = 1 << 30, PAGE_BYTES_MAX = 64 << 20, PAGE_MODE = 0644, PAGE_VERSIONS = 4 };

struct publishing {
	struct arena *a;
	struct config *config;
	struct publisher p;
	int dir_fd;
	bool check;
	unsigned differ;
	struct why why;
};

static enum err open_config(struct publishing *x, const char *path)
{
	enum err e = path ? config_read(path, &x->config, &x->why) : OK;
	if (e || !path)
		return e;
	const struct share *s = &x->config->all;
	x->p.provider = s->provider;
	x->p.domain = s->mail_domain;
	x->p.abuse_local = s->mail_local;
	x->p.contact = s->contact;
	return OK;
}

static enum err add_version(struct publishing *x, struct str blob)
{
	struct bundle b;
	struct policy *v;
	enum err e = bundle_decode(x->a, blob, &b, &x->why);
	if (e == OK && x->p.count == PUBLISH_VERSIONS_MAX)
		e = why_set(&x->why, ERR_LIMIT, "more than %d versions", PUBLISH_VERSIONS_MAX);
	if (e == OK)
		e = policy_load(x->a, &b, &v, &x->why);
	if (e)
		return e;
	unsigned at = x->p.count++;
	for (; at && x->p.versions[at - 1]->effective_at > v->effective_at; at--)
		x->p.versions[at] = x->p.versions[at - 1];
	x->p.versions[at] = v;
	return OK;
}

/* A few a page: a version may be long. */
static int fetch(struct publishing *x, const char *socket_path)
{
	struct str after = STR_NONE;
	int status;
	do {
		struct json *root;
		struct str text;
		struct buf path;
		buf_init(&path, CLIENT_PATH_MAX);
		buf_printf(&path, "/v1/policies?limit=%d", PAGE_VERSIONS);
		if (after.len)
			client_query(&path, "after", str_c(x->a, after));
		status = client_get(x->a, socket_path, str_c(x->a, buf_str(&path)), &root, &text);
		buf_done(&path);
		const struct json *rows = status == EXIT_OK ? json_get(root, "rows") : NULL;
		for (const struct json *m = rows ? rows->child : NULL; m; m = m->next) {
			const struct json *body = json_get(m, "body");
			enum err e = body ? add_version(x, str_sub(text, body->from, body->to - body->from)) : why_set(&x->why, ERR_SYNTAX, "the daemon gave no policy");
			if (e)
				return cli_fail(&x->why);
		}
		after = status == EXIT_OK ? json_text(root, "after") : STR_NONE;
	} while (after.len);
	return status;
}

/* What stands there may be written over when it is ours. */
static bool is_ours(struct str there)
{
	return str_find(there, STR("content=\"aup policy publish\"")) != SIZE_MAX || str_starts(there, STR("{\"rdapConformance\""));
}

static enum err put_page(struct publishing *x, const char *name, const struct buf *page)
{
	struct str there = STR_NONE;
	if (page->err)
		return why_set(&x->why, page->err, "the page %s is too long", name);
	enum err e = file_read_all(x->a, x->dir_fd, name, PAGE_BYTES_MAX, &there, &x->why);
	bool missing = e == ERR_NOTFOUND;
	if (e && !missing)
		return e;
	bool same = !missing && str_eq(there, buf_str(page));
	if (same)
		return OK;
	if (x->check) {
		(void)printf("%s: %s\n", name, missing ? "is missing" : "is not what the daemon holds");
		x->differ++;
		return OK;
	}
	if (!missing && !is_ours(there))
		return why_set(&x->why, ERR_EXISTS, "%s is there already, and no page of ours: choose another directory", name);
	(void)printf("%s\n", name);
	return file_replace(x->dir_fd, name, buf_str(page), PAGE_MODE, &x->why);
}

static enum err put_pages(struct publishing *x)
{
	struct buf page;
	char name[PUBLISH_NAME_MAX];
	buf_init(&page, PAGE_BYTES_MAX);
	enum err e = OK;
	for (unsigned i = 0; e == OK && i < x->p.count; i++) {
		buf_clear(&page);
		publish_version(&x->p, x->p.versions[i], &page);
		publish_name(x->p.versions[i], name);
		e = put_page(x, name, &page);
	}
	buf_clear(&page);
	if (e == OK) {
		publish_index(&x->p, &page);
		e = put_page(x, "index.html", &page);
	}
	buf_clear(&page);
	if (e == OK && x->p.domain.len) {
		publish_rdap(&x->p, &page);
		e = put_page(x, "abuse.rdap.json", &page);
	}
	buf_done(&page);
	return e;
}

static int publish(struct publishing *x, const char *config, const char *socket_path, const char *dir)
{
	x->p.versions = ARENA_ARRAY(x->a, const struct policy *, PUBLISH_VERSIONS_MAX);
	enum err e = x->p.versions ? open_config(x, config) : why_set(&x->why, ERR_NOMEM, "no memory");
	if (e)
		return cli_fail(&x->why);
	int status = fetch(x, socket_path);
	if (status != EXIT_OK)
		return status;
	e = file_open(AT_FDCWD, dir, O_RDONLY | O_DIRECTORY, 0, &x->dir_fd, &x->why);
	if (e == OK) {
		e = put_pages(x);
		file_close(x->dir_fd);
	}
	if (e)
		return cli_fail(&x->why);
	return x->differ ? EXIT_NO : EXIT_OK;
}

int policy_cmd_publish(int argc, char **argv, bool json)
{
	const char *config = cli_value(&argc, argv, "--config"), *socket_path = client_socket(cli_value(&argc, argv, "--socket"), "AUPD_SOCKET", "/run/aupd/api.sock");
	struct publishing x = { .check = cli_flag(&argc, argv, "--check"), .p.now = clock_wall_at() };
	if (argc != 2 || argv[1][0] == '-' || json)
		return EXIT_USAGE;
	x.a = arena_new("publish", PUBLISH_ARENA_MAX);
	int status = x.a ? publish(&x, config, socket_path, argv[1]) : EXIT_NO;
	if (x.config)
		config_free(x.config);
	arena_free(x.a);
	return status;
}

static void put_mailboxes(const struct publishing *x, bool json, struct buf *out)
{
	struct jsonw w;
	jsonw_init(&w, out);
	if (json)
		jsonw_array(&w, NULL);
	for (const struct mailbox *m = mailboxes; m->name; m++) {
		struct str address = mailbox_address(x->a, &x->p, m);
		if (!json) {
			buf_printf(out, "%-32.*s %s\n", STR_ARG(address), m->purpose);
			continue;
		}
		jsonw_object(&w, NULL);
		jsonw_str(&w, "address", address);
		jsonw_str(&w, "purpose", str_of(m->purpose));
		jsonw_end(&w, '}');
	}
	if (json) {
		jsonw_end(&w, ']');
		buf_putc(out, '\n');
	}
}

int policy_cmd_mailboxes(int argc, char **argv, bool json)
{
	const char *config = cli_value(&argc, argv, "--config");
	bool rdap = cli_flag(&argc, argv, "--rdap");
	struct publishing x = { .check = false };
	struct buf out;
	if (argc != 1 || (rdap && json))
		return EXIT_USAGE;
	x.a = arena_new("mailboxes", PUBLISH_ARENA_MAX);
	enum err e = x.a ? open_config(&x, config ? config : AUPD_SYSCONFDIR "/aupd/aupd.conf") : ERR_NOMEM;
	if (e) {
		arena_free(x.a);
		return cli_fail(&x.why);
	}
	buf_init(&out, PAGE_BYTES_MAX);
	if (rdap)
		publish_rdap(&x.p, &out);
	else
		put_mailboxes(&x, json, &out);
	int status = policy_print(&out);
	config_free(x.config);
	arena_free(x.a);
	return status;
}
