/*
 * Which sessions a subject has now, what became of one, and what names it to its server.
 */
#include <fcntl.h>
#include <unistd.h>

#include "attribution/session_identity.h"
#include "attribution/session_who.h"
#include "base/file.h"
#include "base/seal.h"
#include "session_world.h"
#include "tap.h"

static struct session_world w;
static session_ref last_ref;

static enum err heard(void *arg, const struct session_heard *h, struct why *why)
{
	(void)arg;
	(void)why;
	last_ref = h->ref;
	return OK;
}

static session_ref say(enum accounting_status status, const char *session, const char *user, unsigned at_s)
{
	struct accounting e = { .status = status, .nas = STR("nas"), .session = str_of(session), .user = str_of(user), .event_at = WORLD_AT + (int64_t)at_s * SECOND_US, .lasted_us = -1 };
	e.received_at = e.event_at;
	last_ref = 0;
	session_world_take(&w, &e);
	return last_ref;
}

static size_t open_of(const char *user, struct session_now list[4])
{
	struct binding_subject s;
	return world_name(NULL, str_of(user), &s) == OK ? session_of_subject(w.book, &s, list, 4) : 0;
}

static void lists(void)
{
	struct session_now list[4], now;
	char name[16];
	session_ref a = say(ACCOUNTING_START, "A", "u1", 0);
	(void)say(ACCOUNTING_START, "C", "u2", 0);
	OK_(session_index_subjects(w.book) == OK && session_index_subjects(w.book) == OK, "the lists are made of what is there");
	session_ref b = say(ACCOUNTING_START, "B", "u1", 1);
	(void)say(ACCOUNTING_START, "N", "nobody", 2);
	IS_INT(open_of("u1", list), 2, "both sessions of one");
	OK_((list[0].ref == a && list[1].ref == b) || (list[0].ref == b && list[1].ref == a), "these two");
	IS_INT(open_of("u2", list), 1, "the one of the other");
	IS_INT(open_of("nobody", list), 0, "none of nobody");
	OK_(session_look(w.book, a, &now) && now.open && !now.interim, "one is open");
	(void)say(ACCOUNTING_INTERIM, "A", "u1", 400);
	OK_(session_look(w.book, a, &now) && now.interim && now.seen_s == binding_floor(WORLD_AT + 400 * SECOND_US), "and goes on");
	(void)say(ACCOUNTING_STOP, "A", "u1", 500);
	OK_(session_look(w.book, a, &now) && !now.open && !now.inferred, "it is over by its Stop");
	IS_INT(open_of("u1", list), 1, "then there is one");
	OK_(!session_look(w.book, a ^ 1, &now), "one that is not in the book");
	/* more sessions than there are lists, so that subjects fall together; they go in another order than they came */
	for (unsigned i = 10; i < 42; i++) {
		(void)snprintf(name, sizeof(name), "u%u", i);
		(void)say(ACCOUNTING_START, name, name, i);
	}
	for (unsigned i = 10; i < 42; i += 3) {
		(void)snprintf(name, sizeof(name), "u%u", i);
		(void)say(ACCOUNTING_STOP, name, name, 600);
	}
	/* a day later the ended ones are forgotten */
	(void)say(ACCOUNTING_START, "late", "u99", 100000);
	unsigned good = 0;
	for (unsigned i = 10; i < 42; i++) {
		(void)snprintf(name, sizeof(name), "u%u", i);
		good += open_of(name, list) == ((i - 10) % 3 != 0);
	}
	IS_INT(good, 32, "each list has what is open and nothing else");
}

static struct session_now from_to(uint32_t sure_s, uint32_t seen_s)
{
	return (struct session_now){ .sure_s = sure_s, .seen_s = seen_s };
}

static void at_once(void)
{
	struct session_now list[] = { from_to(100, 900), from_to(200, 400), from_to(341, 1000), from_to(850, 850), from_to(0, 1000) };
	IS_INT(session_at_once(list, 0, 60), 0, "none");
	IS_INT(session_at_once(list, 2, 60), 2, "one began while the other went on");
	IS_INT(session_at_once(list, 3, 60), 2, "the third began when the second was as good as over");
	IS_INT(session_at_once(list, 3, 59), 3, "or a moment before");
	IS_INT(session_at_once(list, 5, 60), 2, "one that was not heard of again is not sure, nor one of which nobody knows when it began");
	IS_INT(session_at_once(list + 3, 2, 0), 1, "but with no time to wait");
	list[0] = from_to(100, 200);
	list[1] = from_to(300, 400);
	IS_INT(session_at_once(list, 2, 0), 1, "one behind the other are one at once");
}

static void identities(void)
{
	static char dir_name[] = "/tmp/test-session-who-XXXXXX";
	char longer[ACCOUNTING_IDENTITY_MAX];
	struct session_identities *x = NULL;
	struct arena *arena = arena_new("test", 1 << 20);
	struct why why = { 0 };
	struct str got;
	int dir_fd;
	BUG_ON(!arena || !mkdtemp(dir_name) || file_open(AT_FDCWD, dir_name, O_RDONLY | O_DIRECTORY, 0, &dir_fd, &why) != OK);
	OK_(session_identities_open(w.book, dir_fd, &x, &why) == OK, "a file of identities");
	session_ref a = say(ACCOUNTING_START, "I1", "u201", 100100), b = say(ACCOUNTING_START, "I2", "u202", 100101);
	OK_(session_identity_get(x, arena, a, &got, &why) == ERR_NOTFOUND, "what was not noted is not known");
	memset(longer, 'x', sizeof(longer));
	struct str whole = { longer, sizeof(longer) };
	OK_(session_identity_note(x, a, STR("one"), &why) == OK && session_identity_note(x, b, whole, &why) == OK, "a short and a long one");
	OK_(session_identity_get(x, arena, a, &got, &why) == OK && str_eq(got, STR("one")), "the short one");
	OK_(session_identity_get(x, arena, b, &got, &why) == OK && str_eq(got, whole), "the long one");
	OK_(session_identity_note(x, b, STR("two"), &why) == OK && session_identity_get(x, arena, b, &got, &why) == OK && str_eq(got, STR("two")), "changed");
	struct str more = { longer, sizeof(longer) - 1 };
	OK_(session_identity_note(x, a, more, &why) == OK && session_identity_get(x, arena, a, &got, &why) == OK && str_eq(got, more), "and grown");
	OK_(session_identity_note(x, a ^ 1, STR("three"), &why) == ERR_NOTFOUND, "not of a session that is not in the book");
	/* its place is another's when it is forgotten */
	(void)say(ACCOUNTING_STOP, "I2", "u202", 100200);
	session_ref c = 0;
	for (unsigned i = 0; i < 40; i++) {
		char name[16];
		(void)snprintf(name, sizeof(name), "u%u", 300 + i);
		c = say(ACCOUNTING_START, name, name, 300000 + i);
		OK_(!c || session_identity_get(x, arena, c, &got, &why) == ERR_NOTFOUND, "a new session has no name of another one's");
	}
	OK_(session_identities_forget(x, &why) == OK && session_identity_get(x, arena, a, &got, &why) == ERR_NOTFOUND, "forgotten");
	OK_(session_identity_note(x, c, STR("four"), &why) == OK && session_identity_get(x, arena, c, &got, &why) == OK && str_eq(got, STR("four")), "and noted anew");
	session_identities_close(x);
	OK_(rmdir(dir_name) == 0, "nothing of it has a name");
	file_close(dir_fd);
	arena_free(arena);
}

int main(void)
{
	BUG_ON(seal_start() != OK);
	session_world_begin(&w, 64, 4096);
	w.heard = heard;
	lists();
	at_once();
	identities();
	session_world_end(&w);
	return tap_done();
}
