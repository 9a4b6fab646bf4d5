/*
 * What a reporter states who was asked for the port, the time or the zone of his report, or whether he asks what became of it. Of his own words alone: the letter that he
 * quotes, the line above it and his signature name times and addresses too. Nothing is made up; what is said in two ways is unclear.
 */
#ifndef AUPD_FORMAT_SAID_H
#define AUPD_FORMAT_SAID_H

#include "model/item.h"

enum { SAID_BYTES_MAX = 16 << 10 /* of his words; longer ones are left to a person */ };

/* text: the body as it came. near: when; helps where a time has no year. NULL: nothing is stated, or there is no memory. */
struct said *said_read(struct arena *a, struct str text, int64_t near);

#endif
