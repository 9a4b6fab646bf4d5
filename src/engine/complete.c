/*
 * Answers of reporters who were asked. See complete.h.
 */
#include "engine/complete.h"

#include "engine/deed.h"
#include "engine/fold_case.h"
#include "engine/letter.h"

enum { FACTS_ADDED_MAX = 3, TOLD_DAYS = 400, ZONES_HOURS = 14, ZONE_STEP_MINUTES = 15 };

static enum err keep(struct fold *f, const struct item *i, enum item_state state, const char *reason, struct why *why)
{
	struct item kept = *i;
	kept.said_count = 0;
	kept.state = state;
	kept.reason = str_of(reason);
	return put_item(f, &kept, false, why);
}

static void add_fact(struct observation *o, const char *name, struct str value)
{
	o->facts[o->fact_count++] = (struct fact){ .name = str_of(name), .value = value, .certainty = CERTAINTY_GUESSED };
}

/* Room for what is added, in a list of its own. */
static bool own_facts(struct fold *f, struct observation *o)
{
	struct fact *facts = ARENA_ARRAY(work_arena(f->work), struct fact, OBSERVATION_FACTS_MAX);
	if (!facts)
		return false;
	o->fact_count = o->fact_count < OBSERVATION_FACTS_MAX - FACTS_ADDED_MAX ? o->fact_count : OBSERVATION_FACTS_MAX - FACTS_ADDED_MAX;
	for (unsigned k = 0; k < o->fact_count; k++)
		facts[k] = o->facts[k];
	o->facts = facts;
	return true;
}

/* The report's own time is read as UTC while its zone is not known: a zone moves it, and a whole time must be the same by a zone. */
static const char *fill_zone(struct observation *o, const struct said *s)
{
	int64_t event = o->event_at != TIME_NONE ? o->event_at : o->first_at != TIME_NONE ? o->first_at : o->last_at;
	int64_t apart = s->at != TIME_NONE ? s->at - event : 0;
	if (s->unclear & (MISSING_TIME | MISSING_ZONE))
		return "the time or zone can be read in two ways";
	if (!s->zoned && !s->at_zoned)
		return "it names no time zone";
	if (s->at_zoned ? apart % (ZONE_STEP_MINUTES * MINUTE_US) || apart > ZONES_HOURS * HOUR_US || apart < -ZONES_HOURS * HOUR_US : apart != 0)
		return "it gives another time than the report";
	int64_t moved = s->at_zoned ? apart : -s->east_s * SECOND_US;
	int64_t *const times[] = { &o->event_at, &o->first_at, &o->last_at };
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++)
		*times[i] = *times[i] == TIME_NONE ? TIME_NONE : *times[i] + moved;
	o->zone_given = true;
	o->time_certainty = CERTAINTY_GUESSED;
	return NULL;
}

static const char *fill_time(struct observation *o, const struct said *s)
{
	if (s->unclear & (MISSING_TIME | (s->at_zoned ? 0 : MISSING_ZONE)))
		return "the time or zone can be read in two ways";
	if (s->at == TIME_NONE)
		return "it gives no time";
	o->event_at = o->first_at = o->last_at = !s->at_zoned && s->zoned ? s->at - s->east_s * SECOND_US : s->at;
	o->zone_given = s->at_zoned || s->zoned;
	o->time_certainty = CERTAINTY_GUESSED;
	return o->event_at > o->received_at + HOUR_US ? "it gives a time after the report" : NULL;
}

static bool names_another(const struct observation *o, const struct said *s)
{
	for (unsigned i = 0; i < s->address_count; i++)
		if (str_eq(s->addresses[i], o->source.text))
			return false;
	return s->address_count && o->source.type == SOURCE_ADDR;
}

/* What lacked, and nothing else; NULL, or why not. */
static const char *fill(struct fold *f, struct observation *o, const struct said *s, uint32_t missing)
{
	struct arena *a = work_arena(f->work);
	const char *no = NULL;
	if (s->unclear == SAID_UNCLEAR)
		return "it says that a clock is wrong, or much in two ways";
	if (names_another(o, s))
		return "it names another address than the report";
	if (missing & MISSING_PORT) {
		if (s->unclear & MISSING_PORT)
			return "it names more than one port";
		if (!s->port)
			return "it names no port";
		o->source.port = s->port;
		add_fact(o, "answered-port", str_format(a, "%u", s->port));
	}
	if (missing & MISSING_TIME)
		no = fill_time(o, s);
	else if (missing & MISSING_ZONE)
		no = fill_zone(o, s);
	if (!no && missing & (MISSING_TIME | MISSING_ZONE))
		add_fact(o, "answered-time", letter_time(a, o->event_at));
	return no;
}

/* Fills in what lacks, and asks whose it is then. *ret_no: why a person has to look, or NULL. */
static enum err complete(struct fold *f, struct observation *o, const struct item *i, const char **ret_no, struct why *why)
{
	struct subject s = { 0 };
	enum err e = fold_attribute(f, o, false, &s, why);
	if (e)
		return e;
	*ret_no = !s.missing ? "his report waits for something else" : !i->said_count ? "it gives nothing of what was asked for" : NULL;
	if (*ret_no)
		return OK;
	if (!own_facts(f, o))
		return why_set(why, ERR_NOMEM, "no memory for an answer");
	*ret_no = fill(f, o, i->said, s.missing);
	if (*ret_no)
		return OK;
	s = (struct subject){ 0 };
	e = fold_attribute(f, o, false, &s, why);
	if (e == OK && s.ours == OURS_CANNOT_TELL)
		*ret_no = s.missing ? "with what it gives, something still lacks" : "with what it gives, whose it was still cannot be told";
	return e;
}

static enum err told_before(struct fold *f, const struct item *i, struct str message_id, struct row *ret_row, struct why *why)
{
	struct arena *a = work_arena(f->work);
	struct digest d;
	digest_hmac((struct str){ (const char *)f->token_key.octets, SEAL_KEY_LEN },
		str_format(a, "answer to %.*s\n%.*s", STR_ARG(message_id), STR_ARG(i->text)), &d);
	return work_get(f->work, TABLE_SEEN, digest_hex(a, &d), ret_row, why);
}

static enum err judge_again(struct fold *f, struct observation *o, struct str parked, struct row *told, struct why *why)
{
	struct fold_result r;
	/* its own content is known from the first try: it must not count as the second copy */
	o->report_id = STR_NONE;
	enum err e = fold_again(f, o, &r, why);
	if (e == OK && r.fate != FATE_PARKED)
		e = fold_unpark(f, parked, o, r.fate, why);
	told->due_at = f->now + TOLD_DAYS * DAY_US;
	told->body = STR("{}");
	return e ? e : work_put(f->work, told, why);
}

enum err complete_answer(struct fold *f, const struct item *i, struct str message_id, struct str owner, bool *ret_taken, struct why *why)
{
	struct letter l = { 0 };
	struct observation o = { 0 };
	struct row row, told;
	const char *no = NULL;
	enum err e = str_starts(owner, STR(DEED_REPORTER)) ? letter_open(f, message_id, &l, why) : ERR_NOTFOUND;
	*ret_taken = e == OK && l.parked.len;
	if (!*ret_taken)
		return e == ERR_NOTFOUND ? OK : e;
	e = told_before(f, i, message_id, &told, why);
	if (e || told.version)
		return e ? e : keep(f, i, ITEM_DONE, "the same answer came before", why);
	if (!str_eq(deed_reporter(f, i->reporter), owner))
		return keep(f, i, ITEM_WAITING, "a reporter was asked, and somebody else answers", why);
	e = work_load(f->work, TABLE_PARKED, l.parked, observation_fields, &o, &row, why);
	if (e)
		return e == ERR_NOTFOUND ? keep(f, i, ITEM_WAITING, "a reporter answers, and his report waits no more", why) : e;
	e = complete(f, &o, i, &no, why);
	if (e || no)
		return e ? e : keep(f, i, ITEM_WAITING, str_c(work_arena(f->work), str_format(work_arena(f->work), "a reporter was asked, and answers: %s", no)), why);
	e = judge_again(f, &o, l.parked, &told, why);
	return e ? e : keep(f, i, ITEM_DONE, "it completes the report that it answers about", why);
}
