/*
 * The command line: one table of subcommands, exit codes and what they share.
 *
 * 0 done; 1 the answer is no, or something was found wrong; 2 wrong usage; 3 the daemon cannot be reached.
 */
#ifndef AUPD_AUP_AUP_H
#define AUPD_AUP_AUP_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/str.h"

enum { EXIT_OK = 0, EXIT_NO = 1, EXIT_USAGE = 2, EXIT_DOWN = 3, CLI_BYTES_MAX = 1 << 30 };

struct command {
	const char *name, *arguments, *doc;
	int (*run)(int argc, char **argv);
};

extern const struct command commands[];         /* closed by a NULL name */

/* Takes "--name" out of argv; "--name VALUE" likewise. */
bool cli_flag(int *argc, char **argv, const char *name);
const char *cli_value(int *argc, char **argv, const char *name);
/* Refuses options that nobody took; prints the subcommand's usage. */
bool cli_no_more_options(int argc, char **argv, const char *command);
int cli_usage(const char *command);
int cli_fail(const struct why *why);

/* A bar on standard error, for a terminal. */
void cli_bar(const char *what, uint64_t done, uint64_t total);

int cmd_accounting(int argc, char **argv);
int cmd_audit(int argc, char **argv);
int cmd_api(int argc, char **argv);
int cmd_bindings(int argc, char **argv);
int cmd_check(int argc, char **argv);
int cmd_completion(int argc, char **argv);
int cmd_act(int argc, char **argv);
int cmd_customer(int argc, char **argv);
int cmd_sessions(int argc, char **argv);
int cmd_decode(int argc, char **argv);
int cmd_macro(int argc, char **argv);
int cmd_policy(int argc, char **argv);
int cmd_case(int argc, char **argv);
int cmd_key(int argc, char **argv);
int cmd_user(int argc, char **argv);
int cmd_webhook(int argc, char **argv);
int cmd_lookups(int argc, char **argv);
int cmd_queue(int argc, char **argv);
int cmd_search(int argc, char **argv);
int cmd_simulate(int argc, char **argv);
int cmd_tail(int argc, char **argv);
int cmd_usage(int argc, char **argv);
int cmd_intake(int argc, char **argv);
int cmd_ingest(int argc, char **argv);
int cmd_report(int argc, char **argv);
int cmd_who(int argc, char **argv);
int cmd_registry(int argc, char **argv);
int cmd_reseller(int argc, char **argv);
int cmd_enforcement(int argc, char **argv);
int cmd_status(int argc, char **argv);
int cmd_reporter(int argc, char **argv);
int cmd_erase(int argc, char **argv);
int cmd_hold(int argc, char **argv);
int cmd_holds(int argc, char **argv);
int cmd_backup(int argc, char **argv);
int cmd_evidence(int argc, char **argv);
int cmd_verify(int argc, char **argv);
int cmd_test(int argc, char **argv);

#endif
