/*
 * The audit: what operators told the judge to do, each with who, what, before and after, why, and from where. See judge_command.h.
 *
 * A row of TABLE_ATTRIBUTION beside the look-ups, written in the transaction of the command; kept as long as they are, and mended by an erasure
 * as they are. What a command was about and why may name people: it lies sealed under the key of the look-ups, and only `who`, `op` and the
 * way by which he came are in clear. What is refused leaves nothing here, for nothing was done.
 */
#include "aupd/judge_command.h"
#include "base/seal.h"

enum { DEEDS_MAX = 200, SCAN_MAX = 20000, PAGE = 1000, DEED_BYTES_MAX = 1 << 16, WORDS_MAX = 1000 };
#define DEEDS "deed/"

/* Members of commands that say what it is about. */
static const char *const about[] = { "case", "into", "act", "name", "version", "draft", "from", "customer", "reseller", "item", "about", "webhook", "delivery", "bulk", "session", "file",
	"scope", "id", "url", "role", "service", "clause", "reporter", "reputation", "do" };

void command_changes(struct commanding *c, struct str before, struct str after)
{
	c->before = before;
	c->after = after;
}

static struct str way_of(const struct commanding *c)
{
	struct arena *a = work_arena(c->j->fold.work);
	if (c->p.key.len)
		return str_format(a, "key %.*s", STR_ARG(str_sub(c->p.key, 0, API_KEY_NAME_LEN)));
	if (!c->p.session.len)
		return STR("socket");
	return c->session.from.len ? str_format(a, "console, %.*s, %.*s", STR_ARG(c->session.from), STR_ARG(c->session.agent)) : STR("console");
}

static struct str details(struct commanding *c)
{
	struct arena *a = work_arena(c->j->fold.work);
	struct str why = command_arg(c, "because").len ? command_arg(c, "because") : command_arg(c, "text");
	struct buf b, of;
	struct jsonw w;
	buf_init(&of, DEED_BYTES_MAX);
	for (size_t i = 0; i < sizeof(about) / sizeof(about[0]); i++) {
		struct str value = str_sub(command_arg(c, about[i]), 0, ENTITY_ID_MAX);
		if (value.len)
			buf_printf(&of, "%s%s %.*s", of.len ? ", " : "", about[i], STR_ARG(value));
	}
	if (json_get(c->root, "on"))
		buf_printf(&of, "%s%s", of.len ? ", " : "", json_flag(c->root, "on", false) ? "on" : "off");
	buf_init(&b, DEED_BYTES_MAX);
	jsonw_init(&w, &b);
	jsonw_object(&w, NULL);
	jsonw_str(&w, "about", buf_str(&of));
	jsonw_str(&w, "before", str_sub(c->before, 0, WORDS_MAX));
	jsonw_str(&w, "after", str_sub(c->after, 0, WORDS_MAX));
	jsonw_str(&w, "why", str_sub(why, 0, WORDS_MAX));
	jsonw_end(&w, '}');
	struct str text = str_copy(a, buf_str(&b));
	buf_done(&b);
	buf_done(&of);
	return text;
}

static struct str body_of(struct commanding *c, struct str op, struct str way, struct str sealed)
{
	struct arena *a = work_arena(c->j->fold.work);
	struct buf b;
	struct jsonw w;
	buf_init(&b, 2 * DEED_BYTES_MAX);
	jsonw_init(&w, &b);
	jsonw_object(&w, NULL);
	jsonw_str(&w, "operator", c->who);
	jsonw_time(&w, "time", c->j->fold.now);
	jsonw_str(&w, "op", op);
	jsonw_str(&w, "way", way);
	jsonw_str(&w, "asked", str_base64(a, sealed));
	jsonw_end(&w, '}');
	struct str text = b.err ? STR_NONE : str_copy(a, buf_str(&b));
	buf_done(&b);
	return text;
}

enum err command_record_deed(struct commanding *c, struct str op)
{
	struct arena *a = work_arena(c->j->fold.work);
	struct seal_key key;
	struct row row;
	struct str sealed;
	uint64_t n = 0;
	enum err e = OK;
	/* several in one instant stand side by side */
	do {
		e = work_get(c->j->fold.work, TABLE_ATTRIBUTION, str_format(a, DEEDS "%lld.%llu", (long long)c->j->fold.now, (unsigned long long)n++), &row, c->why);
	} while (e == OK && row.version);
	if (e == OK)
		e = keyring_get(c->j->fold.keyring, STR("look-ups"), &key, c->why);
	if (e == OK)
		e = seal_derived(a, &key, row.key, details(c), &sealed);
	if (e)
		return e;
	row.owner = c->who;
	row.due_at = TIME_NONE;
	row.rank = c->j->fold.now;
	row.body = body_of(c, op, way_of(c), sealed);
	return row.body.len ? work_put(c->j->fold.work, &row, c->why) : why_set(c->why, ERR_LIMIT, "too much for the audit");
}

struct wish {
	struct str operator_name, op, about;
	int64_t from_at, until_at;
	bool has_key;
	struct seal_key key;
};

/* false: it is not asked for, or is no deed. */
static bool put_deed(struct commanding *c, const struct wish *x, const struct row *row)
{
	struct arena *a = work_arena(c->j->fold.work);
	struct json *body, *in = NULL;
	struct str sealed, clear = STR_NONE;
	if (!str_starts(row->key, STR(DEEDS)) || row->rank < x->from_at || json_read(a, row->body, &body, NULL) != OK)
		return false;
	if ((x->operator_name.len && !str_eq(row->owner, x->operator_name)) || (x->op.len && !str_starts(json_text(body, "op"), x->op)))
		return false;
	bool opens = x->has_key && str_unbase64(a, json_text(body, "asked"), &sealed) == OK && unseal(a, &x->key, row->key, sealed, &clear) == OK;
	if (!opens || json_read(a, clear, &in, NULL) != OK)
		in = NULL;
	if (x->about.len && (!in || str_find(json_text(in, "about"), x->about) == SIZE_MAX))
		return false;
	jsonw_object(c->w, NULL);
	jsonw_time(c->w, "time", row->rank);
	jsonw_str(c->w, "operator", json_text(body, "operator"));
	jsonw_str(c->w, "op", json_text(body, "op"));
	jsonw_str(c->w, "about", in ? json_text(in, "about") : opens ? clear : STR("(not readable)"));
	jsonw_str(c->w, "before", json_text(in, "before"));
	jsonw_str(c->w, "after", json_text(in, "after"));
	jsonw_str(c->w, "why", json_text(in, "why"));
	jsonw_str(c->w, "way", json_text(body, "way"));
	jsonw_end(c->w, '}');
	return true;
}

static enum err read_wish(struct commanding *c, struct wish *x)
{
	struct str from = command_arg(c, "from"), until = command_arg(c, "until");
	*x = (struct wish){ .operator_name = command_arg(c, "operator"), .op = command_arg(c, "what"), .about = command_arg(c, "about"), .from_at = INT64_MIN, .until_at = INT64_MAX };
	if ((from.len && time_parse(from, &x->from_at) != OK) || (until.len && time_parse(until, &x->until_at) != OK))
		return why_set(c->why, ERR_SYNTAX, "from and until are times such as 2026-03-01, or 2026-03-01T10:00:00Z");
	x->has_key = keyring_find(c->j->fold.keyring, STR("look-ups"), &x->key) == OK;
	return OK;
}

/* "TIME KEY" of the last row of a page. */
static enum err read_after(struct commanding *c, struct query *q)
{
	struct str after = command_arg(c, "after"), rank;
	if (!after.len)
		return OK;
	if (!str_split(&after, ' ', &rank) || str_to_i64(rank, &q->after_rank) != OK)
		return why_set(c->why, ERR_SYNTAX, "\"after\" is no place in the audit");
	q->has_after = true;
	q->after_key = after;
	return OK;
}

enum err cmd_audit(struct commanding *c)
{
	struct arena *a = work_arena(c->j->fold.work);
	struct query q = { .table = TABLE_ATTRIBUTION, .due_by = TIME_NONE, .descending = true, .limit = PAGE, .key_prefix = STR(DEEDS) };
	int64_t limit = json_int(c->root, "limit", DEEDS_MAX);
	struct wish x;
	struct row *rows, last = { .version = 0 };
	size_t n = PAGE;
	unsigned seen = 0, shown = 0, most = limit > 0 && limit < DEEDS_MAX ? (unsigned)limit : DEEDS_MAX;
	enum err e = read_wish(c, &x);
	if (e == OK)
		e = read_after(c, &q);
	if (e == OK && !q.has_after && x.until_at != INT64_MAX) {
		q.has_after = true;
		q.after_rank = x.until_at;
		q.after_key = STR("");
	}
	jsonw_array(c->w, "deeds");
	for (bool over = false; e == OK && !over && n == PAGE && shown < most && seen < SCAN_MAX;) {
		e = c->j->driver->page(c->j->store, a, &q, &rows, &n, c->why);
		for (size_t i = 0; e == OK && i < n && shown < most && !over; i++, seen++) {
			last = rows[i];
			over = rows[i].rank < x.from_at;
			shown += put_deed(c, &x, &rows[i]);
		}
		q.has_after = true;
		q.after_rank = last.rank;
		q.after_key = last.key;
	}
	jsonw_end(c->w, ']');
	if (e == OK && (shown == most || seen == SCAN_MAX))
		jsonw_str(c->w, "after", str_format(a, "%lld %.*s", (long long)last.rank, STR_ARG(last.key)));
	return e;
}
