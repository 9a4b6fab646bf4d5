/*
 * What the files of aup evidence and aup verify share.
 */
#ifndef AUPD_AUP_EVIDENCE_H
#define AUPD_AUP_EVIDENCE_H

#include "aup/aup.h"
#include "aup/client.h"
#include "evidence/checkpoint.h"

struct evidence_call {
	struct arena *a;
	const char *socket_path;
	bool json;
};

/* A command whose members `put` writes. What is not signed yet is asked for again, for up to ten seconds. EXIT_OK and the answer, or what was told. */
int evidence_ask(struct evidence_call *c, void (*put)(struct command_text *t, void *arg), void *arg, const char *op, struct json **ret_root, struct str *ret_text);
/* To a file, or to standard output when path is NULL or "-". */
int evidence_out(const char *path, struct str bytes);
/* A verifier key, or the name of a file that holds one. */
enum err evidence_key(struct arena *a, const char *text, struct note_verifier *ret_key, struct why *why) MUST_CHECK;

int evidence_consistency(int argc, char **argv, struct evidence_call *c);
int evidence_export(int argc, char **argv, struct evidence_call *c);

#endif
