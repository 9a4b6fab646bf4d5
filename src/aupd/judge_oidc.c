/*
 * See judge_oidc.h.
 */
#include "aupd/judge_oidc.h"

#include <stdlib.h>

#include "base/clock.h"

enum { KNOWN_BYTES_MAX = 8 << 20, WAITING_BYTES_MAX = 8 << 20, FAILED_US = 3000000 /* so long nobody asks again */ };

/* A command that was put off, by its place. */
struct oidc_waiting {
	struct arena *arena;            /* NULL: it is free */
	struct position at;
	struct str body;                /* of its frame */
	int64_t id;                     /* that the hand was asked for tokens under; 0: it waits for the offer */
	bool asked;                     /* it is not answered yet */
	bool has_tokens;
	unsigned status;
	struct str octets;
};

struct judge_oidc {
	const struct oidc_at *at;
	struct arena *known, *scratch;
	struct oidc_offer offer;
	struct jose_keys keys;
	int64_t read_us;                /* when it was read; 0: nothing is known */
	int64_t failed_us;              /* when it last could not be */
	int64_t offer_id;               /* the hand is asked under that id; 0: it is not */
	int64_t last_id;
	struct oidc_waiting list[OIDC_WAITING_MAX];
	struct timer *gone;             /* runs while the hand is asked something */
};

const struct oidc_at *judge_oidc_at(const struct judge *j)
{
	return j->oidc ? j->oidc->at : NULL;
}

/* --- what waits --- */

static struct oidc_waiting *find(const struct commanding *c)
{
	struct judge_oidc *o = c->j->oidc;
	for (unsigned i = 0; i < OIDC_WAITING_MAX; i++)
		if (o->list[i].arena && position_cmp(&o->list[i].at, &c->from->frame.at) == 0)
			return &o->list[i];
	return NULL;
}

bool judge_oidc_again(const struct commanding *c)
{
	return c->j->oidc && find(c);
}

static void let_go(struct oidc_waiting *w)
{
	arena_free(w->arena);
	*w = (struct oidc_waiting){ .arena = NULL };
}

/* NULL: it cannot be, and why says so; that may go better in a moment. */
static struct oidc_waiting *put_off(struct commanding *c)
{
	struct judge_oidc *o = c->j->oidc;
	struct oidc_waiting *w = find(c);
	for (unsigned i = 0; !w && i < OIDC_WAITING_MAX; i++)
		if (!o->list[i].arena)
			w = &o->list[i];
	if (w && !w->arena) {
		w->arena = arena_new("sign-in", WAITING_BYTES_MAX);
		w->at = c->from->frame.at;
		w->body = w->arena ? str_copy(w->arena, c->from->frame.body) : STR_NONE;
	}
	if (!w || !w->arena) {
		(void)why_set(c->why, ERR_AGAIN, "too many people come in at this moment; try again in a few seconds");
		return NULL;
	}
	c->later = true;
	return w;
}

static void go_on(struct judge *j, struct oidc_waiting *w)
{
	/* until it lies in the batch it is not done */
	judge_link_again(j, &w->at, w->body);
	w->asked = false;
}

/* --- what the hand is asked --- */

static enum err ask(struct judge *j, struct str code, struct str verifier, int64_t *ret_id)
{
	struct judge_oidc *o = j->oidc;
	struct buf b;
	struct jsonw w;
	buf_init(&b, 1 << 16);
	jsonw_init(&w, &b);
	jsonw_object(&w, NULL);
	jsonw_int(&w, "id", ++o->last_id);
	jsonw_str(&w, "code", code);
	jsonw_str(&w, "verifier", verifier);
	jsonw_end(&w, '}');
	struct frame f = { .type = FRAME_OIDC, .now = clock_wall_at(), .body = buf_str(&b) };
	enum err e = b.err ? ERR_NOMEM : j->has_hand ? bus_send(&j->hand, &f, NULL, 0) : ERR_PEER;
	buf_done(&b);
	if (e == OK) {
		*ret_id = o->last_id;
		timer_set(o->gone, OIDC_GONE_US, 0);
	}
	return e;
}

static bool is_fresh(const struct judge_oidc *o)
{
	return o->read_us && clock_monotonic_us() - o->read_us < OIDC_OFFER_MINUTES * MINUTE_US;
}

static enum err unreachable(const struct commanding *c)
{
	return why_set(c->why, ERR_PEER, "%.*s cannot be reached now; name, password and code work as ever", STR_ARG(c->j->oidc->at->name));
}

enum err judge_oidc_offer(struct commanding *c, const struct oidc_offer **ret_offer, const struct jose_keys **ret_keys)
{
	struct judge_oidc *o = c->j->oidc;
	struct oidc_waiting *w;
	*ret_offer = &o->offer;
	*ret_keys = &o->keys;
	if (is_fresh(o))
		return OK;
	if (!o->offer_id && ((o->failed_us && clock_monotonic_us() - o->failed_us < FAILED_US) || ask(c->j, STR_NONE, STR_NONE, &o->offer_id) != OK))
		return unreachable(c);
	w = put_off(c);
	if (w)
		w->asked = true;
	return ERR_AGAIN;
}

enum err judge_oidc_exchange(struct commanding *c, struct str code, struct str verifier, unsigned *ret_status, struct str *ret_octets)
{
	struct oidc_waiting *w = find(c);
	if (w && w->has_tokens) {
		*ret_status = w->status;
		*ret_octets = w->octets;
		return w->status && w->status < 500 ? OK : unreachable(c);
	}
	/* the batch is folded again, and the hand was asked already */
	if (w && w->asked) {
		c->later = true;
		return ERR_AGAIN;
	}
	w = put_off(c);
	if (!w)
		return ERR_AGAIN;
	if (ask(c->j, code, verifier, &w->id) != OK) {
		c->later = false;
		let_go(w);
		return unreachable(c);
	}
	w->asked = true;
	return ERR_AGAIN;
}

enum err judge_oidc_renew(struct commanding *c)
{
	struct judge_oidc *o = c->j->oidc;
	if (o->read_us && clock_monotonic_us() - o->read_us < OIDC_RENEW_S * SECOND_US)
		return ERR_NOTFOUND;
	o->read_us = 0;
	const struct oidc_offer *offer;
	const struct jose_keys *keys;
	return judge_oidc_offer(c, &offer, &keys);
}

/* --- what it says --- */

static void take_offer(struct judge *j, const struct json *root)
{
	struct judge_oidc *o = j->oidc;
	struct why why = { .line = 0 };
	enum err e = json_int(root, "status", 0) == 200 ? OK : why_set(&why, ERR_PEER, "%.*s", STR_ARG(str_sub(json_text(root, "text"), 0, 200)));
	o->offer_id = o->read_us = 0;
	arena_reset(o->known);
	if (e == OK)
		e = oidc_offer_read(o->known, str_copy(o->known, json_text(root, "offer")), o->at->issuer, &o->offer, &why);
	if (e == OK)
		e = jose_keys_read(o->known, str_copy(o->known, json_text(root, "keys")), &o->keys, &why);
	o->failed_us = e ? clock_monotonic_us() : 0;
	o->read_us = e ? 0 : clock_monotonic_us();
	if (e)
		log_warn("the OpenID provider cannot be asked", "why", why.text);
	for (unsigned i = 0; i < OIDC_WAITING_MAX; i++)
		if (o->list[i].arena && o->list[i].asked && !o->list[i].id)
			go_on(j, &o->list[i]);
}

static void take_tokens(struct judge *j, struct oidc_waiting *w, unsigned status, struct str octets, struct str text)
{
	w->id = 0;
	w->has_tokens = true;
	w->status = status;
	w->octets = str_copy(w->arena, octets);
	if (!status)
		log_warn("the OpenID provider cannot be asked", "why", log_str(str_sub(text, 0, 200)));
	go_on(j, w);
}

void judge_oidc_answer(struct judge *j, struct str body)
{
	struct judge_oidc *o = j->oidc;
	struct json *root;
	if (!o)
		return;
	arena_reset(o->scratch);
	if (json_read(o->scratch, str_copy(o->scratch, body), &root, NULL) != OK)
		return;
	int64_t id = json_int(root, "id", 0), status = json_int(root, "status", 0);
	if (id && id == o->offer_id) {
		take_offer(j, root);
		return;
	}
	for (unsigned i = 0; id && i < OIDC_WAITING_MAX; i++)
		if (o->list[i].arena && o->list[i].id == id) {
			take_tokens(j, &o->list[i], status > 0 && status < 600 ? (unsigned)status : 0, json_text(root, "octets"), json_text(root, "text"));
			return;
		}
}

/* Whoever waits is told that it cannot be asked. */
static void give_up(struct judge *j)
{
	struct judge_oidc *o = j->oidc;
	for (unsigned i = 0; i < OIDC_WAITING_MAX; i++)
		if (o->list[i].arena && o->list[i].id)
			take_tokens(j, &o->list[i], 0, STR_NONE, STR("the hand did not answer"));
	o->offer_id = 0;
	o->failed_us = clock_monotonic_us();
	for (unsigned i = 0; i < OIDC_WAITING_MAX; i++)
		if (o->list[i].arena && o->list[i].asked)
			go_on(j, &o->list[i]);
}

static void on_gone(void *arg)
{
	give_up(arg);
}

void judge_oidc_hand_is_new(struct judge *j)
{
	if (j->oidc)
		give_up(j);
	if (j->oidc)
		j->oidc->failed_us = 0;
}

void judge_oidc_forget(struct judge *j, const struct position *at)
{
	for (unsigned i = 0; j->oidc && i < OIDC_WAITING_MAX; i++)
		if (j->oidc->list[i].arena && (!at || position_cmp(&j->oidc->list[i].at, at) == 0))
			let_go(&j->oidc->list[i]);
}

void judge_oidc_done(struct judge *j)
{
	for (unsigned i = 0; j->oidc && i < OIDC_WAITING_MAX; i++)
		if (j->oidc->list[i].arena && !j->oidc->list[i].asked)
			let_go(&j->oidc->list[i]);
}

enum err judge_oidc_open(struct judge *j, struct why *why)
{
	if (!j->role->share.oidc_count)
		return OK;
	struct judge_oidc *o = calloc(1, sizeof(*o));
	if (!o || !(o->known = arena_new("provider", KNOWN_BYTES_MAX)) || !(o->scratch = arena_new("provider", KNOWN_BYTES_MAX)) ||
		timer_new(j->role->loop, on_gone, j, &o->gone) != OK) {
		if (o) {
			arena_free(o->known);
			arena_free(o->scratch);
		}
		free(o);
		return why_set(why, ERR_NOMEM, "no memory for the OpenID provider");
	}
	o->at = j->role->share.oidc;
	j->oidc = o;
	return OK;
}

void judge_oidc_close(struct judge *j)
{
	struct judge_oidc *o = j->oidc;
	if (!o)
		return;
	judge_oidc_forget(j, NULL);
	timer_free(o->gone);
	arena_free(o->known);
	arena_free(o->scratch);
	free(o);
	j->oidc = NULL;
}
