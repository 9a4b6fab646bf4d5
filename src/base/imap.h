/*
 * What an IMAP4rev1 server says (RFC 3501 7, 9), as far as it is needed to pick mail up: responses and their literals, the numbers of
 * SELECT, the list of SEARCH, the items of FETCH. Pure; what is read borrows from the bytes.
 *
 * The server is not trusted: a literal is as long as the caller allows, numbers have 32 bits, and what cannot be read is ERR_SYNTAX.
 */
#ifndef AUPD_BASE_IMAP_H
#define AUPD_BASE_IMAP_H

#include "base/str.h"

enum { IMAP_LINE_MAX = 1 << 20 };       /* without its literals: the list of SEARCH is one line */

struct imap_fetch {
	uint32_t uid;           /* 0: not told */
	uint64_t size;          /* RFC822.SIZE; UINT64_MAX: not told */
	bool has_body;
	struct str body;        /* BODY[] */
};

/* The length of the first response, literals and CRLF included. ERR_AGAIN: not whole; ERR_LIMIT: a literal, or all lines, are too long. */
enum err imap_response_len(struct str bytes, size_t literal_max, size_t *ret_len) MUST_CHECK;
/* The number behind a word in brackets, as in "* OK [UIDVALIDITY 7] ..."; false when it is none of 1 to 2^32-1. */
bool imap_code_number(struct str response, struct str word, uint32_t *ret_number);
/* The next number of "* SEARCH 1 2 3": *rest is the whole response at first. False at its end, and when it is another response. */
bool imap_search_next(struct str *rest, uint32_t *ret_number);
/* "* n FETCH (...)". ERR_NOTFOUND: it is another response. Items that are not known are passed over. */
enum err imap_fetch_read(struct str response, struct imap_fetch *ret_fetch) MUST_CHECK;

#endif
