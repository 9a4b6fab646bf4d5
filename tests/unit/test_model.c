/*
 * Model: frames at every truncation and flipped byte, the field codec, identifiers.
 */
#include "base/seal.h"
#include "model/entity.h"
#include "model/frame.h"
#include "tap.h"

static struct arena *a;

static void test_frame(void)
{
	struct frame f = { .type = FRAME_OBSERVATION, .decoder = 3, .source = 7, .incarnation = 9, .at = { 1, 2, 3 }, .prev = { 1, 1, 0 }, .lane = 200, .flags = 1,
		.now = -5, .body = STR("{\"a\":1}") }, g;
	struct buf b;
	size_t len, bad = 0;
	buf_init(&b, FRAME_MAX);
	IS_INT(frame_encode(&b, &f), OK, "encode");
	OK_(frame_decode(buf_str(&b), &g, &len) == OK && len == b.len, "decode takes the whole frame");
	OK_(g.type == f.type && g.decoder == 3 && g.source == 7 && g.incarnation == 9 && position_cmp(&g.at, &f.at) == 0 && position_cmp(&g.prev, &f.prev) == 0 &&
		g.lane == 200 && g.flags == 1 && g.now == -5, "and gives the same members");
	IS_STR(g.body, f.body, "and body");
	for (size_t n = 0; n < b.len; n++)
		bad += frame_decode(str_sub(buf_str(&b), 0, n), &g, &len) != ERR_AGAIN;
	IS_INT(bad, 0, "every truncation asks for more");
	for (size_t n = 0; n < b.len * 8; n++) {
		b.ptr[n / 8] ^= (char)(1 << n % 8);
		enum err e = frame_decode(buf_str(&b), &g, &len);
		bad += e == OK;
		b.ptr[n / 8] ^= (char)(1 << n % 8);
	}
	IS_INT(bad, 0, "every flipped bit is seen");
	f.body.len = FRAME_BODY_MAX + 1;
	IS_INT(frame_encode(&b, &f), ERR_LIMIT, "a body beyond the maximum is refused");
	buf_done(&b);
}

static void test_fields(void)
{
	struct str deps[] = { STR("mail-1"), STR("web-1") }, text, again;
	struct entity e = { .type = ENTITY_SERVICE, .id = STR("s1"), .customer = STR("acme"), .from_at = 5, .until_at = TIME_NONE, .kind = STR("mail"), .depends = deps,
		.depend_count = 2, .lifeline = true, .value = ENTITY_NO_VALUE, .sealed = STR("\x01\x02\xff") }, f = { 0 };
	struct why why;
	OK_(field_encode(a, entity_fields, &e, &text) == OK, "encode");
	IS_STR(text, STR("{\"type\":\"service\",\"id\":\"s1\",\"customer\":\"acme\",\"from\":5,\"kind\":\"mail\",\"depends\":[\"mail-1\",\"web-1\"],\"lifeline\":true,"
			 "\"sealed\":\"AQL/\"}"), "defaults are left out");
	OK_(field_decode(a, text, entity_fields, &f, &why) == OK && f.until_at == TIME_NONE && f.depend_count == 2 && f.sealed.len == 3, "decode");
	OK_(field_encode(a, entity_fields, &f, &again) == OK && str_eq(text, again), "gives the same bytes again");
	OK_(f.value == ENTITY_NO_VALUE && field_decode(a, STR("{\"value\":0}"), entity_fields, &f, &why) == OK && f.value == 0, "no value is another thing than 0");
	IS_INT(field_decode(a, STR("{\"type\":\"servise\"}"), entity_fields, &f, &why), ERR_SYNTAX, "an unknown word is refused");
	IS_INT(field_decode(a, STR("{\"lifeline\":1}"), entity_fields, &f, &why), ERR_SYNTAX, "a wrong type too");
	IS_INT(field_decode(a, STR("{\"later\":1}"), entity_fields, &f, &why), OK, "an unknown member is not");
}

static void test_ids(void)
{
	struct position p = { 1, 2, 3 }, q;
	char text[POSITION_TEXT_MAX], c[CASE_TEXT_MAX];
	uint64_t n;
	position_print(&p, text);
	OK_(position_parse(str_of(text), &q) == OK && position_cmp(&p, &q) == 0, "a position's text");
	OK_(position_parse(STR("1.2"), &q) != OK && position_parse(STR("1.2.3.4"), &q) != OK, "three numbers, no more");
	case_text(case_number(18, 103), c);
	IS_STR(str_of(c), STR("C-4711"), "a case number carries its partition");
	OK_(case_parse(STR("c-4711"), &n) == OK && case_partition(n) == 103, "and gives it back");
}

int main(void)
{
	a = arena_new("test", 16 << 20);
	if (!a || seal_start() != OK)
		return 1;
	test_frame();
	test_fields();
	test_ids();
	arena_free(a);
	return tap_done();
}
