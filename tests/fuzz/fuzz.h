/*
 * What every fuzz target gives: LLVMFuzzerTestOneInput. A broken promise ends the program with its place.
 */
#ifndef AUPD_TESTS_FUZZ_H
#define AUPD_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

#define MUST(cond) BUG_ON(!(cond))
#define FUZZ_TEXT(data, len) ((struct str){ (const char *)(data), (len) })

#endif
