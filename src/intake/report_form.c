/*
 * See report_form.h. Hostile is all of it. What was typed goes into the text of a mail, never into its head: of the head only the address is a
 * stranger's, and it is one word.
 */
#include "intake/report_form.h"

#include "base/digest.h"
#include "base/multipart.h"
#include "base/time.h"

enum { BASE64_LINE = 57, MARK_LEN = 32 };

const char *const report_form_kind_words[] = { "spam", "phishing", "attack", "copyright", "content", "child", "other", NULL };

/* As people name it, and as the readers of mails find it. */
static const char *const kinds[] = { "spam", "phishing or fraud", "port scan or attack", "copyright or other rights", "content", "child abuse material", "something else" };

static bool is_text(struct str s)
{
	return str_utf8_valid(s) && str_chr(s, '\0') == SIZE_MAX;
}

static enum err take_line(struct str value, struct str *ret_line)
{
	value = str_trim(value);
	if (value.len > REPORT_FORM_LINE_MAX)
		return ERR_LIMIT;
	for (size_t i = 0; i < value.len; i++)
		if ((unsigned char)value.ptr[i] < ' ' || value.ptr[i] == 0x7f)
			return ERR_SYNTAX;
	*ret_line = value;
	return is_text(value) ? OK : ERR_SYNTAX;
}

static enum err take_text(struct str value, struct str *ret_text)
{
	if (value.len > REPORT_FORM_TEXT_MAX)
		return ERR_LIMIT;
	*ret_text = str_trim(value).len ? value : STR_NONE;
	return is_text(value) ? OK : ERR_SYNTAX;
}

static bool is_mail(struct str s)
{
	static const char good[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.@-_+=";
	size_t at = str_chr(s, '@');
	for (size_t i = 0; i < s.len; i++)
		if (!s.ptr[i] || !strchr(good, s.ptr[i]))
			return false;
	return at != SIZE_MAX && at && at + 1 < s.len && s.len <= REPORT_FORM_MAIL_MAX && str_chr(str_sub(s, at + 1, s.len), '@') == SIZE_MAX;
}

static enum err take_file(struct arena *a, struct report_form *f, struct str name, struct str bytes)
{
	/* a field of files that was left empty comes as one without a name */
	if (!bytes.len)
		return OK;
	if (bytes.len > REPORT_FORM_FILE_MAX || f->file_count == REPORT_FORM_FILES_MAX)
		return ERR_LIMIT;
	f->files[f->file_count++] = (struct report_file){ multipart_plain_name(a, name, REPORT_FORM_NAME_MAX), bytes };
	return OK;
}

static enum err take_kind(struct str word, enum report_form_kind *ret_kind)
{
	for (int i = 0; i < REPORT_KINDS; i++)
		if (str_eq(word, str_of(report_form_kind_words[i]))) {
			*ret_kind = (enum report_form_kind)i;
			return OK;
		}
	return ERR_SYNTAX;
}

static enum err take_field(struct arena *a, struct report_form *f, const struct multipart_part *part)
{
	const struct str name = part->name, value = part->bytes;
	if (str_eq(name, STR("file")))
		return take_file(a, f, part->file, value);
	if (str_eq(name, STR("kind")))
		return take_kind(value, &f->kind);
	if (str_eq(name, STR("source")))
		return take_line(value, &f->source);
	if (str_eq(name, STR("when")))
		return take_line(value, &f->when);
	if (str_eq(name, STR("url")))
		return take_line(value, &f->url);
	if (str_eq(name, STR("mail"))) {
		enum err e = take_line(value, &f->mail);
		return e || !f->mail.len || is_mail(f->mail) ? e : ERR_SYNTAX;
	}
	if (str_eq(name, STR("text")))
		return take_text(value, &f->text);
	return str_eq(name, STR("pasted")) ? take_text(value, &f->pasted) : OK;
}

static bool says_something(const struct report_form *f)
{
	return f->source.len || f->url.len || f->text.len || f->pasted.len || f->file_count;
}

enum err report_form_read(struct arena *a, struct str type, struct str body, struct report_form *ret_form)
{
	struct report_form f = { .kind = REPORT_OTHER };
	struct multipart parts;
	struct multipart_part part;
	enum err e = body.len > REPORT_FORM_BYTES_MAX ? ERR_LIMIT : multipart_begin(a, type, body, &parts);
	for (unsigned n = 0; e == OK && (e = multipart_next(&parts, &part)) == OK; n++)
		e = n == REPORT_FORM_PARTS_MAX ? ERR_LIMIT : take_field(a, &f, &part);
	if (e != ERR_NOTFOUND)
		return e;
	if (f.kind == REPORT_CHILD) {
		/* whatever it is, it is not taken in: where it lies is what matters */
		f.file_count = 0;
		f.pasted = STR_NONE;
	}
	if (!says_something(&f))
		return ERR_NOTFOUND;
	*ret_form = f;
	return OK;
}

/* A message with its head: the first line is a field, and the way that it came stands below. */
static bool is_message(struct str text)
{
	struct str rest = text, line, name;
	bool first = true, received = false;
	while (str_next_line(&rest, &line) && line.len) {
		bool folded = line.ptr[0] == ' ' || line.ptr[0] == '\t';
		bool field = !folded && str_split(&line, ':', &name) && name.len && str_chr(name, ' ') == SIZE_MAX;
		if ((first && !field) || (!folded && !field))
			return false;
		received |= field && str_eq_fold(name, STR("received"));
		first = false;
	}
	return received && rest.len;
}

static void put_field(struct buf *b, const char *name, struct str value)
{
	if (value.len)
		buf_printf(b, "%s: %.*s\r\n", name, STR_ARG(value));
}

static void put_base64(struct arena *a, struct buf *b, struct str bytes)
{
	for (size_t i = 0; i < bytes.len; i += BASE64_LINE) {
		struct arena_mark mark = arena_mark(a);
		buf_put(b, str_base64(a, str_sub(bytes, i, BASE64_LINE)));
		buf_puts(b, "\r\n");
		arena_rewind(a, mark);
	}
}

/* By what is in it, so that nothing in it can end it. */
static struct str mark_of(struct arena *a, const struct report_form *f)
{
	struct digest d;
	const struct str parts[] = { f->text, STR("\n"), f->pasted, STR("\n"), f->source, f->url };
	digest_sha256_parts(parts, sizeof(parts) / sizeof(parts[0]), &d);
	return str_sub(digest_hex(a, &d), 0, MARK_LEN);
}

static void put_words(struct buf *b, const struct report_form *f)
{
	put_field(b, "Kind", str_of(kinds[f->kind]));
	put_field(b, "Source", f->source);
	put_field(b, "Time", f->when);
	put_field(b, "URL", f->url);
	buf_puts(b, "\r\n");
	buf_put(b, f->text);
	buf_puts(b, "\r\n");
	if (f->pasted.len && !is_message(f->pasted)) {
		buf_puts(b, "\r\n");
		buf_put(b, f->pasted);
		buf_puts(b, "\r\n");
	}
}

static bool is_one_file(const struct report_form *f)
{
	return f->file_count == 1 && !f->source.len && !f->url.len && !f->text.len && !f->pasted.len;
}

struct str report_form_write(struct arena *a, const struct report_form *f, int64_t now, struct str *ret_name)
{
	struct str mark = mark_of(a, f);
	struct buf b;
	*ret_name = STR_NONE;
	if (is_one_file(f)) {
		*ret_name = f->files[0].name;
		return f->files[0].bytes;
	}
	buf_init(&b, 3 * (size_t)REPORT_FORM_BYTES_MAX);
	put_field(&b, "From", f->mail.len ? f->mail : STR("form@invalid"));
	put_field(&b, "Date", time_mail_str(a, now));
	buf_printf(&b, "Subject: Report by the form: %s\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"%.*s\"\r\n\r\n", kinds[f->kind], STR_ARG(mark));
	buf_printf(&b, "--%.*s\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n", STR_ARG(mark));
	put_words(&b, f);
	if (f->pasted.len && is_message(f->pasted)) {
		buf_printf(&b, "--%.*s\r\nContent-Type: message/rfc822\r\nContent-Transfer-Encoding: 8bit\r\n\r\n", STR_ARG(mark));
		buf_put(&b, f->pasted);
		buf_puts(&b, "\r\n");
	}
	for (unsigned i = 0; i < f->file_count; i++) {
		buf_printf(&b, "--%.*s\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=\"%.*s\"\r\n"
			"Content-Transfer-Encoding: base64\r\n\r\n", STR_ARG(mark), STR_ARG(f->files[i].name));
		put_base64(a, &b, f->files[i].bytes);
	}
	buf_printf(&b, "--%.*s--\r\n", STR_ARG(mark));
	struct str text = b.err ? STR_NONE : str_copy(a, buf_str(&b));
	buf_done(&b);
	return text;
}
