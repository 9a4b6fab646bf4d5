/*
 * What the subcommands of `aup policy` share: reading a version from files, and telling a person what is wrong with it.
 */
#ifndef AUPD_AUP_POLICY_H
#define AUPD_AUP_POLICY_H

#include "policy/check.h"

enum { SHOW_BYTES_MAX = 64 << 20 };

struct opened_policy {
	struct arena *arena;
	struct bundle bundle;
	struct policy *policy;
};

/* Loads and checks; on failure says why on standard error (or as JSON on standard output) and gives EXIT_NO. */
int policy_open(const char *path, bool json, struct opened_policy *ret_opened);
/* Loads only: a version that an earlier program took can be read although this one would not take it. */
int policy_open_unchecked(const char *path, bool json, struct opened_policy *ret_opened);
/* A version or draft that the daemon has, as it is there. */
int policy_open_kept(const char *version, const char *socket_path, struct opened_policy *ret_opened);
/* Nothing is read: the daemon has it. */
int policy_open_draft(struct opened_policy *ret_opened);
/* The files as a member of a command, or the name of the draft. */
struct command_text;
void policy_put(const struct opened_policy *o, const char *draft, struct command_text *c);
void policy_close(struct opened_policy *o);

/* Prints on standard output and frees; a text that did not fit is a failure, not a short text. */
int policy_print(struct buf *out);

int policy_cmd_check(int argc, char **argv, bool json);
int policy_cmd_show(int argc, char **argv, bool json);
int policy_cmd_coverage(int argc, char **argv, bool json);
int policy_cmd_diff(int argc, char **argv, bool json);
int policy_cmd_test(int argc, char **argv, bool json);
int policy_cmd_post(int argc, char **argv, bool json);
int policy_cmd_list(int argc, char **argv, bool json);
int policy_cmd_draft(int argc, char **argv, bool json);
int policy_cmd_shadow(int argc, char **argv, bool json);
/* A draft of the daemon's own over what was judged since then; prints as a back-test does. from: a time, borrowed. */
int policy_backtest_since(const struct opened_policy *draft, const char *from, const char *socket_path, bool json, bool every);
int policy_cmd_backtest(int argc, char **argv, bool json);
int policy_cmd_publish(int argc, char **argv, bool json);
int policy_cmd_mailboxes(int argc, char **argv, bool json);

#endif
