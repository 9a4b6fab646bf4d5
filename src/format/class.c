/*
 * Class maps: reading and looking up. See class.h. A look-up goes over each pattern once, however hostile the word.
 */
#include "format/class.h"

#include <stdlib.h>

#include "format/format.h"
#include "format/maps.h"

static const struct conf_item class_items[] = {
	{ .name = "version", .type = CONF_WORD, .required = true, .arguments = "WORD", .doc = "which edition of the map this is" },
	{ .name = "class", .type = CONF_WORD, .many = true, .arguments = "WORD KIND|nothing", .doc = "what a word of the format means" },
	{ .name = NULL },
};

static int by_word(const void *one, const void *two)
{
	return str_cmp(((const struct class_entry *)one)->word, ((const struct class_entry *)two)->word);
}

static size_t letters(struct str pattern)
{
	size_t n = 0;
	for (size_t i = 0; i < pattern.len; i++)
		n += pattern.ptr[i] != '*';
	return n;
}

static int by_letters(const void *one, const void *two)
{
	size_t x = letters(((const struct class_entry *)one)->word), y = letters(((const struct class_entry *)two)->word);
	return x != y ? (x < y) - (x > y) : by_word(one, two);
}

static enum err entry_read(struct arena *a, const struct conf *s, struct class_entry *ret_entry, struct why *why)
{
	if (s->arg_count != 3)
		return conf_fail(why, s, 0, ERR_SYNTAX, "a class reads: class WORD KIND, or class WORD nothing");
	struct str word = s->args[1].text, kind = s->args[2].text;
	if (!word.len || word.len > CLASS_WORD_MAX)
		return conf_fail(why, s, 1, ERR_LIMIT, "a class word has 1 to %d bytes", CLASS_WORD_MAX);
	struct class_entry entry = { str_lower(a, word), kind_find(kind), str_eq(kind, STR("nothing")) };
	if (!entry.nothing && entry.kind == KIND_UNCLASSIFIED && !str_eq(kind, STR("unclassified"))) {
		const char *near = conf_nearest(kind, kind_words);
		enum err e = conf_fail(why, s, 2, ERR_SYNTAX, "\"%.*s\" is no kind of report", STR_ARG(kind));
		if (near)
			why_hint(why, "did you mean \"%s\"?", near);
		return e;
	}
	*ret_entry = entry;
	return OK;
}

enum err class_map_read(struct arena *a, const struct conf *block, struct class_map *ret_map, struct why *why)
{
	enum err e = conf_check(block->child, class_items, why);
	if (e)
		return e;
	struct class_map m = { .name = block->args[1].text, .version = conf_text(block->child, class_items, "version") };
	m.stamp = str_format(a, "%.*s %.*s", STR_ARG(m.name), STR_ARG(m.version));
	unsigned room = 0;
	for (const struct conf *s = block->child; s && room < CLASS_ENTRIES_MAX; s = s->next)
		room++;
	m.words = ARENA_ARRAY(a, struct class_entry, room);
	m.patterns = ARENA_ARRAY(a, struct class_entry, room);
	if (!m.words || !m.patterns || !m.stamp.len)
		return why_set(why, ERR_NOMEM, "no memory for a map");
	for (const struct conf *s = block->child; s; s = s->next) {
		struct class_entry entry;
		if (!str_eq(s->args[0].text, STR("class")))
			continue;
		if (m.word_count + m.pattern_count == room)
			return conf_fail(why, s, 0, ERR_LIMIT, "a map has at most %d classes", CLASS_ENTRIES_MAX);
		e = entry_read(a, s, &entry, why);
		if (e)
			return e;
		for (const struct conf *b = block->child; b != s; b = b->next)
			if (b->arg_count > 1 && str_eq(b->args[0].text, STR("class")) && str_eq_fold(b->args[1].text, entry.word))
				return conf_fail(why, s, 1, ERR_EXISTS, "\"%.*s\" is given twice (first in line %u)", STR_ARG(entry.word), b->args[0].line);
		if (str_chr(entry.word, '*') != SIZE_MAX)
			m.patterns[m.pattern_count++] = entry;
		else
			m.words[m.word_count++] = entry;
	}
	qsort(m.words, m.word_count, sizeof(m.words[0]), by_word);
	qsort(m.patterns, m.pattern_count, sizeof(m.patterns[0]), by_letters);
	*ret_map = m;
	return OK;
}

const struct class_map *class_map_find(const struct maps *maps, struct str name)
{
	for (unsigned i = 0; i < maps->class_count; i++)
		if (str_eq(maps->classes[i].name, name))
			return &maps->classes[i];
	return NULL;
}

/* After a failed match the last "*" takes one byte more: never more steps than the two lengths multiplied. */
static bool fits(struct str pattern, struct str word)
{
	size_t p = 0, w = 0, star = SIZE_MAX, resume = 0;
	while (w < word.len) {
		if (p < pattern.len && pattern.ptr[p] == '*') {
			star = p++;
			resume = w;
		} else if (p < pattern.len && pattern.ptr[p] == word.ptr[w]) {
			p++;
			w++;
		} else if (star != SIZE_MAX) {
			p = star + 1;
			w = ++resume;
		} else {
			return false;
		}
	}
	while (p < pattern.len && pattern.ptr[p] == '*')
		p++;
	return p == pattern.len;
}

const struct class_entry *class_find(const struct class_map *map, struct str word)
{
	char lower[CLASS_WORD_MAX];
	struct class_entry key = { .word = str_trim(word) };
	key.word.len = key.word.len > CLASS_WORD_MAX ? CLASS_WORD_MAX : key.word.len;
	if (!key.word.len)
		return NULL;
	for (size_t i = 0; i < key.word.len; i++)
		lower[i] = (char)(key.word.ptr[i] >= 'A' && key.word.ptr[i] <= 'Z' ? key.word.ptr[i] | 0x20 : key.word.ptr[i]);
	key.word.ptr = lower;
	const struct class_entry *found = map->word_count ? bsearch(&key, map->words, map->word_count, sizeof(map->words[0]), by_word) : NULL;
	for (unsigned i = 0; !found && i < map->pattern_count; i++)
		if (fits(map->patterns[i].word, key.word))
			found = &map->patterns[i];
	return found;
}

enum kind class_kind(const struct decode *d, const char *format, struct str word)
{
	const struct class_map *map = class_map_find(maps_of(d), str_of(format));
	const struct class_entry *entry = map ? class_find(map, word) : NULL;
	return entry ? entry->kind : KIND_UNCLASSIFIED;
}

void class_take(struct decode *d, struct observation *o, const char *format, struct str word)
{
	const struct class_map *map = class_map_find(maps_of(d), str_of(format));
	o->kind_text = word;
	o->kind = class_kind(d, format, word);
	if (map)
		decode_fact(d, o, STR("class-map"), map->stamp, (struct span){ STR(""), 0, 0 }, CERTAINTY_DERIVED);
}
