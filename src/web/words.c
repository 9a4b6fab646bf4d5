/*
 * Which language. See words.h.
 */
#include "web/words.h"

enum { RANGES_MAX = 16, FULL = 1000 };

/* By the primary subtag: of de-AT what there is of de. */
static const struct words *find(struct str tag)
{
	struct str primary = str_sub(tag, 0, str_chr(tag, '-') == SIZE_MAX ? tag.len : str_chr(tag, '-'));
	for (const struct words *w = words; w->language; w++)
		if (str_eq_fold(primary, str_of(w->language)))
			return w;
	return NULL;
}

/* ";q=0.8" as 800; without it all of it. */
static unsigned weight(struct str parameters)
{
	struct str q = str_trim(parameters), digits;
	uint64_t n = 0;
	if (!str_starts_fold(q, STR("q=")))
		return FULL;
	digits = str_sub(q, 2, q.len);
	if (digits.len && digits.ptr[0] == '1')
		return FULL;
	digits = str_sub(digits, 2, 3);
	if (!digits.len || str_to_u64(digits, FULL, &n) != OK)
		return 0;
	for (size_t i = digits.len; i < 3; i++)
		n *= 10;
	return (unsigned)n;
}

const struct words *words_for(const struct http_request *r, struct str known)
{
	struct str rest = http_header(r, "accept-language"), range, tag;
	const struct words *best = find(http_query(r, "lang"));
	unsigned most = 0;
	if (!best)
		best = find(known);
	if (best)
		return best;
	for (int i = 0; i < RANGES_MAX && str_split(&rest, ',', &range); i++) {
		(void)str_split(&range, ';', &tag);
		const struct words *w = find(str_trim(tag));
		unsigned q = weight(range);
		if (w && q > most) {
			best = w;
			most = q;
		}
	}
	return best ? best : words;
}
