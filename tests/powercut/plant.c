/*
 * The planted reader. See plant.h. The linker gives it to the roles (--wrap in meson.build).
 */
#include "plant.h"

#include "spool/reader.h"

static struct {
	enum plant plant;
	struct position from, to;       /* what is made up; from.segment 0: nothing yet */
	bool due, done;                 /* due: to be told by the next call */
} planted;

enum err __wrap_spool_reader_next(struct spool_reader *r, struct arena *a, struct spool_record *ret_record, struct why *why);
void __wrap_spool_reader_bad(const struct spool_reader *r, struct position *ret_from, struct position *ret_to);
enum err __real_spool_reader_next(struct spool_reader *r, struct arena *a, struct spool_record *ret_record, struct why *why);
void __real_spool_reader_bad(const struct spool_reader *r, struct position *ret_from, struct position *ret_to);

void plant_set(enum plant p)
{
	planted.plant = p;
}

static void make_up(struct position from, struct position to)
{
	planted.from = from;
	planted.to = to;
	planted.due = true;
}

enum err __wrap_spool_reader_next(struct spool_reader *r, struct arena *a, struct spool_record *ret_record, struct why *why)
{
	if (planted.due) {
		planted.done = true;
		planted.due = false;
		return why_set(why, ERR_CORRUPT, "planted");
	}
	planted.from.segment = 0;
	enum err e = __real_spool_reader_next(r, a, ret_record, why);
	if (planted.done)
		return e;
	if (e == OK && planted.plant == PLANT_WHOLE)
		make_up(ret_record->at, ret_record->next);
	if (e == ERR_CORRUPT && planted.plant == PLANT_TWICE) {
		__real_spool_reader_bad(r, &planted.from, &planted.to);
		planted.from.offset++;
		make_up(planted.from, planted.to);
	}
	return e;
}

void __wrap_spool_reader_bad(const struct spool_reader *r, struct position *ret_from, struct position *ret_to)
{
	__real_spool_reader_bad(r, ret_from, ret_to);
	if (planted.plant == PLANT_LONGER)
		ret_to->offset++;
	/* due: the true stretch is asked for first */
	if (planted.from.segment && !planted.due) {
		*ret_from = planted.from;
		*ret_to = planted.to;
	}
}
