/*
 * The API of the desk, without its sockets: who asks, which route, may he, what is answered from the store, and what the judge is
 * asked.
 *
 * Nothing is written here. A command goes to the judge with its proof: the connection, on which the judge reads who is there, or the
 * key itself, which the judge looks up again. So a desk that was taken over speaks for nobody.
 */
#ifndef AUPD_WEB_WEB_H
#define AUPD_WEB_WEB_H

#include "base/httpd.h"
#include "base/limit.h"
#include "base/json.h"
#include "base/ometric.h"
#include "web/view.h"

enum { WEB_FIGURES_MAX = 16, WEB_TOKEN_MAX = 256 };

struct route;
struct console_call;
struct census;
struct retest;
struct setting;
struct feed_place;
struct presence;
struct viewer;

/* Raw bytes as text with what was read from them marked: members of the object that w is in (aupd/marked_text.h). name: of the file that they lay in. */
typedef void web_marked_fn(struct str bytes, struct str name, struct jsonw *w);

struct web {
	struct view_source source;
	bool has_judge;                 /* commands can be passed on */
	struct ometrics figures[WEB_FIGURES_MAX];       /* of the roles */
	unsigned figure_count;
	struct limits limits;           /* of each key */
	struct limits page_limits;      /* of each address that opens pages: however many there are, they push no key out */
	const struct str *operators;    /* "NAME uid UID": a key of one who is not among them any more opens nothing */
	unsigned operator_count;
	web_marked_fn *marked;
	uint32_t hears;                 /* set of HEARS_ (model/config.h) */
	struct census *census;
	struct retest *retest;          /* the back-test that runs, and the request that it is of; NULL */
	const void *retest_of;
	struct str settings_file;
	const struct setting *settings; /* model/config_settings.h */
	unsigned setting_count;
	struct str oidc;                /* the name of the OpenID provider; "" = there is none */
	struct presence *presence;      /* who has which case open; NULL: nobody is known */
	bool form_open;                 /* the public form of reports is answered */
	uint8_t console_key[32];        /* of the tokens in forms; of this desk alone */
};

/* Where the request came in. */
struct web_door {
	bool takes_keys;
	bool garden;                    /* of the walled garden, and nothing else */
	bool tls;                       /* ours ends there */
	bool network;                   /* nobody is told apart without a key */
	struct str operator_name;       /* of a Unix connection; STR_NONE */
};

/* All of it lives as long as the request. */
struct web_answer {
	unsigned status;                /* 0: the judge is asked, with `proof` in a line before `command` */
	struct str body;
	const char *type;
	unsigned retry_after_s;         /* 0: none */
	struct str proof, command;
	const struct route *route;      /* for web_told */
	struct console_call *call;      /* for console_told; NULL: it is not of the console */
	struct str location;            /* of a 303; STR_NONE */
	struct str file;                /* the name under which it is saved and not shown; STR_NONE */
	const struct feed_place *from;  /* the answer is a stream of what changes behind that (web/feed.h), for `who`; NULL: it is none */
	const struct viewer *viewer;    /* of a stream: what he has open */
	struct principal who;
	struct str cookie;              /* token of a session that begins; "-": it ends; STR_NONE */
	struct str sign_in;             /* likewise, of a sign-in at the OpenID provider */
	struct str away;                /* the page goes on to that address of another site by itself; STR_NONE */
	bool keeps;                     /* the same for ever at this address */
	bool packed;                    /* by gzip */
	bool has_forms;                 /* a page whose forms must say where they come from, and on which our script runs */
};

void web_take(struct web *web, struct http_request *r, const struct web_door *door, struct web_answer *ret_answer);
/* The same, of somebody who is known already. */
void web_take_as(struct web *web, struct http_request *r, const struct principal *who, struct web_answer *ret_answer);
/* The status of what the judge answered. */
unsigned web_told(const struct route *route, struct arena *a, struct str reply);
struct str web_error(struct arena *a, const char *text);
/* The key that it brings; STR_NONE: none. */
struct str web_key(const struct http_request *r);
/* Is that name of the host one of this machine, as pages over a tunnel must be asked for? */
bool web_is_this_machine(struct str host);

#endif
