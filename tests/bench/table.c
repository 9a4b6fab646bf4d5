/*
 * How fast tables are decoded, on the decoder's own entry and by process CPU time, best of three rounds: a report of Shadowserver of
 * 20,000 rows and 36 columns, every observation made with its facts.
 *
 * decode_csv_scan_ratio: the time of that against scan_peer's, a tokenizer by a table of states that takes one byte at a time over
 * the very same bytes, and does no more than count fields.
 */
#include <stdlib.h>

#include "bench.h"
#include "base/charset.h"
#include "format/format.h"

enum { ROUNDS = 3, ROWS = 20000 };

static struct str report(struct buf *b)
{
	buf_init(b, 64 << 20);
	buf_puts(b, "\"timestamp\",\"protocol\",\"src_ip\",\"src_port\",\"src_asn\",\"src_geo\",\"src_region\",\"src_city\",\"src_hostname\",\"src_naics\",\"src_sector\","
		"\"device_vendor\",\"device_type\",\"device_model\",\"dst_ip\",\"dst_port\",\"dst_asn\",\"dst_geo\",\"dst_region\",\"dst_city\",\"dst_hostname\",\"dst_naics\","
		"\"dst_sector\",\"public_source\",\"infection\",\"family\",\"tag\",\"application\",\"version\",\"event_id\",\"http_url\",\"http_host\",\"http_agent\","
		"\"forwarded_by\",\"ssl_cipher\",\"http_referer\"\n");
	for (unsigned i = 0; i < ROWS; i++)
		buf_printf(b, "\"2026-03-01 %02u:%02u:%02u\",\"tcp\",\"192.0.2.%u\",%u,64500,\"ZZ\",\"REGION\",\"CITY %u\",\"host-%u.customer.example.net\",518210,"
			"\"Communications, Service Provider, and Hosting Service\",,,,\"198.51.100.%u\",80,64501,\"ZZ\",\"OTHER REGION\",\"OTHER CITY\",,518210,"
			"\"Communications, Service Provider, and Hosting Service\",,\"somefamily\",\"a-family-%u\",,,,,,\"sinkholed.example.org\","
			"\"Mozilla/5.0 (Windows NT 10.0; Win64; x64)\",,,\n", i / 3600 % 24, i / 60 % 60, i % 60, i % 250 + 1, 1024 + i % 60000, i % 40, i, i % 200 + 1, i % 7);
	return buf_str(b);
}

static double decode_s(struct str text)
{
	struct arena *item = arena_new("item", 512 << 20);
	double best = 0;
	for (unsigned round = 0; item && round < ROUNDS; round++, arena_reset(item)) {
		struct decode d = { .arena = item, .text = text, .name = STR("2026-03-01-event4_sinkhole_http-example-asn.csv"), .received_at = 1772359205000000 };
		double start = bench_cpu_s();
		if (format_decode(&d) != OK || d.count != ROWS || d.rows_lost || d.problem_count || d.observations[ROWS - 1].kind != KIND_BOTNET) {
			fprintf(stderr, "the report is not decoded: %s, %u observations, %.*s\n", d.format, d.count, STR_ARG(d.problem_count ? d.problems[0].text : STR_NONE));
			exit(1);
		}
		double took = bench_cpu_s() - start;
		best = !best || took < best ? took : best;
	}
	arena_free(item);
	return best;
}

/* RFC 4180: in no field yet, in a plain one, in quotes, behind a quote in quotes. */
enum { START, PLAIN, QUOTED, QUOTE, STATES };

static double scan_peer_s(struct str text)
{
	static unsigned char next[STATES][256], ends[STATES][256];
	double best = 0;
	size_t fields = 0;
	for (int s = 0; s < STATES; s++)
		for (int c = 0; c < 256; c++) {
			bool stop = c == ',' || c == '\n';
			next[s][c] = s == QUOTED ? c == '"' ? QUOTE : QUOTED : s == QUOTE && c == '"' ? QUOTED : stop ? START : s == START && c == '"' ? QUOTED : PLAIN;
			ends[s][c] = s != QUOTED && stop;
		}
	for (unsigned round = 0; round < ROUNDS; round++) {
		double start = bench_cpu_s();
		unsigned state = START;
		fields = 0;
		for (size_t i = 0; i < text.len; i++) {
			unsigned char c = (unsigned char)text.ptr[i];
			fields += ends[state][c];
			state = next[state][c];
		}
		double took = bench_cpu_s() - start;
		best = !best || took < best ? took : best;
	}
	if (fields != 36 * (size_t)(ROWS + 1)) {
		fprintf(stderr, "scan_peer counts %zu fields\n", fields);
		exit(1);
	}
	return best;
}

int main(int argc, char **argv)
{
	struct buf b;
	charset_start();
	struct str text = report(&b);
	FILE *f = argc == 2 ? fopen(argv[1], "wb") : NULL;
	if (!f || fwrite(text.ptr, 1, text.len, f) != text.len || fclose(f) != 0) {
		fprintf(stderr, "usage: bench_table FILE\n");
		return 2;
	}
	double own = decode_s(text), peer = scan_peer_s(text);
	bench_say("decode_shadowserver_rows_per_cpu_s", ROWS / own, "1/s");
	bench_say("decode_csv_scan", own * 1e9 / (double)text.len, "ns/octet");
	bench_say("decode_csv_scan_peer", peer * 1e9 / (double)text.len, "ns/octet");
	bench_say("decode_csv_scan_ratio", own / peer, "x");
	buf_done(&b);
	return 0;
}
