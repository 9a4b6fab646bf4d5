/*
 * The words by which a reseller answers: one line, no sentence, no quotation.
 */
#include "engine/forward.h"
#include "tap.h"

static bool says(const char *text, enum forward_state state, enum forward_answer answer)
{
	enum forward_state s = FORWARD_NONE;
	enum forward_answer a = ANSWER_NONE;
	return forward_word(str_of(text), &s, &a) && s == state && a == answer;
}

static bool unclear(const char *text)
{
	enum forward_state s;
	enum forward_answer a;
	return !forward_word(str_of(text), &s, &a);
}

int main(void)
{
	OK_(says("fixed", FORWARD_ANSWERED, ANSWER_FIXED) && says("\n \r\nFIXED.\r\nbye", FORWARD_ANSWERED, ANSWER_FIXED), "the first line that says anything, in any case of letters");
	OK_(says("Status: not-ours", FORWARD_ANSWERED, ANSWER_NOT_OURS) && says("Nicht unser Kunde!", FORWARD_ANSWERED, ANSWER_NOT_OURS), "as a status, and in German");
	OK_(says("acknowledged\nfixed", FORWARD_ACKNOWLEDGED, ANSWER_NONE), "what stands below changes nothing");
	OK_(says("disputed", FORWARD_ANSWERED, ANSWER_DISPUTED) && says("needs more", FORWARD_ANSWERED, ANSWER_NEEDS_MORE), "the other words");
	OK_(unclear("fixed price offers are no violation") && unclear("not fixed") && unclear("we see that it is\nfixed") && unclear("Hello,\n\nfixed"), "a sentence is left to a person");
	OK_(unclear("") && unclear("\n\n") && unclear("Status:") && unclear("..."), "and so is nothing at all");
	bool all = true;
	for (size_t i = 0; forward_result_words[i]; i++) {
		enum forward_state s = FORWARD_NONE;
		enum forward_answer a = ANSWER_NONE;
		all &= forward_word(str_of(forward_result_words[i]), &s, &a) && s == FORWARD_ANSWERED && a != ANSWER_NONE;
	}
	OK_(all, "each word that the API offers as a result is one of a mail");
	return tap_done();
}
