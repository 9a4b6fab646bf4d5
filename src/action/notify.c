/*
 * notify: letters by mail through a smarthost. Date and message are made here; the Message-ID is the act's for good, so a
 * letter that may have been sent twice is recognised as one.
 *
 * A transaction that broke behind the final dot is "unknown" and tried again under the same Message-ID. UNDO and CHECK have
 * nothing to do: a letter that was read stays read.
 */
#include <stdlib.h>

#include "action/action.h"
#include "base/arena.h"
#include "base/time.h"
#include "base/transfer.h"

enum { NOTIFY_BYTES_MAX = 2 << 20, LINE_BYTES = 76 };
static const int64_t notify_timeout_us = 60 * SECOND_US;

struct notify {
	struct transfers *transfers;
	struct action_options o;
	struct timer *soon;
};

struct sending {
	action_done_fn *done;
	void *arg;
	struct arena *arena;
	struct timer *soon;
	enum act_result result;
	struct str text;
};

static void finish(void *arg)
{
	struct sending *s = arg;
	s->done(s->arg, s->result, s->text);
	timer_free(s->soon);
	arena_free(s->arena);
	free(s);
}

static void on_sent(void *arg, const struct transfer_result *r)
{
	struct sending *s = arg;
	static const enum act_result results[] = { [TRANSFER_DONE] = RESULT_DONE, [TRANSFER_REFUSED] = RESULT_REFUSED, [TRANSFER_RETRY] = RESULT_RETRY,
		[TRANSFER_UNKNOWN] = RESULT_RETRY };
	s->result = results[r->outcome];
	s->text = str_printable(s->arena, r->text, 200);
	finish(s);
}

static bool plain(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.ptr[i] < ' ' || (unsigned char)s.ptr[i] > '~')
			return false;
	return true;
}

/* RFC 2047 words of at most 45 bytes each, cut between characters. */
static void put_subject(struct arena *a, struct buf *out, struct str subject)
{
	buf_puts(out, "Subject: ");
	/* what only looks like an encoded word would be read as one */
	if (plain(subject) && subject.len < 900 && str_find(subject, STR("=?")) == SIZE_MAX) {
		buf_put(out, subject);
		buf_puts(out, "\r\n");
		return;
	}
	for (size_t i = 0; i < subject.len;) {
		size_t n = subject.len - i < 42 ? subject.len - i : 42;
		while (n && i + n < subject.len && ((unsigned char)subject.ptr[i + n] & 0xc0) == 0x80)
			n--;
		buf_puts(out, i ? " =?utf-8?B?" : "=?utf-8?B?");
		buf_put(out, str_base64(a, str_sub(subject, i, n ? n : 1)));
		buf_puts(out, "?=\r\n");
		i += n ? n : 1;
	}
}

/* Quoted-printable (RFC 2045 6.7), so that seven-bit relays change nothing. */
static void put_body(struct buf *out, struct str body)
{
	static const char hex[] = "0123456789ABCDEF";
	size_t column = 0;
	for (size_t i = 0; i < body.len; i++) {
		unsigned char c = (unsigned char)body.ptr[i];
		bool end = i + 1 == body.len || body.ptr[i + 1] == '\n';
		if (c == '\r')
			continue;
		if (c == '\n') {
			buf_puts(out, "\r\n");
			column = 0;
			continue;
		}
		bool quote = c > '~' || (c < ' ' && c != '\t') || c == '=' || ((c == ' ' || c == '\t') && end);
		if (column + (quote ? 3 : 1) > LINE_BYTES - 1) {
			buf_puts(out, "=\r\n");
			column = 0;
		}
		if (quote) {
			buf_putc(out, '=');
			buf_putc(out, hex[c >> 4]);
			buf_putc(out, hex[c & 15]);
			column += 3;
		} else {
			buf_putc(out, (char)c);
			column++;
		}
	}
	buf_puts(out, "\r\n");
}

/* Neither quoted-printable nor base64 has a line of that form. */
static const char boundary[] = "=_aupd";

/* In base64, so that it arrives octet for octet. */
static void put_document(struct arena *a, struct buf *out, const char *type, const char *name, struct str document)
{
	struct str text = str_base64(a, document);
	buf_printf(out, "--%s\r\nContent-Type: %s; name=\"%s\"\r\nContent-Disposition: attachment; filename=\"%s\"\r\nContent-Transfer-Encoding: base64\r\n\r\n", boundary,
		type, name, name);
	for (size_t i = 0; i < text.len; i += LINE_BYTES) {
		buf_put(out, str_sub(text, i, LINE_BYTES));
		buf_puts(out, "\r\n");
	}
}

/* As XARF goes by mail: an ARF of that type (RFC 5965), and the document behind it. What else goes with it comes last. */
static void put_attached(struct arena *a, struct buf *out, const struct letter *l)
{
	if (l->attached.len) {
		buf_printf(out, "--%s\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: xarf\r\nUser-Agent: aupd\r\nVersion: 1\r\n\r\n", boundary);
		put_document(a, out, "application/json", "xarf.json", l->attached);
	}
	if (l->acns.len)
		put_document(a, out, "application/xml", "acns.xml", l->acns);
	buf_printf(out, "--%s--\r\n", boundary);
}

static void put_message(struct arena *a, struct buf *out, const struct letter *l, int64_t now)
{
	buf_printf(out, "Date: %.*s\r\nFrom: <%.*s>\r\nTo: <%.*s>\r\nReply-To: <%.*s>\r\nMessage-ID: %.*s\r\n", STR_ARG(time_mail_str(a, now)), STR_ARG(l->from),
		STR_ARG(l->to), STR_ARG(l->reply_to), STR_ARG(l->message_id));
	if (l->in_reply_to.len)
		buf_printf(out, "In-Reply-To: %.*s\r\nReferences: %.*s\r\n", STR_ARG(l->in_reply_to), STR_ARG(l->in_reply_to));
	put_subject(a, out, l->subject);
	if (l->automatic)
		buf_puts(out, l->in_reply_to.len ? "Auto-Submitted: auto-replied\r\n" : "Auto-Submitted: auto-generated\r\n");
	buf_puts(out, "MIME-Version: 1.0\r\n");
	if (l->attached.len || l->acns.len)
		buf_printf(out, "Content-Type: multipart/%s; boundary=\"%s\"\r\n\r\n--%s\r\n", l->attached.len ? "report; report-type=feedback-report" : "mixed", boundary, boundary);
	buf_puts(out, "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n");
	put_body(out, l->body);
	if (l->attached.len || l->acns.len)
		put_attached(a, out, l);
}

/* What answers by itself and what comes back goes to the letter's own address; an answer of ours to a stranger has none (RFC 3834 3.3). */
static struct str envelope_of(const struct letter *l)
{
	return l->number ? l->reply_to : STR("");
}

static enum err notify_open(const struct action_options *o, void **ret_state, struct why *why)
{
	struct transfer_options t = { .at_once = 4 };
	struct notify *n = calloc(1, sizeof(*n));
	if (!n || transfers_new(o->loop, &t, &n->transfers) != OK) {
		free(n);
		return why_set(why, ERR_NOMEM, "letters cannot be sent");
	}
	n->o = *o;
	*ret_state = n;
	return OK;
}

static void later(struct notify *n, struct sending *s, enum act_result result, struct str text)
{
	s->result = result;
	s->text = text;
	if (timer_new(n->o.loop, finish, s, &s->soon) == OK)
		timer_set(s->soon, 0, 0);
}

static void notify_run(void *state, const struct action_order *order, action_done_fn *done, void *arg)
{
	struct notify *n = state;
	struct sending *s = calloc(1, sizeof(*s));
	struct buf message;
	struct why why;
	BUG_ON(!s || !(s->arena = arena_new("letter", 4 * NOTIFY_BYTES_MAX)));
	s->done = done;
	s->arg = arg;
	if (order->op != ACT_DO || !order->letter) {
		later(n, s, order->op == ACT_DO ? RESULT_REFUSED : RESULT_DONE, STR_NONE);
		return;
	}
	buf_init(&message, NOTIFY_BYTES_MAX);
	put_message(s->arena, &message, order->letter, order->now);
	struct transfer_mail mail = { .smarthost = n->o.smarthost, .helo = n->o.mail_domain, .tls = MAIL_TLS_NONE, .from = envelope_of(order->letter),
		.to = &order->letter->to, .to_count = 1, .message = buf_str(&message), .timeout_us = notify_timeout_us };
	enum err e = message.err ? message.err : transfer_mail(n->transfers, &mail, on_sent, s, &why);
	buf_done(&message);
	if (e)
		later(n, s, e == ERR_LIMIT || e == ERR_SYNTAX ? RESULT_REFUSED : RESULT_RETRY, STR("the letter could not be handed over"));
}

static void notify_close(void *state)
{
	struct notify *n = state;
	if (!n)
		return;
	transfers_free(n->transfers);
	free(n);
}

const struct action_driver action_notify = { "notify", "a letter by mail through the smarthost", true, true, false, notify_open, notify_run, notify_close };
