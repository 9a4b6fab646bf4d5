/*
 * An export of sightings. See export.h.
 */
#include "aup/export.h"

#include <stdio.h>

#include "aup/aup.h"
#include "aup/client.h"
#include "base/file.h"
#include "base/map.h"
#include "policy/reads.h"

enum { BLOCK_BYTES = 1 << 20, ENTITIES_MAX = 4000000, PAGE_ARENA_MAX = 256 << 20 };

enum err export_file_open(int take_fd, struct export_file *ret_file, struct why *why)
{
	*ret_file = (struct export_file){ .fd = take_fd };
	buf_init(&ret_file->block, EXPORT_LINE_MAX + BLOCK_BYTES);
	return file_size(take_fd, &ret_file->size, why);
}

void export_file_close(struct export_file *f)
{
	buf_done(&f->block);
	file_close(f->fd);
}

enum err export_file_rewind(struct export_file *f)
{
	f->at = f->read_at = f->line = 0;
	f->used = 0;
	buf_clear(&f->block);
	return OK;
}

static enum err fill(struct export_file *f, struct why *why)
{
	size_t n = 0;
	buf_cut_front(&f->block, f->used);
	f->used = 0;
	if (f->block.len > EXPORT_LINE_MAX)
		return why_set(why, ERR_SYNTAX, "line %llu is too long for an export", (unsigned long long)f->line + 1);
	char *room = buf_room(&f->block, BLOCK_BYTES);
	if (!room)
		return why_set(why, ERR_NOMEM, "no memory to read an export");
	enum err e = file_read_at(f->fd, f->read_at, room, BLOCK_BYTES, &n, why);
	if (e)
		return e;
	f->block.len += n;
	f->read_at += n;
	if (n)
		return OK;
	return f->block.len ? why_set(why, ERR_SYNTAX, "line %llu is cut off", (unsigned long long)f->line + 1) : ERR_NOTFOUND;
}

enum err export_file_next(struct export_file *f, struct str *ret_line, struct why *why)
{
	for (;;) {
		struct str rest = str_sub(buf_str(&f->block), f->used, f->block.len);
		size_t end = str_chr(rest, '\n');
		if (end != SIZE_MAX) {
			*ret_line = str_sub(rest, 0, end);
			f->used += end + 1;
			f->at += end + 1;
			f->line++;
			return OK;
		}
		enum err e = fill(f, why);
		if (e)
			return e;
	}
}

struct fetch {
	const struct export_wish *wish;
	int fd;
	struct map *told;               /* ids of the entities that were written */
	struct buf out;
	int64_t from_at, until_at;      /* as the daemon takes them from its first answer on */
	uint64_t sightings, erased;
	char ticket[80], after[256], last[256], reached[64];
};

static void keep(struct str s, char *out, size_t room)
{
	size_t n = s.len < room ? s.len : room - 1;
	if (n)
		memcpy(out, s.ptr, n);
	out[n] = '\0';
}

static int refuse(const char *text)
{
	struct why why = { .line = 0 };
	(void)why_set(&why, ERR_IO, "%s", text);
	return cli_fail(&why);
}

static int flush(struct fetch *x)
{
	struct why why = { .line = 0 };
	enum err e = x->out.err ? why_set(&why, x->out.err, "no memory for a page") : file_append(x->fd, buf_str(&x->out), &why);
	buf_clear(&x->out);
	return e ? cli_fail(&why) : EXIT_OK;
}

static void put_compared(const struct export_wish *wish, struct jsonw *w)
{
	unsigned n;
	const struct read_fact *reads = reads_facts(wish->draft, &n);
	jsonw_array(w, "compared");
	for (unsigned i = 0; i < n; i++)
		if (reads[i].compared)
			jsonw_str(w, NULL, reads[i].name);
	jsonw_end(w, ']');
}

static int ask(struct arena *a, struct fetch *x, struct json **ret_root, struct str *ret_text)
{
	struct command_text c;
	command_begin(&c, "sightings");
	if (x->from_at != TIME_NONE)
		jsonw_int(&c.w, "from", x->from_at);
	if (x->until_at != TIME_NONE)
		jsonw_int(&c.w, "to", x->until_at);
	put_compared(x->wish, &c.w);
	if (x->after[0]) {
		jsonw_str(&c.w, "after", str_of(x->after));
		jsonw_str(&c.w, "last", str_of(x->last));
		jsonw_str(&c.w, "ticket", str_of(x->ticket));
	}
	return command_send(a, x->wish->socket_path, &c, ret_root, ret_text);
}

static void put_line(struct fetch *x, const char *what, struct str inside)
{
	buf_printf(&x->out, "{\"%s\":", what);
	buf_put(&x->out, inside);
	buf_puts(&x->out, "}\n");
}

static struct str text_of(struct str text, const struct json *m)
{
	return str_sub(text, m->from, m->to - m->from);
}

/* The head, and each version as it was posted. */
static int put_first(struct arena *a, struct fetch *x, const struct json *root)
{
	x->from_at = json_int(root, "from", 0);
	x->until_at = json_int(root, "to", 0);
	struct export_head head = { .from_at = x->from_at, .until_at = x->until_at, .facts = ARENA_ARRAY(a, struct str, EXPORT_FACTS_MAX) };
	const struct json *facts = json_get(root, "facts"), *versions = json_get(root, "versions");
	struct str text;
	for (const struct json *m = facts ? facts->child : NULL; head.facts && m && head.fact_count < EXPORT_FACTS_MAX; m = m->next)
		head.facts[head.fact_count++] = m->text;
	if (!head.facts || field_encode(a, export_head_fields, &head, &text) != OK)
		return refuse("no memory for an export");
	put_line(x, "head", text);
	for (const struct json *m = versions ? versions->child : NULL; m; m = m->next) {
		struct json *answer;
		struct str body;
		struct buf path;
		buf_init(&path, CLIENT_PATH_MAX);
		buf_printf(&path, "/v1/policies/%.*s", STR_ARG(m->text));
		int status = client_get(a, x->wish->socket_path, str_c(a, buf_str(&path)), &answer, &body);
		buf_done(&path);
		if (status != EXIT_OK)
			return status;
		const struct json *row = json_get(answer, "row");
		if (!row)
			return refuse("the daemon gave no policy");
		put_line(x, "policy", text_of(body, row));
	}
	return flush(x);
}

static int put_page(struct fetch *x, const struct json *root, struct str text)
{
	const struct json *entities = json_get(root, "entities"), *sightings = json_get(root, "sightings");
	for (const struct json *m = entities ? entities->child : NULL; m; m = m->next) {
		char name[ENTITY_ID_MAX * 2];
		(void)snprintf(name, sizeof(name), "%.*s/%.*s", STR_ARG(json_text(m, "type")), STR_ARG(json_text(m, "id")));
		if (map_get(x->told, str_of(name)))
			continue;
		if (map_put(x->told, str_of(name), x) != OK)
			return refuse("too many customers for one export");
		put_line(x, "entity", text_of(text, m));
	}
	for (const struct json *m = sightings ? sightings->child : NULL; m; m = m->next, x->sightings++)
		put_line(x, "sighting", text_of(text, m));
	x->erased += (uint64_t)json_int(root, "erased", 0);
	keep(json_text(root, "after"), x->after, sizeof(x->after));
	keep(json_text(root, "last"), x->last, sizeof(x->last));
	keep(json_text(root, "ticket"), x->ticket, sizeof(x->ticket));
	keep(json_text(root, "reached"), x->reached, sizeof(x->reached));
	return flush(x);
}

static void show_bar(const struct fetch *x, bool end)
{
	int64_t at, from = x->from_at, until = x->until_at;
	if (x->wish->bar && time_parse(str_of(x->reached), &at) == OK && at > from && at < until && !end)
		cli_bar("fetching", (uint64_t)(at - from), (uint64_t)(until - from));
	else if (x->wish->bar && end)
		cli_bar("fetching", 1, 1);
}

static int fetch_pages(struct fetch *x)
{
	bool first = true;
	int status;
	do {
		struct arena *a = arena_new("page", PAGE_ARENA_MAX);
		struct json *root = NULL;
		struct str text = STR_NONE;
		status = a ? ask(a, x, &root, &text) : refuse("no memory for a page");
		if (status == EXIT_OK && first)
			status = put_first(a, x, root);
		if (status == EXIT_OK)
			status = put_page(x, root, text);
		first = false;
		arena_free(a);
		show_bar(x, status != EXIT_OK || !x->after[0]);
	} while (status == EXIT_OK && x->after[0]);
	return status;
}

int export_fetch(const struct export_wish *wish, int fd)
{
	struct fetch x = { .wish = wish, .fd = fd, .told = map_new(ENTITIES_MAX), .from_at = wish->from_at, .until_at = wish->until_at };
	buf_init(&x.out, PAGE_ARENA_MAX);
	int status = x.told ? fetch_pages(&x) : refuse("no memory for an export");
	if (status == EXIT_OK) {
		buf_printf(&x.out, "{\"end\":{\"sightings\":%llu,\"erased\":%llu}}\n", (unsigned long long)x.sightings, (unsigned long long)x.erased);
		status = flush(&x);
	}
	map_free(x.told);
	buf_done(&x.out);
	return status;
}
