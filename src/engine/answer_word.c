/*
 * What an answer asks for by its first line. See answer_word.h.
 *
 * A word alone on its line, in any of the languages that letters ship in and whatever the letter's own: nobody is held to have said
 * by a sentence what he may not have meant. All else is an answer that a person reads.
 */
#include "engine/answer_word.h"

#include "cases/case.h"

static const struct {
	const char *word;
	enum case_input_type type;
} words[] = { { "fixed", INPUT_FIXED }, { "behoben", INPUT_FIXED }, { "appeal", INPUT_APPEAL }, { "widerspruch", INPUT_APPEAL },
	{ "i undertake", INPUT_SIGNED }, { "ich verpflichte mich", INPUT_SIGNED } };

enum case_input_type answer_word(struct str text, const struct casefile *c, int64_t now)
{
	struct str rest = str_trim(text), line = STR_NONE;
	if (!str_next_line(&rest, &line))
		return INPUT_ANSWER;
	line = str_trim(line);
	while (line.len && str_chr(STR(".!*"), line.ptr[line.len - 1]) != SIZE_MAX)
		line.len--;
	bool late = c->appeal_until_at != TIME_NONE && now > c->appeal_until_at;
	bool asked = c->probation_us && c->probation_until_at == TIME_NONE && !case_is_closed(c);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (str_eq_fold(line, str_of(words[i].word)))
			return (words[i].type == INPUT_APPEAL && (late || c->state == CASE_MERGED)) || (words[i].type == INPUT_SIGNED && !asked) ? INPUT_ANSWER
				: words[i].type;
	return INPUT_ANSWER;
}
