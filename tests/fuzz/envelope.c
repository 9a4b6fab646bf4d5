/*
 * The envelope of any bytes as a mail: what is found lies within them and can stand in brackets on a line of SMTP.
 */
#include "fuzz.h"
#include "intake/envelope.h"

static void must_fit(struct str path, struct str message)
{
	MUST(path.len <= ENVELOPE_PATH_MAX);
	MUST(!path.len || (path.ptr >= message.ptr && path.ptr + path.len <= message.ptr + message.len));
	for (size_t i = 0; i < path.len; i++)
		MUST((unsigned char)path.ptr[i] > ' ' && (unsigned char)path.ptr[i] < 0x7f && !strchr("<>\"", path.ptr[i]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct envelope v;
	envelope_read(FUZZ_TEXT(data, len), STR("abuse"), STR("example.net"), &v);
	must_fit(v.from, FUZZ_TEXT(data, len));
	must_fit(v.to, FUZZ_TEXT(data, len));
	MUST(!v.to.len || (str_starts_fold(v.to, STR("abuse+")) && str_ends_fold(v.to, STR("@example.net"))));
	return 0;
}
