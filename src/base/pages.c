/*
 * Pages. See pages.h. Lengths are rounded up to whole pages by the kernel, alike in all three calls.
 */
#include "base/pages.h"

#include <sys/mman.h>

void *pages_alloc(size_t bytes)
{
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return p == MAP_FAILED ? NULL : p;
}

void *pages_alloc_large(size_t bytes)
{
	void *p = pages_alloc(bytes);
	/* a wish: without it, it is slower */
	if (p)
		(void)madvise(p, bytes, MADV_HUGEPAGE);
	return p;
}

void *pages_resize(void *p, size_t bytes, size_t new_bytes)
{
	void *grown = mremap(p, bytes, new_bytes, MREMAP_MAYMOVE);
	return grown == MAP_FAILED ? NULL : grown;
}

void pages_free(void *p, size_t bytes)
{
	if (p)
		(void)munmap(p, bytes);
}
