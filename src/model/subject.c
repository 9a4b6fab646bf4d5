/*
 * Tables of the subject. See subject.h.
 */
#include "model/subject.h"

const char *const ours_words[] = { "cannot-tell", "yes", "no", NULL };
const char *const grade_words[] = { "-", "A", "B", "C", "D", "E", NULL };

#define F(member, kind) { .name = #member, .type = (kind), .offset = offsetof(struct subject, member) }
#define L(name_, member, count) { .name = (name_), .type = FIELD_STRS, .offset = offsetof(struct subject, member), .count_offset = offsetof(struct subject, count), .max = 64 }

const struct field subject_fields[] = {
	{ .name = "ours", .type = FIELD_ENUM, .offset = offsetof(struct subject, ours), .words = ours_words },
	{ .name = "grade", .type = FIELD_ENUM, .offset = offsetof(struct subject, grade), .words = grade_words },
	F(customer, FIELD_STR), F(user, FIELD_STR), F(affiliate, FIELD_STR), F(service, FIELD_STR), L("resellers", resellers, reseller_count), F(tenant, FIELD_STR),
	F(binding, FIELD_STR), F(source, FIELD_STR), { .name = "from", .type = FIELD_TIME, .offset = offsetof(struct subject, from_at) },
	{ .name = "until", .type = FIELD_TIME, .offset = offsetof(struct subject, until_at) },
	{ .name = "known", .type = FIELD_TIME, .offset = offsetof(struct subject, known_at) }, F(lifeline, FIELD_BOOL), L("reasons", reasons, reason_count),
	L("candidates", candidates, candidate_count), F(registry_version, FIELD_U64), { .name = NULL },
};

void subject_reason(struct arena *a, struct subject *s, struct str text)
{
	if (!s->reasons)
		s->reasons = ARENA_ARRAY(a, struct str, SUBJECT_REASONS_MAX);
	if (s->reasons && s->reason_count < SUBJECT_REASONS_MAX)
		s->reasons[s->reason_count++] = text;
}
