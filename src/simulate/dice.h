/*
 * Random numbers that are the same everywhere and for ever: a made-up provider is known by its seed. For nothing that must be secret.
 */
#ifndef AUPD_SIMULATE_DICE_H
#define AUPD_SIMULATE_DICE_H

#include <stdbool.h>
#include <stdint.h>

struct dice {
	uint64_t state;
};

/* SplitMix64: each state gives another number, and none comes twice in 2^64. */
static inline uint64_t dice_mix(uint64_t x)
{
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9U;
	x = (x ^ x >> 27) * 0x94d049bb133111ebU;
	return x ^ x >> 31;
}

static inline uint64_t dice_next(struct dice *d)
{
	return dice_mix(d->state += 0x9e3779b97f4a7c15U);
}

/* 0 to sides - 1; sides > 0. */
static inline uint32_t dice(struct dice *d, uint32_t sides)
{
	return (uint32_t)(((dice_next(d) >> 32) * sides) >> 32);
}

static inline bool dice_permille(struct dice *d, unsigned of)
{
	return dice(d, 1000) < of;
}

/* What belongs to a thing for ever: of a seed, a purpose and a number. */
static inline uint64_t dice_of(uint64_t seed, uint32_t purpose, uint64_t n)
{
	return dice_mix(dice_mix(seed + purpose * 0x9e3779b97f4a7c15U) ^ n * 0xd1342543de82ef95U);
}

#endif
