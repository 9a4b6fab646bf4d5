/*
 * A form of the console in both shapes, by the first octet: what is read of it is text within its bounds, a file lies within what was sent, and
 * the command is one line of JSON, with nothing but base64 behind it.
 */
#include "fuzz.h"
#include "base/multipart.h"
#include "web/console_form.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct arena *a = arena_new("fuzz", 32 << 20);
	struct form f;
	MUST(a);
	if (len && form_read(a, data[0] == 'm' ? STR("multipart/form-data; boundary=x") : STR("application/x-www-form-urlencoded"), FUZZ_TEXT(data + 1, len - 1), &f) == OK) {
		struct str command = form_command(a, &f), line;
		MUST(f.count <= CONSOLE_FIELDS_MAX && f.file.len <= len);
		for (unsigned i = 0; i < f.count; i++)
			MUST(str_utf8_valid(f.fields[i].name) && str_utf8_valid(f.fields[i].value) && f.fields[i].value.len <= len);
		MUST(!command.len || (str_next_line(&command, &line) && line.len > 1 && line.ptr[0] == '{' && line.ptr[line.len - 1] == '}'));
		MUST(str_chr(command, '\n') == SIZE_MAX && command.len <= 2 * len + 4);
		struct str name = multipart_plain_name(a, form_value(&f, "name"), 100);
		MUST(name.len && name.len <= 100 && str_chr(name, '"') == SIZE_MAX && str_chr(name, '/') == SIZE_MAX);
	}
	arena_free(a);
	return 0;
}
