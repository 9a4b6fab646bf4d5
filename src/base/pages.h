/*
 * Memory in whole pages straight from the kernel, for tables that are many, large, and grow: what is behind their end costs
 * nothing until it is written, what is given back is free for everybody, and growing copies nothing. Smaller things are malloc's.
 */
#ifndef AUPD_BASE_PAGES_H
#define AUPD_BASE_PAGES_H

#include <stddef.h>

void *pages_alloc(size_t bytes);                                /* zeroed; NULL when the system has none */
/* The same in large pages, where the system has them: for what is used from its beginning on, and asked for here and there. */
void *pages_alloc_large(size_t bytes);
void *pages_resize(void *p, size_t bytes, size_t new_bytes);      /* may move, new bytes are zero; NULL: p is as it was */
void pages_free(void *p, size_t bytes);                         /* accepts NULL */

#endif
