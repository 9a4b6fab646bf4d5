/*
 * aup evidence export: gathers a case from the judge, page by page, and writes the bundle once it verifies. Under a profile what is withheld is
 * listed, and the judge records that it was handed over so: that record goes along.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aup/evidence.h"
#include "base/map.h"
#include "evidence/handed.h"
#include "evidence/proof.h"
#include "model/ids.h"

enum { NAMES_MAX = RECORD_LINES_MAX };

struct exporting {
	struct evidence_call *c;
	const char *number, *because, *profile, *reporter;
	struct str open[NAMES_MAX];
	bool opened[NAMES_MAX];
	unsigned open_count;
	struct str only;                /* "3,5": numbers of records; STR_NONE: all */
	bool raw, attachments, erased;
	struct str key, ticket;
	struct note_verifier witnesses[CHECKPOINT_WITNESSES_MAX];
	unsigned witness_count;
	int64_t size, until, after;     /* after: of a page the last record before it, of raw bytes the record */
	int64_t from;                   /* of a piece */
	struct str version;
	struct map *seen;               /* digests of policies, commitments of raw bytes */
	struct evidence_bundle b;
	unsigned openings, gone;
	bool own;                       /* a report of that reporter is among them */
	struct str redaction, deed;     /* digest of the list, id of the record */
	int64_t later;                  /* size of the ledger that has it */
};

static void put_request(struct command_text *t, void *arg)
{
	const struct exporting *x = arg;
	jsonw_str(&t->w, "case", str_of(x->number));
	jsonw_str(&t->w, "because", str_of(x->because));
	jsonw_bool(&t->w, "raw", x->raw);
	jsonw_bool(&t->w, "attachments", x->attachments);
	jsonw_array(&t->w, "open");
	for (unsigned i = 0; i < x->open_count; i++)
		jsonw_str(&t->w, NULL, x->open[i]);
	jsonw_end(&t->w, ']');
	jsonw_array(&t->w, "only");
	for (struct str rest = x->only, n; str_split(&rest, ',', &n);)
		jsonw_str(&t->w, NULL, n);
	jsonw_end(&t->w, ']');
	jsonw_int(&t->w, "size", x->size);
	jsonw_int(&t->w, "until", x->until);
	jsonw_int(&t->w, "after", x->after);
	jsonw_int(&t->w, "from", x->from);
	jsonw_str(&t->w, "ticket", x->ticket);
	jsonw_str(&t->w, "version", x->version);
	jsonw_str(&t->w, "profile", str_of(x->profile));
	jsonw_str(&t->w, "reporter", str_of(x->reporter));
	jsonw_str(&t->w, "redaction", x->redaction);
}

static int malformed(void)
{
	(void)fprintf(stderr, "aup: the daemon's answer is malformed\n");
	return EXIT_NO;
}

/* A whole text that comes in pieces. *ret_gone: it cannot be had any more. */
static int fetch(struct exporting *x, const char *op, struct str *ret_whole, struct str *ret_salt, bool *ret_gone)
{
	struct buf whole;
	int64_t total = 1;
	int status = EXIT_OK;
	buf_init(&whole, EVIDENCE_BUNDLE_RAW_MAX);
	for (x->from = 0; !status && x->from < total; x->from = (int64_t)whole.len) {
		struct json *root;
		struct str text, piece = STR_NONE;
		status = evidence_ask(x->c, put_request, x, op, &root, &text);
		if (!status && (*ret_gone = json_flag(root, "gone", false)))
			break;
		total = json_int(root, "total", -1);
		*ret_salt = json_text(root, "salt");
		if (!status && (total < 0 || str_unbase64(x->c->a, json_text(root, "piece"), &piece) != OK || (!piece.len && total)))
			status = malformed();
		buf_put(&whole, piece);
	}
	if (!status && whole.err)
		status = malformed();
	*ret_whole = status ? STR_NONE : str_copy(x->c->a, buf_str(&whole));
	buf_done(&whole);
	return status;
}

/* Once each. */
static bool is_new(struct exporting *x, struct str name)
{
	return name.len && !map_get(x->seen, name) && map_put(x->seen, name, x) == OK;
}

static int add_policy(struct exporting *x, struct str version, struct str digest)
{
	struct str salt;
	bool gone = false;
	if (!is_new(x, digest) || x->b.policy_count == EVIDENCE_BUNDLE_POLICIES_MAX)
		return EXIT_OK;
	x->version = version;
	return fetch(x, "evidence-policy", &x->b.policies[x->b.policy_count++], &salt, &gone);
}

/* That the judge withholds it, or that it is gone. */
static bool add_withheld(struct evidence_entry *e, struct str name, struct str reason, int64_t len)
{
	if (!e->withheld || e->withheld_count == RECORD_LINES_MAX)
		return false;
	e->withheld[e->withheld_count++] = (struct evidence_withheld){ name, reason, len };
	return true;
}

/* What is short came with its record. */
static int add_raw(struct exporting *x, const struct json *m, struct evidence_entry *entry)
{
	struct evidence_raw *raw = &x->b.raws[x->b.raw_count];
	struct str salt = json_text(m, "salt"), octets;
	bool gone = json_flag(m, "gone", false);
	int64_t after = x->after;
	int status = EXIT_OK;
	if (gone && x->profile && !add_withheld(entry, STR("raw"), STR("gone"), -1))
		return malformed();
	if (!is_new(x, json_text(m, "raw")) || x->b.raw_count == EVIDENCE_BUNDLE_RAWS_MAX)
		return EXIT_OK;
	if (salt.len && str_unbase64(x->c->a, json_text(m, "octets"), &raw->bytes) != OK)
		return malformed();
	x->after = json_int(m, "n", 0);
	if (!gone && !salt.len) {
		status = fetch(x, "evidence-raw", &raw->bytes, &salt, &gone);
		if (!status && gone && x->profile && !add_withheld(entry, STR("raw"), STR("gone"), -1))
			status = malformed();
	}
	x->after = after;
	x->gone += gone;
	if (status || gone)
		return status;
	if (str_unhex(x->c->a, salt, &octets) != OK || octets.len != EVIDENCE_SALT_LEN)
		return malformed();
	memcpy(raw->salt, octets.ptr, EVIDENCE_SALT_LEN);
	x->b.raw_count++;
	return EXIT_OK;
}

static bool read_opening(struct exporting *x, const struct json *m, struct evidence_opening *o)
{
	struct str salt;
	o->name = json_text(m, "name");
	if (str_unhex(x->c->a, json_text(m, "salt"), &salt) != OK || salt.len != EVIDENCE_SALT_LEN || str_unbase64(x->c->a, json_text(m, "value"), &o->value) != OK)
		return false;
	memcpy(o->salt, salt.ptr, EVIDENCE_SALT_LEN);
	for (unsigned i = 0; i < x->open_count; i++)
		x->opened[i] |= str_eq(x->open[i], o->name) || str_eq(x->open[i], STR("all"));
	x->own |= str_eq(o->name, STR("reporter"));
	x->openings++;
	return true;
}

static bool read_masked(struct exporting *x, const struct json *m, struct evidence_entry *e)
{
	struct evidence_masked *to = &e->masked[e->masked_count];
	if (e->masked_count == RECORD_LINES_MAX || str_unbase64(x->c->a, json_text(m, "pieces"), &to->pieces) != OK)
		return false;
	to->name = json_text(m, "name");
	to->len = json_int(m, "length", -1);
	e->masked_count++;
	return true;
}

/* What of it is not shown. */
static bool read_redaction(struct exporting *x, const struct json *m, struct evidence_entry *e)
{
	const struct json *masked = json_get(m, "masked"), *withheld = json_get(m, "withheld");
	e->masked = ARENA_ARRAY(x->c->a, struct evidence_masked, RECORD_LINES_MAX);
	e->withheld = ARENA_ARRAY(x->c->a, struct evidence_withheld, RECORD_LINES_MAX);
	bool good = e->masked && e->withheld;
	for (const struct json *o = masked ? masked->child : NULL; good && o; o = o->next)
		good = read_masked(x, o, e);
	for (const struct json *o = withheld ? withheld->child : NULL; good && o; o = o->next)
		good = add_withheld(e, json_text(o, "name"), json_text(o, "reason"), json_int(o, "length", -1));
	return good;
}

static bool read_entry(struct exporting *x, const struct json *m, struct evidence_entry *e)
{
	struct arena *a = x->c->a;
	const struct json *list = json_get(m, "proof"), *openings = json_get(m, "openings");
	struct digest *path = ARENA_ARRAY(a, struct digest, MERKLE_PROOF_MAX);
	e->openings = ARENA_ARRAY(a, struct evidence_opening, RECORD_LINES_MAX);
	e->index = (uint64_t)json_int(m, "index", -1);
	e->path = path;
	if (!path || !e->openings || str_unbase64(a, json_text(m, "text"), &e->record) != OK)
		return false;
	for (const struct json *h = list ? list->child : NULL; h; h = h->next)
		if (e->path_count == MERKLE_PROOF_MAX || checkpoint_hash_read(a, h->text, &path[e->path_count++]) != OK)
			return false;
	for (const struct json *o = openings ? openings->child : NULL; o; o = o->next)
		if (e->opening_count == RECORD_LINES_MAX || !read_opening(x, o, &e->openings[e->opening_count++]))
			return false;
	return !x->profile || read_redaction(x, m, e);
}

static int take_page(struct exporting *x, const struct json *root)
{
	const struct json *list = json_get(root, "records");
	int status = EXIT_OK;
	for (const struct json *m = list ? list->child : NULL; !status && m; m = m->next) {
		if (x->b.entry_count == EVIDENCE_BUNDLE_RECORDS_MAX) {
			(void)fprintf(stderr, "aup: a bundle has at most %d records\n", EVIDENCE_BUNDLE_RECORDS_MAX);
			return EXIT_NO;
		}
		struct evidence_entry *entry = &x->b.entries[x->b.entry_count++];
		if (!read_entry(x, m, entry))
			return malformed();
		status = add_policy(x, json_text(m, "policy"), json_text(m, "digest"));
		if (!status && (x->raw || x->attachments))
			status = add_raw(x, m, entry);
	}
	return status;
}

/* Whose lines the checkpoint may bear. */
static bool read_witnesses(struct exporting *x, const struct json *list)
{
	struct why why;
	for (const struct json *m = list ? list->child : NULL; m; m = m->next)
		if (x->witness_count == CHECKPOINT_WITNESSES_MAX || note_verifier_read(x->c->a, json_text(m, "key"), &x->witnesses[x->witness_count++], &why) != OK)
			return false;
	return true;
}

static int gather(struct exporting *x)
{
	struct json *root;
	struct str text;
	int status;
	do {
		status = evidence_ask(x->c, put_request, x, "evidence-export", &root, &text);
		if (status)
			return status;
		if (!x->ticket.len) {
			x->ticket = json_text(root, "ticket");
			x->key = json_text(root, "key");
			x->b.checkpoint = json_text(root, "checkpoint");
			if (json_text(root, "stamp").len && str_unbase64(x->c->a, json_text(root, "stamp"), &x->b.stamp) != OK)
				return malformed();
			x->size = json_int(root, "size", 0);
			x->until = json_int(root, "until", 0);
			x->erased = json_flag(root, "erased", false);
			if (!read_witnesses(x, json_get(root, "witnesses")))
				return malformed();
		}
		status = take_page(x, root);
		int64_t after = json_int(root, "after", 0);
		if (!status && after && after <= x->after)
			status = malformed();
		x->after = after;
	} while (!status && x->after);
	return status;
}

/* A name that nothing was opened by is a mistake, not a bundle that says less. */
static int check_names(const struct exporting *x)
{
	for (unsigned i = 0; i < x->open_count; i++) {
		if (x->opened[i] || x->erased)
			continue;
		(void)fprintf(stderr, "aup: no record of the case commits to \"%.*s\"\n", STR_ARG(x->open[i]));
		return EXIT_NO;
	}
	if (x->reporter && !x->own && !x->erased) {
		(void)fprintf(stderr, "aup: no report of the case is of the reporter \"%s\"\n", x->reporter);
		return EXIT_NO;
	}
	if (x->erased && (x->open_count || x->profile))
		(void)fprintf(stderr, "aup: the key of the customer was destroyed: nothing can be opened any more, and the records still prove themselves\n");
	if (x->gone)
		(void)fprintf(stderr, "aup: the raw bytes of %u report(s) cannot be had any more: a key was destroyed\n", x->gone);
	return EXIT_OK;
}

/* The list of what is withheld, and the digest of what is not. */
static int list_withheld(struct exporting *x)
{
	struct arena *a = x->c->a;
	struct why why = { .line = 0 };
	struct digest list;
	enum err e = evidence_bundle_order(a, &x->b, &why);
	if (e == OK)
		e = handed_write(a, &x->b, str_of(x->profile), &x->b.redaction, &why);
	if (e)
		return cli_fail(&why);
	digest_sha256(x->b.redaction, &list);
	x->redaction = digest_hex(a, &list);
	return EXIT_OK;
}

static void put_deed(struct command_text *t, void *arg)
{
	const struct exporting *x = arg;
	jsonw_str(&t->w, "record", x->deed);
	jsonw_int(&t->w, "from", x->size);
	jsonw_int(&t->w, "to", x->later);
}

static bool read_deed(struct exporting *x, const struct json *root)
{
	const struct json *openings = json_get(root, "openings");
	struct evidence_entry *e = &x->b.handed;
	unsigned before = x->openings;
	e->openings = ARENA_ARRAY(x->c->a, struct evidence_opening, 1);
	x->deed = json_text(root, "record");
	bool good = e->openings && openings && openings->child && str_unbase64(x->c->a, json_text(root, "text"), &e->record) == OK &&
		read_opening(x, openings->child, &e->openings[0]);
	e->opening_count = 1;
	x->openings = before;
	return good;
}

/* The record of the handing over, its place in the ledger, and that this is the ledger of the bundle. */
static int hand_over(struct exporting *x)
{
	struct json *root;
	struct str text;
	struct proof p;
	struct checkpoint later;
	struct note note;
	struct buf growth;
	struct why why = { .line = 0 };
	int status = list_withheld(x);
	if (!status)
		status = evidence_ask(x->c, put_request, x, "evidence-seal", &root, &text);
	if (!status && !read_deed(x, root))
		status = malformed();
	if (!status)
		status = evidence_ask(x->c, put_deed, x, "evidence-proof", &root, &text);
	if (status)
		return status;
	x->b.handed_proof = json_text(root, "proof");
	if (proof_read(x->c->a, x->b.handed_proof, &p, &why) != OK || note_read(x->c->a, p.checkpoint, &note, &why) != OK ||
		checkpoint_read(x->c->a, note.text, &later, &why) != OK)
		return cli_fail(&why);
	x->later = (int64_t)later.size;
	status = evidence_ask(x->c, put_deed, x, "evidence-consistency", &root, &text);
	const struct json *list = status ? NULL : json_get(root, "proof");
	buf_init(&growth, RECORD_BYTES_MAX);
	for (const struct json *h = list ? list->child : NULL; h; h = h->next)
		buf_printf(&growth, "%.*s\n", STR_ARG(h->text));
	x->b.growth = str_copy(x->c->a, buf_str(&growth));
	buf_done(&growth);
	return status;
}

static void print_profile(const struct exporting *x, const struct evidence_verdict *v)
{
	if (x->profile && !x->c->json)
		(void)printf("under the profile %s: %u values and raw reports are shown, %u withheld, %u of these shown in part; recorded as %.*s\n", x->profile,
			v->count.shown, v->count.withheld, v->count.masked, STR_ARG(x->deed));
}

static int write_out(struct exporting *x, const char *path)
{
	struct why why = { .line = 0 };
	struct note_verifier key;
	struct evidence_verdict v;
	struct evidence_bundle back;
	struct buf out;
	buf_init(&out, EVIDENCE_BUNDLE_BYTES_MAX);
	struct checkpoint_witnesses witnesses = { x->witnesses, x->witness_count };
	enum err e = note_verifier_read(x->c->a, x->key, &key, &why);
	if (e == OK)
		e = evidence_bundle_write(x->c->a, &x->b, &out, &why);
	if (e == OK)
		e = evidence_bundle_read(x->c->a, buf_str(&out), &back, &why);
	if (e == OK)
		e = evidence_bundle_verify(x->c->a, &back, &key, &witnesses, &v, &why);
	int status = e ? cli_fail(&why) : evidence_out(path, buf_str(&out));
	if (status == EXIT_OK && path && x->c->json)
		(void)printf("{\"case\":\"%s\",\"records\":%u,\"openings\":%u,\"policies\":%u,\"raw\":%u,\"size\":%lld,\"octets\":%zu,\"profile\":\"%s\",\"shown\":%u,"
			"\"withheld\":%u,\"masked\":%u}\n", x->number, x->b.entry_count, x->openings, x->b.policy_count, x->b.raw_count, (long long)x->size, out.len,
			x->profile ? x->profile : "none", v.count.shown, v.count.withheld, v.count.masked);
	else if (status == EXIT_OK && path)
		(void)printf("%s: %u records, %u values opened, %u version(s) of the policy, %u raw report(s); %zu octets under the ledger of %lld\n", x->number,
			x->b.entry_count, x->openings, x->b.policy_count, x->b.raw_count, out.len, (long long)x->size);
	if (status == EXIT_OK && path)
		print_profile(x, &v);
	for (unsigned i = 0; status == EXIT_OK && path && !x->c->json && i < x->witness_count; i++)
		if (v.witnesses[i].signed_by_it)
			(void)printf("signed by a witness: check it with --witness %.*s\n", STR_ARG(note_verifier_write(x->c->a, &x->witnesses[i])));
	if (status == EXIT_OK && path && !x->c->json && x->b.stamp.len)
		(void)printf("stamped with a time: check it with --tsa-ca FILE, the certificates of the authority\n");
	buf_done(&out);
	return status;
}

static bool read_names(struct exporting *x, const char *names)
{
	struct str rest = str_of(names), name;
	while (rest.len && str_split(&rest, ',', &name)) {
		if (x->open_count == NAMES_MAX || !record_key_ok(name))
			return false;
		x->open[x->open_count++] = name;
	}
	return true;
}

int evidence_export(int argc, char **argv, struct evidence_call *c)
{
	const char *path = cli_value(&argc, argv, "-o"), *open = cli_value(&argc, argv, "--open");
	struct exporting x = { .c = c, .because = cli_value(&argc, argv, "--because"), .raw = !cli_flag(&argc, argv, "--no-raw"),
		.attachments = cli_flag(&argc, argv, "--attachments"), .profile = cli_value(&argc, argv, "--profile"), .reporter = cli_value(&argc, argv, "--reporter"),
		.only = str_of(cli_value(&argc, argv, "--record")) };
	uint64_t n;
	if (x.profile && (open || !x.raw || x.attachments)) {
		(void)fprintf(stderr, "aup: a profile says itself what goes along: not with --open, --no-raw or --attachments\n");
		return EXIT_USAGE;
	}
	if (argc != 3 || !x.because || !read_names(&x, open) || !cli_no_more_options(argc, argv, "evidence"))
		return cli_usage("evidence");
	if (case_parse(str_of(argv[2]), &n) != OK) {
		(void)fprintf(stderr, "aup: \"%s\" is no case; a number such as C-4711 is needed\n", argv[2]);
		return EXIT_USAGE;
	}
	x.number = argv[2];
	x.seen = map_new(EVIDENCE_BUNDLE_RAWS_MAX + EVIDENCE_BUNDLE_POLICIES_MAX);
	x.b.entries = ARENA_ARRAY(c->a, struct evidence_entry, EVIDENCE_BUNDLE_RECORDS_MAX);
	x.b.policies = ARENA_ARRAY(c->a, struct str, EVIDENCE_BUNDLE_POLICIES_MAX);
	x.b.raws = ARENA_ARRAY(c->a, struct evidence_raw, EVIDENCE_BUNDLE_RAWS_MAX + 1);
	int status = x.seen && x.b.entries && x.b.policies && x.b.raws ? gather(&x) : EXIT_NO;
	if (status == EXIT_OK)
		status = check_names(&x);
	if (status == EXIT_OK && x.profile)
		status = hand_over(&x);
	if (status == EXIT_OK)
		status = write_out(&x, path);
	map_free(x.seen);
	return status;
}
