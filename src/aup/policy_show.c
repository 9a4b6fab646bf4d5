/*
 * aup policy show, coverage and diff. See policy.h.
 */
#include <stdio.h>
#include <string.h>

#include "aup/aup.h"
#include "aup/client.h"
#include "aup/policy.h"
#include "base/json.h"
#include "model/config.h"
#include "policy/coverage.h"
#include "policy/diff.h"
#include "policy/show.h"

enum { METERS_MAX = 256 };

int policy_print(struct buf *out)
{
	enum err e = out->err;
	if (e == OK)
		(void)fwrite(out->len ? out->ptr : "", 1, out->len, stdout);
	else
		(void)fprintf(stderr, "aup: %s\n", err_text(e));
	buf_done(out);
	return e == OK ? EXIT_OK : EXIT_NO;
}

static void show_json(const struct opened_policy *o, const struct buf *text, struct buf *out)
{
	struct jsonw w;
	jsonw_init(&w, out);
	jsonw_object(&w, NULL);
	jsonw_str(&w, "name", o->policy->name);
	jsonw_str(&w, "version", o->policy->version);
	jsonw_str(&w, "digest", digest_hex(o->arena, &o->policy->digest));
	jsonw_str(&w, "text", buf_str(text));
	jsonw_end(&w, '}');
	buf_putc(out, '\n');
}

int policy_cmd_show(int argc, char **argv, bool json)
{
	struct opened_policy o;
	struct buf text, out;
	if (argc < 2 || argc > 3 || argv[1][0] == '-')
		return EXIT_USAGE;
	int status = policy_open(argv[1], json, &o);
	if (status)
		return status;
	const struct clause *c = argc == 3 ? policy_clause(o.policy, str_of(argv[2])) : NULL;
	const struct ladder *l = argc == 3 ? policy_ladder(o.policy, str_of(argv[2])) : NULL;
	buf_init(&text, SHOW_BYTES_MAX);
	buf_init(&out, SHOW_BYTES_MAX);
	if (argc == 2)
		show_policy(o.policy, &text);
	else if (c)
		show_clause(o.policy, c, &text);
	else if (l)
		show_ladder(l, &text);
	else
		(void)fprintf(stderr, "aup: the policy has no clause or ladder \"%s\"\n", argv[2]);
	if (text.err)
		out.err = text.err;
	else if (json && text.len)
		show_json(&o, &text, &out);
	else
		buf_put(&out, buf_str(&text));
	status = text.len ? policy_print(&out) : EXIT_NO;
	if (!text.len)
		buf_done(&out);
	buf_done(&text);
	policy_close(&o);
	return status;
}

/* What a daemon with this configuration hears, and who decides there. */
static int configured_sources(const char *path, struct coverage_sources *s)
{
	struct why why = { .line = 0 };
	struct config *c;
	struct buf out;
	if (config_read(path, &c, &why) == OK) {
		*s = coverage_configured(c->all.listen_count, c->all.operator_count, c->all.radius_listen_count, c->all.usage_accounts);
		config_free(c);
		return EXIT_OK;
	}
	buf_init(&out, 1 << 20);
	config_explain(path, &why, &out);
	(void)fprintf(stderr, "aup: %.*s", STR_ARG(buf_str(&out)));
	buf_done(&out);
	return EXIT_NO;
}

/* "complaints,people,flow.*": what is there. */
static enum err read_sources(struct arena *a, const char *list, struct coverage_sources *ret)
{
	struct coverage_sources s = *ret;
	struct str *meters = ARENA_ARRAY(a, struct str, METERS_MAX);
	struct str rest = str_of(list), name;
	if (!meters)
		return ERR_NOMEM;
	for (unsigned i = 0; i < s.meter_count; i++)
		meters[i] = s.meters[i];
	while (list && str_split(&rest, ',', &name)) {
		name = str_trim(name);
		if (str_eq(name, STR("complaints")))
			s.complaints = true;
		else if (str_eq(name, STR("people")))
			s.people = true;
		else if (name.len && s.meter_count < METERS_MAX)
			meters[s.meter_count++] = name;
		else if (name.len)
			return ERR_LIMIT;
	}
	s.meters = meters;
	*ret = s;
	return OK;
}

/* As the daemon has it: the version in force, what it hears, and what came of it. */
static int coverage_live(const char *socket_path, bool json)
{
	struct arena *a = arena_new("coverage", SHOW_BYTES_MAX);
	struct json *root = NULL;
	struct str text;
	int status = a ? client_get(a, socket_path, "/v1/coverage", &root, &text) : EXIT_NO;
	if (status == EXIT_OK && json)
		(void)printf("%.*s\n", STR_ARG(text));
	const struct json *clauses = status == EXIT_OK && !json ? json_get(root, "clauses") : NULL;
	for (const struct json *k = clauses ? clauses->child : NULL; k; k = k->next) {
		(void)printf("%-28.*s %-8.*s %.*s; %lld cases, %lld of %lld decided upheld\n", STR_ARG(json_text(k, "clause")), STR_ARG(json_text(k, "state")), STR_ARG(json_text(k, "by")),
			(long long)json_int(k, "cases", 0), (long long)json_int(k, "upheld", 0), (long long)json_int(k, "decided", 0));
		const struct json *rules = json_get(k, "rules");
		for (const struct json *r = rules ? rules->child : NULL; r; r = r->next)
			(void)printf("    %-32.*s %s%.*s; %lld cases\n", STR_ARG(json_text(r, "rule")), json_flag(r, "live", false) ? "live" : "waits for ",
				STR_ARG(json_flag(r, "live", false) ? STR_NONE : json_text(r, "waits_for")), (long long)json_int(r, "cases", 0));
	}
	arena_free(a);
	return status;
}

int policy_cmd_coverage(int argc, char **argv, bool json)
{
	struct opened_policy o;
	struct coverage_sources sources;
	struct coverage c;
	struct buf out;
	const char *list = cli_value(&argc, argv, "--sources"), *config = cli_value(&argc, argv, "--config"), *given = cli_value(&argc, argv, "--socket");
	if (cli_flag(&argc, argv, "--live"))
		return argc != 1 || list || config ? EXIT_USAGE : coverage_live(client_socket(given, "AUPD_SOCKET", "/run/aupd/api.sock"), json);
	if (argc != 2 || argv[1][0] == '-')
		return EXIT_USAGE;
	/* told nothing: a daemon that takes complaints, with people, and nothing else */
	sources = (struct coverage_sources){ .complaints = !list && !config, .people = !list && !config };
	int status = config ? configured_sources(config, &sources) : EXIT_OK;
	if (status == EXIT_OK)
		status = policy_open(argv[1], json, &o);
	if (status)
		return status;
	buf_init(&out, SHOW_BYTES_MAX);
	enum err e = read_sources(o.arena, list, &sources);
	if (e == OK)
		e = coverage_make(o.arena, o.policy, &sources, &c);
	if (e)
		out.err = e;
	else if (json)
		coverage_json(&c, &out);
	else
		coverage_print(&c, &out);
	policy_close(&o);
	return policy_print(&out);
}

static void diff_as_json(struct arena *a, const struct opened_policy *x, const struct opened_policy *y, const struct changes *c, struct buf *out)
{
	struct jsonw w;
	jsonw_init(&w, out);
	jsonw_object(&w, NULL);
	diff_put(c, &w);
	diff_sides(a, x->policy, y->policy, &w);
	jsonw_end(&w, '}');
	buf_putc(out, '\n');
}

int policy_cmd_diff(int argc, char **argv, bool json)
{
	struct opened_policy x, y;
	struct changes c;
	struct buf out;
	if (argc != 3 || argv[1][0] == '-' || argv[2][0] == '-')
		return EXIT_USAGE;
	int status = policy_open_unchecked(argv[1], json, &x);
	if (status)
		return status;
	status = policy_open_unchecked(argv[2], json, &y);
	if (status) {
		policy_close(&x);
		return status;
	}
	buf_init(&out, SHOW_BYTES_MAX);
	enum err e = diff_make(y.arena, x.policy, y.policy, &c);
	if (e)
		out.err = e;
	else if (json)
		diff_as_json(y.arena, &x, &y, &c, &out);
	else
		diff_print(&c, &out);
	bool same = e == OK && !c.count;
	policy_close(&x);
	policy_close(&y);
	status = policy_print(&out);
	return status == EXIT_OK && !same ? EXIT_NO : status;
}
