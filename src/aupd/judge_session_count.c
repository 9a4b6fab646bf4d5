/*
 * How many sessions a customer has at once. See judge_session_count.h.
 */
#include "aupd/judge_session_count.h"

#include "attribution/session_who.h"
#include "aupd/judge_binding.h"

enum { FEED_SILENT_S = 900, SILENT_S = 7200, GONE_S = 86400, TOGETHER_S = 60 };

struct counting {
	const struct judge *j;
	struct session_now list[SESSION_COUNT_MAX];
	unsigned count;
};

static void add(struct counting *x, const struct binding_subject *subject)
{
	const unsigned room = SESSION_COUNT_MAX - x->count;
	size_t n = session_of_subject(x->j->bindings->sessions, subject, x->list + x->count, room);
	x->count += n < room ? (unsigned)n : room;
}

static bool is_heard(const struct judge *j, uint8_t feed)
{
	return j->bindings->heard[feed].heard_at + FEED_SILENT_S * SECOND_US >= j->fold.now;
}

/* The first `sure` of the list may be: the others are open as far as is known. */
static struct session_count_now look(struct counting *x)
{
	struct session_count_now now = { 0 };
	const int64_t now_s = x->j->fold.now / SECOND_US;
	unsigned kept = 0;
	uint32_t servers[SESSION_COUNT_MAX];
	for (unsigned i = 0; i < x->count; i++) {
		const struct session_now s = x->list[i];
		const bool heard = is_heard(x->j, s.feed);
		const uint32_t server = (uint32_t)(s.ref >> 40);
		unsigned k = 0;
		if (s.interim && heard && s.seen_s + GONE_S < now_s)
			continue;
		now.open++;
		while (k < now.servers && servers[k] != server)
			k++;
		if (k == now.servers)
			servers[now.servers++] = server;
		if (heard && s.seen_s + SILENT_S >= now_s)
			x->list[kept++] = s;
	}
	now.sure = session_at_once(x->list, kept, TOGETHER_S);
	return now;
}

struct session_count_now judge_session_count(const struct judge *j, struct str customer)
{
	struct counting x = { .j = j };
	struct binding_subject own = { 0 }, login;
	unsigned logins = 0;
	if (!j->bindings || !j->bindings->sessions || !j->bindings->book || session_index_subjects(j->bindings->sessions) != OK)
		return (struct session_count_now){ 0 };
	bool is_login = binding_book_key(j->bindings->book, customer, &own) == OK;
	if (is_login)
		add(&x, &own);
	for (const struct entity *e = NULL; logins < SESSION_COUNT_LOGINS_MAX && (e = registry_of(j->registry, ENTITY_LOGIN, customer, e)); logins++) {
		bool known = entity_valid_at(e, j->fold.now) && binding_book_key(j->bindings->book, e->resource, &login) == OK;
		/* a login may be named as the customer is */
		if (known && !(is_login && binding_subject_eq(&login, &own)))
			add(&x, &login);
	}
	return look(&x);
}
