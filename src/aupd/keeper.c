/*
 * The keeper. See keeper.h.
 *
 * It never reads a byte from the network: sockets are opened here and handed over. Its children are in child.c; here are the
 * configuration, the state file, the words to systemd and the signals. A new configuration is checked before anything is
 * touched; only the roles that it concerns are started anew.
 */
#include "aupd/keeper.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "aupd/child.h"
#include "aupd/ledger_key.h"
#include "aupd/sandbox.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/net.h"
#include "base/point.h"
#include "base/seal.h"
#include "base/time.h"
#include "format/maps.h"

enum { STOP_US = 10000000, STATE_BYTES_MAX = 4 << 20, TELL_BYTES_MAX = 1024, SHARES_BYTES_MAX = 16 << 20 };

static void tell_systemd(const char *text)
{
	const char *path = getenv("NOTIFY_SOCKET");
	if (path && net_notify(path, str_of(text)) != OK)
		log_warn("cannot tell systemd");
}

static void write_state(struct keeper *k)
{
	struct buf b;
	struct jsonw w;
	buf_init(&b, STATE_BYTES_MAX);
	jsonw_init(&w, &b);
	jsonw_object(&w, NULL);
	jsonw_str(&w, "version", STR(AUPD_VERSION));
	jsonw_int(&w, "pid", getpid());
	jsonw_time(&w, "time", clock_wall_at());
	jsonw_str(&w, "enforcement", k->enforce ? STR("on") : STR("observe"));
	jsonw_array(&w, "roles");
	for (unsigned i = 0; i < k->child_count; i++) {
		const struct child *c = &k->children[i];
		jsonw_object(&w, NULL);
		jsonw_str(&w, "role", str_of(c->text));
		jsonw_str(&w, "state", str_of(child_state_words[c->state]));
		jsonw_int(&w, "pid", c->pid);
		jsonw_int(&w, "starts", c->starts);
		if (c->last_signal)
			jsonw_int(&w, "last_signal", c->last_signal);
		if (c->last_status)
			jsonw_int(&w, "last_status", c->last_status);
		jsonw_end(&w, '}');
	}
	jsonw_end(&w, ']');
	told_write(&k->told, &w);
	jsonw_bool(&w, "stopped", k->stopping);
	jsonw_end(&w, '}');
	buf_putc(&b, '\n');
	struct why why;
	if (b.err || file_replace(k->run_fd, "state.json", buf_str(&b), 0644, &why) != OK)
		log_warn("cannot write the state file");
	buf_done(&b);
}

/* Each role is there, and has what leads to the others: before, the desk would say that the judge is away. */
static void maybe_ready(struct keeper *k)
{
	for (unsigned i = 0; i < k->child_count; i++) {
		const struct child *c = &k->children[i];
		if ((c->state != CHILD_READY && c->state != CHILD_BROKEN) || c->told_stop || (c->state == CHILD_READY && c->untaken))
			return;
	}
	if (!k->told_ready) {
		log_info("ready");
		tell_systemd("READY=1");
	}
	k->told_ready = true;
}

static void show_figures(struct keeper *k)
{
	int64_t ready[ROLE_COUNT] = { 0 }, broken[ROLE_COUNT] = { 0 };
	for (unsigned i = 0; i < k->child_count; i++) {
		ready[k->children[i].name] += k->children[i].state == CHILD_READY;
		broken[k->children[i].name] += k->children[i].state == CHILD_BROKEN;
	}
	for (unsigned i = 0; i < ROLE_COUNT; i++) {
		ometric_set(&k->figures, KEEPER_READY, i, ready[i]);
		ometric_set(&k->figures, KEEPER_BROKEN, i, broken[i]);
	}
}

void keeper_changed(struct keeper *k)
{
	show_figures(k);
	write_state(k);
	maybe_ready(k);
}

static void reap(struct keeper *k)
{
	int status;
	pid_t pid;
	bool any = false;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (unsigned i = 0; i < k->child_count; i++)
			if (k->children[i].pid == pid)
				child_died(&k->children[i], status);
	for (unsigned i = 0; i < k->child_count; i++)
		any |= k->children[i].pid != 0;
	if (k->stopping && !any)
		loop_stop(k->loop);
}

static void on_stop_timer(void *arg)
{
	struct keeper *k = arg;
	for (unsigned i = 0; i < k->child_count; i++)
		if (k->children[i].pid && (k->stopping || k->children[i].told_stop))
			(void)kill(k->children[i].pid, SIGKILL);
}

static void stop(struct keeper *k)
{
	if (k->stopping)
		return;
	k->stopping = true;
	write_state(k);
	tell_systemd("STOPPING=1");
	for (unsigned i = 0; i < k->child_count; i++)
		child_stop(&k->children[i]);
	timer_set(k->stop_timer, STOP_US, 0);
	reap(k);
}

/* What only a restart can change, because it is open already. */
static const char *unchangeable(const struct config *old, const struct config *fresh)
{
	bool listens = old->all.listen_count == fresh->all.listen_count;
	for (unsigned i = 0; listens && i < old->all.listen_count; i++)
		listens = old->all.listens[i].kind == fresh->all.listens[i].kind && str_eq(old->all.listens[i].address, fresh->all.listens[i].address);
	listens &= old->all.web_listen_count == fresh->all.web_listen_count;
	for (unsigned i = 0; listens && i < old->all.web_listen_count; i++)
		listens = str_eq(old->all.web_listens[i].address, fresh->all.web_listens[i].address);
	listens &= old->all.radius_listen_count == fresh->all.radius_listen_count;
	for (unsigned i = 0; listens && i < old->all.radius_listen_count; i++)
		listens = str_eq(old->all.radius_listens[i], fresh->all.radius_listens[i]);
	listens &= old->all.nat_listen_count == fresh->all.nat_listen_count;
	for (unsigned i = 0; listens && i < old->all.nat_listen_count; i++)
		listens = str_eq(old->all.nat_listens[i], fresh->all.nat_listens[i]);
	if (!listens || !str_eq(old->api, fresh->api))
		return "listen and api";
	if (strcmp(old->data_dir, fresh->data_dir) != 0 || strcmp(old->run_dir, fresh->run_dir) != 0)
		return "data and run";
	if (old->all.judges != fresh->all.judges)
		return "judges";
	return old->all.testing != fresh->all.testing ? "testing" : NULL;
}

static void restart_concerned(struct keeper *k, const struct config *old)
{
	struct arena *a = arena_new("shares", SHARES_BYTES_MAX);
	for (unsigned i = 0; i < k->child_count; i++, a ? arena_reset(a) : (void)0) {
		struct child *c = &k->children[i];
		struct str before, after;
		child_mend(c);
		if (!a || child_share(c, old, a, &before) != OK || child_share(c, k->config, a, &after) != OK || !str_eq(before, after))
			child_stop(c);
	}
	arena_free(a);
	timer_set(k->stop_timer, STOP_US, 0);
}

enum err keeper_config(const char *path, bool in_service, struct config **ret_config, struct why *why)
{
	const struct maps *maps;
	struct config *c;
	enum err e = config_read_service(path, in_service, &c, why);
	if (e)
		return e;
	e = maps_read(c->arena, c->all.maps, c->all.map_count, &maps, why);
	if (e)
		config_free(c);
	else
		*ret_config = c;
	return e;
}

static void tell_reloading(void)
{
	char text[TELL_BYTES_MAX];
	(void)snprintf(text, sizeof(text), "RELOADING=1\nMONOTONIC_USEC=%lld", (long long)clock_system_us());
	tell_systemd(text);
}

static void reload(struct keeper *k)
{
	struct config *fresh;
	struct why why = { .line = 0 };
	char line[700], text[TELL_BYTES_MAX];
	tell_reloading();
	k->told_ready = false;
	enum err e = keeper_config(k->config_path, k->in_service, &fresh, &why);
	const char *fixed = e == OK ? unchangeable(k->config, fresh) : NULL;
	if (e == OK && !fixed && (e = ledger_key_open(fresh, k->signer_fd, k->data_fd, &why)) != OK)
		config_free(fresh);
	if (fixed) {
		config_free(fresh);
		e = why_set(&why, ERR_UNSUPPORTED, "%s change only with a restart", fixed);
	}
	if (e) {
		why_print(&why, line, sizeof(line));
		log_error("the new configuration is not taken; the old one stays", "why", line);
		(void)snprintf(text, sizeof(text), "STATUS=the new configuration is not taken; the old one stays: %s", line);
		tell_systemd(text);
	} else {
		struct config *old = k->config;
		k->config = fresh;
		log_start("aupd", (enum log_level)fresh->all.log_level, (enum log_form)fresh->all.log_form);
		log_info("configuration reloaded");
		tell_systemd("STATUS=");
		restart_concerned(k, old);
		config_free(old);
	}
	maybe_ready(k);
}

static void on_signal(void *arg, int signum)
{
	struct keeper *k = arg;
	if (signum == SIGCHLD)
		reap(k);
	else if (signum == SIGHUP)
		reload(k);
	else
		stop(k);
}

/* What the last state file says: whether that daemon was stopped; and where a test clock goes on, for it never goes back. */
static int64_t read_state(struct keeper *k)
{
	struct arena *a = arena_new("state", STATE_BYTES_MAX);
	struct json *root;
	struct str text;
	int64_t now = clock_wall_at(), then;
	if (a && file_read_all(a, k->run_fd, "state.json", STATE_BYTES_MAX / 2, &text, NULL) == OK && json_read(a, text, &root, NULL) == OK) {
		if (!json_flag(root, "stopped", true)) {
			log_warn("the daemon was ended before without being stopped; what it had in hand is read again");
			told_add(&k->told, "aupd", STR("was ended without being stopped before this start; what it had in hand was read again"), 1, now);
		}
		if (k->config->all.testing && time_parse(json_text(root, "time"), &then) == OK && then > now)
			now = then;
	}
	arena_free(a);
	return now;
}

/* When roles run as users of their own, each gets its directories; the desk reads the judge's store, the judge the ear's spool. */
static enum err give_all(const struct keeper *k, struct why *why)
{
	const struct { int fd; enum role_name owner, reader; } dirs[] = { { k->data_fd, ROLE_JUDGE, ROLE_DESK }, { k->spool_fd, ROLE_EAR, ROLE_JUDGE },
		{ k->sealed_fd, ROLE_EAR, ROLE_EAR }, { k->hand_fd, ROLE_HAND, ROLE_HAND },
		{ k->fetcher_fd, ROLE_FETCHER, ROLE_FETCHER } };
	enum err e = OK;
	for (size_t i = 0; e == OK && i < sizeof(dirs) / sizeof(dirs[0]); i++)
		e = sandbox_give(k->config->user, dirs[i].fd, dirs[i].owner, dirs[i].reader, why);
	return e;
}

static enum err open_all(struct keeper *k, struct why *why)
{
	const struct config *c = k->config;
	enum err e = file_open_dir(AT_FDCWD, c->run_dir, 0755, &k->run_fd, why);
	if (e == OK)
		e = file_open_dir(AT_FDCWD, c->data_dir, 0700, &k->data_fd, why);
	if (e == OK)
		e = file_open_dir(k->data_fd, "spool", 0700, &k->spool_fd, why);
	if (e == OK)
		e = file_open_dir(k->data_fd, "sealed", 0700, &k->sealed_fd, why);
	if (e == OK)
		e = file_open_dir(k->data_fd, "hand", 0700, &k->hand_fd, why);
	if (e == OK)
		e = file_open_dir(k->data_fd, "fetcher", 0700, &k->fetcher_fd, why);
	if (e == OK)
		e = file_open_dir(k->data_fd, "signer", 0700, &k->signer_fd, why);
	if (e == OK)
		e = ledger_key_open(k->config, k->signer_fd, k->data_fd, why);
	if (e == OK && k->in_service)
		e = sandbox_users(c->user, why);
	if (e == OK)
		e = give_all(k, why);
	if (e == OK)
		e = net_listen(c->api, 64, 0666, &k->api_fd, why);
	for (unsigned i = 0; e == OK && i < c->all.listen_count; i++)
		e = net_listen(c->all.listens[i].address, 256, 0666, &k->listen_fds[i], why);
	for (unsigned i = 0; e == OK && i < c->all.web_listen_count; i++)
		e = net_listen(c->all.web_listens[i].address, 256, 0600, &k->web_fds[i], why);
	for (unsigned i = 0; e == OK && i < c->all.radius_listen_count; i++)
		e = net_bind_udp(c->all.radius_listens[i], &k->radius_fds[i], why);
	for (unsigned i = 0; e == OK && i < c->all.nat_listen_count; i++)
		e = net_bind_udp(c->all.nat_listens[i], &k->nat_fds[i], why);
	int64_t now = e == OK ? read_state(k) : 0;
	if (e == OK && c->all.testing) {
		e = clock_test_create(now, &k->clock_fd, why);
		if (e == OK)
			e = clock_test_use(k->clock_fd, why);
	}
	return e;
}

/* Which fences this start cannot give; in service it does not come this far. */
static void tell_missing_fences(const struct keeper *k)
{
	struct why why;
	if (geteuid() != 0)
		log_warn("not started by root: all roles run as one user, kept apart by landlock and denied system calls alone");
	else if (sandbox_users(k->config->user, &why) != OK)
		log_warn("roles stay root, kept apart by landlock and denied system calls alone", "why", why.text);
}

static enum err run(struct keeper *k, struct why *why)
{
	enum err e = open_all(k, why);
	static const int signals[] = { SIGCHLD, SIGTERM, SIGINT, SIGHUP };
	for (size_t i = 0; e == OK && i < sizeof(signals) / sizeof(signals[0]); i++)
		e = loop_signal(k->loop, signals[i], on_signal, k);
	if (e == OK)
		e = timer_new(k->loop, on_stop_timer, k, &k->stop_timer);
	if (e == OK)
		e = children_init(k, why);
	if (e)
		return e;
	tell_missing_fences(k);
	children_start(k);
	return loop_run(k->loop);
}

int keeper_main(const char *config_path, const char *self, bool in_service)
{
	struct keeper k = { .config_path = config_path, .self = self, .in_service = in_service, .data_fd = -1, .spool_fd = -1, .sealed_fd = -1, .hand_fd = -1, .fetcher_fd = -1, .signer_fd = -1,
		.run_fd = -1, .clock_fd = -1, .api_fd = -1, .loop = loop_new() };
	struct why why = { .line = 0 };
	struct buf told;
	log_start("aupd", LOG_INFO, LOG_PLAIN);
	(void)signal(SIGPIPE, SIG_IGN);
	point_open();
	enum err e = k.loop && seal_start() == OK ? keeper_config(config_path, in_service, &k.config, &why) : ERR_NOMEM;
	if (e == OK) {
		log_start("aupd", (enum log_level)k.config->all.log_level, (enum log_form)k.config->all.log_form);
		random_bytes(&k.incarnation, sizeof(k.incarnation));
		k.incarnation >>= 2;
		k.enforce = k.config->all.enforce;
		e = run(&k, &why);
	}
	if (e) {
		buf_init(&told, 1 << 16);
		config_explain(config_path, &why, &told);
		(void)fprintf(stderr, "aupd: %.*s", STR_ARG(buf_str(&told)));
		buf_done(&told);
	}
	bool clean = e == OK && k.stopping;
	for (unsigned i = 0; i < k.child_count; i++)
		if (k.children[i].pid)
			(void)kill(k.children[i].pid, SIGKILL);
	config_free(k.config);
	return clean ? 0 : 1;
}
