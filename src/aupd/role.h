/*
 * What every role does alike: take its share and descriptors from the keeper, sandbox itself, run its loop.
 *
 * A role is the same binary, re-executed with --role NAME and the keeper's link as descriptor 3. The keeper sends control
 * frames {"op":"fd","name":N} with one descriptor each, then {"op":"start","share":{...}}; the role answers {"op":"ready"}
 * when its sandbox is up and its loop runs, and {"op":"told","text":T,"count":N} for what somebody should hear of. Later: "link" (a new peer link), "clock" (the test clock moved, or something is
 * due), "refuse" and "accept" (a judge stays down, is back), "stop".
 */
#ifndef AUPD_AUPD_ROLE_H
#define AUPD_AUPD_ROLE_H

#include "model/config.h"
#include "base/loop.h"
#include "base/ometric.h"
#include "bus/bus.h"

enum role_name { ROLE_EAR, ROLE_JUDGE, ROLE_DESK, ROLE_HAND, ROLE_SIGNER, ROLE_NFT, ROLE_FETCHER, ROLE_COUNT };
extern const char *const role_words[];

enum { ROLE_LINK_FD = 3, ROLE_FDS_MAX = 64 };

struct role_fd {
	struct str name;        /* "spool", "data", "listen.0", "judge"... */
	int fd;
};

struct role {
	enum role_name name;
	struct loop *loop;
	struct arena *arena;    /* configuration's lifetime */
	struct arena *scratch;  /* of a control frame */
	struct share share;
	struct bus keeper;
	struct ometrics figures;        /* see figures.h */
	struct role_fd fds[ROLE_FDS_MAX];
	unsigned fd_count;
	bool started;
	bool refuse;            /* what comes in is to be refused for now */
	const struct role_ops *ops;
	void *state;            /* the role's own */
};

struct role_ops {
	/* All descriptors and the share are there; the sandbox is not up yet. */
	enum err (*start)(struct role *r, struct why *why);
	/* The sandbox is up: begin to listen. */
	void (*run)(struct role *r);
	/* A link to another role was made anew. */
	void (*link)(struct role *r, struct str name, int take_fd);
	/* The test clock was moved. */
	void (*clock)(struct role *r);
	/* Wind down; the loop has stopped. */
	void (*stop)(struct role *r);
};

int role_fd(const struct role *r, const char *name);   /* -1 when it was not given */
int role_main(enum role_name name);
void role_send(struct role *r, const char *op);         /* to the keeper */
/* For `aup status`: a constant sentence that happened so many times. It is logged by the caller. */
void role_tell(struct role *r, const char *text, uint64_t count);
/*
 * A link to another role ended with e. When that was not for its death the keeper ends it, and both get a new link: a role
 * that sends what is no frame is mad, and without this the two would never speak again.
 */
void role_link_ended(struct role *r, const char *peer, enum err e);
/* The operator at the other end of a Unix connection, by the user id that the system tells; STR_NONE when it is none. */
struct str role_operator(const struct role *r, int fd);

extern const struct role_ops ear_ops, judge_ops, desk_ops, hand_ops, signer_ops, nft_ops, fetcher_ops;

#endif
