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

static void put_opening(struct commanding *c, const struct evidence_opening *o)
{
	struct arena *a = work_arena(c->j->fold.work);
	jsonw_object(c->w, NULL);
	jsonw_str(c->w, "name", o->name);
	jsonw_str(c->w, "salt", str_hex(a, (struct str){ (const char *)o->salt, sizeof(o->salt) }));
	jsonw_str(c->w, "value", str_base64(a, o->value));
	jsonw_end(c->w, '}');
}

enum err redaction_put_opening(struct commanding *c, const struct record *r, const struct record_line *value, const struct seal_key *key)
{
	struct evidence_opening o = { .name = value->key, .value = value->value };
	enum err e = record_salt(work_arena(c->j->fold.work), r, value->key, key, o.salt);
	if (e == OK)
		put_opening(c, &o);
	return e;
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

static void withhold(struct evidence_entry *e, struct str name, int64_t len, enum redaction_reason reason)
{
	e->withheld[e->withheld_count++] = (struct evidence_withheld){ name, str_of(redaction_reason_words[reason]), len };
}

/* Under full they go out themselves, or whoever asks for them is told that they are gone. Bytes that are damaged can be withheld all the same. */
static enum err sort_raw(struct commanding *c, const struct redaction_asked *asked, const struct record *r, const struct row *event_row, struct evidence_entry *entry)
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
		withhold(entry, STR("raw"), raw ? -1 : (int64_t)bytes.len, raw == ERR_NOTFOUND ? REASON_GONE : REASON_RAW);
	arena_rewind(a, mark);
	return e;
}

static enum err sort_value(struct arena *a, const struct redaction_about *about, const struct record *r, const struct record_line *value, const struct seal_key *key,
	struct evidence_entry *entry)
{
	struct redaction_verdict v = { .how = REDACTION_WITHHELD };
	enum err e = redaction_judge(a, about, value->key, value->value, &v);
	if (e == OK && v.how == REDACTION_SHOWN) {
		struct evidence_opening *o = &entry->openings[entry->opening_count++];
		o->name = value->key;
		o->value = value->value;
		e = record_salt(a, r, value->key, key, o->salt);
	} else if (e == OK && v.how == REDACTION_MASKED) {
		entry->masked[entry->masked_count++] = (struct evidence_masked){ value->key, v.pieces, (int64_t)value->value.len };
	} else if (e == OK) {
		withhold(entry, value->key, v.says_length ? (int64_t)value->value.len : -1, v.reason);
	}
	return e;
}

enum err redaction_sort(struct commanding *c, const struct redaction_asked *asked, const struct record *r, const struct record_line *values, unsigned count,
	const struct seal_key *key, const struct row *event, struct evidence_entry *ret_entry)
{
	struct arena *a = work_arena(c->j->fold.work);
	struct redaction_about about = { .profile = asked->profile, .kind = record_value(r, STR("kind")), .actor = text_of(values, count, STR("actor")),
		.own = asked->reporter.len && str_eq(text_of(values, count, STR("reporter")), asked->reporter) };
	struct evidence_entry x = { .openings = ARENA_ARRAY(a, struct evidence_opening, count + 1), .masked = ARENA_ARRAY(a, struct evidence_masked, count + 1),
		.withheld = ARENA_ARRAY(a, struct evidence_withheld, r->count + 1) };
	enum err e = x.openings && x.masked && x.withheld ? OK : why_set(c->why, ERR_NOMEM, "no memory for an export");
	for (unsigned i = 0; e == OK && i < count; i++)
		e = sort_value(a, &about, r, &values[i], key, &x);
	for (unsigned i = 0; e == OK && i < r->count; i++) {
		struct str name = str_sub(r->lines[i].key, 4, r->lines[i].key.len);
		if (str_starts(r->lines[i].key, STR("com.")) && !value_of(values, count, name))
			withhold(&x, name, -1, REASON_GONE);
	}
	if (e == OK)
		e = sort_raw(c, asked, r, event, &x);
	if (e == OK)
		*ret_entry = x;
	return e;
}

enum err redaction_put(struct commanding *c, const struct redaction_asked *asked, const struct record *r, const struct record_line *values, unsigned count,
	const struct seal_key *key, const struct row *event)
{
	struct evidence_entry x;
	enum err e = redaction_sort(c, asked, r, values, count, key, event, &x);
	if (e)
		return e;
	jsonw_array(c->w, "openings");
	for (unsigned i = 0; i < x.opening_count; i++)
		put_opening(c, &x.openings[i]);
	jsonw_end(c->w, ']');
	jsonw_array(c->w, "masked");
	for (unsigned i = 0; i < x.masked_count; i++) {
		jsonw_object(c->w, NULL);
		jsonw_str(c->w, "name", x.masked[i].name);
		jsonw_int(c->w, "length", x.masked[i].len);
		jsonw_str(c->w, "pieces", str_base64(work_arena(c->j->fold.work), x.masked[i].pieces));
		jsonw_end(c->w, '}');
	}
	jsonw_end(c->w, ']');
	jsonw_array(c->w, "withheld");
	for (unsigned i = 0; i < x.withheld_count; i++) {
		jsonw_object(c->w, NULL);
		jsonw_str(c->w, "name", x.withheld[i].name);
		jsonw_int(c->w, "length", x.withheld[i].len);
		jsonw_str(c->w, "reason", x.withheld[i].reason);
		jsonw_end(c->w, '}');
	}
	jsonw_end(c->w, ']');
	return OK;
}

enum err redaction_seal(struct commanding *c, const struct redaction_asked *asked, const char *number, uint64_t until, struct str digest, struct str whose,
	struct record *ret_deed)
{
	struct fold *f = &c->j->fold;
	struct arena *a = work_arena(f->work);
	const struct policy *policy = fold_policy_at(f, f->now);
	enum err e = deed_begin(f, str_c(a, HANDED_KIND), ret_deed, c->why);
	if (e)
		return e;
	record_put(ret_deed, "case", str_of(number));
	record_put(ret_deed, "records", str_format(a, "%s.1-%llu", number, (unsigned long long)until));
	record_put(ret_deed, "profile", str_of(redaction_profile_words[asked->profile]));
	record_put(ret_deed, "redaction", digest);
	if (policy) {
		record_put(ret_deed, "policy", policy->version);
		record_put(ret_deed, "policy.digest", digest_hex(a, &policy->digest));
	}
	record_commit(ret_deed, "actor", c->who);
	record_commit(ret_deed, "because", command_arg(c, "because"));
	return deed_write(f, ret_deed, whose, c->why);
}

enum err redaction_tell_seal(struct commanding *c, const struct redaction_asked *asked, const char *number, uint64_t until, struct str digest, struct str whose)
{
	struct record_line actor = { STR("actor"), c->who };
	struct seal_key key;
	struct record deed;
	struct row row;
	enum err e = redaction_seal(c, asked, number, until, digest, whose, &deed);
	if (e == OK)
		e = work_get(c->j->fold.work, TABLE_RECORD, deed.id, &row, c->why);
	if (e == OK)
		e = keyring_get(c->j->fold.keyring, whose, &key, c->why);
	if (e)
		return e;
	jsonw_str(c->w, "record", deed.id);
	jsonw_str(c->w, "text", str_base64(work_arena(c->j->fold.work), row.body));
	jsonw_array(c->w, "openings");
	e = redaction_put_opening(c, &deed, &actor, &key);
	jsonw_end(c->w, ']');
	secret_wipe(&key, sizeof(key));
	return e;
}
