/*
 * Messages of accounting. See accounting.h.
 */
#include "model/accounting.h"

const char *const accounting_status_words[] = { "start", "stop", "interim", "on", "off", NULL };
