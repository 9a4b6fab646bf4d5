/*
 * Frames between roles: what decodes encodes to the same octets, a cut frame waits for more, and the nouns in a body are read
 * or refused without a byte beyond them.
 */
#include "fuzz.h"
#include "model/act.h"
#include "model/case.h"
#include "model/entity.h"
#include "model/frame.h"
#include "model/item.h"
#include "model/letter.h"
#include "model/observation.h"

static void read_noun(struct arena *a, struct str body, const struct field *fields, void *noun)
{
	struct why why = { 0 };
	struct str again, third;
	if (field_decode(a, str_copy(a, body), fields, noun, &why) != OK) {
		MUST(why.text[0]);
		return;
	}
	/* what was read is written in one form, and that form is read as it was written */
	if (field_encode(a, fields, noun, &again) != OK)
		return;
	MUST(field_decode(a, str_copy(a, again), fields, noun, &why) == OK);
	MUST(field_encode(a, fields, noun, &third) == OK && str_eq(again, third));
}

static void read_nouns(struct arena *a, struct str body)
{
	read_noun(a, body, observation_fields, &(struct observation){ 0 });
	read_noun(a, body, item_fields, &(struct item){ 0 });
	read_noun(a, body, act_fields, &(struct act){ 0 });
	read_noun(a, body, act_report_fields, &(struct act_report){ 0 });
	read_noun(a, body, entity_fields, &(struct entity){ 0 });
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct arena *a = arena_new("fuzz", 64 << 20);
	struct str rest = FUZZ_TEXT(data, len);
	struct frame f;
	size_t used;
	enum err e;
	MUST(a);
	while (rest.len && (e = frame_decode(rest, &f, &used)) == OK) {
		struct buf again;
		MUST(used <= rest.len && f.body.len <= FRAME_BODY_MAX);
		buf_init(&again, used);
		MUST(frame_encode(&again, &f) == OK && str_eq(buf_str(&again), str_sub(rest, 0, used)));
		buf_done(&again);
		MUST(frame_decode(str_sub(rest, 0, used - 1), &f, &used) == ERR_AGAIN);
		rest = str_sub(rest, used, rest.len);
	}
	read_nouns(a, FUZZ_TEXT(data, len));
	arena_free(a);
	return 0;
}
