/*
 * Adds open cases to the store of a daemon that is not running, for console.py. Usage: fill DATA-DIRECTORY CASES FIRST-US, the last being the
 * time of the first, in microseconds.
 */
#include <fcntl.h>

#include "filled.h"

int main(int argc, char **argv)
{
	struct store *s;
	struct why why = { 0 };
	uint64_t cases, from_at;
	if (argc != 4 || str_to_u64(str_of(argv[2]), UINT32_MAX, &cases) != OK || str_to_u64(str_of(argv[3]), INT64_MAX, &from_at) != OK)
		return 2;
	int dir = open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bench_must(store_sqlite.open(dir, "aupd.db", STORE_WRITE, &s, &why), &why, "store");
	bench_fill(s, (unsigned)cases, (int64_t)from_at);
	store_sqlite.close(s);
	return 0;
}
