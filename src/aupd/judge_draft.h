/*
 * Versions of the policy that are not posted yet, and what is told of all of them, for judge_policy.c, judge_draft.c and judge_version.c.
 */
#ifndef AUPD_AUPD_JUDGE_DRAFT_H
#define AUPD_AUPD_JUDGE_DRAFT_H

#include "aupd/judge_command.h"
#include "policy/load.h"

enum { DRAFTS_MAX = 16 };

/* Rows of TABLE_SWITCH by version: the bundle; owner = who wrote it last; rank = when. */
#define DRAFT_ROW "policy-draft/"

/* The files of a command that gives a policy: its `policy`, or the draft that `draft` names. */
enum err policy_bundle(struct commanding *c, struct bundle *ret_bundle) MUST_CHECK;
/* May it bind? Held against every check, its tests played. */
enum err policy_tried(struct commanding *c, const struct policy *p) MUST_CHECK;

enum err draft_row(struct commanding *c, struct str version, struct row *ret_row) MUST_CHECK;   /* version 0: there is none */
enum err draft_bundle(struct commanding *c, struct str version, struct bundle *ret_bundle) MUST_CHECK;   /* ERR_NOTFOUND */
/* There is none of that version any more. */
enum err draft_forget(struct commanding *c, struct str version) MUST_CHECK;
/* Was a back-test kept of that draft, as it is with that digest? judge_tested.c */
bool draft_is_tested(struct commanding *c, struct str version, struct str digest);
/* The files of a version, posted or a draft. ERR_NOTFOUND. */
enum err version_bundle(struct commanding *c, struct str version, struct bundle *ret_bundle, struct row *ret_row) MUST_CHECK;

#endif
