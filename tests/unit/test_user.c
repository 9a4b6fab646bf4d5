/*
 * Accounts of the console: one-time passwords by the vectors of RFC 6238, names, waits, what each role may, and passwords.
 */
#include "../tap.h"
#include "base/seal.h"
#include "model/totp.h"
#include "model/user.h"

static struct arena *a;

static void codes(void)
{
	/* RFC 6238 B, of which the last six digits are ours */
	static const struct { int64_t at_s; const char *code; } vectors[] = {
		{ 59, "287082" }, { 1111111109, "081804" }, { 1111111111, "050471" }, { 1234567890, "005924" }, { 2000000000, "279037" }, { 20000000000, "353130" },
	};
	struct str secret = STR("12345678901234567890");
	char code[TOTP_DIGITS + 1];
	int64_t step = 0;
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		totp_code(secret, vectors[i].at_s / TOTP_STEP_S, code);
		IS_STR(str_of(code), str_of(vectors[i].code), vectors[i].code);
	}
	OK_(totp_check(secret, STR("287082"), 59 * SECOND_US, 0, &step) && step == 1, "a code is good at its time");
	OK_(totp_check(secret, STR("287082"), 89 * SECOND_US, 0, &step) &&
		totp_check(secret, STR("287082"), 29 * SECOND_US, 0, &step), "and for a clock that is half a minute off");
	OK_(!totp_check(secret, STR("287082"), 90 * SECOND_US, 0, &step), "no longer");
	OK_(!totp_check(secret, STR("287082"), 59 * SECOND_US, 1, &step), "and once");
	OK_(!totp_check(secret, STR("28708"), 59 * SECOND_US, 0, &step) && !totp_check(secret, STR("2870820"), 59 * SECOND_US, 0, &step) && !totp_check(secret, STR(""), 59 * SECOND_US, 0, &step),
		"a part of one, or more than one, is none");
	IS_STR(totp_base32(a, STR("foobar")), STR("MZXW6YTBOI"), "base32 of RFC 4648 10");
	IS_STR(totp_base32(a, STR("fo")), STR("MZXQ"), "  and of what does not fill it");
	IS_STR(totp_uri(a, STR("Example & Net"), STR("ann@x"), secret),
		STR("otpauth://totp/Example%20%26%20Net:ann%40x?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Example%20%26%20Net"), "an address for an app");
}

static void names(void)
{
	OK_(user_name_is(STR("ann")) && user_name_is(STR("a.b-c_d@example.net")) && user_name_is(STR("0")), "names");
	OK_(!user_name_is(STR("")) && !user_name_is(STR("Ann")) && !user_name_is(STR("a/b")) && !user_name_is(STR("-a")) &&
		!user_name_is(STR("a b")) && !user_name_is(STR("\xc3\xa4")), "are no others");
	OK_(user_wait_us(4) == 0 && user_wait_us(5) == 5 * SECOND_US && user_wait_us(6) == 10 * SECOND_US && user_wait_us(100) == 900 * SECOND_US && user_wait_us(UINT32_MAX) == 900 * SECOND_US,
		"failures make one wait, longer each time");
}

static void sessions(void)
{
	struct user_session s = { .scope = SCOPE_OPERATOR, .id = STR("ann"), .seen_at = HOUR_US, .until_at = 13 * HOUR_US };
	OK_(user_session_valid(&s, HOUR_US + 29 * MINUTE_US) && !user_session_valid(&s, HOUR_US + 30 * MINUTE_US), "a session that is not used is over");
	s.seen_at = 13 * HOUR_US - 1;
	OK_(user_session_valid(&s, 13 * HOUR_US - 1) && !user_session_valid(&s, 13 * HOUR_US), "and after its hours in any case");
	OK_(user_session_new(a).len == SESSION_TOKEN_LEN && user_session_row(a, user_session_new(a)).len == 64, "a token has its length");
	OK_(!user_session_row(a, STR("aus_")).len && !user_session_row(a, STR("aup_0123456789012345678901234567890123456789012")).len, "what is none has no row");
}

static void roles(void)
{
	static const struct { const char *op; const char *may; bool heavy; } table[] = {
		{ "case-note", "analyst senior admin", false }, { "case-approve", "senior admin", false }, { "case-bulk", "senior admin", true }, { "case-bulk-undo", "senior admin", true },
		{ "intake-confirm", "analyst senior admin", false }, { "enforcement", "senior admin", true }, { "policy-post", "policy", true }, { "policy-shadow", "policy", true },
		{ "registry-import", "admin", false }, { "erase", "admin", true }, { "user-add", "admin", true }, { "key-add", "admin", true }, { "backup", "admin", false },
		{ "reseller-fail", "senior admin", true }, { "reseller-plan", "analyst senior admin", false }, { "something-new", "admin", false },
	};
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct buf b;
		buf_init(&b, 256);
		for (enum role_of r = 0; r < ROLE_OF_END; r++)
			if (role_may(r, str_of(table[i].op), false))
				buf_printf(&b, "%s%s", b.len ? " " : "", role_of_words[r]);
		IS_STR(buf_str(&b), str_of(table[i].may), table[i].op);
		OK_(command_is_heavy(str_of(table[i].op)) == table[i].heavy, table[i].heavy ? "  heavy" : "  not heavy");
		buf_done(&b);
	}
	OK_(role_may(ROLE_VIEWER, STR("queue"), true) && !role_may(ROLE_VIEWER, STR("evidence-export"), true) &&
		role_may(ROLE_AUDITOR, STR("evidence-export"), true), "everybody reads; evidence not each");
	OK_(role_sees_people(ROLE_ANALYST) && role_sees_people(ROLE_SENIOR) && role_sees_people(ROLE_ADMIN), "who works on cases sees names in clear");
	OK_(!role_sees_people(ROLE_VIEWER) && !role_sees_people(ROLE_POLICY) && !role_sees_people(ROLE_AUDITOR), "nobody else does");
}

static void passwords(void)
{
	struct str text;
	OK_(password_hash(a, STR("correct horse battery"), &text) == OK && str_starts(text, STR("$argon2id$v=19$m=65536,t=2,p=1$")), "a password is an argon2id text");
	OK_(password_fits(text, STR("correct horse battery")) && !password_fits(text, STR("correct horse batterz")) && !password_fits(text, STR("")), "that fits it alone");
	OK_(!password_fits(STR(""), STR("")) && !password_fits(STR("$argon2id$"), STR("")) && !password_fits(STR("x"), STR("x")), "what is no such text fits nothing");
}

int main(void)
{
	a = arena_new("test", 1 << 20);
	BUG_ON(!a || seal_start() != OK);
	codes();
	names();
	sessions();
	roles();
	passwords();
	arena_free(a);
	return tap_done();
}
