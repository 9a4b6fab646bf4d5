/*
 * Which access server an identity is of, and the request that names a session to it by its profile. Pure.
 */
#ifndef AUPD_ACTION_RADIUS_PACKET_H
#define AUPD_ACTION_RADIUS_PACKET_H

#include "action/radius_ask.h"
#include "wire/radius_write.h"

/* The one server whose names an identity has; *ret_why tells why there is none. NULL: none, or several. */
const struct nas_at *radius_packet_nas(const struct nas_at *list, unsigned count, struct str identity, const char **ret_why);
/*
 * Does a session, by what names it and what its server tells of it, have what a profile sets? ret_any: any of that. False too when the server
 * has no such profile.
 */
bool radius_packet_shows(const struct nas_at *nas, struct str profile, struct str identity, bool *ret_any);
/* Does its server tell of anything that the profile sets, be it with another value? */
bool radius_packet_tells(const struct nas_at *nas, struct str profile, struct str identity);
/* What is sent to a server that is asked that: its end may be asked for by CoA. */
uint8_t radius_packet_code(const struct nas_at *nas, const struct radius_question *q);
/*
 * Fills the writer: borrowed by *ret_octets. event_s: Event-Timestamp. *ret_why tells what is missing: ERR_DENIED, the session cannot be
 * named so that no other one is meant.
 */
enum err radius_packet_make(struct radius_writer *w, const struct nas_at *nas, const struct radius_question *q, uint8_t id, uint32_t event_s, struct str *ret_octets,
	const char **ret_why) MUST_CHECK;

/*
 * What the profile wants put back as the session had it, as attributes of its identity one behind the other. False: its server does not tell
 * of all of it, or it does not fit.
 */
bool radius_packet_keep(const struct nas_at *nas, struct str profile, struct str identity, struct buf *out);

#endif
