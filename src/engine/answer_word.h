/*
 * The word that an answer begins with, alone on its first line, and that says what the customer wants: FIXED, APPEAL, I UNDERTAKE.
 */
#ifndef AUPD_ENGINE_ANSWER_WORD_H
#define AUPD_ENGINE_ANSWER_WORD_H

#include "model/case.h"

/* INPUT_FIXED, INPUT_APPEAL, INPUT_SIGNED, or INPUT_ANSWER when the first line is no such word. What a case cannot take now is an answer, too. */
enum case_input_type answer_word(struct str text, const struct casefile *c, int64_t now);

#endif
