/*
 * The fetcher: picks mail up from mailboxes and hands it to the ear by LMTP, as a mail server would.
 *
 * It has the mailboxes and their passwords, and nothing of what the ear has: no spool, no listener. What it reads it does not
 * decode; of the head it takes the envelope alone. Each mailbox has rounds of its own; one that fails waits longer and longer,
 * up to BACKOFF_MAX_US, and is told once.
 */
#include <stdio.h>
#include <stdlib.h>

#include "aupd/attempt.h"
#include "aupd/fetch_lmtp.h"
#include "aupd/figures.h"
#include "base/clock.h"
#include "base/net.h"
#include "base/point.h"
#include "base/time.h"
#include "intake/envelope.h"

enum { BACKOFF_SHIFT_MAX = 12, LABEL_MAX = 32 };
static const int64_t backoff_min_us = 10 * INT64_C(1000000), backoff_max_us = HOUR_US;

struct fetcher;

struct fetch_box {
	struct fetcher *fetcher;
	const struct fetch_from *from;
	const struct fetch_driver *driver;
	void *state;
	char label[LABEL_MAX];          /* "mailbox 1": its place in the configuration, for people */
	unsigned number, failures;      /* rounds that failed, since the last good one */
	struct timer *timer;
	int64_t due_us;
	bool busy;
	struct fetch_lmtp *lmtp;
	fetch_fate_fn *fn;
	void *arg;
};

struct fetcher {
	struct role *role;
	struct attempt *attempt;
	const char *own;                /* our own address */
	struct fetch_box boxes[CONFIG_FETCH_MAX];
	unsigned count;
};

static const struct fetch_driver *const drivers[] = { [FETCH_MAILDIR] = &fetch_maildir, [FETCH_IMAP] = &fetch_imap };

struct loop *fetch_loop(const struct fetch_box *b)
{
	return b->fetcher->role->loop;
}

const struct fetch_from *fetch_from(const struct fetch_box *b)
{
	return b->from;
}

uint64_t fetch_message_bytes(const struct fetch_box *b)
{
	return b->fetcher->role->share.message_bytes;
}

int fetch_fd(const struct fetch_box *b)
{
	char name[LABEL_MAX];
	if (b->from->kind == FETCH_IMAP)
		return role_fd(b->fetcher->role, "fetcher");
	(void)snprintf(name, sizeof(name), "maildir.%u", b->number);
	return role_fd(b->fetcher->role, name);
}

/* On a test clock the next round is a matter of the clock, which is told when it moves. */
static void schedule(struct fetch_box *b)
{
	int64_t left = b->due_us - clock_monotonic_us();
	if (left <= 0)
		timer_set(b->timer, 0, 0);
	else
		timer_set(b->timer, clock_is_test() ? -1 : left, 0);
}

static void on_timer(void *arg)
{
	struct fetch_box *b = arg;
	if (b->busy || clock_monotonic_us() < b->due_us)
		return;
	b->busy = true;
	b->driver->round(b->state);
}

static void tell(struct fetch_box *b, const char *sentence)
{
	char text[256];
	(void)snprintf(text, sizeof(text), "%s: %s", b->label, sentence);
	role_tell(b->fetcher->role, text, 1);
}

static void show_failing(struct fetcher *f)
{
	int64_t failing = 0;
	for (unsigned i = 0; i < f->count; i++)
		failing += f->boxes[i].failures > 0;
	ometric_set(&f->role->figures, FETCHER_FAILING, 0, failing);
}

static int64_t backoff_us(const struct fetch_box *b)
{
	int64_t first = b->from->every_us > backoff_min_us ? b->from->every_us : backoff_min_us;
	unsigned shift = b->failures - 1 < BACKOFF_SHIFT_MAX ? b->failures - 1 : BACKOFF_SHIFT_MAX;
	if (first >= backoff_max_us)
		return first;
	return first << shift < backoff_max_us ? first << shift : backoff_max_us;
}

void fetch_ended(struct fetch_box *b, const char *reason, struct str detail, bool more)
{
	int64_t now = clock_monotonic_us();
	b->busy = false;
	if (reason) {
		b->failures++;
		b->due_us = now + backoff_us(b);
		ometric_add(&b->fetcher->role->figures, FETCHER_FAILURES, 0, 1);
		log_warn("mail could not be picked up", "mailbox", log_u64(b->number + 1), "why", reason, "detail", log_str(detail));
		if (b->failures == 1)
			tell(b, reason);
	} else {
		if (b->failures)
			log_info("mail is picked up again", "mailbox", log_u64(b->number + 1));
		b->failures = 0;
		b->due_us = more ? now : now + b->from->every_us;
	}
	schedule(b);
	show_failing(b->fetcher);
	ometric_add(&b->fetcher->role->figures, FETCHER_ROUNDS, 0, 1);
}

void fetch_refused(struct fetch_box *b, const char *reason)
{
	ometric_add(&b->fetcher->role->figures, FETCHER_REFUSED, 0, 1);
	log_error("a mail cannot be taken and stays in its mailbox", "mailbox", log_u64(b->number + 1), "why", reason);
	tell(b, reason);
}

void fetch_unmarked(struct fetch_box *b, const char *reason)
{
	log_warn(reason, "mailbox", log_u64(b->number + 1));
	tell(b, reason);
}

void fetch_marked(struct fetch_box *b)
{
	ometric_add(&b->fetcher->role->figures, FETCHER_TAKEN, 0, 1);
	b->fetcher->attempt->progress++;
}

static void on_fate(void *arg, enum fetch_fate fate)
{
	struct fetch_box *b = arg;
	fetch_lmtp_free(b->lmtp);
	b->lmtp = NULL;
	if (fate == FETCH_TAKEN)
		POINT("fetcher.taken");
	b->fn(b->arg, fate);
}

/* A sender who is not known is nobody to answer to, and no machine either: it is as if we had forwarded it to ourselves. */
enum err fetch_hand_over(struct fetch_box *b, struct str message, fetch_fate_fn *fn, void *arg)
{
	const struct share *s = &b->fetcher->role->share;
	struct envelope v;
	envelope_read(message, s->mail_local, s->mail_domain, &v);
	struct str from = v.known ? v.from : str_of(b->fetcher->own), to = v.to.len ? v.to : str_of(b->fetcher->own);
	b->fn = fn;
	b->arg = arg;
	struct fetch_lmtp_mail mail = { .address = s->lmtp, .helo = s->mail_domain, .from = from, .to = to, .message = message };
	return fetch_lmtp_send(fetch_loop(b), &mail, on_fate, b, &b->lmtp);
}

static enum err open_box(struct fetcher *f, const struct fetch_from *from, struct why *why)
{
	struct fetch_box *b = &f->boxes[f->count];
	*b = (struct fetch_box){ .fetcher = f, .from = from, .driver = drivers[from->kind], .number = f->count };
	(void)snprintf(b->label, sizeof(b->label), "mailbox %u", b->number + 1);
	enum err e = timer_new(f->role->loop, on_timer, b, &b->timer);
	if (e == OK)
		e = b->driver->open(b, &b->state, why);
	f->count += e == OK;
	return e;
}

static enum err fetcher_start(struct role *r, struct why *why)
{
	struct fetcher *f = calloc(1, sizeof(*f));
	if (!f)
		return why_set(why, ERR_NOMEM, "no memory");
	r->state = f;
	f->role = r;
	f->own = str_c(r->arena, str_format(r->arena, "%.*s@%.*s", STR_ARG(r->share.mail_local), STR_ARG(r->share.mail_domain)));
	enum err e = attempt_map(role_fd(r, "attempt"), &f->attempt, why);
	for (unsigned i = 0; e == OK && i < r->share.fetch_count; i++)
		e = open_box(f, &r->share.fetches[i], why);
	show_failing(f);
	return e;
}

static void fetcher_clock(struct role *r)
{
	struct fetcher *f = r->state;
	for (unsigned i = 0; i < f->count; i++)
		if (!f->boxes[i].busy)
			schedule(&f->boxes[i]);
}

static void fetcher_link(struct role *r, struct str name, int take_fd)
{
	(void)r;
	(void)name;
	net_close(take_fd);
}

static void fetcher_stop(struct role *r)
{
	struct fetcher *f = r->state;
	for (unsigned i = 0; i < f->count; i++) {
		fetch_lmtp_free(f->boxes[i].lmtp);
		f->boxes[i].driver->close(f->boxes[i].state);
		timer_free(f->boxes[i].timer);
	}
	free(f);
}

const struct role_ops fetcher_ops = { fetcher_start, fetcher_clock, fetcher_link, fetcher_clock, fetcher_stop };
