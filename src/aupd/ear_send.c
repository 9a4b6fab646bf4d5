/*
 * One item of the spool as frames: decoded here, once, by whoever wrote it. See ear.h.
 *
 * Of the sealed class nothing goes out but class, time, address and position, and of the public form the receipt, which is chance. An item that ended the decoder twice is not decoded
 * again and goes before a person.
 */
#include <stdlib.h>

#include "aupd/ear.h"
#include "aupd/seal_item.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/map.h"
#include "format/format.h"
#include "model/item.h"

enum { CANDIDATES_MAX = 64, HELD_ROWS_MIN = 256, FRAME_FACTS_MAX = FRAME_BODY_MAX - (1 << 20),
	FACT_FRAME_BYTES = 120 /* names and marks around one */ };

void ear_count(struct ear *e, unsigned figure)
{
	ometric_add(&e->role->figures, figure, 0, 1);
}

struct judge_link *ear_judge(struct ear *e, uint8_t lane)
{
	return &e->judges[lane % e->role->share.judges];
}

enum send_state ear_may_send(const struct ear *e, const struct position *at, uint8_t lane)
{
	/* confirmed, or sent already before there was no more room */
	if (position_cmp(at, &e->lane_sent[lane]) <= 0)
		return SEND_DONE;
	return e->flight_count == IN_FLIGHT_MAX ? SEND_FULL : SEND_NOW;
}

bool ear_put(struct ear *e, enum frame_type type, const struct position *at, uint8_t lane, bool last, struct str body)
{
	struct frame f = { .type = type, .decoder = DECODER_VERSION, .source = 1, .incarnation = e->role->share.incarnation, .at = *at, .prev = e->lane_sent[lane],
		.lane = lane, .flags = last ? FRAME_LAST_OF_ITEM : 0, .now = clock_wall_at(), .body = body };
	if (bus_send(&ear_judge(e, lane)->bus, &f, NULL, 0) != OK)
		return false;
	e->flight[(e->flight_from + e->flight_count++) % IN_FLIGHT_MAX] = (struct sent){ *at, lane };
	e->lane_sent[lane] = *at;
	ear_count(e, EAR_FRAMES);
	return true;
}

static bool send(struct ear *e, enum frame_type type, struct position at, struct str lane_key, bool last, const struct field *fields, const void *noun)
{
	uint8_t lane = lane_of(lane_key);
	enum send_state state = ear_may_send(e, &at, lane);
	struct str body;
	if (state != SEND_NOW)
		return state == SEND_DONE;
	/* the link has its own copy: an item of many rows must not hold all its frames in memory */
	struct arena_mark mark = arena_mark(e->arena);
	bool sent = field_encode(e->arena, fields, noun, &body) == OK && ear_put(e, type, &at, lane, last, body);
	arena_rewind(e->arena, mark);
	return sent;
}

static struct str meta_text(const struct json *meta, const char *name)
{
	return meta ? json_text(meta, name) : STR_NONE;
}

/* "abuse+TOKEN@domain" -> TOKEN; some systems on the way change the case of addresses, and ours are of small letters */
static struct str token_of(struct arena *a, struct str recipient)
{
	size_t plus = str_chr(recipient, '+'), at = str_chr(recipient, '@');
	return plus != SIZE_MAX && at != SIZE_MAX && at > plus ? str_lower(a, str_sub(recipient, plus + 1, at - plus - 1)) : STR_NONE;
}

static struct str first_recipient(struct arena *a, const struct json *meta)
{
	const struct json *to = meta ? json_get(meta, "to") : NULL;
	const struct json *found = to ? to->child : NULL;
	for (const struct json *m = found; m; m = m->next)
		if (token_of(a, m->text).len)
			found = m;
	return found ? found->text : STR_NONE;
}

/* How long a text is at least as JSON, without its quotes. */
static size_t length_in_frame(struct str s)
{
	size_t n = s.len;
	for (size_t i = 0; i < s.len; i++)
		n += (unsigned char)s.ptr[i] < ' ' ? 5 : s.ptr[i] == '"' || s.ptr[i] == '\\';
	return n;
}

/* Facts beyond what a frame holds are left out: an item with them would stand before all others for ever. *room is what is left. */
static void lighten(struct observation *o, size_t *room)
{
	for (unsigned i = 0; i < o->fact_count; i++) {
		size_t n = FACT_FRAME_BYTES + length_in_frame(o->facts[i].name) + length_in_frame(o->facts[i].value) + length_in_frame(o->facts[i].span.part);
		if (n > *room) {
			log_warn("facts of a report are left out: they are too long for one frame");
			o->fact_count = i;
			return;
		}
		*room -= n;
	}
}

/* Whether it might be too long, in the worst case; cheap, because it is asked of every row. */
static bool heavy(const struct observation *o)
{
	size_t n = 0;
	for (unsigned i = 0; i < o->fact_count; i++)
		n += FACT_FRAME_BYTES + 6 * (o->facts[i].name.len + o->facts[i].value.len + o->facts[i].span.part.len);
	return n > FRAME_FACTS_MAX;
}

/* index: behind the item's observations, if it has any. */
static bool send_item(struct ear *e, const struct spool_record *r, const struct decode *d, const struct json *meta, enum item_type type, unsigned index,
	const char *reason)
{
	char key[POSITION_TEXT_MAX];
	struct str problems[PROBLEMS_MAX];
	struct item i = { .type = type, .at = { r->at.segment, r->at.offset, index }, .received_at = r->received_at, .listener = meta_text(meta, "listener"),
		.name = d->name, .format = str_of(d->format),
		.reason = str_of(reason), .token = token_of(e->arena, d->recipient), .message_id = d->message_id,
		.in_reply_to = d->in_reply_to, .reply_to = d->automatic ? STR_NONE : d->from,
		.reporter = d->from, .subject_line = d->subject, .text = d->answer, .said = d->said, .said_count = type == ITEM_ANSWER && d->said, .about = d->about, .candidates = d->observations,
		.candidate_count = d->count < CANDIDATES_MAX ? d->count : CANDIDATES_MAX, .raw_digest = r->digest, .raw_len = r->payload.len, .receipt = meta_text(meta, "receipt"),
		.problems = problems };
	if (type == ITEM_BOUNCE || type == ITEM_DELAYED || type == ITEM_DELIVERED)
		i.candidate_count = 0;
	for (unsigned k = 0; k < d->problem_count; k++)
		problems[i.problem_count++] = d->problems[k].text;
	size_t room = FRAME_FACTS_MAX;
	for (unsigned k = 0; k < i.candidate_count; k++)
		lighten(&i.candidates[k], &room);
	position_print(&i.at, key);
	return send(e, FRAME_ITEM, i.at, i.token.len ? i.token : str_of(key), true, item_fields, &i);
}

/* Rows whose class nobody knows are one matter for a person, not one each. */
static bool goes_apart(const struct decode *d, const struct observation *o)
{
	return d->tables && o->kind == KIND_UNCLASSIFIED;
}

/* Of a table what could not be read or classed: once, with the first of its rows and where the others are. */
static bool send_rest(struct ear *e, const struct spool_record *r, const struct decode *d, const struct json *meta, unsigned apart)
{
	struct decode rest = *d;
	rest.count = 0;
	rest.observations = ARENA_ARRAY(e->arena, struct observation, CANDIDATES_MAX);
	for (unsigned i = 0; rest.observations && i < d->count && rest.count < CANDIDATES_MAX; i++)
		if (goes_apart(d, &d->observations[i]))
			rest.observations[rest.count++] = d->observations[i];
	struct str why = apart ? str_format(e->arena, "rows whose class no map knows: %u; rows that cannot be read: %u", apart, d->rows_lost)
		: str_format(e->arena, "rows that cannot be read: %u; the others were taken", d->rows_lost);
	return send_item(e, r, &rest, meta, d->rows_sealed ? ITEM_SEALED : apart ? ITEM_PROSE : ITEM_UNPARSED, d->count, str_c(e->arena, why));
}

/* That of the public form, for whoever sent it: it says nothing. */
static struct str chance_receipt(const struct json *meta)
{
	return str_eq(meta_text(meta, "listener"), STR("form")) ? meta_text(meta, "receipt") : STR_NONE;
}

/* Of a sealed report class, time, address and position go out. */
static bool send_concealed(struct ear *e, const struct observation *x, struct position at, bool last, struct str receipt)
{
	struct observation o = { .kind = x->kind, .witness = WITNESS_REPORT, .source = x->source, .event_at = x->event_at, .first_at = x->event_at,
		.last_at = x->event_at, .zone_given = x->zone_given, .received_at = x->received_at, .incidents = 1, .at = at, .receipt = receipt };
	return send(e, FRAME_OBSERVATION, at, observation_lane_key(e->arena, &o), last, observation_fields, &o);
}

/* Its bytes go to the officer's key, or wait in the spool for one. */
static void seal(struct ear *e, const struct spool_record *r)
{
	struct why why;
	if (seal_item(e->arena, e->sealed_fd, e->role->share.officer_key, r->at, r->payload, &why) != OK) {
		if (!e->unsealed_at.segment)
			e->unsealed_at = r->at;
		log_error("a sealed report could not be encrypted to the officer's key; its raw bytes wait in the spool", "why", why.text);
	}
	ear_count(e, EAR_SEALED);
}

static bool send_observations(struct ear *e, const struct spool_record *r, struct decode *d, const struct json *meta)
{
	struct str listener = meta_text(meta, "listener");
	unsigned apart = 0, last = d->count;
	for (unsigned i = 0; i < d->count; i++) {
		apart += goes_apart(d, &d->observations[i]);
		last = goes_apart(d, &d->observations[i]) ? last : i;
	}
	bool rest = apart || d->rows_lost;
	if (d->rows_sealed)
		seal(e, r);
	for (unsigned i = 0; i < d->count; i++) {
		struct observation *o = &d->observations[i];
		o->at = (struct position){ r->at.segment, r->at.offset, i };
		o->meta = listener;
		o->receipt = meta_text(meta, "receipt");
		if (goes_apart(d, o))
			continue;
		if (kind_info(o->kind)->flags & KIND_SEALED) {
			if (!send_concealed(e, o, o->at, i == last && !rest, chance_receipt(meta)))
				return false;
			continue;
		}
		size_t room = FRAME_FACTS_MAX;
		if (heavy(o))
			lighten(o, &room);
		if (!send(e, FRAME_OBSERVATION, o->at, observation_lane_key(e->arena, o), i == last && !rest, observation_fields, o))
			return false;
	}
	return !rest || send_rest(e, r, d, meta, apart);
}

/* Which of them name an address that none before names. */
static bool *name_another(struct ear *e, const struct decode *d)
{
	static char known;
	bool *another = arena_array(e->arena, d->count + 1, sizeof(*another));
	struct map *names = map_new(d->count + 1);
	for (unsigned i = 0; another && names && i < d->count; i++) {
		struct str name = d->observations[i].source.text;
		another[i] = d->observations[i].source.type != SOURCE_NONE && !map_get(names, name) && map_add(names, name, &known) == OK;
	}
	map_free(names);
	return names ? another : NULL;
}

/* Whoever wrote did answer a letter, and that alone its case is told. */
static bool send_sealed_answer(struct ear *e, const struct spool_record *r, const struct decode *d, bool last)
{
	struct observation sealed = { .kind = KIND_CSAM, .event_at = TIME_NONE, .first_at = TIME_NONE, .last_at = TIME_NONE, .received_at = r->received_at };
	struct item i = { .type = ITEM_ANSWER, .at = r->at, .received_at = r->received_at, .token = token_of(e->arena, d->recipient),
		.text = STR("(what it says is kept for the officer alone)"), .candidates = &sealed, .candidate_count = 1 };
	return send(e, FRAME_ITEM, r->at, i.token, last, item_fields, &i);
}

static bool send_nowhere(struct ear *e, const struct spool_record *r, struct str receipt)
{
	char key[POSITION_TEXT_MAX];
	struct item i = { .type = ITEM_SEALED, .at = r->at, .received_at = r->received_at, .reason = STR("a sealed report without an address"), .listener = receipt.len ? STR("form") : STR_NONE,
		.receipt = receipt };
	position_print(&r->at, key);
	return send(e, FRAME_ITEM, r->at, str_of(key), true, item_fields, &i);
}

/* A sealed report leaves class, time, address and position; its bytes go to the officer's key. */
static bool send_sealed(struct ear *e, const struct spool_record *r, struct decode *d, struct str receipt)
{
	seal(e, r);
	unsigned index, last = d->count;
	bool answer = token_of(e->arena, d->recipient).len && !d->automatic;
	const bool *another = name_another(e, d);
	if (!another)
		return send_nowhere(e, r, receipt);
	for (unsigned i = 0; i < d->count; i++)
		last = another[i] ? i : last;
	if (answer && !send_sealed_answer(e, r, d, last == d->count))
		return false;
	if (last == d->count)
		return answer || send_nowhere(e, r, receipt);
	index = answer;
	for (unsigned i = 0; i <= last; i++) {
		if (!another[i])
			continue;
		if (!send_concealed(e, &d->observations[i], (struct position){ r->at.segment, r->at.offset, index }, i == last, receipt))
			return false;
		index++;
	}
	return true;
}

static struct str domain_of(struct str address)
{
	size_t at = str_chr(address, '@');
	return str_sub(address, at == SIZE_MAX ? address.len : at + 1, address.len);
}

static bool ends_with_label(struct str domain, struct str end)
{
	size_t cut = domain.len - end.len;
	return domain.len >= end.len && str_eq_fold(str_sub(domain, cut, end.len), end) && (!cut || domain.ptr[cut - 1] == '.');
}

/*
 * Nobody is answered by machine who did not write by mail, or is a machine. A report is answered at once only where envelope
 * and header name one domain: a stranger's address in the header alone must not bring him our letters.
 */
static void clear_reply(struct decode *d, const struct json *meta, bool by_mail)
{
	struct str from = domain_of(meta_text(meta, "from"));
	for (unsigned i = 0; i < d->count; i++) {
		struct observation *o = &d->observations[i];
		struct str to = domain_of(o->reply_to);
		bool same = from.len && to.len && (ends_with_label(from, to) || ends_with_label(to, from));
		if (!by_mail || d->automatic || (d->outcome == OUTCOME_REPORT && !same))
			o->reply_to = STR_NONE;
	}
}

static bool send_decoded(struct ear *e, const struct spool_record *r, struct decode *d, const struct json *meta)
{
	switch (d->outcome) {
	case OUTCOME_REPORT: return send_observations(e, r, d, meta);
	case OUTCOME_SEALED: return send_sealed(e, r, d, chance_receipt(meta));
	case OUTCOME_ANSWER: return send_item(e, r, d, meta, ITEM_ANSWER, 0, "");
	case OUTCOME_AUTO: return send_item(e, r, d, meta, d->arrival == ARRIVAL_DELAYED ? ITEM_DELAYED : d->arrival ? ITEM_DELIVERED : ITEM_AUTO_ANSWER, 0, "");
	case OUTCOME_BOUNCE: return send_item(e, r, d, meta, ITEM_BOUNCE, 0, "");
	case OUTCOME_PROSE: return send_item(e, r, d, meta, ITEM_PROSE, 0, d->doubt ? d->doubt : "prose: a person confirms what was found");
	case OUTCOME_UNKNOWN: break;
	}
	ear_count(e, EAR_UNPARSED);
	return send_item(e, r, d, meta, ITEM_UNPARSED, 0, d->tables ? "no row of it can be read" : "no format was recognised");
}

/*
 * There was no room for all of an item of many rows: it stays decoded, in the arena that was this item's, until its turn comes again.
 * Else a file of a hundred thousand rows would be decoded once for every few thousand that the judge has taken.
 */
static void hold(struct ear *e, const struct spool_record *r, const struct decode *d)
{
	struct decode *held = d->count >= HELD_ROWS_MIN && d->outcome == OUTCOME_REPORT ? ARENA_NEW(e->arena, struct decode) : NULL;
	struct arena *other = e->held_arena;
	if (!held)
		return;
	*held = *d;
	e->held = held;
	e->held_at = r->at;
	e->held_arena = e->arena;
	e->arena = other;
}

static void let_go(struct ear *e)
{
	e->held = NULL;
	arena_reset(e->held_arena);
}

bool ear_send(struct ear *e, const struct spool_record *r)
{
	struct json *meta = NULL;
	struct decode d = { .arena = e->arena, .text = r->payload, .received_at = r->received_at, .maps = e->maps, .format = "unknown" };
	bool again = e->held && position_cmp(&e->held_at, &r->at) == 0;
	if (r->item_class == CLASS_ACCOUNTING)
		return nat_item_is(r->payload) ? ear_send_nat(e, r) : ear_send_accounting(e, r);
	if (json_read(e->arena, r->meta, &meta, NULL) != OK)
		meta = NULL;
	bool by_mail = str_eq(meta_text(meta, "listener"), STR("smtp")) || str_eq(meta_text(meta, "listener"), STR("lmtp"));
	d.recipient = first_recipient(e->arena, meta);
	d.name = meta_text(meta, "name");
	d.null_sender = by_mail && !meta_text(meta, "from").len;
	if (!attempt_begin(e->attempt, &r->at)) {
		ear_count(e, EAR_UNPARSED);
		log_error("an item ended its decoder twice and is skipped: a person has to look at it");
		return send_item(e, r, &d, meta, ITEM_UNPARSED, 0, "it ended the decoder twice");
	}
#ifdef AUPD_TESTING
	if (str_find(r->payload, STR("X-Aupd-Test-Crash: yes")) != SIZE_MAX)
		abort();
#endif
	if (again)
		d = *e->held;
	else if (format_decode(&d) != OK)
		return send_item(e, r, &d, meta, ITEM_UNPARSED, 0, "it needs more memory than an item may have");
	clear_reply(&d, meta, by_mail);
	ear_reporter(e, &d, meta);
	ear_upstream(e, &d);
	bool sent = send_decoded(e, r, &d, meta);
	if (e->held && (sent || !again))
		let_go(e);
	if (!sent && !again)
		hold(e, r, &d);
	return sent;
}

bool ear_send_damage(struct ear *e, const struct position *from, const struct position *to, const struct why *why)
{
	char key[POSITION_TEXT_MAX];
	position_print(from, key);
	if (position_cmp(from, &e->lane_sent[lane_of(str_of(key))]) <= 0)
		return ear_lose_accounting(e, from);
	struct item i = { .type = ITEM_UNPARSED, .at = *from, .received_at = clock_wall_at(),
		.reason = str_format(e->arena, "the disk damaged it in the spool: %llu octets at %s; ask its sender", (unsigned long long)(to->offset - from->offset), key) };
	if (!send(e, FRAME_ITEM, *from, str_of(key), true, item_fields, &i))
		return false;
	log_error("a stretch of the spool is damaged and skipped: a person has to look at it", "why", why->text);
	role_tell(e->role, "a stretch of the spool was damaged: aup intake list", 1);
	return ear_lose_accounting(e, from);
}
