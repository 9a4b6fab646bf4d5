/*
 * Attachments of cases: files that people put beside the story, kept sealed like evidence under the customer's key. See judge_command.h.
 *
 * Each is an event of its case, whose record commits to the bytes; so an erasure and retention take it like a report. Whoever reads
 * one leaves a look-up. A sealed case takes none: its evidence lies in the officers' box.
 */
#include "aupd/judge_command.h"

enum { ATTACHMENT_BYTES_MAX = 2 << 20, ATTACHMENTS_MAX = 32, NAME_MAX_BYTES = 200, ID_DIGITS = 16 };

static enum err read_case(struct commanding *c, struct casefile *ret_case)
{
	uint64_t number;
	struct row row;
	if (case_parse(command_arg(c, "case"), &number) != OK)
		return why_set(c->why, ERR_SYNTAX, "which case? a number such as C-4711 is needed");
	enum err e = fold_find_case(&c->j->fold, number, ret_case, &row, c->why);
	if (e == OK && ret_case->flags & CASE_SEALED_CLASS)
		e = why_set(c->why, ERR_DENIED, "it is sealed: nothing is attached to it, and nothing of it is shown");
	return e;
}

/* What is printed as it is, and would be a file's name: no control octets, no way up. */
static enum err read_name(struct commanding *c, struct str *ret_name)
{
	struct str name = str_trim(command_arg(c, "name"));
	bool good = name.len && name.len <= NAME_MAX_BYTES && str_chr(name, '/') == SIZE_MAX && name.ptr[0] != '.';
	for (size_t i = 0; good && i < name.len; i++)
		good = (unsigned char)name.ptr[i] >= ' ' && name.ptr[i] != 0x7f;
	*ret_name = name;
	return good ? OK : why_set(c->why, ERR_SYNTAX, "it needs a name: 1 to %d octets, without \"/\", not beginning with a dot", NAME_MAX_BYTES);
}

/* The id is of these bytes: another judge that attaches something else at once seals it under another key. */
static enum err keep(struct commanding *c, const struct casefile *of, struct str bytes, struct str *ret_text)
{
	struct judge *j = c->j;
	struct arena *a = work_arena(j->fold.work);
	struct raw_reference ref;
	struct raw_subject whose = { .id = of->customer };
	struct digest d;
	char number[CASE_TEXT_MAX];
	case_text(of->number, number);
	digest_hmac((struct str){ (const char *)j->fold.token_key.octets, SEAL_KEY_LEN }, bytes, &d);
	struct str id = str_format(a, "attachment/%s.%llu/%.*s", number, (unsigned long long)of->event_count + 1, ID_DIGITS, str_c(a, digest_hex(a, &d)));
	enum err e = raw_put(j->chest, j->fold.keyring, a, id, bytes, &whose, 1, &ref, c->why);
	if (e == OK)
		*ret_text = raw_text_write(a, j->role->share.number, &ref);
	return e;
}

/* The bytes stand in base64 in the line behind the command. */
enum err cmd_case_attach(struct commanding *c)
{
	struct arena *a = work_arena(c->j->fold.work);
	struct casefile of;
	struct str name, bytes, raw, text = str_trim(command_arg(c, "text"));
	uint64_t number;
	enum err e = read_case(c, &of);
	if (e == OK)
		e = read_name(c, &name);
	if (e == OK && of.state == CASE_MERGED)
		e = why_set(c->why, ERR_CONFLICT, "not with a case that is merged: it goes on as %.*s", STR_ARG(of.merged_into));
	if (e == OK && of.attachments >= ATTACHMENTS_MAX)
		e = why_set(c->why, ERR_LIMIT, "a case has at most %d attachments", ATTACHMENTS_MAX);
	if (e == OK && (str_unbase64(a, str_trim(c->more), &bytes) != OK || !bytes.len))
		e = why_set(c->why, ERR_SYNTAX, "there is nothing to attach");
	if (e == OK && bytes.len > ATTACHMENT_BYTES_MAX)
		e = why_set(c->why, ERR_LIMIT, "it has %zu octets, and an attachment at most %d", bytes.len, ATTACHMENT_BYTES_MAX);
	if (e == OK && text.len > CASE_NOTE_MAX / 2)
		e = why_set(c->why, ERR_LIMIT, "what is said of it has at most %d octets", CASE_NOTE_MAX / 2);
	if (e == OK)
		e = keep(c, &of, bytes, &raw);
	if (e)
		return e;
	struct fold_command cmd = { .type = INPUT_ATTACH, .number = of.number, .actor = c->who, .raw = raw,
		.text = str_format(a, "%.*s (%zu octets)%s%.*s", STR_ARG(name), bytes.len, text.len ? ": " : "", STR_ARG(text)) };
	e = fold_command(&c->j->fold, &cmd, &number, c->why);
	if (e)
		return e;
	jsonw_str(c->w, "case", command_arg(c, "case"));
	jsonw_int(c->w, "event", (int64_t)of.event_count + 1);
	return OK;
}

/* What cmd_case_attach wrote of it: a name may hold what looks like a size, so its own says where it ends. */
static struct str name_of(struct commanding *c, const struct case_event *event, int64_t *ret_octets)
{
	struct str text = event->text;
	for (size_t at = 0; at < text.len; at++) {
		struct str rest = str_sub(text, at, text.len), digits;
		uint64_t n;
		if (!str_starts(rest, STR(" (")))
			continue;
		rest = str_sub(rest, 2, rest.len);
		if (!str_split(&rest, ' ', &digits) || !str_starts(rest, STR("octets)")) || str_to_u64(digits, ATTACHMENT_BYTES_MAX, &n) != OK)
			continue;
		*ret_octets = (int64_t)n;
		return str_copy(work_arena(c->j->fold.work), str_sub(text, 0, at));
	}
	*ret_octets = 0;
	return STR_NONE;
}

void attachment_put(struct commanding *c, const struct case_event *event)
{
	struct raw_reference ref;
	unsigned judge;
	int64_t octets;
	struct str name = name_of(c, event, &octets);
	bool there = event->raw.len && raw_text_read(work_arena(c->j->fold.work), event->raw, &judge, &ref) == OK;
	jsonw_object(c->w, NULL);
	jsonw_int(c->w, "n", (int64_t)event->n);
	jsonw_str(c->w, "name", name);
	jsonw_int(c->w, "octets", octets);
	jsonw_str(c->w, "text", event->text);
	jsonw_str(c->w, "commitment", there ? digest_hex(work_arena(c->j->fold.work), &ref.commitment) : STR_NONE);
	jsonw_str(c->w, "by", event->actor);
	jsonw_time(c->w, "at", event->at);
	jsonw_bool(c->w, "gone", !event->raw.len);
	jsonw_end(c->w, '}');
}

/* The bytes of one, by the number of its event. */
enum err cmd_case_attachment(struct commanding *c)
{
	struct arena *a = work_arena(c->j->fold.work);
	struct casefile of;
	struct case_event event = { 0 };
	struct row row;
	struct str bytes, because = command_arg(c, "because");
	char number[CASE_TEXT_MAX];
	int64_t n = json_int(c->root, "event", 0);
	if (!str_trim(because).len)
		return why_set(c->why, ERR_DENIED, "say why you read it: --because TEXT");
	enum err e = read_case(c, &of);
	if (e)
		return e;
	case_text(of.number, number);
	e = work_load(c->j->fold.work, TABLE_CASE_EVENT, str_format(a, "%llu/%08llu", (unsigned long long)of.number, (unsigned long long)(n > 0 ? n : 0)),
		case_event_fields, &event, &row, c->why);
	if (e == ERR_NOTFOUND || (e == OK && event.type != EVENT_ATTACHED))
		return why_set(c->why, ERR_NOTFOUND, "event %lld of %s is no attachment", (long long)n, number);
	if (e == OK && !event.raw.len)
		e = why_set(c->why, ERR_NOTFOUND, "its bytes are gone: they were erased, or their time was over");
	if (e == OK)
		e = judge_raw_read(c->j, a, event.raw, &bytes, NULL, c->why);
	if (e == OK)
		e = command_record_lookup(c, str_format(a, "attachment %lld of %s", (long long)n, number), because);
	if (e)
		return e;
	jsonw_str(c->w, "case", str_of(number));
	jsonw_str(c->w, "text", event.text);
	jsonw_str(c->w, "name", name_of(c, &event, &n));
	jsonw_str(c->w, "octets", str_base64(a, bytes));
	return OK;
}
