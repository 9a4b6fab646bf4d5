/*
 * Macros: their table, and how placeholders are filled. See macro.h.
 */
#include "model/macro.h"

#define F(s, member, kind) { .name = #member, .type = (kind), .offset = offsetof(struct s, member) }

static const struct field step_fields[] = { F(macro_step, verb, FIELD_STR), F(macro_step, text, FIELD_STR), { .name = NULL } };

const struct field macro_fields[] = {
	F(macro, name, FIELD_STR), F(macro, by, FIELD_STR), F(macro, at, FIELD_TIME),
	{ .name = "steps", .type = FIELD_LIST, .offset = offsetof(struct macro, steps), .fields = step_fields, .size = sizeof(struct macro_step),
		.count_offset = offsetof(struct macro, step_count), .max = MACRO_STEPS_MAX },
	{ .name = NULL },
};

bool macro_name_ok(struct str name)
{
	for (size_t i = 0; i < name.len; i++)
		if (!((name.ptr[i] >= 'a' && name.ptr[i] <= 'z') || (name.ptr[i] >= '0' && name.ptr[i] <= '9') || name.ptr[i] == '-'))
			return false;
	return name.len && name.len <= MACRO_NAME_MAX;
}

static const struct macro_value *find(const struct macro_value *list, unsigned count, struct str name)
{
	for (unsigned i = 0; i < count; i++)
		if (str_eq(list[i].name, name))
			return &list[i];
	return NULL;
}

static struct str names_of(struct arena *a, const struct macro_value *known, unsigned count)
{
	struct str text = STR("");
	for (unsigned i = 0; i < count; i++)
		text = str_format(a, "%.*s{%.*s}, ", STR_ARG(text), STR_ARG(known[i].name));
	return text;
}

enum err macro_fill(struct arena *a, struct str text, const struct macro_value *known, unsigned known_count, const struct macro_value *asked, unsigned asked_count,
	struct str *ret_text, struct why *why)
{
	struct buf out;
	enum err e = OK;
	buf_init(&out, MACRO_TEXT_MAX);
	while (e == OK && text.len) {
		size_t open = str_chr(text, '{'), shut;
		if (open == SIZE_MAX)
			break;
		buf_put(&out, str_sub(text, 0, open));
		text = str_sub(text, open + 1, text.len);
		if (text.len && text.ptr[0] == '{') {
			buf_putc(&out, '{');
			text = str_sub(text, 1, text.len);
			continue;
		}
		shut = str_chr(text, '}');
		if (shut == SIZE_MAX) {
			e = why_set(why, ERR_SYNTAX, "a placeholder does not end: write {{ for a brace");
			break;
		}
		struct str name = str_sub(text, 0, shut);
		bool ask = str_starts(name, STR("ask "));
		struct str wanted = ask ? str_trim(str_sub(name, 4, name.len)) : name;
		const struct macro_value *v = ask ? find(asked, asked_count, wanted) : find(known, known_count, wanted);
		if (v)
			buf_put(&out, v->value);
		else if (ask && !macro_name_ok(wanted))
			e = why_set(why, ERR_SYNTAX, "what is asked for has a name of small letters, digits and \"-\"");
		else if (ask && asked)
			e = why_set(why, ERR_NOTFOUND, "it asks for %.*s: --set %.*s=TEXT", STR_ARG(wanted), STR_ARG(wanted));
		else if (!ask)
			e = why_set(why, ERR_NOTFOUND, "nothing fills {%.*s}: there are %.*sand {ask NAME}", STR_ARG(str_sub(name, 0, name.len < 80 ? name.len : 80)),
				STR_ARG(names_of(a, known, known_count)));
		text = str_sub(text, shut + 1, text.len);
	}
	buf_put(&out, text);
	if (e == OK && out.err)
		e = why_set(why, out.err, "a text of a macro has at most %d octets", MACRO_TEXT_MAX);
	if (e == OK) {
		*ret_text = str_copy(a, buf_str(&out));
		e = ret_text->ptr ? OK : why_set(why, ERR_NOMEM, "no memory for a text");
	}
	buf_done(&out);
	return e;
}

unsigned macro_asks(const struct macro *m, struct str ret_names[MACRO_ASKED_MAX])
{
	unsigned n = 0;
	for (unsigned i = 0; i < m->step_count; i++) {
		struct str text = m->steps[i].text;
		size_t open, shut;
		while ((open = str_chr(text, '{')) != SIZE_MAX) {
			text = str_sub(text, open + 1, text.len);
			if (text.len && text.ptr[0] == '{') {
				text = str_sub(text, 1, text.len);
				continue;
			}
			if ((shut = str_chr(text, '}')) == SIZE_MAX)
				break;
			struct str name = str_sub(text, 0, shut);
			unsigned k = 0;
			text = str_sub(text, shut + 1, text.len);
			if (!str_starts(name, STR("ask ")))
				continue;
			name = str_trim(str_sub(name, 4, name.len));
			while (k < n && !str_eq(ret_names[k], name))
				k++;
			if (k == n && n < MACRO_ASKED_MAX)
				ret_names[n++] = name;
		}
	}
	return n;
}
