/*
 * Replays a fuzz target's corpus as a test: every file as it is, cut at every length, and with each byte replaced by bytes
 * that parsers trip over. TAP on stdout, one line a file. With arguments: those files only, as they are.
 *
 * A target is one file with LLVMFuzzerTestOneInput, so that libFuzzer takes it too:
 *   clang -std=c17 -D_GNU_SOURCE -g -fsanitize=fuzzer,address,undefined -Isrc tests/fuzz/NAME.c libbase.a ...
 */
#include <dirent.h>

#include "fuzz.h"
#include "tap.h"

enum { FILE_BYTES_MAX = 1 << 20, VARIED_BYTES_MAX = 2048 };

/* In memory of exactly that length, so that a sanitizer sees the first byte read beyond it. */
static void run(const uint8_t *data, size_t len)
{
	uint8_t *exact = malloc(len ? len : 1);
	if (!exact)
		abort();
	if (len)
		memcpy(exact, data, len);
	(void)LLVMFuzzerTestOneInput(exact, len);
	free(exact);
}

static void vary(uint8_t *data, size_t len)
{
	static const uint8_t hostile[] = { 0, '\n', ' ', '"', '\\', '}', '[', ',', '9', 0x80, 0xff };
	for (size_t i = 0; i < len; i++)
		run(data, i);
	for (size_t i = 0; i < len; i++) {
		uint8_t was = data[i];
		for (size_t k = 0; k < sizeof(hostile); k++) {
			data[i] = hostile[k];
			run(data, len);
		}
		data[i] = was;
	}
}

static size_t load(const char *path, uint8_t *out)
{
	FILE *f = fopen(path, "rb");
	if (!f)
		return SIZE_MAX;
	size_t n = fread(out, 1, FILE_BYTES_MAX, f);
	bool bad = ferror(f) != 0;
	return fclose(f) == 0 && !bad ? n : SIZE_MAX;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static void replay(const char *dir, uint8_t *data)
{
	struct dirent **entries = NULL;
	char path[4096];
	int n = scandir(dir, &entries, NULL, by_name), files = 0;
	for (int i = 0; i < n; i++) {
		if (entries[i]->d_name[0] != '.' && snprintf(path, sizeof(path), "%s/%s", dir, entries[i]->d_name) < (int)sizeof(path)) {
			size_t len = load(path, data);
			if (len != SIZE_MAX) {
				run(data, len);
				if (len <= VARIED_BYTES_MAX)
					vary(data, len);
			}
			OK_(len != SIZE_MAX, entries[i]->d_name);
			files++;
		}
		free(entries[i]);
	}
	free(entries);
	OK_(files > 0, dir);
}

int main(int argc, char **argv)
{
	uint8_t *data = malloc(FILE_BYTES_MAX);
	if (!data)
		return 1;
	for (int i = 1; i < argc; i++) {
		size_t len = load(argv[i], data);
		if (OK_(len != SIZE_MAX, argv[i]))
			run(data, len);
	}
	if (argc < 2)
		replay(FUZZ_CORPUS, data);
	free(data);
	return tap_done();
}
