/*
 * Plots: what is drawn is what the points say, however many they are; a gap is one; no text becomes markup.
 */
#include "../tap.h"
#include "web/page.h"
#include "web/plot.h"

static struct arena *a;

enum { MONTH = 31 * 288, SMALL = 64 << 10 };
static int64_t values[PLOT_POINTS_MAX];
static char known[PLOT_POINTS_MAX];

static struct str draw(const struct plot *p)
{
	struct buf b;
	buf_init(&b, PAGE_BYTES_MAX);
	plot_write(p, &b);
	struct str text = str_copy(a, buf_str(&b));
	buf_done(&b);
	return text;
}

static struct str usage(const char *answer)
{
	struct json *root;
	struct buf b;
	BUG_ON(json_read(a, str_of(answer), &root, NULL) != OK);
	buf_init(&b, PAGE_BYTES_MAX);
	plot_draw(STR("usage"), root, NULL, &b);
	struct str text = str_copy(a, buf_str(&b));
	buf_done(&b);
	return text;
}

static bool has(struct str text, const char *part)
{
	return str_find(text, str_of(part)) != SIZE_MAX;
}

static unsigned often(struct str text, const char *part)
{
	unsigned n = 0;
	for (size_t at; (at = str_find(text, str_of(part))) != SIZE_MAX; n++)
		text = str_sub(text, at + 1, text.len);
	return n;
}

static struct plot month(size_t count)
{
	memset(known, PLOT_KNOWN, sizeof(known));
	for (size_t i = 0; i < PLOT_POINTS_MAX; i++)
		values[i] = (int64_t)(i * 2654435761U % 1000);
	return (struct plot){ .title = STR("t"), .text = STR("d"), .count = count, .known = known, .panel_count = 1, .panels = { { .title = "in", .unit = "bit/s", .values = values } } };
}

static void small(void)
{
	struct plot p = month(4);
	int64_t four[] = { 0, 10, 5, 10 };
	p.panels[0].values = four;
	struct str text = draw(&p);
	/* 360 units a point, 240 high */
	OK_(has(text, "<path class=\"line\" d=\"M130 304h0l360 -240l360 120l360 -120\"/>"), "each point is where it is");
	OK_(has(text, ">10 bit/s</text>") && has(text, ">5 bit/s</text>") && has(text, ">0 bit/s</text>"), "the axis says how much it is");
	four[1] = four[2] = four[3];
	OK_(has(draw(&p), "d=\"M130 304h0l360 -240h720\"/>"), "what stays is one stroke");
	four[2] = 5;
	known[1] = PLOT_NOT_KNOWN;
	known[3] = PLOT_AHEAD;
	text = draw(&p);
	OK_(has(text, "d=\"M130 304h0M850 64h0\""), "a gap is never joined across, and what is ahead is not drawn");
	OK_(has(text, "<rect class=\"gap\" x=\"490\" y=\"64\" width=\"360\" height=\"240\"/>") && often(text, "class=\"gap\"") == 1, "what is not known is shaded, what is ahead is not");
	p.panels[0].sums = true;
	text = draw(&p);
	OK_(has(text, "d=\"M130 304h0l360 -240l360 120\"") && often(text, "class=\"gap\"") == 1, "a sum goes on through it");
	p.panels[0].sums = false;
	known[2] = PLOT_INFERRED;
	OK_(has(draw(&p), "<rect class=\"inferred\" x=\"850\" y=\"301\" width=\"360\""), "what is inferred is underlined");
	p.panels[0].levels[p.panels[0].level_count++] = (struct plot_level){ "limit", 40, true };
	text = draw(&p);
	OK_(has(text, "class=\"limit\" d=\"M130 112H1570\"") && has(text, "limit 40 bit/s") && has(text, ">50 bit/s</text>"), "a level has its place, its name and room");
	p.panels[0].goes_on = true;
	p.panels[0].end = 100;
	OK_(has(draw(&p), "class=\"ahead\" d=\"M850 292L1570 64\""), "what goes on leads to its end");
}

static void large(void)
{
	struct plot p = month(MONTH);
	values[5000] = 77777;
	struct str text = draw(&p);
	OK_(text.len > 1000 && text.len < SMALL, "a month of five minutes is small");
	OK_(has(text, ">100.0 kbit/s<") && (has(text, "v-186") || has(text, "v186")), "and keeps its one peak");
	p = month(PLOT_POINTS_MAX);
	for (size_t i = 0; i < PLOT_POINTS_MAX; i++)
		known[i] = i / 30 % 2 ? PLOT_NOT_KNOWN : i % 2 ? PLOT_INFERRED : PLOT_KNOWN;
	p.panel_count = PLOT_PANELS_MAX;
	for (unsigned i = 1; i < PLOT_PANELS_MAX; i++)
		p.panels[i] = p.panels[0];
	OK_(draw(&p).len < 4 * SMALL, "the worst is bounded");
	p.count = PLOT_POINTS_MAX + 1;
	IS_INT(draw(&p).len, 0, "more is not drawn");
	p.count = 0;
	IS_INT(draw(&p).len, 0, "nor is nothing");
	p = month(3);
	memset(known, PLOT_KNOWN, sizeof(known));
	known[1] = PLOT_NOT_KNOWN;
	values[0] = values[2] = 5;
	OK_(has(draw(&p), "M130 64h0M1090 64h0\"/>"), "nor is a gap crossed between equals");
	known[1] = PLOT_KNOWN;
	values[2] = 1;
	values[0] = INT64_MAX;
	values[1] = INT64_MIN;
	text = draw(&p);
	OK_(has(text, "M130 64h0") && !has(text, "-64h0"), "the greatest number has a place, and what is below nothing is nothing");
}

static void texts(void)
{
	struct plot p = month(10);
	p.title = p.text = p.marks[0].text = p.ticks[0].text = STR("</title><script>alert(1)</script>\"'&");
	p.mark_count = p.tick_count = 1;
	p.marks[0].at = 5;
	struct str text = draw(&p);
	OK_(often(text, "<script") == 0 && often(text, "&lt;script&gt;") == 4, "no text becomes markup");
	OK_(has(text, "<path class=\"mark\" d=\"M850 30V304\"/>"), "a mark stands at its point");
}

static void answers(void)
{
	static const char *const bad[] = {
		"{}", "[]", "{\"state\":\"..\",\"from\":\"2026-03-01T00:00:00Z\",\"in\":[1],\"out\":[1,2]}", "{\"state\":\".\",\"from\":\"2026-03-01T00:00:00Z\",\"in\":[1,2],\"out\":[1]}",
		"{\"state\":\".\",\"in\":[1],\"out\":[1]}", "{\"state\":\".\",\"from\":\"2026-03-01T00:00:00Z\",\"in\":[\"a\"],\"out\":[1]}",
		"{\"state\":\".\",\"from\":\"2026-03-01T00:00:00Z\",\"in\":[-1],\"out\":[1]}", "{\"state\":\"\",\"from\":\"2026-03-01T00:00:00Z\",\"in\":[],\"out\":[]}",
	};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		IS_INT(usage(bad[i]).len, 0, bad[i]);
	struct str text = usage("{\"state\":\"..?-\",\"from\":\"2026-03-01T00:00:00Z\",\"in\":[300,600,0,0],\"out\":[0,0,0,0],\"forecast\":{\"sum\":3600},"
		"\"p95\":{\"in\":{\"bits_per_s\":16},\"out\":{}},\"limits\":[{\"kind\":\"usage-p95-max\",\"amount\":40},{\"kind\":\"usage-volume-sum\",\"amount\":5000}],"
		"\"measures\":[{\"verb\":\"limit\",\"service\":\"<b>\",\"since\":\"2026-03-01T00:05:01Z\",\"lifted\":null},{\"verb\":\"limit\",\"since\":\"2026-04-01T00:00:00Z\"}]}");
	OK_(often(text, "95th percentile 16 bit/s") == 1 && often(text, "limit 40 bit/s") == 2 && often(text, "limit 5.0 kB") == 1, "percentiles and limits stand in their panels");
	OK_(often(text, "class=\"gap\"") == 3 && often(text, "class=\"ahead\"") == 1, "gaps in each, the forecast in one");
	OK_(has(text, "d=\"M490 30V") && has(text, ">limit &lt;b&gt;</text>") && often(text, "<text class=\"mark\"") == 1, "what was done is marked where it was");
	IS_INT(usage("{\"state\":\".\"}").len, 0, "half an answer draws nothing");
}

static struct str lanes(const char *cases)
{
	struct json *root, *page;
	struct buf b;
	BUG_ON(json_read(a, str_of(cases), &root, NULL) != OK || json_read(a, STR("{\"now\":\"2026-03-11T00:00:00Z\"}"), &page, NULL) != OK);
	buf_init(&b, PAGE_BYTES_MAX);
	plot_draw(STR("lanes"), root, page, &b);
	struct str text = str_copy(a, buf_str(&b));
	buf_done(&b);
	return text;
}

static void cases(void)
{
	struct str text = lanes("[{\"case\":\"C-1\",\"state\":\"open\",\"clause\":\"a.b\",\"opened\":\"2026-03-06T00:00:00Z\",\"resolved\":null},"
		"{\"case\":\"C-2\",\"state\":\"resolved\",\"clause\":\"<b>\",\"opened\":\"2026-03-01T00:00:00Z\",\"resolved\":\"2026-03-06T00:00:00Z\"},"
		"{\"case\":\"C-3\",\"state\":\"open\",\"clause\":\"a.b\",\"opened\":\"2026-03-06T00:00:00Z\"},{\"case\":\"C-4\",\"state\":\"sealed\"}]");
	OK_(often(text, "class=\"name\"") == 2 && has(text, ">a.b</text>") && has(text, ">&lt;b&gt;</text>"), "a lane for each clause, whose name is text");
	OK_(often(text, "class=\"case open\"") == 2 && often(text, "class=\"case\"") == 1, "a bar for each case that has a time, and whether it is over");
	OK_(has(text, "y=\"14\" width=\"557\"") && has(text, "y=\"48\" width=\"557\""), "those that would cover each other stand below each other, until now");
	OK_(has(text, "x=\"326\" y=\"96\" width=\"557\""), "one that is over ends where it ended");
	IS_INT(lanes("[]").len + lanes("{}").len + lanes("[{\"opened\":\"2027-01-01T00:00:00Z\",\"clause\":\"a\"}]").len, 0, "nothing, and what is still to come, is not drawn");
	struct buf b;
	buf_init(&b, 1 << 20);
	buf_putc(&b, '[');
	for (int i = 0; i < 500; i++)
		buf_printf(&b, "%s{\"case\":\"C-%d\",\"state\":\"open\",\"clause\":\"c%d\",\"opened\":\"2026-02-%02dT00:00:00Z\"}", i ? "," : "", i, i % 40, i % 28 + 1);
	buf_putc(&b, ']');
	text = lanes(str_c(a, buf_str(&b)));
	buf_done(&b);
	OK_(text.len && text.len < SMALL && often(text, "class=\"name\"") <= 24, "a drawing has its bounds");
}

int main(void)
{
	a = arena_new("test", 64 << 20);
	small();
	large();
	texts();
	answers();
	cases();
	arena_free(a);
	return tap_done();
}
