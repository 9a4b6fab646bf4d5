/*
 * The OpenAPI 3.1 document of the table of routes.
 */
#ifndef AUPD_WEB_OPENAPI_H
#define AUPD_WEB_OPENAPI_H

#include "base/str.h"

enum { OPENAPI_BYTES_MAX = 4 << 20 };

void web_openapi(struct buf *out);

#endif
