/*
 * Bindings from CSV: every text comes to its end, each error has a place in it, and what is given is in its one form.
 */
#include "attribution/binding_csv.h"
#include "fuzz.h"

static enum err subject(void *arg, struct str text, struct binding_subject *ret_subject)
{
	(void)arg;
	MUST(text.len && text.len <= BINDING_CSV_TEXT_MAX);
	*ret_subject = (struct binding_subject){ { (uint8_t)text.ptr[0] } };
	return text.ptr[0] == '?' ? ERR_NOTFOUND : OK;
}

static enum err feed(void *arg, struct str text, uint8_t *ret_feed)
{
	(void)arg;
	*ret_feed = (uint8_t)(text.len + 1);
	return OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const struct binding_names names = { NULL, subject, feed };
	struct arena *a = arena_new("fuzz", 64 << 20);
	struct binding_csv c;
	struct binding b, again;
	struct why why = { 0 };
	MUST(a);
	enum err e = binding_csv_open(&c, a, "fuzz", FUZZ_TEXT(data, len), &names, 1790000000 * SECOND_US, &why);
	MUST(e == OK || (e != ERR_NOTFOUND && why.line && why.column && why.text[0]));
	while (e == OK || e != ERR_NOTFOUND) {
		size_t at = c.csv.at;
		if (e && at == len)
			break;
		why = (struct why){ 0 };
		e = binding_csv_next(&c, a, &b, &why);
		MUST(e == ERR_NOTFOUND || c.csv.at > at);
		if (e == OK) {
			again = b;
			MUST(binding_normalise(&again, NULL) == OK && binding_eq(&again, &b));
		} else if (e != ERR_NOTFOUND) {
			MUST(why.line && why.column && why.text[0]);
		}
		arena_reset(a);
	}
	arena_free(a);
	return 0;
}
