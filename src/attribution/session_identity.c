/*
 * Identities of sessions on disk. See session_identity.h.
 */
#include "attribution/session_identity.h"

#include <fcntl.h>
#include <stdlib.h>

#include "attribution/session_book.h"
#include "base/digest.h"
#include "base/file.h"
#include "base/seal.h"

/* A place: length, and what is sealed, with the session's ref as what it belongs to. */
enum { LENGTH_LEN = 2, SHORT_LEN = 320, LONG_LEN = LENGTH_LEN + ACCOUNTING_IDENTITY_MAX + SEAL_EXTRA, SHORT_MAX = SHORT_LEN - LENGTH_LEN - SEAL_EXTRA,
	SCRATCH_BYTES = 1 << 16, CHECK_LONG = 1 };

struct session_identities {
	struct session_book *book;
	struct seal_key key;
	struct arena *scratch;
	int fd;
};

enum err session_identities_open(struct session_book *b, int dir_fd, struct session_identities **ret_identities, struct why *why)
{
	static const char name[] = "identities.tmp";
	struct session_identities *x = calloc(1, sizeof(*x));
	if (!x || !(x->scratch = arena_new("identities", SCRATCH_BYTES))) {
		free(x);
		return why_set(why, ERR_NOMEM, "no memory for the names of sessions");
	}
	x->book = b;
	random_bytes(&x->key, sizeof(x->key));
	enum err e = file_open(dir_fd, name, O_RDWR | O_CREAT | O_TRUNC, 0600, &x->fd, why);
	if (e) {
		x->fd = -1;
		session_identities_close(x);
		return e;
	}
	e = file_unlink(dir_fd, name, why);
	if (e) {
		session_identities_close(x);
		return e;
	}
	*ret_identities = x;
	return OK;
}

void session_identities_close(struct session_identities *x)
{
	if (!x)
		return;
	if (x->fd >= 0)
		file_close(x->fd);
	arena_free(x->scratch);
	secret_wipe(&x->key, sizeof(x->key));
	free(x);
}

static uint64_t place(const struct session_identities *x, uint32_t number, bool is_long)
{
	return is_long ? (uint64_t)x->book->capacity * SHORT_LEN + (uint64_t)number * LONG_LEN : (uint64_t)number * SHORT_LEN;
}

static struct str ref_text(const session_ref *ref)
{
	return (struct str){ (const char *)ref, sizeof(*ref) };
}

/* What tells one identity of the session from another, and where it lies; never 0. */
static uint32_t check_of(const struct session_identities *x, struct str identity)
{
	uint32_t check = (uint32_t)siphash(x->book->key, identity) & ~(uint32_t)CHECK_LONG;
	return (check ? check : 2) | (identity.len > SHORT_MAX ? CHECK_LONG : 0);
}

enum err session_identity_note(struct session_identities *x, session_ref ref, struct str identity, struct why *why)
{
	uint32_t n = session_find(x->book, ref), check = check_of(x, identity);
	struct str sealed;
	if (n == SESSION_NOBODY || !identity.len || identity.len > ACCOUNTING_IDENTITY_MAX)
		return ERR_NOTFOUND;
	struct session *s = &x->book->list[n];
	if (s->identity == check)
		return OK;
	s->identity = 0;
	arena_reset(x->scratch);
	enum err e = seal(x->scratch, &x->key, ref_text(&ref), identity, &sealed);
	char *octets = e == OK ? arena_alloc(x->scratch, LENGTH_LEN + sealed.len) : NULL;
	if (!octets)
		return why_set(why, ERR_NOMEM, "no memory for the name of a session");
	octets[0] = (char)(sealed.len >> 8);
	octets[1] = (char)sealed.len;
	memcpy(octets + LENGTH_LEN, sealed.ptr, sealed.len);
	e = file_write_at(x->fd, place(x, n, check & CHECK_LONG), (struct str){ octets, LENGTH_LEN + sealed.len }, why);
	if (e == OK)
		s->identity = check;
	return e;
}

enum err session_identity_get(struct session_identities *x, struct arena *a, session_ref ref, struct str *ret_identity, struct why *why)
{
	uint32_t n = session_find(x->book, ref);
	uint8_t octets[LONG_LEN];
	size_t got = 0;
	if (n == SESSION_NOBODY || !x->book->list[n].identity)
		return ERR_NOTFOUND;
	bool is_long = x->book->list[n].identity & CHECK_LONG;
	enum err e = file_read_at(x->fd, place(x, n, is_long), octets, is_long ? LONG_LEN : SHORT_LEN, &got, why);
	size_t len = e == OK && got > LENGTH_LEN ? (size_t)octets[0] << 8 | octets[1] : 0;
	if (e)
		return e;
	if (!len || len > got - LENGTH_LEN)
		return why_set(why, ERR_NOTFOUND, "what names a session cannot be read");
	return unseal(a, &x->key, ref_text(&ref), (struct str){ (const char *)octets + LENGTH_LEN, len }, ret_identity);
}

enum err session_identities_forget(struct session_identities *x, struct why *why)
{
	for (uint32_t n = 0; n < x->book->used; n++)
		x->book->list[n].identity = 0;
	random_bytes(&x->key, sizeof(x->key));
	return file_truncate(x->fd, 0, why);
}
