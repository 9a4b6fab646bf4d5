/*
 * Acts on live sessions. See judge_session_act.h.
 *
 * Nobody is cut for another: a session is ended only while it is open, of a login that the register gives to the customer now, with its
 * accounting heard of, and where no one else is named for its address. It is then named to its server as that server last named it.
 *
 * Proof of a change is that the server tells of it in accounting, and of its being taken back that it no longer does. Of a server that tells nothing
 * it is the rate of the session, where the profile says one: that it fell is a weak proof, and the act says so. Proof of the end is its
 * Stop. Silence proves little: of a session that sent interim reports, two that did not come while its feed was heard count, and the act says
 * so. What has no effect is asked for again, ASKS_MAX times in all; then, or when nobody can tell, a person has to look.
 */
#include "aupd/judge_session_act.h"

#include "action/radius_packet.h"
#include "attribution/session_identity.h"
#include "attribution/session_who.h"
#include "aupd/judge_binding.h"
#include "aupd/judge_session_rate.h"
#include "engine/fold_case.h"

enum { SILENCE_S = 900, EFFECT_S = 30, SILENT_S = 1800, ASKS_MAX = 3, KEYS_MAX = 64, GIVE_UP_S = 86400 };

static const struct str driver_prefix = { "radius-", 7 };

static bool changes(const struct act *act)
{
	return str_eq(act->driver, STR("radius-coa"));
}

bool judge_session_act(const struct act *act)
{
	return str_starts(act->driver, driver_prefix);
}

enum err judge_session_names(struct judge *j, struct why *why)
{
	struct judge_bindings *b = j->bindings;
	session_identities_close(b->identities);
	b->identities = NULL;
	if (!b->rates && j->role->share.nas_count && !(b->rates = judge_rates_new()))
		return why_set(why, ERR_NOMEM, "no memory for rates of sessions");
	return b->sessions && j->role->share.nas_count ? session_identities_open(b->sessions, b->dir_fd, &b->identities, why) : OK;
}

static void note_name(struct judge *j, const struct session_heard *h)
{
	static bool told;
	struct judge_bindings *b = j->bindings;
	struct why why = { .line = 0 };
	bool now = h->step == SESSION_BEGAN || h->step == SESSION_WENT_ON;
	/* of a login that the register does not have nothing is kept */
	if (!b->identities || !now || !h->message->identity.len || !binding_book_find(b->book, h->subject))
		return;
	enum err e = session_identity_note(b->identities, h->ref, h->message->identity, &why);
	bool bad = e && e != ERR_NOTFOUND;
	if (bad && !told)
		log_error("what names sessions to their servers cannot be written: they cannot be ended", "why", why.text);
	told = bad;
}

enum err judge_session_heard(struct judge *j, const struct session_heard *h, struct why *why)
{
	note_name(j, h);
	return judge_rates_heard(j, h, why);
}

enum err judge_session_forget(struct judge *j, struct why *why)
{
	return j->bindings && j->bindings->identities ? session_identities_forget(j->bindings->identities, why) : OK;
}

/* Its answer is known without the hand. */
static enum err settle(struct judge *j, const struct act *act, enum act_op op, enum act_result result, struct str text, struct why *why)
{
	struct act_report r = { .key = act->key, .op = op, .result = result, .text = text, .retry_at = TIME_NONE };
	enum err e = put_act(&j->fold, act, why);
	return e ? e : fold_report(&j->fold, &r, why);
}

/* The keys under which accounting knows the customer: his id, and the logins of the service. */
static unsigned keys_of(const struct judge *j, const struct act *act, struct binding_subject list[KEYS_MAX])
{
	const struct binding_book *book = j->bindings->book;
	unsigned n = binding_book_key(book, act->customer, &list[0]) == OK;
	for (const struct entity *e = NULL; n < KEYS_MAX && (e = registry_of(j->registry, ENTITY_LOGIN, act->customer, e));) {
		bool other = act->instance.len && e->service.len && !str_eq(e->service, act->instance);
		if (!other && entity_valid_at(e, j->fold.now) && binding_book_key(book, e->resource, &list[n]) == OK)
			n++;
	}
	return n;
}

/* The open sessions under these keys; what a key names must be the customer's now. */
static size_t sessions_of(const struct judge *j, const struct act *act, const struct binding_subject *keys, unsigned key_count, struct session_now list[ACT_SESSIONS_MAX])
{
	size_t n = 0;
	for (unsigned i = 0; i < key_count && n <= ACT_SESSIONS_MAX; i++) {
		const struct entity *e = binding_book_find(j->bindings->book, &keys[i]);
		bool own = e && (str_eq(e->customer, act->customer) || str_eq(e->id, act->customer));
		if (own)
			n += session_of_subject(j->bindings->sessions, &keys[i], list + n, n < ACT_SESSIONS_MAX ? ACT_SESSIONS_MAX - n : 0);
	}
	return n;
}

static bool is_heard(const struct judge *j, uint8_t feed)
{
	return j->bindings->heard[feed].heard_at + SILENCE_S * SECOND_US >= j->fold.now;
}

/* Any feed of accounting at all: without one "no session" is not known. */
static bool any_heard(const struct judge *j)
{
	for (unsigned i = 1; i <= BINDING_FEED_MAX; i++)
		if (j->bindings->heard[i].heard_at && is_heard(j, (uint8_t)i))
			return true;
	return false;
}

/* Who is named for its address at the time when it was last heard of? */
static bool is_contested(struct judge *j, const struct act *act, const struct session_now *s)
{
	struct subject who = { 0 };
	const int64_t at = binding_second_at(s->seen_s);
	struct binding_question q = { .addr = s->held.addr, .port = BINDING_PORT_NONE, .from_at = at, .until_at = at, .as_of = TIME_MAX };
	if (s->held.bits != 128)
		return false;
	enum err e = bindings_answer(&j->bindings->view, work_arena(j->fold.work), j->registry, &q, at, true, &who);
	return e != OK || who.grade > GRADE_B || !str_eq(who.customer, act->customer);
}

/* Notes what is asked for, so that its effect can be looked for. */
static enum err note(struct judge *j, struct act *act, const struct session_now *list, const struct str *saved, struct str *rates, size_t n)
{
	struct arena *a = work_arena(j->fold.work);
	act->sessions = ARENA_ARRAY(a, struct str, n);
	if (!act->sessions)
		return ERR_NOMEM;
	for (size_t i = 0; i < n; i++)
		act->sessions[i] = str_format(a, "%llu %u%s%.*s", (unsigned long long)list[i].ref, list[i].start_s, saved[i].len ? " " : "", STR_ARG(str_hex(a, saved[i])));
	act->session_count = act->rate_count = (unsigned)n;
	act->rates = rates;
	act->issued_at = j->fold.now;
	act->asks++;
	act->attempts = 0;
	return OK;
}

/* To which sessions an act would go now; result: why to none. */
struct found {
	enum act_result result;
	struct str text;
	struct session_now list[ACT_SESSIONS_MAX];
	struct str *names, *saved;      /* saved: what each had before it was changed first */
	struct str *rates;              /* as the act keeps them */
	unsigned count;
};

static enum err none(struct found *f, enum act_result result, struct str text)
{
	f->result = result;
	f->text = text;
	return OK;
}

/* Which of those that were asked about before it is, and what it had then, in hex; session_count: none. */
static unsigned asked_before(const struct act *act, const struct session_now *s, struct str *ret_hex)
{
	uint64_t ref, start_s;
	for (unsigned i = 0; i < act->session_count; i++)
		if (judge_rates_split(act->sessions[i], &ref, &start_s, ret_hex) && ref == s->ref && s->start_s <= start_s + SESSION_APART_S)
			return i;
	*ret_hex = STR_NONE;
	return act->session_count;
}

/* What a session had when it was first asked about, which is not what it has now. */
static bool kept_before(struct arena *a, const struct act *act, const struct session_now *s, struct str *ret_saved)
{
	struct str hex;
	(void)asked_before(act, s, &hex);
	return hex.len && str_unhex(a, hex, ret_saved) == OK;
}

static struct str rate_before(const struct act *act, const struct session_now *s)
{
	struct str hex;
	unsigned i = asked_before(act, s, &hex);
	return i < act->session_count && i < act->rate_count ? act->rates[i] : STR_NONE;
}

/* Before it is changed: false when its server does not tell of what is to be put back. */
static bool keep(struct judge *j, const struct act *act, const struct session_now *s, struct str identity, struct str *ret_saved)
{
	struct arena *a = work_arena(j->fold.work);
	const char *no;
	const struct nas_at *nas = radius_packet_nas(j->role->share.nas, j->role->share.nas_count, identity, &no);
	struct buf b;
	if (!changes(act) || !nas || kept_before(a, act, s, ret_saved))
		return true;
	buf_init(&b, RADIUS_PACKET_MAX);
	bool good = radius_packet_keep(nas, act->param_count ? act->params[0] : STR_NONE, identity, &b);
	*ret_saved = good ? str_copy(a, buf_str(&b)) : STR_NONE;
	buf_done(&b);
	return good;
}

static enum err name_each(struct judge *j, const struct act *act, struct found *f, struct why *why)
{
	for (unsigned i = 0; i < f->count; i++) {
		if (!is_heard(j, f->list[i].feed))
			return none(f, RESULT_RETRY, STR("the accounting of the session is not heard of now"));
		if (is_contested(j, act, &f->list[i]))
			return none(f, RESULT_REFUSED, STR("another one may have the address of the session now"));
		enum err e = session_identity_get(j->bindings->identities, work_arena(j->fold.work), f->list[i].ref, &f->names[i], why);
		if (e && act->created_at + GIVE_UP_S * SECOND_US < j->fold.now)
			return none(f, RESULT_REFUSED, STR("what names the session to its server is not known"));
		if (e)
			return none(f, RESULT_RETRY, STR("its server has not spoken of the session since this program started"));
		if (!keep(j, act, &f->list[i], f->names[i], &f->saved[i]))
			return none(f, RESULT_REFUSED, STR("its server does not tell in accounting what it would change: it could not be put back"));
		f->rates[i] = judge_rates_ask(j, act, &f->list[i], f->names[i], rate_before(act, &f->list[i]));
	}
	return OK;
}

static bool make_room(struct judge *j, struct found *f)
{
	struct arena *a = work_arena(j->fold.work);
	*f = (struct found){ .names = ARENA_ARRAY(a, struct str, ACT_SESSIONS_MAX), .saved = ARENA_ARRAY(a, struct str, ACT_SESSIONS_MAX),
		.rates = ARENA_ARRAY(a, struct str, ACT_SESSIONS_MAX) };
	return f->names && f->saved && f->rates;
}

static enum err find_sessions(struct judge *j, const struct act *act, struct found *f, struct why *why)
{
	struct binding_subject keys[KEYS_MAX];
	if (!make_room(j, f))
		return ERR_NOMEM;
	if (session_index_subjects(j->bindings->sessions) != OK)
		return none(f, RESULT_RETRY, STR("no memory to look for sessions"));
	unsigned key_count = keys_of(j, act, keys);
	size_t n = sessions_of(j, act, keys, key_count, f->list);
	if (!key_count)
		return none(f, RESULT_REFUSED, STR("the register has no login of the customer"));
	if (!n && changes(act))
		return none(f, RESULT_RETRY, STR("no session is open that could be changed"));
	if (!n && any_heard(j))
		return none(f, RESULT_DONE, STR("no session was open"));
	if (!n)
		return none(f, RESULT_RETRY, STR("accounting is not heard of: whether a session is open is not known"));
	if (n > ACT_SESSIONS_MAX)
		return none(f, RESULT_REFUSED, STR("more sessions are open than are asked about at once"));
	f->count = (unsigned)n;
	return name_each(j, act, f, why);
}

static enum err resolve(struct judge *j, struct act *act, bool *ret_order, struct str **ret_names, unsigned *ret_count, struct why *why)
{
	struct found f;
	enum err e = find_sessions(j, act, &f, why);
	if (e || f.result != RESULT_NONE)
		return e ? e : settle(j, act, ACT_DO, f.result, f.text, why);
	*ret_names = f.names;
	*ret_count = f.count;
	*ret_order = true;
	return note(j, act, f.list, f.saved, f.rates, f.count);
}

/* One that was asked about: as it is now. False: the text is none, or it is not in the book any more. */
static bool read_session(const struct judge *j, struct str text, struct session_now *ret_now, bool *ret_same)
{
	uint64_t number, start_s;
	struct str hex;
	if (!judge_rates_split(text, &number, &start_s, &hex) || !session_look(j->bindings->sessions, number, ret_now))
		return false;
	/* the same id again: what was asked about is over */
	*ret_same = !start_s || ret_now->start_s <= start_s + SESSION_APART_S;
	return true;
}

enum ending { ENDING_OVER, ENDING_WEAK, ENDING_ON, ENDING_OPEN, ENDING_FORGOTTEN };

/* How long an end that was asked for may take: a server may have been told to let the session run out. */
static int64_t takes_s(struct judge *j, const struct act *act, const struct session_now *s)
{
	struct str identity;
	struct why why;
	const char *no;
	if (act->asks > 1 || session_identity_get(j->bindings->identities, work_arena(j->fold.work), s->ref, &identity, &why) != OK)
		return EFFECT_S;
	const struct nas_at *nas = radius_packet_nas(j->role->share.nas, j->role->share.nas_count, identity, &no);
	return EFFECT_S + (nas ? nas->session_timeout_s : 0);
}

static enum ending ending_of(struct judge *j, const struct act *act, struct str text)
{
	struct session_now s;
	bool same;
	const int64_t issued_s = act->issued_at / SECOND_US, now_s = j->fold.now / SECOND_US;
	if (!read_session(j, text, &s, &same))
		return ENDING_FORGOTTEN;
	if (!s.open)
		return s.inferred ? ENDING_WEAK : ENDING_OVER;
	if (!same)
		return ENDING_WEAK;
	if (s.seen_s > issued_s + takes_s(j, act, &s))
		return ENDING_ON;
	return s.interim && s.seen_s + SILENT_S < now_s && is_heard(j, s.feed) ? ENDING_WEAK : ENDING_OPEN;
}

/* Its end was asked for, and is looked for. */
static enum err look(struct judge *j, struct act *act, struct why *why)
{
	unsigned n[ENDING_FORGOTTEN + 1] = { 0 };
	const int64_t since = j->fold.now - act->issued_at;
	for (unsigned i = 0; i < act->session_count; i++)
		n[ending_of(j, act, act->sessions[i])]++;
	act->attempts++;
	if (act->session_count && n[ENDING_OVER] + n[ENDING_WEAK] == act->session_count)
		return settle(j, act, ACT_CHECK, RESULT_DONE, n[ENDING_WEAK] ? STR("no Stop came, and it is not heard of any more: a weak proof") : STR_NONE, why);
	if (n[ENDING_ON] && act->asks < ASKS_MAX)
		return settle(j, act, ACT_CHECK, RESULT_RETRY, STR("the session goes on: it is asked for again"), why);
	if (n[ENDING_ON])
		return settle(j, act, ACT_CHECK, RESULT_REFUSED, STR("the session goes on, however often its end was asked for"), why);
	if (since > GIVE_UP_S * SECOND_US)
		return settle(j, act, ACT_CHECK, RESULT_REFUSED, STR("nobody can tell whether the session ended"), why);
	return settle(j, act, ACT_CHECK, RESULT_UNKNOWN, act->last_text.len ? act->last_text : STR("its end was not seen yet"), why);
}

/* What its server tells of a session that was to be changed; or, where it tells nothing, what it counts. */
enum change { CHANGE_OVER, CHANGE_OPEN, CHANGE_NONE, CHANGE_PART, CHANGE_WHOLE, CHANGE_FELL, CHANGE_ABOVE };

static enum change rate_change(const struct act *act, const struct radius_rate_seen *seen)
{
	enum radius_rate_verdict v = radius_rate_verdict(seen);
	/* that it is low still does not show that it is held */
	return v == RATE_ABOVE ? CHANGE_ABOVE : v == RATE_FELL && act->desired ? CHANGE_FELL : CHANGE_OPEN;
}

static enum change change_of(struct judge *j, struct act *act, unsigned i)
{
	struct session_now s;
	struct str identity, profile = act->param_count ? act->params[0] : STR_NONE;
	struct radius_rate_seen seen;
	struct why why;
	const char *no;
	uint64_t rate[RATE_WAYS];
	bool same, any;
	if (!read_session(j, act->sessions[i], &s, &same) || !s.open || !same)
		return CHANGE_OVER;
	judge_rates_watch(j, act, s.ref);
	/* its last word may be from before */
	if (s.seen_s <= act->issued_at / SECOND_US || session_identity_get(j->bindings->identities, work_arena(j->fold.work), s.ref, &identity, &why) != OK)
		return CHANGE_OPEN;
	const struct nas_at *nas = radius_packet_nas(j->role->share.nas, j->role->share.nas_count, identity, &no);
	if (!nas)
		return CHANGE_OPEN;
	radius_rate_read(i < act->rate_count ? act->rates[i] : STR_NONE, &seen);
	bool whole = radius_packet_shows(nas, profile, identity, &any);
	if (!seen.told && !radius_packet_tells(nas, profile, identity) && radius_rate_of(nas, profile, rate))
		return rate_change(act, &seen);
	if (whole && !seen.told) {
		seen.told = true;
		act->rates[i] = radius_rate_text(work_arena(j->fold.work), &seen);
	}
	return whole ? CHANGE_WHOLE : any ? CHANGE_PART : CHANGE_NONE;
}

/* A change was asked for, or that it be taken back: done when each of the sessions shows it, or none any of it. */
static enum err look_change(struct judge *j, struct act *act, struct why *why)
{
	unsigned n[CHANGE_ABOVE + 1] = { 0 };
	const bool wanted = act->desired;
	for (unsigned i = 0; i < act->session_count; i++)
		n[change_of(j, act, i)]++;
	unsigned wrong = n[CHANGE_PART] + n[wanted ? CHANGE_NONE : CHANGE_WHOLE], above = wanted ? n[CHANGE_ABOVE] : 0;
	act->attempts++;
	/* of what is to be gone, "done" tells that it is in force still */
	const enum act_result good = wanted ? RESULT_DONE : RESULT_RETRY, bad = wanted ? RESULT_RETRY : RESULT_DONE;
	if (wanted && n[CHANGE_OVER] == act->session_count)
		return settle(j, act, ACT_CHECK, bad, STR("the sessions that were to be changed have ended"), why);
	if (wrong && act->asks < ASKS_MAX)
		return settle(j, act, ACT_CHECK, bad, STR("its server does not tell of the change in accounting: it is asked again"), why);
	if (wrong)
		return settle(j, act, ACT_CHECK, RESULT_REFUSED, STR("its server does not tell of the change in accounting, however often it was asked for"), why);
	if (above && act->asks < ASKS_MAX)
		return settle(j, act, ACT_CHECK, bad, STR("the session is above the rate of the profile: it is asked again"), why);
	if (above)
		return settle(j, act, ACT_CHECK, RESULT_REFUSED, STR("the session is above the rate of the profile, however often it was asked for"), why);
	if (!n[CHANGE_OPEN])
		return settle(j, act, ACT_CHECK, good, n[CHANGE_FELL] ? STR("its server does not tell, and its rate fell: a weak proof")
			: n[CHANGE_ABOVE] ? STR("the session is above the rate of the profile again") : STR_NONE, why);
	if (j->fold.now - act->issued_at > GIVE_UP_S * SECOND_US)
		return settle(j, act, ACT_CHECK, RESULT_REFUSED, STR("nobody can tell whether the session was changed"), why);
	return settle(j, act, ACT_CHECK, RESULT_UNKNOWN, act->last_text.len ? act->last_text : STR("its effect was not seen yet"), why);
}

/* Those of the sessions that were changed that are still there. */
static enum err find_changed(struct judge *j, const struct act *act, struct found *f, struct why *why)
{
	if (!make_room(j, f))
		return ERR_NOMEM;
	for (unsigned i = 0; i < act->session_count; i++) {
		struct session_now s;
		bool same;
		if (!read_session(j, act->sessions[i], &s, &same) || !s.open || !same)
			continue;
		if (session_identity_get(j->bindings->identities, work_arena(j->fold.work), s.ref, &f->names[f->count], why) != OK)
			return none(f, RESULT_RETRY, STR("its server has not spoken of the session since this program started"));
		(void)kept_before(work_arena(j->fold.work), act, &s, &f->saved[f->count]);
		f->count++;
	}
	return f->count ? OK : none(f, RESULT_DONE, STR("the sessions that were changed have ended"));
}

/* To be taken back. */
static enum err resolve_undo(struct judge *j, struct act *act, bool *ret_order, struct str **ret_names, struct str **ret_saved, unsigned *ret_count, struct why *why)
{
	struct found f;
	enum err e = find_changed(j, act, &f, why);
	if (e || f.result != RESULT_NONE)
		return e ? e : settle(j, act, ACT_UNDO, f.result, f.text, why);
	*ret_names = f.names;
	*ret_saved = f.saved;
	/* the first time, after it was in force */
	if (!act->attempts)
		act->asks = 0;
	act->asks++;
	act->attempts = 0;
	act->issued_at = j->fold.now;
	for (unsigned i = 0; i < act->rate_count; i++) {
		struct radius_rate_seen seen;
		radius_rate_read(act->rates[i], &seen);
		radius_rate_ask_back(&seen);
		act->rates[i] = radius_rate_text(work_arena(j->fold.work), &seen);
	}
	*ret_count = f.count;
	*ret_order = true;
	return OK;
}

#define NO_NAS STR("no access server is configured that could be asked to end a session")

enum err judge_session_show(struct judge *j, const struct act *act, struct str **ret_names, struct str **ret_saved, unsigned *ret_count, struct str *ret_text,
	struct why *why)
{
	struct found f = { .text = NO_NAS };
	bool can = j->bindings && j->bindings->identities;
	enum err e = !can ? OK : act->desired ? find_sessions(j, act, &f, why) : find_changed(j, act, &f, why);
	*ret_names = f.names;
	*ret_saved = f.saved;
	*ret_count = f.result == RESULT_NONE ? f.count : 0;
	*ret_text = f.text;
	return e;
}

enum err judge_session_release(struct judge *j, struct act *act, bool *ret_order, struct str **ret_names, struct str **ret_saved, unsigned *ret_count, struct why *why)
{
	*ret_order = false;
	if (!j->bindings || !j->bindings->identities)
		return settle(j, act, ACT_DO, RESULT_REFUSED, NO_NAS, why);
	enum err e = judge_bindings_mend(j, why);
	if (e)
		return e;
	/* what the hand had and did not answer may have been done */
	if (act->state == ACT_SENT || (act->state == ACT_UNDOING && act->in_hand))
		act->state = ACT_UNCLEAR;
	if (act->state == ACT_UNCLEAR)
		return changes(act) ? look_change(j, act, why) : look(j, act, why);
	return !act->desired ? resolve_undo(j, act, ret_order, ret_names, ret_saved, ret_count, why) : resolve(j, act, ret_order, ret_names, ret_count, why);
}
