/*
 * aup check: is this configuration good, and what does it say in full? See config.h.
 *
 * Reads the file by the very tables that the daemon reads it by, and prints it in its normal form: one spacing, no comments,
 * each default written out. The maps that it names are checked too. Never speaks to the daemon. What it prints may hold the secret of webhooks, as the file does.
 */
#include <stdio.h>

#include "aup/aup.h"
#include "aup/policy.h"
#include "format/maps.h"
#include "model/config.h"

enum { DUMP_BYTES_MAX = 8 << 20 };

int cmd_check(int argc, char **argv)
{
	const char *path = cli_value(&argc, argv, "-c"), *config = cli_value(&argc, argv, "--config");
	struct why why = { .line = 0 };
	struct config *c;
	struct buf out;
	if (argc != 1 || (path && config))
		return cli_usage("check");
	path = path ? path : config ? config : AUPD_SYSCONFDIR "/aupd/aupd.conf";
	buf_init(&out, DUMP_BYTES_MAX);
	if (config_read(path, &c, &why) == OK) {
		const struct maps *maps;
		bool good = maps_read(c->arena, c->all.maps, c->all.map_count, &maps, &why) == OK;
		if (good)
			config_dump(c, &out);
		config_free(c);
		if (good)
			return policy_print(&out);
	}
	config_explain(path, &why, &out);
	(void)fprintf(stderr, "aup: %.*s", STR_ARG(buf_str(&out)));
	buf_done(&out);
	return EXIT_NO;
}
