/*
 * The envelope in a mail's head. See envelope.h.
 */
#include "intake/envelope.h"

static bool is_path_char(char c)
{
	return (unsigned char)c > ' ' && (unsigned char)c < 0x7f && c != '<' && c != '>' && c != '"' && c != '\\';
}

static bool is_path(struct str s)
{
	size_t at = str_chr(s, '@');
	for (size_t i = 0; i < s.len; i++)
		if (!is_path_char(s.ptr[i]))
			return false;
	return s.len <= ENVELOPE_PATH_MAX && at != SIZE_MAX && at && at + 1 < s.len;
}

static bool is_letter(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* LOCAL+TOKEN@DOMAIN at the beginning of a text, as long as it is. */
static struct str tokened(struct str s, struct str local, struct str domain)
{
	size_t n = local.len + 1, first = n;
	if (!str_starts_fold(s, local) || s.len <= n || s.ptr[local.len] != '+')
		return STR_NONE;
	while (n < s.len && is_letter(s.ptr[n]))
		n++;
	if (n == first || n == s.len || s.ptr[n] != '@' || n + 1 + domain.len > ENVELOPE_PATH_MAX)
		return STR_NONE;
	struct str rest = str_sub(s, n + 1, s.len);
	if (!str_starts_fold(rest, domain) || (rest.len > domain.len && (is_letter(rest.ptr[domain.len]) || strchr(".-_", rest.ptr[domain.len]))))
		return STR_NONE;
	return str_sub(s, 0, n + 1 + domain.len);
}

static struct str find_tokened(struct str line, struct str local, struct str domain)
{
	for (size_t i = 0; local.len && domain.len && i < line.len; i++) {
		bool begins = !i || (!is_letter(line.ptr[i - 1]) && !strchr(".-_+", line.ptr[i - 1]));
		struct str found = begins ? tokened(str_sub(line, i, line.len), local, domain) : STR_NONE;
		if (found.len)
			return found;
	}
	return STR_NONE;
}

static bool names_recipients(struct str name)
{
	static const char *const names[] = { "Delivered-To", "X-Original-To", "Envelope-To", "To", "Cc" };
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (str_eq_fold(name, str_of(names[i])))
			return true;
	return false;
}

/* What is no path is as if it were not there. */
static void take_sender(struct str path, struct envelope *ret)
{
	if (path.len > 1 && path.ptr[0] == '<' && path.ptr[path.len - 1] == '>')
		path = str_sub(path, 1, path.len - 2);
	else if (!path.len)
		return;
	if (path.len && !is_path(path))
		return;
	ret->known = true;
	ret->from = path;
}

void envelope_read(struct str message, struct str local, struct str domain, struct envelope *ret)
{
	struct str rest = str_sub(message, 0, ENVELOPE_HEAD_MAX), line;
	bool above = true, recipients = false;
	*ret = (struct envelope){ .known = false };
	while (str_next_line(&rest, &line) && line.len) {
		size_t colon = str_chr(line, ':');
		bool goes_on = line.ptr[0] == ' ' || line.ptr[0] == '\t';
		struct str name = str_trim(str_sub(line, 0, colon)), value = goes_on || colon == SIZE_MAX ? line : str_sub(line, colon + 1, line.len);
		if (!goes_on) {
			recipients = names_recipients(name);
			above = above && !str_eq_fold(name, STR("Received"));
			if (above && !ret->known && str_eq_fold(name, STR("Return-Path")))
				take_sender(str_trim(value), ret);
		}
		if (recipients && !ret->to.len)
			ret->to = find_tokened(value, local, domain);
	}
}
