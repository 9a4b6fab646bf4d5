/*
 * See user.h.
 */
#include "model/user.h"

#include "base/digest.h"
#include "base/seal.h"

enum { SECRET_LEN = 32 };

const char *const role_of_words[] = { "viewer", "analyst", "senior", "policy", "auditor", "admin", NULL };
const char *const user_state_words[] = { "invited", "active", "disabled", NULL };

#define F(member, kind) FIELD(struct, user, member, kind)
#define S(member, kind) FIELD(struct, user_session, member, kind)

const struct field user_fields[] = {
	F(name, FIELD_STR), { .name = "scope", .type = FIELD_ENUM, .offset = offsetof(struct user, scope), .words = scope_words }, F(id, FIELD_STR),
	{ .name = "role", .type = FIELD_ENUM, .offset = offsetof(struct user, role), .words = role_of_words },
	{ .name = "state", .type = FIELD_ENUM, .offset = offsetof(struct user, state), .words = user_state_words }, F(password, FIELD_STR), F(invitation, FIELD_STR),
	F(invited_until_at, FIELD_TIME), F(secret, FIELD_BYTES), F(secret_step, FIELD_INT),
	{ .name = "recovery", .type = FIELD_STRS, .offset = offsetof(struct user, recovery), .count_offset = offsetof(struct user, recovery_count), .max = USER_RECOVERY },
	F(made_by, FIELD_STR), F(made_at, FIELD_TIME), F(seen_at, FIELD_TIME), F(failures, FIELD_U32), F(wait_until_at, FIELD_TIME), F(keys, FIELD_STR),
	F(identity, FIELD_STR), F(issuer, FIELD_STR), { .name = NULL },
};

const struct field user_session_fields[] = {
	S(account, FIELD_STR), { .name = "scope", .type = FIELD_ENUM, .offset = offsetof(struct user_session, scope), .words = scope_words }, S(id, FIELD_STR),
	{ .name = "role", .type = FIELD_ENUM, .offset = offsetof(struct user_session, role), .words = role_of_words }, S(made_at, FIELD_TIME), S(seen_at, FIELD_TIME),
	S(until_at, FIELD_TIME), S(before_at, FIELD_TIME), S(proved_at, FIELD_TIME), S(enrols, FIELD_BOOL), S(by_provider, FIELD_BOOL),
	S(from, FIELD_STR), S(agent, FIELD_STR), S(keys, FIELD_STR), { .name = NULL },
};

const struct user_key user_keys[] = {
	{ "down", "j", "the next row" }, { "up", "k", "the row before" }, { "down-select", "J", "the next row, and select" }, { "up-select", "K", "the row before, and select" },
	{ "select", "x", "select the row" }, { "open", "o", "open the row" }, { "back", "u", "back to the list" }, { "next-case", "e", "the next case that waits" },
	{ "assign", "a", "assign" }, { "snooze", "s", "snooze" }, { "note", "n", "write a note" }, { "merge", "m", "merge" }, { "close", "c", "close" },
	{ "take-back", "z", "take back what was done last" }, { "news", ".", "show what is new" }, { "filter", "/", "filter the list" }, { "go", "g", "go to, with a second key" },
	{ "help", "?", "the list of keys" }, { NULL, NULL, NULL },
};

bool user_name_is(struct str name)
{
	for (size_t i = 0; i < name.len; i++) {
		char c = name.ptr[i];
		bool good = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (i && (c == '.' || c == '_' || c == '-' || c == '@'));
		if (!good)
			return false;
	}
	return name.len && name.len <= USER_NAME_MAX;
}

int64_t user_wait_us(uint32_t failures)
{
	int64_t s = failures < USER_FREE_FAILURES ? 0 : failures - USER_FREE_FAILURES < 20 ? INT64_C(5) << (failures - USER_FREE_FAILURES) : USER_WAIT_MAX_S;
	return (s < USER_WAIT_MAX_S ? s : USER_WAIT_MAX_S) * SECOND_US;
}

struct str user_session_new(struct arena *a)
{
	char secret[SECRET_LEN];
	random_bytes(secret, sizeof(secret));
	struct str token = str_format(a, "aus_%.*s", STR_ARG(str_base64url(a, (struct str){ secret, sizeof(secret) })));
	secret_wipe(secret, sizeof(secret));
	return token;
}

struct str user_session_row(struct arena *a, struct str token)
{
	struct digest d;
	if (token.len != SESSION_TOKEN_LEN || !str_starts(token, STR("aus_")))
		return STR_NONE;
	digest_sha256(token, &d);
	return digest_hex(a, &d);
}

bool user_session_valid(const struct user_session *s, int64_t now_at)
{
	return s->scope >= SCOPE_OPERATOR && s->id.len && s->until_at > now_at && now_at - s->seen_at < SESSION_IDLE_MINUTES * MINUTE_US;
}

enum err principal_of_session(struct arena *a, const struct row *row, int64_t now, struct user_session *ret_session, struct principal *ret_principal, struct why *why)
{
	struct user_session s = { 0 };
	enum err e = row->version ? field_decode(a, row->body, user_session_fields, &s, why) : ERR_NOTFOUND;
	if (e && e != ERR_NOTFOUND)
		return e;
	if (e || !user_session_valid(&s, now))
		return why_set(why, ERR_DENIED, "the session is over");
	*ret_session = s;
	*ret_principal = (struct principal){ .scope = s.scope, .id = s.id, .session = row->key };
	return OK;
}

static const struct { const char *begins; unsigned roles; bool heavy; } needs[] = {
	/* the longer ones first */
	{ "case-bulk", 1 << ROLE_SENIOR, true }, { "case-approve", 1 << ROLE_SENIOR, false }, { "case-emergency", 1 << ROLE_SENIOR, false },
	{ "case-", 1 << ROLE_SENIOR | 1 << ROLE_ANALYST, false }, { "macro-run", 1 << ROLE_SENIOR | 1 << ROLE_ANALYST, false }, { "macro-", 1 << ROLE_SENIOR, false },
	{ "intake-ignore", 1 << ROLE_SENIOR, false }, { "intake-", 1 << ROLE_SENIOR | 1 << ROLE_ANALYST, false }, { "reporter-", 1 << ROLE_SENIOR, false },
	{ "reseller-fail", 1 << ROLE_SENIOR, true }, { "reseller-", 1 << ROLE_SENIOR | 1 << ROLE_ANALYST, false }, { "enforcement", 1 << ROLE_SENIOR, true },
	{ "policy-", 1 << ROLE_POLICY, true }, { "hold", 1 << ROLE_SENIOR, false }, { "erase", 0, true }, { "user-", 0, true }, { "key-", 0, true }, { "my-key-", 0, true }, { "", 0, false },
};

static size_t need_of(struct str op)
{
	size_t i = 0;
	while (!str_starts(op, str_of(needs[i].begins)))
		i++;
	return i;
}

bool role_may(enum role_of role, struct str op, bool tells)
{
	size_t i = need_of(op);
	/* what tells of keys and people in bulk tells more than it is to be known for work */
	if (tells)
		return role != ROLE_VIEWER || !(str_starts(op, STR("evidence-")) || str_eq(op, STR("audit")));
	return needs[i].roles >> role & 1 || (role == ROLE_ADMIN && !str_starts(op, STR("policy-")));
}

bool role_sees_people(enum role_of role)
{
	return role == ROLE_ANALYST || role == ROLE_SENIOR || role == ROLE_ADMIN;
}

bool command_is_heavy(struct str op)
{
	return needs[need_of(op)].heavy;
}
