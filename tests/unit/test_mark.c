/*
 * Identity marks in the form in which they are compared: what is equal, what is not, what is refused.
 */
#include "attribution/mark.h"
#include "attribution/registry.h"
#include "tap.h"

#include <string.h>

static struct arena *arena;

static enum err normal(const char *kind, const char *text, struct str *ret_text)
{
	struct why why = { .line = 0 };
	enum err e = mark_normal(arena, mark_kind_of(str_of(kind)), str_of(text), ret_text, &why);
	OK_(e == OK || !strstr(why.text, text), "no reason repeats what was given");
	return e;
}

static void is_normal(const char *kind, const char *text, const char *want)
{
	struct str got = STR_NONE;
	IS_INT(normal(kind, text, &got), OK, text);
	IS_STR(got, str_of(want), "as it is compared");
}

static void is_refused(const char *kind, const char *text, enum err want)
{
	struct str got = STR("untouched");
	IS_INT(normal(kind, text, &got), want, text);
	IS_STR(got, STR("untouched"), "and nothing is given");
}

static void test_mail_phone(void)
{
	is_normal("mail", "Joe.Doe@B\xc3\xbc" "cher.Example.", "joe.doe@xn--bcher-kva.example");
	is_normal("mail", "joe+new@example.net", "joe+new@example.net");
	is_refused("mail", "joe at example.net", ERR_SYNTAX);
	is_normal("phone", "+49 (0)30 / 901-820", "+4930901820");
	is_normal("phone", "0049.30.901820", "+4930901820");
	is_refused("phone", "030 901820", ERR_SYNTAX);
	is_refused("phone", "+49 30 1", ERR_SYNTAX);
	is_refused("phone", "+49301234567890123", ERR_SYNTAX);
	is_refused("phone", "+049 30 901820", ERR_SYNTAX);
	is_refused("phone", "+49 30 901820 ext 7", ERR_SYNTAX);
}

static void test_payment(void)
{
	is_normal("payment", "cus_9sT2AbC", "cus_9sT2AbC");
	is_normal("payment", "4111111111111112", "4111111111111112");
	is_normal("payment", "411111111111", "411111111111");
	is_normal("payment", "a4111111111111111f", "a4111111111111111f");
	is_refused("payment", "4111111111111111", ERR_DENIED);
	is_refused("payment", "4111 1111-1111.1111", ERR_DENIED);
	is_refused("payment", "card:378282246310005/1229", ERR_DENIED);
	is_refused("payment", "6304000000000000000", ERR_DENIED);
	is_refused("payment", "4222222222222", ERR_DENIED);
	is_refused("payment", "two words", ERR_SYNTAX);
}

static void test_weak(void)
{
	is_normal("name+postcode", "Doe, Jane-Ann, SW1A 1AA", "ann doe jane/sw1a1aa");
	is_normal("name+postcode", "jane ann DOE,sw1a1aa", "ann doe jane/sw1a1aa");
	is_normal("name+postcode", "O'Neil \xc3\x96zt\xc3\xbcrk, 10115", "oneil \xc3\xb6zt\xc3\xbcrk/10115");
	is_normal("name+postcode", "A\xc3\x97" "B, 1", "a\xc3\x97" "b/1");
	is_refused("name+postcode", "Max Doe", ERR_SYNTAX);
	is_refused("name+postcode", "Jane Doe, -", ERR_SYNTAX);
	is_refused("name+postcode", ", 20115", ERR_SYNTAX);
	is_normal("device", "00-1B-44-11-3A-B7", "001b44113ab7");
	is_normal("device", "001b.4411.3ab7", "001b44113ab7");
	is_normal("device", "SN 4711/X", "sn 4711/x");
	is_normal("device", "00-1B-44-11-3A-B7-00", "00-1b-44-11-3a-b7-00");
}

static void test_digest(void)
{
	const char *digest = "keyed:0123456789abcdef0123456789abcdef";
	is_normal("mail", digest, digest);
	OK_(mark_is_digest(str_of(digest)) && !mark_is_digest(STR("keyed:0123456789ABCDEF0123456789abcdef")) && !mark_is_digest(STR("keyed:0123")), "what is a digest");
	OK_(mark_kind_of(STR("iban")) == MARK_KIND_END, "a kind that there is not");
}

/* The columns of a row of the register. */
static void test_row(void)
{
	struct entity e = { .type = ENTITY_MARK, .id = STR("m"), .customer = STR("c"), .kind = STR("phone"), .resource = STR("0049 30 901820"), .from_at = TIME_NONE,
		.until_at = TIME_NONE, .value = ENTITY_NO_VALUE }, bad = e;
	const char *column = NULL;
	struct why why;
	OK_(registry_normalise(arena, &e, &column, &why) == OK && str_eq(e.resource, STR("+4930901820")), "a row is brought into that form");
	bad.kind = STR("iban");
	OK_(registry_normalise(arena, &bad, &column, &why) == ERR_SYNTAX && str_eq(str_of(column), STR("kind")), "of another kind it is refused");
	bad.kind = STR_NONE;
	OK_(registry_normalise(arena, &bad, &column, &why) == ERR_NOTFOUND && str_eq(str_of(column), STR("kind")), "and without one");
	bad = e;
	bad.customer = STR_NONE;
	OK_(registry_normalise(arena, &bad, &column, &why) == ERR_NOTFOUND && str_eq(str_of(column), STR("customer")), "and without a customer");
}

int main(void)
{
	arena = arena_new("test", 1 << 20);
	test_mail_phone();
	test_payment();
	test_weak();
	test_digest();
	test_row();
	arena_free(arena);
	return tap_done();
}
