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
#define CAPTIVE STR("/captive")
enum { HOST_MAX = 255, AGAIN_S = 30 };

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

/* As a host stands in an address: a name, or an address in brackets, and a port (RFC 3986 3.2.2). */
static bool is_host(struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];
		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '-' || c == ':' || c == '[' || c == ']'))
			return false;
	}
	return s.len && s.len <= HOST_MAX;
}

/*
 * RFC 8908 5. A device that does not hear whether it is held back goes by what it finds out itself, so what cannot be told is an error, and
 * neither yes nor no.
 */
static void told_captive(struct web *web, struct http_request *r, struct console_call *call, unsigned status, struct str body, struct web_answer *x)
{
	struct json *root = NULL;
	struct str host = http_header(r, "host");
	struct buf b;
	struct jsonw w;
	(void)web, (void)call;
	*x = (struct web_answer){ .status = 503, .type = "application/json", .retry_after_s = AGAIN_S, .body = STR("{\"error\":\"whose line it is cannot be told\"}") };
	if (status != 200 || json_read(r->arena, body, &root, NULL) != OK || !json_flag(root, "known", false))
		return;
	buf_init(&b, 4096);
	jsonw_init(&w, &b);
	jsonw_object(&w, NULL);
	jsonw_bool(&w, "captive", json_flag(root, "captive", false));
	if (is_host(host))
		jsonw_str(&w, "user-portal-url", str_format(r->arena, "https://%.*s/blocked", STR_ARG(host)));
	jsonw_end(&w, '}');
	*x = (struct web_answer){ .status = 200, .type = "application/captive+json", .body = str_copy(r->arena, buf_str(&b)) };
	buf_done(&b);
}

static void ask(struct web *web, struct http_request *r, console_told_fn *told, struct web_answer *x)
{
	struct console_call *call = arena_alloc(r->arena, sizeof(*call));
	if (!call || !web->has_judge) {
		told(web, r, NULL, 503, STR("{}"), x);
		return;
	}
	*call = (struct console_call){ .who = { .scope = SCOPE_NOBODY }, .told = told };
	x->call = call;
	x->route = &route;
	x->proof = STR("{\"link\":true,\"reads\":true}");
	x->command = STR("{\"op\":\"blocked\"}");
}

void garden_take(struct web *web, struct http_request *r, bool tls, struct web_answer *ret_answer)
{
	*ret_answer = (struct web_answer){ .retry_after_s = limit_take(&web->page_limits, limit_neighbour(r), clock_monotonic_us()) };
	bool reads = str_eq(r->method, STR("GET")) || str_eq(r->method, STR("HEAD"));
	if (ret_answer->retry_after_s)
		console_refuse(r, 429, "that was tried too often from there", ret_answer);
	else if (reads && str_eq(r->path, PATH))
		ask(web, r, told_blocked, ret_answer);
	else if (reads && tls && str_eq(r->path, CAPTIVE))
		ask(web, r, told_captive, ret_answer);
	else if (!asset_take(r, ret_answer)) {
		console_go(ret_answer, PATH);
		/* what was asked for is elsewhere for now alone */
		ret_answer->status = 302;
	}
}
