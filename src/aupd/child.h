/*
 * The keeper's roles as its children: what each is handed, the links between them, their lives and deaths.
 *
 * A role that dies is started again after a back-off; one that dies BREAKS_MAX times within a minute without having got
 * anything done stays down alone, loudly, until a reload. Of the judge there may be several: number 0 takes commands, looks
 * after what is due and orders acts; the others fold. They start when number 0 has made the store ready.
 */
#ifndef AUPD_AUPD_CHILD_H
#define AUPD_AUPD_CHILD_H

#include <sys/types.h>

#include "aupd/attempt.h"
#include "aupd/figures.h"
#include "aupd/told.h"
#include "model/config_nat.h"
#include "model/config_radius.h"

enum { CHILDREN_MAX = ROLE_COUNT + CONFIG_JUDGES_MAX - 1, BREAKS_MAX = 3 };
enum child_state { CHILD_DOWN, CHILD_STARTING, CHILD_READY, CHILD_BROKEN };
extern const char *const child_state_words[];

struct child {
	struct keeper *keeper;
	enum role_name name;
	unsigned number;                /* of a judge; otherwise 0 */
	char text[16];                  /* "ear", "judge", "judge.1" */
	enum child_state state;
	pid_t pid;
	struct bus link;
	struct timer *restart;
	int attempt_fd, figures_fd, figures_reader_fd;
	struct attempt *attempt;
	uint64_t progress;              /* of the page, at the last death */
	int64_t deaths_at[BREAKS_MAX];
	unsigned starts;
	unsigned untaken;               /* links that it was handed, and has not said that it took */
	int last_signal, last_status;   /* of its last death of its own */
	bool told_stop;
	bool at_fault;                  /* ended for what it sent */
};

struct keeper {
	struct loop *loop;
	struct config *config;
	const char *config_path, *self;
	uint64_t incarnation;
	int data_fd, spool_fd, sealed_fd, signer_fd, hand_fd, fetcher_fd, run_fd, clock_fd, api_fd, figures_fd, figures_reader_fd;
	struct ometrics figures;
	int listen_fds[CONFIG_LISTEN_MAX], web_fds[CONFIG_WEB_LISTEN_MAX], radius_fds[CONFIG_RADIUS_LISTEN_MAX],
		nat_fds[CONFIG_NAT_LISTEN_MAX];
	struct child children[CHILDREN_MAX];
	unsigned child_count;
	bool in_service, stopping, told_ready, enforce;
	struct timer *stop_timer;
	struct tellings told;
};

/* All children of the configuration, none of them running yet. */
enum err children_init(struct keeper *k, struct why *why) MUST_CHECK;
void children_start(struct keeper *k);
void child_start(struct child *c);
/* It is asked to end; what it does next is no fault of its own. */
void child_stop(struct child *c);
void child_died(struct child *c, int status);
/* What the role would be told by a configuration, to see whether a new one concerns it. */
enum err child_share(const struct child *c, const struct config *config, struct arena *a, struct str *ret_text) MUST_CHECK;
/* It may try again. */
void child_mend(struct child *c);

/* The keeper's: something changed that stands in the state file. */
void keeper_changed(struct keeper *k);

#endif
