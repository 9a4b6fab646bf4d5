/*
 * Identifiers. See ids.h.
 */
#include "model/ids.h"

#include <stdio.h>

#include "base/digest.h"

int position_cmp(const struct position *a, const struct position *b)
{
	if (a->segment != b->segment)
		return a->segment < b->segment ? -1 : 1;
	if (a->offset != b->offset)
		return a->offset < b->offset ? -1 : 1;
	return a->index < b->index ? -1 : a->index > b->index;
}

void position_print(const struct position *p, char out[POSITION_TEXT_MAX])
{
	(void)snprintf(out, POSITION_TEXT_MAX, "%llu.%llu.%u", (unsigned long long)p->segment, (unsigned long long)p->offset, p->index);
}

enum err position_parse(struct str text, struct position *ret_position)
{
	struct str rest = text, segment, offset, index;
	uint64_t s, o, i;
	if (!str_split(&rest, '.', &segment) || !str_split(&rest, '.', &offset) || !str_split(&rest, '.', &index) || rest.ptr)
		return ERR_SYNTAX;
	if (str_to_u64(segment, UINT64_MAX, &s) != OK || str_to_u64(offset, UINT64_MAX, &o) != OK || str_to_u64(index, UINT32_MAX, &i) != OK)
		return ERR_SYNTAX;
	*ret_position = (struct position){ s, o, (uint32_t)i };
	return OK;
}

uint8_t lane_of(struct str identifier)
{
	struct digest d;
	digest_sha256(identifier, &d);
	return d.octets[0];
}

uint8_t lane_of_addr(const struct addr *a)
{
	struct prefix p = prefix_of(a, addr_is_v4(a) ? 32 : 64);
	return lane_of((struct str){ (const char *)p.addr.octets, 16 });
}

uint8_t partition_of(struct str customer)
{
	char key[600];
	int n = snprintf(key, sizeof(key), "customer %.*s", STR_ARG(str_sub(customer, 0, 512)));
	return lane_of((struct str){ key, (size_t)n });
}

uint64_t case_number(uint64_t n, uint8_t partition)
{
	return n * PARTITION_COUNT + partition;
}

uint8_t case_partition(uint64_t number)
{
	return (uint8_t)(number % PARTITION_COUNT);
}

void case_text(uint64_t number, char out[CASE_TEXT_MAX])
{
	(void)snprintf(out, CASE_TEXT_MAX, "C-%llu", (unsigned long long)number);
}

enum err case_parse(struct str text, uint64_t *ret_number)
{
	if (str_starts_fold(text, STR("C-")))
		text = str_sub(text, 2, text.len);
	return str_to_u64(text, INT64_MAX, ret_number);
}
