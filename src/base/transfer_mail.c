/*
 * One mail to a smarthost. See transfer.h; RFC 5321, 1870 (no SIZE is sent), 6152 (8BITMIME), 6531 (SMTPUTF8).
 *
 * libcurl connects, greets, starts TLS and authenticates (CURLOPT_CONNECT_ONLY); the transaction itself is ours, because
 * the library waits for the last reply in a way that stops the loop, and because what became of the final dot must be known
 * exactly. A hostile smarthost can make us hold HEARD_MAX bytes of reply and wait until the time is over.
 */
#include "base/transfer_curl.h"

enum { MAIL_ARENA_MAX = 128 << 20, HEARD_MAX = 16 << 10, REPLY_LINE_MAX = 2000, COMMANDS_MAX = 64 << 10, DOT_LEN = 3 };

enum step { STEP_CONNECT, STEP_MAIL, STEP_RCPT, STEP_DATA, STEP_TEXT, STEP_QUIT };

struct smtp {
	struct transfer *t;
	enum step step;
	struct watch *watch;
	struct timer *timer;
	struct buf out;                 /* what is to be sent of this step */
	size_t out_gone;
	struct str from, message;
	struct str to[TRANSFER_RECIPIENTS_MAX];
	unsigned to_count, to_next;
	bool eightbit, utf8_addresses;  /* needed */
	bool has_8bitmime, has_smtputf8;        /* offered */
	bool dot_sent;                  /* the final dot may have reached the other side */
	enum transfer_outcome outcome;  /* known before QUIT */
	unsigned code;
	struct str text;
};

void smtp_done(struct smtp *s)
{
	if (!s)
		return;
	watch_free(s->watch);
	timer_free(s->timer);
	buf_done(&s->out);
}

static void end(struct smtp *s, enum transfer_outcome outcome, unsigned code, struct str text)
{
	transfer_end(s->t, outcome, code, text);
}

/* The connection broke, or time is over: what that means hangs on the dot. */
static void broke(struct smtp *s, struct str text)
{
	if (s->step == STEP_QUIT)
		end(s, s->outcome, s->code, s->text);
	else
		end(s, s->dot_sent ? TRANSFER_UNKNOWN : TRANSFER_RETRY, 0, text);
}

static void command(struct smtp *s, enum step step, const char *verb, struct str path, const char *more)
{
	s->step = step;
	buf_clear(&s->out);
	s->out_gone = 0;
	buf_puts(&s->out, verb);
	if (path.ptr) {
		buf_putc(&s->out, '<');
		buf_put(&s->out, path);
		buf_putc(&s->out, '>');
	}
	buf_puts(&s->out, more);
	buf_puts(&s->out, "\r\n");
}

/* RFC 5321 4.5.2: a dot that begins a line is doubled; the text ends with CRLF before the final dot. */
static void stuff_text(struct smtp *s)
{
	struct str rest = s->message;
	s->step = STEP_TEXT;
	buf_clear(&s->out);
	s->out_gone = 0;
	while (rest.len) {
		size_t cut = str_chr(rest, '\n');
		size_t len = cut == SIZE_MAX ? rest.len : cut + 1;
		if (rest.ptr[0] == '.')
			buf_putc(&s->out, '.');
		buf_put(&s->out, str_sub(rest, 0, len));
		rest = str_sub(rest, len, rest.len);
	}
	if (s->message.len < 2 || memcmp(s->message.ptr + s->message.len - 2, "\r\n", 2) != 0)
		buf_puts(&s->out, "\r\n");
	buf_puts(&s->out, ".\r\n");
}

static void quit(struct smtp *s, enum transfer_outcome outcome, unsigned code, struct str text)
{
	s->outcome = outcome;
	s->code = code;
	s->text = str_copy(s->t->own, text);
	command(s, STEP_QUIT, "QUIT", STR_NONE, "");
}

static void next_recipient(struct smtp *s)
{
	if (s->to_next < s->to_count)
		command(s, STEP_RCPT, "RCPT TO:", s->to[s->to_next++], "");
	else
		command(s, STEP_DATA, "DATA", STR_NONE, "");
}

/* One whole reply: the next command, or the end. Returns false when the transfer is gone. */
static bool on_reply(struct smtp *s, unsigned code, struct str text)
{
	unsigned want = s->step == STEP_DATA ? 3 : 2;
	if (s->step == STEP_QUIT) {
		end(s, s->outcome, s->code, s->text);
		return false;
	}
	if (code / 100 != want) {
		/* a reply out of place tells nothing about the text once the dot is out */
		bool refusal = code / 100 == 5 || code / 100 == 4;
		quit(s, code / 100 == 5 ? TRANSFER_REFUSED : !refusal && s->dot_sent ? TRANSFER_UNKNOWN : TRANSFER_RETRY, code, text);
		return true;
	}
	switch (s->step) {
	case STEP_MAIL:
	case STEP_RCPT: next_recipient(s); break;
	case STEP_DATA: stuff_text(s); break;
	default: quit(s, TRANSFER_DONE, code, text);
	}
	return true;
}

/* Lines "250-text" up to "250 text"; *ret_more when the reply is not whole. ERR_SYNTAX: no SMTP. */
static enum err take_reply(struct buf *heard, unsigned *ret_code, struct str *ret_text, size_t *ret_len)
{
	struct str rest = buf_str(heard), line;
	for (;;) {
		size_t cut = str_chr(rest, '\n');
		if (cut == SIZE_MAX)
			return rest.len > REPLY_LINE_MAX ? ERR_SYNTAX : ERR_AGAIN;
		line = str_trim(str_sub(rest, 0, cut));
		rest = str_sub(rest, cut + 1, rest.len);
		uint64_t code;
		if (line.len < 3 || str_to_u64(str_sub(line, 0, 3), 599, &code) || code < 200)
			return ERR_SYNTAX;
		if (line.len > 3 && line.ptr[3] == '-')
			continue;
		*ret_code = (unsigned)code;
		*ret_text = line;
		*ret_len = heard->len - rest.len;
		return OK;
	}
}

static bool hear(struct smtp *s)
{
	struct buf *heard = &s->t->heard;
	for (;;) {
		char window[4096];
		size_t n = 0, len;
		unsigned code;
		struct str text;
		CURLcode c = curl_easy_recv(s->t->easy, window, sizeof(window), &n);
		if (c == CURLE_AGAIN)
			return true;
		if (c != CURLE_OK || !n) {
			broke(s, STR("the smarthost closed the connection"));
			return false;
		}
		buf_put(heard, (struct str){ window, n });
		enum err e = heard->err;
		/* RFC 5321 4.2.1: a 421 may come at any time; everything else answers a command that is out */
		while (e == OK && s->out_gone == s->out.len && (e = take_reply(heard, &code, &text, &len)) == OK) {
			bool on = on_reply(s, code, str_copy(s->t->own, text));
			if (!on)
				return false;
			buf_cut_front(heard, len);
		}
		if (e && e != ERR_AGAIN) {
			broke(s, STR("the smarthost's reply is no SMTP"));
			return false;
		}
	}
}

static bool say(struct smtp *s)
{
	while (s->out_gone < s->out.len) {
		size_t n = 0, len = s->out.len - s->out_gone;
		/* the dot goes by itself: what fails before it was tried is known not to have been taken */
		if (s->step == STEP_TEXT && len > DOT_LEN)
			len -= DOT_LEN;
		else if (s->step == STEP_TEXT)
			s->dot_sent = true;
		CURLcode c = curl_easy_send(s->t->easy, s->out.ptr + s->out_gone, len, &n);
		if (c == CURLE_AGAIN)
			break;
		if (c != CURLE_OK) {
			broke(s, STR("the connection to the smarthost broke"));
			return false;
		}
		s->out_gone += n;
	}
	watch_set(s->watch, LOOP_READ | (s->out_gone < s->out.len ? LOOP_WRITE : 0u));
	return true;
}

static void on_event(void *arg, int fd, unsigned events)
{
	struct smtp *s = arg;
	(void)fd;
	if (events & LOOP_READ && !hear(s))
		return;
	if (s->out.err) {
		broke(s, STR("no memory for the mail"));
		return;
	}
	(void)say(s);
}

static void on_time(void *arg)
{
	broke(arg, STR("the smarthost did not answer in time"));
}

/* What the server offers, out of the last EHLO reply: what came before TLS counts for nothing (RFC 3207 4.2). */
static size_t on_line(char *bytes, size_t one, size_t len, void *arg)
{
	struct smtp *s = arg;
	struct str line = str_trim((struct str){ bytes, one * len });
	if (str_starts(line, STR("220")))
		s->has_8bitmime = s->has_smtputf8 = false;
	if (str_starts(line, STR("250")) && line.len > 4) {
		struct str word = str_sub(line, 4, line.len);
		s->has_8bitmime = s->has_8bitmime || str_eq_fold(word, STR("8BITMIME"));
		s->has_smtputf8 = s->has_smtputf8 || str_eq_fold(word, STR("SMTPUTF8"));
	}
	if (line.len >= 3)
		s->text = str_copy(s->t->own, line);
	return one * len;
}

/* Connected, greeted, authenticated: or not. */
static void connected(struct transfer *t, CURLcode code)
{
	struct smtp *s = t->smtp;
	long reply = 0;
	curl_socket_t fd = CURL_SOCKET_BAD;
	(void)curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &reply);
	if (code != CURLE_OK) {
		/* a name or a password that is wrong is put right by a person: the mail waits for that */
		end(s, TRANSFER_RETRY, reply >= 400 && reply < 600 ? (unsigned)reply : 0, reply >= 400 ? s->text : str_of(t->error[0] ? t->error : curl_easy_strerror(code)));
		return;
	}
	if (s->utf8_addresses && !s->has_smtputf8) {
		end(s, TRANSFER_REFUSED, 0, STR("the smarthost does not take addresses outside ASCII"));
		return;
	}
	if (curl_easy_getinfo(t->easy, CURLINFO_ACTIVESOCKET, &fd) != CURLE_OK || fd == CURL_SOCKET_BAD ||
		watch_new(t->all->loop, fd, LOOP_READ, on_event, s, &s->watch) != OK) {
		end(s, TRANSFER_RETRY, 0, STR("the connection to the smarthost is gone"));
		return;
	}
	const char *more = s->utf8_addresses ? " BODY=8BITMIME SMTPUTF8" : s->eightbit && s->has_8bitmime ? " BODY=8BITMIME" : "";
	command(s, STEP_MAIL, "MAIL FROM:", s->from, more);
	(void)say(s);
}

static bool has_high(struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		if ((unsigned char)s.ptr[i] >= 0x80)
			return true;
	}
	return false;
}

/* A path that could end its brackets or its line would be a command of the sender's. */
static bool is_path(struct str s)
{
	return transfer_is_line(s) && str_chr(s, '<') == SIZE_MAX && str_chr(s, '>') == SIZE_MAX && s.len <= 320;
}

static bool is_host(struct str s)
{
	static const char good[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:[]_";
	for (size_t i = 0; i < s.len; i++) {
		if (!s.ptr[i] || !strchr(good, s.ptr[i]))
			return false;
	}
	return s.len && s.len <= 300;
}

static enum err check_mail(const struct transfer_mail *m, struct why *why)
{
	bool good = is_host(m->smarthost) && is_host(m->helo) && is_path(m->from) && transfer_is_line(m->user) && transfer_is_line(m->secret);
	if (!m->to_count || m->to_count > TRANSFER_RECIPIENTS_MAX)
		return why_set(why, ERR_LIMIT, "between 1 and %d recipients", TRANSFER_RECIPIENTS_MAX);
	for (unsigned i = 0; i < m->to_count; i++)
		good = good && is_path(m->to[i]) && m->to[i].len;
	return good ? OK : why_set(why, ERR_SYNTAX, "smarthost, name or envelope of the mail is malformed");
}

static enum err mail_setup(struct transfer *t, const struct transfer_mail *m)
{
	static const long tls[] = { CURLUSESSL_NONE, CURLUSESSL_TRY, CURLUSESSL_ALL };
	struct smtp *s = ARENA_NEW(t->own, struct smtp);
	if (!s)
		return ERR_NOMEM;
	t->smtp = s;
	t->curl_done = connected;
	t->protocols = "smtp";
	s->t = t;
	s->from = str_copy(t->own, m->from);
	s->from.ptr = s->from.ptr ? s->from.ptr : "";
	s->message = str_copy(t->own, m->message);
	s->eightbit = has_high(m->message);
	s->utf8_addresses = has_high(m->from);
	for (unsigned i = 0; i < m->to_count; i++) {
		s->to[i] = str_copy(t->own, m->to[i]);
		s->utf8_addresses = s->utf8_addresses || has_high(m->to[i]);
	}
	s->to_count = m->to_count;
	buf_init(&s->out, 2 * m->message.len + COMMANDS_MAX);
	enum err e = timer_new(t->all->loop, on_time, s, &s->timer);
	CURL *c = t->easy;
	bool good = e == OK && curl_easy_setopt(c, CURLOPT_CONNECT_ONLY, 1L) == CURLE_OK && curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, on_line) == CURLE_OK &&
		curl_easy_setopt(c, CURLOPT_HEADERDATA, s) == CURLE_OK && curl_easy_setopt(c, CURLOPT_USE_SSL, tls[m->tls]) == CURLE_OK;
	/* TLS that is only tried keeps out who listens, not who stands between: there is no name to hold it against */
	if (good && m->tls != MAIL_TLS_MUST)
		good = curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 0L) == CURLE_OK && curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 0L) == CURLE_OK;
	if (good && m->user.len)
		good = curl_easy_setopt(c, CURLOPT_USERNAME, str_c(t->own, m->user)) == CURLE_OK && curl_easy_setopt(c, CURLOPT_PASSWORD, str_c(t->own, m->secret)) == CURLE_OK;
	return good ? OK : ERR_IO;
}

enum err transfer_mail(struct transfers *all, const struct transfer_mail *m, transfer_fn *fn, void *arg, struct why *why)
{
	struct transfer *t;
	enum err e = check_mail(m, why);
	if (e == OK)
		e = transfer_new(all, MAIL_ARENA_MAX, HEARD_MAX, fn, arg, &t, why);
	if (e)
		return e;
	e = mail_setup(t, m);
	if (e)
		e = why_set(why, e, "the mail cannot be set up");
	struct str url = str_format(t->own, "smtp://%.*s/%.*s", STR_ARG(m->smarthost), STR_ARG(m->helo));
	if (e == OK)
		e = transfer_start(t, str_c(t->own, url), m->timeout_us, why);
	if (e)
		transfer_free(t);
	else
		timer_set(t->smtp->timer, m->timeout_us > 0 ? m->timeout_us : 60 * INT64_C(1000000), 0);
	return e;
}
