/*
 * Evidence on disk: the key file at every cut and flipped bit, destroyed keys, segments, items of several subjects of
 * whom one is erased, the officer's class.
 */
#include <fcntl.h>
#include <unistd.h>

#include "base/file.h"
#include "evidence/keyring.h"
#include "evidence/officer.h"
#include "evidence/raw.h"
#include "evidence/record.h"
#include "tap.h"

static struct arena *a;
static struct why why;
static int dir;

static struct str contents(const char *name)
{
	struct str s = STR_NONE;
	return file_read_all(a, dir, name, 1 << 20, &s, &why) == OK ? s : STR_NONE;
}

static bool same(const struct seal_key *x, const struct seal_key *y)
{
	return memcmp(x, y, sizeof(*x)) == 0;
}

static enum err put_back(const char *name, struct str bytes)
{
	return file_replace(dir, name, bytes, 0600, &why);
}

static void test_keys(struct seal_key *ret_anna, struct seal_key *ret_bert)
{
	struct keyring *k, *r;
	struct seal_key x;
	IS_INT(keyring_open(dir, "keys", false, &k, &why), ERR_NOTFOUND, "no key file is made unasked");
	IS_INT(keyring_open(dir, "keys", true, &k, &why), OK, "made");
	IS_INT(keyring_find(k, STR("anna"), &x), ERR_NOTFOUND, "no key yet");
	OK_(keyring_get(k, STR("anna"), ret_anna, &why) == OK && keyring_get(k, STR("bert"), ret_bert, &why) == OK && !same(ret_anna, ret_bert), "two keys");
	OK_(keyring_get(k, STR("anna"), &x, &why) == OK && same(&x, ret_anna), "a key stays");
	char longest[KEYRING_ID_MAX + 1];
	memset(longest, 'x', sizeof(longest));
	IS_INT(keyring_get(k, (struct str){ longest, sizeof(longest) }, &x, &why), ERR_LIMIT, "an id too long");
	keyring_close(k);
	OK_(keyring_open_read(dir, "keys", &r, &why) == OK && keyring_find(r, STR("bert"), &x) == OK && same(&x, ret_bert), "read by another");
	OK_(keyring_get(r, STR("new"), &x, &why) == ERR_DENIED && keyring_destroy(r, STR("bert"), &why) == ERR_DENIED, "who changes nothing");
	keyring_close(r);
	struct keyring *fixed = keyring_fixed(ret_anna);
	struct seal_key y;
	OK_(keyring_get(fixed, STR("q"), &x, &why) == OK && keyring_get(fixed, STR("q"), &y, &why) == OK && same(&x, &y) &&
		keyring_get(fixed, STR("r"), &y, &why) == OK && !same(&x, &y), "fixed keys follow from the id");
	keyring_close(fixed);
}

static void test_damage(const struct seal_key *anna, const struct seal_key *bert)
{
	struct str whole = contents("keys");
	size_t first = 2 + 4 + SEAL_KEY_LEN + 4;
	unsigned bad = 0;
	struct keyring *k;
	struct seal_key x;
	IS_INT(whole.len, 2 * first, "the file holds both");
	for (size_t n = 0; n <= whole.len; n++) {
		bool has_anna = n >= first, has_bert = n == whole.len;
		if (put_back("keys", str_sub(whole, 0, n)) != OK || keyring_open(dir, "keys", false, &k, &why) != OK) {
			bad++;
			continue;
		}
		bad += (keyring_find(k, STR("anna"), &x) == OK && same(&x, anna)) != has_anna;
		bad += (keyring_find(k, STR("bert"), &x) == OK && same(&x, bert)) != has_bert;
		bad += keyring_get(k, STR("cora"), &x, &why) != OK;
		keyring_close(k);
		if (keyring_open(dir, "keys", false, &k, &why) != OK) {
			bad++;
			continue;
		}
		struct seal_key y;
		bad += keyring_find(k, STR("cora"), &y) != OK || !same(&x, &y);
		keyring_close(k);
	}
	IS_INT(bad, 0, "torn anywhere, what was whole is read and what is added later too");
	bad = 0;
	char *flipped = arena_alloc(a, whole.len);
	for (size_t bit = 0; bit < first * 8; bit++) {
		memcpy(flipped, whole.ptr, whole.len);
		flipped[bit / 8] = (char)(flipped[bit / 8] ^ 1 << bit % 8);
		enum err e = put_back("keys", (struct str){ flipped, whole.len });
		if (e == OK)
			e = keyring_open(dir, "keys", false, &k, &why);
		/* the mark of a destroyed key on a whole one: nobody was told that it is gone */
		bad += bit == 7 ? e != OK : e != ERR_CORRUPT;
		if (e == OK)
			keyring_close(k);
		bad += contents("keys").len != whole.len;
	}
	IS_INT(bad, 0, "a flipped bit in the first record is damage, and nothing is cut off");
	OK_(put_back("keys", whole) == OK, "the whole file again");
}

static void test_destroy(const struct seal_key *anna, const struct seal_key *bert)
{
	struct keyring *k;
	struct seal_key x;
	struct str before = contents("keys");
	OK_(keyring_open(dir, "keys", false, &k, &why) == OK && keyring_destroy(k, STR("anna"), &why) == OK, "destroy");
	IS_INT(keyring_find(k, STR("anna"), &x), ERR_NOTFOUND, "the key is gone");
	IS_INT(keyring_destroy(k, STR("anna"), &why), ERR_NOTFOUND, "and not twice");
	struct str after = contents("keys");
	OK_(str_find(after, (struct str){ (const char *)anna->octets, SEAL_KEY_LEN }) == SIZE_MAX, "no octet of it is in the file");
	OK_(str_find(after, STR("anna")) == SIZE_MAX && str_find(after, STR("bert")) != SIZE_MAX, "nor whose it was");
	OK_(keyring_find(k, STR("bert"), &x) == OK && same(&x, bert), "another's stays");
	OK_(keyring_get(k, STR("anna"), &x, &why) == OK && !same(&x, anna), "a later key is another");
	keyring_close(k);
	struct seal_key y;
	OK_(keyring_open(dir, "keys", false, &k, &why) == OK && keyring_find(k, STR("anna"), &y) == OK && same(&x, &y), "and is there when opened again");
	keyring_close(k);
	struct keyring *other;
	OK_(keyring_open(dir, "keys", false, &k, &why) == OK && keyring_open(dir, "keys", false, &other, &why) == OK, "two processes");
	OK_(keyring_get(other, STR("carl"), &x, &why) == OK && keyring_destroy(k, STR("carl"), &why) == OK, "one destroys what the other made");
	OK_(keyring_follow(other, &why) == OK && keyring_find(other, STR("carl"), &y) == ERR_NOTFOUND, "who made it forgets it");
	OK_(keyring_find(other, STR("bert"), &y) == OK && same(&y, bert) && keyring_get(other, STR("carl"), &y, &why) == OK && !same(&x, &y), "and nothing else");
	keyring_close(other);
	keyring_close(k);
	/* cut off between the mark and the last octet overwritten */
	unsigned bad = 0;
	for (size_t n = 1; n <= SEAL_KEY_LEN; n++) {
		char *torn = arena_alloc(a, before.len);
		memcpy(torn, before.ptr, before.len);
		torn[0] = (char)(torn[0] | 0x80);
		memset(torn + 2 + 4, 0, n);
		/* a key that begins with zeros is whole still: nobody was told that it is gone */
		if (memcmp(torn + 2 + 4, before.ptr + 2 + 4, SEAL_KEY_LEN) == 0)
			continue;
		bad += put_back("keys", (struct str){ torn, before.len }) != OK || keyring_open(dir, "keys", false, &k, &why) != OK;
		bad += keyring_find(k, STR("anna"), &x) != ERR_NOTFOUND || keyring_find(k, STR("bert"), &x) != OK;
		keyring_close(k);
		static const char zeros[SEAL_KEY_LEN];
		bad += !str_eq(str_sub(contents("keys"), 2 + 4, SEAL_KEY_LEN), (struct str){ zeros, SEAL_KEY_LEN });
	}
	IS_INT(bad, 0, "a destruction cut short is ended at the next start");
}

/* Many keys at once, cut off with any octet of theirs as it was not written. */
static void test_batch(void)
{
	struct keyring *k;
	struct seal_key one, x, y, z;
	unsigned bad = 0;
	OK_(keyring_open(dir, "batch", true, &k, &why) == OK && keyring_get(k, STR("one"), &one, &why) == OK, "a key by itself");
	size_t alone = contents("batch").len;
	OK_(keyring_begin(k, &why) == OK && keyring_get(k, STR("x"), &x, &why) == OK && keyring_get(k, STR("y"), &y, &why) == OK, "two at once");
	struct str open = contents("batch");
	OK_(keyring_end(k, &why) == OK && keyring_get(k, STR("z"), &z, &why) == OK, "they are kept, and one more");
	keyring_close(k);
	struct str closed = contents("batch");
	OK_(keyring_open(dir, "batch", false, &k, &why) == OK && keyring_find(k, STR("x"), &z) == OK && same(&x, &z) && keyring_find(k, STR("y"), &z) == OK &&
		same(&y, &z) && keyring_find(k, STR("z"), &z) == OK, "all are there when opened again");
	keyring_close(k);
	for (size_t n = alone + 2 + SEAL_KEY_LEN + 4; n < open.len; n++) {
		char *torn = arena_alloc(a, open.len);
		memcpy(torn, open.ptr, open.len);
		torn[n] = (char)(torn[n] ^ 0x55);
		if (put_back("batch", (struct str){ torn, open.len }) != OK || keyring_open(dir, "batch", false, &k, &why) != OK) {
			bad++;
			continue;
		}
		bad += keyring_find(k, STR("one"), &z) != OK || !same(&one, &z) || keyring_find(k, STR("x"), &z) != ERR_NOTFOUND;
		bad += keyring_get(k, STR("x"), &z, &why) != OK || same(&x, &z);
		keyring_close(k);
	}
	IS_INT(bad, 0, "of keys that were not ended none is believed, and what is added later is");
	char *flipped = arena_alloc(a, closed.len);
	memcpy(flipped, closed.ptr, closed.len);
	flipped[alone + 2 + SEAL_KEY_LEN + 4 + 5] ^= 1;
	OK_(put_back("batch", (struct str){ flipped, closed.len }) == OK && keyring_open(dir, "batch", false, &k, &why) == ERR_CORRUPT,
		"once they were ended damage is damage");
}

static enum file_fate fail_sync(enum file_change change, int fd, const char *path, uint64_t offset, struct str bytes)
{
	(void)fd;
	(void)path;
	(void)offset;
	(void)bytes;
	return change == FILE_SYNC ? FILE_FAIL : FILE_DO;
}

static void test_chest(void)
{
	struct chest *c, *r;
	struct chest_place at[20];
	struct str body;
	unsigned bad = 0;
	OK_(chest_open(dir, "chest", CHEST_WRITE, 100, &c, &why) == OK, "a chest");
	for (unsigned i = 0; i < 20; i++)
		bad += chest_append(c, str_format(a, "body number %u", i), &at[i], &why) != OK;
	OK_(bad == 0 && chest_sync(c, &why) == OK && at[19].segment > at[0].segment, "segments follow each other");
	OK_(chest_open(dir, "chest", CHEST_READ, 0, &r, &why) == OK, "opened to read");
	for (unsigned i = 0; i < 20; i++)
		bad += chest_read(r, a, at[i], &body, &why) != OK || !str_eq(body, str_format(a, "body number %u", i));
	IS_INT(bad, 0, "every place gives its body");
	IS_INT(chest_append(r, STR("x"), &at[0], &why), ERR_DENIED, "a reader writes nothing");
	IS_INT(chest_read(r, a, (struct chest_place){ at[0].segment, 3 }, &body, &why), ERR_CORRUPT, "a wrong place");
	IS_INT(chest_read(r, a, (struct chest_place){ 99, 0 }, &body, &why), ERR_NOTFOUND, "a segment that is not there");
	chest_named(c);
	OK_(chest_wipe(r, at[5], &why) == OK && chest_wipe(r, at[5], &why) == OK && chest_read(r, a, at[5], &body, &why) == ERR_NOTFOUND, "what is wiped is gone, once and for all");
	OK_(chest_read(r, a, at[4], &body, &why) == OK && chest_read(r, a, at[6], &body, &why) == OK, "what is beside it stays");
	OK_(chest_wipe(r, (struct chest_place){ at[0].segment, 3 }, &why) == ERR_CORRUPT && chest_wipe(r, (struct chest_place){ 99, 0 }, &why) == OK, "no other place is touched");
	char wiped[32];
	(void)snprintf(wiped, sizeof(wiped), "chest-%08x", at[5].segment);
	OK_(str_find(contents(wiped), STR("body number 5")) == SIZE_MAX && str_find(contents(wiped), STR("body number 4")) != SIZE_MAX, "no octet of it is in the file");
	OK_(chest_append(c, STR("dropped"), &at[2], &why) == OK && chest_sync(c, &why) == OK && chest_rewind(c, &why) == OK, "what no commit names is taken back");
	OK_(chest_append(c, STR("another"), &at[3], &why) == OK && at[3].offset == at[2].offset && chest_read(r, a, at[2], &body, &why) == OK && str_eq(body, STR("another")),
		"and its place is another's");
	OK_(chest_rewind(c, &why) == OK && chest_read(r, a, at[2], &body, &why) == ERR_CORRUPT && chest_read(r, a, at[19], &body, &why) == OK, "what is named stays");
	file_fault = fail_sync;
	OK_(chest_append(c, STR("y"), &at[1], &why) == OK && chest_sync(c, &why) != OK, "a sync that fails is told");
	file_fault = NULL;
	OK_(chest_sync(c, &why) == ERR_IO && chest_append(c, STR("z"), &at[1], &why) == ERR_IO, "and no later one hides it");
	OK_(chest_rewind(c, &why) == OK && chest_append(c, STR("z"), &at[1], &why) == OK && chest_sync(c, &why) == OK && chest_read(r, a, at[1], &body, &why) == OK,
		"until it was taken back");
	chest_close(r);
	chest_close(c);
}

static void test_raw(void)
{
	static const struct raw_span annas[] = { { 0, 4 }, { 10, 4 } }, berts[] = { { 5, 4 } };
	const struct raw_subject two[] = { { STR("raw-bert"), berts, 1 }, { STR("raw-anna"), annas, 2 } };
	struct str bytes = STR("anna bert anna and others"), got, one_bytes = STR("of bert alone");
	struct raw_reference both, twice, single, decoded;
	struct raw_piece *pieces;
	struct keyring *k;
	struct chest *c;
	struct digest seen;
	uint8_t salt[32];
	unsigned n, judge;
	if (!OK_(keyring_open(dir, "raw-keys", true, &k, &why) == OK && chest_open(dir, "raw", CHEST_WRITE, 0, &c, &why) == OK, "keys and segments"))
		return;
	IS_INT(raw_put(c, k, a, STR("1.2.3"), bytes, two, 2, &both, &why), OK, "an item of two subjects");
	OK_(raw_put(c, k, a, STR("1.2.3"), bytes, two, 2, &twice, &why) == OK && digest_eq(&both.commitment, &twice.commitment), "again gives the same commitment");
	struct raw_subject bert = { STR("raw-bert"), NULL, 0 };
	OK_(raw_put(c, k, a, STR("1.2.4"), one_bytes, &bert, 1, &single, &why) == OK && chest_sync(c, &why) == OK, "an item of one");
	OK_(raw_reference_decode(raw_reference_encode(a, &both), &decoded) == OK && decoded.place.offset == both.place.offset &&
		digest_eq(&decoded.commitment, &both.commitment), "the reference as octets");
	OK_(raw_get(c, k, a, &decoded, &got, salt, &why) == OK && str_eq(got, bytes), "the whole item");
	record_commitment(salt, STR("raw"), bytes, &seen);
	OK_(digest_eq(&seen, &decoded.commitment), "with the salt that opens its commitment");
	OK_(raw_text_read(a, raw_text_write(a, 3, &decoded), &judge, &decoded) == OK && judge == 3 && digest_eq(&seen, &decoded.commitment), "and its reference as text");
	OK_(raw_text_read(a, STR("3"), &judge, &decoded) == ERR_SYNTAX && raw_text_read(a, STR("256:"), &judge, &decoded) == ERR_SYNTAX, "which is not any text");
	OK_(raw_get_subject(c, k, a, &both, STR("raw-anna"), &pieces, &n, &why) == OK && n == 2 && pieces[1].offset == 10 && str_eq(pieces[1].bytes, STR("anna")), "a share");
	IS_INT(raw_get_subject(c, k, a, &both, STR("cora"), &pieces, &n, &why), ERR_NOTFOUND, "somebody else has none");
	struct str disk = contents("raw-00000001");
	OK_(disk.len && str_find(disk, STR("others")) == SIZE_MAX && str_find(disk, STR("anna bert")) == SIZE_MAX, "no clear octet is on disk");
	struct raw_reference swapped = both;
	swapped.place = single.place;
	IS_INT(raw_get(c, k, a, &swapped, &got, NULL, &why), ERR_CORRUPT, "another item in its place is found out");
	unsigned taken = 0;
	char *flipped = arena_alloc(a, disk.len);
	for (size_t i = 0; i < (size_t)twice.place.offset; i++) {
		memcpy(flipped, disk.ptr, disk.len);
		flipped[i] = (char)(flipped[i] ^ 0x10);
		taken += put_back("raw-00000001", (struct str){ flipped, disk.len }) != OK || raw_get(c, k, a, &both, &got, NULL, &why) == OK;
	}
	OK_(put_back("raw-00000001", disk) == OK, "the segment again");
	IS_INT(taken, 0, "no changed octet passes");
	IS_INT(keyring_destroy(k, STR("raw-anna"), &why), OK, "one subject is erased");
	IS_INT(raw_get(c, k, a, &both, &got, NULL, &why), ERR_NOTFOUND, "the item is gone");
	IS_INT(raw_get_subject(c, k, a, &both, STR("raw-anna"), &pieces, &n, &why), ERR_NOTFOUND, "her share too");
	OK_(raw_get_subject(c, k, a, &both, STR("raw-bert"), &pieces, &n, &why) == OK && n == 1 && pieces[0].offset == 5 && str_eq(pieces[0].bytes, STR("bert")), "his stays");
	OK_(raw_get(c, k, a, &single, &got, NULL, &why) == OK && str_eq(got, one_bytes), "and his own item");
	OK_(raw_get_subject(c, k, a, &single, STR("raw-bert"), &pieces, &n, &why) == OK && n == 1 && str_eq(pieces[0].bytes, one_bytes), "which is his share whole");
	struct seal_key fresh;
	OK_(keyring_get(k, STR("raw-anna"), &fresh, &why) == OK && raw_get(c, k, a, &both, &got, NULL, &why) == ERR_NOTFOUND, "a new key of hers opens nothing old");
	const struct raw_span beyond = { 20, 6 };
	const struct raw_subject outside = { STR("raw-bert"), &beyond, 1 }, same_twice[] = { two[0], two[0] };
	IS_INT(raw_put(c, k, a, STR("1"), bytes, &outside, 1, &twice, &why), ERR_RANGE, "a span beyond the end");
	IS_INT(raw_put(c, k, a, STR("1"), bytes, same_twice, 2, &twice, &why), ERR_RANGE, "a subject twice");
	IS_INT(raw_put(c, k, a, STR("1"), bytes, two, 0, &twice, &why), ERR_LIMIT, "nobody's item");
	chest_close(c);
	keyring_close(k);
}

static void test_officer(void)
{
	uint8_t public_key[BOX_PUBLIC_LEN], secret_key[BOX_SECRET_LEN], other_public[BOX_PUBLIC_LEN], other_secret[BOX_SECRET_LEN];
	struct chest_place at;
	struct officer_item item;
	struct chest *c;
	struct str got;
	box_keypair(public_key, secret_key);
	box_keypair(other_public, other_secret);
	OK_(chest_open(dir, "sealed", CHEST_WRITE, 0, &c, &why) == OK, "the officer's segments");
	OK_(officer_put(c, a, public_key, STR("csam"), 1234567, STR("what only the officer may see"), &at, &why) == OK && chest_sync(c, &why) == OK, "put");
	OK_(officer_read(c, a, at, &item, &why) == OK && item.at == 1234567 && str_eq(item.class_name, STR("csam")), "class and time are in clear");
	OK_(str_find(contents("sealed-00000001"), STR("officer")) == SIZE_MAX, "nothing else is");
	OK_(officer_open(a, &item, public_key, secret_key, &got, &why) == OK && str_eq(got, STR("what only the officer may see")), "the officer opens it");
	IS_INT(officer_open(a, &item, other_public, other_secret, &got, &why), ERR_CORRUPT, "nobody else does");
	IS_INT(officer_put(c, a, public_key, STR_NONE, 0, STR("x"), &at, &why), ERR_LIMIT, "a class is needed");
	chest_close(c);
}

static void remove_name(void *arg, const char *name)
{
	(void)arg;
	(void)unlinkat(dir, name, 0);
}

int main(void)
{
	char path[] = "/tmp/aupd-evidence.XXXXXX";
	struct seal_key anna = { { 0 } }, bert = { { 0 } };
	a = arena_new("test", 256 << 20);
	if (!a || seal_start() != OK || !mkdtemp(path))
		return 1;
	dir = open(path, O_RDONLY | O_DIRECTORY);
	test_keys(&anna, &bert);
	test_damage(&anna, &bert);
	test_destroy(&anna, &bert);
	test_batch();
	test_chest();
	test_raw();
	test_officer();
	OK_(file_list(dir, remove_name, NULL, &why) == OK && rmdir(path) == 0, "nothing is left behind");
	(void)close(dir);
	arena_free(a);
	return tap_done();
}
