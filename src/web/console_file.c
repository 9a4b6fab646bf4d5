/*
 * See console_file.h. Hostile are the octets and their name, which somebody sent in.
 */
#include "web/console_file.h"

#include "base/multipart.h"

enum { NAME_MAX_LEN = 120 };

static void told(struct web *web, struct http_request *r, struct console_call *call, unsigned status, struct str body, struct web_answer *x)
{
	struct json *root = NULL;
	struct str bytes = STR_NONE;
	(void)web;
	if (status != 200 || json_read(r->arena, body, &root, NULL) != OK || str_unbase64(r->arena, json_text(root, "octets"), &bytes) != OK) {
		console_refuse_form(r, status == 200 ? 503 : status, console_error(r->arena, body), &call->form, x);
		return;
	}
	x->status = 200;
	x->type = "application/octet-stream";
	x->file = multipart_plain_name(r->arena, json_text(root, "name"), NAME_MAX_LEN);
	x->body = bytes;
}

void console_file_take(struct web *web, struct http_request *r, struct console_call *call, struct web_answer *ret_answer)
{
	struct http_request one = *r;
	struct http_pair *query = ARENA_ARRAY(r->arena, struct http_pair, 1);
	call->told = told;
	if (!console_read_form(web, r, &call->who, &call->form, ret_answer))
		return;
	if (query)
		*query = (struct http_pair){ STR("because"), form_value(&call->form, "because") };
	one.method = STR("GET");
	one.body = STR_NONE;
	one.path = str_format(r->arena, "/v1/cases/%.*s/attachments/%.*s", STR_ARG(form_value(&call->form, "case")), STR_ARG(form_value(&call->form, "event")));
	one.query = query;
	one.query_count = query && query->value.len;
	web_take_as(web, &one, &call->who, ret_answer);
	if (ret_answer->status)
		console_refuse_form(r, ret_answer->status, console_error(r->arena, ret_answer->body), &call->form, ret_answer);
	else
		ret_answer->call = call;
}
