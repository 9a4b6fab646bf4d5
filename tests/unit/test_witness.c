/*
 * What is said to a witness and heard of it: the body of add-checkpoint, answers that are cosignatures and answers that are none, sizes,
 * and the answer that C2SP tlog-witness shows, where it is.
 */
#include "evidence/witness.h"
#include "tap.h"

static struct arena *a;
static struct why why;

#define DASH "\xe2\x80\x94 "
#define ORIGIN "log.example.net/aupd"
#define LOG_VKEY ORIGIN "+b326d0dd+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"
#define W1_VKEY "witness.example.org/1+79a7bab1+BNBKsjJ0K7SrOhNovUYV5ObQIkq3GgFrr4UgozLJd4c3"
#define W1_SKEY "PRIVATE+KEY+witness.example.org/1+79a7bab1+BBERERERERERERERERERERERERERERERERERERERERER"
#define TEXT ORIGIN "\n70000\no5IPun8jmgcam9EHIfE0Gt3vuu3ttBx+JEN6nRa98Ao=\n"
#define LOG_LINE DASH ORIGIN " sybQ3ba9fbR8GOLwrX0dP6ChdnaFaPUukrxNjbhO9GMRqWi0CViT/a8RnK5z1Zcgis7GMVK1J7VweQEIMiYNGIglpwU=\n"
/* by openssl, at the time NOW */
#define W1_LINE \
	DASH "witness.example.org/1 " \
	     "eae6sQAAAABqsTuA+9KKMLcighimvjuGVhYsFl7UgjP91zjYj+aEJpjesx/WW8S3R4kPNhm4FHplArioSsPGC0QqZTFPKvw6hPpQCw==\n"
#define STRANGER \
	DASH "zeuge.example/\xc3\xa4 " \
	     "WWBfVQAAAABqsTuBOQWgbbw3rmq90T6YFzSIpTZjcUeUNPWfGvZaT64X9nZ34D2TgKEmATYgZO5TkMJqkaXFq8PrYIY116dBKsMlDQ==\n"
enum { NOW = 0x6ab13b80 };

static struct note_verifier w1;

static struct note checkpoint(void)
{
	struct note n = { .count = 0 };
	if (note_read(a, STR(TEXT "\n" LOG_LINE), &n, &why) != OK)
		OK_(false, "the checkpoint");
	return n;
}

static void test_request(void)
{
	struct merkle_proof p = { .count = 2 };
	struct str body;
	memset(p.hashes, 0, sizeof(p.hashes));
	p.hashes[1].octets[31] = 1;
	IS_INT(witness_request_write(a, 7, &p, STR(TEXT "\n" LOG_LINE), &body, &why), OK, "the body of add-checkpoint");
	IS_STR(body, STR("old 7\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE=\n\n" TEXT "\n" LOG_LINE), "as it is sent");
	IS_INT(witness_request_write(a, 0, &p, STR(TEXT "\n" LOG_LINE), &body, &why), OK, "to a witness that knows nothing");
	IS_STR(body, STR("old 0\n\n" TEXT "\n" LOG_LINE), "nothing is proved");
}

static void takes(const char *lines, int64_t now, enum err wanted, const char *name)
{
	struct note n = checkpoint();
	struct note before = n;
	int64_t at = 0;
	why.text[0] = 0;
	IS_INT(witness_cosignature_take(a, str_of(lines), &w1, now, &n, &at, &why), wanted, name);
	if (wanted == OK)
		OK_(n.count == 2 && at == NOW && witness_has_signed(&n, &w1), "its one line is in the note");
	else
		OK_(n.count == before.count && !witness_has_signed(&n, &w1) && why.text[0], "nothing is in the note, and why is said");
}

static void test_answers(void)
{
	takes(W1_LINE, NOW, OK, "a cosignature");
	takes(STRANGER W1_LINE STRANGER, NOW, OK, "among lines of others");
	takes(W1_LINE W1_LINE, NOW, OK, "twice the same");
	takes(W1_LINE, NOW + WITNESS_CLOCK_OFF_S, OK, "a day old");
	takes(W1_LINE, NOW + WITNESS_CLOCK_OFF_S + 1, ERR_RANGE, "older than a day");
	takes(W1_LINE, NOW - WITNESS_CLOCK_OFF_S - 1, ERR_RANGE, "of more than a day to come");
	takes(STRANGER, NOW, ERR_NOTFOUND, "of another key alone");
	takes(LOG_LINE, NOW, ERR_NOTFOUND, "the ledger's own line");
	takes("", NOW, ERR_SYNTAX, "nothing");
	takes("\n", NOW, ERR_SYNTAX, "an empty line");
	takes(DASH "witness.example.org/1 eae6sQ==\n", NOW, ERR_SYNTAX, "no signature behind the key id");
	takes(DASH "witness.example.org/1 eae6sQA=\n", NOW, ERR_DENIED, "a signature that is too short");
	takes("<html>\n", NOW, ERR_SYNTAX, "a page");
	takes(DASH "witness.example.org/1 "
		   "eae6sQAAAABqsTuB+9KKMLcighimvjuGVhYsFl7UgjP91zjYj+aEJpjesx/WW8S3R4kPNhm4FHplArioSsPGC0QqZTFPKvw6hPpQCw==\n",
		NOW, ERR_DENIED, "another time than was signed");
	char *many = arena_alloc(a, WITNESS_ANSWER_MAX + 2);
	memset(many, 'x', WITNESS_ANSWER_MAX + 1);
	many[WITNESS_ANSWER_MAX] = '\n';
	many[WITNESS_ANSWER_MAX + 1] = 0;
	takes(many, NOW, ERR_LIMIT, "more than an answer may have");
}

/* A later one takes the place of an earlier; one without a time is none. */
static void test_again(void)
{
	struct note n = checkpoint(), signed_again = n;
	struct note_signer s;
	struct str line;
	int64_t at = 0;
	BUG_ON(note_signer_read(a, STR(W1_SKEY), &s, &why) != OK);
	IS_INT(witness_cosignature_take(a, STR(W1_LINE), &w1, NOW, &n, &at, &why), OK, "a first cosignature");
	BUG_ON(checkpoint_cosign(a, &signed_again, &s, NOW + 60, &line, &why) != OK);
	IS_INT(witness_cosignature_take(a, line, &w1, NOW, &n, &at, &why), OK, "a second one of the same key");
	OK_(n.count == 2 && at == NOW + 60, "takes its place");
	line = str_format(a, "%.*s" W1_LINE, STR_ARG(line));
	n = checkpoint();
	IS_INT(witness_cosignature_take(a, line, &w1, NOW, &n, &at, &why), OK, "both in one answer");
	OK_(n.count == 2 && at == NOW + 60, "the later counts");
	BUG_ON(checkpoint_cosign(a, &signed_again, &s, 0, &line, &why) != OK);
	takes(str_c(a, line), 0, ERR_RANGE, "a cosignature without a time");
	struct checkpoint c;
	struct note_verifier log;
	struct note_verdict seen;
	struct str whole;
	const struct checkpoint_witnesses one = { &w1, 1 };
	BUG_ON(note_verifier_read(a, STR(LOG_VKEY), &log, &why) != OK || note_write(a, &n, &whole, &why) != OK);
	OK_(checkpoint_verify(a, whole, STR(ORIGIN), &log, &one, &c, &seen, &why) == OK && seen.signed_by_it, "what was taken verifies with the note");
}

static void test_sizes(void)
{
	static const char *const wrong[] = { "", "\n", "7", "07\n", "7\n\n", "7\r\n", " 7\n", "-7\n", "4611686018427387905\n", "99999999999999999999\n", "7\n8\n" };
	uint64_t size = 1;
	OK_(witness_size_read(STR("0\n"), &size) == OK && size == 0, "nothing is known");
	OK_(witness_size_read(STR("4611686018427387904\n"), &size) == OK && size == MERKLE_SIZE_MAX, "the largest size");
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		if (!OK_(witness_size_read(str_of(wrong[i]), &size) != OK, "what is no size"))
			tap_dump("size", str_of(wrong[i]));
}

/* "Example response body" of tlog-witness: lines that are read, of keys that nobody here knows. */
static void test_example(void)
{
	static char text[1 << 16];
	const char *shared = getenv("AUPD_SHARED");
	struct note n = checkpoint();
	struct buf lines;
	struct str rest, line;
	char path[1024];
	int64_t at;
	FILE *f = shared && snprintf(path, sizeof(path), "%s/samples/c2sp/tlog-witness.md", shared) < (int)sizeof(path) ? fopen(path, "rb") : NULL;
	if (!f) {
		tap_skip("the example of C2SP tlog-witness", "no samples here");
		return;
	}
	rest = (struct str){ text, fread(text, 1, sizeof(text), f) };
	(void)fclose(f);
	rest = str_sub(rest, str_find(rest, STR("Example response body:")), rest.len);
	buf_init(&lines, 1 << 16);
	while (str_split(&rest, '\n', &line) && !str_starts(line, STR("The client")))
		if (str_starts(str_trim(line), STR(DASH))) {
			buf_put(&lines, str_trim(line));
			buf_putc(&lines, '\n');
		}
	struct note read = { .text = n.text };
	OK_(note_read_signatures(a, buf_str(&lines), &read, &why) == OK && read.count == 3, "the example of C2SP tlog-witness is read");
	IS_INT(witness_cosignature_take(a, buf_str(&lines), &w1, NOW, &n, &at, &why), ERR_NOTFOUND, "and its keys are not known");
	buf_done(&lines);
}

int main(void)
{
	a = arena_new("test", 64 << 20);
	BUG_ON(!a || seal_start() != OK || note_verifier_read(a, STR(W1_VKEY), &w1, &why) != OK);
	test_request();
	test_answers();
	test_again();
	test_sizes();
	test_example();
	arena_free(a);
	return tap_done();
}
