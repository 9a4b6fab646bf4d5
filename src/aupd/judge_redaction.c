/*
 * Values of a record under a profile. See judge_redaction.h.
 */
#include "aupd/judge_redaction.h"

#include "engine/deed.h"
#include "evidence/handed.h"

struct str redaction_asked_text(struct arena *a, const struct redaction_asked *asked)
{
	if (!asked->profile)
		return STR("");
	return str_format(a, " under the profile %s%s%.*s", redaction_profile_words[asked->profile], asked->reporter.len ? " of " : "", STR_ARG(asked->reporter));
}

enum err redaction_put_opening(struct commanding *c, const struct record *r, const struct record_line *value, const struct seal_key *key)
{
	struct arena *a = work_arena(c->j->fold.work);
	uint8_t salt[32];
	enum err e = record_salt(a, r, value->key, key, salt);
	if (e)
		return e;
	jsonw_object(c->w, NULL);
	jsonw_str(c->w, "name", value->key);
	jsonw_str(c->w, "salt", str_hex(a, (struct str){ (const char *)salt, sizeof(salt) }));
	jsonw_str(c->w, "value", str_base64(a, value->value));
	jsonw_end(c->w, '}');
	return OK;
}

static const struct record_line *value_of(const struct record_line *values, unsigned count, struct str name)
{
	for (unsigned i = 0; i < count; i++)
		if (str_eq(values[i].key, name))
			return &values[i];
	return NULL;
}

static struct str text_of(const struct record_line *values, unsigned count, struct str name)
{
	const struct record_line *v = value_of(values, count, name);
	return v ? v->value : STR_NONE;
}

static void put_withheld(struct commanding *c, struct str name, int64_t len, enum redaction_reason reason)
{
	jsonw_object(c->w, NULL);
	jsonw_str(c->w, "name", name);
	jsonw_int(c->w, "length", len);
	jsonw_str(c->w, "reason", str_of(redaction_reason_words[reason]));
	jsonw_end(c->w, '}');
}

/* Under full they go out themselves, or whoever asks for them is told that they are gone. Bytes that are damaged can be withheld all the same. */
static enum err put_raw(struct commanding *c, const struct redaction_asked *asked, const struct record *r, const struct row *event_row)
{
	struct arena *a = c->j->scratch;
	struct arena_mark mark = arena_mark(a);
	struct case_event event = { 0 };
	struct str bytes;
	if (asked->profile == REDACTION_FULL || !record_value(r, STR("raw")).len)
		return OK;
	enum err e = field_decode(a, event_row->body, case_event_fields, &event, c->why), raw = ERR_NOTFOUND;
	if (e == OK)
		raw = judge_raw_read(c->j, a, event.raw, &bytes, NULL, NULL);
	if (e == OK)
		put_withheld(c, STR("raw"), raw ? -1 : (int64_t)bytes.len, raw == ERR_NOTFOUND ? REASON_GONE : REASON_RAW);
	arena_rewind(a, mark);
	return e;
}

enum err redaction_put(struct commanding *c, const struct redaction_asked *asked, const struct record *r, const struct record_line *values, unsigned count,
	const struct seal_key *key, const struct row *event)
{
	struct arena *a = work_arena(c->j->fold.work);
	struct redaction_verdict v[RECORD_LINES_MAX];
	struct redaction_about about = { .profile = asked->profile, .kind = record_value(r, STR("kind")), .actor = text_of(values, count, STR("actor")),
		.own = asked->reporter.len && str_eq(text_of(values, count, STR("reporter")), asked->reporter) };
	enum err e = OK;
	jsonw_array(c->w, "openings");
	for (unsigned i = 0; e == OK && i < count; i++) {
		e = redaction_judge(a, &about, values[i].key, values[i].value, &v[i]);
		if (e == OK && v[i].how == REDACTION_SHOWN)
			e = redaction_put_opening(c, r, &values[i], key);
	}
	jsonw_end(c->w, ']');
	jsonw_array(c->w, "masked");
	for (unsigned i = 0; e == OK && i < count; i++) {
		if (v[i].how != REDACTION_MASKED)
			continue;
		jsonw_object(c->w, NULL);
		jsonw_str(c->w, "name", values[i].key);
		jsonw_int(c->w, "length", (int64_t)values[i].value.len);
		jsonw_str(c->w, "pieces", str_base64(a, v[i].pieces));
		jsonw_end(c->w, '}');
	}
	jsonw_end(c->w, ']');
	jsonw_array(c->w, "withheld");
	for (unsigned i = 0; e == OK && i < count; i++)
		if (v[i].how == REDACTION_WITHHELD)
			put_withheld(c, values[i].key, v[i].says_length ? (int64_t)values[i].value.len : -1, v[i].reason);
	for (unsigned i = 0; e == OK && i < r->count; i++) {
		struct str name = str_sub(r->lines[i].key, 4, r->lines[i].key.len);
		if (str_starts(r->lines[i].key, STR("com.")) && !value_of(values, count, name))
			put_withheld(c, name, -1, REASON_GONE);
	}
	if (e == OK)
		e = put_raw(c, asked, r, event);
	jsonw_end(c->w, ']');
	return e;
}

enum err redaction_seal(struct commanding *c, const struct redaction_asked *asked, const char *number, struct str digest, struct str whose)
{
	struct fold *f = &c->j->fold;
	struct arena *a = work_arena(f->work);
	const struct policy *policy = fold_policy_at(f, f->now);
	struct record_line actor = { STR("actor"), c->who };
	struct seal_key key;
	struct record r;
	struct row row;
	enum err e = deed_begin(f, str_c(a, HANDED_KIND), &r, c->why);
	if (e)
		return e;
	record_put(&r, "case", str_of(number));
	record_put(&r, "profile", str_of(redaction_profile_words[asked->profile]));
	record_put(&r, "redaction", digest);
	if (policy) {
		record_put(&r, "policy", policy->version);
		record_put(&r, "policy.digest", digest_hex(a, &policy->digest));
	}
	record_commit(&r, "actor", c->who);
	record_commit(&r, "because", command_arg(c, "because"));
	e = deed_write(f, &r, whose, c->why);
	if (e == OK)
		e = work_get(f->work, TABLE_RECORD, r.id, &row, c->why);
	if (e == OK)
		e = keyring_get(f->keyring, whose, &key, c->why);
	if (e)
		return e;
	jsonw_str(c->w, "record", r.id);
	jsonw_str(c->w, "text", str_base64(a, row.body));
	jsonw_array(c->w, "openings");
	e = redaction_put_opening(c, &r, &actor, &key);
	jsonw_end(c->w, ']');
	secret_wipe(&key, sizeof(key));
	return e;
}
