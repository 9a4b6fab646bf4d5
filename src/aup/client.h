/*
 * The client of API v1 over the daemon's Unix sockets.
 */
#ifndef AUPD_AUP_CLIENT_H
#define AUPD_AUP_CLIENT_H

#include "base/arena.h"
#include "base/json.h"

enum { CLIENT_ANSWER_MAX = 256 << 20 };

/* One request; *ret_root is the answer's JSON (its raw text in ret_text). ERR_PEER: the daemon cannot be reached. */
enum err client_call(struct arena *a, const char *socket_path, const char *method, const char *path, const char *headers, struct str body, unsigned *ret_status,
	struct str *ret_text, struct why *why) MUST_CHECK;
/* The API socket: --socket, AUPD_SOCKET, or /run/aupd/api.sock. */
const char *client_socket(const char *given, const char *variable, const char *fallback);

/* A command for the judge: members appended between command_begin and command_send. Prints what the daemon says when it refuses. */
struct command_text {
	struct buf body;
	struct jsonw w;
	struct str more;                /* lines behind the command, borrowed */
	bool quiet;                     /* a refusal is the caller's to tell */
};
void command_begin(struct command_text *c, const char *op);
/* EXIT_OK and the answer, or the exit status after the error was printed. */
int command_send(struct arena *a, const char *socket_path, struct command_text *c, struct json **ret_root, struct str *ret_text);
/* Prints what a quiet command was refused with; EXIT_NO. */
int client_refused(const struct json *root);
/* ("?" or "&") name=value, percent-encoded; nothing when value is NULL. */
enum { CLIENT_PATH_MAX = 4096 };
void client_query(struct buf *path, const char *name, const char *value);
/*
 * Every page of a list, one print for each row; with json one document with all rows. Without a limit of its own in the path
 * that the caller follows by "after", it goes on to the end.
 */
int client_pages(struct arena *a, const char *socket_path, const struct buf *path, const char *list, bool json, void (*print)(const struct json *row));
/* GET; the same. */
int client_get(struct arena *a, const char *socket_path, const char *path, struct json **ret_root, struct str *ret_text);

#endif
