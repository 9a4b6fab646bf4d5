/*
 * Asks another reader, in Python: a script is given a corpus and a number of mutations, and writes records of texts with what it makes of them.
 */
#ifndef AUPD_TESTS_ORACLE_H
#define AUPD_TESTS_ORACLE_H

#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/str.h"

extern char **environ;

/* Its whole output; false when it cannot be run. */
static inline bool oracle_ask(const char *script, const char *corpus, int mutations, struct buf *out)
{
	char python[] = "python3", count[16], chunk[65536], *script_arg = strdup(script), *corpus_arg = strdup(corpus);
	char *argv[] = { python, script_arg, corpus_arg, count, NULL };
	posix_spawn_file_actions_t actions;
	int fd[2], status;
	pid_t pid;
	(void)snprintf(count, sizeof(count), "%d", mutations);
	if (!script_arg || !corpus_arg || pipe(fd) != 0 || posix_spawn_file_actions_init(&actions) != 0)
		abort();
	if (posix_spawn_file_actions_adddup2(&actions, fd[1], 1) != 0 || posix_spawn_file_actions_addclose(&actions, fd[0]) != 0)
		abort();
	int rc = posix_spawnp(&pid, python, &actions, NULL, argv, environ);
	(void)posix_spawn_file_actions_destroy(&actions);
	(void)close(fd[1]);
	for (ssize_t n = 0; rc == 0 && (n = read(fd[0], chunk, sizeof(chunk))) > 0;)
		buf_put(out, (struct str){ chunk, (size_t)n });
	(void)close(fd[0]);
	free(script_arg);
	free(corpus_arg);
	return rc == 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

#endif
