/*
 * See garden.h. Hostile is whoever is behind the line, and any page that his browser kept: they are told what the line is told.
 */
#include "web/garden.h"

#include "base/clock.h"
#include "web/asset.h"
#include "web/console_call.h"
#include "web/route.h"
#include "web/words.h"

#define PATH STR("/blocked")

static const struct route route = { "GET", "/blocked", "blocked", 0, "what is in force on the line that asks", NULL, NULL, "blocked", false, NULL, NULL };

/* told: JSON of the judge; "{}" when nothing can be told, which is then said to everybody alike. */
static void show(struct http_request *r, struct str told, struct web_answer *x)
{
	struct json *root = NULL;
	struct buf b;
	struct jsonw w;
	bool good = json_read(r->arena, told, &root, NULL) == OK;
	const struct words *words_of = words_for(r, good ? json_text(root, "language") : STR_NONE);
	buf_init(&b, 1 << 20);
	jsonw_init(&w, &b);
	jsonw_object(&w, NULL);
	jsonw_str(&w, "css", str_of(asset_path("blocked.css")));
	jsonw_str(&w, "lang", str_of(words_of->language));
	jsonw_raw(&w, "w", words_of->json);
	jsonw_raw(&w, "told", good ? told : STR("{}"));
	console_fill(r, "blocked", 200, &b, &w, x);
	x->has_forms = false;
}

static void told_blocked(struct web *web, struct http_request *r, struct console_call *call, unsigned status, struct str body, struct web_answer *x)
{
	(void)web, (void)call;
	show(r, status == 200 ? body : STR("{}"), x);
}

static void ask(struct web *web, struct http_request *r, struct web_answer *x)
{
	struct console_call *call = arena_alloc(r->arena, sizeof(*call));
	if (!call || !web->has_judge) {
		show(r, STR("{}"), x);
		return;
	}
	*call = (struct console_call){ .who = { .scope = SCOPE_NOBODY }, .told = told_blocked };
	x->call = call;
	x->route = &route;
	x->proof = STR("{\"link\":true,\"reads\":true}");
	x->command = STR("{\"op\":\"blocked\"}");
}

void garden_take(struct web *web, struct http_request *r, struct web_answer *ret_answer)
{
	*ret_answer = (struct web_answer){ .retry_after_s = limit_take(&web->page_limits, limit_neighbour(r), clock_monotonic_us()) };
	bool reads = str_eq(r->method, STR("GET")) || str_eq(r->method, STR("HEAD"));
	if (ret_answer->retry_after_s)
		console_refuse(r, 429, "that was tried too often from there", ret_answer);
	else if (reads && str_eq(r->path, PATH))
		ask(web, r, ret_answer);
	else if (!asset_take(r, ret_answer)) {
		console_go(ret_answer, PATH);
		/* what was asked for is elsewhere for now alone */
		ret_answer->status = 302;
	}
}
