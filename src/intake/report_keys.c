/*
 * The published table of reporters' keys. See report_keys.h.
 *
 * Digest, time and id come from the judge, over a link that nobody else writes to; bounds are held all the same.
 */
#include "intake/report_keys.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/digest.h"
#include "base/map.h"
#include "base/time.h"

enum { TABLE_ARENA_MAX = 32 << 20, DIGEST_DIGITS = 2 * DIGEST_LEN };

struct key_table {
	struct arena *arena;
	struct map *keys, *clients;     /* by digest, by name */
};

struct report_keys {
	struct key_table table;
	bool known;
};

static void table_free(struct key_table *t)
{
	map_free(t->keys);
	map_free(t->clients);
	arena_free(t->arena);
	*t = (struct key_table){ NULL, NULL, NULL };
}

static enum err table_new(struct key_table *t)
{
	*t = (struct key_table){ arena_new("report keys", TABLE_ARENA_MAX), map_new(REPORT_KEYS_MAX), map_new(REPORT_KEYS_MAX) };
	return t->arena && t->keys && t->clients ? OK : ERR_NOMEM;
}

struct report_keys *report_keys_new(void)
{
	struct report_keys *k = calloc(1, sizeof(*k));
	if (k && table_new(&k->table) == OK)
		return k;
	report_keys_free(k);
	return NULL;
}

void report_keys_free(struct report_keys *k)
{
	if (!k)
		return;
	table_free(&k->table);
	free(k);
}

void report_keys_put(struct buf *b, struct str digest, int64_t expires_at, struct str id)
{
	char until[32] = "-";
	if (expires_at != TIME_NONE)
		(void)snprintf(until, sizeof(until), "%lld", (long long)expires_at);
	buf_put(b, digest);
	buf_putc(b, ' ');
	buf_puts(b, until);
	buf_putc(b, ' ');
	buf_put(b, id);
	buf_putc(b, '\n');
}

static struct report_client *client_of(struct key_table *t, const struct key_table *before, struct str name)
{
	struct report_client *c = map_get(t->clients, name);
	if (c)
		return c;
	const struct report_client *was = before->clients ? map_get(before->clients, name) : NULL;
	c = ARENA_NEW(t->arena, struct report_client);
	if (!c)
		return NULL;
	if (was)
		*c = *was;
	c->name = str_copy(t->arena, name);
	return c->name.len && map_add(t->clients, name, c) == OK ? c : NULL;
}

static enum err take_line(struct key_table *t, const struct key_table *before, struct str line)
{
	struct str digest, until, id = line;
	int64_t at = TIME_NONE;
	if (!str_split(&id, ' ', &digest) || !str_split(&id, ' ', &until) || digest.len != DIGEST_DIGITS || !id.len)
		return ERR_SYNTAX;
	if (!str_eq(until, STR("-")) && str_to_i64(until, &at) != OK)
		return ERR_SYNTAX;
	if (map_count(t->keys) == REPORT_KEYS_MAX)
		return ERR_LIMIT;
	struct report_key *key = ARENA_NEW(t->arena, struct report_key);
	if (!key)
		return ERR_NOMEM;
	*key = (struct report_key){ str_copy(t->arena, digest), at, client_of(t, before, id) };
	return key->digest.len && key->client ? map_put(t->keys, digest, key) : ERR_NOMEM;
}

enum err report_keys_take(struct report_keys *k, struct str table)
{
	struct key_table fresh;
	struct str line;
	enum err e = table_new(&fresh);
	while (e == OK && str_next_line(&table, &line))
		e = take_line(&fresh, &k->table, line);
	if (e) {
		table_free(&fresh);
		return e;
	}
	table_free(&k->table);
	k->table = fresh;
	k->known = true;
	return OK;
}

bool report_keys_known(const struct report_keys *k)
{
	return k->known;
}

const struct report_key *report_keys_find(const struct report_keys *k, struct str digest, int64_t now_at)
{
	const struct report_key *key = map_get(k->table.keys, digest);
	return key && (key->expires_at == TIME_NONE || key->expires_at > now_at) ? key : NULL;
}
