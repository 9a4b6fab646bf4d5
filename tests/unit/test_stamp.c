/*
 * Time stamps: what OpenSSL's own authority answered (in STAMP_DIR, made with tests/tsa.py), over the text of a checkpoint; requests;
 * the form in which a stamped checkpoint is kept; and that of all this nothing else is taken.
 */
#include <fcntl.h>

#include "base/file.h"
#include "base/time.h"
#include "evidence/stamped.h"
#include "tap.h"

static struct arena *a;
static struct why why;
static struct str pem, other_pem, der, text;
static struct digest digest;

static struct str file(const char *name)
{
	struct str bytes = STR_NONE;
	char path[1024];
	(void)snprintf(path, sizeof(path), "%s/%s", STAMP_DIR, name);
	BUG_ON(file_read_all(a, AT_FDCWD, path, 1 << 20, &bytes, &why) != OK);
	return bytes;
}

static void test_request(void)
{
	const uint8_t nonce[STAMP_NONCE_LEN] = { 0x40, 1, 2, 3, 4, 5, 6, 7 };
	struct str q;
	IS_INT(stamp_request(a, &digest, nonce, &q, &why), OK, "a request");
	/* RFC 3161 2.4.1: version 1, SHA-256 and the digest, the nonce, certReq TRUE */
	struct str wanted = str_format(a, "3043020101303" "1300d060960864801650304020105000420%.*s" "0208400102030405" "06070101ff", STR_ARG(digest_hex(a, &digest)));
	IS_STR(str_hex(a, q), wanted, "octet for octet");
}

static void refused(struct str bytes, struct str certificates, const struct digest *d, const uint8_t *nonce, enum err wanted, const char *name)
{
	int64_t at = 1;
	why.text[0] = 0;
	IS_INT(stamp_check(a, bytes, certificates, d, nonce, &at, &why), wanted, name);
	OK_(at == 1 && why.text[0], "why is said");
}

static void test_check(void)
{
	const uint8_t nonce[STAMP_NONCE_LEN] = { 0x40, 1, 2, 3, 4, 5, 6, 7 }, another[STAMP_NONCE_LEN] = { 0x40, 1, 2, 3, 4, 5, 6, 8 };
	struct digest other = digest;
	int64_t at = 0;
	other.octets[0] ^= 1;
	IS_INT(stamp_check(a, der, pem, &digest, NULL, &at, &why), OK, "a stamp, though its certificates were good for a day and have run out since");
	IS_STR(time_str(a, at), file("time"), "tells its time");
	IS_INT(stamp_check(a, der, pem, &digest, nonce, &at, &why), OK, "with the nonce of its request");
	refused(der, pem, &digest, another, ERR_DENIED, "another nonce");
	refused(der, pem, &other, NULL, ERR_DENIED, "over something else");
	refused(der, other_pem, &digest, NULL, ERR_DENIED, "of another authority");
	refused(der, STR("none"), &digest, NULL, ERR_NOTFOUND, "no certificate");
	refused(file("rejected.der"), pem, &digest, NULL, ERR_DENIED, "not granted");
	refused(file("sha3.der"), pem, &digest, NULL, ERR_DENIED, "of the same octets as another kind of digest");
	refused(STR_NONE, pem, &digest, NULL, ERR_LIMIT, "nothing");
	refused(STR("0"), pem, &digest, NULL, ERR_SYNTAX, "what is no DER");
	refused(str_sub(der, 0, der.len - 1), pem, &digest, NULL, ERR_SYNTAX, "one octet less");
	refused(str_format(a, "%.*s0", STR_ARG(STR("x"))), pem, &digest, NULL, ERR_SYNTAX, "one letter");
	char *longer = arena_alloc(a, STAMP_BYTES_MAX + 1);
	memset(longer, '0', STAMP_BYTES_MAX + 1);
	memcpy(longer, der.ptr, der.len);
	refused((struct str){ longer, der.len + 1 }, pem, &digest, NULL, ERR_SYNTAX, "one octet more");
	refused((struct str){ longer, STAMP_BYTES_MAX + 1 }, pem, &digest, NULL, ERR_LIMIT, "more than a stamp may have");
}

static void test_kept(void)
{
	struct stamped s = { .unix_s = 0, .text = text, .der = der }, back;
	struct checkpoint c;
	struct str bytes;
	int64_t at = 0;
	BUG_ON(stamp_check(a, der, pem, &digest, NULL, &at, &why) != OK || checkpoint_read(a, text, &c, &why) != OK);
	s.unix_s = at / SECOND_US;
	IS_INT(stamped_write(a, &s, &bytes, &why), OK, "a stamped checkpoint written");
	OK_(stamped_read(a, bytes, &back, &why) == OK && back.unix_s == s.unix_s && str_eq(back.text, text) && str_eq(back.der, der), "and read");
	IS_INT(stamped_fits(&back, &c, &why), OK, "of its own ledger");
	c.root.octets[0] ^= 1;
	IS_INT(stamped_fits(&back, &c, &why), ERR_CORRUPT, "of another root");
	c.root.octets[0] ^= 1;
	c.size++;
	IS_INT(stamped_fits(&back, &c, &why), ERR_CORRUPT, "of a larger ledger without a proof");
	c.size--;
	c.origin = STR("another");
	IS_INT(stamped_fits(&back, &c, &why), ERR_CORRUPT, "of another origin");
	IS_INT(stamped_check(a, &back, pem, &why), OK, "its stamp is good");
	back.unix_s++;
	IS_INT(stamped_check(a, &back, pem, &why), ERR_DENIED, "under another time than it tells it is not");
	static const char *const wrong[] = { "", "time 1\n", "time 01\nx\n1\nx\n\n\nx", "time x\n", "time 1\no\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n",
		"time 1\no\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\nAA\n\nx", "time 1\no\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n\n",
		"time 1\no\nx\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n\nx" };
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		if (!OK_(stamped_read(a, str_of(wrong[i]), &back, &why) != OK, "what is no stamped checkpoint"))
			tap_dump("text", str_of(wrong[i]));
}

/* A smaller and a larger ledger with their proof, both ways. */
static void test_growth(void)
{
	struct digest leaf[3], two, three;
	struct stamped s = { .growth = { .count = 1 } };
	for (unsigned i = 0; i < 3; i++)
		merkle_leaf((struct str){ "abc" + i, 1 }, &leaf[i]);
	merkle_node(&leaf[0], &leaf[1], &two);
	merkle_node(&two, &leaf[2], &three);
	struct checkpoint small = { .origin = STR("o"), .size = 2, .root = two }, large = { .origin = STR("o"), .size = 3, .root = three };
	s.growth.hashes[0] = leaf[2];
	s.checkpoint = small;
	IS_INT(stamped_fits(&s, &large, &why), OK, "what was stamped is older than what is shown");
	s.checkpoint = large;
	IS_INT(stamped_fits(&s, &small, &why), OK, "or newer");
	s.growth.hashes[0] = leaf[1];
	IS_INT(stamped_fits(&s, &small, &why), ERR_CORRUPT, "and its proof must hold");
}

int main(void)
{
	a = arena_new("test", 64 << 20);
	BUG_ON(!a || seal_start() != OK);
	pem = file("ca.pem");
	other_pem = file("other.pem");
	der = file("good.der");
	text = file("text");
	digest_sha256(text, &digest);
	test_request();
	test_check();
	test_kept();
	test_growth();
	arena_free(a);
	return tap_done();
}
