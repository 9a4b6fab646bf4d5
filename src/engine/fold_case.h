/*
 * One step of one case as rows: shared by the files of the engine.
 */
#ifndef AUPD_ENGINE_FOLD_CASE_H
#define AUPD_ENGINE_FOLD_CASE_H

#include "engine/fold.h"

/* Folds the input into the case of that row and writes case, events, acts, letters and evidence records. */
enum err step_case(struct fold *f, struct row *row, struct casefile *c, struct case_input *in, struct why *why) MUST_CHECK;
/* A fresh number in the customer's partition, and the row under which the case will stand. */
enum err new_case(struct fold *f, struct str customer, struct str group, uint64_t thread, struct casefile *ret_case, struct row *ret_row,
	struct why *why) MUST_CHECK;
/* The letter of a notify act: rendered, sealed, stored, and the act pointed at it. */
enum err make_letter(struct fold *f, const struct casefile *c, struct act *act, struct why *why) MUST_CHECK;
enum err put_act(struct fold *f, const struct act *act, struct why *why) MUST_CHECK;

#endif
