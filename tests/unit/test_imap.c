/*
 * Responses of IMAP: where they end, and what they say.
 */
#include "base/imap.h"

#include "tap.h"

static void is_len(const char *bytes, size_t literal_max, enum err want, size_t want_len, const char *name)
{
	size_t len = 0;
	IS_INT(imap_response_len(str_of(bytes), literal_max, &len), want, name);
	IS_INT(len, want_len, name);
}

static void test_len(void)
{
	is_len("* OK x\r\na1 OK\r\n", 10, OK, 8, "one line");
	is_len("* OK x", 10, ERR_AGAIN, 0, "half a line");
	is_len("* 1 FETCH (BODY[] {3}\r\nab\n)\r\n", 3, OK, 29, "a literal with a line end in it");
	is_len("* 1 FETCH (BODY[] {3}\r\nabc", 3, ERR_AGAIN, 0, "a literal and nothing behind it");
	is_len("* 1 FETCH (BODY[] {4}\r\n", 3, ERR_LIMIT, 0, "a literal that is too long");
	is_len("* 1 FETCH (BODY[] {99999999999999999999}\r\n", 3, OK, 42, "no literal: the number is none");
	is_len("x {1}\r\na {1}\r\nb\r\n", 3, OK, 17, "two literals");
	is_len("", 3, ERR_AGAIN, 0, "nothing");
}

static void test_numbers(void)
{
	uint32_t n = 0;
	OK_(imap_code_number(STR("* OK [UIDVALIDITY 1795748843] UIDs valid\r\n"), STR("UIDVALIDITY"), &n) && n == 1795748843, "UIDVALIDITY");
	OK_(!imap_code_number(STR("* OK [UIDNEXT 0] x\r\n"), STR("UIDNEXT"), &n), "zero is no number");
	OK_(!imap_code_number(STR("* OK [UIDNEXT 4294967296] x\r\n"), STR("UIDNEXT"), &n), "nor one of 33 bits");
	OK_(!imap_code_number(STR("* OK UIDNEXT 7\r\n"), STR("UIDNEXT"), &n), "nor what stands in no bracket");
	struct str rest = STR("* SEARCH 3 7 12\r\n");
	uint32_t got[4] = { 0 };
	unsigned count = 0;
	while (count < 4 && imap_search_next(&rest, &got[count]))
		count++;
	OK_(count == 3 && got[0] == 3 && got[1] == 7 && got[2] == 12, "the list of SEARCH");
	rest = STR("* SEARCH\r\n");
	OK_(!imap_search_next(&rest, &n), "an empty one");
	rest = STR("* 7 EXISTS\r\n");
	OK_(!imap_search_next(&rest, &n), "another response");
}

static void test_fetch(void)
{
	struct imap_fetch f;
	OK_(imap_fetch_read(STR("* 2 FETCH (UID 17 RFC822.SIZE 655)\r\n"), &f) == OK && f.uid == 17 && f.size == 655 && !f.has_body, "UID and size");
	OK_(imap_fetch_read(STR("* 2 FETCH (FLAGS (\\Seen $x) UID 17 BODY[] {5}\r\na)\r\nb)\r\n"), &f) == OK && f.uid == 17 && f.has_body && str_eq(f.body, STR("a)\r\nb")),
		"the body, behind flags");
	OK_(imap_fetch_read(STR("* 2 FETCH (UID 17 BODY[] \"a\\\"b\")\r\n"), &f) == OK && f.has_body && f.body.len == 4, "a quoted one");
	OK_(imap_fetch_read(STR("* 2 FETCH (UID 17 BODY[] NIL)\r\n"), &f) == OK && !f.has_body, "none");
	OK_(imap_fetch_read(STR("* 2 FETCH (UID 17 ENVELOPE ((\"a\" NIL) {1}\r\n)) RFC822.SIZE 4)\r\n"), &f) == OK && f.size == 4, "a bracket in a literal closes nothing");
	IS_INT(imap_fetch_read(STR("* 2 EXPUNGE\r\n"), &f), ERR_NOTFOUND, "another response");
	IS_INT(imap_fetch_read(STR("* 2 FETCH (UID 17\r\n"), &f), ERR_SYNTAX, "no end");
	IS_INT(imap_fetch_read(STR("* 2 FETCH (UID x)\r\n"), &f), ERR_SYNTAX, "no number");
	IS_INT(imap_fetch_read(STR("* 2 FETCH (X (((((((((1))))))))))\r\n"), &f), ERR_SYNTAX, "too deep");
}

int main(void)
{
	test_len();
	test_numbers();
	test_fetch();
	return tap_done();
}
