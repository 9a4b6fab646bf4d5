/*
 * What the desk reads for the API: cases, their stories, items, acts, policies, entities, counts.
 */
#ifndef AUPD_AUPD_DESK_READ_H
#define AUPD_AUPD_DESK_READ_H

#include "base/httpd.h"
#include "base/ometric.h"
#include "store/store.h"

enum { FIGURE_PAGES_MAX = 16 };

struct desk_store {
	const struct store_driver *driver;
	struct store *store;            /* opened at the first request: the judge makes the file */
	int data_fd;
	const char *name;
	bool has_judge;                 /* commands can be passed on */
	struct ometrics figures[FIGURE_PAGES_MAX];      /* of the roles */
	unsigned figure_count;
};

/* GET paths: see aupd-api(7). */
enum err desk_read(struct desk_store *d, struct http_request *r, struct str *ret_body, struct why *why) MUST_CHECK;
void desk_store_close(struct desk_store *d);

#endif
