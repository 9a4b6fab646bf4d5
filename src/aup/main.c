/*
 * aup: the command line of aupd. The table of subcommands, and what they share.
 */
#include <stdio.h>
#include <string.h>

#include "aup/aup.h"
#include "base/charset.h"
#include "base/seal.h"

enum { BAR_WIDTH = 40 };

static int cmd_help(int argc, char **argv);

const struct command commands[] = {
	{ "decode", "[--json] [--strict] [--maps DIRECTORY] FILE...", "show what a report says, without a daemon", cmd_decode },
	{ "check", "[-c FILE]", "check the daemon's configuration and print it in its normal form, without a daemon", cmd_check },
	{ "policy", "check PATH | test PATH [NAME] | show PATH [CLAUSE|LADDER] | coverage [--config FILE] [--sources LIST] PATH | diff OLD NEW | post PATH",
		"what a policy says, without a daemon; post gives it to the daemon", cmd_policy },
	{ "case", "list [--state STATE] [--customer ID] [--clause ID] [--assigned OPERATOR] [--flag FLAG] [--reseller ID] [--limit N] [--after PLACE]"
		" | show C-N | explain C-N | reasons C-N [ACT] | notice C-N | open --customer ID [--clause ID] [--ladder NAME] --because TEXT | reply C-N TEXT | note C-N TEXT"
		" | assign C-N OPERATOR | approve C-N [ACT] | resolve C-N REASON | reopen C-N REASON | merge C-N INTO [--because TEXT]"
		" | next | back C-N | snooze C-N UNTIL [--because TEXT] | wake C-N [--because TEXT]"
		" | split C-N EVENT... [--because TEXT] | undo C-N [ACT] | uphold C-N REASON | notify C-N REASON | dismiss C-N REASON | appeal C-N REASON | fixed C-N REASON"
		" | counter-notice C-N [TEXT] | counter-incomplete C-N MISSING | stay C-N REASON"
		" | locked C-N [TEXT] | decision C-N (transfer|cancel|suspend|denied|withdrawn) TEXT"
		" | part C-N (actor|helper|sent|stored|shown) REASON"
		" | undertaking C-N --probation SPAN TEXT | signed C-N REASON | ask C-N TEXT --within SPAN"
		" | emergency C-N SERVICE --because TEXT | flag [--off] C-N (do-not-tell|hold|counsel)"
		" | attach C-N FILE [--name NAME] [--text TEXT] | attachments C-N | attachment C-N EVENT --because TEXT [-o FILE]"
		" | bulk (resolve REASON|assign OPERATOR|reply TEXT|merge INTO|release VERB|snooze SPAN|macro NAME [--set NAME=TEXT]...|flag [--off] FLAG) [--where NAME=VALUE]... [C-N...] [--yes]"
		" | bulk undo B-N [--yes] | bulk list",
		"cases, and what people decide in them; each with --json", cmd_case },
	{ "search", "[--json] [--because TEXT] TEXT", "cases by number, customer, address, domain, clause, reporter, or the id of a report or letter", cmd_search },
	{ "macro", "add FILE | list | show NAME | remove NAME | run NAME C-N [--set NAME=TEXT]... [--yes]",
		"named sequences of what people do to a case; each with --json", cmd_macro },
	{ "queue", "[--json] [--within SPAN] [--limit N] [--after PLACE] [--shift SPAN] [NAME]", "what waits for people, since when, and who may act on it", cmd_queue },
	{ "intake", "list [--state STATE] [--limit N] [--after PLACE] | show [--raw] ITEM | confirm ITEM [--class KIND] [--at TIME] [--candidate N] [--because TEXT]"
		" | discard ITEM [--because TEXT] | answer ITEM | reparse ITEM | ignore NAME [--from ADDRESS] [--subject TEXT] [--because TEXT] [--off] | ignores",
		"what came in and waits for a person; each with --json", cmd_intake },
	{ "evidence", "export C-N --because TEXT [-o FILE] [--profile NAME [--reporter NAME]] [--record N,...] [--open NAME,...] [--no-raw] [--attachments]"
		" | status | key | proof RECORD [-o FILE] | consistency OLD [NEW] [-o FILE] [--proof FILE] [--key KEY]",
		"what is handed over of a case, and how the ledger stands; each with --json", cmd_evidence },
	{ "verify", "BUNDLE --key KEY [--witness KEY]... [--required N] [--tsa-ca FILE] [--profile NAME] [--reveal BUNDLE]... [--json]",
		"what a bundle of evidence proves, by the public key alone; without a daemon", cmd_verify },
	{ "report", "transparency [--json] --from DAY --to DAY", "what was reported, done and appealed against in a period, as CSV or JSON", cmd_report },
	{ "ingest", "[--json] [--socket PATH] [--to ADDRESS] FILE...", "hand reports to the daemon; durable when it returns", cmd_ingest },
	{ "who", "[--json] ADDRESS|DOMAIN|LOGIN [--port N] [--at TIME] --because TEXT", "whose it was then; every look-up is recorded", cmd_who },
	{ "customer", "show ID --because TEXT [--masked] [--json]", "one customer: register, cases, acts, letters, sessions, holds; every look-up is recorded", cmd_customer },
	{ "act", "preview ACT --because TEXT [--json]", "what an act would send now: packets, statements, calls; nothing is sent, every look-up is recorded", cmd_act },
	{ "sessions", "[--json] CUSTOMER --because TEXT", "the open sessions of one customer; every look-up is recorded", cmd_sessions },
	{ "usage", "CUSTOMER [--month MONTH] --because TEXT [--json|--csv]", "what a customer used in a month; every look-up is recorded", cmd_usage },
	{ "audit", "[--json] [--operator NAME] [--what OP] [--about TEXT] [--from TIME] [--until TIME] [--after PLACE]", "what operators did, before and after, why and from where", cmd_audit },
	{ "lookups", "[--json] [--operator NAME] [--limit N]", "who looked whom up, when and why", cmd_lookups },
	{ "registry", "import FILE | export [--csv] | list [--type TYPE] [--customer ID] | show TYPE/ID | terms [--json] [--at TIME] CUSTOMER",
		"customers, resellers, services and what they hold", cmd_registry },
	{ "reseller", "list | show ID | scorecard ID | tree [ID] | ack ID VERSION [--told TIME --document TEXT [--file FILE]]"
		" | finding ID --text TEXT | plan ID --date TIME --text TEXT | kept ID N | fail ID --because TEXT | pass ID --because TEXT",
		"what was passed on to resellers, what their scorecards say, which versions they acknowledged; each with --json", cmd_reseller },
	{ "bindings", "import FILE [--feed NAME] [--from TIME --until TIME] [--format NAME [--subject ID] [--zone ZONE] [--year YEAR]]"
		" | follow FILE [--feed NAME] [--format NAME ... [--hook FILE]] | map FILE | status [--json]",
		"who held which address when: import, follow a file, what is known", cmd_bindings },
	{ "accounting", "follow FILE... --to ADDRESS:PORT --secret-file FILE --state FILE [--zone ZONE] [--delete-done]",
		"hand what a RADIUS server writes into detail files to the daemon", cmd_accounting },
	{ "enforcement", "on|observe", "switch limits and suspensions on, or only show them", cmd_enforcement },
	{ "status", "[--json] [--run DIRECTORY]", "the roles and what waits", cmd_status },
	{ "tail", "[--json] [--count N]", "what happens in cases, as it happens", cmd_tail },
	{ "reporter", "list [--after PLACE] | show NAME | trust NAME --because TEXT"
		" | flagger NAME --because TEXT | distrust NAME --because TEXT | forget NAME --because TEXT | cap NAME HOUR DAY --because TEXT"
		" | set NAME [--letters yes|no] [--language LANGUAGE] --because TEXT",
		"who reports, who is believed, how much may count, what became of it, who is written to; each with --json", cmd_reporter },
	{ "erase", "[--json] --basis TEXT [--even-open TEXT] CUSTOMER|REPORTER-ADDRESS", "have the personal data of a subject go; two people ask for the same", cmd_erase },
	{ "hold", "[--json] [--off] [--until TIME|SPAN] --because TEXT SUBJECT|CASE", "keep what would be erased or purged, or no longer", cmd_hold },
	{ "holds", "[--json]", "what is held, until when, by whom and why", cmd_holds },
	{ "key", "add [--json] [--label TEXT] [--expires TIME|SPAN] operator|reseller|customer|reporter ID | list [--json] | revoke [--json] NAME",
		"keys by which programs of others use the API", cmd_key },
	{ "user", "add [--json] --role ROLE|--reseller ID|--customer ID [--oidc SUBJECT] NAME | list [--json] | role [--json] NAME ROLE | "
		"oidc [--json] NAME SUBJECT|--none | reset [--json] NAME | disable [--json] NAME",
		"who logs in to the console", cmd_user },
	{ "webhook", "add [--reseller ID|--customer ID|--reporter ID] --events KIND,... URL | list | remove WEBHOOK | enable WEBHOOK | rotate WEBHOOK | test WEBHOOK"
		" | deliveries [--state STATE] WEBHOOK | redeliver WEBHOOK DELIVERY",
		"who is told of events by webhook, and what became of it; each with --json", cmd_webhook },
	{ "api", "openapi", "the OpenAPI document of the API, without a daemon", cmd_api },
	{ "backup", "FILE", "a copy of the store in the data directory", cmd_backup },
	{ "test", "pass SPAN", "move the test clock from due row to due row", cmd_test },
	{ "simulate", "isp [--seed N] [--subscribers N] [--days N] [--interim SPAN] [--from TIME] [--cgnat PERCENT] [--dhcp PERCENT] [--nat-format FORMAT] [--faults LIST]"
		" [--out DIRECTORY [--no-packets]]"
		" [--to ADDRESS [--rate N|--real-time [--nat-to ADDRESS]|--test-clock] [--socket PATH]] [--secret-file FILE] [--ask N [--seeds N] [--json]]"
		" | ask [--questions N] [--seed N] [--until TIME] [--because TEXT] [--socket PATH] [--json] DIRECTORY",
		"a provider that is made up, with all that goes wrong, and the truth beside it: files, packets, a trial", cmd_simulate },
	{ "completion", "bash", "print the completion of this command for a shell", cmd_completion },
	{ "help", "[COMMAND]", "list the commands, or one command's arguments", cmd_help },
	{ NULL, NULL, NULL, NULL },
};

static const struct command *find(const char *name)
{
	for (const struct command *c = commands; c->name; c++)
		if (strcmp(c->name, name) == 0)
			return c;
	return NULL;
}

static void list_commands(FILE *out)
{
	(void)fprintf(out, "usage: aup COMMAND [ARGUMENTS]\n\n");
	for (const struct command *c = commands; c->name; c++)
		(void)fprintf(out, "  %-12s %s\n", c->name, c->doc);
	(void)fprintf(out, "\naup COMMAND --help tells its arguments; aup(8) tells the rest.\n");
}

static bool begins_with(const char *usage, const char *verb)
{
	size_t n = strlen(verb);
	return strncmp(usage, verb, n) == 0 && (usage[n] == ' ' || !usage[n]);
}

/* One line for each of its alternatives, which " | " sets apart; with a verb ("" = none) the lines that begin with it, if there are any. */
static void print_usage(FILE *out, const struct command *c, const char *verb)
{
	const char *lead = "usage:";
	for (int only = verb[0] != '\0'; only >= 0 && lead[0] == 'u'; only--) {
		for (const char *from = c->arguments, *bar = from; bar; from = bar + 3) {
			bar = strstr(from, " | ");
			int n = bar ? (int)(bar - from) : (int)strlen(from);
			if (only && !begins_with(from, verb))
				continue;
			(void)fprintf(out, "%s aup %s %.*s\n", lead, c->name, n, from);
			lead = "      ";
		}
	}
}

static int cmd_help(int argc, char **argv)
{
	const struct command *c = argc > 1 ? find(argv[1]) : NULL;
	if (!c) {
		list_commands(stdout);
		return EXIT_OK;
	}
	print_usage(stdout, c, argc > 2 ? argv[2] : "");
	(void)printf("\n%s\n", c->doc);
	return EXIT_OK;
}

bool cli_flag(int *argc, char **argv, const char *name)
{
	for (int i = 1; i < *argc; i++) {
		if (strcmp(argv[i], "--") == 0)
			return false;
		if (strcmp(argv[i], name) != 0)
			continue;
		memmove(&argv[i], &argv[i + 1], (size_t)(*argc - i) * sizeof(*argv));
		--*argc;
		return true;
	}
	return false;
}

const char *cli_value(int *argc, char **argv, const char *name)
{
	size_t len = strlen(name);
	for (int i = 1; i < *argc; i++) {
		const char *value = NULL;
		int taken = 1;
		if (strncmp(argv[i], name, len) == 0 && argv[i][len] == '=')
			value = argv[i] + len + 1;
		else if (strcmp(argv[i], name) == 0 && i + 1 < *argc)
			value = argv[i + (taken = 2) - 1];
		if (!value)
			continue;
		memmove(&argv[i], &argv[i + taken], (size_t)(*argc - i - taken + 1) * sizeof(*argv));
		*argc -= taken;
		return value;
	}
	return NULL;
}

int cli_usage(const char *command)
{
	const struct command *c = find(command);
	if (c)
		print_usage(stderr, c, "");
	return EXIT_USAGE;
}

bool cli_no_more_options(int argc, char **argv, const char *command)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (argv[i][0] == '-' && argv[i][1]) {
			(void)fprintf(stderr, "aup %s: unknown option %s\n", command, argv[i]);
			(void)cli_usage(command);
			return false;
		}
	return true;
}

int cli_fail(const struct why *why)
{
	char line[1200];
	why_print(why, line, sizeof(line));
	(void)fprintf(stderr, "aup: %s\n", line);
	return EXIT_NO;
}

void cli_bar(const char *what, uint64_t done, uint64_t total)
{
	char cells[BAR_WIDTH + 1];
	uint64_t full = total ? done * BAR_WIDTH / total : BAR_WIDTH;
	memset(cells, ' ', sizeof(cells));
	memset(cells, '=', full < BAR_WIDTH ? (size_t)full : BAR_WIDTH);
	cells[BAR_WIDTH] = '\0';
	(void)fprintf(stderr, "\r%-8s [%s] %3u%%", what, cells, (unsigned)(total ? done * 100 / total : 100));
	if (done >= total)
		(void)fprintf(stderr, "\n");
}

int main(int argc, char **argv)
{
	if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
		list_commands(argc < 2 ? stderr : stdout);
		return argc < 2 ? EXIT_USAGE : EXIT_OK;
	}
	if (strcmp(argv[1], "--version") == 0) {
		(void)printf("aup %s\n", AUPD_VERSION);
		return EXIT_OK;
	}
	const struct command *c = find(argv[1]);
	if (!c) {
		(void)fprintf(stderr, "aup: there is no command \"%s\"; aup help lists them\n", argv[1]);
		return EXIT_USAGE;
	}
	argc--;
	argv++;
	if (cli_flag(&argc, argv, "--help")) {
		print_usage(stdout, c, argc > 1 ? argv[1] : "");
		(void)printf("\n%s\n", c->doc);
		return EXIT_OK;
	}
	if (seal_start() != OK)
		return EXIT_NO;
	charset_start();
	return c->run(argc, argv);
}
