/*
 * aup usage: what a customer used in a month.
 */
#include <stdio.h>
#include <string.h>

#include "aup/aup.h"
#include "aup/client.h"
#include "base/time.h"

static void print_cells(const struct json *root)
{
	const struct json *in = json_get(root, "in"), *out = json_get(root, "out");
	struct str state = json_text(root, "state");
	int64_t at = 0;
	if (time_parse(json_text(root, "from"), &at) != OK)
		return;
	in = in ? in->child : NULL;
	out = out ? out->child : NULL;
	(void)printf("start,in,out,state\n");
	for (size_t i = 0; in && out && i < state.len; i++, in = in->next, out = out->next, at += 5 * MINUTE_US) {
		char text[TIME_TEXT_MAX];
		time_print(at, text);
		(void)printf("%s,%.*s,%.*s,%s\n", text, STR_ARG(in->text), STR_ARG(out->text),
			state.ptr[i] == '.' ? "known" : state.ptr[i] == 'i' ? "inferred" : state.ptr[i] == '?' ? "not known" : "ahead");
	}
}

static void print_month(const struct json *root)
{
	static const char *const ways[] = { "in", "out", "sum", "max" };
	const struct json *volume = json_get(root, "volume"), *forecast = json_get(root, "forecast"), *p95 = json_get(root, "p95");
	(void)printf("customer: %.*s\nmonth: %.*s, of %.*s\n", STR_ARG(json_text(root, "customer")), STR_ARG(json_text(root, "month")), STR_ARG(json_text(root, "zone")));
	if (!json_flag(root, "metered", false)) {
		(void)printf("nothing is metered: usage { metering yes } in the configuration\n");
		return;
	}
	(void)printf("logins: %lld\ncells: %lld, passed %lld, not known %lld, inferred %lld\n", (long long)json_int(root, "logins", 0), (long long)json_int(root, "cells", 0),
		(long long)json_int(root, "passed", 0), (long long)json_int(root, "not_known", 0), (long long)json_int(root, "inferred", 0));
	for (size_t i = 0; i < 3; i++) {
		(void)printf("volume %s: %lld octets", ways[i], (long long)json_int(volume, ways[i], 0));
		if (forecast && json_get(forecast, ways[i]))
			(void)printf(", forecast %lld", (long long)json_int(forecast, ways[i], 0));
		(void)printf("\n");
	}
	for (size_t i = 0; i < 4; i++) {
		const struct json *p = json_get(p95, ways[i]);
		(void)printf("95th percentile %s: ", ways[i]);
		if (p && json_get(p, "octets"))
			(void)printf("%lld bit/s, %lld octets of a cell", (long long)json_int(p, "bits_per_s", 0), (long long)json_int(p, "octets", 0));
		else
			(void)printf("cannot tell");
		(void)printf(", of the whole month at least %lld", (long long)json_int(p, "least", 0));
		if (p && json_get(p, "most"))
			(void)printf(" and at most %lld", (long long)json_int(p, "most", 0));
		(void)printf("\n");
	}
	const struct json *limits = json_get(root, "limits");
	for (const struct json *m = limits ? limits->child : NULL; m; m = m->next) {
		const char *unit = str_starts(json_text(m, "kind"), STR("usage-p95-")) ? "bit/s" : "octets";
		(void)printf("limit %.*s: %lld %.*s by %.*s, used at least %lld %s", STR_ARG(json_text(m, "kind")), (long long)json_int(m, "value", 0), STR_ARG(json_text(m, "unit")),
			STR_ARG(json_text(m, "by")), (long long)json_int(m, "used", 0), unit);
		if (json_get(m, "forecast"))
			(void)printf(", forecast %lld %s", (long long)json_int(m, "forecast", 0), unit);
		(void)printf(": %.*s\n", STR_ARG(json_text(m, "state")));
	}
}

int cmd_usage(int argc, char **argv)
{
	const char *socket_path = client_socket(cli_value(&argc, argv, "--socket"), "AUPD_SOCKET", "/run/aupd/api.sock"), *because = cli_value(&argc, argv, "--because"),
		   *month = cli_value(&argc, argv, "--month");
	bool json = cli_flag(&argc, argv, "--json"), csv = cli_flag(&argc, argv, "--csv");
	struct command_text c;
	struct json *root;
	struct str text;
	if (!cli_no_more_options(argc, argv, "usage") || argc != 2 || !because || (json && csv))
		return cli_usage("usage");
	struct arena *a = arena_new("usage", CLI_BYTES_MAX);
	if (!a)
		return EXIT_NO;
	command_begin(&c, "usage");
	jsonw_str(&c.w, "customer", str_of(argv[1]));
	jsonw_str(&c.w, "because", str_of(because));
	if (month)
		jsonw_str(&c.w, "month", str_of(month));
	if (json || csv)
		jsonw_str(&c.w, "series", STR("yes"));
	int status = command_send(a, socket_path, &c, &root, &text);
	if (status == EXIT_OK && json)
		(void)printf("%.*s\n", STR_ARG(text));
	else if (status == EXIT_OK && csv)
		print_cells(root);
	else if (status == EXIT_OK)
		print_month(root);
	arena_free(a);
	return status;
}
