/*
 * Archives: what is in them, and every way in which one is refused. Made by python3's zipfile and gzip.
 */
#include <unistd.h>

#include "base/archive.h"
#include "tap.h"

static struct arena *arena;

/* What a program of python3 writes. */
static struct str made(const char *program)
{
	char command[4096];
	static struct buf b;
	size_t n;
	buf_done(&b);
	buf_init(&b, 64 << 20);
	(void)snprintf(command, sizeof(command), "python3 -c '"
		"import sys,io,zipfile,gzip\n"
		"def zipped(*members):\n"
		"    b = io.BytesIO()\n"
		"    with zipfile.ZipFile(b, \"w\", zipfile.ZIP_DEFLATED) as z:\n"
		"        for name, data in members: z.writestr(zipfile.ZipInfo(name), data, 8)\n"
		"    return b.getvalue()\n"
		"sys.stdout.buffer.write(%s)'", program);
	FILE *f = popen(command, "r");
	for (char *room; f && (room = buf_room(&b, 65536)) && (n = fread(room, 1, 65536, f)) > 0;)
		b.len += n;
	OK_(f && pclose(f) == 0 && b.len, program);
	return buf_str(&b);
}

static void is_unpacked(const char *program, const char *want)
{
	struct archive_member *members;
	unsigned count;
	struct why why = { .line = 0 };
	struct buf out;
	arena_reset(arena);
	buf_init(&out, 1 << 16);
	size_t room = ARCHIVE_BYTES_MAX;
	enum err e = archive_unpack(arena, made(program), &room, &members, &count, &why);
	for (unsigned i = 0; i < count && i < 4; i++)
		buf_printf(&out, "%.*s=%.*s ", STR_ARG(members[i].name), STR_ARG(str_sub(members[i].bytes, 0, 20)));
	if (count > 4)
		buf_printf(&out, "and %u ", count - 4);
	buf_puts(&out, e ? why.text : "good");
	IS_STR(buf_str(&out), str_of(want), want);
	buf_done(&out);
}

int main(void)
{
	arena = arena_new("test", 256 << 20);
	if (access("/usr/bin/python3", X_OK) != 0) {
		tap_skip("archives", "python3 is not here");
		return tap_done();
	}
	is_unpacked("zipped((\"a.csv\", \"one\"), (\"d/b.csv\", \"two\"))", "a.csv=one d/b.csv=two good");
	is_unpacked("zipped((\"d/\", \"\"), (\"a\", \"\"))", "a= good");
	is_unpacked("gzip.compress(b\"three\")", "=three good");
	is_unpacked("zipped((\"a\", b\"x\" * (1 << 20)))", "a=xxxxxxxxxxxxxxxxxxxx good");
	is_unpacked("zipped((\"a\", \"1\"), (\"b\", b\"x\" * (8 << 20)))", "a=1 the archive grows beyond 100 megabytes, or to more than 200 times its size");
	is_unpacked("gzip.compress(b\"x\" * (8 << 20))", "the archive grows beyond 100 megabytes, or to more than 200 times its size");
	is_unpacked("zipped(*[(str(i), \"x\") for i in range(65)])", "0=x 1=x 2=x 3=x and 60 the archive has more than 64 members");
	is_unpacked("zipped((\"a\", \"1\"), (\"b.zip\", zipped((\"c\", \"2\"))))", "a=1 an archive lies within the archive");
	is_unpacked("gzip.compress(zipped((\"c\", \"2\")))", "an archive lies within the archive");
	is_unpacked("gzip.compress(b\"three\")[:-9]", "the archive is damaged after member 0");
	is_unpacked("zipped((\"a\", \"one\"))[:20]", "the archive is damaged after member 0");
	is_unpacked("b\"PK\\x03\\x04junk\"", "the archive is damaged after member 0");
	is_unpacked("zipped((\"a\", \"0123456789\" * 40)).replace(b\"\\x33\", b\"\\x34\", 1)", "the archive is damaged in member 1");
	is_unpacked("b\"no archive at all\"", "neither zip nor gzip");
	/* the flag that says encrypted, in both headers */
	is_unpacked("(lambda z: z[:6] + b\"\\x01\" + z[7:].replace(b\"PK\\x01\\x02\\x14\\x03\\x14\\x00\\x00\", b\"PK\\x01\\x02\\x14\\x03\\x14\\x00\\x01\"))(zipped((\"a\", \"one\" * 9)))",
		"the archive is encrypted");
	struct archive_member *members;
	unsigned count;
	size_t room = 5;
	struct str two = made("zipped((\"a\", \"one\"), (\"b\", \"two\"), (\"c\", \"\"))");
	OK_(archive_unpack(arena, two, &room, &members, &count, NULL) == ERR_LIMIT && count == 1 && room == 0, "no more comes out than there is room for");
	room = 6;
	OK_(archive_unpack(arena, two, &room, &members, &count, NULL) == OK && count == 3 && room == 0, "and not less");
	OK_(!archive_looks_like(STR("PK")) && !archive_looks_like(STR("")) && archive_looks_like(STR("\x1f\x8b\x08")), "what one begins with");
	arena_free(arena);
	return tap_done();
}
