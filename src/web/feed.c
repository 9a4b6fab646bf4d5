/*
 * What changed, from the tables that grow with each change. See feed.h.
 *
 * Hostile is a place that somebody sends: it is a number and a short text for each table, which are compared and nothing else.
 */
#include "web/feed.h"

#include <stdio.h>

#include "base/digest.h"

static const enum table tables[FEED_TABLES] = { TABLE_CASE_EVENT, TABLE_ITEM };
static const struct principal desk = { .scope = SCOPE_OPERATOR };

enum err feed_parse(struct str text, struct feed_place *ret_place)
{
	struct feed_place p = { .at = { 0 } };
	struct str part, number;
	for (int i = 0; i < FEED_TABLES; i++) {
		if (!str_split(&text, ';', &part) || !str_split(&part, ',', &number) || str_to_i64(number, &p.at[i]) != OK || p.at[i] < 0 || part.len > FEED_MARK_LEN)
			return ERR_SYNTAX;
		if (part.len)
			memcpy(p.mark[i], part.ptr, part.len);
	}
	*ret_place = p;
	return text.ptr ? ERR_SYNTAX : OK;
}

struct str feed_text(struct arena *a, const struct feed_place *p)
{
	return str_format(a, "%lld,%s;%lld,%s", (long long)p->at[0], p->mark[0], (long long)p->at[1], p->mark[1]);
}

static enum err read_rows(struct view_source *s, struct arena *a, struct query *q, struct row **ret_rows, size_t *ret_count, struct why *why)
{
	const struct view v = { s, &desk, a };
	q->due_by = TIME_NONE;
	q->by_age = true;
	enum err e = view_open(s, why);
	return e ? e : view_page(&v, q, ret_rows, ret_count, why);
}

static void go_to(struct feed_place *p, int i, const struct row *row)
{
	struct digest d;
	digest_sha256_parts((const struct str[]){ row->key, STR("\n"), row->body }, 3, &d);
	p->at[i] = row->rank;
	for (size_t k = 0; k < FEED_MARK_LEN / 2; k++)
		(void)snprintf(p->mark[i] + 2 * k, 3, "%02x", d.octets[k]);
}

enum err feed_end(struct view_source *s, struct arena *a, struct feed_place *ret_place, struct why *why)
{
	struct feed_place p = { .at = { 0 } };
	for (int i = 0; i < FEED_TABLES; i++) {
		struct query q = { .table = tables[i], .limit = 1, .descending = true };
		struct row *rows;
		size_t n = 0;
		enum err e = read_rows(s, a, &q, &rows, &n, why);
		if (e)
			return e;
		if (n)
			go_to(&p, i, &rows[0]);
	}
	*ret_place = p;
	return OK;
}

enum err feed_knows(struct view_source *s, struct arena *a, const struct feed_place *place, bool *ret_knows, struct why *why)
{
	*ret_knows = true;
	for (int i = 0; i < FEED_TABLES && *ret_knows; i++) {
		struct query q = { .table = tables[i], .limit = 1, .has_after = true, .after_rank = place->at[i] - 1 };
		struct feed_place there = { .at = { 0 } };
		struct row *rows;
		size_t n = 0;
		if (!place->at[i])
			continue;
		enum err e = read_rows(s, a, &q, &rows, &n, why);
		if (e)
			return e;
		if (n)
			go_to(&there, i, &rows[0]);
		*ret_knows = there.at[i] == place->at[i] && strcmp(there.mark[i], place->mark[i]) == 0;
	}
	return OK;
}

/* "4711/12", an event of a case: its number, and the case as it is now, when it is there. */
static enum err name_case(struct view_source *s, struct arena *a, struct str key, struct feed_news *n, struct why *why)
{
	const struct view v = { s, &desk, a };
	struct casefile *c = ARENA_NEW(a, struct casefile);
	char text[CASE_TEXT_MAX];
	struct str digits;
	struct row row;
	uint64_t number;
	if (!c || !str_split(&key, '/', &digits) || str_to_u64(digits, UINT64_MAX, &number) != OK)
		return c ? OK : why_set(why, ERR_NOMEM, "no memory for what changed");
	case_text(number, text);
	n->type = "case";
	n->id = str_copy(a, str_of(text));
	enum err e = view_case(&v, n->id, &row, c, why);
	if (e == OK)
		n->of = c;
	return e == ERR_NOTFOUND || e == ERR_AGAIN ? OK : e;
}

static struct feed_news *find(struct feed_news *news, size_t count, const char *type, struct str id)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(news[i].type, type) == 0 && str_eq(news[i].id, id))
			return &news[i];
	return NULL;
}

static enum err add(struct view_source *s, struct arena *a, int i, const struct row *row, struct feed_news *news, size_t *count, struct why *why)
{
	struct feed_news n = { .type = "item", .id = row->key };
	enum err e = tables[i] == TABLE_CASE_EVENT ? name_case(s, a, row->key, &n, why) : OK;
	if (e || find(news, *count, n.type, n.id))
		return e;
	news[(*count)++] = n;
	return OK;
}

enum err feed_read(struct view_source *s, struct arena *a, const struct feed_place *from, struct feed_news **ret_news, size_t *ret_count, bool *ret_more, struct why *why)
{
	struct feed_news *news = ARENA_ARRAY(a, struct feed_news, FEED_TABLES * FEED_MOST);
	struct feed_place p = *from;
	enum err e = news ? OK : why_set(why, ERR_NOMEM, "no memory for what changed");
	*ret_count = 0;
	*ret_more = false;
	for (int i = 0; e == OK && i < FEED_TABLES; i++) {
		struct query q = { .table = tables[i], .limit = FEED_MOST + 1, .has_after = true, .after_rank = from->at[i] };
		struct row *rows;
		size_t n = 0;
		e = read_rows(s, a, &q, &rows, &n, why);
		*ret_more |= n > FEED_MOST;
		for (size_t k = 0; e == OK && k < n && k < FEED_MOST; k++) {
			e = add(s, a, i, &rows[k], news, ret_count, why);
			go_to(&p, i, &rows[k]);
		}
	}
	/* whoever was told half of it is told that half again */
	for (size_t k = 0; k < *ret_count; k++)
		news[k].after = k + 1 == *ret_count ? p : *from;
	*ret_news = news;
	return e;
}

bool feed_is_for(const struct feed_news *n, const struct principal *who)
{
	if (who->scope == SCOPE_OPERATOR)
		return true;
	return n->of && principal_sees(who, n->of);
}
