/*
 * Names of the tables. See row.h.
 */
#include "model/row.h"

const char *table_text(enum table t)
{
	static const char *const names[TABLE_END] = { "", "case", "case-event", "window", "seen", "parked", "act", "record", "opening", "item", "ignore", "receipt",
		"token", "letter", "policy", "entity", "counter", "reporter", "switch", "attribution", "approval", "session", "operator", "leaf", "binding-use", "hold",
		"erasure", "sighting", "queue", "bulk", "macro", "find", "api-key", "replay", "forwarding", "conduct", "onetime", "upstream", "webhook", "delivery",
		"hook-lane", "hook-reports", "mark", "digest", "duration", "metering", "identity" };
	return t > 0 && t < TABLE_END ? names[t] : "unknown";
}
