/*
 * What is the subject's: ids, words and holdings. See erase.h.
 */
#include "engine/erase.h"

#include "base/digest.h"
#include "engine/deed.h"

enum { ALIAS_OCTETS = 8 };

struct gathering {
	struct arena *a;
	struct erasure *x;
	bool full;
};

static void add_word(struct gathering *g, struct str word)
{
	word = str_trim(word);
	g->full |= word.len && g->x->word_count == ERASURE_WORDS_MAX;
	if (word.len && !g->full)
		g->x->words[g->x->word_count++] = str_copy(g->a, word);
}

static void add_holding(struct gathering *g, struct str resource, const struct entity *e)
{
	g->full |= resource.len && g->x->holding_count == ERASURE_WORDS_MAX;
	if (resource.len && !g->full)
		g->x->holdings[g->x->holding_count++] = (struct holding){ str_copy(g->a, resource), e->from_at, e->until_at, false };
}

static void take_entity(struct gathering *g, const struct entity *e)
{
	bool itself = e->type == ENTITY_CUSTOMER || e->type == ENTITY_RESELLER, resource = e->type >= ENTITY_PREFIX && e->type <= ENTITY_MAILBOX;
	if (!str_eq(itself ? e->id : e->customer, g->x->id))
		return;
	add_word(g, e->name);
	add_word(g, e->email);
	add_word(g, e->phone);
	if (e->type == ENTITY_LOGIN || e->type == ENTITY_MAILBOX)
		add_word(g, e->resource);
	if (resource)
		add_holding(g, e->resource, e);
	if (e->type == ENTITY_SERVICE) {
		add_holding(g, e->id, e);
		add_holding(g, e->target, e);
	}
}

/* Does somebody else hold a part of what the subject holds? Then an address of it need not be the subject's. */
static enum err find_divided(struct fold *f, struct erasure *x, struct why *why)
{
	struct prefix *held = ARENA_ARRAY(work_arena(f->work), struct prefix, x->holding_count + 1), p;
	const struct entity *e;
	if (!held)
		return why_set(why, ERR_NOMEM, "no memory for an erasure");
	for (unsigned i = 0; i < x->holding_count; i++)
		if (prefix_parse(x->holdings[i].resource, &held[i]) != OK)
			held[i] = (struct prefix){ .bits = UINT8_MAX };
	for (size_t at = 0; (e = registry_next(f->registry, &at));) {
		if (e->type != ENTITY_PREFIX || str_eq(e->customer, x->id) || prefix_parse(e->resource, &p) != OK)
			continue;
		for (unsigned i = 0; i < x->holding_count; i++)
			x->holdings[i].divided |= held[i].bits != UINT8_MAX && prefix_covers(&held[i], &p);
	}
	return OK;
}

static enum err alias_of(struct fold *f, struct erasure *x, struct why *why)
{
	struct seal_key key;
	uint8_t octets[ALIAS_OCTETS];
	enum err e = keyring_get(f->keyring, x->subject, &key, why);
	if (e)
		return e;
	/* of a key that nobody has any more: the alias cannot be made again from the id */
	digest_hkdf((struct str){ (const char *)key.octets, SEAL_KEY_LEN }, STR("aupd-alias/1"), octets, sizeof(octets));
	secret_wipe(&key, sizeof(key));
	x->alias = str_format(work_arena(f->work), ERASE_ALIAS "%.*s", STR_ARG(str_hex(work_arena(f->work), (struct str){ (const char *)octets, sizeof(octets) })));
	return OK;
}

enum err erase_prepare(struct fold *f, struct erasure *x, struct why *why)
{
	struct arena *a = work_arena(f->work);
	struct gathering g = { a, x, false };
	const struct entity *e;
	x->words = ARENA_ARRAY(a, struct str, ERASURE_WORDS_MAX);
	x->holdings = ARENA_ARRAY(a, struct holding, ERASURE_WORDS_MAX);
	x->word_count = x->holding_count = 0;
	if (!x->words || !x->holdings)
		return why_set(why, ERR_NOMEM, "no memory for an erasure");
	if (x->reporter)
		add_word(&g, x->id);
	for (size_t i = 0; !x->reporter && (e = registry_next(f->registry, &i));)
		take_entity(&g, e);
	if (g.full)
		return why_set(why, ERR_LIMIT, "the subject has more than %d names and holdings", ERASURE_WORDS_MAX);
	enum err err = x->holding_count ? find_divided(f, x, why) : OK;
	return err ? err : alias_of(f, x, why);
}

bool erase_is(const struct erasure *x, struct str text)
{
	return text.len && (x->reporter ? str_eq_fold(text, x->id) : str_eq(text, x->id));
}

static bool inside_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80;
}

/* A short word is one only where it is all that stands there. */
static bool has_word(struct str text, struct str word)
{
	if (word.len < ERASE_WORD_MIN)
		return str_eq_fold(str_trim(text), word);
	for (size_t at = 0, found; (found = str_find_fold(str_sub(text, at, text.len), word)) != SIZE_MAX; at++) {
		at += found;
		size_t end = at + word.len;
		if ((!at || !inside_word(text.ptr[at - 1]) || !inside_word(word.ptr[0])) && (end >= text.len || !inside_word(text.ptr[end])))
			return true;
	}
	return false;
}

static bool at_that_time(const struct holding *h, int64_t at)
{
	return at == TIME_NONE || ((h->from_at == TIME_NONE || h->from_at <= at) && (h->until_at == TIME_NONE || at < h->until_at));
}

/* sole: nobody else's. */
static bool is_address_of(const struct erasure *x, struct str text, int64_t at, bool sole)
{
	struct addr a;
	struct prefix p;
	if (addr_parse(text, &a) != OK)
		return false;
	for (unsigned i = 0; i < x->holding_count; i++) {
		const struct holding *h = &x->holdings[i];
		if (at_that_time(h, at) && !(sole && h->divided) && prefix_parse(h->resource, &p) == OK && prefix_has(&p, &a))
			return true;
	}
	return false;
}

/* An address in running text: what an address is written with, between anything else. */
static bool has_address(const struct erasure *x, struct str text, int64_t at, bool sole)
{
	static const char of_address[] = "0123456789abcdefABCDEF.:";
	for (size_t i = 0, n; i < text.len; i += n ? n : 1) {
		for (n = 0; i + n < text.len && text.ptr[i + n] && strchr(of_address, text.ptr[i + n]);)
			n++;
		struct str token = str_sub(text, i, n);
		while (token.len && (token.ptr[token.len - 1] == '.' || token.ptr[token.len - 1] == ':'))
			token.len--;
		if (token.len >= 3 && is_address_of(x, token, at, sole))
			return true;
	}
	return false;
}

bool erase_tells_address(const struct erasure *x, struct str text, int64_t at)
{
	return has_address(x, text, at, true);
}

bool erase_mentions(const struct erasure *x, struct str text)
{
	for (unsigned i = 0; i < x->word_count; i++)
		if (has_word(text, x->words[i]))
			return true;
	return false;
}

/* "example.net" holds "www.example.net" and "joe@example.net" too. */
static bool below(struct str name, struct str domain)
{
	return str_ends_fold(name, domain) && (name.len == domain.len || name.ptr[name.len - domain.len - 1] == '.' || name.ptr[name.len - domain.len - 1] == '@');
}

bool erase_holds(const struct erasure *x, struct str source, struct str domain, int64_t at)
{
	struct prefix held, p;
	struct addr a;
	bool is_addr = addr_parse(source, &a) == OK, is_prefix = prefix_parse(source, &p) == OK;
	for (unsigned i = 0; source.len && i < x->holding_count; i++) {
		const struct holding *h = &x->holdings[i];
		if (!at_that_time(h, at))
			continue;
		if (prefix_parse(h->resource, &held) != OK) {
			if (below(source, h->resource) || (domain.len && below(domain, h->resource)))
				return true;
		} else if ((is_addr && prefix_has(&held, &a)) || (is_prefix && (prefix_covers(&held, &p) || prefix_covers(&p, &held)))) {
			return true;
		}
	}
	return !is_addr && !is_prefix && has_address(x, source, at, false);
}
