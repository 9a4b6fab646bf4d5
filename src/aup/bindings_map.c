/*
 * aup bindings map FILE: the blocks of ports that a NAT assigns by rule, as the CSV that `aup bindings import` takes. Needs no daemon.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "attribution/cgnat_map.h"
#include "aup/aup.h"
#include "aup/bindings.h"
#include "base/file.h"

enum { RULE_BYTES_MAX = 4 << 20 };

static void print_rule(const struct cgnat_rule *r)
{
	char from[TIME_TEXT_MAX], until[TIME_TEXT_MAX] = "";
	time_print(r->from_at, from);
	if (r->until_at != TIME_NONE)
		time_print(r->until_at, until);
	for (uint32_t n = 0; n < cgnat_rule_count(r); n++) {
		char inside[ADDR_TEXT_MAX], outside[ADDR_TEXT_MAX];
		struct binding b = cgnat_rule_binding(r, n);
		struct addr behind = cgnat_rule_inside(r, n);
		addr_print(&b.prefix.addr, outside);
		addr_print(&behind, inside);
		(void)printf("%s,inside:%s,%s,%s,%u,%u,assignment\n", outside, inside, from, until, b.port_from, b.port_to);
	}
}

int bindings_map(const char *path)
{
	struct arena *a = arena_new("map", CLI_BYTES_MAX), *row = arena_new("rule", RULE_BYTES_MAX);
	struct why why = { .line = 0 };
	struct cgnat_map m;
	struct cgnat_rule r;
	struct str text;
	enum err e = a && row ? file_read_all(a, AT_FDCWD, strcmp(path, "-") == 0 ? "/dev/stdin" : path, BINDINGS_FILE_MAX, &text, &why) : why_set(&why, ERR_NOMEM, "no memory");
	/* all of it is read before the first row is written */
	for (int round = 0; e == OK && round < 2; round++) {
		e = cgnat_map_open(&m, row, path, text, &why);
		if (e == OK && round)
			(void)puts("address,subject,start,end,port_from,port_to,kind");
		while (e == OK && (e = cgnat_map_next(&m, row, &r, &why)) == OK) {
			if (round)
				print_rule(&r);
			arena_reset(row);
		}
		e = e == ERR_NOTFOUND ? OK : e;
	}
	arena_free(a);
	arena_free(row);
	return e ? cli_fail(&why) : EXIT_OK;
}
