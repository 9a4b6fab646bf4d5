/*
 * References of sessions to numbers, against a list: as many come and go as a book has, some in places that meet.
 */
#include "attribution/session_book.h"
#include "binding_world.h"

enum { ROWS = 5000, TURNS = 400000 };

static struct session rows[ROWS];

int main(void)
{
	struct session_refs r;
	unsigned bad = 0, there = 0;
	BUG_ON(session_refs_init(&r, rows) != OK);
	for (unsigned i = 0; i < TURNS && !bad; i++) {
		/* more come than go, then more go than come */
		uint32_t n = dice(ROWS);
		bool comes = dice(10) < (i / 50000 % 2 ? 3U : 7U);
		if (comes && !rows[n].ref) {
			/* few upper halves, so that places alone tell little */
			rows[n].ref = ((uint64_t)dice(4) << 40 | dice(1U << 31) | 1) + n * UINT64_C(2);
			bad += session_refs_find(&r, rows[n].ref) != SESSION_NOBODY && rows[session_refs_find(&r, rows[n].ref)].ref != rows[n].ref;
			if (session_refs_find(&r, rows[n].ref) == n || session_refs_find(&r, rows[n].ref) == SESSION_NOBODY)
				bad += session_refs_add(&r, rows[n].ref, n) != OK;
			else
				rows[n].ref = 0;
			there += rows[n].ref != 0;
		} else if (!comes && rows[n].ref) {
			session_refs_remove(&r, rows[n].ref, n);
			rows[n].ref = 0;
			there--;
		}
		uint32_t k = dice(ROWS);
		if (rows[k].ref)
			bad += session_refs_find(&r, rows[k].ref) != k || session_refs_guess(&r, rows[k].ref) == SESSION_NOBODY;
		bad += session_refs_find(&r, UINT64_C(1) << 62 | i) != SESSION_NOBODY;
	}
	for (uint32_t n = 0; n < ROWS; n++)
		bad += rows[n].ref && session_refs_find(&r, rows[n].ref) != n;
	printf("# %u are there\n", there);
	OK_(!bad && there == r.count, "each is found under its own number, and nothing that is not there");
	session_refs_done(&r);
	return tap_done();
}
