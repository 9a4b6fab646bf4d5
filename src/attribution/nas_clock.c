/*
 * Clocks of access servers. See nas_clock.h.
 */
#include "attribution/nas_clock.h"

static bool is_recent(const struct nas_clock *c, unsigned i, uint32_t slot)
{
	return c->slot[i] && c->slot[i] <= slot && slot - c->slot[i] < NAS_CLOCK_SLOTS;
}

/* Two half hours that agree are no delay. */
static bool least(const struct nas_clock *c, uint32_t slot, int32_t *ret_s, bool *ret_proved)
{
	unsigned agree = 0;
	bool any = false;
	for (unsigned i = 0; i < NAS_CLOCK_SLOTS; i++)
		if (is_recent(c, i, slot) && (!any || c->least_s[i] < *ret_s)) {
			*ret_s = c->least_s[i];
			any = true;
		}
	for (unsigned i = 0; any && i < NAS_CLOCK_SLOTS; i++)
		agree += is_recent(c, i, slot) && (int64_t)c->least_s[i] - *ret_s <= 2 * NAS_CLOCK_SAME_S;
	*ret_proved = agree > 1;
	return any;
}

static uint32_t slot_of(int64_t at)
{
	return (uint32_t)(at / SECOND_US / NAS_CLOCK_SLOT_S);
}

static void sample(struct nas_clock *c, int64_t at, int64_t apart_s)
{
	uint32_t slot = slot_of(at);
	unsigned i = slot % NAS_CLOCK_SLOTS;
	/* a clock that is decades off is no clock, and its sample would stand for no other */
	int32_t s = apart_s > INT32_MAX ? INT32_MAX : apart_s < INT32_MIN ? INT32_MIN : (int32_t)apart_s;
	if (c->slot[i] == slot && c->least_s[i] <= s)
		return;
	c->slot[i] = slot;
	c->least_s[i] = s;
}

/* That a clock is right is taken for granted until it shows otherwise. */
static int64_t behind(const struct nas_clock *c, int64_t now, bool *ret_proved)
{
	int32_t s = 0;
	bool known = least(c, slot_of(now), &s, ret_proved);
	*ret_proved |= s <= NAS_CLOCK_SAME_S && s >= -NAS_CLOCK_SAME_S;
	return known && (s > NAS_CLOCK_SAME_S || s < 0) ? s * SECOND_US : 0;
}

int64_t nas_clock_behind_us(const struct nas_clock *c, int64_t now)
{
	bool proved;
	return behind(c, now, &proved);
}

struct nas_time nas_clock_take(struct nas_clock *c, const struct accounting *e)
{
	int64_t sent_at = e->received_at - e->delay_us;
	if (e->event_at == TIME_NONE)
		return (struct nas_time){ sent_at - NAS_CLOCK_SPAN_S * SECOND_US, sent_at };
	/* the delay a server counts itself is part of what its message says of the event */
	int64_t apart_us = sent_at - e->event_at;
	sample(c, e->received_at, apart_us < 0 ? (apart_us - SECOND_US + 1) / SECOND_US : apart_us / SECOND_US);
	bool proved;
	int64_t off = behind(c, e->received_at, &proved), at = e->event_at + (proved ? off : 0);
	/* ahead by that at least: what proves it may itself be late */
	if (off < 0 && !proved)
		return (struct nas_time){ sent_at - NAS_CLOCK_LATE_S * SECOND_US, sent_at };
	if (at > sent_at || sent_at - at <= NAS_CLOCK_NEAR_S * SECOND_US)
		return (struct nas_time){ at < sent_at ? at : sent_at, at < sent_at ? at : sent_at };
	return (struct nas_time){ at, sent_at };
}
