/*
 * The client of API v1. See client.h. One connection a request, closed by the daemon's answer.
 */
#include "aup/client.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "aup/aup.h"

const char *client_socket(const char *given, const char *variable, const char *fallback)
{
	const char *env = getenv(variable);
	return given ? given : env ? env : fallback;
}

static enum err dial(const char *path, int *ret_fd, struct why *why)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	if (strlen(path) >= sizeof(to.sun_path))
		return why_set(why, ERR_LIMIT, "the socket's path is too long: %s", path);
	memcpy(to.sun_path, path, strlen(path) + 1);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (const struct sockaddr *)&to, sizeof(to)) != 0) {
		(void)why_errno(why, "aupd cannot be reached at %s", path);
		why_hint(why, "is it running? --socket and AUPD_SOCKET name another place");
		if (fd >= 0)
			(void)close(fd);
		return ERR_PEER;
	}
	*ret_fd = fd;
	return OK;
}

static enum err say(int fd, struct str s)
{
	while (s.len) {
		ssize_t n = send(fd, s.ptr, s.len, MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return ERR_PEER;
		s = str_sub(s, (size_t)n, s.len);
	}
	return OK;
}

static enum err hear(int fd, struct buf *in)
{
	char bytes[65536];
	for (;;) {
		ssize_t n = read(fd, bytes, sizeof(bytes));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n == 0 && !in->err ? OK : ERR_PEER;
		buf_put(in, (struct str){ bytes, (size_t)n });
	}
}

static enum err read_answer(struct arena *a, struct str text, unsigned *ret_status, struct str *ret_body)
{
	size_t end = str_find(text, STR("\r\n\r\n"));
	uint64_t status;
	if (!str_starts(text, STR("HTTP/1.1 ")) || end == SIZE_MAX || str_to_u64(str_sub(text, 9, 3), 999, &status) != OK)
		return ERR_PEER;
	*ret_status = (unsigned)status;
	*ret_body = str_copy(a, str_sub(text, end + 4, text.len));
	return OK;
}

enum err client_call(struct arena *a, const char *socket_path, const char *method, const char *path, const char *headers, struct str body, unsigned *ret_status,
	struct str *ret_text, struct why *why)
{
	int fd = -1;
	struct buf in;
	enum err e = dial(socket_path, &fd, why);
	if (e)
		return e;
	buf_init(&in, CLIENT_ANSWER_MAX);
	struct str head = str_format(a, "%s %s HTTP/1.1\r\nHost: aupd\r\nConnection: close\r\nContent-Length: %zu\r\n%s\r\n", method, path, body.len, headers);
	e = say(fd, head);
	if (e == OK)
		e = say(fd, body);
	/* an answer may come before all was said: a refusal */
	enum err heard = hear(fd, &in);
	if (heard == OK && in.len)
		e = read_answer(a, buf_str(&in), ret_status, ret_text);
	else if (e == OK)
		e = ERR_PEER;
	buf_done(&in);
	(void)close(fd);
	return e ? why_set(why, ERR_PEER, "aupd broke the connection off") : OK;
}

void command_begin(struct command_text *c, const char *op)
{
	*c = (struct command_text){ .more = STR_NONE };
	buf_init(&c->body, CLIENT_ANSWER_MAX);
	jsonw_init(&c->w, &c->body);
	jsonw_object(&c->w, NULL);
	jsonw_str(&c->w, "op", str_of(op));
}

int client_refused(const struct json *root)
{
	struct str error = json_text(root, "error"), hint = json_text(root, "hint");
	(void)fprintf(stderr, hint.len ? "aup: %.*s (%.*s)\n" : "aup: %.*s%.*s\n", STR_ARG(error.len ? error : STR("refused")), STR_ARG(hint));
	return EXIT_NO;
}

static int finish(struct arena *a, enum err e, bool quiet, unsigned status, struct str text, struct json **ret_root, struct str *ret_text, struct why *why)
{
	if (e) {
		(void)cli_fail(why);
		return EXIT_DOWN;
	}
	*ret_text = text;
	if (json_read(a, text, ret_root, why) != OK) {
		*ret_root = NULL;
		if (status < 300)
			return EXIT_OK;
	}
	if (status < 300)
		return EXIT_OK;
	if (quiet && status != 503)
		return EXIT_NO;
	return client_refused(*ret_root) && status == 503 ? EXIT_DOWN : EXIT_NO;
}

int command_send(struct arena *a, const char *socket_path, struct command_text *c, struct json **ret_root, struct str *ret_text)
{
	struct why why = { .line = 0 };
	unsigned status = 0;
	struct str text = STR_NONE;
	jsonw_end(&c->w, '}');
	if (c->more.len) {
		buf_putc(&c->body, '\n');
		buf_put(&c->body, c->more);
	}
	enum err e = c->body.err ? why_set(&why, c->body.err, "the command is too long")
		: client_call(a, socket_path, "POST", "/v1/command", "Content-Type: application/json\r\n", buf_str(&c->body), &status, &text, &why);
	buf_done(&c->body);
	return finish(a, e, c->quiet, status, text, ret_root, ret_text, &why);
}

int client_get(struct arena *a, const char *socket_path, const char *path, struct json **ret_root, struct str *ret_text)
{
	struct why why = { .line = 0 };
	unsigned status = 0;
	struct str text = STR_NONE;
	enum err e = client_call(a, socket_path, "GET", path, "", STR_NONE, &status, &text, &why);
	return finish(a, e, false, status, text, ret_root, ret_text, &why);
}

void client_query(struct buf *path, const char *name, const char *value)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/:@,";
	if (!value)
		return;
	bool first = str_chr(buf_str(path), '?') == SIZE_MAX;
	buf_printf(path, "%c%s=", first ? '?' : '&', name);
	for (; *value; value++) {
		if (strchr(plain, *value))
			buf_putc(path, *value);
		else
			buf_printf(path, "%%%02X", (unsigned)(unsigned char)*value);
	}
}

int client_pages(struct arena *a, const char *socket_path, const struct buf *path, const char *list, bool json, void (*print)(const struct json *row))
{
	struct str after = STR_NONE;
	bool first = true;
	int status;
	if (json)
		(void)printf("{\"%s\":[", list);
	do {
		struct arena *page = arena_new("page", CLI_BYTES_MAX);
		struct json *root = NULL;
		struct str text;
		struct buf one;
		buf_init(&one, CLIENT_PATH_MAX * 4);
		buf_put(&one, buf_str(path));
		if (after.len)
			client_query(&one, "after", str_c(a, after));
		status = page ? client_get(page, socket_path, str_c(page, buf_str(&one)), &root, &text) : EXIT_NO;
		buf_done(&one);
		const struct json *rows = status == EXIT_OK ? json_get(root, list) : NULL;
		for (const struct json *m = rows ? rows->child : NULL; m; m = m->next, first = false) {
			if (json)
				(void)printf("%s%.*s", first ? "" : ",", (int)(m->to - m->from), text.ptr + m->from);
			else
				print(m);
		}
		after = status == EXIT_OK ? str_copy(a, json_text(root, "after")) : STR_NONE;
		arena_free(page);
	} while (status == EXIT_OK && after.len);
	if (json)
		(void)printf("]}\n");
	return status;
}
