/*
 * The older form of Microsoft's Junk Mail Reporting Program: the reported message attached, and no report. It is known by the field
 * that the program adds to that message, X-HmXmrOriginalRecipient. The newer form is a feedback report that lacks much: arf.c.
 */
#include "format/bounce.h"
#include "format/shapes.h"
#include "format/shown.h"

static void take_recipient(struct decode *d, struct observation *o, struct str header, struct str path)
{
	struct mime_field f;
	if (mime_find_field(header, "x-hmxmroriginalrecipient", &f))
		decode_fact(d, o, STR("x-hmxmroriginalrecipient"), mime_unfold(d->arena, f.value),
			(struct span){ path, (uint32_t)f.from, (uint32_t)(f.from + f.value.len) }, CERTAINTY_STATED);
}

/* The message is attached as part i. */
static bool reported(struct decode *d, unsigned i)
{
	struct str header = d->mime.parts[i + 1].header, path = str_format(d->arena, "%.*s.0", STR_ARG(d->mime.parts[i + 1].path));
	struct mime_field f;
	struct observation *o = mime_find_field(header, "x-hmxmroriginalrecipient", &f) ? decode_add(d) : NULL;
	if (!o)
		return false;
	o->kind = KIND_SPAM;
	o->complaint = true;
	o->kind_text = STR("junk");
	take_recipient(d, o, header, path);
	arf_derive(d, o, header, path, 0);
	shown_part(d, o, i);
	o->first_at = o->last_at = o->event_at;
	if (o->source.type == SOURCE_NONE)
		decode_problem(d, false, "nothing tells where the message came from");
	if (o->event_at == TIME_NONE)
		decode_problem(d, false, "nothing tells when it happened");
	return true;
}

bool jmrp_decode(struct decode *d)
{
	const struct mime *m = &d->mime;
	unsigned found = 0;
	for (unsigned i = bounce_own_part(m, 0); i < m->count; i = bounce_own_part(m, i + 1))
		if (m->parts[i].message && i + 1 < m->count && m->parts[i + 1].depth == m->parts[i].depth + 1)
			found += reported(d, i);
	if (!found)
		return false;
	d->format = "jmrp";
	d->outcome = OUTCOME_REPORT;
	return true;
}
