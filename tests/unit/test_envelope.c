/*
 * The envelope in a mail's head: what is believed, and from where.
 */
#include "intake/envelope.h"

#include "tap.h"

static void is_envelope(const char *head, bool known, const char *from, const char *to, const char *name)
{
	struct envelope v;
	envelope_read(str_of(head), STR("abuse"), STR("example.net"), &v);
	IS_INT(v.known, known, name);
	IS_STR(v.from, str_of(from), name);
	IS_STR(v.to, str_of(to), name);
}

int main(void)
{
	is_envelope("Return-Path: <a@b.example>\r\nDelivered-To: abuse+tok3n@example.net\r\nReceived: by x\r\n\r\n", true, "a@b.example", "abuse+tok3n@example.net", "both, above Received");
	is_envelope("Received: by x\nReturn-Path: <a@b.example>\nTo: x@y\n\n", false, "", "", "a Return-Path below Received");
	is_envelope("Return-Path: <>\nTo: Abuse+TOK@Example.NET\n\n", true, "", "Abuse+TOK@Example.NET", "the null sender; the case of letters");
	is_envelope("From: abuse+tok@example.net\nReply-To: <abuse+tok@example.net>\nTo: abuse@example.net\n\n", false, "", "", "our own letter that came back");
	is_envelope("To: a@b.example,\n \"x\" <abuse+tok@example.net>, abuse+other@example.net\n\n", false, "", "abuse+tok@example.net", "folded, the first one");
	is_envelope("Subject: x\n abuse+tok@example.net\n\n", false, "", "", "a folded line of another field");
	is_envelope("Subject: x\n\nTo: abuse+tok@example.net\n", false, "", "", "below the head");
	is_envelope("To: abuse+tok@example.network, xabuse+tok@example.net, abuse+tok@example.net.evil.example, abuse+@example.net\n\n", false, "", "",
		"what only looks like one of ours");
	is_envelope("Return-Path: <a b@c.example>\nReturn-Path: <a@b>c@d>\nTo: abuse+to k@example.net\n\n", false, "", "", "what is no path");
	is_envelope("Return-Path: <a@b.example>\r\nTo: abuse+tok@example.net", true, "a@b.example", "abuse+tok@example.net", "a head without an end");
	is_envelope("", false, "", "", "nothing");
	return tap_done();
}
