/*
 * The subjects' keys. See keyring.h.
 */
#include "evidence/keyring.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/map.h"

/* These bits lie in the first octet of the record, which no write can tear. */
enum { FILE_BYTES_MAX = 1 << 30, DESTROYED = 0x8000, BATCH = 0x4000, RECORD_EXTRA = 2 + SEAL_KEY_LEN + 4, RECORD_MAX = KEYRING_ID_MAX + RECORD_EXTRA };

enum mode { MODE_WRITE, MODE_READ, MODE_FIXED };

struct entry {
	struct seal_key key;
	uint64_t at;                    /* of its record in the file */
};

struct keyring {
	int fd;
	enum mode mode;
	uint64_t size;                  /* whole records */
	bool broken;                    /* the end of the file is not known: nothing may be appended */
	bool together;                  /* appended keys are synced at keyring_end */
	bool marked;                    /* and stand behind a mark, at batch_at, that is not closed */
	uint64_t batch_at;
	struct map *keys;               /* -> struct entry; a destroyed one is not in it */
	struct seal_key secret;
};

enum state { RECORD_GOOD, RECORD_DESTROYED, RECORD_BATCH, RECORD_BAD };

struct key_record {
	enum state state;
	bool wiped;
	struct str id, key;
	size_t len;
};

struct keyring *keyring_fixed(const struct seal_key *secret)
{
	struct keyring *k = calloc(1, sizeof(*k));
	if (k) {
		k->fd = -1;
		k->mode = MODE_FIXED;
		k->secret = *secret;
	}
	return k;
}

static void forget(struct entry *e)
{
	if (e) {
		secret_wipe(e, sizeof(*e));
		free(e);
	}
}

static void forget_all(struct map *keys)
{
	size_t i = 0;
	void *v;
	while (keys && map_next(keys, &i, NULL, &v))
		forget(v);
	map_free(keys);
}

void keyring_close(struct keyring *k)
{
	if (!k)
		return;
	forget_all(k->keys);
	file_close(k->fd);
	secret_wipe(&k->secret, sizeof(k->secret));
	free(k);
}

static enum err remember(struct keyring *k, struct str subject, struct str key, uint64_t at, struct why *why)
{
	struct entry *fresh = malloc(sizeof(*fresh)), *old = map_get(k->keys, subject);
	if (!fresh || map_put(k->keys, subject, fresh) != OK) {
		free(fresh);
		return why_set(why, ERR_NOMEM, "no memory for the keys of subjects");
	}
	memcpy(fresh->key.octets, key.ptr, SEAL_KEY_LEN);
	fresh->at = at;
	forget(old);
	return OK;
}

static bool all_zero(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i])
			return false;
	return true;
}

/* A record marked as destroyed whose key is whole was not overwritten: whoever asked was not told that it is gone. */
static struct key_record take_record(struct str bytes)
{
	struct reader r;
	reader_init(&r, bytes);
	uint16_t head = reader_u16(&r), id_len = head & (BATCH - 1);
	struct key_record rec = { .state = RECORD_BAD, .id = reader_take(&r, id_len), .key = reader_take(&r, SEAL_KEY_LEN) };
	uint32_t crc = reader_u32(&r);
	char copy[RECORD_MAX];
	if (r.err || id_len > KEYRING_ID_MAX)
		return rec;
	rec.len = r.pos;
	memcpy(copy, bytes.ptr, rec.len);
	copy[0] = (char)(copy[0] & 0x7f);
	rec.wiped = all_zero(rec.key);
	if (head & BATCH && crc == crc32c(0, (struct str){ copy, rec.len - 4 }))
		rec.state = head & DESTROYED ? RECORD_DESTROYED : RECORD_BATCH;
	else if (head & BATCH)
		rec.state = RECORD_BAD;
	else if (!rec.wiped && crc == crc32c(0, (struct str){ copy, rec.len - 4 }))
		rec.state = RECORD_GOOD;
	else if (head & DESTROYED)
		rec.state = RECORD_DESTROYED;
	secret_wipe(copy, sizeof(copy));
	return rec;
}

/* At most one record was ever unsynced: the end of the file is torn when it is no longer than one and none stands in it. */
static bool is_torn(struct str tail)
{
	if (tail.len > RECORD_MAX)
		return false;
	for (size_t i = 1; i < tail.len; i++)
		if (take_record(str_sub(tail, i, tail.len)).state == RECORD_GOOD)
			return false;
	return true;
}

static enum err wipe_at(struct keyring *k, uint64_t at, size_t id_len, struct why *why)
{
	static const char zeros[KEYRING_ID_MAX + SEAL_KEY_LEN];
	enum err e = file_write_at(k->fd, at + 2, (struct str){ zeros, id_len + SEAL_KEY_LEN }, why);
	return e ? e : file_sync(k->fd, why);
}

/* Octets of the file from k->size on, which is where whole records end as far as we know. */
static enum err read_records(struct keyring *k, struct str all, struct why *why)
{
	size_t at = 0;
	uint64_t base = k->size;
	enum err e = OK;
	while (e == OK && at < all.len) {
		struct key_record rec = take_record(str_sub(all, at, all.len));
		if (rec.state == RECORD_BAD)
			break;
		/* keys that no keyring_end made durable, whatever is left of them: nothing rests on them */
		if (rec.state == RECORD_BATCH) {
			k->size = base + at;
			return k->mode == MODE_WRITE ? file_truncate(k->fd, k->size, why) : OK;
		}
		if (rec.state == RECORD_GOOD)
			e = remember(k, rec.id, rec.key, base + at, why);
		else if (!rec.wiped && k->mode == MODE_WRITE)
			e = wipe_at(k, base + at, rec.id.len, why);
		at += rec.len;
	}
	k->size = base + at;
	if (e || at == all.len)
		return e;
	if (!is_torn(str_sub(all, at, all.len)))
		return why_set(why, ERR_CORRUPT, "the key file is damaged at octet %llu", (unsigned long long)k->size);
	return k->mode == MODE_WRITE ? file_truncate(k->fd, k->size, why) : OK;
}

static enum err read_keys(struct keyring *k, struct why *why)
{
	struct arena *a = arena_new("keyring", (size_t)FILE_BYTES_MAX + (1 << 20));
	uint64_t size = 0;
	size_t got = 0;
	enum err e = a ? file_size(k->fd, &size, why) : ERR_NOMEM;
	size_t fresh = size > k->size ? (size_t)(size - k->size) : 0;
	char *bytes = e == OK && size <= FILE_BYTES_MAX ? arena_alloc(a, fresh + 1) : NULL;
	if (e == OK && !bytes)
		e = why_set(why, ERR_LIMIT, "the key file is too long");
	if (e == OK && fresh)
		e = file_read_at(k->fd, k->size, bytes, fresh, &got, why);
	if (e == OK)
		e = read_records(k, (struct str){ bytes, got }, why);
	if (bytes)
		secret_wipe(bytes, fresh);
	arena_free(a);
	return e;
}

/* One writer at a time, also among processes: nobody reads half of what another one appends. */
static enum err lock(struct keyring *k, struct why *why)
{
	int r;
	/* held from begin to end */
	if (k->together)
		return OK;
	do {
		r = flock(k->fd, k->mode == MODE_WRITE ? LOCK_EX : LOCK_SH);
	} while (r != 0 && errno == EINTR);
	return r == 0 ? OK : why_errno(why, "cannot lock the key file");
}

static void unlock(struct keyring *k)
{
	if (!k->together)
		(void)flock(k->fd, LOCK_UN);
}

/* Keys that another process has made since. */
static enum err read_new(struct keyring *k, struct why *why)
{
	uint64_t size;
	enum err e = file_size(k->fd, &size, why);
	return e || size <= k->size ? e : read_keys(k, why);
}

static enum err open_mode(int dir_fd, const char *name, enum mode mode, int flags, struct keyring **ret_keyring, struct why *why)
{
	struct keyring *k = calloc(1, sizeof(*k));
	if (!k)
		return why_set(why, ERR_NOMEM, "no memory for the keys of subjects");
	k->fd = -1;
	k->mode = mode;
	k->keys = map_new(KEYRING_KEYS_MAX);
	enum err e = k->keys ? file_open(dir_fd, name, flags, 0600, &k->fd, why) : ERR_NOMEM;
	if (e == OK)
		e = lock(k, why);
	if (e == OK) {
		e = read_keys(k, why);
		unlock(k);
	}
	if (e == OK && flags & O_CREAT)
		e = file_sync_dir(dir_fd, why);
	if (e) {
		keyring_close(k);
		return e;
	}
	*ret_keyring = k;
	return OK;
}

enum err keyring_open(int dir_fd, const char *name, bool create, struct keyring **ret_keyring, struct why *why)
{
	return open_mode(dir_fd, name, MODE_WRITE, O_RDWR | (create ? O_CREAT : 0), ret_keyring, why);
}

enum err keyring_open_read(int dir_fd, const char *name, struct keyring **ret_keyring, struct why *why)
{
	return open_mode(dir_fd, name, MODE_READ, O_RDONLY, ret_keyring, why);
}

enum err keyring_find(struct keyring *k, struct str subject, struct seal_key *ret_key)
{
	if (k->mode == MODE_FIXED) {
		digest_hkdf((struct str){ (const char *)k->secret.octets, SEAL_KEY_LEN }, str_sub(subject, 0, 256), ret_key->octets, SEAL_KEY_LEN);
		return OK;
	}
	const struct entry *found = map_get(k->keys, subject);
	if (!found && lock(k, NULL) == OK) {
		enum err e = read_new(k, NULL);
		unlock(k);
		if (e)
			return e;
		found = map_get(k->keys, subject);
	}
	if (!found)
		return ERR_NOTFOUND;
	*ret_key = found->key;
	return OK;
}

/* After a failed append the file is cut back, or a later record would stand behind half of this one. */
static enum err append(struct keyring *k, struct str record, struct why *why)
{
	enum err e = file_write_at(k->fd, k->size, record, why);
	if (e == OK && !k->together)
		e = file_sync(k->fd, why);
	if (e && (file_truncate(k->fd, k->size, NULL) != OK || file_sync(k->fd, NULL) != OK))
		k->broken = true;
	return e;
}

/* Synced before the first key of the batch: of several that were not synced yet a power cut may leave any. */
static enum err mark_batch(struct keyring *k, struct why *why)
{
	static const char no_key[SEAL_KEY_LEN];
	struct buf b;
	buf_init(&b, RECORD_MAX);
	buf_u16(&b, BATCH);
	buf_put(&b, (struct str){ no_key, sizeof(no_key) });
	buf_u32(&b, crc32c(0, buf_str(&b)));
	k->together = false;
	enum err e = b.err ? b.err : append(k, buf_str(&b), why);
	k->together = true;
	if (e == OK) {
		k->marked = true;
		k->batch_at = k->size;
		k->size += b.len;
	}
	buf_done(&b);
	return e;
}

static enum err close_batch(struct keyring *k, struct why *why)
{
	static const char closed = (char)((BATCH | DESTROYED) >> 8);
	enum err e = file_write_at(k->fd, k->batch_at, (struct str){ &closed, 1 }, why);
	return e ? e : file_sync(k->fd, why);
}

enum err keyring_begin(struct keyring *k, struct why *why)
{
	enum err e = k->mode == MODE_WRITE ? lock(k, why) : OK;
	if (e == OK && k->mode == MODE_WRITE)
		e = read_new(k, why);
	k->together = e == OK && k->mode == MODE_WRITE;
	return e;
}

enum err keyring_end(struct keyring *k, struct why *why)
{
	if (!k->together)
		return OK;
	enum err e = k->marked ? file_sync(k->fd, why) : OK;
	if (e == OK && k->marked)
		e = close_batch(k, why);
	k->together = k->marked = false;
	unlock(k);
	/* which of them are on disk is not known: nothing rests on them, and no more is written behind them */
	k->broken |= e != OK;
	return e;
}

/* Made under the lock, when nobody else has made it meanwhile. */
static enum err make(struct keyring *k, struct str subject, struct seal_key *ret_key, struct why *why)
{
	struct buf b;
	struct seal_key key;
	enum err e = read_new(k, why);
	const struct entry *found = e == OK ? map_get(k->keys, subject) : NULL;
	if (found)
		*ret_key = found->key;
	if (e == OK && !found && k->together && !k->marked)
		e = mark_batch(k, why);
	if (e || found)
		return e;
	random_bytes(key.octets, sizeof(key.octets));
	buf_init(&b, RECORD_MAX);
	buf_u16(&b, (uint16_t)subject.len);
	buf_put(&b, subject);
	buf_put(&b, (struct str){ (const char *)key.octets, SEAL_KEY_LEN });
	buf_u32(&b, crc32c(0, buf_str(&b)));
	e = b.err ? b.err : append(k, buf_str(&b), why);
	if (e == OK) {
		e = remember(k, subject, (struct str){ (const char *)key.octets, SEAL_KEY_LEN }, k->size, why);
		k->size += b.len;
	}
	if (e == OK)
		*ret_key = key;
	if (b.ptr)
		secret_wipe(b.ptr, b.len);
	buf_done(&b);
	secret_wipe(&key, sizeof(key));
	return e;
}

enum err keyring_get(struct keyring *k, struct str subject, struct seal_key *ret_key, struct why *why)
{
	if (subject.len > KEYRING_ID_MAX)
		return why_set(why, ERR_LIMIT, "the id of a subject has at most %d octets", KEYRING_ID_MAX);
	enum err e = keyring_find(k, subject, ret_key);
	if (e != ERR_NOTFOUND)
		return e;
	if (k->mode != MODE_WRITE)
		return why_set(why, ERR_DENIED, "the subject has no key, and this program makes none");
	if (k->broken)
		return why_set(why, ERR_IO, "the key file could not be written; aupd must be started again");
	if (map_count(k->keys) == KEYRING_KEYS_MAX || k->size > FILE_BYTES_MAX - RECORD_MAX)
		return why_set(why, ERR_LIMIT, "the key file is full");
	e = lock(k, why);
	if (e == OK) {
		e = make(k, subject, ret_key, why);
		unlock(k);
	}
	return e;
}

/* What was read before stays when the file cannot be read now: a key that is not known would be made anew. */
enum err keyring_follow(struct keyring *k, struct why *why)
{
	if (k->mode == MODE_FIXED || k->together)
		return OK;
	struct map *before = k->keys, *fresh = map_new(KEYRING_KEYS_MAX);
	uint64_t size = k->size;
	enum err e = fresh ? lock(k, why) : why_set(why, ERR_NOMEM, "no memory for the keys of subjects");
	if (e == OK) {
		k->keys = fresh;
		k->size = 0;
		e = read_keys(k, why);
		unlock(k);
		fresh = e ? fresh : before;
		k->keys = e ? before : k->keys;
		k->size = e ? size : k->size;
	}
	forget_all(fresh);
	return e;
}

enum err keyring_destroy(struct keyring *k, struct str subject, struct why *why)
{
	struct seal_key key;
	if (k->mode != MODE_WRITE)
		return why_set(why, ERR_DENIED, "this program destroys no keys");
	/* another process may have made it */
	enum err found = keyring_find(k, subject, &key);
	secret_wipe(&key, sizeof(key));
	if (found)
		return found;
	struct entry *entry = map_get(k->keys, subject);
	if (!entry)
		return ERR_NOTFOUND;
	char mark = (char)(subject.len >> 8 | DESTROYED >> 8);
	enum err e = file_write_at(k->fd, entry->at, (struct str){ &mark, 1 }, why);
	if (e == OK)
		e = file_sync(k->fd, why);
	if (e == OK)
		e = wipe_at(k, entry->at, subject.len, why);
	if (e == OK)
		forget(map_remove(k->keys, subject));
	return e;
}
