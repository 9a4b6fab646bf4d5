/*
 * From the files of a policy to a policy version in memory.
 *
 * A bundle is every file of one version with its text: read from a directory, or from the store where a posted version is
 * kept as one immutable blob. policy_load reads the main file and what it includes, the document, and the letters. It
 * checks form; what a version must hold to be used is check.h's.
 */
#ifndef AUPD_POLICY_LOAD_H
#define AUPD_POLICY_LOAD_H

#include "base/arena.h"
#include "base/conf.h"
#include "model/policy.h"

enum { BUNDLE_FILES_MAX = 1000, BUNDLE_BYTES_MAX = 8 << 20 };

struct bundle_file {
	struct str name;        /* relative: "aup.policy", "letters/en/spam-first.txt" */
	struct str text;
};

struct bundle {
	struct str main;
	struct bundle_file *files;
	unsigned count;
};

const struct bundle_file *bundle_find(const struct bundle *b, struct str name);
/* The blob of a version: canonical, files in order of name. */
enum err bundle_encode(struct arena *a, const struct bundle *b, struct str *ret_blob) MUST_CHECK;
enum err bundle_decode(struct arena *a, struct str blob, struct bundle *ret_bundle, struct why *why) MUST_CHECK;
/* All memory in a, which must live as long as the policy; the bundle's texts are borrowed. */
enum err policy_load(struct arena *a, const struct bundle *b, struct policy **ret_policy, struct why *why) MUST_CHECK;

#endif
