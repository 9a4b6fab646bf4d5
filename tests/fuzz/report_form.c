/*
 * The public form of reports: what is read of it lies within what was sent and within its bounds, and is written as a mail that holds no line
 * of its own but those of ours in its head.
 */
#include "fuzz.h"
#include "intake/report_form.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct arena *a = arena_new("fuzz", 64 << 20);
	struct report_form f;
	struct str name;
	MUST(a);
	if (report_form_read(a, STR("multipart/form-data; boundary=x"), FUZZ_TEXT(data, len), &f) == OK) {
		struct str mail = report_form_write(a, &f, 0, &name);
		MUST(f.kind < REPORT_KINDS && f.file_count <= REPORT_FORM_FILES_MAX && f.text.len + f.pasted.len <= len && mail.len);
		MUST(f.kind != REPORT_CHILD || (!f.file_count && !f.pasted.len));
		MUST(str_chr(f.mail, '\n') == SIZE_MAX && str_chr(f.source, '\n') == SIZE_MAX);
	}
	arena_free(a);
	return 0;
}
