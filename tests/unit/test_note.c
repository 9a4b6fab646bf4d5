/*
 * Signed notes, checkpoints and proofs of one record: octets that openssl and hashlib gave, texts that are none, signatures that do
 * not hold, and the examples of C2SP where they are.
 */
#include "evidence/proof.h"
#include "tap.h"

static struct arena *a;
static struct why why;

#define DASH "\xe2\x80\x94 "
#define ORIGIN "log.example.net/aupd"
#define LOG_VKEY ORIGIN "+b326d0dd+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"
#define LOG_SKEY "PRIVATE+KEY+" ORIGIN "+b326d0dd+AQABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f"
#define W1_VKEY "witness.example.org/1+79a7bab1+BNBKsjJ0K7SrOhNovUYV5ObQIkq3GgFrr4UgozLJd4c3"
#define W1_SKEY "PRIVATE+KEY+witness.example.org/1+79a7bab1+BBERERERERERERERERERERERERERERERERERERERERER"
#define W2_VKEY "zeuge.example/\xc3\xa4+59605f55+BKCapfR6Z1mAL/lV+NwtKhSlyZ0jvpf4ZBJ/+Tg0VaTw"
#define TEXT ORIGIN "\n70000\no5IPun8jmgcam9EHIfE0Gt3vuu3ttBx+JEN6nRa98Ao=\n"
#define LOG_LINE DASH ORIGIN " sybQ3ba9fbR8GOLwrX0dP6ChdnaFaPUukrxNjbhO9GMRqWi0CViT/a8RnK5z1Zcgis7GMVK1J7VweQEIMiYNGIglpwU=\n"
#define W1_LINE \
	DASH "witness.example.org/1 " \
	     "eae6sQAAAABqsTuA+9KKMLcighimvjuGVhYsFl7UgjP91zjYj+aEJpjesx/WW8S3R4kPNhm4FHplArioSsPGC0QqZTFPKvw6hPpQCw==\n"
#define W2_LINE \
	DASH "zeuge.example/\xc3\xa4 " \
	     "WWBfVQAAAABqsTuBOQWgbbw3rmq90T6YFzSIpTZjcUeUNPWfGvZaT64X9nZ34D2TgKEmATYgZO5TkMJqkaXFq8PrYIY116dBKsMlDQ==\n"
#define UNKNOWN_LINE DASH ORIGIN " AAAAAAE=\n"
#define EMPTY_NOTE \
	ORIGIN "\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n" DASH ORIGIN \
	       " sybQ3SWcJTeokeFlGcNuf15eTRU3mI/FnaSB5YDW3BkuqDLqisiYk1GL8SOF+QjCqMjuHjd6QIs/Vc2cJe9stkRryAs=\n"
/* the record "entry 12345" among the 70,000 of test_merkle.c */
#define PROOF_PATH \
	"Tgi/BfSyGAkVQqOg5VCAEuPA39qOO2Cv9RlYVvOgkZc=\nV6fLaXEU85bckTwnqrQZEKxYWfhS4wXLKn714m/" \
	"7930=\nRidJZFEG9CVynDisL18DNvXoeKodCOYbcYQYOvf4TkE=\n" \
	"85t9/" \
	"3na5oSilRWl4bxj9sOqXd7kJPOR5+hTfXyOl2Q=\nrlKxFcJ4lGA2aCzx60ykVlrMGyB+c+5JlwUbLm+jvfg=\nOcYx3mcjBmlfELUV+" \
	"d08lN2pE45QKWg67uatErFrCHg=\n" \
	"q+vcBggGOiwaibeDW3U5xzbbKaXGUfVDaK3lrUTYTLE=\nvSAX2q4RrUD46BHdErLDnxYU/Wuc5rw27/" \
	"gw3CeEclA=\n59YXiuGLSWzdQ2VylCSkSnWfjoARKiJ8wwfo7a+IFfE=\n" \
	"AtlYSg6si/u/z+ZT2ID105JaCsUqUFOikzC63SIRwLs=\neTvcMap/" \
	"dsLUYpzbyIUDJJp04HaWCrEmzcE4rF7Kosg=\nsF4quWghbxDSATaUwOVw+nJ5MLKxIA9UkMpnP1vvi+Y=\n" \
	"anehNP7LMb9++0sCzOgotuDxQIMzqMylzeww9LOcaPU=\nNQx6u1OF2gGid7++JQA96w9/" \
	"yTXRYu8MNTWAg5lJuaM=\n7zSaqkObRMAO1qOg+ktwexHMlkXo+y4RsS3uP4aL5Dk=\n" \
	"5sRRf2NUQ4GZfCdVpMuz3r8npIpNTQrDPtqeuQfsv7c=\nZHPyH93cvLa/pAO0SsCXjVF3MZFqKPt4kGTwN1K/HQM=\n"
#define PROOF "c2sp.org/tlog-proof@v1\nindex 12345\n" PROOF_PATH "\n" TEXT "\n" LOG_LINE W1_LINE W2_LINE

static struct note_verifier verifier(const char *text)
{
	struct note_verifier v = { .name = STR_NONE };
	if (note_verifier_read(a, str_of(text), &v, &why) != OK)
		OK_(false, text);
	return v;
}

static void test_keys(void)
{
	static const char *const good[] = { LOG_VKEY, W1_VKEY, W2_VKEY,
		"example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k" };
	static const char *const wrong[] = { "", "+", "++", ORIGIN, ORIGIN "+b326d0dd", ORIGIN "+b326d0dd+",
		ORIGIN "+B326D0DD+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4",
		ORIGIN "+b326d0de+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4",
		"log.example.net/aupe+b326d0dd+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4",
		ORIGIN "+b326d0dd+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4\n",
		ORIGIN "+b326d0dd+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVQ==",
		ORIGIN "+0b326d0dd+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4",
		"a b+b326d0dd+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4", LOG_SKEY };
	struct note_verifier v;
	struct note_signer s;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		v = verifier(good[i]);
		IS_STR(note_verifier_write(a, &v), str_of(good[i]), "a verifier key read and written");
	}
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		if (!OK_(note_verifier_read(a, str_of(wrong[i]), &v, &why) != OK, "what is no verifier key"))
			tap_dump("key", str_of(wrong[i]));
	IS_INT(note_verifier_read(a, STR("a+00000000+BgAA"), &v, &why), ERR_UNSUPPORTED, "a key of a kind not known here");
	OK_(note_signer_read(a, STR(LOG_SKEY), &s, &why) == OK && str_eq(note_signer_write(a, &s), STR(LOG_SKEY)),
		"a signer key read and written");
	IS_STR(note_verifier_write(a, &s.verifier), STR(LOG_VKEY), "gives the verifier key that openssl gives");
	OK_(note_signer_read(a, STR(W1_SKEY), &s, &why) == OK && s.verifier.type == NOTE_COSIGNATURE, "that of a witness");
	IS_STR(note_verifier_write(a, &s.verifier), STR(W1_VKEY), "too");
	OK_(note_signer_read(a, STR("PRIVATE+KEY+" ORIGIN "+b326d0de+AQABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f"), &s, &why) ==
			ERR_SYNTAX,
		"not with another id");
	IS_INT(note_signer_read(a, STR(LOG_VKEY), &s, &why), ERR_SYNTAX, "a verifier key is no signer key");
	IS_INT(note_verifier_init(&v, STR("a"), (enum note_type)2, s.verifier.public_key), ERR_UNSUPPORTED, "no other kinds are made");
}

static void test_names(void)
{
	static const char *const wrong[] = { "", "a b", "a+b", "a\tb", "a\n", "\xff", "a\xc2\xa0", "a\xc2\x85z", "\xe1\x9a\x80",
		"\xe2\x80\x80", "x\xe2\x80\x8a", "\xe2\x80\xa8", "\xe2\x80\xa9", "\xe2\x80\xaf", "\xe2\x81\x9f", "\xe3\x80\x80",
		"\x7f \x7f" };
	static const char *const good[] = { "a", "example.com/a-b_c", "\xe2\x80\x8b", "\xe2\x80\x94", "\xc3\xa4" };
	char longest[NOTE_NAME_MAX + 1];
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		if (!OK_(!note_name_ok(str_of(wrong[i])), "what is no name"))
			tap_dump("name", str_of(wrong[i]));
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		OK_(note_name_ok(str_of(good[i])), good[i]);
	memset(longest, 'x', sizeof(longest));
	OK_(note_name_ok((struct str){ longest, NOTE_NAME_MAX }) && !note_name_ok((struct str){ longest, NOTE_NAME_MAX + 1 }),
		"the longest name");
}

static void test_form(void)
{
	static const char *const good[] = { TEXT "\n" LOG_LINE, "\n\n" LOG_LINE, "a\n\n\n\nb\n\n" LOG_LINE W1_LINE,
		"a\n\n" LOG_LINE "\n" LOG_LINE, "\x7f\xc3\xa4\n\n" UNKNOWN_LINE };
	static const char *const wrong[] = { "", "\n", "\n\n", "a\n", "a\n\n", "\n" LOG_LINE, "a\n" LOG_LINE, "a\n\n" LOG_LINE "\n",
		"a\n\nb\n", "a\n\n" LOG_LINE "b\n", "a\tb\n\n" LOG_LINE, "a\r\n\r\n" LOG_LINE, "a\xff\n\n" LOG_LINE,
		"a\n\n- " ORIGIN " AAAAAAE=\n", "a\n\n" DASH ORIGIN " AAAAAA==\n", "a\n\n" DASH ORIGIN " \n", "a\n\n" DASH ORIGIN "\n",
		"a\n\n" DASH " AAAAAAE=\n", "a\n\n" DASH "a+b AAAAAAE=\n", "a\n\n" DASH ORIGIN "  AAAAAAE=\n",
		"a\n\n" DASH ORIGIN " AAAAAAE= \n", "a\n\n" DASH ORIGIN " AAAAAAE\n", "a\n\n" DASH ORIGIN " AAAAAAF=\n",
		"a\n\n" DASH ORIGIN " AAAAAAE=", "a\n\n" DASH ORIGIN " AAAA_AE=\n", "a\n\n" DASH ORIGIN "\xc2\xa0x AAAAAAE=\n",
		"a\n\n" DASH ORIGIN " A===\n", "a\n\n\xe2\x80\x94" ORIGIN " AAAAAAE=\n" };
	struct note n;
	struct str again;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		if (!OK_(note_read(a, str_of(good[i]), &n, &why) == OK && note_write(a, &n, &again, &why) == OK &&
				    str_eq(again, str_of(good[i])),
			    "a note read and written"))
			tap_dump("note", str_of(good[i]));
	OK_(note_read(a, STR("a\n\n" LOG_LINE "\n" LOG_LINE), &n, &why) == OK && n.count == 1 && str_eq(n.text, STR("a\n\n" LOG_LINE)),
		"the last empty line parts text and signatures");
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		why.text[0] = 0;
		if (!OK_(note_read(a, str_of(wrong[i]), &n, &why) == ERR_SYNTAX && why.text[0], "what is no note"))
			tap_dump("note", str_of(wrong[i]));
	}
	IS_INT(note_read(a, (struct str){ "a\0\n\n" UNKNOWN_LINE, sizeof("a\0\n\n" UNKNOWN_LINE) - 1 }, &n, &why), ERR_SYNTAX, "no NUL");
	struct note none = { .text = STR("a\n") },
		    name = { .text = STR("a\n"), .signatures = { { STR("a b"), STR("12345") } }, .count = 1 };
	OK_(note_write(a, &none, &again, &why) == ERR_SYNTAX && note_write(a, &name, &again, &why) == ERR_SYNTAX,
		"no note is written without a signature or a name");
}

static void test_limits(void)
{
	struct buf b;
	struct note n;
	buf_init(&b, 1 << 20);
	buf_puts(&b, "a\n\n");
	for (unsigned i = 0; i < NOTE_SIGNATURES_MAX; i++)
		buf_puts(&b, LOG_LINE);
	OK_(note_read(a, buf_str(&b), &n, &why) == OK && n.count == NOTE_SIGNATURES_MAX, "so many signatures");
	buf_puts(&b, LOG_LINE);
	IS_INT(note_read(a, buf_str(&b), &n, &why), ERR_LIMIT, "not one more");
	buf_clear(&b);
	buf_puts(&b, "a\n\n" DASH "x ");
	for (unsigned i = 0; i < NOTE_SIGNATURE_MAX / 4; i++)
		buf_puts(&b, "AAAA");
	buf_putc(&b, '\n');
	OK_(note_read(a, buf_str(&b), &n, &why) == OK, "a signature as long as post-quantum ones");
	b.len--;
	buf_puts(&b, "AAAA\n");
	IS_INT(note_read(a, buf_str(&b), &n, &why), ERR_LIMIT, "not longer");
	buf_clear(&b);
	for (unsigned i = 0; i < NOTE_BYTES_MAX; i++)
		buf_putc(&b, 'x');
	buf_puts(&b, "\n\n" LOG_LINE);
	IS_INT(note_read(a, buf_str(&b), &n, &why), ERR_LIMIT, "no longer note");
	buf_done(&b);
}

static void test_verify(void)
{
	struct note_verifier keys[] = { verifier(LOG_VKEY), verifier(W1_VKEY), verifier(W2_VKEY) };
	struct note_verdict v[3];
	struct note n, cut;
	OK_(note_read(a, STR(TEXT "\n" LOG_LINE UNKNOWN_LINE W1_LINE W2_LINE), &n, &why) == OK &&
			note_verify(a, &n, keys, 3, v, &why) == OK,
		"signatures of openssl's verify");
	OK_(v[0].signed_by_it && v[1].signed_by_it && v[2].signed_by_it && !v[0].unix_s && v[1].unix_s == 1790000000 &&
			v[2].unix_s == 1790000001,
		"with their times");
	OK_(note_read(a, STR(TEXT "\n" LOG_LINE W1_LINE), &cut, &why) == OK && note_verify(a, &cut, keys, 3, v, &why) == OK &&
			!v[2].signed_by_it,
		"who has not signed is told");
	IS_INT(note_verify(a, &cut, keys + 2, 1, v, &why), ERR_NOTFOUND, "a note by unknown keys only");
	IS_INT(note_verify(a, &cut, NULL, 0, NULL, &why), ERR_NOTFOUND, "no key knows nothing");
	struct note_verifier twice[] = { keys[0], keys[0] };
	IS_INT(note_verify(a, &cut, twice, 2, v, &why), ERR_CONFLICT, "a key stands once");
	unsigned taken = 0;
	for (unsigned i = 0; i < n.count; i++)
		for (size_t at = i == 1 ? 5 : 0; at < n.signatures[i].octets.len; at++) {
			struct note changed = n;
			struct str octets = str_copy(a, n.signatures[i].octets);
			char *p = arena_alloc(a, octets.len);
			memcpy(p, octets.ptr, octets.len);
			p[at] ^= 4;
			changed.signatures[i].octets.ptr = p;
			enum err e = note_verify(a, &changed, keys, 3, v, &why);
			/* with another key id the line is nobody's */
			taken += at < NOTE_KEY_ID_LEN ? e != OK || v[i > 1 ? i - 1 : 0].signed_by_it : e != ERR_DENIED;
		}
	IS_INT(taken, 0, "an octet changed in a known key's line is found");
	struct note other = n;
	other.text = STR(ORIGIN "\n70001\no5IPun8jmgcam9EHIfE0Gt3vuu3ttBx+JEN6nRa98Ao=\n");
	IS_INT(note_verify(a, &other, keys, 3, v, &why), ERR_DENIED, "another text");
	struct note good_and_bad = cut;
	good_and_bad.signatures[good_and_bad.count++] = (struct note_signature){ cut.signatures[0].name,
		str_sub(cut.signatures[0].octets, 0, 67) };
	IS_INT(note_verify(a, &good_and_bad, keys, 1, v, &why), ERR_DENIED, "one line that fails spoils the note");
}

/* Notes that no text gives, or that only their signer could have made. */
static void test_verify_odd(void)
{
	struct note_verifier keys[] = { verifier(LOG_VKEY), verifier(W1_VKEY) };
	struct note_verdict v[2];
	struct note n;
	char changed[80] = { 0 };
	if (!OK_(note_read(a, STR(TEXT "\n" LOG_LINE), &n, &why) == OK, "a note"))
		return;
	struct note one = { .text = n.text, .signatures = { { keys[0].name, { changed, 69 } } }, .count = 1 };
	memcpy(changed, n.signatures[0].octets.ptr, 68);
	IS_INT(note_verify(a, &one, keys, 1, v, &why), ERR_DENIED, "a signature with more behind it");
	/* signed as it should be, were there such a time */
	struct note_signer w1;
	one.signatures[0] = (struct note_signature){ keys[1].name, { changed, 76 } };
	memcpy(changed, keys[1].key_id, NOTE_KEY_ID_LEN);
	memcpy(changed + 4, "\x80\0\0\0\0\0\0\0", 8);
	OK_(note_signer_read(a, STR(W1_SKEY), &w1, &why) == OK, "key");
	sign(w1.secret_key, STR("cosignature/v1\ntime 9223372036854775808\n" TEXT), (uint8_t *)changed + 12);
	IS_INT(note_verify(a, &one, keys + 1, 1, v, &why), ERR_DENIED, "a time beyond 2^63");
	/* the rest of the id lies beyond the octets */
	char id[NOTE_KEY_ID_LEN];
	memcpy(id, keys[0].key_id, sizeof(id));
	one.signatures[0] = (struct note_signature){ keys[0].name, { id, 2 } };
	IS_INT(note_verify(a, &one, keys, 1, v, &why), ERR_NOTFOUND, "half a key id");
	struct note hollow = { .text = (struct str){ "a\0b\n", 4 }, .signatures = { { keys[0].name, STR("abc") } }, .count = 1 };
	OK_(note_verify(a, &hollow, keys, 1, v, &why) == ERR_SYNTAX, "a text that cannot be");
}

static void test_sign(void)
{
	struct note_signer log, w1;
	struct note n = { .text = STR(TEXT) };
	struct str bytes;
	OK_(note_signer_read(a, STR(LOG_SKEY), &log, &why) == OK && note_signer_read(a, STR(W1_SKEY), &w1, &why) == OK, "keys");
	OK_(note_sign(a, &n, &log, 0, &why) == OK && note_sign(a, &n, &w1, 1790000000, &why) == OK && note_write(a, &n, &bytes, &why) == OK,
		"signed");
	IS_STR(bytes, STR(TEXT "\n" LOG_LINE W1_LINE), "as openssl signs");
	IS_INT(note_sign(a, &n, &log, 5, &why), ERR_RANGE, "a log's signature has no time");
	IS_INT(note_sign(a, &n, &w1, -1, &why), ERR_RANGE, "none before the epoch");
	struct note cut = { .text = STR("a") };
	IS_INT(note_sign(a, &cut, &log, 0, &why), ERR_SYNTAX, "a text ends in a newline");
	n.count = NOTE_SIGNATURES_MAX;
	IS_INT(note_sign(a, &n, &log, 0, &why), ERR_LIMIT, "and so many signatures");
	struct note more = { .text = STR(TEXT) };
	OK_(note_read_signatures(a, STR(LOG_LINE), &more, &why) == OK && note_read_signatures(a, STR(W1_LINE W2_LINE), &more, &why) == OK &&
			more.count == 3,
		"lines that a witness answers");
	OK_(note_read_signatures(a, STR(W1_LINE "x\n"), &more, &why) == ERR_SYNTAX && more.count == 3 &&
			note_read_signatures(a, STR(""), &more, &why) == ERR_SYNTAX,
		"or not");
}

static void test_checkpoint(void)
{
	static const char *const wrong[] = { "", "\n", "a\n", "a\n1\n",
		ORIGIN "\n70000\no5IPun8jmgcam9EHIfE0Gt3vuu3ttBx+JEN6nRa98Ao=", "\n70000\no5IPun8jmgcam9EHIfE0Gt3vuu3ttBx+JEN6nRa98Ao=\n",
		"a\n07\no5IPun8jmgcam9EHIfE0Gt3vuu3ttBx+JEN6nRa98Ao=\n", "a\n\no5IPun8jmgcam9EHIfE0Gt3vuu3ttBx+JEN6nRa98Ao=\n",
		"a\n-1\no5IPun8jmgcam9EHIfE0Gt3vuu3ttBx+JEN6nRa98Ao=\n", "a\n 7\no5IPun8jmgcam9EHIfE0Gt3vuu3ttBx+JEN6nRa98Ao=\n",
		"a\n4611686018427387905\no5IPun8jmgcam9EHIfE0Gt3vuu3ttBx+JEN6nRa98Ao=\n",
		"a\n18446744073709551617\no5IPun8jmgcam9EHIfE0Gt3vuu3ttBx+JEN6nRa98Ao=\n",
		"a\n7\no5IPun8jmgcam9EHIfE0Gt3vuu3ttBx+JEN6nRa98Ap=\n", "a\n7\no5IPun8jmgcam9EHIfE0Gt3vuu3ttBx+JEN6nRa98A==\n",
		"a\n7\no5IPun8jmgcam9EHIfE0Gt3vuu3ttBx+JEN6nRa98Ao=\n\n", "a\n7\no5IPun8jmgcam9EHIfE0Gt3vuu3ttBx+JEN6nRa98Ao=\n\nb\n",
		"a\n7\no5IPun8jmgcam9EHIfE0Gt3vuu3ttBx+JEN6nRa98Ao=\nb", "a\r\n7\no5IPun8jmgcam9EHIfE0Gt3vuu3ttBx+JEN6nRa98Ao=\n",
		"00\n0\n\n" };
	struct checkpoint c;
	struct str text;
	OK_(checkpoint_read(a, STR(TEXT), &c, &why) == OK && str_eq(c.origin, STR(ORIGIN)) && c.size == 70000 && !c.extensions.len,
		"a checkpoint");
	IS_STR(digest_hex(a, &c.root), STR("a3920fba7f239a071a9bd10721f1341addefbaededb41c7e24437a9d16bdf00a"), "its root");
	OK_(checkpoint_write(a, &c, &text, &why) == OK && str_eq(text, STR(TEXT)), "written again");
	OK_(checkpoint_read(a, STR(TEXT "one\ntwo\n"), &c, &why) == OK && str_eq(c.extensions, STR("one\ntwo\n")) &&
			checkpoint_write(a, &c, &text, &why) == OK && str_eq(text, STR(TEXT "one\ntwo\n")),
		"with extension lines");
	OK_(checkpoint_read(a, STR("a b+c\n4611686018427387904\no5IPun8jmgcam9EHIfE0Gt3vuu3ttBx+JEN6nRa98Ao=\n"), &c, &why) == OK &&
			c.size == MERKLE_SIZE_MAX,
		"any origin, the largest size");
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		why.text[0] = 0;
		if (!OK_(checkpoint_read(a, str_of(wrong[i]), &c, &why) == ERR_SYNTAX && why.text[0], "what is no checkpoint"))
			tap_dump("text", str_of(wrong[i]));
	}
	IS_INT(checkpoint_read(a, STR("a\n0\no5IPun8jmgcam9EHIfE0Gt3vuu3ttBx+JEN6nRa98Ao=\n"), &c, &why), ERR_CORRUPT,
		"an empty tree has one root");
	struct checkpoint odd = { .origin = STR("a\nb"), .size = 1 };
	IS_INT(checkpoint_write(a, &odd, &text, &why), ERR_SYNTAX, "no origin of two lines is written");
	odd.origin = (struct str){ "a\0b", 3 };
	IS_INT(checkpoint_write(a, &odd, &text, &why), ERR_SYNTAX, "nor one with a NUL");
	odd = (struct checkpoint){ .origin = STR("a"), .size = 1, .extensions = STR("x") };
	IS_INT(checkpoint_write(a, &odd, &text, &why), ERR_SYNTAX, "nor an extension that is no line");
	char *longest = arena_alloc(a, 300);
	memset(longest, 'x', 256);
	odd = (struct checkpoint){ .origin = { longest, 255 }, .size = 1 };
	OK_(checkpoint_write(a, &odd, &text, &why) == OK, "the longest origin");
	odd.origin.len = 256;
	IS_INT(checkpoint_write(a, &odd, &text, &why), ERR_SYNTAX, "and no longer");
}

static void test_checkpoint_signed(void)
{
	struct note_verifier log = verifier(LOG_VKEY), witnesses[] = { verifier(W1_VKEY), verifier(W2_VKEY) };
	struct checkpoint_witnesses two = { witnesses, 2 }, wrong = { &log, 1 }, many = { witnesses, CHECKPOINT_WITNESSES_MAX + 1 };
	struct note_verdict seen[2];
	struct checkpoint c;
	struct note_signer signer, w1;
	struct note n;
	struct str note, line;
	OK_(checkpoint_verify(a, STR(TEXT "\n" LOG_LINE W2_LINE), STR(ORIGIN), &log, &two, &c, seen, &why) == OK && c.size == 70000 &&
			!seen[0].signed_by_it && seen[1].unix_s == 1790000001,
		"a checkpoint of the log, with what witnesses say");
	OK_(checkpoint_verify(a, STR(EMPTY_NOTE), STR(ORIGIN), &log, NULL, &c, NULL, &why) == OK && c.size == 0,
		"of size 0, without witnesses");
	IS_INT(checkpoint_verify(a, STR(TEXT "\n" LOG_LINE), STR("other"), &log, &two, &c, seen, &why), ERR_DENIED,
		"not of another origin");
	IS_INT(checkpoint_verify(a, STR(TEXT "\n" W1_LINE), STR(ORIGIN), &log, &two, &c, seen, &why), ERR_DENIED,
		"a witness is not the log");
	IS_INT(checkpoint_verify(a, STR(TEXT "\n" UNKNOWN_LINE), STR(ORIGIN), &log, &two, &c, seen, &why), ERR_NOTFOUND,
		"nor is a stranger");
	IS_INT(checkpoint_verify(a, STR(TEXT "\n" LOG_LINE), STR(ORIGIN), &log, &wrong, &c, seen, &why), ERR_UNSUPPORTED,
		"a log's key does not cosign");
	IS_INT(checkpoint_verify(a, STR(TEXT "\n" W1_LINE), STR(ORIGIN), witnesses, NULL, &c, seen, &why), ERR_UNSUPPORTED,
		"nor does a witness's sign");
	IS_INT(checkpoint_verify(a, STR(TEXT "\n" LOG_LINE), STR(ORIGIN), &log, &many, &c, seen, &why), ERR_LIMIT, "so many witnesses");
	IS_INT(checkpoint_verify(a, STR("70000\n\n" LOG_LINE), STR(ORIGIN), &log, &two, &c, seen, &why), ERR_DENIED,
		"a signature of another text");
	OK_(note_signer_read(a, STR(LOG_SKEY), &signer, &why) == OK && note_signer_read(a, STR(W1_SKEY), &w1, &why) == OK, "keys");
	OK_(checkpoint_read(a, STR(TEXT), &c, &why) == OK && checkpoint_sign(a, &c, &signer, &note, &why) == OK, "the log signs");
	IS_STR(note, STR(TEXT "\n" LOG_LINE), "as openssl does");
	OK_(note_read(a, note, &n, &why) == OK && checkpoint_cosign(a, &n, &w1, 1790000000, &line, &why) == OK, "the witness too");
	IS_STR(line, STR(W1_LINE), "one line");
	OK_(checkpoint_sign(a, &c, &w1, &note, &why) == ERR_UNSUPPORTED &&
			checkpoint_cosign(a, &n, &signer, 1, &line, &why) == ERR_UNSUPPORTED,
		"each with its kind of key");
	n.text = STR("no checkpoint\n");
	IS_INT(checkpoint_cosign(a, &n, &w1, 1, &line, &why), ERR_SYNTAX, "what is no checkpoint is not cosigned");
}

static void test_proof(void)
{
#define NOTE TEXT "\n" LOG_LINE
	static const char *const wrong[] = { "", "c2sp.org/tlog-proof@v1\n", "c2sp.org/tlog-proof@v2\nindex 0\n\n" NOTE,
		"c2sp.org/tlog-proof@v1\nindex 0\n" NOTE, "c2sp.org/tlog-proof@v1\n\nindex 0\n\n" NOTE,
		"c2sp.org/tlog-proof@v1\nindex 00\n\n" NOTE, "c2sp.org/tlog-proof@v1\nindex  0\n\n" NOTE,
		"c2sp.org/tlog-proof@v1\nindex -1\n\n" NOTE, "c2sp.org/tlog-proof@v1\nindex 4611686018427387904\n\n" NOTE,
		"c2sp.org/tlog-proof@v1\nextra \nindex 0\n\n" NOTE, "c2sp.org/tlog-proof@v1\nextra AA\nindex 0\n\n" NOTE,
		"c2sp.org/tlog-proof@v1\nindex 0\nextra AAAA\n\n" NOTE, "c2sp.org/tlog-proof@v1\nindex 0\nAAAA\n\n" NOTE,
		"c2sp.org/tlog-proof@v1\nextra AAAA\nextra AAAA\nindex 0\n\n" NOTE, "c2sp.org/tlog-proof@v1\nindex 0\n\n",
		"c2sp.org/tlog-proof@v1\nindex 0\n\n\n" NOTE "x", "c2sp.org/tlog-proof@v1\nindex 0\n\n" TEXT,
		"c2sp.org/tlog-proof@v1\nindex 0\n\na\n\n" LOG_LINE, "c2sp.org/tlog-proof@v1\r\nindex 0\n\n" NOTE };
	struct proof p;
	struct str text;
	struct digest leaf, other;
	struct note_verifier log = verifier(LOG_VKEY), witnesses[] = { verifier(W1_VKEY), verifier(W2_VKEY) };
	struct checkpoint_witnesses two = { witnesses, 2 };
	struct note_verdict seen[2];
	struct checkpoint c;
	merkle_leaf(STR("entry 12345"), &leaf);
	merkle_leaf(STR("entry 12346"), &other);
	OK_(proof_read(a, STR(PROOF), &p, &why) == OK && p.index == 12345 && p.path.count == 17 && !p.extra.ptr, "a proof");
	OK_(proof_write(a, &p, &text, &why) == OK && str_eq(text, STR(PROOF)), "written again");
	OK_(proof_verify(a, &p, &leaf, STR(ORIGIN), &log, &two, &c, seen, &why) == OK && c.size == 70000 && seen[0].signed_by_it &&
			seen[1].signed_by_it,
		"shows its record");
	IS_INT(proof_verify(a, &p, &other, STR(ORIGIN), &log, &two, &c, seen, &why), ERR_CORRUPT, "and no other");
	p.index++;
	IS_INT(proof_verify(a, &p, &leaf, STR(ORIGIN), &log, &two, &c, seen, &why), ERR_CORRUPT, "nor at another place");
	p.index = 70000;
	IS_INT(proof_verify(a, &p, &leaf, STR(ORIGIN), &log, &two, &c, seen, &why), ERR_RANGE, "nor beyond the log");
	p.extra = STR("more");
	OK_(proof_write(a, &p, &text, &why) == OK && proof_read(a, text, &p, &why) == OK && str_eq(p.extra, STR("more")),
		"extra data come along");
	p.extra.len = 0;
	IS_INT(proof_write(a, &p, &text, &why), ERR_RANGE, "but not of no length");
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		why.text[0] = 0;
		if (!OK_(proof_read(a, str_of(wrong[i]), &p, &why) == ERR_SYNTAX && why.text[0], "what is no proof"))
			tap_dump("proof", str_of(wrong[i]));
	}
	/* every byte of the proof, each to another: what is still read does not verify */
	unsigned taken = 0;
	char *copy = arena_alloc(a, sizeof(PROOF));
	struct arena_mark mark = arena_mark(a);
	for (size_t i = 0; i < sizeof(PROOF) - 1; i++) {
		memcpy(copy, PROOF, sizeof(PROOF));
		copy[i] ^= 1;
		if (proof_read(a, (struct str){ copy, sizeof(PROOF) - 1 }, &p, NULL) == OK &&
			proof_verify(a, &p, &leaf, STR(ORIGIN), &log, &two, &c, seen, NULL) == OK && seen[0].signed_by_it &&
			seen[1].signed_by_it)
			taken++;
		arena_rewind(a, mark);
	}
	IS_INT(taken, 0, "no byte of a proof may be changed");
}

/* The notes between ``` in a document of C2SP; those shortened there with [...] are none. */
static unsigned read_examples(const char *path, unsigned *verified)
{
	static char text[1 << 16];
	struct note_verifier foo = verifier("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k");
	struct note_verdict v;
	struct note n;
	struct str again, rest, line;
	unsigned seen = 0;
	FILE *f = fopen(path, "rb");
	if (!f)
		return 0;
	rest = (struct str){ text, fread(text, 1, sizeof(text), f) };
	(void)fclose(f);
	for (const char *from = NULL; str_split(&rest, '\n', &line);) {
		if (!str_eq(line, STR("```")))
			continue;
		struct str block = from ? (struct str){ from, (size_t)(line.ptr - from) } : STR_NONE;
		from = from ? NULL : line.ptr + 4;
		if (str_find(block, STR(DASH)) == SIZE_MAX || str_find(block, STR("[...]")) != SIZE_MAX)
			continue;
		if (!OK_(note_read(a, block, &n, &why) == OK && note_write(a, &n, &again, &why) == OK && str_eq(again, block),
			    "an example of C2SP"))
			tap_dump(why.text, block);
		*verified += note_verify(a, &n, &foo, 1, &v, &why) == OK;
		seen++;
	}
	return seen;
}

static void test_examples(void)
{
	static const char *const files[] = { "signed-note", "tlog-checkpoint", "tlog-cosignature" };
	const char *shared = getenv("AUPD_SHARED");
	unsigned seen = 0, verified = 0;
	char path[1024];
	for (size_t i = 0; shared && i < sizeof(files) / sizeof(files[0]); i++)
		if (snprintf(path, sizeof(path), "%s/samples/c2sp/%s.md", shared, files[i]) < (int)sizeof(path))
			seen += read_examples(path, &verified);
	if (!seen) {
		tap_skip("the examples of C2SP", "no samples here");
		return;
	}
	IS_INT(seen, 4, "all examples of C2SP");
	IS_INT(verified, 1, "the one with a key verifies");
}

int main(void)
{
	a = arena_new("test", 64 << 20);
	if (!a || seal_start() != OK)
		return 1;
	test_keys();
	test_names();
	test_form();
	test_limits();
	test_verify();
	test_verify_odd();
	test_sign();
	test_checkpoint();
	test_checkpoint_signed();
	test_proof();
	test_examples();
	arena_free(a);
	return tap_done();
}
