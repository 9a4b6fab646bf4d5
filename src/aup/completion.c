/*
 * aup completion: what bash asks when somebody presses TAB, made from the table of commands and the tables of the model.
 *
 * Subcommands are read out of a command's usage: its alternatives, set apart by "|" outside of brackets, that begin with a
 * word in lower case; help takes the commands. Options are every "--word" in it. Prints only; installed as share/bash-completion/completions/aup.
 */
#include <stdio.h>
#include <string.h>

#include "aup/aup.h"
#include "aup/policy.h"
#include "model/case.h"
#include "model/clause.h"
#include "model/kind.h"

enum { COMPLETION_BYTES_MAX = 1 << 20 };

static bool lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static void put_words(const char *usage, struct buf *out)
{
	int depth = 0;
	bool start = true;
	for (const char *p = usage; *p; p++) {
		size_t n = 0;
		depth += *p == '[' || *p == '(' ? 1 : *p == ']' || *p == ')' ? -1 : 0;
		while (start && !depth && (lower(p[n]) || p[n] == '-'))
			n++;
		if (n && lower(*p))
			buf_printf(out, "%.*s ", (int)n, p);
		p += n ? n - 1 : 0;
		start = !n && (*p == '|' || (*p == ' ' && start));
	}
}

static void put_options(const char *usage, struct buf *out)
{
	buf_puts(out, "--help --json");
	for (const char *p = strstr(usage, "--"); p; p = strstr(p + 2, "--")) {
		size_t n = 2;
		while (lower(p[n]) || p[n] == '-')
			n++;
		buf_printf(out, " %.*s", (int)n, p);
	}
}

static void put_values(struct buf *out)
{
	buf_puts(out, "\tcase $prev in\n\t--state) words=\"");
	for (int i = CASE_REVIEW; case_state_words[i]; i++)
		buf_printf(out, "%s ", case_state_words[i]);
	buf_puts(out, "\" ;;\n\t--clause) words=\"");
	for (const struct clause_info *c = clause_table; c->id; c++)
		buf_printf(out, "%s ", c->id);
	buf_puts(out, "\" ;;\n\t--class) words=\"");
	for (int i = 1; i < KIND_COUNT; i++)
		buf_printf(out, "%s ", kind_info((enum kind)i)->name);
	buf_puts(out, "\" ;;\n\tesac\n");
}

static void put_names(struct buf *out)
{
	for (const struct command *c = commands; c->name; c++)
		buf_printf(out, "%s ", c->name);
}

static void put_commands(struct buf *out)
{
	buf_puts(out, "\tif [ -n \"$words\" ]; then\n\t\t:\n\telif [ \"$COMP_CWORD\" -eq 1 ]; then\n\t\twords=\"");
	put_names(out);
	buf_puts(out, "--help --version\"\n\telse\n\t\tcase ${COMP_WORDS[1]} in\n");
	for (const struct command *c = commands; c->name; c++) {
		buf_printf(out, "\t\t%s) verbs=\"", c->name);
		if (strcmp(c->name, "help") == 0)
			put_names(out);
		else
			put_words(c->arguments, out);
		buf_puts(out, "\" options=\"");
		put_options(c->arguments, out);
		buf_puts(out, "\" ;;\n");
	}
	buf_puts(out, "\t\tesac\n\t\tif [[ $cur == -* ]]; then\n\t\t\twords=$options\n\t\telif [ \"$COMP_CWORD\" -eq 2 ]; then\n\t\t\twords=$verbs\n\t\tfi\n\tfi\n");
}

int cmd_completion(int argc, char **argv)
{
	struct buf out;
	if (argc != 2 || strcmp(argv[1], "bash") != 0)
		return cli_usage("completion");
	buf_init(&out, COMPLETION_BYTES_MAX);
	buf_puts(&out, "# Completion of aup(8) for bash, as printed by: aup completion bash\n_aup() {\n"
		       "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} words= verbs= options=\n");
	put_values(&out);
	put_commands(&out);
	buf_puts(&out, "\tCOMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n}\ncomplete -o default -F _aup aup\n");
	return policy_print(&out);
}
