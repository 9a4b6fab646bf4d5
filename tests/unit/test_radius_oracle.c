/*
 * RADIUS against another reader: the corpus of the fuzz target and thousands of mutations of it must be refused and understood as Python's
 * reader does, down to which fields cannot be told. Skipped where there is no python3.
 */
#include "oracle.h"
#include "radius_form.h"
#include "tap.h"

enum { MUTATIONS = 20000, OUTPUT_BYTES_MAX = 128 << 20 };

int main(void)
{
	struct buf out, ours;
	struct reader r;
	unsigned packets = 0, read = 0, hold = 0, different = 0;
	buf_init(&out, OUTPUT_BYTES_MAX);
	buf_init(&ours, 1 << 20);
	if (!oracle_ask(RADIUS_ORACLE, RADIUS_CORPUS, MUTATIONS, &out)) {
		tap_skip("RADIUS as another reader reads it", "python3 does not run here");
		return tap_done();
	}
	reader_init(&r, buf_str(&out));
	while (reader_left(&r)) {
		struct str datagram = reader_take(&r, reader_u32(&r)), theirs = reader_take(&r, reader_u32(&r));
		buf_clear(&ours);
		radius_form(&ours, datagram, STR("testing123"));
		packets++;
		read += str_starts(buf_str(&ours), STR("code="));
		hold += str_find(buf_str(&ours), STR(" holds ")) != SIZE_MAX;
		if (!str_eq(buf_str(&ours), theirs) && different++ < 5) {
			tap_dump("datagram", datagram);
			tap_dump("ours", buf_str(&ours));
			tap_dump("theirs", theirs);
		}
	}
	IS_INT(reader_end(&r), OK, "the oracle's output is whole");
	OK_(packets > MUTATIONS && read > packets / 2 && hold > packets / 4, "many datagrams, of which enough are packets and enough hold");
	IS_INT(different, 0, "each is refused and understood alike");
	printf("# %u datagrams, %u packets, %u hold\n", packets, read, hold);
	buf_done(&out);
	buf_done(&ours);
	return tap_done();
}
