/*
 * Parts of aup case that stand in files of their own.
 */
#ifndef AUPD_AUP_CASE_H
#define AUPD_AUP_CASE_H

#include "aup/client.h"

/* The statements of reasons of a case, or of one act of it; EXIT_NO when there is none, or one that the database would refuse. */
int case_reasons(struct arena *a, const char *socket_path, const char *number, const char *act, bool json);

/* The letter that goes next; EXIT_OK when there is none, too. */
int case_notice(struct arena *a, const char *socket_path, const char *number, bool json);

#endif
