/*
 * Words of signs. See metering.h.
 */
#include "model/metering.h"

#include <stddef.h>

const char *const metering_words[] = { "clock", "counter", "no-stop", "device", "sessions", "devices", NULL };
