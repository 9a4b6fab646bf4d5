/*
 * One role after the other. See child.h. A link between two roles is a fresh socket pair each time one of them is started.
 */
#include "aupd/child.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "aupd/sandbox.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/net.h"
#include "base/point.h"

enum { BACKOFF_US = 200000, SHARE_BYTES_MAX = 4 << 20 };
const char *const child_state_words[] = { "down", "starting", "ready", "broken" };

/* Which roles have a link between them. */
static const enum role_name links[][2] = { { ROLE_EAR, ROLE_JUDGE }, { ROLE_DESK, ROLE_JUDGE }, { ROLE_JUDGE, ROLE_HAND }, { ROLE_HAND, ROLE_NFT },
	{ ROLE_JUDGE, ROLE_SIGNER } };

static void send_control(struct child *c, struct str body, int fd)
{
	struct frame f = { .type = FRAME_CONTROL, .incarnation = c->keeper->incarnation, .now = clock_wall_at(), .body = body };
	if (c->link.driver && bus_send(&c->link, &f, fd >= 0 ? &fd : NULL, fd >= 0) != OK)
		log_warn("cannot speak to a role", "role", c->text);
}

static void send_fd(struct child *c, const char *op, const char *name, int fd)
{
	char body[128];
	if (fd < 0)
		return;
	(void)snprintf(body, sizeof(body), "{\"op\":\"%s\",\"name\":\"%s\"}", op, name);
	send_control(c, str_of(body), fd);
}

/* The members that this role needs; the others stay empty. */
static struct share share_of(const struct child *c, const struct config *config)
{
	const struct share *a = &config->all;
	enum role_name name = c->name;
	struct share s = { .incarnation = c->keeper->incarnation, .log_level = a->log_level, .log_form = a->log_form, .testing = a->testing };
	bool pages = name == ROLE_JUDGE || name == ROLE_DESK;
	config_web_share(config, name == ROLE_EAR || pages, name == ROLE_HAND ? a->oidc : pages ? config->oidc_shown : NULL, &s);
	if (name == ROLE_EAR || name == ROLE_JUDGE || name == ROLE_HAND) {
		s.provider = a->provider;
		s.mail_domain = a->mail_domain;
		s.mail_local = a->mail_local;
		s.contact = a->contact;
	}
	if (name == ROLE_EAR || name == ROLE_JUDGE) {
		s.judges = a->judges;
		s.number = c->number;
		s.keep_cases_us = a->keep_cases_us;
		s.keep_items_us = a->keep_items_us;
		s.keep_lookups_us = a->keep_lookups_us;
	}
	if (name == ROLE_JUDGE)
		s.undo_us = a->undo_us;
	if (name == ROLE_JUDGE || name == ROLE_DESK) {
		s.ledger_origin = a->ledger_origin;
		s.ledger_key = a->ledger_key;
	}
	if (name == ROLE_JUDGE || name == ROLE_HAND) {
		s.suspensions_per_hour = a->suspensions_per_hour;
		s.suspensions_per_day = a->suspensions_per_day;
		s.suspensions_of_rule = a->suspensions_of_rule;
		s.suspensions_of_reseller = a->suspensions_of_reseller;
		s.suspensions_of_reporter = a->suspensions_of_reporter;
		s.witnesses = a->witnesses;
		s.witness_count = a->witness_count;
		s.stamp_url = a->stamp_url;
	}
	if (name == ROLE_JUDGE) {
		s.witnesses_required = a->witnesses_required;
		s.stamp_every_us = a->stamp_every_us;
		s.hooks_retry_us = a->hooks_retry_us;
		s.hooks_disable_us = a->hooks_disable_us;
		s.hooks_keep_us = a->hooks_keep_us;
		s.nat_exporters = a->nat_exporters;
		s.nat_exporter_count = a->nat_exporter_count;
		s.radius_sessions = a->radius_sessions;
		s.duration_access = a->duration_access;
		s.duration_classes = a->duration_classes;
		s.duration_class_count = a->duration_class_count;
		s.duration_joined_us = a->duration_joined_us;
		s.nas = config->nas_shown;
		s.aaa_sql = config->aaa_sql_shown;
		s.aaa_sql_count = a->aaa_sql_count;
		s.aaa_rest = config->aaa_rest_shown;
		s.aaa_rest_count = a->aaa_rest_count;
		s.nas_count = a->nas_count;
		s.usage_accounts = a->usage_accounts;
		s.usage_retention_us = a->usage_retention_us;
		s.usage_offset_minutes = a->usage_offset_minutes;
		s.bindings = a->bindings;
		s.bindings_capacity = a->bindings_capacity;
		s.bindings_retention_us = a->bindings_retention_us;
		s.bindings_slack_us = a->bindings_slack_us;
		s.feeds = a->feeds;
		s.feed_count = a->feed_count;
	}
	if (name == ROLE_DESK) {
		s.web_listens = a->web_listens;
		s.web_listen_count = a->web_listen_count;
		s.key_rate = a->key_rate;
		s.settings_file = a->settings_file;
		s.settings = a->settings;
		s.setting_count = a->setting_count;
		s.hears = (a->listen_count || a->fetch_count ? HEARS_COMPLAINTS : 0) | (a->radius_listen_count ? HEARS_ACCOUNTING : 0) | (a->usage_accounts ? HEARS_USAGE : 0);
		s.form_rate = a->form_rate;
	}
	if (name == ROLE_SIGNER)
		s.signer_key = a->signer_key;
	if (name == ROLE_EAR) {
		s.listens = a->listens;
		s.listen_count = a->listen_count;
		s.spool_bytes = a->spool_bytes;
		s.message_bytes = a->message_bytes;
		s.api_rate = a->api_rate;
		s.form_rate = a->form_rate;
		s.api_keys = a->api_keys;
		s.api_key_count = a->api_key_count;
		s.officer_key = a->officer_key;
		s.authserv_ids = a->authserv_ids;
		s.authserv_id_count = a->authserv_id_count;
		s.mailbox_domains = a->mailbox_domains;
		s.mailbox_domain_count = a->mailbox_domain_count;
		s.radius_listens = a->radius_listens;
		s.radius_listen_count = a->radius_listen_count;
		s.radius_clients = a->radius_clients;
		s.radius_client_count = a->radius_client_count;
		s.nat_listens = a->nat_listens;
		s.nat_listen_count = a->nat_listen_count;
		s.nat_exporters = a->nat_exporters;
		s.nat_exporter_count = a->nat_exporter_count;
		s.upstreams = a->upstreams;
		s.upstream_count = a->upstream_count;
		s.maps = a->maps;
		s.map_count = a->map_count;
	}
	if (name == ROLE_JUDGE || name == ROLE_DESK) {
		s.store = a->store;
		s.enforce = a->enforce;
		s.operators = a->operators;
		s.word_to = a->word_to;
		s.posting_by_two = a->posting_by_two;
		s.operator_count = a->operator_count;
	}
	if (name == ROLE_JUDGE || name == ROLE_HAND) {
		s.hooks_http = a->hooks_http;
		s.hooks_http_count = a->hooks_http_count;
	}
	if (name == ROLE_HAND) {
		s.hooks_allow = a->hooks_allow;
		s.hooks_allow_count = a->hooks_allow_count;
		s.hooks_per_minute = a->hooks_per_minute;
		s.smarthost = a->smarthost;
		s.nft_table = a->nft_table;
		s.protect = a->protect;
		s.protect_count = a->protect_count;
		s.webhook_allow = a->webhook_allow;
		s.webhook_allow_count = a->webhook_allow_count;
		s.webhook_secret = a->webhook_secret;
		s.stamp_ca = a->stamp_ca;
		s.ledger_allow = a->ledger_allow;
		s.ledger_allow_count = a->ledger_allow_count;
		s.ends_per_hour = a->ends_per_hour;
		s.aaa_sql = a->aaa_sql;
		s.aaa_sql_count = a->aaa_sql_count;
		s.aaa_rest = a->aaa_rest;
		s.aaa_rest_count = a->aaa_rest_count;
		s.nas = a->nas;
		s.nas_count = a->nas_count;
	}
	if (name == ROLE_FETCHER) {
		s.mail_domain = a->mail_domain;
		s.mail_local = a->mail_local;
		s.message_bytes = a->message_bytes;
		s.fetches = a->fetches;
		s.fetch_count = a->fetch_count;
		s.lmtp = a->lmtp;
	}
	if (name == ROLE_NFT) {
		s.nft_path = a->nft_path;
		s.nft_table = a->nft_table;
	}
	return s;
}

enum err child_share(const struct child *c, const struct config *config, struct arena *a, struct str *ret_text)
{
	struct share s = share_of(c, config);
	return field_encode(a, share_fields, &s, ret_text);
}

static void show_figures(struct keeper *k, struct child *c)
{
	char name[32];
	send_fd(c, "fd", "figures.keeper", k->figures_reader_fd);
	for (unsigned i = 0; i < k->child_count; i++) {
		(void)snprintf(name, sizeof(name), "figures.%s", k->children[i].text);
		send_fd(c, "fd", name, k->children[i].figures_reader_fd);
	}
}

/* Opened here, for the role's user may not get through all directories above; what cannot be opened is the role's to tell. */
static void send_maildirs(struct keeper *k, struct child *c)
{
	char name[32];
	for (unsigned i = 0; i < k->config->all.fetch_count; i++) {
		const struct fetch_from *f = &k->config->all.fetches[i];
		struct arena *a = f->kind == FETCH_MAILDIR ? arena_new("path", 1 << 16) : NULL;
		int fd = -1;
		struct why why;
		if (a && file_open(AT_FDCWD, str_c(a, f->where), O_RDONLY | O_DIRECTORY, 0, &fd, &why) != OK)
			log_warn("a Maildir cannot be opened", "why", why.text);
		(void)snprintf(name, sizeof(name), "maildir.%u", i);
		send_fd(c, "fd", name, fd);
		file_close(fd);
		arena_free(a);
	}
}

static void hand_over(struct keeper *k, struct child *c)
{
	char name[32];
	send_fd(c, "fd", "figures", c->figures_fd);
	if (k->config->all.testing)
		send_fd(c, "fd", "clock", k->clock_fd);
	switch (c->name) {
	case ROLE_EAR:
		send_fd(c, "fd", "attempt", c->attempt_fd);
		send_fd(c, "fd", "spool", k->spool_fd);
		send_fd(c, "fd", "sealed", k->sealed_fd);
		for (unsigned i = 0; i < k->config->all.listen_count; i++) {
			(void)snprintf(name, sizeof(name), "listen.%u", i);
			send_fd(c, "fd", name, k->listen_fds[i]);
		}
		for (unsigned i = 0; i < k->config->all.radius_listen_count; i++) {
			(void)snprintf(name, sizeof(name), "radius.%u", i);
			send_fd(c, "fd", name, k->radius_fds[i]);
		}
		for (unsigned i = 0; i < k->config->all.nat_listen_count; i++) {
			(void)snprintf(name, sizeof(name), "nat.%u", i);
			send_fd(c, "fd", name, k->nat_fds[i]);
		}
		break;
	case ROLE_JUDGE:
		send_fd(c, "fd", "attempt", c->attempt_fd);
		send_fd(c, "fd", "data", k->data_fd);
		send_fd(c, "fd", "spool", k->spool_fd);
		break;
	case ROLE_DESK:
		send_fd(c, "fd", "data", k->data_fd);
		send_fd(c, "fd", "api", k->api_fd);
		for (unsigned i = 0; i < k->config->all.web_listen_count; i++) {
			(void)snprintf(name, sizeof(name), "web.%u", i);
			send_fd(c, "fd", name, k->web_fds[i]);
		}
		show_figures(k, c);
		break;
	case ROLE_HAND:
		send_fd(c, "fd", "hand", k->hand_fd);
		break;
	case ROLE_FETCHER:
		send_fd(c, "fd", "attempt", c->attempt_fd);
		send_fd(c, "fd", "fetcher", k->fetcher_fd);
		send_maildirs(k, c);
		break;
	case ROLE_SIGNER: case ROLE_NFT: case ROLE_COUNT:
		break;
	}
}

static void send_start(struct child *c)
{
	struct share s = share_of(c, c->keeper->config);
	struct buf b;
	struct jsonw w;
	buf_init(&b, SHARE_BYTES_MAX);
	jsonw_init(&w, &b);
	jsonw_object(&w, NULL);
	jsonw_str(&w, "op", STR("start"));
	jsonw_object(&w, "share");
	field_write(&w, share_fields, &s);
	jsonw_end(&w, '}');
	jsonw_end(&w, '}');
	send_control(c, buf_str(&b), -1);
	buf_done(&b);
}

static void link_two(struct child *a, struct child *b)
{
	int fds[2];
	/* judges beside number 0 only fold */
	if ((a->number && b->name != ROLE_EAR) || (b->number && a->name != ROLE_EAR) || net_pair(fds) != OK)
		return;
	send_fd(a, "link", b->text, fds[0]);
	send_fd(b, "link", a->text, fds[1]);
	a->untaken++;
	b->untaken++;
	net_close(fds[0]);
	net_close(fds[1]);
}

/* Fresh socket pairs between this role and those that live. */
static void make_links(struct keeper *k, struct child *c)
{
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++)
		for (unsigned n = 0; n < k->child_count; n++) {
			struct child *other = &k->children[n];
			if (other->state != CHILD_READY)
				continue;
			if (c->name == links[i][0] && other->name == links[i][1])
				link_two(c, other);
			else if (c->name == links[i][1] && other->name == links[i][0])
				link_two(other, c);
		}
}

/* Ears answer tempfail while a judge stays down: nobody knows when it comes back. */
static void tell_ears(struct keeper *k)
{
	bool broken = false;
	for (unsigned i = 0; i < k->child_count; i++)
		broken |= k->children[i].name == ROLE_JUDGE && k->children[i].state == CHILD_BROKEN;
	for (unsigned i = 0; i < k->child_count; i++)
		if (k->children[i].name == ROLE_EAR && k->children[i].state == CHILD_READY)
			send_control(&k->children[i], broken ? STR("{\"op\":\"refuse\"}") : STR("{\"op\":\"accept\"}"), -1);
}

static void clock_moved(struct keeper *k)
{
	keeper_changed(k);
	for (unsigned i = 0; i < k->child_count; i++)
		if (k->children[i].state == CHILD_READY)
			send_control(&k->children[i], STR("{\"op\":\"clock\"}"), -1);
}

/* A judge that only folds has made work: number 0 looks what is due. */
static void something_due(struct keeper *k)
{
	for (unsigned i = 0; i < k->child_count; i++)
		if (k->children[i].name == ROLE_JUDGE && !k->children[i].number && k->children[i].state == CHILD_READY)
			send_control(&k->children[i], STR("{\"op\":\"clock\"}"), -1);
}

static void got_ready(struct child *c)
{
	struct keeper *k = c->keeper;
	c->state = CHILD_READY;
	POINT("keeper.ready");
	log_info("role ready", "role", c->text);
	make_links(k, c);
	for (unsigned i = 0; c->name == ROLE_JUDGE && i < k->child_count; i++)
		if (k->children[i].name == ROLE_JUDGE && k->children[i].state == CHILD_DOWN && !k->children[i].starts)
			child_start(&k->children[i]);
	tell_ears(k);
	keeper_changed(k);
}

static bool linked(enum role_name a, enum role_name b)
{
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++)
		if ((links[i][0] == a && links[i][1] == b) || (links[i][0] == b && links[i][1] == a))
			return true;
	return false;
}

static void end_for_its_frame(struct child *c)
{
	if (c->at_fault || !c->pid)
		return;
	log_error("a role sent a bad frame and is ended", "role", c->text);
	c->at_fault = true;
	(void)kill(c->pid, SIGKILL);
}

/* {"op":"bad","name":N}: only of a role that it has a link with. */
static void accuse(struct child *by, struct str body)
{
	struct keeper *k = by->keeper;
	char said[64];
	for (unsigned i = 0; i < k->child_count; i++) {
		struct child *c = &k->children[i];
		(void)snprintf(said, sizeof(said), "{\"op\":\"bad\",\"name\":\"%s\"}", c->text);
		if (linked(by->name, c->name) && str_eq(body, str_of(said)))
			end_for_its_frame(c);
	}
}

/* A sentence of a role. What it is made of was written by a process that may have gone mad: it is only shown. */
static bool got_told(struct child *c, struct str body)
{
	struct arena *a = str_starts(body, STR("{\"op\":\"told\",")) ? arena_new("told", 1 << 16) : NULL;
	struct json *root;
	if (a && json_read(a, body, &root, NULL) == OK) {
		int64_t count = json_int(root, "count", 0);
		told_add(&c->keeper->told, c->text, str_printable(a, json_text(root, "text"), TOLD_TEXT_MAX), count > 0 ? (uint64_t)count : 0, clock_wall_at());
		keeper_changed(c->keeper);
	}
	arena_free(a);
	return a != NULL;
}

static void on_frame(void *arg, const struct frame *f, const int *take_fds, unsigned fd_count)
{
	struct child *c = arg;
	struct keeper *k = c->keeper;
	for (unsigned i = 0; i < fd_count; i++)
		net_close(take_fds[i]);
	if (str_eq(f->body, STR("{\"op\":\"ready\"}"))) {
		got_ready(c);
	} else if (str_eq(f->body, STR("{\"op\":\"linked\"}"))) {
		c->untaken -= c->untaken > 0;
		keeper_changed(k);
	} else if (str_eq(f->body, STR("{\"op\":\"clock\"}"))) {
		clock_moved(k);
	} else if (str_eq(f->body, STR("{\"op\":\"due\"}"))) {
		something_due(k);
	} else if (str_eq(f->body, STR("{\"op\":\"enforce\"}")) || str_eq(f->body, STR("{\"op\":\"observe\"}"))) {
		k->enforce = str_eq(f->body, STR("{\"op\":\"enforce\"}"));
		keeper_changed(k);
	} else if (!got_told(c, f->body)) {
		accuse(c, f->body);
	}
}

static void on_ready(void *arg)
{
	(void)arg;
}

static void on_closed(void *arg, enum err e)
{
	struct child *c = arg;
	if (e != ERR_PEER)
		end_for_its_frame(c);
}

static void child_exec(struct keeper *k, enum role_name name, int link_fd)
{
	struct why why;
	char *const argv[] = { (char *)(uintptr_t)"aupd", (char *)(uintptr_t)"--role", (char *)(uintptr_t)role_words[name], NULL };
	if (link_fd != ROLE_LINK_FD && dup2(link_fd, ROLE_LINK_FD) < 0)
		_exit(1);
	if (link_fd == ROLE_LINK_FD)
		(void)fcntl(ROLE_LINK_FD, F_SETFD, 0);
	(void)setpgid(0, 0);
	if (sandbox_become(k->config->user, name, &why) != OK) {
		log_error("a role cannot be started", "role", role_words[name], "why", why.text);
		_exit(1);
	}
	/* the keeper's own close by themselves; what it was started with would not */
	if (close_range(ROLE_LINK_FD + 1, ~0u, 0) != 0)
		_exit(1);
	/* after the change of user, which takes it off again */
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)execv(k->self, argv);
	_exit(1);
}

void child_start(struct child *c)
{
	static const struct bus_handler handler = { on_frame, on_ready, on_closed };
	struct keeper *k = c->keeper;
	int fds[2];
	if (net_pair(fds) != OK)
		return;
	pid_t pid = fork();
	if (pid == 0)
		child_exec(k, c->name, fds[1]);
	net_close(fds[1]);
	if (pid < 0) {
		net_close(fds[0]);
		timer_set(c->restart, BACKOFF_US * 10, 0);
		return;
	}
	c->pid = pid;
	c->state = CHILD_STARTING;
	c->untaken = 0;
	c->told_stop = c->at_fault = false;
	c->starts++;
	ometric_add(&k->figures, KEEPER_STARTS, c->name, 1);
	struct bus_options options = { .take_fd = fds[0], .handler = &handler, .arg = c };
	if (bus_open(k->loop, &bus_pipe, &options, &c->link) != OK) {
		(void)kill(pid, SIGKILL);
		return;
	}
	hand_over(k, c);
	send_start(c);
}

void child_stop(struct child *c)
{
	if (!c->pid)
		return;
	c->told_stop = true;
	send_control(c, STR("{\"op\":\"stop\"}"), -1);
}

static void on_restart(void *arg)
{
	struct child *c = arg;
	if (c->state == CHILD_DOWN && !c->keeper->stopping)
		child_start(c);
}

static bool breaks_too_often(struct child *c, int64_t now)
{
	if (c->attempt->progress != c->progress)
		memset(c->deaths_at, 0, sizeof(c->deaths_at));
	c->progress = c->attempt->progress;
	for (int i = 0; i < BREAKS_MAX - 1; i++)
		c->deaths_at[i] = c->deaths_at[i + 1];
	c->deaths_at[BREAKS_MAX - 1] = now;
	return c->deaths_at[0] && now - c->deaths_at[0] < 60 * INT64_C(1000000);
}

void child_mend(struct child *c)
{
	memset(c->deaths_at, 0, sizeof(c->deaths_at));
	if (c->state != CHILD_BROKEN)
		return;
	c->state = CHILD_DOWN;
	timer_set(c->restart, 0, 0);
}

void child_died(struct child *c, int status)
{
	struct keeper *k = c->keeper;
	bool was_ready = c->state == CHILD_READY, killed = WIFSIGNALED(status);
	bus_close(&c->link);
	attempt_died(c->attempt);
	c->pid = 0;
	c->state = CHILD_DOWN;
	if (k->stopping)
		return;
	if (c->told_stop) {
		log_info("a role ended as it was told", "role", c->text);
		timer_set(c->restart, 0, 0);
		return;
	}
	c->last_signal = killed ? WTERMSIG(status) : 0;
	c->last_status = killed ? 0 : WEXITSTATUS(status);
	log_error("a role died", "role", c->text, killed ? "signal" : "status", log_u64((uint64_t)(killed ? c->last_signal : c->last_status)));
	told_add(&k->told, c->text, killed ? STR("died and was started again") : STR("ended by itself and was started again; the log has its last words"), 1,
		clock_wall_at());
	/* killed from outside while it worked is no sign of a fault of its own */
	bool own_fault = c->at_fault || !was_ready || !killed || c->last_signal != SIGKILL;
	if (own_fault && breaks_too_often(c, clock_monotonic_us())) {
		c->state = CHILD_BROKEN;
		log_error("a role stays down: it died three times within a minute and got nothing done", "role", c->text);
		told_add(&k->told, c->text, STR("stays down: it died three times within a minute and got nothing done; mend the cause, then reload"), 1,
			clock_wall_at());
		tell_ears(k);
		if (!k->told_ready)
			loop_stop(k->loop);
	} else {
		timer_set(c->restart, BACKOFF_US, 0);
	}
	keeper_changed(k);
}

static enum err child_init(struct keeper *k, enum role_name name, unsigned number, struct why *why)
{
	struct child *c = &k->children[k->child_count++];
	*c = (struct child){ .keeper = k, .name = name, .number = number, .attempt_fd = -1 };
	(void)snprintf(c->text, sizeof(c->text), number ? "%s.%u" : "%s", role_words[name], number);
	enum err e = attempt_create(&c->attempt_fd, &c->attempt, why);
	if (e == OK)
		e = figures_create(&c->figures_fd, &c->figures_reader_fd, why);
	return e ? e : timer_new(k->loop, on_restart, c, &c->restart);
}

enum err children_init(struct keeper *k, struct why *why)
{
	enum err e = figures_create(&k->figures_fd, &k->figures_reader_fd, why);
	if (e == OK)
		e = figures_write_to(k->figures_fd, "keeper", &k->figures, why);
	for (int i = 0; e == OK && i < ROLE_COUNT; i++)
		for (unsigned n = 0; e == OK && n < (i == ROLE_JUDGE ? k->config->all.judges : 1); n++)
			e = child_init(k, (enum role_name)i, n, why);
	return e;
}

void children_start(struct keeper *k)
{
	for (unsigned i = 0; i < k->child_count; i++)
		if (!k->children[i].number)
			child_start(&k->children[i]);
}
