/*
 * Time stamps of the ledger. See judge_stamp.h.
 */
#include "aupd/judge_stamp.h"

#include <stdio.h>
#include <stdlib.h>

#include "aupd/errand.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/point.h"
#include "base/time.h"

enum { STAMP_ARENA_MAX = 4 << 20, STAMP_NAME_MAX = 24, LOOK_US = 60000000, STAMP_BACK_OFF_US = 1000000, TROUBLE_MAX = 200 };
static const int64_t stamp_back_off_max_us = INT64_C(3600) * SECOND_US;

struct judge_stamps {
	struct arena *scratch;
	int dir_fd;
	struct timer *timer;            /* the next look, or the next attempt while `waits` */
	bool asked, waits;
	int64_t id, back_off_us;
	struct buf text;                /* of the checkpoint that is with the authority */
	uint64_t asked_size, size;      /* of that; of the last one stamped */
	int64_t at, done_at;            /* when that was, by the authority's clock and by ours */
	char trouble[TROUBLE_MAX];      /* of the last attempt; "" when it went well */
};

/* Later each time, up to an hour; said once for as long as it lasts. */
static void trouble(struct judge *j, struct str text)
{
	struct judge_stamps *s = j->stamps;
	bool is_new = !s->trouble[0];
	s->back_off_us = !s->back_off_us ? STAMP_BACK_OFF_US : s->back_off_us < stamp_back_off_max_us / 2 ? s->back_off_us * 2 : stamp_back_off_max_us;
	s->waits = true;
	timer_set(s->timer, s->back_off_us, 0);
	(void)snprintf(s->trouble, sizeof(s->trouble), "%.*s", STR_ARG(text.len ? text : STR("it did not answer as it should")));
	if (!is_new)
		return;
	log_warn("the ledger was not stamped with a time; it is tried again", "why", s->trouble);
	role_tell(j->role, "the ledger was not stamped with a time: aup evidence status says why", 1);
}

static void on_timer(void *arg)
{
	struct judge *j = arg;
	struct judge_stamps *s = j->stamps;
	s->waits = false;
	timer_set(s->timer, LOOK_US, 0);
	if (s->asked) {
		s->asked = false;
		trouble(j, STR("no answer came"));
	}
	judge_stamp_look(j);
}

static void ask(struct judge *j, const struct note *n, uint64_t size)
{
	struct judge_stamps *s = j->stamps;
	struct digest d;
	struct buf b;
	struct jsonw w;
	digest_sha256(n->text, &d);
	buf_init(&b, ERRAND_BYTES_MAX);
	jsonw_init(&w, &b);
	jsonw_object(&w, NULL);
	jsonw_int(&w, "id", ++s->id);
	jsonw_int(&w, "to", ERRAND_STAMP);
	jsonw_str(&w, "octets", str_base64(s->scratch, (struct str){ (const char *)d.octets, DIGEST_LEN }));
	jsonw_end(&w, '}');
	struct frame f = { .type = FRAME_ERRAND, .now = clock_wall_at(), .body = buf_str(&b) };
	s->asked = !b.err && bus_send(&j->hand, &f, NULL, 0) == OK;
	buf_done(&b);
	buf_clear(&s->text);
	buf_put(&s->text, n->text);
	s->asked_size = size;
	timer_set(s->timer, ERRAND_GONE_US, 0);
}

void judge_stamp_look(struct judge *j)
{
	struct judge_stamps *s = j->stamps;
	struct why why;
	uint64_t size = s && j->ledger ? ledger_checkpoint_size(j->ledger) : 0;
	if (!s || size <= s->size || !j->has_hand || s->asked || s->waits)
		return;
	/* a clock that was set back far does not keep the next stamp waiting */
	int64_t now = clock_wall_at(), every_us = j->role->share.stamp_every_us;
	if (s->done_at != TIME_NONE && now - s->done_at < every_us && s->done_at - now < every_us)
		return;
	arena_reset(s->scratch);
	struct note *n = ARENA_NEW(s->scratch, struct note);
	if (n && note_read(s->scratch, ledger_checkpoint(j->ledger), n, &why) == OK)
		ask(j, n, size);
}

void judge_stamp_answer(struct judge *j, const struct json *root)
{
	struct judge_stamps *s = j->stamps;
	struct stamped stamped = { .unix_s = json_int(root, "at", 0) };
	struct str bytes;
	char name[STAMP_NAME_MAX];
	struct why why = { .line = 0 };
	if (!s || !s->asked || json_int(root, "id", 0) != s->id)
		return;
	s->asked = false;
	timer_set(s->timer, LOOK_US, 0);
	arena_reset(s->scratch);
	if (json_int(root, "status", 0) != 200) {
		trouble(j, json_text(root, "text"));
		return;
	}
	stamped.text = buf_str(&s->text);
	enum err e = str_unbase64(s->scratch, json_text(root, "octets"), &stamped.der);
	if (e == OK)
		e = stamped_write(s->scratch, &stamped, &bytes, &why);
	POINT("stamp.heard");
	(void)snprintf(name, sizeof(name), "%llu", (unsigned long long)s->asked_size);
	if (e == OK)
		e = file_replace(s->dir_fd, name, bytes, 0644, &why);
	if (e) {
		trouble(j, str_of(why.text));
		return;
	}
	if (s->trouble[0])
		log_info("the ledger is stamped with a time again");
	s->size = s->asked_size;
	s->at = stamped.unix_s * SECOND_US;
	s->done_at = clock_wall_at();
	s->back_off_us = 0;
	s->trouble[0] = 0;
}

void judge_stamp_hand_is_new(struct judge *j)
{
	if (j->stamps)
		j->stamps->asked = false;
	judge_stamp_look(j);
}

/* Which of the stamps there are, by their sizes. */
struct sought {
	uint64_t leaf, first, last;     /* the first beyond the leaf, the last of all; 0: none */
};

static void on_name(void *arg, const char *name)
{
	struct sought *x = arg;
	uint64_t size;
	if (str_to_u64(str_of(name), MERKLE_SIZE_MAX, &size) != OK || !size)
		return;
	if (size > x->leaf && (!x->first || size < x->first))
		x->first = size;
	x->last = size > x->last ? size : x->last;
}

static enum err read_kept(const struct judge_stamps *s, struct arena *a, uint64_t size, struct stamped *ret_stamped, struct why *why)
{
	char name[STAMP_NAME_MAX];
	struct str bytes;
	(void)snprintf(name, sizeof(name), "%llu", (unsigned long long)size);
	enum err e = file_read_all(a, s->dir_fd, name, STAMPED_BYTES_MAX, &bytes, why);
	return e ? e : stamped_read(a, bytes, ret_stamped, why);
}

enum err judge_stamp_find(struct judge *j, struct arena *a, uint64_t leaf, uint64_t size, struct str *ret_bytes, struct why *why)
{
	struct judge_stamps *s = j->stamps;
	struct sought x = { .leaf = leaf };
	struct stamped stamped;
	enum err e = s ? file_list(s->dir_fd, on_name, &x, why) : ERR_NOTFOUND;
	uint64_t which = x.first ? x.first : x.last;
	if (e == OK)
		e = which && which <= ledger_size(j->ledger) ? read_kept(s, a, which, &stamped, why) : ERR_NOTFOUND;
	if (e == OK && which != size)
		e = ledger_prove_growth(j->ledger, which < size ? which : size, which < size ? size : which, &stamped.growth, why);
	return e ? e : stamped_write(a, &stamped, ret_bytes, why);
}

void judge_stamp_known(const struct judge *j, uint64_t *ret_size, int64_t *ret_at, struct str *ret_trouble)
{
	const struct judge_stamps *s = j->stamps;
	*ret_size = s ? s->size : 0;
	*ret_at = s ? s->at : TIME_NONE;
	*ret_trouble = s ? str_of(s->trouble) : STR_NONE;
}

enum err judge_stamp_open(struct judge *j, struct why *why)
{
	struct judge_stamps *s;
	struct sought x = { .leaf = 0 };
	struct stamped last;
	if (j->role->share.number || !j->role->share.stamp_url.len || !j->ledger)
		return OK;
	s = calloc(1, sizeof(*s));
	if (!s || !(s->scratch = arena_new("stamps", STAMP_ARENA_MAX))) {
		free(s);
		return why_set(why, ERR_NOMEM, "no memory for time stamps");
	}
	j->stamps = s;
	s->at = s->done_at = TIME_NONE;
	buf_init(&s->text, CHECKPOINT_BYTES_MAX);
	enum err e = file_open_dir(j->ledger_fd, "stamps", 0755, &s->dir_fd, why);
	if (e == OK)
		e = timer_new(j->role->loop, on_timer, j, &s->timer);
	if (e == OK)
		e = file_list(s->dir_fd, on_name, &x, why);
	if (e)
		return e;
	timer_set(s->timer, LOOK_US, 0);
	if (!x.last)
		return OK;
	e = read_kept(s, s->scratch, x.last, &last, why);
	if (e == OK) {
		s->size = x.last;
		s->at = s->done_at = last.unix_s * SECOND_US;
		return OK;
	}
	log_error("the last time stamp of the ledger cannot be read, and another one is asked for", "why", why->text);
	role_tell(j->role, "a time stamp of the ledger could not be read, and another one was asked for", 1);
	return OK;
}

void judge_stamp_close(struct judge *j)
{
	struct judge_stamps *s = j->stamps;
	if (!s)
		return;
	timer_free(s->timer);
	file_close(s->dir_fd);
	buf_done(&s->text);
	arena_free(s->scratch);
	free(s);
	j->stamps = NULL;
}
