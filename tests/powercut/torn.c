/*
 * Torn stretches of the spool. See torn.h. Where a record begins is read from what was written, never from what was found.
 */
#include "torn.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "spool/reader.h"
#include "spool/record.h"
#include "world.h"

enum { STRETCHES_MAX = 256 };

struct stretch {
	uint64_t segment, from, to;     /* to: exclusive */
	bool told;
};

static struct {
	struct stretch list[STRETCHES_MAX];
	size_t count;
} torn;

static bool is_segment(const char *path, uint64_t *ret_number)
{
	char name[SPOOL_NAME_MAX];
	if (sscanf(path, "spool/%" SCNx64, ret_number) != 1)
		return false;
	spool_segment_name(*ret_number, name);
	return strcmp(path + strlen("spool/"), name) == 0;
}

static void add(uint64_t segment, uint64_t from, uint64_t to)
{
	BUG_ON(torn.count == STRETCHES_MAX);
	if (from < to)
		torn.list[torn.count++] = (struct stretch){ segment, from, to, false };
}

void torn_see(const char *path, size_t durable_len, struct str written, struct str found)
{
	uint64_t number, at = SEGMENT_HEAD_LEN, from = 0;
	struct record_head h;
	if (!is_segment(path, &number))
		return;
	while (at + RECORD_HEAD_LEN <= written.len && record_head_decode(written.ptr + at, number, at, &h) == OK) {
		uint64_t end = at + record_len(&h);
		bool whole = end <= written.len && end <= found.len && memcmp(written.ptr + at, found.ptr + at, (size_t)(end - at)) == 0;
		if (whole && from)
			add(number, from, at);
		if (whole)
			from = 0;
		else if (!from && at >= durable_len)
			from = at;
		at = end;
	}
	if (from)
		add(number, from, found.len);
}

void torn_begin(void)
{
	for (size_t i = 0; i < torn.count; i++)
		torn.list[i].told = false;
}

/* How many octets it says are damaged; 0: it says something else. */
static uint64_t octets_of(const struct item *item)
{
	static const char says[] = "the disk damaged it in the spool: ";
	struct str rest = item->reason, word;
	uint64_t n;
	if (item->type != ITEM_UNPARSED || item->subject_line.len || !str_starts(rest, str_of(says)))
		return 0;
	rest = str_sub(rest, strlen(says), rest.len);
	return str_split(&rest, ' ', &word) && str_to_u64(word, UINT32_MAX, &n) == OK && str_starts(rest, STR("octets at ")) ? n : 0;
}

static bool was_acknowledged(uint64_t segment, uint64_t from, uint64_t to)
{
	for (size_t i = 0; i < outside.count; i++) {
		const struct event *e = &outside.list[i];
		if (e->told == TOLD_ACK && e->position.segment == segment && e->position.offset >= from && e->position.offset < to)
			return true;
	}
	return false;
}

bool torn_takes(const struct item *item)
{
	uint64_t octets = octets_of(item), from = item->at.offset;
	for (size_t i = 0; octets && !item->at.index && i < torn.count; i++) {
		struct stretch *s = &torn.list[i];
		if (s->told || s->segment != item->at.segment || s->from != from || from + octets > s->to || was_acknowledged(s->segment, from, from + octets))
			continue;
		return s->told = true;
	}
	return false;
}
