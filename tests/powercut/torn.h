/*
 * The stretches of the spool that power cuts tore: whole records that no finished sync covered, and that are not there as they were
 * written. A reader cannot tell such a stretch from a damaged one, and may lay it before a person: once, and only it.
 */
#ifndef AUPD_TESTS_POWERCUT_TORN_H
#define AUPD_TESTS_POWERCUT_TORN_H

#include "model/item.h"

/* A file of a cut, as disk_cut tells of it: durable_len octets are covered, `written` is what it was to hold, `found` what it does. */
void torn_see(const char *path, size_t durable_len, struct str written, struct str found);
/* Nothing was told of any of them. */
void torn_begin(void);
/*
 * Is it of a torn stretch, of which nothing was told so far? It begins where the stretch begins and does not go beyond its end, and
 * no mail lies in it that was acknowledged.
 */
bool torn_takes(const struct item *item);

#endif
