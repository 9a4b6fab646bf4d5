/*
 * Domain names. See names.h; the only user of libidn2 and libpsl.
 *
 * Hostile input: look-alike and over-long names; both libraries see at most DOMAIN_BYTES_MAX bytes of valid UTF-8 (four
 * times that before mapping), and never a NUL. IDNA is the non-transitional mapping of UTS 46.
 */
#include "base/names.h"

#include <idn2.h>
#include <libpsl.h>
#include <stdlib.h>

struct names {
	psl_ctx_t *psl;
};

enum { MAPPED_BYTES_MAX = 4 * DOMAIN_BYTES_MAX };

enum err names_open(const char *path, struct names **ret_names, struct why *why)
{
	struct names *n = calloc(1, sizeof(*n));
	if (!n)
		return why_set(why, ERR_NOMEM, "no memory for the public suffix list");
	n->psl = path ? psl_load_file(path) : psl_latest(NULL);
	if (!n->psl || psl_suffix_count(n->psl) == 0) {
		names_close(n);
		return why_set(why, ERR_IO, "cannot read a public suffix list from %s", path ? path : "this system");
	}
	*ret_names = n;
	return OK;
}

void names_close(struct names *n)
{
	if (!n)
		return;
	psl_free(n->psl);
	free(n);
}

static bool label_ok(struct str label)
{
	if (!label.len || label.len > LABEL_BYTES_MAX || label.ptr[0] == '-' || label.ptr[label.len - 1] == '-')
		return false;
	for (size_t i = 0; i < label.len; i++) {
		char c = label.ptr[i];
		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_'))
			return false;
	}
	return true;
}

static bool all_digits(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] < '0' || s.ptr[i] > '9')
			return false;
	return s.len > 0;
}

/* Lower case ASCII without the dot at the end. */
static bool name_ok(struct str name)
{
	struct str rest = name, label = STR_NONE;
	if (!name.len || name.len > DOMAIN_BYTES_MAX)
		return false;
	while (str_split(&rest, '.', &label))
		if (!label_ok(label))
			return false;
	return !all_digits(label);
}

static bool is_ascii(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.ptr[i] >= 0x80)
			return false;
	return true;
}

/* U-labels become A-labels. */
static enum err to_ascii(struct arena *a, struct str name, struct str *ret_name)
{
	uint8_t *out = NULL;
	struct str text = str_copy(a, name);
	if (!text.ptr)
		return ERR_NOMEM;
	int rc = idn2_lookup_u8((const uint8_t *)text.ptr, &out, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
	if (rc != IDN2_OK)
		return rc == IDN2_MALLOC ? ERR_NOMEM : ERR_SYNTAX;
	struct str copy = str_lower(a, str_of((const char *)out));
	idn2_free(out);
	if (!copy.ptr)
		return ERR_NOMEM;
	*ret_name = copy;
	return OK;
}

enum err names_normal(struct arena *a, struct str name, struct str *ret_name)
{
	struct str n;
	enum err e = OK;
	if (!name.len || name.len > MAPPED_BYTES_MAX || str_chr(name, 0) != SIZE_MAX || !str_utf8_valid(name))
		return ERR_SYNTAX;
	if (is_ascii(name))
		n = str_lower(a, name);
	else
		e = to_ascii(a, name, &n);
	if (e)
		return e;
	if (!n.ptr)
		return ERR_NOMEM;
	/* only now: the mapping makes dots of the other full stops */
	if (n.len && n.ptr[n.len - 1] == '.')
		n.len--;
	if (!name_ok(n))
		return ERR_SYNTAX;
	*ret_name = n;
	return OK;
}

/* For the library: terminated. Names in normal form always fit. */
static bool terminated(struct str name, char out[DOMAIN_BYTES_MAX + 1])
{
	if (!name.len || name.len > DOMAIN_BYTES_MAX)
		return false;
	memcpy(out, name.ptr, name.len);
	out[name.len] = 0;
	return true;
}

enum err names_registrable(const struct names *n, struct str name, struct str *ret_name)
{
	char text[DOMAIN_BYTES_MAX + 1];
	if (!terminated(name, text))
		return ERR_SYNTAX;
	const char *found = psl_registrable_domain(n->psl, text);
	if (!found)
		return ERR_NOTFOUND;
	*ret_name = str_sub(name, (size_t)(found - text), name.len);
	return OK;
}

bool names_is_suffix(const struct names *n, struct str name)
{
	char text[DOMAIN_BYTES_MAX + 1];
	return terminated(name, text) && psl_is_public_suffix(n->psl, text);
}

bool names_is_icann_suffix(const struct names *n, struct str name)
{
	char text[DOMAIN_BYTES_MAX + 1];
	return terminated(name, text) && psl_is_public_suffix2(n->psl, text, PSL_TYPE_ICANN | PSL_TYPE_NO_STAR_RULE);
}

bool names_is_within(struct str name, struct str ancestor)
{
	if (!ancestor.len || name.len < ancestor.len || !str_eq(str_sub(name, name.len - ancestor.len, ancestor.len), ancestor))
		return false;
	return name.len == ancestor.len || name.ptr[name.len - ancestor.len - 1] == '.';
}

bool names_parent(struct str name, struct str *ret_parent)
{
	size_t dot = str_chr(name, '.');
	if (dot == SIZE_MAX)
		return false;
	*ret_parent = str_sub(name, dot + 1, name.len);
	return true;
}

struct str names_display(struct arena *a, struct str name)
{
	char text[DOMAIN_BYTES_MAX + 1];
	char *out = NULL;
	if (str_find(name, STR("xn--")) == SIZE_MAX || !terminated(name, text) || idn2_to_unicode_8z8z(text, &out, 0) != IDN2_OK)
		return name;
	struct str shown = str_copy(a, str_of(out));
	idn2_free(out);
	return shown.ptr && str_utf8_valid(shown) ? shown : name;
}
