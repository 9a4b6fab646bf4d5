/*
 * A mailbox behind IMAP as one of the fetcher's. See fetch.h; RFC 3501, 6851 (MOVE).
 *
 * In a round of one session what came since is handed over one by one, in the order of the UIDs, and marked as read, or moved; nothing is
 * deleted. Which came since is not left to the marks, for a person may read a mail first: under one UIDVALIDITY the UIDs only
 * grow, and the last one that was dealt with is remembered in a file, synced before the mark. At first, and when the server numbers
 * anew, only what is unread counts of what is there. The server can lie to us about everything in the mailbox, and no further.
 */
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "aupd/fetch.h"
#include "base/digest.h"
#include "base/file.h"
#include "base/imap.h"
#include "base/transfer_imap.h"

enum { LIST_MAX = 256, SLACK_BYTES = 1 << 20, STATE_BYTES_MAX = 256, NAME_LEN = 32, COMMAND_MAX = 2048, SCRATCH_BYTES = 64 << 10 };

enum step { STEP_IDLE, STEP_CONNECT, STEP_SELECT, STEP_MARK_OLD, STEP_MOVE_OLD, STEP_SEARCH, STEP_SIZE, STEP_BODY, STEP_HAND, STEP_MARK, STEP_MOVE };

/* What is remembered. */
struct seen {
	uint32_t validity, first, last; /* mails from `first` on count whether read or not; all up to `last` are dealt with */
	uint32_t pending;               /* taken, and perhaps not marked; 0 = none */
};

struct imap_box {
	struct fetch_box *box;
	struct transfers *transfers;
	struct imap_session *session;
	struct arena *text, *scratch;
	enum step step;
	char name[NAME_LEN + 1];        /* of the file */
	struct seen seen;
	bool known, loaded;             /* `seen` is of this mailbox; the file was looked at */
	uint32_t validity, next;        /* as SELECT told */
	uint32_t list[LIST_MAX];
	unsigned count, at;
	bool more, unmarked;            /* than the list holds; it has been told that marks fail */
	struct imap_fetch got;          /* of list[at] */
	struct str body;
};

static void say(struct imap_box *m, enum step step, const char *format, ...) PRINTF_LIKE(3, 4);

static void end(struct imap_box *m, const char *reason, struct str detail)
{
	m->step = STEP_IDLE;
	if (m->session)
		transfer_imap_close(m->session);
	m->session = NULL;
	fetch_ended(m->box, reason, detail, !reason && m->more);
}

static void say(struct imap_box *m, enum step step, const char *format, ...)
{
	char command[COMMAND_MAX];
	va_list args;
	va_start(args, format);
	int n = vsnprintf(command, sizeof(command), format, args);
	va_end(args);
	m->step = step;
	if (n < 0 || n >= COMMAND_MAX || transfer_imap_say(m->session, (struct str){ command, (size_t)n }) != OK)
		end(m, "the server cannot be asked", STR_NONE);
}

/* --- what is remembered --- */

static bool load(struct imap_box *m)
{
	struct str text, rest, word;
	uint64_t n[4] = { 0 };
	unsigned i = 0;
	if (m->loaded)
		return true;
	arena_reset(m->scratch);
	enum err e = file_read_all(m->scratch, fetch_fd(m->box), m->name, STATE_BYTES_MAX, &text, NULL);
	if (e && e != ERR_NOTFOUND)
		return false;
	rest = e ? STR_NONE : str_trim(text);
	while (i < 4 && str_split(&rest, ' ', &word) && str_to_u64(word, UINT32_MAX, &n[i]) == OK)
		i++;
	m->loaded = true;
	m->known = i == 4 && n[0];
	if (m->known)
		m->seen = (struct seen){ (uint32_t)n[0], (uint32_t)n[1], (uint32_t)n[2], (uint32_t)n[3] };
	else if (e == OK)
		log_error("what was remembered of a mailbox cannot be read: what is unread counts as new");
	return true;
}

static bool save(struct imap_box *m)
{
	char text[STATE_BYTES_MAX];
	struct why why;
	int n = snprintf(text, sizeof(text), "%u %u %u %u\n", m->seen.validity, m->seen.first, m->seen.last, m->seen.pending);
	if (file_replace(fetch_fd(m->box), m->name, (struct str){ text, (size_t)n }, 0600, &why) == OK)
		return true;
	end(m, "what was picked up cannot be noted", str_of(why.text));
	return false;
}

/* --- the round --- */

static void next(struct imap_box *m)
{
	if (m->at < m->count) {
		m->got = (struct imap_fetch){ .size = UINT64_MAX };
		m->body = STR_NONE;
		say(m, STEP_SIZE, "UID FETCH %u (UID RFC822.SIZE)", m->list[m->at]);
	} else if (save(m))
		end(m, NULL, STR_NONE);
}

static void search(struct imap_box *m)
{
	m->count = m->at = 0;
	m->more = false;
	/* no "*": it would be the last one, whatever its number */
	if (m->seen.last == UINT32_MAX)
		end(m, NULL, STR_NONE);
	else
		say(m, STEP_SEARCH, "UID SEARCH UID %u:%u OR UNSEEN UID %u:%u", m->seen.last + 1, UINT32_MAX, m->seen.first, UINT32_MAX);
}

static void selected(struct imap_box *m)
{
	if (!m->validity) {
		end(m, "the server tells no UIDVALIDITY", STR_NONE);
		return;
	}
	if (!m->known || m->seen.validity != m->validity) {
		if (m->known)
			log_warn("a mailbox is numbered anew: what is unread in it counts as new");
		m->seen = (struct seen){ .validity = m->validity, .first = m->next ? m->next : UINT32_MAX };
		m->known = true;
		if (!save(m))
			return;
	}
	if (m->seen.pending)
		say(m, STEP_MARK_OLD, "UID STORE %u +FLAGS.SILENT (\\Seen)", m->seen.pending);
	else
		search(m);
}

/* A mail is dealt with: what is below is never asked for again. */
static bool pass(struct imap_box *m, bool taken)
{
	m->seen.last = m->list[m->at];
	m->seen.pending = taken ? m->seen.last : 0;
	return save(m);
}

static void marked(struct imap_box *m, bool old)
{
	m->seen.pending = 0;
	if (old) {
		search(m);
		return;
	}
	fetch_marked(m->box);
	m->at++;
	next(m);
}

/* It was taken and is noted: where it cannot be marked it is not handed over again, and that is all that counts. */
static void mark_failed(struct imap_box *m, bool old)
{
	if (!m->unmarked)
		fetch_unmarked(m->box, "mails were taken and cannot be marked or moved in their mailbox");
	m->unmarked = true;
	marked(m, old);
}

static void move_or_go_on(struct imap_box *m, bool old)
{
	struct str folder = fetch_from(m->box)->folder;
	if (folder.len)
		say(m, old ? STEP_MOVE_OLD : STEP_MOVE, "UID MOVE %u \"%.*s\"", m->seen.pending, STR_ARG(folder));
	else
		marked(m, old);
}

static void refuse(struct imap_box *m, const char *reason)
{
	fetch_refused(m->box, reason);
	if (!pass(m, false))
		return;
	m->at++;
	next(m);
}

static void on_fate(void *arg, enum fetch_fate fate)
{
	struct imap_box *m = arg;
	arena_reset(m->text);
	if (fate == FETCH_LATER)
		end(m, "the ear took no mail", STR_NONE);
	else if (fate == FETCH_REFUSED)
		refuse(m, "a mail was refused and stays where it is");
	else if (pass(m, true) && !m->session)
		end(m, "the connection to the server was lost", STR_NONE);
	else if (m->step == STEP_HAND)
		say(m, STEP_MARK, "UID STORE %u +FLAGS.SILENT (\\Seen)", m->seen.pending);
}

static void hand_over(struct imap_box *m)
{
	m->step = STEP_HAND;
	if (fetch_hand_over(m->box, m->body, on_fate, m) != OK)
		end(m, "there is no memory", STR_NONE);
}

/* The command of a step went well. */
static void stepped(struct imap_box *m)
{
	switch (m->step) {
	case STEP_SELECT: selected(m); break;
	case STEP_MARK_OLD: move_or_go_on(m, true); break;
	case STEP_MOVE_OLD: marked(m, true); break;
	case STEP_MARK: move_or_go_on(m, false); break;
	case STEP_MOVE: marked(m, false); break;
	case STEP_SEARCH: next(m); break;
	case STEP_SIZE:
		if (m->got.uid == m->list[m->at] && m->got.size != UINT64_MAX && m->got.size > fetch_message_bytes(m->box))
			refuse(m, "a mail is longer than what is taken, and stays where it is");
		else
			say(m, STEP_BODY, "UID FETCH %u (UID BODY.PEEK[])", m->list[m->at]);
		break;
	case STEP_BODY:
		if (m->got.has_body && m->got.uid == m->list[m->at] && m->body.ptr) {
			hand_over(m);
			break;
		}
		/* somebody else took it away meanwhile */
		if (pass(m, false)) {
			m->at++;
			next(m);
		}
		break;
	case STEP_IDLE: case STEP_CONNECT: case STEP_HAND: break;
	}
}

static void refused(struct imap_box *m, struct str text)
{
	switch (m->step) {
	case STEP_SELECT: end(m, "the mailbox cannot be opened", text); break;
	case STEP_MARK_OLD: case STEP_MOVE_OLD: mark_failed(m, true); break;
	case STEP_MARK: case STEP_MOVE: mark_failed(m, false); break;
	default: end(m, "the server refuses what it is asked", text);
	}
}

/* The smallest LIST_MAX of what SEARCH lists. */
static void keep_uid(struct imap_box *m, uint32_t uid)
{
	unsigned i = m->count;
	if (uid <= m->seen.last)
		return;
	if (m->count == LIST_MAX) {
		m->more = true;
		if (uid >= m->list[--i])
			return;
	} else {
		m->count++;
	}
	for (; i && m->list[i - 1] > uid; i--)
		m->list[i] = m->list[i - 1];
	m->list[i] = uid;
}

static void heard(struct imap_box *m, struct str response)
{
	uint32_t uid;
	struct imap_fetch f;
	struct str rest = response;
	if (m->step == STEP_SELECT) {
		(void)imap_code_number(response, STR("UIDVALIDITY"), &m->validity);
		(void)imap_code_number(response, STR("UIDNEXT"), &m->next);
	}
	while (m->step == STEP_SEARCH && imap_search_next(&rest, &uid))
		keep_uid(m, uid);
	if ((m->step != STEP_SIZE && m->step != STEP_BODY) || imap_fetch_read(response, &f) != OK || f.uid != m->list[m->at])
		return;
	m->got = f;
	arena_reset(m->text);
	if (f.has_body)
		m->body = str_copy(m->text, f.body);
}

static const char *down_sentence(enum imap_down down)
{
	switch (down) {
	case IMAP_DOWN_CERTIFICATE: return "the certificate of the server is not to be trusted";
	case IMAP_DOWN_LOGIN: return "the server refuses user or password";
	case IMAP_DOWN_PROTOCOL: return "the server does not keep to IMAP";
	case IMAP_DOWN_LOST: break;
	}
	return "the server cannot be reached, or the connection was lost";
}

static void on_imap(void *arg, enum imap_event event, enum imap_down down, struct str text)
{
	struct imap_box *m = arg;
	if (event == IMAP_DOWN)
		m->session = NULL;
	if (event == IMAP_UNTAGGED) {
		heard(m, text);
	} else if (event == IMAP_UP) {
		struct str mailbox = fetch_from(m->box)->mailbox;
		say(m, STEP_SELECT, "SELECT \"%.*s\"", STR_ARG(mailbox));
	} else if (event == IMAP_DONE) {
		stepped(m);
	} else if (event == IMAP_REFUSED) {
		refused(m, text);
	} else if (m->step != STEP_HAND) {
		/* with a mail at the ear its word is awaited first */
		end(m, down_sentence(down), text);
	}
}

static void round_begin(void *state)
{
	struct imap_box *m = state;
	const struct fetch_from *f = fetch_from(m->box);
	struct why why;
	m->validity = m->next = 0;
	m->count = m->at = 0;
	m->more = false;
	if (!load(m)) {
		end(m, "what is remembered of it cannot be read", STR_NONE);
		return;
	}
	struct transfer_imap o = { .url = f->where, .user = f->user, .secret = f->secret, .ca = f->ca, .literal_bytes = fetch_message_bytes(m->box) + SLACK_BYTES };
	m->step = STEP_CONNECT;
	if (transfer_imap(m->transfers, &o, on_imap, m, &m->session, &why) != OK)
		end(m, "no connection can be begun", str_of(why.text));
}

static void close_it(void *state)
{
	struct imap_box *m = state;
	transfers_free(m->transfers);
	arena_free(m->text);
	arena_free(m->scratch);
	free(m);
}

static enum err open_it(struct fetch_box *b, void **ret_state, struct why *why)
{
	struct imap_box *m = calloc(1, sizeof(*m));
	struct transfer_options o = { .at_once = 0 };
	struct digest d;
	if (!m)
		return why_set(why, ERR_NOMEM, "no memory");
	m->box = b;
	m->text = arena_new("mail", fetch_message_bytes(b) + 2 * SLACK_BYTES);
	m->scratch = arena_new("remembered", SCRATCH_BYTES);
	enum err e = m->text && m->scratch ? OK : ERR_NOMEM;
	if (e == OK)
		e = transfers_new(fetch_loop(b), &o, &m->transfers);
	if (e) {
		close_it(m);
		return why_set(why, ERR_NOMEM, "no memory");
	}
	const struct str parts[] = { fetch_from(b)->where, STR("\n"), fetch_from(b)->mailbox, STR("\n"), fetch_from(b)->user };
	digest_sha256_parts(parts, sizeof(parts) / sizeof(parts[0]), &d);
	(void)snprintf(m->name, sizeof(m->name), "%.*s", NAME_LEN, digest_hex(m->scratch, &d).ptr);
	*ret_state = m;
	return OK;
}

const struct fetch_driver fetch_imap = { open_it, round_begin, close_it };
