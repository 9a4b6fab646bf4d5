/*
 * SMTP and LMTP listeners. See smtp.h.
 *
 * A peer that goes away in the middle of a message leaves nothing behind; one that sends what is no command is told so and
 * dropped after SMTP_ERRORS_MAX of them. Commands behind DATA on one line end are honoured in order (PIPELINING); a bare LF
 * ends no data (so that nobody smuggles a second message).
 */
#include "intake/smtp.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/net.h"
#include "base/time.h"

enum { READ_BYTES = 64 << 10, OUT_BYTES_MAX = 256 << 10, SWEEP_S = 5 };
enum phase { PHASE_COMMAND, PHASE_DATA, PHASE_WAIT };

struct session {
	struct smtp *server;
	struct session *prev, *next;
	int fd;
	struct watch *watch;
	struct net_peer peer;
	enum phase phase;
	struct buf in, out, message;
	struct str helo, from, recipients[SMTP_RECIPIENTS_MAX];
	unsigned recipient_count, accepted;     /* accepted: recipients that an LMTP answer is due for */
	struct arena *arena;                    /* of the transaction */
	bool has_from, line_start, too_long, closing, dead, greeted;
	unsigned errors;
	int64_t heard_us;
};

struct smtp {
	struct loop *loop;
	struct smtp_options o;
	struct watch *watch;
	struct timer *sweep;
	struct session *first;
	unsigned count;
	struct smtp_stats stats;
	char name[256];
};

static void session_free(struct session *s)
{
	struct smtp *m = s->server;
	if (s->prev)
		s->prev->next = s->next;
	else
		m->first = s->next;
	if (s->next)
		s->next->prev = s->prev;
	m->count--;
	watch_free(s->watch);
	net_hang_up(s->fd);
	buf_done(&s->in);
	buf_done(&s->out);
	buf_done(&s->message);
	arena_free(s->arena);
	free(s);
}

/* With a put under way the session stays until its done came. */
static void session_end(struct session *s)
{
	if (s->phase == PHASE_WAIT) {
		s->dead = true;
		watch_set(s->watch, 0);
		return;
	}
	session_free(s);
}

static void reply(struct session *s, const char *line)
{
	buf_puts(&s->out, line);
	buf_puts(&s->out, "\r\n");
}

static void refuse(struct session *s, const char *line)
{
	reply(s, line);
	if (++s->errors >= SMTP_ERRORS_MAX) {
		reply(s, "421 4.7.0 too many errors");
		s->closing = true;
	}
}

static void forget_transaction(struct session *s)
{
	s->has_from = s->too_long = false;
	s->recipient_count = 0;
	buf_clear(&s->message);
	arena_reset(s->arena);
}

/* "<addr>" behind FROM: or TO:, and the parameters behind it. */
static bool take_path(struct str line, const char *word, struct str *ret_path, struct str *ret_params)
{
	struct str head = str_of(word);
	if (!str_starts_fold(line, head))
		return false;
	struct str rest = str_trim(str_sub(line, head.len, line.len));
	size_t end = str_chr(rest, '>');
	if (!rest.len || rest.ptr[0] != '<' || end == SIZE_MAX)
		return false;
	*ret_path = str_sub(rest, 1, end - 1);
	*ret_params = str_trim(str_sub(rest, end + 1, rest.len));
	/* RFC 5321 4.1.1.3: a source route is ignored */
	size_t colon = ret_path->len && ret_path->ptr[0] == '@' ? str_chr(*ret_path, ':') : SIZE_MAX;
	if (colon != SIZE_MAX)
		*ret_path = str_sub(*ret_path, colon + 1, ret_path->len);
	for (size_t i = 0; i < ret_path->len; i++)
		if ((unsigned char)ret_path->ptr[i] < ' ' || ret_path->ptr[i] == 0x7f)
			return false;
	return ret_path->len <= 512;
}

static void mail_from(struct session *s, struct str args)
{
	struct str path, params, one;
	uint64_t size;
	if (s->has_from) {
		refuse(s, "503 5.5.1 a transaction is open");
		return;
	}
	if (!take_path(args, "FROM:", &path, &params)) {
		refuse(s, "501 5.1.7 MAIL FROM:<address>");
		return;
	}
	while (str_split(&params, ' ', &one)) {
		bool is_size = str_starts_fold(one, STR("SIZE="));
		if (is_size && str_to_u64(str_sub(one, 5, one.len), UINT64_MAX, &size) != OK) {
			refuse(s, "501 5.5.4 SIZE is a number");
			return;
		}
		if (is_size && size > s->server->o.message_bytes) {
			refuse(s, "552 5.3.4 longer than we take");
			return;
		}
		/* RFC 5321 4.1.1.11; BINARYMIME would come by BDAT, which we do not offer */
		if (one.len && !is_size && !str_eq_fold(one, STR("SMTPUTF8")) && !str_eq_fold(one, STR("BODY=8BITMIME")) && !str_eq_fold(one, STR("BODY=7BIT"))) {
			refuse(s, "555 5.5.4 a parameter that we did not offer");
			return;
		}
	}
	if (s->server->o.sink.refuses(s->server->o.sink.state, CLASS_COMPLAINT)) {
		s->server->stats.tempfailed++;
		reply(s, "452 4.3.1 no room now, come again");
		return;
	}
	s->from = str_copy(s->arena, path);
	s->has_from = true;
	reply(s, "250 2.1.0 go on");
}

static void rcpt_to(struct session *s, struct str args)
{
	struct str path, params;
	if (!s->has_from) {
		refuse(s, "503 5.5.1 MAIL first");
		return;
	}
	if (!take_path(args, "TO:", &path, &params) || !path.len) {
		refuse(s, "501 5.1.3 RCPT TO:<address>");
		return;
	}
	if (params.len) {
		refuse(s, "555 5.5.4 a parameter that we did not offer");
		return;
	}
	size_t at = path.len;
	while (at && path.ptr[at - 1] != '@')
		at--;
	struct str domain = at ? str_sub(path, at, path.len) : STR_NONE;
	if (s->server->o.domain.len && domain.len && !str_eq_fold(domain, s->server->o.domain)) {
		refuse(s, "550 5.7.1 not ours: we relay nothing");
		return;
	}
	if (s->recipient_count == SMTP_RECIPIENTS_MAX) {
		reply(s, "452 4.5.3 too many recipients");
		return;
	}
	s->recipients[s->recipient_count++] = str_copy(s->arena, path);
	reply(s, "250 2.1.5 go on");
}

static void hello(struct session *s, struct str verb, struct str args)
{
	bool lhlo = str_eq_fold(verb, STR("LHLO")), helo = str_eq_fold(verb, STR("HELO"));
	if (lhlo != s->server->o.lmtp) {
		refuse(s, s->server->o.lmtp ? "500 5.5.1 LHLO, please" : "500 5.5.1 EHLO, please");
		return;
	}
	forget_transaction(s);
	s->greeted = true;
	(void)args;
	if (helo) {
		buf_printf(&s->out, "250 %s\r\n", s->server->name);
		return;
	}
	buf_printf(&s->out, "250-%s\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-ENHANCEDSTATUSCODES\r\n250 SIZE %llu\r\n", s->server->name,
		(unsigned long long)s->server->o.message_bytes);
}

static void command(struct session *s, struct str line)
{
	size_t space = str_chr(line, ' ');
	struct str verb = str_sub(line, 0, space), args = space == SIZE_MAX ? STR_NONE : str_trim(str_sub(line, space + 1, line.len));
	if (str_eq_fold(verb, STR("EHLO")) || str_eq_fold(verb, STR("HELO")) || str_eq_fold(verb, STR("LHLO"))) {
		hello(s, verb, args);
	} else if (str_eq_fold(verb, STR("NOOP"))) {
		reply(s, "250 2.0.0 ok");
	} else if (str_eq_fold(verb, STR("QUIT"))) {
		reply(s, "221 2.0.0 bye");
		s->closing = true;
	} else if (str_eq_fold(verb, STR("RSET"))) {
		forget_transaction(s);
		reply(s, "250 2.0.0 ok");
	} else if (!s->greeted) {
		refuse(s, "503 5.5.1 say hello first");
	} else if (str_eq_fold(verb, STR("MAIL"))) {
		mail_from(s, args);
	} else if (str_eq_fold(verb, STR("RCPT"))) {
		rcpt_to(s, args);
	} else if (str_eq_fold(verb, STR("DATA"))) {
		if (!s->recipient_count) {
			refuse(s, "503 5.5.1 RCPT first");
			return;
		}
		s->phase = PHASE_DATA;
		s->line_start = true;
		reply(s, "354 go on; end with a lone dot");
	} else if (str_eq_fold(verb, STR("VRFY"))) {
		reply(s, "252 2.5.2 send it and see");
	} else {
		refuse(s, "500 5.5.2 not understood");
	}
}

static void flush(struct session *s);
static void work(struct session *s);

static void answer_all(struct session *s, const char *line)
{
	for (unsigned i = 0; i < (s->server->o.lmtp ? s->accepted : 1); i++)
		reply(s, line);
}

static void on_durable(void *arg, enum err e, const struct position *at)
{
	struct session *s = arg;
	char line[128], text[POSITION_TEXT_MAX];
	s->phase = PHASE_COMMAND;
	s->heard_us = clock_monotonic_us();
	if (s->dead) {
		session_free(s);
		return;
	}
	if (e == OK) {
		position_print(at, text);
		(void)snprintf(line, sizeof(line), "250 2.6.0 kept as %s", text);
		s->server->stats.messages++;
		answer_all(s, line);
	} else {
		s->server->stats.tempfailed++;
		answer_all(s, "451 4.3.0 could not be kept, come again");
	}
	forget_transaction(s);
	work(s);
}

static struct str make_meta(struct session *s)
{
	struct buf b;
	struct jsonw w;
	char peer[NET_TEXT_MAX];
	net_print(&s->peer, peer);
	buf_init(&b, ITEM_META_MAX);
	jsonw_init(&w, &b);
	jsonw_object(&w, NULL);
	jsonw_str(&w, "listener", s->server->o.lmtp ? STR("lmtp") : STR("smtp"));
	jsonw_str(&w, "peer", str_of(peer));
	jsonw_str(&w, "from", s->from);
	jsonw_array(&w, "to");
	for (unsigned i = 0; i < s->recipient_count; i++)
		jsonw_str(&w, NULL, s->recipients[i]);
	jsonw_end(&w, ']');
	jsonw_end(&w, '}');
	struct str meta = b.err ? STR("{}") : str_copy(s->arena, buf_str(&b));
	buf_done(&b);
	return meta;
}

static void data_end(struct session *s)
{
	s->phase = PHASE_COMMAND;
	s->accepted = s->recipient_count;
	if (s->too_long) {
		s->server->stats.refused++;
		answer_all(s, "552 5.3.4 longer than we take");
		forget_transaction(s);
		return;
	}
	struct sink_item item = { .item_class = CLASS_COMPLAINT, .source = s->server->o.source, .received_at = clock_wall_at(), .meta = make_meta(s),
		.payload = buf_str(&s->message) };
	enum err e = s->server->o.sink.put(s->server->o.sink.state, &item, on_durable, s);
	if (e == OK) {
		s->phase = PHASE_WAIT;
		return;
	}
	s->server->stats.tempfailed++;
	answer_all(s, e == ERR_LIMIT ? "552 5.3.4 longer than we take" : "452 4.3.1 no room now, come again");
	forget_transaction(s);
}

/* One line of data with its CRLF; a lone dot ends it. */
static void data_line(struct session *s, struct str line)
{
	bool whole = line.len >= 2 && line.ptr[line.len - 2] == '\r' && line.ptr[line.len - 1] == '\n';
	if (s->line_start && whole && line.len == 3 && line.ptr[0] == '.') {
		data_end(s);
		return;
	}
	/* RFC 5321 4.5.2 */
	if (s->line_start && line.len && line.ptr[0] == '.')
		line = str_sub(line, 1, line.len);
	s->line_start = whole;
	if (s->message.len + line.len > s->server->o.message_bytes) {
		s->too_long = true;
		buf_clear(&s->message);
	}
	if (!s->too_long)
		buf_put(&s->message, line);
}

/* The next command line or piece of data in s->in; false when there is none yet. */
static bool next_piece(struct session *s, struct str rest, struct str *ret_piece)
{
	size_t end = str_chr(rest, '\n');
	if (end != SIZE_MAX) {
		*ret_piece = str_sub(rest, 0, end + 1);
		return true;
	}
	*ret_piece = rest;
	/* data goes on in pieces when a line never ends; the last byte may be half of a CRLF */
	if (s->phase == PHASE_DATA && rest.len > READ_BYTES / 2) {
		ret_piece->len--;
		return true;
	}
	return false;
}

static void work(struct session *s)
{
	size_t done = 0;
	struct str piece;
	while (!s->closing && s->phase != PHASE_WAIT && next_piece(s, str_sub(buf_str(&s->in), done, s->in.len), &piece)) {
		done += piece.len;
		if (s->phase == PHASE_DATA) {
			data_line(s, piece);
			continue;
		}
		if (piece.len > SMTP_LINE_MAX)
			refuse(s, "500 5.5.2 the line is too long");
		else
			command(s, str_trim(piece));
	}
	/* time runs from the last whole line: a byte now and then holds no session */
	if (done)
		s->heard_us = clock_monotonic_us();
	buf_cut_front(&s->in, done);
	if (s->phase == PHASE_COMMAND && s->in.len > SMTP_LINE_MAX) {
		refuse(s, "500 5.5.2 the line is too long");
		s->closing = true;
	}
	flush(s);
}

static void flush(struct session *s)
{
	size_t n = 0;
	if (s->out.len) {
		enum err e = net_write(s->fd, buf_str(&s->out), &n);
		if (e && e != ERR_AGAIN) {
			s->server->stats.broken++;
			session_end(s);
			return;
		}
		buf_cut_front(&s->out, n);
	}
	if (s->closing && !s->out.len) {
		session_end(s);
		return;
	}
	/* a peer that does not read its answers is not read either */
	bool full = s->out.len > OUT_BYTES_MAX / 2 || s->phase == PHASE_WAIT || s->closing;
	watch_set(s->watch, (full ? 0u : LOOP_READ) | (s->out.len ? LOOP_WRITE : 0u));
}

static void on_session(void *arg, int fd, unsigned events)
{
	struct session *s = arg;
	static char bytes[READ_BYTES];
	size_t n = 0;
	if (events & LOOP_READ) {
		enum err e = net_read(fd, bytes, sizeof(bytes), &n);
		if (e && e != ERR_AGAIN) {
			s->server->stats.broken += s->phase == PHASE_DATA;
			session_end(s);
			return;
		}
		buf_put(&s->in, (struct str){ bytes, n });
	}
	if (n)
		work(s);
	else
		flush(s);
}

static unsigned sessions_of(const struct smtp *m, const struct net_peer *p)
{
	unsigned n = 0;
	for (const struct session *s = m->first; s; s = s->next)
		n += !p->is_unix && addr_eq(&s->peer.addr, &p->addr);
	return n;
}

static void on_accept(void *arg, int fd, unsigned events)
{
	struct smtp *m = arg;
	struct net_peer peer;
	int client;
	enum err e;
	(void)events;
	while ((e = net_accept(fd, &client, &peer)) == OK) {
		size_t ignored;
		if (m->count >= SMTP_SESSIONS_MAX || (!peer.is_unix && sessions_of(m, &peer) >= SMTP_SESSIONS_PER_ADDRESS)) {
			m->stats.tempfailed++;
			if (net_write(client, STR("421 4.7.0 too many connections, come again\r\n"), &ignored) != OK)
				m->stats.broken++;
			net_close(client);
			continue;
		}
		struct session *s = calloc(1, sizeof(*s));
		if (!s || !(s->arena = arena_new("smtp", 1 << 20)) || watch_new(m->loop, client, LOOP_READ, on_session, s, &s->watch) != OK) {
			if (s)
				arena_free(s->arena);
			free(s);
			net_close(client);
			continue;
		}
		s->server = m;
		s->fd = client;
		s->peer = peer;
		s->heard_us = clock_monotonic_us();
		buf_init(&s->in, 2 * READ_BYTES + SMTP_LINE_MAX);
		buf_init(&s->out, OUT_BYTES_MAX);
		buf_init(&s->message, m->o.message_bytes + READ_BYTES);
		s->next = m->first;
		if (s->next)
			s->next->prev = s;
		m->first = s;
		m->count++;
		m->stats.sessions++;
		buf_printf(&s->out, "220 %s %s aupd\r\n", m->name, m->o.lmtp ? "LMTP" : "ESMTP");
		flush(s);
	}
	/* out of descriptors: the connection stays in the queue and would wake us without end; the sweep listens again */
	if (e != ERR_AGAIN)
		watch_set(m->watch, 0);
}

static void on_sweep(void *arg)
{
	struct smtp *m = arg;
	int64_t now = clock_monotonic_us();
	watch_set(m->watch, LOOP_READ);
	for (struct session *s = m->first, *next; s; s = next) {
		next = s->next;
		if (s->phase != PHASE_WAIT && now - s->heard_us > SMTP_IDLE_S * SECOND_US) {
			reply(s, "421 4.4.2 nothing came for too long");
			s->closing = true;
			flush(s);
		}
	}
}

enum err smtp_open(struct loop *l, const struct smtp_options *options, struct smtp **ret_smtp, struct why *why)
{
	struct smtp *m = calloc(1, sizeof(*m));
	if (!m)
		return why_set(why, ERR_NOMEM, "no memory for a listener");
	m->loop = l;
	m->o = *options;
	(void)snprintf(m->name, sizeof(m->name), "%s", options->name);
	enum err e = watch_new(l, options->listen_fd, LOOP_READ, on_accept, m, &m->watch);
	if (e == OK)
		e = timer_new(l, on_sweep, m, &m->sweep);
	if (e) {
		watch_free(m->watch);
		free(m);
		return why_set(why, e, "cannot listen");
	}
	timer_set(m->sweep, SWEEP_S * SECOND_US, SWEEP_S * SECOND_US);
	*ret_smtp = m;
	return OK;
}

void smtp_close(struct smtp *m)
{
	if (!m)
		return;
	watch_free(m->watch);
	timer_free(m->sweep);
	while (m->first) {
		m->first->phase = PHASE_COMMAND;
		session_free(m->first);
	}
	free(m);
}

void smtp_stats(const struct smtp *m, struct smtp_stats *ret_stats)
{
	*ret_stats = m->stats;
}
