/*
 * The table of kinds, made from kind.def. See kind.h.
 */
#include "model/kind.h"

static const struct kind_info infos[KIND_COUNT] = {
	[KIND_UNCLASSIFIED] = { "unclassified", "other", "undetermined", "", PART_UNTOLD, PART_UNTOLD, KIND_PERSON },
#define KIND(id, name, rsit_class, rsit_type, clause, role, content, flags) \
	[KIND_##id] = { name, rsit_class, rsit_type, clause, PART_##role, PART_##content, flags },
#include "model/kind.def"
#undef KIND
};

const char *const kind_words[] = {
	"unclassified",
#define KIND(id, name, rsit_class, rsit_type, clause, role, content, flags) name,
#include "model/kind.def"
#undef KIND
	NULL,
};

const char *const urgency_words[] = { "none", "trusted-flagger", "urgent", NULL };

const struct kind_info *kind_info(enum kind k)
{
	return &infos[(unsigned)k < KIND_COUNT ? k : KIND_UNCLASSIFIED];
}

enum kind kind_find(struct str name)
{
	for (int k = 1; k < KIND_COUNT; k++)
		if (str_eq(name, str_of(infos[k].name)))
			return (enum kind)k;
	return KIND_UNCLASSIFIED;
}

enum kind kind_from_xarf(struct str category, struct str type)
{
	/* most differ in the first letter, and no call is needed to see that */
	for (int k = 1; category.len && k < KIND_COUNT; k++) {
		const char *name = infos[k].name;
		if (name[0] == category.ptr[0] && strncmp(name, category.ptr, category.len) == 0 && name[category.len] == '.' && str_eq(str_of(name + category.len + 1), type))
			return (enum kind)k;
	}
	return KIND_UNCLASSIFIED;
}
