/*
 * The words by which a reseller answers. See forward.h.
 *
 * The first line that says anything counts, alone: what stands below may be a quotation. A line that goes on behind its word with
 * more than a mark is a sentence ("fixed term contract", "not ours, but") and is left to a person.
 */
#include "engine/forward.h"

static const char *const acknowledging[] = { "acknowledged", "received", "bestätigt", "erhalten", NULL };

const char *const forward_result_words[] = { "fixed", "resolved", "behoben", "erledigt", "not-ours", "not ours", "nicht unser kunde", "disputed", "bestritten",
	"needs-more", "needs more", "need more", "mehr angaben", NULL };

static const enum forward_answer meanings[] = { ANSWER_FIXED, ANSWER_FIXED, ANSWER_FIXED, ANSWER_FIXED, ANSWER_NOT_OURS, ANSWER_NOT_OURS, ANSWER_NOT_OURS,
	ANSWER_DISPUTED, ANSWER_DISPUTED, ANSWER_NEEDS_MORE, ANSWER_NEEDS_MORE, ANSWER_NEEDS_MORE, ANSWER_NEEDS_MORE };
_Static_assert(sizeof(meanings) / sizeof(meanings[0]) + 1 == sizeof(forward_result_words) / sizeof(forward_result_words[0]), "each word means something");

static size_t find(const char *const *words, struct str line)
{
	for (size_t i = 0; words[i]; i++)
		if (str_eq_fold(line, str_of(words[i])))
			return i;
	return SIZE_MAX;
}

static struct str first_line(struct str text)
{
	struct str line = STR_NONE;
	while (str_next_line(&text, &line) && !str_trim(line).len)
		;
	return str_trim(line);
}

bool forward_is_status(struct str text)
{
	return str_starts_fold(first_line(text), STR("status:"));
}

bool forward_word(struct str text, enum forward_state *ret_state, enum forward_answer *ret_answer)
{
	struct str line = first_line(text);
	if (str_starts_fold(line, STR("status:")))
		line = str_trim(str_sub(line, 7, line.len));
	while (line.len && strchr(".!:", line.ptr[line.len - 1]))
		line.len--;
	size_t i = find(forward_result_words, line);
	if (i == SIZE_MAX && find(acknowledging, line) == SIZE_MAX)
		return false;
	*ret_state = i == SIZE_MAX ? FORWARD_ACKNOWLEDGED : FORWARD_ANSWERED;
	*ret_answer = i == SIZE_MAX ? ANSWER_NONE : meanings[i];
	return true;
}
