/*
 * aup verify: what a bundle proves, by the public key alone. No configuration, no daemon, no network: octets in, words out.
 *
 * Exit status: 0 it verifies; 1 it does not; 2 it could not be checked (usage, a key or a file that cannot be read).
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "aup/evidence.h"
#include "base/file.h"
#include "base/json.h"
#include "base/time.h"
#include "evidence/handed.h"
#include "evidence/redaction.h"

enum { REVEALS_MAX = 16, VALUE_SHOWN_MAX = 2000, TEXT_BYTES_MAX = 256 << 20, TSA_BYTES_MAX = 256 << 10 };

struct verifying {
	struct arena *a, *item;
	struct note_verifier log, keys[CHECKPOINT_WITNESSES_MAX];
	struct checkpoint_witnesses witnesses;
	struct evidence_bundle b;
	struct evidence_verdict v;
	unsigned required;              /* how many witnesses must have signed */
	struct str tsa;                 /* certificates in PEM; STR_NONE: not given */
	const char *profile;            /* that it must be of; NULL: any */
	const char *reveals[REVEALS_MAX];
	unsigned reveal_count, revealed;
	struct str list;                /* of what is withheld: what is not told yet */
};

static struct str shown(struct verifying *x, struct str s)
{
	return str_printable(x->item, s, VALUE_SHOWN_MAX);
}

static struct str root_of(struct verifying *x)
{
	return checkpoint_hash_write(x->a, &x->v.checkpoint.root);
}

/* The case of the record and its number in it; false when the record tells neither. */
static bool place_of(const struct record *r, struct str *ret_case, uint64_t *ret_seq)
{
	*ret_case = record_value(r, STR("case"));
	return ret_case->len && str_to_u64(record_value(r, STR("seq")), INT64_MAX, ret_seq) == OK;
}

/* Is every record from the first of one case on there, up to *ret_last? */
static bool without_gap(struct verifying *x, struct str *ret_case, uint64_t *ret_last)
{
	struct record r;
	struct str name;
	uint64_t seq;
	for (unsigned i = 0; i < x->b.entry_count; i++) {
		arena_reset(x->item);
		if (record_read(x->item, x->b.entries[i].record, &r, NULL) != OK || !place_of(&r, &name, &seq) || seq != (uint64_t)i + 1 ||
			(i && !str_eq(name, *ret_case)))
			return false;
		*ret_case = str_copy(x->a, name);
		*ret_last = seq;
	}
	return true;
}

static const struct evidence_opening *opening_of(const struct evidence_entry *e, struct str name)
{
	for (unsigned i = 0; i < e->opening_count; i++)
		if (str_eq(e->openings[i].name, name))
			return &e->openings[i];
	return NULL;
}

/* What is kept, and words in the place of each mask. */
static struct str in_part(struct verifying *x, struct str pieces)
{
	enum redaction_reason reason;
	struct str kept, text = STR_NONE;
	struct buf out;
	buf_init(&out, RECORD_BYTES_MAX * 8);
	while (redaction_piece(&pieces, &kept, &reason) == OK) {
		buf_put(&out, kept);
		if (reason)
			buf_printf(&out, "[%s]", redaction_reason_words[reason]);
	}
	text = str_copy(x->item, buf_str(&out));
	buf_done(&out);
	return text;
}

static const struct evidence_masked *masked_of(const struct evidence_entry *e, struct str name)
{
	for (unsigned i = 0; i < e->masked_count; i++)
		if (str_eq(e->masked[i].name, name))
			return &e->masked[i];
	return NULL;
}

/* Why it is not here: told by the list of the bundle, in the order of what is printed. */
static void print_withheld(struct verifying *x, const struct evidence_entry *e, struct str name)
{
	const struct evidence_masked *m = masked_of(e, name);
	if (!x->b.redaction.len) {
		(void)printf("    %.*s: committed to, and not opened here\n", STR_ARG(name));
		return;
	}
	struct str reason = handed_next(&x->list);
	if (m)
		(void)printf("    %.*s, in part: %.*s   (the whole is withheld: not proved)\n", STR_ARG(name), STR_ARG(shown(x, in_part(x, m->pieces))));
	else
		(void)printf("    %.*s: withheld (%.*s); committed to, and can be revealed\n", STR_ARG(name), STR_ARG(shown(x, reason)));
}

static void print_line(struct verifying *x, const struct evidence_entry *e, const struct evidence_link *link, const struct record_line *l)
{
	if (str_starts(l->key, STR("com."))) {
		const struct evidence_opening *o = opening_of(e, str_sub(l->key, 4, l->key.len));
		if (o)
			(void)printf("    %.*s: %.*s   (opened: it is what was committed to)\n", STR_ARG(o->name), STR_ARG(shown(x, o->value)));
		else
			print_withheld(x, e, str_sub(l->key, 4, l->key.len));
	} else if (str_eq(l->key, STR("policy.digest"))) {
		(void)printf("    policy.digest: %.*s   (%s)\n", STR_ARG(shown(x, l->value)), link->policy ? "its text is in the bundle" : "its text is not in the bundle");
	} else if (str_eq(l->key, STR("raw"))) {
		if (link->raw)
			(void)printf("    raw: %zu octets   (in the bundle: they are what was committed to)\n", link->raw->bytes.len);
		else if (x->b.redaction.len)
			print_withheld(x, e, l->key);
		else
			(void)printf("    raw: committed to, and not in the bundle\n");
	} else {
		(void)printf("    %.*s: %.*s\n", STR_ARG(l->key), STR_ARG(shown(x, l->value)));
	}
}

static void print_records(struct verifying *x)
{
	struct record r;
	x->list = handed_list(&x->b);
	for (unsigned i = 0; i < x->b.entry_count; i++) {
		const struct evidence_entry *e = &x->b.entries[i];
		arena_reset(x->item);
		if (record_read(x->item, e->record, &r, NULL) != OK)
			continue;
		(void)printf("  %.*s, leaf %llu of the ledger\n", STR_ARG(shown(x, r.id)), (unsigned long long)e->index);
		for (unsigned k = 0; k < r.count; k++)
			if (!str_eq(r.lines[k].key, STR("id")))
				print_line(x, e, &x->v.links[i], &r.lines[k]);
	}
}

static unsigned witnesses_signed(const struct verifying *x)
{
	unsigned n = 0;
	for (unsigned i = 0; i < x->witnesses.count; i++)
		n += x->v.witnesses[i].signed_by_it;
	return n;
}

static void print_witnesses(struct verifying *x)
{
	if (x->witnesses.count)
		(void)printf("%u of the %u witnesses given signed it.\n", witnesses_signed(x), x->witnesses.count);
	for (unsigned i = 0; i < x->witnesses.count; i++) {
		const struct note_verdict *w = &x->v.witnesses[i];
		if (w->signed_by_it)
			(void)printf("The witness %.*s signed that it saw this ledger and no other, at %.*s.\n", STR_ARG(x->keys[i].name),
				STR_ARG(time_str(x->a, w->unix_s * SECOND_US)));
		else
			(void)printf("The witness %.*s did not sign it.\n", STR_ARG(x->keys[i].name));
	}
}

/* A stamp that nothing given covers could say anything. */
static bool is_stamped(const struct verifying *x)
{
	return x->b.stamp.len && x->tsa.len;
}

/* How many of the records are of the ledger that was stamped. */
static unsigned stamped_records(const struct verifying *x)
{
	unsigned n = 0;
	for (unsigned i = 0; is_stamped(x) && i < x->b.entry_count; i++)
		n += x->b.entries[i].index < x->v.stamp.checkpoint.size;
	return n;
}

static void print_stamp(struct verifying *x)
{
	if (is_stamped(x))
		(void)printf("A time-stamping authority of those given signed that the ledger of %llu records was there at %.*s: %u of these %u records were written before.\n",
			(unsigned long long)x->v.stamp.checkpoint.size, STR_ARG(time_str(x->a, x->v.stamp.unix_s * SECOND_US)), stamped_records(x), x->b.entry_count);
}

static enum err check_stamp(struct verifying *x, struct why *why)
{
	enum err e = OK;
	if (x->b.stamp.len && x->tsa.len)
		e = stamped_check(x->a, &x->v.stamp, x->tsa, why);
	else if (x->tsa.len)
		e = why_set(why, ERR_DENIED, "the bundle has no time stamp");
	return e;
}

static struct str by_whom(const struct verifying *x)
{
	const struct evidence_opening *o = opening_of(&x->b.handed, STR("actor"));
	return o ? o->value : STR_NONE;
}

/* By what is left of the record that was proved: it names the list, and the list all that is not here. */
static void print_handed(struct verifying *x)
{
	const struct record *r = &x->v.handed;
	arena_reset(x->item);
	if (x->b.redaction.len)
		(void)printf("Handed over by %.*s at %.*s, under the profile %.*s, when version %.*s of the policy was in force: so says %.*s of the ledger.\n",
			STR_ARG(shown(x, by_whom(x))), STR_ARG(shown(x, record_value(r, STR("time")))), STR_ARG(record_value(r, STR("profile"))),
			STR_ARG(shown(x, record_value(r, STR("policy")))), STR_ARG(shown(x, r->id)));
	(void)printf("%u shown and verified, %u withheld (by %s%.*s), 0 failed.\n", x->v.count.shown, x->v.count.withheld, x->b.redaction.len ? "profile " : "no profile",
		STR_ARG(record_value(r, STR("profile"))));
	if (x->v.count.masked)
		(void)printf("%u of the withheld are shown in part.\n", x->v.count.masked);
	if (x->reveal_count)
		(void)printf("%u of the withheld are revealed: they are what was committed to, and what was shown of them in part is part of them.\n", x->revealed);
}

static void print_limits(struct verifying *x)
{
	struct str name = STR_NONE;
	uint64_t last = 0;
	(void)printf("\nNot proved:\n");
	if (without_gap(x, &name, &last))
		(void)printf("  That nothing came after: the records 1 to %llu of case %.*s are here without a gap; what followed need not be.\n",
			(unsigned long long)last, STR_ARG(shown(x, name)));
	else
		(void)printf("  That all records of a case are here: some are missing, or they are of several.\n");
	(void)printf("  That what a record says is true. It is what was written down, before the checkpoint was signed, and not changed since.\n"
		     "  When: times are those of the provider's own clock%s.\n"
		     "  What was committed to and not opened.\n%s", x->witnesses.count && is_stamped(x) ? ", but for a witness's and the authority's" : is_stamped(x) ? ", but for the authority's"
		: x->witnesses.count ? ", but for a witness's" : "", x->v.count.masked ? "  That what is shown in part is part of it: that is seen when the whole is revealed.\n" : "");
	if (x->v.unchecked)
		(void)printf("  What %u signature%s of others under the checkpoint say%s: no key of theirs was given (--witness).\n", x->v.unchecked,
			x->v.unchecked == 1 ? "" : "s", x->v.unchecked == 1 ? "s" : "");
	if (x->b.stamp.len && !x->tsa.len)
		(void)printf("  What its time stamp says: no certificate of the authority was given (--tsa-ca).\n");
	if (!x->witnesses.count)
		(void)printf("  That others were shown the same ledger: hold its size and root against those at the end of a letter (aup evidence consistency).\n");
}

static void print_verdict(struct verifying *x)
{
	(void)printf("The bundle verifies.\n\nProved, for the ledger %.*s of %llu records, root %.*s, signed by its key:\n", STR_ARG(x->log.name),
		(unsigned long long)x->v.checkpoint.size, STR_ARG(root_of(x)));
	print_records(x);
	print_handed(x);
	print_witnesses(x);
	print_stamp(x);
	print_limits(x);
}

static void json_withheld(struct verifying *x, const struct evidence_entry *e, const struct evidence_link *link, const struct record *r, struct jsonw *w)
{
	jsonw_object(w, "masked");
	for (unsigned k = 0; k < e->masked_count; k++)
		jsonw_str(w, str_c(x->item, e->masked[k].name), in_part(x, e->masked[k].pieces));
	jsonw_end(w, '}');
	jsonw_object(w, "withheld");
	for (unsigned k = 0; x->b.redaction.len && k < r->count; k++) {
		bool value = str_starts(r->lines[k].key, STR("com.")), raw = str_eq(r->lines[k].key, STR("raw"));
		struct str name = value ? str_sub(r->lines[k].key, 4, r->lines[k].key.len) : r->lines[k].key;
		if ((!value && !raw) || (raw ? link->raw != NULL : opening_of(e, name) != NULL))
			continue;
		struct str reason = handed_next(&x->list);
		if (!masked_of(e, name))
			jsonw_str(w, str_c(x->item, name), reason);
	}
	jsonw_end(w, '}');
}

static void json_handed(struct verifying *x, struct jsonw *w)
{
	const struct record *r = &x->v.handed;
	if (x->b.redaction.len) {
		jsonw_str(w, "profile", record_value(r, STR("profile")));
		jsonw_str(w, "handed_by", by_whom(x));
		jsonw_str(w, "handed_at", record_value(r, STR("time")));
		jsonw_str(w, "policy", record_value(r, STR("policy")));
	}
	jsonw_int(w, "shown", x->v.count.shown);
	jsonw_int(w, "withheld", x->v.count.withheld);
	jsonw_int(w, "masked", x->v.count.masked);
	jsonw_int(w, "revealed", x->revealed);
	jsonw_int(w, "failed", 0);
}

static void json_record(struct verifying *x, unsigned i, struct jsonw *w)
{
	const struct evidence_entry *e = &x->b.entries[i];
	struct record r;
	arena_reset(x->item);
	if (record_read(x->item, e->record, &r, NULL) != OK)
		return;
	jsonw_object(w, NULL);
	jsonw_int(w, "leaf", (int64_t)e->index);
	jsonw_object(w, "record");
	for (unsigned k = 0; k < r.count; k++)
		jsonw_str(w, str_c(x->item, r.lines[k].key), r.lines[k].value);
	jsonw_end(w, '}');
	jsonw_object(w, "opened");
	for (unsigned k = 0; k < e->opening_count; k++)
		jsonw_str(w, str_c(x->item, e->openings[k].name), e->openings[k].value);
	jsonw_end(w, '}');
	json_withheld(x, e, &x->v.links[i], &r, w);
	jsonw_bool(w, "policy_text", x->v.links[i].policy != NULL);
	if (x->v.links[i].raw)
		jsonw_str(w, "raw", str_base64(x->item, x->v.links[i].raw->bytes));
	jsonw_end(w, '}');
}

static int print_json(struct verifying *x)
{
	struct buf out;
	struct jsonw w;
	struct str name = STR_NONE;
	uint64_t last = 0;
	buf_init(&out, TEXT_BYTES_MAX);
	jsonw_init(&w, &out);
	jsonw_object(&w, NULL);
	jsonw_bool(&w, "verified", true);
	jsonw_str(&w, "origin", x->log.name);
	jsonw_int(&w, "size", (int64_t)x->v.checkpoint.size);
	jsonw_str(&w, "root", root_of(x));
	jsonw_bool(&w, "without_gap", without_gap(x, &name, &last));
	jsonw_int(&w, "witnesses_signed", witnesses_signed(x));
	jsonw_int(&w, "signatures_unchecked", x->v.unchecked);
	jsonw_bool(&w, "stamp_unchecked", x->b.stamp.len && !x->tsa.len);
	jsonw_array(&w, "witnesses");
	for (unsigned i = 0; i < x->witnesses.count; i++) {
		jsonw_object(&w, NULL);
		jsonw_str(&w, "name", x->keys[i].name);
		jsonw_time(&w, "signed", x->v.witnesses[i].signed_by_it ? x->v.witnesses[i].unix_s * SECOND_US : TIME_NONE);
		jsonw_end(&w, '}');
	}
	jsonw_end(&w, ']');
	jsonw_time(&w, "stamped", is_stamped(x) ? x->v.stamp.unix_s * SECOND_US : TIME_NONE);
	jsonw_int(&w, "records_stamped", stamped_records(x));
	json_handed(x, &w);
	x->list = handed_list(&x->b);
	jsonw_array(&w, "records");
	for (unsigned i = 0; i < x->b.entry_count; i++)
		json_record(x, i, &w);
	jsonw_end(&w, ']');
	jsonw_end(&w, '}');
	buf_putc(&out, '\n');
	bool whole = !out.err && fwrite(out.ptr, 1, out.len, stdout) == out.len;
	buf_done(&out);
	return whole ? EXIT_OK : EXIT_USAGE;
}

static int refuse(const struct why *why, bool json)
{
	struct buf out;
	struct jsonw w;
	if (!json) {
		(void)printf("The bundle does NOT verify: it is worth nothing as it is.\n");
		return cli_fail(why);
	}
	buf_init(&out, 1 << 16);
	jsonw_init(&w, &out);
	jsonw_object(&w, NULL);
	jsonw_bool(&w, "verified", false);
	jsonw_str(&w, "error", str_of(why->text));
	jsonw_end(&w, '}');
	(void)printf("%.*s\n", STR_ARG(buf_str(&out)));
	buf_done(&out);
	return EXIT_NO;
}

/* What the other bundles show of what is withheld here; each must verify by itself. */
static enum err reveal(struct verifying *x, struct why *why)
{
	enum err e = OK;
	for (unsigned i = 0; e == OK && i < x->reveal_count; i++) {
		struct evidence_bundle other;
		struct evidence_verdict v;
		struct str bytes;
		unsigned n = 0;
		e = file_read_all(x->a, AT_FDCWD, x->reveals[i], EVIDENCE_BUNDLE_BYTES_MAX, &bytes, why);
		if (e == OK)
			e = evidence_bundle_read(x->a, bytes, &other, why);
		if (e == OK)
			e = evidence_bundle_verify(x->a, &other, &x->log, &x->witnesses, &v, why);
		if (e == OK)
			e = handed_reveal(&x->b, x->v.links, &other, v.links, &n, why);
		x->revealed += n;
	}
	return e;
}

static int verify(struct verifying *x, const char *path, bool json)
{
	struct why why = { .line = 0 };
	struct str bytes;
	if (file_read_all(x->a, AT_FDCWD, path, EVIDENCE_BUNDLE_BYTES_MAX, &bytes, &why) != OK) {
		(void)cli_fail(&why);
		return EXIT_USAGE;
	}
	enum err e = evidence_bundle_read(x->a, bytes, &x->b, &why);
	if (e == OK)
		e = evidence_bundle_verify(x->a, &x->b, &x->log, &x->witnesses, &x->v, &why);
	if (e == OK)
		e = check_stamp(x, &why);
	if (e == OK && x->profile && !str_eq(record_value(&x->v.handed, STR("profile")), str_of(x->profile)))
		e = why_set(&why, ERR_DENIED, "it was not handed over under the profile %.100s", x->profile);
	if (e == OK)
		e = reveal(x, &why);
	if (e == OK && witnesses_signed(x) < x->required)
		e = why_set(&why, ERR_DENIED, "%u of the %u witnesses given signed it, and %u must have", witnesses_signed(x), x->witnesses.count, x->required);
	if (e)
		return refuse(&why, json);
	if (json)
		return print_json(x);
	print_verdict(x);
	return EXIT_OK;
}

int cmd_verify(int argc, char **argv)
{
	const char *key = cli_value(&argc, argv, "--key"), *required = cli_value(&argc, argv, "--required"), *tsa = cli_value(&argc, argv, "--tsa-ca"),
		   *witness, *other, *profile = cli_value(&argc, argv, "--profile");
	bool json = cli_flag(&argc, argv, "--json");
	struct arena *a = arena_new("verify", CLI_BYTES_MAX), *item = arena_new("record", 128 << 20);
	struct verifying *x = a && item ? ARENA_NEW(a, struct verifying) : NULL;
	struct why why = { .line = 0 };
	int status = EXIT_USAGE;
	uint64_t n = 0;
	enum err e = x ? OK : ERR_NOMEM;
	if (x)
		*x = (struct verifying){ .a = a, .item = item, .witnesses = { .verifiers = x->keys }, .profile = profile };
	while (e == OK && (witness = cli_value(&argc, argv, "--witness")))
		e = x->witnesses.count == CHECKPOINT_WITNESSES_MAX ? why_set(&why, ERR_LIMIT, "at most %d witnesses", CHECKPOINT_WITNESSES_MAX)
			: evidence_key(a, witness, &x->keys[x->witnesses.count++], &why);
	while (e == OK && (other = cli_value(&argc, argv, "--reveal"))) {
		if (x->reveal_count == REVEALS_MAX)
			e = why_set(&why, ERR_LIMIT, "at most %d bundles that reveal", REVEALS_MAX);
		else
			x->reveals[x->reveal_count++] = other;
	}
	if (e == OK && key)
		e = evidence_key(a, key, &x->log, &why);
	if (e == OK && tsa)
		e = file_read_all(a, AT_FDCWD, tsa, TSA_BYTES_MAX, &x->tsa, &why);
	if (e)
		(void)cli_fail(&why);
	else if (argc != 2 || !key || (required && (str_to_u64(str_of(required), x->witnesses.count, &n) != OK || !n)) || !cli_no_more_options(argc, argv, "verify"))
		status = cli_usage("verify");
	else {
		x->required = (unsigned)n;
		status = verify(x, argv[1], json);
	}
	arena_free(item);
	arena_free(a);
	return status;
}
