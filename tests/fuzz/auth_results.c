/*
 * Authentication-Results: what is read keeps its bounds, and whatever is proved is the organisational domain of the one From, in
 * its normal form. The bytes are the value of a field, and a whole header.
 */
#include "format/auth_results.h"
#include "fuzz.h"

static struct names *names;

static void field(struct arena *a, struct str text)
{
	struct auth_results r = { 0 };
	struct str domain = STR_NONE, again, org;
	if (auth_results_read(a, text, &r) != OK)
		return;
	MUST(r.id.len && r.count <= AUTH_RESULTS_MAX && text.len <= AUTH_RESULTS_BYTES_MAX);
	for (unsigned i = 0; i < r.count; i++)
		MUST(r.list[i].method.len && r.list[i].result.len && r.list[i].property_count <= AUTH_PROPERTIES_MAX);
	if (!auth_results_prove(a, names, &r, STR("mail.example.org"), &domain))
		return;
	MUST(str_eq(domain, STR("example.org")));
	MUST(names_normal(a, domain, &again) == OK && str_eq(again, domain));
	MUST(names_registrable(names, domain, &org) == OK && str_eq(org, domain));
}

static void header(struct arena *a, struct str text)
{
	const struct str ids[] = { STR("mx.example.net") };
	struct auth_trust none = { names, NULL, 0, STR("example.net") }, t = { names, ids, 1, STR("example.net") };
	struct mime m;
	struct str domain = STR_NONE;
	if (mime_scan(a, text, &m) != OK)
		return;
	MUST(!auth_results_sender(a, &m, &none, &domain));
	if (auth_results_sender(a, &m, &t, &domain))
		MUST(domain.len && str_find_fold(text, ids[0]) != SIZE_MAX && str_find_fold(text, STR("pass")) != SIZE_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct why why;
	struct arena *a = arena_new("fuzz", 64 << 20);
	if (!names)
		MUST(names_open(NULL, &names, &why) == OK);
	MUST(a != NULL);
	field(a, FUZZ_TEXT(data, len));
	header(a, FUZZ_TEXT(data, len));
	arena_free(a);
	return 0;
}
