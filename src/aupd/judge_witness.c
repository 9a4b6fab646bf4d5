/*
 * The witnesses of the ledger. See judge_witness.h.
 */
#include "aupd/judge_witness.h"

#include <stdlib.h>

#include "aupd/errand.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/point.h"
#include "base/time.h"

enum { WITNESS_ARENA_MAX = 16 << 20, CONFLICTS_MAX = 2, ROUND_PAUSE_US = 1000000, BACK_OFF_US = 1000000 };
static const int64_t back_off_max_us = INT64_C(3600) * SECOND_US;

static const char not_grown[] = "it says that the ledger did not grow from what it signed before";
static const char ahead[] = "it has signed a larger ledger than this one";
static const char not_ours[] = "it does not accept the signature of this ledger's key";
static const char not_known[] = "it does not know this ledger: its operator must be given the key";
static const char no_answer[] = "it cannot be reached, or did not answer in time";
static const char no_sense[] = "its answer was not understood";
static const char wrong_key[] = "it answered without a good signature of the key that is configured";
static const char wrong_time[] = "it signed with a time that is more than a day from ours";

struct witness_link {
	struct judge *judge;
	struct timer *timer;            /* runs while `waits`, and while `asked` for as long as an answer can come */
	bool asked, waits;
	unsigned conflicts;             /* answers 409 to this checkpoint */
	int64_t id, back_off_us;        /* of the last errand; of the last wait */
	uint64_t old;                   /* that was sent */
};

struct judge_witnesses {
	struct arena *own, *scratch;
	struct witness_known *known;
	struct witness_link list[CONFIG_WITNESSES_MAX];
	unsigned count, running;
	struct timer *pause;            /* between two rounds, runs while `paused` */
	bool paused;
	struct buf note, cosigned;      /* what is being signed, with what came of it; what enough have signed */
	uint64_t size, cosigned_size;
	int64_t last_id;
};

static void on_pause(void *arg)
{
	struct judge *j = arg;
	j->witnesses->paused = false;
	judge_witness_look(j);
}

/* Later each time, up to an hour. */
static void back_off(struct witness_link *x)
{
	x->back_off_us = !x->back_off_us ? BACK_OFF_US : x->back_off_us < back_off_max_us / 2 ? x->back_off_us * 2 : back_off_max_us;
	x->waits = true;
	timer_set(x->timer, x->back_off_us, 0);
}

static void save(struct judge *j)
{
	struct judge_witnesses *w = j->witnesses;
	struct why why;
	if (witness_state_write(w->scratch, j->ledger_fd, w->known, w->count, &why) != OK)
		log_error("what is known of the witnesses cannot be kept", "why", why.text);
}

static void tell_loud(struct judge *j, const struct witness_known *k)
{
	log_error("a witness contradicts the ledger: somebody has to look", "witness", log_str(k->verifier.name), "why", log_str(k->trouble), "size", log_u64(k->size));
	role_tell(j->role, str_eq(k->trouble, STR(ahead)) ? "a witness has signed a larger ledger than this one: see operations.md"
		: "a witness says that the ledger did not grow from what it signed: see operations.md", 1);
}

/* Said once for as long as it lasts, remembered with its time. */
static void trouble(struct judge *j, unsigned i, const char *text, bool loud)
{
	struct witness_known *k = &j->witnesses->known[i];
	back_off(&j->witnesses->list[i]);
	if (k->stands && str_eq(k->trouble, str_of(text)))
		return;
	/* what contradicts the ledger is not covered up by what is only in the way */
	if (k->stands && k->loud && !loud)
		return;
	k->trouble = str_of(text);
	k->trouble_at = clock_wall_at();
	k->loud = loud;
	k->stands = true;
	save(j);
	if (loud)
		tell_loud(j, k);
	else
		log_warn("a witness does not sign", "witness", log_str(k->verifier.name), "why", text);
	if (!loud && text != no_answer)
		role_tell(j->role, "a witness did not sign: aup evidence status says why", 1);
}

static void on_timer(void *arg)
{
	struct witness_link *x = arg;
	struct judge *j = x->judge;
	x->waits = false;
	if (x->asked) {
		x->asked = false;
		j->witnesses->running--;
		arena_reset(j->witnesses->scratch);
		trouble(j, (unsigned)(x - j->witnesses->list), no_answer, false);
	}
	judge_witness_look(j);
}

/* The proof that the ledger grew from what the witness knows; false when it has to wait. */
static bool prove(struct judge *j, unsigned i, uint64_t *ret_old, struct merkle_proof *p)
{
	struct judge_witnesses *w = j->witnesses;
	uint64_t old = w->known[i].size;
	struct why why = { .line = 0 };
	/* "If a client doesn't have information on the latest cosigned checkpoint": what it said cannot be, so that it is asked again */
	if (old > ledger_checkpoint_size(j->ledger))
		old = 0;
	p->count = 0;
	*ret_old = old;
	if (!old || old >= w->size)
		return old <= w->size;
	enum err e = ledger_prove_growth(j->ledger, old, w->size, p, &why);
	if (e == OK)
		return true;
	log_error("a witness cannot be shown how the ledger grew", "why", why.text);
	if (e == ERR_CORRUPT) {
		/* the tiles are made again from the records */
		ledger_reset(j->ledger);
		judge_ledger_soon(j);
	}
	back_off(&w->list[i]);
	return false;
}

static void ask(struct judge *j, unsigned i)
{
	struct judge_witnesses *w = j->witnesses;
	struct witness_link *x = &w->list[i];
	struct merkle_proof p;
	struct str body;
	struct buf b;
	struct jsonw json;
	struct why why = { .line = 0 };
	uint64_t old;
	if (!prove(j, i, &old, &p))
		return;
	if (witness_request_write(w->scratch, old, &p, buf_str(&w->note), &body, &why) != OK) {
		log_error("a witness cannot be asked", "why", why.text);
		back_off(x);
		return;
	}
	buf_init(&b, ERRAND_BYTES_MAX);
	jsonw_init(&json, &b);
	jsonw_object(&json, NULL);
	jsonw_int(&json, "id", ++w->last_id);
	jsonw_int(&json, "to", i);
	jsonw_str(&json, "octets", str_base64(w->scratch, body));
	jsonw_end(&json, '}');
	struct frame f = { .type = FRAME_ERRAND, .now = clock_wall_at(), .body = buf_str(&b) };
	if (!b.err && bus_send(&j->hand, &f, NULL, 0) == OK) {
		x->asked = true;
		x->id = w->last_id;
		x->old = old;
		w->running++;
		timer_set(x->timer, ERRAND_GONE_US, 0);
	} else {
		back_off(x);
	}
	buf_done(&b);
}

static bool has_signed(struct judge_witnesses *w, unsigned i)
{
	struct note *n = ARENA_NEW(w->scratch, struct note);
	struct why why;
	return w->note.len && n && note_read(w->scratch, buf_str(&w->note), n, &why) == OK && witness_has_signed(n, &w->known[i].verifier);
}

void judge_witness_look(struct judge *j)
{
	struct judge_witnesses *w = j->witnesses;
	uint64_t size = j->ledger ? ledger_checkpoint_size(j->ledger) : 0;
	if (!w || !size || !j->has_hand || w->running || w->paused || size > ledger_size(j->ledger))
		return;
	arena_reset(w->scratch);
	for (unsigned i = 0; i < w->count && ledger_checkpoint_size(j->ledger) <= ledger_size(j->ledger); i++) {
		if (w->list[i].waits)
			continue;
		/* the first that can be asked again begins with what is signed by now */
		if (size != w->size) {
			buf_clear(&w->note);
			buf_put(&w->note, ledger_checkpoint(j->ledger));
			w->size = size;
		}
		w->list[i].conflicts = 0;
		if (!has_signed(w, i))
			ask(j, i);
	}
}

/* Enough have signed it: then it is the one that is given out. */
static void keep_cosigned(struct judge *j, const struct note *n)
{
	struct judge_witnesses *w = j->witnesses;
	unsigned signatures = n->count - 1;
	struct why why;
	if (signatures < j->role->share.witnesses_required)
		return;
	if (witness_note_write(j->ledger_fd, buf_str(&w->note), &why) != OK) {
		log_error("a checkpoint that was cosigned cannot be kept", "why", why.text);
		return;
	}
	buf_clear(&w->cosigned);
	buf_put(&w->cosigned, buf_str(&w->note));
	w->cosigned_size = w->size;
}

static void take_signature(struct judge *j, unsigned i, struct str lines)
{
	struct judge_witnesses *w = j->witnesses;
	struct witness_known *k = &w->known[i];
	struct note *n = ARENA_NEW(w->scratch, struct note);
	struct str whole;
	struct why why = { .line = 0 };
	int64_t unix_s;
	enum err e = n ? note_read(w->scratch, buf_str(&w->note), n, &why) : ERR_NOMEM;
	if (e == OK)
		e = witness_cosignature_take(w->scratch, lines, &k->verifier, clock_wall_at() / SECOND_US, n, &unix_s, &why);
	if (e == OK)
		e = note_write(w->scratch, n, &whole, &why);
	if (e) {
		trouble(j, i, e == ERR_RANGE ? wrong_time : e == ERR_SYNTAX || e == ERR_LIMIT ? no_sense : wrong_key, false);
		return;
	}
	buf_clear(&w->note);
	buf_put(&w->note, whole);
	if (k->stands)
		log_info("a witness signs again", "witness", log_str(k->verifier.name));
	k->size = k->cosigned = w->size;
	k->cosigned_at = unix_s * SECOND_US;
	k->stands = false;
	w->list[i].back_off_us = 0;
	POINT("witness.heard");
	keep_cosigned(j, n);
	save(j);
}

/* "409 Conflict": it knows another size. */
static void take_size(struct judge *j, unsigned i, struct str type, struct str body)
{
	struct judge_witnesses *w = j->witnesses;
	struct witness_link *x = &w->list[i];
	uint64_t size;
	if (!str_eq(str_trim(str_sub(type, 0, str_chr(type, ';'))), STR(WITNESS_SIZE_TYPE)) || witness_size_read(body, &size) != OK || size == x->old ||
		x->conflicts++ == CONFLICTS_MAX) {
		trouble(j, i, no_sense, false);
		return;
	}
	w->known[i].size = size;
	save(j);
	if (size > ledger_checkpoint_size(j->ledger))
		trouble(j, i, ahead, true);
	else if (size <= w->size)
		ask(j, i);
}

void judge_witness_answer(struct judge *j, const struct json *root)
{
	struct judge_witnesses *w = j->witnesses;
	struct str octets;
	if (!w || !j->ledger)
		return;
	arena_reset(w->scratch);
	if (str_unbase64(w->scratch, json_text(root, "octets"), &octets) != OK)
		return;
	int64_t to = json_int(root, "to", -1), status = json_int(root, "status", 0);
	if (to < 0 || to >= w->count || !w->list[to].asked || w->list[to].id != json_int(root, "id", 0))
		return;
	unsigned i = (unsigned)to;
	w->list[i].asked = false;
	timer_set(w->list[i].timer, -1, 0);
	w->running--;
	w->paused = true;
	if (status == 200)
		take_signature(j, i, octets);
	else if (status == 409)
		take_size(j, i, json_text(root, "type"), octets);
	else if (status == 422)
		trouble(j, i, not_grown, true);
	else if (status == 403 || status == 404)
		trouble(j, i, status == 403 ? not_ours : not_known, false);
	else
		trouble(j, i, status == 0 || status >= 500 || status == 429 ? no_answer : no_sense, false);
	timer_set(w->pause, ROUND_PAUSE_US, 0);
}

void judge_witness_hand_is_new(struct judge *j)
{
	struct judge_witnesses *w = j->witnesses;
	for (unsigned i = 0; w && i < w->count; i++)
		w->list[i].asked = false;
	if (w)
		w->running = 0;
	judge_witness_look(j);
}

/* What was kept is given out again when it is of this ledger. */
static void take_kept(struct judge *j)
{
	struct judge_witnesses *w = j->witnesses;
	struct note_verifier log;
	struct checkpoint c;
	struct digest root;
	struct str note;
	struct why why = { .line = 0 };
	enum err e = note_verifier_read(w->scratch, j->role->share.ledger_key, &log, &why);
	if (e == OK)
		e = witness_note_read(w->scratch, j->ledger_fd, &log, w->known, w->count, &note, &c, &why);
	if (e == ERR_NOTFOUND)
		return;
	if (e == OK && c.size > ledger_size(j->ledger))
		e = why_set(&why, ERR_CORRUPT, "it is of a larger ledger than this one");
	if (e == OK)
		e = ledger_root_at(j->ledger, c.size, &root, &why);
	if (e == OK && !digest_eq(&root, &c.root))
		e = why_set(&why, ERR_CORRUPT, "it is not of this ledger");
	if (e) {
		log_error("the last cosigned checkpoint is of no use", "why", why.text);
		role_tell(j->role, "the last cosigned checkpoint was of no use, and another one is asked for: see operations.md", 1);
		return;
	}
	buf_put(&w->cosigned, note);
	w->cosigned_size = c.size;
	if (c.size != ledger_checkpoint_size(j->ledger))
		return;
	buf_put(&w->note, note);
	w->size = c.size;
}

enum err judge_witness_open(struct judge *j, struct why *why)
{
	const struct share *s = &j->role->share;
	struct judge_witnesses *w;
	if (s->number || !s->witness_count || !j->ledger)
		return OK;
	w = calloc(1, sizeof(*w));
	if (!w || !(w->own = arena_new("witnesses", WITNESS_ARENA_MAX)) || !(w->scratch = arena_new("witness", WITNESS_ARENA_MAX)) ||
		!(w->known = ARENA_ARRAY(w->own, struct witness_known, s->witness_count))) {
		free(w);
		return why_set(why, ERR_NOMEM, "no memory for witnesses");
	}
	j->witnesses = w;
	w->count = s->witness_count;
	buf_init(&w->note, NOTE_BYTES_MAX);
	buf_init(&w->cosigned, NOTE_BYTES_MAX);
	enum err e = witness_state_read(w->own, j->ledger_fd, s->witnesses, w->count, w->known, why);
	if (e == ERR_SYNTAX || e == ERR_CORRUPT || e == ERR_LIMIT) {
		log_error("what was known of the witnesses cannot be read, and they are asked anew", "why", why->text);
		role_tell(j->role, "what was known of the witnesses could not be read, and they were asked anew", 1);
		e = OK;
	}
	if (e == OK)
		e = timer_new(j->role->loop, on_pause, j, &w->pause);
	for (unsigned i = 0; e == OK && i < w->count; i++) {
		w->list[i].judge = j;
		e = timer_new(j->role->loop, on_timer, &w->list[i], &w->list[i].timer);
		if (e == OK && w->known[i].loud && w->known[i].stands)
			tell_loud(j, &w->known[i]);
	}
	if (e == OK)
		take_kept(j);
	return e;
}

void judge_witness_close(struct judge *j)
{
	struct judge_witnesses *w = j->witnesses;
	if (!w)
		return;
	for (unsigned i = 0; i < w->count; i++)
		timer_free(w->list[i].timer);
	timer_free(w->pause);
	buf_done(&w->note);
	buf_done(&w->cosigned);
	arena_free(w->scratch);
	arena_free(w->own);
	free(w);
	j->witnesses = NULL;
}

struct str judge_witness_note(const struct judge *j, uint64_t *ret_size)
{
	*ret_size = j->witnesses ? j->witnesses->cosigned_size : 0;
	return *ret_size ? buf_str(&j->witnesses->cosigned) : STR_NONE;
}

unsigned judge_witness_known(const struct judge *j, const struct witness_known **ret_list)
{
	*ret_list = j->witnesses ? j->witnesses->known : NULL;
	return j->witnesses ? j->witnesses->count : 0;
}
