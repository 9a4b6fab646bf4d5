/*
 * The child of the hand that may run nft, and nothing else: it alone has CAP_NET_ADMIN and may execute that one path.
 *
 * A frame's body goes to `nft -t -f -` (-t: a listing leaves out what sets hold); what it prints and its exit status come back under the frame's index. One at a time.
 * Its landlock knows nft and the loader as they were at the start: when an upgrade put others there the role ends, and is started with fences that know these.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "aupd/figures.h"
#include "base/json.h"
#include "base/net.h"
#include "base/point.h"

enum { OUTPUT_MAX = 16 << 10, RUN_MS = 20000, EXIT_FENCED = 126, EXIT_MISSING = 127 };

struct nft_role {
	struct role *role;
	struct bus hand;
	bool has_hand;
	const char *path;
};

static void child(const char *path, int in, int out)
{
	char *const argv[] = { (char *)(uintptr_t)"nft", (char *)(uintptr_t)"-t", (char *)(uintptr_t)"-f", (char *)(uintptr_t)"-", NULL }, *const envp[] = { (char *)(uintptr_t)"LC_ALL=C", NULL };
	if (dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(out, 2) < 0)
		_exit(EXIT_MISSING);
	(void)execve(path, argv, envp);
	_exit(errno == EACCES ? EXIT_FENCED : EXIT_MISSING);
}

/* The output as far as there is room; not whole when the program said nothing for too long. */
static size_t collect(int fd, char *out, size_t room, bool *ret_whole)
{
	size_t n = 0;
	struct pollfd p = { fd, POLLIN, 0 };
	*ret_whole = false;
	while (!*ret_whole && poll(&p, 1, RUN_MS) == 1) {
		char window[4096];
		ssize_t got = read(fd, window, sizeof(window));
		size_t keep = got < 0 ? 0 : (size_t)got < room - n ? (size_t)got : room - n;
		memcpy(out + n, window, keep);
		n += keep;
		*ret_whole = got <= 0;
	}
	return n;
}

static int run_nft(const char *path, struct str commands, char *out, size_t room, size_t *ret_len)
{
	int to[2], from[2], status = 0;
	*ret_len = 0;
	if (pipe2(to, O_CLOEXEC) != 0)
		return -1;
	if (pipe2(from, O_CLOEXEC) != 0) {
		net_close(to[0]);
		net_close(to[1]);
		return -1;
	}
	pid_t pid = fork();
	if (pid == 0)
		child(path, to[0], from[1]);
	net_close(to[0]);
	net_close(from[1]);
	/* at most a few lines: they fit the pipe */
	bool whole = false, fed = pid > 0 && write(to[1], commands.ptr, commands.len) == (ssize_t)commands.len;
	net_close(to[1]);
	if (pid > 0) {
		*ret_len = collect(from[0], out, room, &whole);
		if (!fed || !whole)
			(void)kill(pid, SIGKILL);
		if (waitpid(pid, &status, 0) != pid)
			status = -1;
	}
	net_close(from[0]);
	return pid > 0 && fed && whole && WIFEXITED(status) && WEXITSTATUS(status) != EXIT_MISSING ? WEXITSTATUS(status) : -1;
}

static void on_frame(void *arg, const struct frame *f, const int *take_fds, unsigned fd_count)
{
	struct nft_role *n = arg;
	static char out[OUTPUT_MAX];
	size_t len;
	for (unsigned i = 0; i < fd_count; i++)
		net_close(take_fds[i]);
	if (f->type != FRAME_ACT)
		return;
	int status = run_nft(n->path, f->body, out, sizeof(out), &len);
	POINT("nft.ran");
	ometric_add(&n->role->figures, NFT_RUNS, 0, 1);
	if (status == EXIT_FENCED) {
		log_warn("nft is not the one that this role may run: it begins anew");
		exit(1);
	}
	struct frame r = { .type = FRAME_RESULT, .at = f->at, .flags = (uint16_t)(status + 1), .body = { out, len } };
	if (status < 0)
		r.body = STR("nft cannot be run: is it installed, and may this role run it?");
	if (bus_send(&n->hand, &r, NULL, 0) != OK)
		log_warn("cannot answer the hand");
}

static void on_ready(void *arg)
{
	(void)arg;
}

static void on_closed(void *arg, enum err e)
{
	struct nft_role *n = arg;
	bus_close(&n->hand);
	role_link_ended(n->role, "hand", e);
	n->has_hand = false;
}

static enum err nft_start(struct role *r, struct why *why)
{
	struct nft_role *n = calloc(1, sizeof(*n));
	if (!n)
		return why_set(why, ERR_NOMEM, "no memory");
	n->role = r;
	n->path = str_c(r->arena, r->share.nft_path);
	POINT("nft.starting");
	r->state = n;
	return OK;
}

static void nothing(struct role *r)
{
	(void)r;
}

static void nft_link(struct role *r, struct str name, int take_fd)
{
	static const struct bus_handler handler = { on_frame, on_ready, on_closed };
	struct nft_role *n = r->state;
	struct bus_options o = { .take_fd = take_fd, .handler = &handler, .arg = n };
	(void)name;
	if (n->has_hand)
		bus_close(&n->hand);
	n->has_hand = bus_open(r->loop, &bus_pipe, &o, &n->hand) == OK;
}

const struct role_ops nft_ops = { nft_start, nothing, nft_link, nothing, nothing };
