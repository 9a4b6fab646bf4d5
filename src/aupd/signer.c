/*
 * The signer: holds one key and signs a ledger root that is synced. It has nothing else: no file, no socket, no command.
 *
 * Until the ledger asks it, it waits; its fences stand from the first day.
 */
#include "aupd/role.h"
#include "base/json.h"
#include "base/net.h"

static enum err signer_start(struct role *r, struct why *why)
{
	(void)r;
	(void)why;
	return OK;
}

static void nothing(struct role *r)
{
	(void)r;
}

static void signer_link(struct role *r, struct str name, int take_fd)
{
	(void)r;
	(void)name;
	net_close(take_fd);
}

static void signer_status(struct role *r, struct jsonw *w)
{
	(void)r;
	jsonw_int(w, "signed", 0);
}

const struct role_ops signer_ops = { signer_start, nothing, signer_link, nothing, nothing, signer_status };
