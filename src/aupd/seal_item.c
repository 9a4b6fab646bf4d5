/*
 * The sealed path of the ear. See seal_item.h. Nothing of the content is logged, kept in clear or looked at again.
 */
#include "aupd/seal_item.h"

#include <stdio.h>

#include "base/file.h"
#include "base/seal.h"

enum err seal_item(struct arena *a, int sealed_fd, struct str officer_key_hex, struct position at, struct str bytes, struct why *why)
{
	struct str key, sealed;
	char text[POSITION_TEXT_MAX], name[POSITION_TEXT_MAX + 8];
	if (!officer_key_hex.len)
		return why_set(why, ERR_NOTFOUND, "no officer-key is configured");
	if (str_unhex(a, officer_key_hex, &key) != OK || key.len != BOX_PUBLIC_LEN)
		return why_set(why, ERR_SYNTAX, "officer-key is no public key of 64 hex digits");
	enum err e = box_seal(a, (const uint8_t *)key.ptr, bytes, &sealed);
	position_print(&at, text);
	(void)snprintf(name, sizeof(name), "%s.box", text);
	return e ? why_set(why, e, "cannot encrypt") : file_replace(sealed_fd, name, sealed, 0600, why);
}
