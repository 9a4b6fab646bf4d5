/*
 * CSV: RFC 4180 as written, the line ends that exist, exact places of fields and errors, and going on after a bad record.
 */
#include "base/csv.h"
#include "tap.h"

static struct arena *a;

static void test_fields(void)
{
	struct str text = STR("\xef\xbb\xbfid,Name ,note\r\n1,\"a \"\"b\"\", c\",\r\n\r\n2,x\ty,\"two\nlines\"\n3,\"\",z");
	struct csv c;
	struct csv_row head, row;
	csv_init(&c, "t.csv", text, ',');
	OK_(csv_next(&c, a, &head, NULL) == OK && head.count == 3 && head.line == 1, "a header behind a byte order mark");
	IS_INT(csv_column(&head, "NAME"), 1, "columns are found by name, case and blanks aside");
	IS_INT(csv_column(&head, "nam"), -1, "an unknown column");
	OK_(csv_next(&c, a, &row, NULL) == OK && row.line == 2 && row.number == 2, "the second record");
	IS_STR(csv_text(&row, 1), STR("a \"b\", c"), "doubled quotes become one, separators stay");
	IS_STR(str_sub(text, row.fields[1].from, row.fields[1].to - row.fields[1].from), STR("\"a \"\"b\"\", c\""), "its bytes in the text, quotes included");
	OK_(row.fields[1].quoted && !row.fields[2].quoted && row.fields[2].text.len == 0, "an empty last field");
	OK_(csv_next(&c, a, &row, NULL) == OK && row.line == 4 && row.number == 3, "an empty line is no record but is counted");
	IS_STR(csv_text(&row, 2), STR("two\nlines"), "a line end inside quotes");
	OK_(row.fields[1].text.ptr == text.ptr + row.fields[1].from, "a field without doubled quotes is not copied");
	OK_(csv_next(&c, a, &row, NULL) == OK && row.line == 6, "lines inside quotes are counted");
	OK_(row.count == 3 && row.fields[1].quoted && row.fields[1].text.len == 0 && row.to == text.len, "the last record needs no line end");
	IS_INT(csv_next(&c, a, &row, NULL), ERR_NOTFOUND, "the end");
	IS_INT(csv_next(&c, a, &row, NULL), ERR_NOTFOUND, "the end stays the end");
	OK_(!csv_text(&row, -1).ptr && !csv_text(&row, 3).ptr, "a column that is not there");
}

static void test_line_ends(void)
{
	struct csv c;
	struct csv_row row;
	unsigned n = 0;
	csv_init(&c, "", STR("a;b\rc;d\ne;f\r\n\r\n"), ';');
	while (csv_next(&c, a, &row, NULL) == OK)
		n += row.count == 2 && row.line == n / 10 + 1 ? 10 : 1;
	IS_INT(n, 30, "CR, LF and CRLF each end one line");
	csv_init(&c, "", STR(""), ',');
	IS_INT(csv_next(&c, a, &row, NULL), ERR_NOTFOUND, "an empty text has no record");
	csv_init(&c, "", STR(","), ',');
	OK_(csv_next(&c, a, &row, NULL) == OK && row.count == 2, "one separator parts two empty fields");
}

static void fails_at(const char *text, enum err e, const char *want, const char *name)
{
	struct csv c;
	struct csv_row row;
	struct why why;
	char line[700] = "";
	csv_init(&c, "t.csv", str_of(text), ',');
	IS_INT(csv_next(&c, a, &row, &why), e, name);
	why_print(&why, line, sizeof(line));
	IS_STR(str_of(line), str_of(want), name);
	OK_(csv_next(&c, a, &row, &why) == OK && row.count == 2 && row.number == 2, "the next line is read all the same");
	IS_STR(csv_text(&row, 0), STR("good"), "from its beginning");
}

static void test_errors(void)
{
	fails_at("a,b\"c\",d\ngood,1", ERR_SYNTAX, "t.csv:1:4: a quote inside a field that does not begin with one", "a quote inside a plain field");
	fails_at("a,\"b\" ,d\r\ngood,1", ERR_SYNTAX, "t.csv:1:6: text between a closing quote and the separator", "text behind a closing quote");
	fails_at("\xef\xbb\xbf" "a\"\ngood,1", ERR_SYNTAX, "t.csv:1:2: a quote inside a field that does not begin with one", "a byte order mark takes no column");
	fails_at("\"x\ny\"z\ngood,1", ERR_SYNTAX, "t.csv:2:3: text between a closing quote and the separator", "the line inside quotes is the one named");
	fails_at("a,\"open\ngood,1", ERR_SYNTAX, "t.csv:1:3: this quote is never closed", "an open quote is shown where it opens");
	struct csv c;
	struct csv_row row;
	struct why why;
	csv_init(&c, "t.csv", STR("a,b\0c\nok"), ',');
	OK_(csv_next(&c, a, &row, &why) == ERR_SYNTAX && why.column == 4, "a NUL");
	csv_init(&c, "t.csv", STR("\"a\0\"\nok"), ',');
	OK_(csv_next(&c, a, &row, &why) == ERR_SYNTAX && why.column == 3, "a NUL in quotes");
}

static void test_bounds(void)
{
	struct csv c;
	struct csv_row row;
	struct why why;
	char many[CSV_FIELDS_MAX + 1];
	memset(many, ',', sizeof(many));
	csv_init(&c, "t.csv", (struct str){ many, CSV_FIELDS_MAX - 1 }, ',');
	OK_(csv_next(&c, a, &row, &why) == OK && row.count == CSV_FIELDS_MAX, "the most fields");
	csv_init(&c, "t.csv", (struct str){ many, CSV_FIELDS_MAX }, ',');
	IS_INT(csv_next(&c, a, &row, &why), ERR_LIMIT, "one more");
	size_t len = 2 * (size_t)CSV_RECORD_BYTES_MAX;
	char *big = calloc(1, len);
	if (!big)
		abort();
	memset(big, 'x', len);
	csv_init(&c, "t.csv", (struct str){ big, len }, ',');
	IS_INT(csv_next(&c, a, &row, &why), ERR_LIMIT, "a record without an end");
	memset(big, '\n', len);
	big[0] = '"';
	csv_init(&c, "t.csv", (struct str){ big, len }, ',');
	OK_(csv_next(&c, a, &row, &why) == ERR_LIMIT && why.line == 1 && why.column == 1, "an open quote does not take the whole text");
	free(big);
	struct arena *small = arena_new("small", 32);
	csv_init(&c, "t.csv", STR("a,b"), ',');
	IS_INT(csv_next(&c, small, &row, &why), ERR_NOMEM, "a full arena says so");
	arena_free(small);
}

int main(void)
{
	a = arena_new("test", 8 << 20);
	if (!a)
		return 1;
	test_fields();
	test_line_ends();
	test_errors();
	test_bounds();
	arena_free(a);
	return tap_done();
}
