/*
 * Bundles: all files of one policy version. See load.h.
 */
#include <stdlib.h>

#include "base/json.h"
#include "policy/load.h"

const struct bundle_file *bundle_find(const struct bundle *b, struct str name)
{
	for (unsigned i = 0; i < b->count; i++)
		if (str_eq(b->files[i].name, name))
			return &b->files[i];
	return NULL;
}

static int by_name(const void *x, const void *y)
{
	return str_cmp(((const struct bundle_file *)x)->name, ((const struct bundle_file *)y)->name);
}

enum err bundle_encode(struct arena *a, const struct bundle *b, struct str *ret_blob)
{
	struct buf out;
	struct jsonw w;
	struct bundle_file *sorted = ARENA_ARRAY(a, struct bundle_file, b->count + 1);
	if (!sorted)
		return ERR_NOMEM;
	memcpy(sorted, b->files, b->count * sizeof(*sorted));
	qsort(sorted, b->count, sizeof(*sorted), by_name);
	buf_init(&out, BUNDLE_BYTES_MAX);
	jsonw_init(&w, &out);
	jsonw_object(&w, NULL);
	jsonw_str(&w, "main", b->main);
	jsonw_array(&w, "files");
	for (unsigned i = 0; i < b->count; i++) {
		jsonw_object(&w, NULL);
		jsonw_str(&w, "name", sorted[i].name);
		jsonw_str(&w, "text", sorted[i].text);
		jsonw_end(&w, '}');
	}
	jsonw_end(&w, ']');
	jsonw_end(&w, '}');
	enum err e = out.err;
	if (e == OK)
		*ret_blob = str_copy(a, buf_str(&out));
	buf_done(&out);
	return e;
}

enum err bundle_decode(struct arena *a, struct str blob, struct bundle *ret_bundle, struct why *why)
{
	struct json *root;
	enum err e = json_read(a, blob, &root, why);
	if (e)
		return e;
	const struct json *files = json_get(root, "files");
	struct bundle b = { .main = json_text(root, "main"), .files = ARENA_ARRAY(a, struct bundle_file, BUNDLE_FILES_MAX) };
	if (!files || files->type != JSON_ARRAY || !b.main.len)
		return why_set(why, ERR_SYNTAX, "this is no bundle of a policy");
	for (const struct json *f = files->child; f; f = f->next) {
		if (!b.files || b.count == BUNDLE_FILES_MAX)
			return why_set(why, ERR_LIMIT, "a policy has at most %d files", BUNDLE_FILES_MAX);
		b.files[b.count++] = (struct bundle_file){ json_text(f, "name"), json_text(f, "text") };
	}
	*ret_bundle = b;
	return OK;
}
