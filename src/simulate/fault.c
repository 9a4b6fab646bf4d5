/*
 * Names of faults. See fault.h.
 */
#include "simulate/fault.h"

const char *const fault_words[] = { "lost-start", "lost-stop", "lost-interim", "log-loss", "late", "reorder", "duplicate", "reuse", "skew", "step", "no-time",
	"reboot", "outage", "move", "bare", "wrap", "rotate", NULL };

const char *const fault_texts[] = {
	"Starts are lost",
	"Stops are lost",
	"Interim-Updates are lost",
	"messages that a block of ports was given or taken back are lost",
	"messages come up to two hours late",
	"messages overtake one another",
	"messages come twice",
	"ids of sessions come again",
	"clocks of servers are off by seconds, half an hour, an hour",
	"clocks of servers are set, forward and back",
	"a server sends no Event-Timestamp",
	"servers start again without a Stop for anybody, every other one without an Accounting-On",
	"nothing of any server arrives for a while",
	"an address changes within a session",
	"a server says addresses at the Start and the Stop only",
	"a server sends no Gigawords: its octets wrap",
	"a lease file is cleaned up and read anew",
	NULL,
};

enum err fault_parse(struct str list, unsigned *ret_faults, struct why *why)
{
	struct str word;
	unsigned faults = 0;
	if (str_eq(list, STR("all")) || str_eq(list, STR("none"))) {
		*ret_faults = str_eq(list, STR("all")) ? (1U << FAULT_END) - 1 : 0;
		return OK;
	}
	while (str_split(&list, ',', &word)) {
		unsigned i = 0;
		while (i < FAULT_END && !str_eq(word, str_of(fault_words[i])))
			i++;
		if (i == FAULT_END) {
			enum err e = why_set(why, ERR_SYNTAX, "there is no fault \"%.*s\"", STR_ARG(word));
			why_hint(why, "none, all, or of lost-start, lost-stop, lost-interim, log-loss, late, reorder, duplicate, reuse, skew, step, no-time, reboot, outage, move, bare, wrap, rotate");
			return e;
		}
		faults |= 1U << i;
	}
	*ret_faults = faults;
	return OK;
}
