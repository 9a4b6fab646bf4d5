/*
 * Builds that are broken on purpose where no sync is: the reader of the spool tells of damage that is none. What it tells of a torn
 * stretch is one thing, and everything besides it has to be seen.
 */
#ifndef AUPD_TESTS_POWERCUT_PLANT_H
#define AUPD_TESTS_POWERCUT_PLANT_H

enum plant {
	PLANT_NONE,
	PLANT_WHOLE,    /* of the first record that it gives it says besides that it is damaged */
	PLANT_LONGER,   /* a torn stretch reaches an octet too far */
	PLANT_TWICE     /* a torn stretch is told again from its second octet on */
};

void plant_set(enum plant p);

#endif
