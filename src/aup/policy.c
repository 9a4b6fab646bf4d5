/*
 * aup policy: what can be asked of a policy without a daemon.
 *
 * Reads files and prints; never writes one and never speaks to the daemon. The same code loads and checks what the daemon
 * posts. Exit codes: 0 the policy is good, 1 something is wrong with it, 2 wrong usage.
 */
#include "aup/policy.h"

#include <stdio.h>
#include <string.h>

#include "aup/aup.h"
#include "base/json.h"
#include "policy/directory.h"

enum { POLICY_ARENA_MAX = 256 << 20 };

/* What the drivers that ship can do; the daemon asks its own list. */
static const struct driver_ability drivers[] = {
	{ "nft", true, true, false }, { "webhook", true, true, true }, { "radius-disconnect", true, false, true },
	{ "radius-coa", true, true, false }, { "aaa-sql", true, true, false }, { "aaa-rest", true, true, false }, { "null", true, true, true }, { "task", true, true, true },
	{ NULL, false, false, false },
};

static const struct {
	const char *name, *arguments, *doc;
	int (*run)(int argc, char **argv, bool json);
} subcommands[] = {
	{ "check", "[--json] PATH", "load a policy, hold it against every check and play its tests", policy_cmd_check },
	{ "test", "[--json] PATH [NAME]", "play the inline tests in virtual time and list them", policy_cmd_test },
	{ "show", "[--json] PATH [CLAUSE | LADDER]", "the policy in its normal form, or one clause or ladder of it", policy_cmd_show },
	{ "coverage", "[--json] [--config FILE] [--sources LIST] PATH | --live [--socket PATH]", "for each clause, what could tell today that it was broken", policy_cmd_coverage },
	{ "list", "[--json] [--socket PATH]", "the versions that were posted, and the drafts", policy_cmd_list },
	{ "draft", "[--json] [--socket PATH] PATH | remove VERSION", "keep a version at the daemon that is to be tried and posted later", policy_cmd_draft },
	{ "post", "[--json] [--minor] [--socket PATH] PATH | --draft VERSION", "give a version to the daemon: it binds from its effective time", policy_cmd_post },
	{ "diff", "[--json] OLD NEW", "what changed between two versions", policy_cmd_diff },
	{ "backtest", "[--json] [--all] [--keep] [--from TIME] [--to TIME] [--save FILE] [--socket PATH] DRAFT | --draft VERSION | --export FILE DRAFT",
		"what a draft would have made of what was reported, beside the versions in force", policy_cmd_backtest },
	{ "shadow", "[--json] [--socket PATH] DRAFT | --draft VERSION | off | show [--all]", "try a draft beside what is in force; what it would have made of all since then",
		policy_cmd_shadow },
	{ "publish", "[--check] [--config FILE] [--socket PATH] DIR", "every posted version as a static page, and an index", policy_cmd_publish },
	{ "mailboxes", "[--json | --rdap] [--config FILE]", "where the provider is to be reached, and the RDAP entity of its abuse desk", policy_cmd_mailboxes },
	{ NULL, NULL, NULL, NULL },
};

static void fail_json(const struct why *why)
{
	struct buf out;
	struct jsonw w;
	buf_init(&out, 1 << 16);
	jsonw_init(&w, &out);
	jsonw_object(&w, NULL);
	jsonw_bool(&w, "ok", false);
	jsonw_str(&w, "file", str_of(why->file));
	jsonw_int(&w, "line", why->line);
	jsonw_int(&w, "column", why->column);
	jsonw_str(&w, "text", str_of(why->text));
	jsonw_str(&w, "hint", str_of(why->hint));
	jsonw_end(&w, '}');
	(void)printf("%.*s\n", STR_ARG(buf_str(&out)));
	buf_done(&out);
}

static void fail_text(struct arena *a, const struct bundle *b, const struct why *why)
{
	const struct bundle_file *f = bundle_find(b, str_of(why->file));
	(void)cli_fail(why);
	if (f)
		(void)fprintf(stderr, "%.*s", STR_ARG(conf_excerpt(a, f->text, why)));
}

static int open_policy(const char *path, bool json, bool check, struct opened_policy *ret_opened)
{
	struct why why = { .line = 0 };
	struct opened_policy o = { .arena = arena_new("policy", POLICY_ARENA_MAX) };
	enum err e = o.arena ? directory_read(o.arena, path, &o.bundle, &why) : why_set(&why, ERR_NOMEM, "no memory");
	if (e == OK)
		e = policy_load(o.arena, &o.bundle, &o.policy, &why);
	if (e == OK && check)
		e = policy_check(o.policy, drivers, &why);
	if (e == OK) {
		*ret_opened = o;
		return EXIT_OK;
	}
	if (!why.text[0])
		(void)why_set(&why, e, "%s: %s", path, err_text(e));
	if (json)
		fail_json(&why);
	else
		fail_text(o.arena, &o.bundle, &why);
	arena_free(o.arena);
	return EXIT_NO;
}

int policy_open(const char *path, bool json, struct opened_policy *ret_opened)
{
	return open_policy(path, json, true, ret_opened);
}

int policy_open_unchecked(const char *path, bool json, struct opened_policy *ret_opened)
{
	return open_policy(path, json, false, ret_opened);
}

void policy_close(struct opened_policy *o)
{
	arena_free(o->arena);
}

static void list(FILE *out)
{
	(void)fprintf(out, "usage:\n");
	for (size_t i = 0; subcommands[i].name; i++)
		(void)fprintf(out, "  aup policy %s %s\n      %s\n", subcommands[i].name, subcommands[i].arguments, subcommands[i].doc);
	(void)fprintf(out, "\nPATH is the directory of a policy, or its main file; aupd-policy(5) tells the language.\n");
}

int cmd_policy(int argc, char **argv)
{
	bool json = cli_flag(&argc, argv, "--json");
	for (size_t i = 0; argc > 1 && subcommands[i].name; i++) {
		if (strcmp(argv[1], subcommands[i].name) != 0)
			continue;
		int status = subcommands[i].run(argc - 1, argv + 1, json);
		if (status == EXIT_USAGE)
			(void)fprintf(stderr, "usage: aup policy %s %s\n", subcommands[i].name, subcommands[i].arguments);
		return status;
	}
	if (argc > 1)
		(void)fprintf(stderr, "aup policy: there is no \"%s\"\n", argv[1]);
	list(stderr);
	return EXIT_USAGE;
}
