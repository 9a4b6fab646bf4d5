/*
 * LMTP to the ear. See fetch_lmtp.h.
 */
#include "aupd/fetch_lmtp.h"

#include <stdlib.h>

#include "base/net.h"

enum { OUT_MAX = 64 << 10, HEARD_MAX = 8 << 10, PIECE_MAX = 16 << 10 };

enum step { STEP_GREETING, STEP_HELLO, STEP_FROM, STEP_TO, STEP_DATA, STEP_TEXT };

struct fetch_lmtp {
	struct fetch_lmtp_mail mail;
	enum step step;
	int fd;
	struct watch *watch;
	struct timer *timer;
	struct buf out, heard;
	size_t sent;                    /* octets of the message that are in out or gone */
	bool connected, line_start, last_cr, dotted, ended;
	enum fetch_fate fate;
	fetch_fate_fn *fn;
	void *arg;
};

/* The answer is given by the timer: never from inside a call of the caller's, who may free us in it. */
static void end(struct fetch_lmtp *m, enum fetch_fate fate)
{
	if (m->ended)
		return;
	m->ended = true;
	m->fate = fate;
	if (m->watch)
		watch_set(m->watch, 0);
	timer_set(m->timer, 0, 0);
}

static void on_timer(void *arg)
{
	struct fetch_lmtp *m = arg;
	m->fn(m->arg, m->ended ? m->fate : FETCH_LATER);
}

static void command(struct fetch_lmtp *m, enum step step, const char *verb, struct str path)
{
	m->step = step;
	if (step == STEP_FROM || step == STEP_TO)
		buf_printf(&m->out, "%s<%.*s>\r\n", verb, STR_ARG(path));
	else
		buf_printf(&m->out, "%s%.*s\r\n", verb, STR_ARG(path));
}

/* RFC 5321 4.5.2, 2.3.8: the next piece of the message as it goes over the wire. */
static void put_text(struct fetch_lmtp *m)
{
	struct str piece = str_sub(m->mail.message, m->sent, PIECE_MAX);
	for (size_t i = 0; i < piece.len; i++) {
		char c = piece.ptr[i];
		if (m->line_start && c == '.')
			buf_putc(&m->out, '.');
		if (c == '\n' && !m->last_cr)
			buf_putc(&m->out, '\r');
		buf_putc(&m->out, c);
		m->line_start = c == '\n';
		m->last_cr = c == '\r';
	}
	m->sent += piece.len;
	if (m->sent < m->mail.message.len)
		return;
	if (!m->line_start)
		buf_puts(&m->out, "\r\n");
	buf_puts(&m->out, ".\r\n");
	m->dotted = true;
}

static void say(struct fetch_lmtp *m)
{
	size_t n;
	while (!m->ended) {
		if (!m->out.len && m->step == STEP_TEXT && !m->dotted)
			put_text(m);
		if (!m->out.len)
			break;
		enum err e = m->out.err ? m->out.err : net_write(m->fd, buf_str(&m->out), &n);
		if (e == ERR_AGAIN)
			break;
		if (e)
			end(m, FETCH_LATER);
		else
			buf_cut_front(&m->out, n);
	}
	if (!m->ended)
		watch_set(m->watch, LOOP_READ | (m->out.len ? LOOP_WRITE : 0u));
}

static void on_reply(struct fetch_lmtp *m, unsigned code)
{
	/* a good word about a text that is not there yet is none */
	bool early = m->step == STEP_TEXT && (!m->dotted || m->out.len) && code / 100 == 2;
	if (early || code / 100 != (m->step == STEP_DATA ? 3 : 2)) {
		end(m, code / 100 == 5 ? FETCH_REFUSED : FETCH_LATER);
		return;
	}
	switch (m->step) {
	case STEP_GREETING: command(m, STEP_HELLO, "LHLO ", m->mail.helo); break;
	case STEP_HELLO: command(m, STEP_FROM, "MAIL FROM:", m->mail.from); break;
	case STEP_FROM: command(m, STEP_TO, "RCPT TO:", m->mail.to); break;
	case STEP_TO: command(m, STEP_DATA, "DATA", STR_NONE); break;
	case STEP_DATA: m->step = STEP_TEXT; break;
	case STEP_TEXT: end(m, FETCH_TAKEN); break;
	}
}

/* Lines "250-text" up to "250 text". ERR_AGAIN: not whole yet. */
static enum err take_reply(struct fetch_lmtp *m, unsigned *ret_code)
{
	struct str rest = buf_str(&m->heard);
	uint64_t code;
	for (size_t cut; (cut = str_chr(rest, '\n')) != SIZE_MAX;) {
		struct str line = str_trim(str_sub(rest, 0, cut));
		rest = str_sub(rest, cut + 1, rest.len);
		if (line.len < 3 || str_to_u64(str_sub(line, 0, 3), 599, &code) != OK || code < 200)
			return ERR_SYNTAX;
		if (line.len > 3 && line.ptr[3] == '-')
			continue;
		*ret_code = (unsigned)code;
		buf_cut_front(&m->heard, m->heard.len - rest.len);
		return OK;
	}
	return ERR_AGAIN;
}

static void hear(struct fetch_lmtp *m)
{
	char window[4096];
	size_t n;
	unsigned code;
	enum err e;
	while ((e = net_read(m->fd, window, sizeof(window), &n)) == OK && !m->heard.err)
		buf_put(&m->heard, (struct str){ window, n });
	enum err reply = m->heard.err;
	while (!m->ended && !reply && (reply = take_reply(m, &code)) == OK)
		on_reply(m, code);
	if (reply != ERR_AGAIN || e != ERR_AGAIN)
		end(m, FETCH_LATER);
}

static void on_event(void *arg, int fd, unsigned events)
{
	struct fetch_lmtp *m = arg;
	if (!m->connected && net_connect_end(fd) != OK) {
		end(m, FETCH_LATER);
		return;
	}
	m->connected = true;
	if (events & LOOP_READ)
		hear(m);
	say(m);
}

enum err fetch_lmtp_send(struct loop *l, const struct fetch_lmtp_mail *mail, fetch_fate_fn *fn, void *arg, struct fetch_lmtp **ret_lmtp)
{
	struct fetch_lmtp *m = calloc(1, sizeof(*m));
	struct why why;
	if (!m)
		return ERR_NOMEM;
	*m = (struct fetch_lmtp){ .mail = *mail, .fd = -1, .line_start = true, .fn = fn, .arg = arg };
	buf_init(&m->out, OUT_MAX);
	buf_init(&m->heard, HEARD_MAX);
	enum err e = timer_new(l, on_timer, m, &m->timer);
	bool begun = e == OK && net_connect(mail->address, &m->fd, &why) == OK;
	if (begun)
		e = watch_new(l, m->fd, LOOP_READ | LOOP_WRITE, on_event, m, &m->watch);
	if (e) {
		fetch_lmtp_free(m);
		return e;
	}
	timer_set(m->timer, FETCH_LMTP_WAIT_S * INT64_C(1000000), 0);
	if (!begun)
		end(m, FETCH_LATER);
	*ret_lmtp = m;
	return OK;
}

void fetch_lmtp_free(struct fetch_lmtp *m)
{
	if (!m)
		return;
	watch_free(m->watch);
	timer_free(m->timer);
	net_close(m->fd);
	buf_done(&m->out);
	buf_done(&m->heard);
	free(m);
}
