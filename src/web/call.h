/*
 * One request in the hands of its route, and what routes share.
 */
#ifndef AUPD_WEB_CALL_H
#define AUPD_WEB_CALL_H

#include "base/json.h"
#include "web/route.h"
#include "web/view.h"
#include "web/web.h"

struct web_call {
	struct web *web;
	const struct route *route;
	struct principal who;
	struct view view;
	struct values values;
	struct arena *arena;
	struct jsonw *w;                /* members of the answer */
	struct str text;                /* an answer that is no JSON of members; STR_NONE */
	struct why *why;
};

/* A parameter of the route; STR_NONE when it is not given. */
struct str call_value(const struct web_call *c, const char *name);
/* The page that is asked for by limit, after, state, owner, tenant and prefix, as far as the route has them; the latest first. */
struct query call_query(const struct web_call *c, enum table t);
/* "after" for the next page, behind that row. */
void call_after(const struct web_call *c, const struct row *last);

/*
 * The array `name` of those rows behind q that may be seen: put writes one, or says in *ret_shown that it wrote nothing. What is hidden is
 * rare, and is passed over until the page is full. ret_last: the last one shown, behind which there may be more; without a key: there is none.
 */
typedef enum err call_put_fn(struct web_call *c, const struct row *row, bool *ret_shown);
enum err call_list_seen(struct web_call *c, const char *name, struct query *q, call_put_fn *put, struct row *ret_last) MUST_CHECK;

enum err read_cases(struct web_call *c) MUST_CHECK;
enum err read_case(struct web_call *c) MUST_CHECK;
enum err read_events(struct web_call *c) MUST_CHECK;
enum err read_intake(struct web_call *c) MUST_CHECK;
enum err read_item(struct web_call *c) MUST_CHECK;
enum err read_acts(struct web_call *c) MUST_CHECK;
enum err read_registry(struct web_call *c) MUST_CHECK;
enum err read_entity(struct web_call *c) MUST_CHECK;
enum err read_records(struct web_call *c) MUST_CHECK;
enum err read_parked(struct web_call *c) MUST_CHECK;
enum err read_ignores(struct web_call *c) MUST_CHECK;
enum err read_receipts(struct web_call *c) MUST_CHECK;
enum err read_receipt(struct web_call *c) MUST_CHECK;
enum err read_policies(struct web_call *c) MUST_CHECK;
enum err read_policy(struct web_call *c) MUST_CHECK;
enum err read_figures(struct web_call *c) MUST_CHECK;
enum err read_week(struct web_call *c) MUST_CHECK;
enum err read_settings(struct web_call *c) MUST_CHECK;
enum err read_coverage(struct web_call *c) MUST_CHECK;
enum err read_cluster(struct web_call *c) MUST_CHECK;
enum err read_detector(struct web_call *c) MUST_CHECK;
enum err read_keys(struct web_call *c) MUST_CHECK;
enum err read_status(struct web_call *c) MUST_CHECK;
enum err read_metrics(struct web_call *c) MUST_CHECK;
enum err read_openapi(struct web_call *c) MUST_CHECK;
enum err read_my(struct web_call *c) MUST_CHECK;
enum err read_my_cases(struct web_call *c) MUST_CHECK;
enum err read_my_case(struct web_call *c) MUST_CHECK;
enum err read_my_forwarded(struct web_call *c) MUST_CHECK;
enum err read_my_forwarding(struct web_call *c) MUST_CHECK;
enum err read_my_reports(struct web_call *c) MUST_CHECK;
enum err read_my_report(struct web_call *c) MUST_CHECK;
enum err read_form_report(struct web_call *c) MUST_CHECK;
enum err read_webhooks(struct web_call *c) MUST_CHECK;
enum err read_webhook(struct web_call *c) MUST_CHECK;
enum err read_deliveries(struct web_call *c) MUST_CHECK;

#endif
