/*
 * The recognisers, in the order in which format.c asks them. Each says whether the shape was its own; the result is in d.
 */
#ifndef AUPD_FORMAT_SHAPES_H
#define AUPD_FORMAT_SHAPES_H

#include "format/format.h"

bool bounce_decode(struct decode *d);
bool answer_decode(struct decode *d);
bool xarf_mail_decode(struct decode *d);        /* a mail that carries XARF JSON, by Feedback-Type or as attachment */
bool arf_decode(struct decode *d);
bool xarf_json_decode(struct decode *d);        /* a bare JSON document */
bool prose_decode(struct decode *d);            /* whatever is left */

/* One XARF document of any version at part path. False when it is none. */
bool xarf_document(struct decode *d, struct str json, struct str part);

#endif
