/*
 * IPFIX and NetFlow 9 against another reader: the corpus of the fuzz target, among it what softflowd exports, and thousands of mutations of it must
 * be understood as Python's reader does, down to what was lost. Skipped where there is no python3.
 */
#include "ipfix_form.h"
#include "oracle.h"
#include "tap.h"

enum { MUTATIONS = 20000, OUTPUT_BYTES_MAX = 256 << 20 };

static struct ipfix_book book;

int main(void)
{
	struct buf out, ours;
	struct reader r;
	unsigned streams = 0, records = 0, lost = 0, different = 0;
	buf_init(&out, OUTPUT_BYTES_MAX);
	buf_init(&ours, 16 << 20);
	if (!oracle_ask(IPFIX_ORACLE, IPFIX_CORPUS, MUTATIONS, &out)) {
		tap_skip("IPFIX as another reader reads it", "python3 does not run here");
		return tap_done();
	}
	reader_init(&r, buf_str(&out));
	while (reader_left(&r)) {
		struct str stream = reader_take(&r, reader_u32(&r)), theirs = reader_take(&r, reader_u32(&r));
		buf_clear(&ours);
		book = (struct ipfix_book){ 0 };
		ipfix_form(&ours, &book, stream);
		streams++;
		records += str_find(buf_str(&ours), STR("=")) != SIZE_MAX;
		lost += str_find(buf_str(&ours), STR("lost 1")) != SIZE_MAX;
		if (!str_eq(buf_str(&ours), theirs) && different++ < 5) {
			tap_dump("stream", stream);
			tap_dump("ours", buf_str(&ours));
			tap_dump("theirs", theirs);
		}
	}
	IS_INT(reader_end(&r), OK, "the oracle's output is whole");
	OK_(streams > MUTATIONS && records > streams / 3 && lost, "many streams, of which enough have records and some have losses");
	IS_INT(different, 0, "each is understood alike");
	printf("# %u streams, %u with records, %u with losses\n", streams, records, lost);
	buf_done(&out);
	buf_done(&ours);
	return tap_done();
}
