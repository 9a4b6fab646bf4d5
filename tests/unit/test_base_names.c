/*
 * Domain names: the normal form, what is no name, suffixes and registrable names from a list of the test's own.
 */
#include <unistd.h>

#include "base/names.h"
#include "tap.h"

static struct arena *a;

static void test_normal(void)
{
	static const char *const pairs[][2] = { { "Example.COM", "example.com" }, { "example.com.", "example.com" }, { "B\xc3\xbc" "cher.example", "xn--bcher-kva.example" },
		{ "fa\xc3\x9f.de", "xn--fa-hia.de" }, { "xn--bcher-kva.example", "xn--bcher-kva.example" }, { "_dmarc.example.com", "_dmarc.example.com" },
		{ "a\xe3\x80\x82" "b", "a.b" }, { "\xef\xbc\xa5xample.com", "example.com" }, { "1.2.3.4.in-addr.arpa", "1.2.3.4.in-addr.arpa" }, { "localhost", "localhost" } };
	static const char *const bad[] = { "", ".", "..", "a..b", ".a", "-a.de", "a-.de", "a b.de", "192.0.2.1", "example.123", "exa\xffmple.com", "a/b", "[::1]", "a@b" };
	struct str n;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		OK_(names_normal(a, str_of(pairs[i][0]), &n) == OK, pairs[i][0]);
		IS_STR(n, str_of(pairs[i][1]), "its normal form");
		struct str again = STR_NONE;
		OK_(names_normal(a, n, &again) == OK && str_eq(n, again), "which stays as it is");
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		IS_INT(names_normal(a, str_of(bad[i]), &n), ERR_SYNTAX, bad[i]);
	IS_INT(names_normal(a, STR("a\0b.de"), &n), ERR_SYNTAX, "a NUL");
	char text[300];
	memset(text, 'a', sizeof(text));
	IS_INT(names_normal(a, (struct str){ text, LABEL_BYTES_MAX }, &n), OK, "the longest label");
	IS_INT(names_normal(a, (struct str){ text, LABEL_BYTES_MAX + 1 }, &n), ERR_SYNTAX, "a longer one");
	for (size_t i = 49; i < sizeof(text); i += 50)
		text[i] = '.';
	IS_INT(names_normal(a, (struct str){ text, DOMAIN_BYTES_MAX }, &n), OK, "the longest name");
	IS_INT(names_normal(a, (struct str){ text, DOMAIN_BYTES_MAX + 1 }, &n), ERR_SYNTAX, "a longer name");
	IS_STR(names_display(a, STR("xn--bcher-kva.example")), STR("b\xc3\xbc" "cher.example"), "A-labels as people read them");
	IS_STR(names_display(a, STR("xn--.example")), STR("xn--.example"), "what does not decode is shown as it is");
}

static void test_within(void)
{
	struct str parent;
	OK_(names_is_within(STR("example.com"), STR("example.com")), "a name is within itself");
	OK_(names_is_within(STR("a.b.example.com"), STR("example.com")), "a name below");
	OK_(!names_is_within(STR("badexample.com"), STR("example.com")), "only at a dot");
	OK_(!names_is_within(STR("com"), STR("example.com")) && !names_is_within(STR("example.com"), STR_NONE), "not above, not within nothing");
	OK_(names_parent(STR("a.b"), &parent) && str_eq(parent, STR("b")) && !names_parent(parent, &parent), "the parent of a single label is none");
}

static void test_suffixes(void)
{
	static const char list[] = "// ===BEGIN ICANN DOMAINS===\ncom\nuk\nco.uk\n*.ck\n!www.ck\n\xe4\xb8\xad\xe5\x9b\xbd\n// ===END ICANN DOMAINS===\n"
		"// ===BEGIN PRIVATE DOMAINS===\nshop.example\n// ===END PRIVATE DOMAINS===\n";
	static const char *const pairs[][2] = { { "example.com", "example.com" }, { "a.b.example.co.uk", "example.co.uk" }, { "x.y.z.ck", "y.z.ck" },
		{ "a.www.ck", "www.ck" }, { "joe.shop.example", "joe.shop.example" }, { "a.b.unlisted", "b.unlisted" }, { "a.b.xn--fiqs8s", "b.xn--fiqs8s" } };
	static const char *const suffixes[] = { "com", "co.uk", "z.ck", "shop.example", "xn--fiqs8s" };
	char path[] = "/tmp/test_base_names.XXXXXX";
	int fd = mkstemp(path);
	if (fd < 0 || write(fd, list, sizeof(list) - 1) != (ssize_t)sizeof(list) - 1 || close(fd) != 0)
		abort();
	struct names *n = NULL;
	struct why why;
	struct str r;
	OK_(names_open(path, &n, &why) == OK, "a list of suffixes");
	for (size_t i = 0; n && i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		OK_(names_registrable(n, str_of(pairs[i][0]), &r) == OK, pairs[i][0]);
		IS_STR(r, str_of(pairs[i][1]), "its registrable name");
	}
	for (size_t i = 0; n && i < sizeof(suffixes) / sizeof(suffixes[0]); i++)
		OK_(names_is_suffix(n, str_of(suffixes[i])) && names_registrable(n, str_of(suffixes[i]), &r) == ERR_NOTFOUND, suffixes[i]);
	OK_(n && !names_is_suffix(n, STR("example.com")) && names_registrable(n, STR_NONE, &r) == ERR_SYNTAX, "no suffix, no name");
	names_close(n);
	(void)unlink(path);
	IS_INT(names_open(path, &n, &why), ERR_IO, "a list that is not there");
	OK_(strstr(why.text, path) != NULL, "is named");
}

int main(void)
{
	a = arena_new("test", 1 << 20);
	if (!a)
		return 1;
	test_normal();
	test_within();
	test_suffixes();
	arena_free(a);
	return tap_done();
}
