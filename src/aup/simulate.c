/*
 * aup simulate: a provider that is made up, with all that goes wrong. Options, and the trial in this process.
 */
#include "aup/simulate.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "aup/aup.h"
#include "aup/client.h"
#include "base/clock.h"
#include "base/file.h"
#include "simulate/isp_nat.h"
#include "simulate/trial.h"

enum { SECRET_FILE_MAX = 4096, TABLE_MAX = 64 << 10, SEEDS_MAX = 1000000, WRONG_MAX = 100 };
static const char secret_of_none[] = "a secret of no one";

static bool number(int *argc, char **argv, const char *name, uint64_t least, uint64_t most, uint64_t *value)
{
	const char *text = cli_value(argc, argv, name);
	if (!text || (str_to_u64(str_of(text), most, value) == OK && *value >= least))
		return true;
	(void)fprintf(stderr, "aup simulate: %s is a number from %llu to %llu\n", name, (unsigned long long)least, (unsigned long long)most);
	return false;
}

static bool read_secret(struct arena *a, const char *path, struct str *ret_secret)
{
	struct why why = { .line = 0 };
	struct str text;
	if (!path) {
		*ret_secret = str_of(secret_of_none);
		return true;
	}
	if (file_read_all(a, AT_FDCWD, path, SECRET_FILE_MAX, &text, &why) != OK) {
		(void)cli_fail(&why);
		return false;
	}
	*ret_secret = str_trim(text);
	return true;
}

static bool find_form(const char *word, unsigned *ret_form)
{
	for (unsigned i = 0; i < ISP_NAT_FORM_END; i++)
		if (strcmp(isp_nat_form_words[i], word) == 0) {
			*ret_form = i + 1;
			return true;
		}
	return false;
}

/* What they have in common; false: something is wrong, which was told. */
static bool read_options(int *argc, char **argv, struct arena *a, struct simulate *s)
{
	const char *faults = cli_value(argc, argv, "--faults"), *from = cli_value(argc, argv, "--from"), *interim = cli_value(argc, argv, "--interim"),
		   *secret = cli_value(argc, argv, "--secret-file"), *form = cli_value(argc, argv, "--nat-format");
	struct why why = { .line = 0 };
	uint64_t seed = 1, subscribers = 1000, days = 1, natted = 0, leased = 0;
	int64_t interim_us = 600 * SECOND_US, from_at = TIME_NONE;
	if (!number(argc, argv, "--seed", 0, UINT64_MAX, &seed) || !number(argc, argv, "--subscribers", ISP_SUBSCRIBERS_MIN, ISP_SUBSCRIBERS_MAX, &subscribers) ||
		!number(argc, argv, "--days", 1, ISP_DAYS_MAX, &days) ||
		!number(argc, argv, "--cgnat", 0, 100, &natted) || !number(argc, argv, "--dhcp", 0, 100, &leased))
		return false;
	if ((interim && span_parse(str_of(interim), &interim_us) != OK) || (from && time_parse(str_of(from), &from_at) != OK)) {
		(void)fprintf(stderr, "aup simulate: --interim is a span such as 10m, --from a time with a zone\n");
		return false;
	}
	s->faults = faults ? faults : "none";
	s->isp = (struct isp_options){ .seed = seed, .subscribers = (uint32_t)subscribers, .seconds = (uint32_t)(days * 86400), .mix = { (unsigned)natted, (unsigned)leased } };
	/* so that it is over now */
	s->from_now = !from;
	s->own_secret = secret;
	s->isp.from_at = (from ? from_at : clock_wall_at() - s->isp.seconds * SECOND_US) / SECOND_US * SECOND_US;
	s->isp.interim_s = interim_us / SECOND_US > ISP_INTERIM_MAX_S ? ISP_INTERIM_MAX_S + 1 : (uint32_t)(interim_us / SECOND_US);
	if (form && !find_form(form, &s->isp.nat_form)) {
		(void)fprintf(stderr, "aup simulate: --nat-format is syslog-junos, syslog-a10, ipfix or syslog-cisco\n");
		return false;
	}
	s->no_packets = cli_flag(argc, argv, "--no-packets");
	s->json = cli_flag(argc, argv, "--json");
	s->bar = isatty(STDERR_FILENO);
	if (fault_parse(str_of(s->faults), &s->isp.faults, &why) != OK) {
		(void)cli_fail(&why);
		return false;
	}
	return read_secret(a, secret, &s->secret);
}

struct asking {
	const struct simulate *s;
	uint64_t before, all, told;
};

static void progress(void *arg, uint64_t done, uint64_t all)
{
	const struct asking *x = arg;
	(void)all;
	if (x->s->bar)
		cli_bar("asking", x->before + done, x->all);
}

static void tell_wrong(void *arg, const char *text)
{
	struct asking *x = arg;
	if (x->told++ < WRONG_MAX)
		(void)fprintf(stderr, "wrong at grade A: %s\n", text);
}

static int print_sum(const struct simulate *s, const struct tally *sum, int64_t cpu_us)
{
	struct buf out;
	struct jsonw w;
	buf_init(&out, TABLE_MAX);
	if (s->json) {
		jsonw_init(&w, &out);
		jsonw_object(&w, NULL);
		jsonw_str(&w, "faults", str_of(s->faults));
		jsonw_int(&w, "messages", (int64_t)sum->messages);
		tally_json(sum, &w, "grades");
		jsonw_end(&w, '}');
		buf_putc(&out, '\n');
	} else {
		buf_printf(&out, "%llu messages, faults: %s, %lld.%lld s of CPU\n", (unsigned long long)sum->messages, s->faults, (long long)(cpu_us / SECOND_US),
			(long long)(cpu_us % SECOND_US * 10 / SECOND_US));
		tally_print(sum, &out);
	}
	(void)fwrite(out.ptr, 1, out.len, stdout);
	buf_done(&out);
	return sum->wrong[GRADE_A] ? EXIT_NO : EXIT_OK;
}

int simulate_trial(const struct simulate *s, uint64_t questions, uint64_t seeds)
{
	struct asking x = { s, 0, questions, 0 };
	struct tally sum = { .messages = 0 }, one;
	struct why why = { .line = 0 };
	for (uint64_t i = 0; i < seeds; i++) {
		struct trial t = { .isp = s->isp, .questions = questions / seeds + (i < questions % seeds), .progress = progress, .wrong = tell_wrong, .arg = &x };
		t.isp.seed += i;
		if (trial_run(&t, &one, &why) != OK)
			return cli_fail(&why);
		tally_sum(&sum, &one);
		x.before += t.questions;
		progress(&x, 0, 0);
	}
	return print_sum(s, &sum, clock_cpu_us());
}

/* Where the packets go, and how time goes; false: something is wrong, which was told. */
static bool read_to(int *argc, char **argv, struct simulate *s, struct simulate_to *to)
{
	bool real = cli_flag(argc, argv, "--real-time"), test = cli_flag(argc, argv, "--test-clock");
	to->address = cli_value(argc, argv, "--to");
	to->nat_address = cli_value(argc, argv, "--nat-to");
	to->socket_path = client_socket(cli_value(argc, argv, "--socket"), "AUPD_SOCKET", "/run/aupd/api.sock");
	to->mode = real ? SIMULATE_REAL_TIME : test ? SIMULATE_TEST_CLOCK : SIMULATE_RATE;
	if (!number(argc, argv, "--rate", 0, UINT32_MAX, &to->rate))
		return false;
	if (to->address && !s->own_secret) {
		(void)fprintf(stderr, "aup simulate: --to needs the secret that the daemon shares with its client: --secret-file\n");
		return false;
	}
	if (to->nat_address && (!to->address || !real)) {
		(void)fprintf(stderr, "aup simulate: --nat-to goes with --to and --real-time: a line is dated by when it comes\n");
		return false;
	}
	if (to->address && s->from_now && to->mode != SIMULATE_RATE)
		s->isp.from_at = clock_wall_at() / SECOND_US * SECOND_US;
	if (to->address && test)
		return simulate_test_clock(to, &s->isp.from_at) == EXIT_OK;
	return true;
}

static int isp(int argc, char **argv, struct arena *a)
{
	struct simulate s = { .faults = NULL };
	struct simulate_to to = { .address = NULL };
	const char *out = cli_value(&argc, argv, "--out");
	uint64_t questions = 0, seeds = 1;
	if (!read_options(&argc, argv, a, &s) || !number(&argc, argv, "--ask", 1, UINT64_MAX, &questions) || !number(&argc, argv, "--seeds", 1, SEEDS_MAX, &seeds) ||
		!read_to(&argc, argv, &s, &to) || !cli_no_more_options(argc, argv, "simulate"))
		return EXIT_USAGE;
	if (argc != 1 || (!out && !to.address) == !questions)
		return cli_usage("simulate");
	if (questions)
		return simulate_trial(&s, questions, seeds);
	int status = out ? simulate_out(&s, out) : EXIT_OK;
	return status == EXIT_OK && to.address ? simulate_send(&s, &to) : status;
}

static int ask(int argc, char **argv, struct arena *a)
{
	const char *because = cli_value(&argc, argv, "--because"), *until = cli_value(&argc, argv, "--until");
	struct simulate_asking o = { .socket_path = client_socket(cli_value(&argc, argv, "--socket"), "AUPD_SOCKET", "/run/aupd/api.sock"),
		.because = because ? because : "a simulation", .questions = 1000, .seed = 1, .until_at = clock_wall_at(), .json = cli_flag(&argc, argv, "--json") };
	if (!number(&argc, argv, "--questions", 1, UINT32_MAX, &o.questions) || !number(&argc, argv, "--seed", 0, UINT64_MAX, &o.seed))
		return EXIT_USAGE;
	if (!cli_no_more_options(argc, argv, "simulate"))
		return EXIT_USAGE;
	if (argc != 2 || (until && time_parse(str_of(until), &o.until_at) != OK))
		return cli_usage("simulate");
	return simulate_ask(a, argv[1], &o);
}

int cmd_simulate(int argc, char **argv)
{
	struct arena *a = arena_new("simulate", CLI_BYTES_MAX);
	int status = EXIT_USAGE;
	if (a && argc > 1 && strcmp(argv[1], "isp") == 0)
		status = isp(argc - 1, argv + 1, a);
	else if (a && argc > 1 && strcmp(argv[1], "ask") == 0)
		status = ask(argc - 1, argv + 1, a);
	else
		status = cli_usage("simulate");
	arena_free(a);
	return status;
}
