/*
 * The public form as a mail: what stands in its head and what in its text, what goes on as it is, and what is never taken.
 */
#include "base/time.h"
#include "intake/report_form.h"
#include "tap.h"

#define PART(name, value) "--x\r\nContent-Disposition: form-data; name=\"" name "\"\r\n\r\n" value "\r\n"
#define PART_FILE(name, value) "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"" name "\"\r\nContent-Type: image/png\r\n\r\n" value "\r\n"
#define END "--x--\r\n"

static struct arena *a;
static struct report_form f;

static enum err read_form(const char *body)
{
	f = (struct report_form){ 0 };
	return report_form_read(a, STR("multipart/form-data; boundary=x"), str_of(body), &f);
}

static const char *written(void)
{
	struct str name, mail = report_form_write(a, &f, 0, &name);
	return str_c(a, mail);
}

static bool holds(const char *text, const char *what)
{
	return strstr(text, what) != NULL;
}

static void test_mail(void)
{
	IS_INT(read_form(PART("kind", "attack") PART("mail", "a@b.example") PART("source", "192.0.2.1") PART("text", "Subject: <x>") END), OK, "a form");
	const char *mail = written();
	OK_(holds(mail, "From: a@b.example\r\n") && holds(mail, "Subject: Report by the form: port scan or attack\r\n"), "its head has the address and our words");
	OK_(holds(mail, "\r\n\r\nKind: port scan or attack\r\nSource: 192.0.2.1\r\n\r\nSubject: <x>\r\n"), "and its text what was typed");
	IS_INT(read_form(PART("text", "x") PART("mail", "a@b\r\nBcc: c@d") END), ERR_SYNTAX, "no line of a stranger comes into the head");
	IS_INT(read_form(PART("pasted", "Received: a\r\nSubject: b\r\n\r\nbody") END), OK, "a message with its head");
	OK_(holds(written(), "Content-Type: message/rfc822"), "is a part of its own");
	IS_INT(read_form(PART("pasted", "Feb 1 sshd: no") END), OK, "lines of a log");
	OK_(!holds(written(), "message/rfc822") && holds(written(), "Feb 1 sshd: no"), "are text");
}

static void test_files(void)
{
	struct str name;
	IS_INT(read_form(PART("kind", "spam") PART_FILE("C:\\a\\\"b;c.eml", "bytes") END), OK, "one file alone");
	OK_(str_eq(report_form_write(a, &f, 0, &name), STR("bytes")), "goes on as it is");
	OK_(str_chr(name, '\\') == SIZE_MAX && str_chr(name, '"') == SIZE_MAX, "under a name that is none of a path or a header");
	IS_INT(read_form(PART("text", "see") PART_FILE("a", "bytes") PART_FILE("", "") END), OK, "with words");
	OK_(f.file_count == 1 && holds(written(), "Ynl0ZXM="), "it is a part of the mail");
	IS_INT(read_form(PART_FILE("p.png", "picture") PART("pasted", "Received: a\r\n\r\nb") PART("kind", "child") PART("url", "http://h/") END), OK, "of the sealed class");
	OK_(!f.file_count && !f.pasted.len && !holds(written(), "cGljdHVyZQ") && holds(written(), "child abuse"), "no file and no message is taken");
	IS_INT(read_form(PART_FILE("p.png", "picture") PART("kind", "child") END), ERR_NOTFOUND, "and of one that has nothing else nothing is left");
}

static void test_bad(void)
{
	static const char *const bad[] = { "", "--x", "--x--", "--x\r\n--x--", PART("text", "x"), "--x\r\nno head", "--x\r\n\r\n--x--", "--y\r\n" END };
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		OK_(read_form(bad[i]) != OK, bad[i]);
	IS_INT(report_form_read(a, STR("multipart/form-data"), STR(PART("text", "x") END), &f), ERR_SYNTAX, "without a boundary");
}

int main(void)
{
	a = arena_new("test", 8 << 20);
	test_mail();
	test_files();
	test_bad();
	arena_free(a);
	return tap_done();
}
