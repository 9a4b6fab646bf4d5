/*
 * How fast a session was. See session_pace.h.
 */
#include "attribution/session_pace.h"

enum { PACK_BITS = 11 };

struct session_pace session_pace_of(const struct session_count_at *before, const struct session_count_at *now, bool wide)
{
	const struct session_pace none = { 0 };
	if (!before->counted || !now->counted || before->lasted_us < 0 || now->lasted_us < before->lasted_us)
		return none;
	const int64_t over_s = (now->lasted_us - before->lasted_us) / SECOND_US;
	if (over_s < SESSION_PACE_LEAST_S || over_s > SESSION_PACE_MOST_S || now->in_octets < before->in_octets || now->out_octets < before->out_octets)
		return none;
	const uint64_t in = now->in_octets - before->in_octets, out = now->out_octets - before->out_octets, most = SESSION_PACE_MAX / 8 * (uint64_t)over_s;
	if (in > most || out > most)
		return none;
	return (struct session_pace){ (uint32_t)over_s, wide, in * 8 / (uint64_t)over_s, out * 8 / (uint64_t)over_s };
}

uint16_t session_pace_pack(uint64_t bits)
{
	bits = bits < SESSION_PACE_MAX ? bits : SESSION_PACE_MAX;
	unsigned shift = bits >> PACK_BITS ? 64 - PACK_BITS - (unsigned)__builtin_clzll(bits) : 0;
	return (uint16_t)(shift << PACK_BITS | bits >> shift);
}

uint64_t session_pace_unpack(uint16_t packed)
{
	return (uint64_t)(packed & ((1U << PACK_BITS) - 1)) << (packed >> PACK_BITS);
}
