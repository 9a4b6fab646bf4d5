/*
 * What became of reports: to their reporter, of his own alone, and to operators.
 *
 * A reporter sees a state and a reason out of closed lists, which follow the case; nothing else of it, and neither its number nor
 * whose it is. See engine/receipt.h.
 */
#include "engine/receipt.h"
#include "web/call.h"

static enum err put_state(const struct web_call *call, const struct row *row)
{
	struct receipt r = { 0 };
	struct casefile c;
	struct forwarding x;
	bool found = false;
	enum err e = field_decode(call->arena, row->body, receipt_fields, &r, call->why);
	if (e == OK && r.number && !r.sealed)
		e = view_of_receipt(&call->view, r.number, &found, &c, &x, call->why);
	if (e)
		return e;
	struct receipt_told told = receipt_tell(&r, found ? &c : NULL, found ? &x : NULL);
	jsonw_str(call->w, "state", str_of(receipt_state_words[told.state]));
	jsonw_str(call->w, "reason", str_of(receipt_reason_words[told.reason]));
	return OK;
}

/* To an operator alone: of the sealed class there is none. */
static enum err put_case(const struct web_call *call, const struct row *row)
{
	struct receipt r = { 0 };
	char text[CASE_TEXT_MAX];
	enum err e = field_decode(call->arena, row->body, receipt_fields, &r, call->why);
	if (e || !r.number || r.sealed)
		return e;
	case_text(r.number, text);
	jsonw_str(call->w, "case", str_of(text));
	return OK;
}

static enum err put_report(const struct web_call *call, const struct row *row)
{
	jsonw_str(call->w, "receipt", row->key);
	jsonw_time(call->w, "received", row->rank);
	return put_state(call, row);
}

static enum err list(struct web_call *call, bool cases)
{
	struct query q = call_query(call, TABLE_RECEIPT);
	struct row *rows;
	size_t n = 0;
	enum err e = view_page(&call->view, &q, &rows, &n, call->why);
	jsonw_array(call->w, "reports");
	for (size_t i = 0; e == OK && i < n; i++) {
		jsonw_object(call->w, NULL);
		e = put_report(call, &rows[i]);
		if (e == OK && cases)
			e = put_case(call, &rows[i]);
		jsonw_end(call->w, '}');
	}
	jsonw_end(call->w, ']');
	if (e == OK && n && n == q.limit)
		call_after(call, &rows[n - 1]);
	return e;
}

enum err read_my_reports(struct web_call *call) { return list(call, false); }
enum err read_receipts(struct web_call *call) { return list(call, true); }

enum err read_my_report(struct web_call *call)
{
	struct row row;
	enum err e = view_load(&call->view, TABLE_RECEIPT, call_value(call, "receipt"), &row, call->why);
	return e ? e : put_report(call, &row);
}

/* An operator sees the row too, with the number of the case. */
enum err read_receipt(struct web_call *call)
{
	struct row row;
	enum err e = view_load(&call->view, TABLE_RECEIPT, call_value(call, "receipt"), &row, call->why);
	if (e)
		return e;
	jsonw_raw(call->w, "row", row.body);
	return put_state(call, &row);
}

/* To whoever has the receipt: nobody can guess one, and whoever reported has no name here. */
enum err read_form_report(struct web_call *call)
{
	struct row row;
	enum err e = view_receipt_of_form(&call->view, call_value(call, "receipt"), &row, call->why);
	return e ? e : put_report(call, &row);
}
