/*
 * Conversations with PostgreSQL. See pq.h.
 */
#include "base/pq.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/addr.h"
#include "base/file.h"
#include "base/net.h"

enum { TALK_ARENA_MAX = 8 << 20, KEYS_MAX = 24, CONNINFO_ARENA_MAX = 1 << 20 };

struct talk {
	struct pq *pq;
	struct talk *next, *prev;
	PGconn *conn;
	struct watch *watch;
	struct timer *timer;
	struct arena *arena;            /* of the answer in hand */
	bool begun, connected, asked;
	pq_fn *fn;
	void *arg;
	struct str *values;
	unsigned rows, columns;
	struct pq_answer answer;        /* what the statement in hand came to, once told */
	bool told;
};

struct pq {
	struct loop *loop;
	struct arena *arena;
	const char *keys[KEYS_MAX], *values[KEYS_MAX];  /* of libpq, closed by NULL */
	unsigned key_count;
	int ca_fd;
	int64_t timeout_us;
	struct talk *running;
	unsigned count;
};

static void on_socket(void *arg, int fd, unsigned events);

static void end(struct talk *t)
{
	struct pq *p = t->pq;
	watch_free(t->watch);
	if (t->conn)
		PQfinish(t->conn);
	timer_free(t->timer);
	if (t->next)
		t->next->prev = t->prev;
	if (t->prev)
		t->prev->next = t->next;
	else
		p->running = t->next;
	p->count--;
	arena_free(t->arena);
	free(t);
}

static void fail(struct talk *t, struct str text)
{
	struct pq_statement none = { 0 };
	struct pq_answer a = { .state = !t->asked ? PQ_AWAY : PQ_LOST };
	(void)str_next_line(&text, &a.text);
	(void)t->fn(t->arg, &a, &none);
	end(t);
}

/* The library may have taken another socket; it keeps what it has heard. */
static bool listen_for(struct talk *t, unsigned events)
{
	watch_free(t->watch);
	t->watch = NULL;
	return PQsocket(t->conn) >= 0 && watch_new(t->pq->loop, PQsocket(t->conn), events, on_socket, t, &t->watch) == OK;
}

static bool send_statement(struct talk *t, const struct pq_statement *s)
{
	const char *values[PQ_PARAMS_MAX];
	BUG_ON(s->param_count > PQ_PARAMS_MAX);
	for (unsigned i = 0; i < s->param_count; i++)
		values[i] = str_c(t->arena, s->params[i]);
	t->values = ARENA_ARRAY(t->arena, struct str, (size_t)PQ_ROWS_MAX * PQ_COLUMNS_MAX);
	t->rows = t->columns = 0;
	t->told = false;
	t->answer = (struct pq_answer){ .state = PQ_ANSWERED };
	/* from here on it may have been heard */
	t->asked = true;
	if (!t->values || PQsendQueryParams(t->conn, s->sql, (int)s->param_count, NULL, values, NULL, NULL, 0) != 1 || PQsetSingleRowMode(t->conn) != 1)
		return false;
	int left = PQflush(t->conn);
	return left >= 0 && listen_for(t, left ? LOOP_READ | LOOP_WRITE : LOOP_READ);
}

/* What was told goes to the caller, who says what is next. */
static void pass_on(struct talk *t, const struct pq_answer *a)
{
	struct pq_statement next = { 0 };
	bool more = t->fn(t->arg, a, &next);
	if (!more || (a->state != PQ_READY && a->state != PQ_ANSWERED)) {
		end(t);
		return;
	}
	/* what the caller was shown is borrowed until here; the statement is his */
	arena_reset(t->arena);
	if (!send_statement(t, &next))
		fail(t, str_of(PQerrorMessage(t->conn)));
}

static bool take_row(struct talk *t, const PGresult *r)
{
	int columns = PQnfields(r);
	if (columns < 0 || columns > PQ_COLUMNS_MAX || PQntuples(r) != 1 || t->rows == PQ_ROWS_MAX)
		return false;
	t->columns = (unsigned)columns;
	for (int i = 0; i < columns; i++) {
		int len = PQgetlength(r, 0, i);
		if (len < 0 || len > PQ_VALUE_MAX)
			return false;
		struct str *value = &t->values[t->rows * t->columns + (unsigned)i];
		*value = PQgetisnull(r, 0, i) ? STR_NONE : str_copy(t->arena, (struct str){ PQgetvalue(r, 0, i), (size_t)len });
		if (value->len != (size_t)len)
			return false;
	}
	t->rows++;
	return true;
}

static void take_refusal(struct talk *t, const PGresult *r)
{
	const char *state = PQresultErrorField(r, PG_DIAG_SQLSTATE), *text = PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY);
	/* the library makes one up, without a state, where the connection broke */
	t->answer.state = state ? PQ_REFUSED : PQ_LOST;
	(void)snprintf(t->answer.sqlstate, sizeof(t->answer.sqlstate), "%s", state ? state : "");
	t->answer.text = str_copy(t->arena, str_of(text ? text : "the connection broke"));
}

/* False: more than is read. */
static bool take_result(struct talk *t, const PGresult *r)
{
	switch (PQresultStatus(r)) {
	case PGRES_SINGLE_TUPLE:
		return take_row(t, r);
	case PGRES_TUPLES_OK: case PGRES_COMMAND_OK:
		t->told = true;
		t->answer.command = str_copy(t->arena, str_of(PQcmdStatus((PGresult *)(uintptr_t)r)));
		return true;
	default:
		if (!t->told || t->answer.state == PQ_ANSWERED)
			take_refusal(t, r);
		t->told = true;
		return true;
	}
}

static void read_results(struct talk *t)
{
	if (PQconsumeInput(t->conn) != 1) {
		fail(t, str_of(PQerrorMessage(t->conn)));
		return;
	}
	while (!PQisBusy(t->conn)) {
		PGresult *r = PQgetResult(t->conn);
		if (!r) {
			struct pq_answer a = t->answer;
			if (!t->told)
				a = (struct pq_answer){ .state = PQ_LOST, .text = STR("the server told nothing") };
			a.values = t->values;
			a.rows = t->rows;
			a.columns = t->columns;
			pass_on(t, &a);
			return;
		}
		bool good = take_result(t, r);
		PQclear(r);
		if (!good) {
			fail(t, STR("the server tells more than is read"));
			return;
		}
	}
}

static void go_on_connecting(struct talk *t)
{
	watch_free(t->watch);
	t->watch = NULL;
	PostgresPollingStatusType now = PQconnectPoll(t->conn);
	if (now == PGRES_POLLING_FAILED || (now != PGRES_POLLING_OK && !listen_for(t, now == PGRES_POLLING_READING ? LOOP_READ : LOOP_WRITE))) {
		fail(t, str_of(PQerrorMessage(t->conn)));
		return;
	}
	if (now != PGRES_POLLING_OK)
		return;
	t->connected = true;
	const struct pq_answer ready = { .state = PQ_READY };
	if (PQsetnonblocking(t->conn, 1) != 0)
		fail(t, STR("the connection cannot be used without waiting"));
	else
		pass_on(t, &ready);
}

static void on_socket(void *arg, int fd, unsigned events)
{
	struct talk *t = arg;
	(void)fd;
	if (!t->connected) {
		go_on_connecting(t);
		return;
	}
	if (events & LOOP_WRITE) {
		int left = PQflush(t->conn);
		if (left < 0) {
			fail(t, str_of(PQerrorMessage(t->conn)));
			return;
		}
		if (!left)
			watch_set(t->watch, LOOP_READ);
	}
	if (events & LOOP_READ)
		read_results(t);
}

/* The first time it begins; then it is too late. */
static void on_timer(void *arg)
{
	struct talk *t = arg;
	if (t->begun) {
		fail(t, STR("the server does not answer in time"));
		return;
	}
	t->begun = true;
	timer_set(t->timer, t->pq->timeout_us, 0);
	t->conn = PQconnectStartParams(t->pq->keys, t->pq->values, 0);
	if (!t->conn || PQstatus(t->conn) == CONNECTION_BAD)
		fail(t, t->conn ? str_of(PQerrorMessage(t->conn)) : STR("no memory for a connection"));
	else if (!listen_for(t, LOOP_WRITE))
		fail(t, STR("no memory for a connection"));
}

enum err pq_begin(struct pq *p, pq_fn *fn, void *arg)
{
	if (p->count == PQ_RUNNING_MAX)
		return ERR_AGAIN;
	struct talk *t = calloc(1, sizeof(*t));
	if (!t || !(t->arena = arena_new("pq", TALK_ARENA_MAX)) || timer_new(p->loop, on_timer, t, &t->timer) != OK) {
		arena_free(t ? t->arena : NULL);
		free(t);
		return ERR_NOMEM;
	}
	t->pq = p;
	t->fn = fn;
	t->arg = arg;
	t->next = p->running;
	if (t->next)
		t->next->prev = t;
	p->running = t;
	p->count++;
	timer_set(t->timer, 0, 0);
	return OK;
}

static void set(struct pq *p, const char *key, struct str value)
{
	BUG_ON(p->key_count + 1 >= KEYS_MAX);
	p->keys[p->key_count] = key;
	p->values[p->key_count++] = str_c(p->arena, value);
}

/* "hostaddr" and "port"; of a Unix socket its directory. */
static enum err set_place(struct pq *p, const struct pq_options *o, struct why *why)
{
	char text[ADDR_TEXT_MAX];
	struct net_peer peer;
	if (o->address.len && o->address.ptr[0] == '/') {
		set(p, "host", o->address);
		return OK;
	}
	enum err e = net_parse(o->address, &peer, why);
	if (e)
		return e;
	if (!o->name.len && !addr_is_loopback(&peer.addr))
		return why_set(why, ERR_DENIED, "without TLS a database is spoken to on a loopback address only");
	addr_print(&peer.addr, text);
	set(p, "hostaddr", str_of(text));
	set(p, "port", str_format(p->arena, "%u", peer.port));
	if (o->name.len)
		set(p, "host", o->name);
	return OK;
}

/* Each that the library would otherwise look for in the environment or a home directory is given; there is nothing at /nonexistent. */
static void set_rest(struct pq *p, const struct pq_options *o)
{
	static const char *const nowhere[] = { "passfile", "sslcert", "sslkey", "sslcrl" };
	set(p, "dbname", o->database);
	set(p, "user", o->user);
	set(p, "password", o->password);
	set(p, "sslmode", o->name.len ? STR("verify-full") : STR("disable"));
	if (o->name.len) {
		set(p, "sslrootcert", str_format(p->arena, "/proc/self/fd/%d", p->ca_fd));
		set(p, "ssl_min_protocol_version", STR("TLSv1.2"));
	}
	for (size_t i = 0; i < sizeof(nowhere) / sizeof(nowhere[0]); i++)
		set(p, nowhere[i], STR("/nonexistent"));
	set(p, "gssencmode", STR("disable"));
	set(p, "client_encoding", STR("UTF8"));
	set(p, "application_name", STR("aupd"));
	set(p, "options", str_format(p->arena, "-c statement_timeout=%lld -c idle_in_transaction_session_timeout=%lld", (long long)(o->timeout_us / 2000),
		(long long)(o->timeout_us / 1000)));
}

enum err pq_open(struct loop *l, const struct pq_options *o, struct pq **ret_pq, struct why *why)
{
	struct pq *p = calloc(1, sizeof(*p));
	if (!p || !(p->arena = arena_new("pq", CONNINFO_ARENA_MAX))) {
		free(p);
		return why_set(why, ERR_NOMEM, "no memory to speak to a database");
	}
	p->loop = l;
	p->timeout_us = o->timeout_us;
	p->ca_fd = -1;
	enum err e = set_place(p, o, why);
	if (e == OK && o->name.len)
		e = file_memory(o->ca, &p->ca_fd, why);
	if (e == OK)
		set_rest(p, o);
	if (e)
		pq_close(p);
	else
		*ret_pq = p;
	return e;
}

void pq_close(struct pq *p)
{
	if (!p)
		return;
	while (p->running)
		end(p->running);
	file_close(p->ca_fd);
	arena_free(p->arena);
	free(p);
}
