/*
 * The subjects' keys. See keyring.h.
 */
#include "evidence/keyring.h"

#include <fcntl.h>
#include <stdlib.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/map.h"

enum { FILE_BYTES_MAX = 1 << 30 };

struct keyring {
	int fd;
	struct map *keys;               /* -> struct seal_key */
	bool fixed;
	struct seal_key secret;
};

struct keyring *keyring_fixed(const struct seal_key *secret)
{
	struct keyring *k = calloc(1, sizeof(*k));
	if (k) {
		k->fd = -1;
		k->fixed = true;
		k->secret = *secret;
	}
	return k;
}

void keyring_close(struct keyring *k)
{
	size_t i = 0;
	void *v;
	if (!k)
		return;
	while (k->keys && map_next(k->keys, &i, NULL, &v)) {
		secret_wipe(v, sizeof(struct seal_key));
		free(v);
	}
	map_free(k->keys);
	file_close(k->fd);
	secret_wipe(&k->secret, sizeof(k->secret));
	free(k);
}

static enum err remember(struct keyring *k, struct str subject, const struct seal_key *key, struct why *why)
{
	struct seal_key *copy = malloc(sizeof(*copy));
	if (!copy || map_put(k->keys, subject, copy) != OK) {
		free(copy);
		return why_set(why, ERR_NOMEM, "no memory for the keys of subjects");
	}
	*copy = *key;
	return OK;
}

/* Reads what is whole; a torn last record is cut off: nothing rests on a key that was never synced. */
static enum err read_keys(struct keyring *k, struct why *why)
{
	struct arena *a = arena_new("keyring", (size_t)FILE_BYTES_MAX + (1 << 20));
	uint64_t size = 0;
	size_t got = 0, good = 0;
	enum err e = a ? file_size(k->fd, &size, why) : ERR_NOMEM;
	char *bytes = e == OK && size <= FILE_BYTES_MAX ? arena_alloc(a, (size_t)size + 1) : NULL;
	if (e == OK && !bytes)
		e = why_set(why, ERR_LIMIT, "the key file is too long");
	if (e == OK)
		e = file_read_at(k->fd, 0, bytes, (size_t)size, &got, why);
	while (e == OK && good < got) {
		struct reader r;
		reader_init(&r, (struct str){ bytes + good, got - good });
		struct str id = reader_take(&r, reader_u16(&r)), key = reader_take(&r, SEAL_KEY_LEN);
		size_t len = r.pos;
		uint32_t crc = reader_u32(&r);
		if (r.err || crc != crc32c(0, (struct str){ bytes + good, len }))
			break;
		struct seal_key copy;
		memcpy(copy.octets, key.ptr, SEAL_KEY_LEN);
		e = remember(k, id, &copy, why);
		good += len + 4;
	}
	if (e == OK && good < got)
		e = file_truncate(k->fd, good, why);
	arena_free(a);
	return e;
}

enum err keyring_open(int dir_fd, const char *name, bool create, struct keyring **ret_keyring, struct why *why)
{
	struct keyring *k = calloc(1, sizeof(*k));
	if (!k)
		return why_set(why, ERR_NOMEM, "no memory for the keys of subjects");
	k->fd = -1;
	k->keys = map_new(KEYRING_KEYS_MAX);
	enum err e = k->keys ? file_open(dir_fd, name, O_RDWR | O_APPEND | (create ? O_CREAT : 0), 0600, &k->fd, why) : ERR_NOMEM;
	if (e == OK)
		e = read_keys(k, why);
	if (e) {
		keyring_close(k);
		return e;
	}
	*ret_keyring = k;
	return OK;
}

enum err keyring_find(struct keyring *k, struct str subject, struct seal_key *ret_key)
{
	if (k->fixed) {
		digest_hkdf((struct str){ (const char *)k->secret.octets, SEAL_KEY_LEN }, str_sub(subject, 0, 256), ret_key->octets, SEAL_KEY_LEN);
		return OK;
	}
	const struct seal_key *found = map_get(k->keys, subject);
	if (!found)
		return ERR_NOTFOUND;
	*ret_key = *found;
	return OK;
}

enum err keyring_get(struct keyring *k, struct str subject, struct seal_key *ret_key, struct why *why)
{
	struct buf b;
	struct seal_key key;
	if (subject.len > KEYRING_ID_MAX)
		return why_set(why, ERR_LIMIT, "the id of a subject is too long");
	if (keyring_find(k, subject, ret_key) == OK)
		return OK;
	random_bytes(key.octets, sizeof(key.octets));
	buf_init(&b, 1024);
	buf_u16(&b, (uint16_t)subject.len);
	buf_put(&b, subject);
	buf_put(&b, (struct str){ (const char *)key.octets, SEAL_KEY_LEN });
	buf_u32(&b, crc32c(0, buf_str(&b)));
	enum err e = file_append(k->fd, buf_str(&b), why);
	if (e == OK)
		e = file_sync(k->fd, why);
	secret_wipe(b.ptr, b.len);
	buf_done(&b);
	if (e == OK)
		e = remember(k, subject, &key, why);
	if (e == OK)
		*ret_key = key;
	secret_wipe(&key, sizeof(key));
	return e;
}
