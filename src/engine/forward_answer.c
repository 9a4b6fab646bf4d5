/*
 * The words by which a reseller answers. See forward.h.
 *
 * The first line that says anything counts, alone: what stands below may be a quotation. A line that goes on behind its word with
 * more than a mark is a sentence ("fixed term contract", "not ours, but") and is left to a person.
 */
#include "engine/forward.h"

struct word {
	const char *text;
	enum forward_state state;
	enum forward_answer answer;
};

static const struct word words[] = {
	{ "acknowledged", FORWARD_ACKNOWLEDGED, ANSWER_NONE }, { "received", FORWARD_ACKNOWLEDGED, ANSWER_NONE },
	{ "bestätigt", FORWARD_ACKNOWLEDGED, ANSWER_NONE }, { "erhalten", FORWARD_ACKNOWLEDGED, ANSWER_NONE },
	{ "fixed", FORWARD_ANSWERED, ANSWER_FIXED }, { "resolved", FORWARD_ANSWERED, ANSWER_FIXED },
	{ "behoben", FORWARD_ANSWERED, ANSWER_FIXED }, { "erledigt", FORWARD_ANSWERED, ANSWER_FIXED },
	{ "not ours", FORWARD_ANSWERED, ANSWER_NOT_OURS }, { "not-ours", FORWARD_ANSWERED, ANSWER_NOT_OURS }, { "nicht unser kunde", FORWARD_ANSWERED, ANSWER_NOT_OURS },
	{ "disputed", FORWARD_ANSWERED, ANSWER_DISPUTED }, { "bestritten", FORWARD_ANSWERED, ANSWER_DISPUTED },
	{ "needs more", FORWARD_ANSWERED, ANSWER_NEEDS_MORE }, { "needs-more", FORWARD_ANSWERED, ANSWER_NEEDS_MORE }, { "need more", FORWARD_ANSWERED, ANSWER_NEEDS_MORE },
	{ "mehr angaben", FORWARD_ANSWERED, ANSWER_NEEDS_MORE },
};

bool forward_word(struct str text, enum forward_state *ret_state, enum forward_answer *ret_answer)
{
	struct str rest = text, line = STR_NONE;
	while (str_next_line(&rest, &line) && !str_trim(line).len)
		;
	line = str_trim(line);
	if (str_starts_fold(line, STR("status:")))
		line = str_trim(str_sub(line, 7, line.len));
	while (line.len && strchr(".!:", line.ptr[line.len - 1]))
		line.len--;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (!str_eq_fold(line, str_of(words[i].text)))
			continue;
		*ret_state = words[i].state;
		*ret_answer = words[i].answer;
		return true;
	}
	return false;
}
