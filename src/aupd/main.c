/*
 * aupd: the daemon. Without --role it is the keeper; with --role it is that role of a keeper that started it.
 */
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "aupd/keeper.h"
#include "aupd/role.h"

static int usage(FILE *out, int status)
{
	(void)fprintf(out, "usage: aupd [-c FILE] [-S] [-t]\n\n"
			   "  -c, --config FILE   configuration (" AUPD_SYSCONFDIR "/aupd/aupd.conf)\n"
			   "  -S, --service       refuse the test clock, and roles that stay root\n"
			   "  -t, --check         check the configuration and stop\n"
			   "      --version       print the version\n");
	return status;
}

static int check(const char *path, bool in_service)
{
	struct config *c;
	struct why why = { .line = 0 };
	struct buf out;
	if (keeper_config(path, in_service, &c, &why) == OK) {
		config_free(c);
		return 0;
	}
	buf_init(&out, 1 << 16);
	config_explain(path, &why, &out);
	(void)fprintf(stderr, "aupd: %.*s", STR_ARG(buf_str(&out)));
	buf_done(&out);
	return 1;
}

int main(int argc, char **argv)
{
	static const struct option options[] = { { "config", required_argument, NULL, 'c' }, { "check", no_argument, NULL, 't' }, { "service", no_argument, NULL, 'S' },
		{ "role", required_argument, NULL, 'r' },
		{ "version", no_argument, NULL, 'v' }, { "help", no_argument, NULL, 'h' }, { NULL, 0, NULL, 0 } };
	const char *config = AUPD_SYSCONFDIR "/aupd/aupd.conf";
	static char self[PATH_MAX];
	bool only_check = false, in_service = false;
	int o;
	while ((o = getopt_long(argc, argv, "c:Sth", options, NULL)) != -1)
		switch (o) {
		case 'c': config = optarg; break;
		case 'S': in_service = true; break;
		case 't': only_check = true; break;
		case 'r':
			for (int r = 0; r < ROLE_COUNT; r++)
				if (strcmp(optarg, role_words[r]) == 0)
					return role_main((enum role_name)r);
			return usage(stderr, 2);
		case 'v': (void)printf("aupd %s\n", AUPD_VERSION); return 0;
		case 'h': return usage(stdout, 0);
		default: return usage(stderr, 2);
		}
	if (optind != argc)
		return usage(stderr, 2);
	if (only_check)
		return check(config, in_service);
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	if (n < 0) {
		perror("aupd: /proc/self/exe");
		return 1;
	}
	return keeper_main(config, self, in_service);
}
