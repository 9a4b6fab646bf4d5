/*
 * An SMTP and an LMTP session over any bytes: it ends, it answers each message once and only when the sink said so, what it
 * hands on is no longer than was agreed, and nothing that follows a message's end is taken into it.
 */
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/net.h"
#include "fuzz.h"
#include "intake/smtp.h"

enum { MESSAGE_MAX = 1024, PENDING_MAX = 64, ANSWER_MAX = 1 << 20 };

static struct { sink_done_fn *done; void *arg; } pending[PENDING_MAX];
static unsigned pending_count, taken;
static uint64_t number;

static enum err put(void *state, const struct sink_item *item, sink_done_fn *done, void *arg)
{
	(void)state;
	MUST(item->payload.len <= MESSAGE_MAX && item->meta.len <= ITEM_META_MAX && item->item_class == CLASS_COMPLAINT);
	if (pending_count == PENDING_MAX)
		return ERR_FULL;
	pending[pending_count].done = done;
	pending[pending_count++].arg = arg;
	return OK;
}

static bool refuses(void *state, enum item_class item_class)
{
	(void)state;
	(void)item_class;
	return pending_count == PENDING_MAX;
}

/* The group sync: every third message meets a full disk. */
static void sync_all(void *arg)
{
	(void)arg;
	for (unsigned i = 0; i < pending_count; i++) {
		struct position at = { 1, ++number, 0 };
		taken += number % 3 != 0;
		pending[i].done(pending[i].arg, number % 3 ? OK : ERR_FULL, &at);
	}
	pending_count = 0;
}

static void session(struct str text, bool lmtp)
{
	struct loop *l = loop_new();
	struct smtp *s;
	struct why why = { 0 };
	int listen_fd, fd;
	char path[64], answer[4096];
	size_t n, at = 0, got = 0;
	(void)snprintf(path, sizeof(path), "/tmp/fuzz-smtp.%ld", (long)getpid());
	(void)unlink(path);
	MUST(l && net_listen(str_of(path), 1, 0600, &listen_fd, &why) == OK && net_connect(str_of(path), &fd, &why) == OK);
	struct smtp_options o = { .listen_fd = listen_fd, .lmtp = lmtp, .name = "fuzz.invalid", .message_bytes = MESSAGE_MAX, .sink = { NULL, put, refuses } };
	MUST(smtp_open(l, &o, &s, &why) == OK && loop_after(l, sync_all, NULL) == OK);
	for (;;) {
		if (at < text.len && net_write(fd, str_sub(text, at, text.len), &n) == OK)
			at += n;
		if (at == text.len)
			(void)shutdown(fd, SHUT_WR);
		MUST(loop_turn(l, false) == OK);
		enum err e = net_read(fd, answer, sizeof(answer), &n);
		if (e != OK && e != ERR_AGAIN)
			break;
		if (e == OK && !n)
			break;
		got += e == OK ? n : 0;
		MUST(got < ANSWER_MAX);
	}
	sync_all(NULL);
	net_close(fd);
	smtp_close(s);
	net_close(listen_fd);
	for (int i = 0; i < 4; i++)
		MUST(loop_turn(l, false) == OK);
	loop_free(l);
	(void)unlink(path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	session(FUZZ_TEXT(data, len), false);
	session(FUZZ_TEXT(data, len), true);
	return 0;
}
