/*
 * The envelope of a mail that lies in a mailbox, from what the MTA that put it there wrote into its head.
 *
 * Return-Path (RFC 5321 4.4) is believed above the first Received alone: below it the sender may have written it. The recipient
 * is the first of our own in Delivered-To, X-Original-To, Envelope-To, To and Cc that has a token, LOCAL+TOKEN@DOMAIN; a token cannot
 * be guessed, so the place where it stands proves nothing more. At most ENVELOPE_HEAD_MAX octets are looked at.
 */
#ifndef AUPD_INTAKE_ENVELOPE_H
#define AUPD_INTAKE_ENVELOPE_H

#include "base/str.h"

enum { ENVELOPE_HEAD_MAX = 256 << 10, ENVELOPE_PATH_MAX = 320 };

struct envelope {
	bool known;             /* who sent it is; else from is empty and says nothing */
	struct str from;        /* into the message; empty = the null sender */
	struct str to;          /* into the message; empty = none of ours has a token */
};

/* Both can stand in <> of SMTP as they are: printable, no white space, no brackets. */
void envelope_read(struct str message, struct str local, struct str domain, struct envelope *ret_envelope);

#endif
