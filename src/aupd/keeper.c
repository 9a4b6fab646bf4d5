/*
 * The keeper. See keeper.h.
 *
 * It never reads a byte from the network: sockets are opened here and handed over. A role that dies is started again after
 * a back-off; one that dies BREAKS_MAX times within a minute without getting ready stays down alone, loudly. A link
 * between two roles is a fresh socket pair each time one of them is started.
 */
#include "aupd/keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "aupd/role.h"
#include "aupd/sandbox.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/net.h"
#include "base/seal.h"
#include "base/time.h"

enum { BREAKS_MAX = 3, BACKOFF_US = 200000, STOP_US = 10000000, STATE_BYTES_MAX = 4 << 20 };
enum child_state { CHILD_DOWN, CHILD_STARTING, CHILD_READY, CHILD_BROKEN };
static const char *const child_state_words[] = { "down", "starting", "ready", "broken" };

struct child {
	struct keeper *keeper;
	enum role_name name;
	enum child_state state;
	pid_t pid;
	struct bus link;
	struct timer *restart;
	int64_t deaths_at[BREAKS_MAX];
	unsigned starts;
	char status[4096];
};

struct keeper {
	struct loop *loop;
	struct config *config;
	const char *config_path, *self;
	uint64_t incarnation;
	int data_fd, spool_fd, sealed_fd, hand_fd, run_fd, clock_fd, api_fd;
	int listen_fds[CONFIG_LISTEN_MAX];
	struct child children[ROLE_COUNT];
	bool in_service, stopping, told_ready;
	struct timer *stop_timer;
};

/* Which roles have a link between them. */
static const enum role_name links[][2] = { { ROLE_EAR, ROLE_JUDGE }, { ROLE_DESK, ROLE_JUDGE }, { ROLE_JUDGE, ROLE_HAND }, { ROLE_HAND, ROLE_NFT },
	{ ROLE_JUDGE, ROLE_SIGNER } };

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
	jsonw_str(&w, "enforcement", k->config->all.enforce ? STR("on") : STR("observe"));
	jsonw_array(&w, "roles");
	for (int i = 0; i < ROLE_COUNT; i++) {
		struct child *c = &k->children[i];
		jsonw_object(&w, NULL);
		jsonw_str(&w, "role", str_of(role_words[i]));
		jsonw_str(&w, "state", str_of(child_state_words[c->state]));
		jsonw_int(&w, "pid", c->pid);
		jsonw_int(&w, "starts", c->starts);
		jsonw_end(&w, '}');
	}
	jsonw_end(&w, ']');
	jsonw_end(&w, '}');
	buf_putc(&b, '\n');
	struct why why;
	if (b.err || file_replace(k->run_fd, "state.json", buf_str(&b), 0644, &why) != OK)
		log_warn("cannot write the state file");
	buf_done(&b);
}

static void send_control(struct child *c, struct str body, int fd)
{
	struct frame f = { .type = FRAME_CONTROL, .incarnation = c->keeper->incarnation, .now = clock_wall_at(), .body = body };
	if (c->link.driver && bus_send(&c->link, &f, fd >= 0 ? &fd : NULL, fd >= 0) != OK)
		log_warn("cannot speak to a role", "role", role_words[c->name]);
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
static struct share share_of(const struct keeper *k, enum role_name name)
{
	const struct share *a = &k->config->all;
	struct share s = { .incarnation = k->incarnation, .log_level = a->log_level, .log_form = a->log_form, .testing = a->testing };
	if (name == ROLE_EAR || name == ROLE_JUDGE || name == ROLE_HAND) {
		s.provider = a->provider;
		s.mail_domain = a->mail_domain;
		s.mail_local = a->mail_local;
		s.contact = a->contact;
	}
	if (name == ROLE_EAR) {
		s.listens = a->listens;
		s.listen_count = a->listen_count;
		s.spool_bytes = a->spool_bytes;
		s.message_bytes = a->message_bytes;
		s.api_keys = a->api_keys;
		s.api_key_count = a->api_key_count;
		s.officer_key = a->officer_key;
	}
	if (name == ROLE_JUDGE || name == ROLE_DESK) {
		s.store = a->store;
		s.enforce = a->enforce;
		s.operators = a->operators;
		s.operator_count = a->operator_count;
	}
	if (name == ROLE_HAND) {
		s.smarthost = a->smarthost;
		s.nft_table = a->nft_table;
		s.protect = a->protect;
		s.protect_count = a->protect_count;
		s.webhook_allow = a->webhook_allow;
		s.webhook_allow_count = a->webhook_allow_count;
		s.webhook_secret = a->webhook_secret;
		s.suspensions_per_hour = a->suspensions_per_hour;
	}
	if (name == ROLE_NFT) {
		s.nft_path = a->nft_path;
		s.nft_table = a->nft_table;
	}
	return s;
}

static void hand_over(struct keeper *k, struct child *c)
{
	char name[32];
	if (k->config->all.testing)
		send_fd(c, "fd", "clock", k->clock_fd);
	switch (c->name) {
	case ROLE_EAR:
		send_fd(c, "fd", "spool", k->spool_fd);
		send_fd(c, "fd", "sealed", k->sealed_fd);
		for (unsigned i = 0; i < k->config->all.listen_count; i++) {
			(void)snprintf(name, sizeof(name), "listen.%u", i);
			send_fd(c, "fd", name, k->listen_fds[i]);
		}
		break;
	case ROLE_JUDGE:
		send_fd(c, "fd", "data", k->data_fd);
		send_fd(c, "fd", "spool", k->spool_fd);
		break;
	case ROLE_DESK:
		send_fd(c, "fd", "data", k->data_fd);
		send_fd(c, "fd", "api", k->api_fd);
		break;
	case ROLE_HAND:
		send_fd(c, "fd", "hand", k->hand_fd);
		break;
	case ROLE_SIGNER: case ROLE_NFT: case ROLE_COUNT:
		break;
	}
}

static void send_start(struct keeper *k, struct child *c)
{
	struct share s = share_of(k, c->name);
	struct buf b;
	struct jsonw w;
	buf_init(&b, STATE_BYTES_MAX);
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

/* Fresh socket pairs between this role and those that live. */
static void make_links(struct keeper *k, const struct child *c)
{
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
		int fds[2];
		struct child *a = &k->children[links[i][0]], *b = &k->children[links[i][1]];
		if ((a != c && b != c) || a->state != CHILD_READY || b->state != CHILD_READY || net_pair(fds) != OK)
			continue;
		send_fd(a, "link", role_words[b->name], fds[0]);
		send_fd(b, "link", role_words[a->name], fds[1]);
		net_close(fds[0]);
		net_close(fds[1]);
	}
}

static void maybe_ready(struct keeper *k)
{
	for (int i = 0; i < ROLE_COUNT; i++)
		if (k->children[i].state != CHILD_READY && k->children[i].state != CHILD_BROKEN)
			return;
	if (!k->told_ready) {
		log_info("ready");
		tell_systemd("READY=1");
	}
	k->told_ready = true;
}

static void clock_moved(struct keeper *k)
{
	write_state(k);
	for (int i = 0; i < ROLE_COUNT; i++)
		if (k->children[i].state == CHILD_READY)
			send_control(&k->children[i], STR("{\"op\":\"clock\"}"), -1);
}

static void on_frame(void *arg, const struct frame *f, const int *take_fds, unsigned fd_count)
{
	struct child *c = arg;
	for (unsigned i = 0; i < fd_count; i++)
		net_close(take_fds[i]);
	if (str_find(f->body, STR("\"op\":\"ready\"")) != SIZE_MAX) {
		c->state = CHILD_READY;
		log_info("role ready", "role", role_words[c->name]);
		make_links(c->keeper, c);
		write_state(c->keeper);
		maybe_ready(c->keeper);
	} else if (str_find(f->body, STR("\"op\":\"clock\"")) != SIZE_MAX) {
		clock_moved(c->keeper);
	}
}

static void on_ready(void *arg)
{
	(void)arg;
}

static void on_closed(void *arg, enum err e)
{
	struct child *c = arg;
	if (e != ERR_PEER) {
		log_error("a role sent a bad frame and is ended", "role", role_words[c->name]);
		(void)kill(c->pid, SIGKILL);
	}
}

static void child_exec(struct keeper *k, enum role_name name, int link_fd)
{
	struct why why;
	char *const argv[] = { (char *)(uintptr_t)"aupd", (char *)(uintptr_t)"--role", (char *)(uintptr_t)role_words[name], NULL };
	if (link_fd != ROLE_LINK_FD && dup2(link_fd, ROLE_LINK_FD) < 0)
		_exit(1);
	if (link_fd == ROLE_LINK_FD)
		(void)fcntl(ROLE_LINK_FD, F_SETFD, 0);
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)setpgid(0, 0);
	if (sandbox_become(k->config->user, name, &why) != OK)
		_exit(1);
	(void)execv(k->self, argv);
	_exit(1);
}

static void child_start(struct child *c)
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
	c->starts++;
	struct bus_options options = { .take_fd = fds[0], .handler = &handler, .arg = c };
	if (bus_open(k->loop, &bus_pipe, &options, &c->link) != OK) {
		(void)kill(pid, SIGKILL);
		return;
	}
	hand_over(k, c);
	send_start(k, c);
}

static void on_restart(void *arg)
{
	child_start(arg);
}

static bool breaks_too_often(struct child *c, int64_t now)
{
	for (int i = 0; i < BREAKS_MAX - 1; i++)
		c->deaths_at[i] = c->deaths_at[i + 1];
	c->deaths_at[BREAKS_MAX - 1] = now;
	return c->deaths_at[0] && now - c->deaths_at[0] < 60 * INT64_C(1000000);
}

static void child_died(struct child *c, int status)
{
	struct keeper *k = c->keeper;
	bool was_ready = c->state == CHILD_READY;
	bus_close(&c->link);
	c->pid = 0;
	c->state = CHILD_DOWN;
	if (k->stopping)
		return;
	log_error("a role died", "role", role_words[c->name], WIFSIGNALED(status) ? "signal" : "status",
		log_u64((uint64_t)(WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status))));
	/* killed from outside while it worked is no sign of a fault of its own */
	bool asked = WIFEXITED(status) && WEXITSTATUS(status) == 0;
	bool own_fault = !asked && (!was_ready || !(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL));
	if (own_fault && breaks_too_often(c, clock_monotonic_us())) {
		c->state = CHILD_BROKEN;
		log_error("a role stays down: it died three times within a minute", "role", role_words[c->name]);
		if (!k->told_ready)
			loop_stop(k->loop);
	} else {
		timer_set(c->restart, BACKOFF_US, 0);
	}
	write_state(k);
}

static void reap(struct keeper *k)
{
	int status;
	pid_t pid;
	bool any = false;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (int i = 0; i < ROLE_COUNT; i++)
			if (k->children[i].pid == pid)
				child_died(&k->children[i], status);
	for (int i = 0; i < ROLE_COUNT; i++)
		any |= k->children[i].pid != 0;
	if (k->stopping && !any)
		loop_stop(k->loop);
}

static void on_stop_timer(void *arg)
{
	struct keeper *k = arg;
	for (int i = 0; i < ROLE_COUNT; i++)
		if (k->children[i].pid)
			(void)kill(k->children[i].pid, SIGKILL);
}

static void stop(struct keeper *k)
{
	if (k->stopping)
		return;
	k->stopping = true;
	tell_systemd("STOPPING=1");
	for (int i = 0; i < ROLE_COUNT; i++)
		if (k->children[i].pid)
			send_control(&k->children[i], STR("{\"op\":\"stop\"}"), -1);
	timer_set(k->stop_timer, STOP_US, 0);
	reap(k);
}

/* A new configuration is checked before anything is touched; roles that it concerns are started anew. */
static void reload(struct keeper *k)
{
	struct config *fresh;
	struct why why;
	char line[700];
	if (config_read_service(k->config_path, k->in_service, &fresh, &why) != OK) {
		why_print(&why, line, sizeof(line));
		log_error("the new configuration is wrong; the old one stays", "why", line);
		return;
	}
	if (fresh->all.listen_count != k->config->all.listen_count || strcmp(fresh->data_dir, k->config->data_dir) != 0) {
		log_error("listeners and directories change only with a restart; the old configuration stays");
		config_free(fresh);
		return;
	}
	config_free(k->config);
	k->config = fresh;
	log_info("configuration reloaded");
	for (int i = 0; i < ROLE_COUNT; i++)
		if (k->children[i].state == CHILD_READY)
			send_control(&k->children[i], STR("{\"op\":\"stop\"}"), -1);
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

static enum err open_dir(int at, const char *path, unsigned mode, int *ret_fd, struct why *why)
{
	enum err e = file_mkdir(at, path, mode, why);
	return e ? e : file_open(at, path, O_RDONLY | O_DIRECTORY, 0, ret_fd, why);
}

/* A test clock never goes back: after a restart it stands where the state file left it. */
static int64_t test_time(struct keeper *k)
{
	struct arena *a = arena_new("state", STATE_BYTES_MAX);
	struct json *root;
	struct str text;
	int64_t now = clock_wall_at(), then;
	if (a && file_read_all(a, k->run_fd, "state.json", STATE_BYTES_MAX / 2, &text, NULL) == OK && json_read(a, text, &root, NULL) == OK &&
		time_parse(json_text(root, "time"), &then) == OK && then > now)
		now = then;
	arena_free(a);
	return now;
}

static enum err open_all(struct keeper *k, struct why *why)
{
	const struct config *c = k->config;
	enum err e = open_dir(AT_FDCWD, c->run_dir, 0755, &k->run_fd, why);
	if (e == OK)
		e = open_dir(AT_FDCWD, c->data_dir, 0700, &k->data_fd, why);
	if (e == OK)
		e = open_dir(k->data_fd, "spool", 0700, &k->spool_fd, why);
	if (e == OK)
		e = open_dir(k->data_fd, "sealed", 0700, &k->sealed_fd, why);
	if (e == OK)
		e = open_dir(k->data_fd, "hand", 0700, &k->hand_fd, why);
	if (e == OK)
		e = net_listen(c->api, 64, 0666, &k->api_fd, why);
	for (unsigned i = 0; e == OK && i < c->all.listen_count; i++)
		e = net_listen(c->all.listens[i].address, 256, 0666, &k->listen_fds[i], why);
	if (e == OK && c->all.testing) {
		e = clock_test_create(test_time(k), &k->clock_fd, why);
		if (e == OK)
			e = clock_test_use(k->clock_fd, why);
	}
	return e;
}

static enum err run(struct keeper *k, struct why *why)
{
	enum err e = open_all(k, why);
	static const int signals[] = { SIGCHLD, SIGTERM, SIGINT, SIGHUP };
	for (size_t i = 0; e == OK && i < sizeof(signals) / sizeof(signals[0]); i++)
		e = loop_signal(k->loop, signals[i], on_signal, k);
	if (e == OK)
		e = timer_new(k->loop, on_stop_timer, k, &k->stop_timer);
	for (int i = 0; e == OK && i < ROLE_COUNT; i++) {
		k->children[i] = (struct child){ .keeper = k, .name = (enum role_name)i };
		e = timer_new(k->loop, on_restart, &k->children[i], &k->children[i].restart);
	}
	if (e)
		return e;
	for (int i = 0; i < ROLE_COUNT; i++)
		child_start(&k->children[i]);
	return loop_run(k->loop);
}

int keeper_main(const char *config_path, const char *self, bool in_service)
{
	struct keeper k = { .config_path = config_path, .self = self, .in_service = in_service, .data_fd = -1, .spool_fd = -1, .sealed_fd = -1, .hand_fd = -1, .run_fd = -1, .clock_fd = -1,
		.api_fd = -1, .loop = loop_new() };
	struct why why = { .line = 0 };
	struct buf told;
	log_start("aupd", LOG_INFO, LOG_PLAIN);
	(void)signal(SIGPIPE, SIG_IGN);
	enum err e = k.loop && seal_start() == OK ? config_read_service(config_path, in_service, &k.config, &why) : ERR_NOMEM;
	if (e == OK) {
		log_start("aupd", (enum log_level)k.config->all.log_level, (enum log_form)k.config->all.log_form);
		random_bytes(&k.incarnation, sizeof(k.incarnation));
		k.incarnation >>= 2;
		e = run(&k, &why);
	}
	if (e) {
		buf_init(&told, 1 << 16);
		config_explain(config_path, &why, &told);
		(void)fprintf(stderr, "aupd: %.*s", STR_ARG(buf_str(&told)));
		buf_done(&told);
	}
	bool clean = e == OK && k.stopping;
	for (int i = 0; i < ROLE_COUNT; i++)
		if (k.children[i].pid)
			(void)kill(k.children[i].pid, SIGKILL);
	return clean ? 0 : 1;
}
