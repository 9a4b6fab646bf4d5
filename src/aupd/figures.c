/*
 * The figures of the roles. See figures.h.
 */
#include "aupd/figures.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/net.h"
#include "model/act.h"
#include "model/metering.h"
#include "model/webhook.h"

#define COUNTER(name_, help_) { .name = "aupd_" name_, .type = OMETRIC_COUNTER, .help = (help_) }
#define GAUGE(name_, help_) { .name = "aupd_" name_, .type = OMETRIC_GAUGE, .help = (help_) }
#define BY(what, words) .label = (what), .label_values = (words)
#define END { .name = NULL }

enum { PAGE_BYTES = FIGURES_MAX * sizeof(int64_t) };

static const char *const radius_words[] = { "taken", "repeated", "unknown-client", "denied", "malformed", "refused", "dropped", NULL };
static const char *const metering_verdicts[] = { "told", "server", "cannot-tell", NULL };
static const char *const duration_words[] = { "watched", "no-timeout", "over-limit", NULL };
static const char *const nat_words[] = { "taken", "unknown-exporter", "refused", "too-long", "dropped", NULL };
static const char *const nat_record_words[] = { "event", "silent", "other", "unread", "lost", NULL };
static const char *const class_words[] = { "telemetry", "signal", "accounting", "complaint", NULL };

static const struct ometric keeper[] = {
	[KEEPER_STARTS] = { .name = "aupd_role_starts", .type = OMETRIC_COUNTER, .help = "Times that a role was started.", BY("of", role_words) },
	[KEEPER_READY] = { .name = "aupd_role_ready", .type = OMETRIC_GAUGE, .help = "1 when a role is ready; judges: how many are.", BY("of", role_words) },
	[KEEPER_BROKEN] = { .name = "aupd_role_broken", .type = OMETRIC_GAUGE, .help = "1 when a role stays down until a reload.", BY("of", role_words) }, END,
};

static const struct ometric ear[] = {
	[EAR_ITEMS] = COUNTER("items", "Items of the spool that were decoded, again after a restart."),
	[EAR_FRAMES] = COUNTER("frames", "Observations and items that were sent to a judge."),
	[EAR_UNPARSED] = COUNTER("items_unparsed", "Items in which no format was recognised."),
	[EAR_SEALED] = COUNTER("items_sealed", "Items of the sealed class."),
	[EAR_IN_FLIGHT] = GAUGE("frames_in_flight", "Frames that no judge has confirmed."),
	[EAR_SHED] = { .name = "aupd_items_shed", .type = OMETRIC_COUNTER, .help = "Items that were refused for want of room.", BY("class", class_words) },
	[EAR_RADIUS] = { .name = "aupd_radius_packets", .type = OMETRIC_COUNTER, .help = "Packets of RADIUS accounting, by what became of them.", BY("fate", radius_words) },
	[EAR_NAT] = { .name = "aupd_nat_datagrams", .type = OMETRIC_COUNTER, .help = "Datagrams of NATs, by what became of them.", BY("fate", nat_words) },
	[EAR_NAT_RECORDS] = { .name = "aupd_nat_records", .type = OMETRIC_COUNTER, .help = "Lines and records of NATs, by what they were.", BY("kind", nat_record_words) },
	[EAR_SPOOL_BYTES] = GAUGE("spool_bytes", "Size of the spool."),
	[EAR_SYNCS] = COUNTER("spool_syncs", "Group syncs of the spool."),
	[EAR_SYNC_FAILURES] = COUNTER("spool_sync_failures", "Group syncs that failed."), END,
};

static const struct ometric judge[] = {
	[JUDGE_FOLDED] = COUNTER("frames_folded", "Frames of ears that were judged."), [JUDGE_BATCHES] = COUNTER("batches", "Batches that were committed."),
	[JUDGE_CONFLICTS] = COUNTER("conflicts", "Batches that were folded again because another judge was quicker."),
	[JUDGE_STUCK] = GAUGE("store_stuck", "1 while the store takes nothing."), [JUDGE_LEAVES] = GAUGE("ledger_leaves", "Leaves of the ledger."),
	[JUDGE_SIGNED_LEAVES] = GAUGE("ledger_signed_leaves", "Leaves that its last checkpoint covers."),
	[JUDGE_HOOKS_REPEATED] = COUNTER("deliveries_repeated", "Deliveries to webhooks that were given out again, under their id, because nobody knew what had become of them."),
	[JUDGE_DURATION] = { .name = "aupd_sessions", .type = OMETRIC_COUNTER, .help = "Sessions whose length is limited, and what was told of them.", BY("what", duration_words) },
	[JUDGE_METERING] = { .name = "aupd_metering_signs", .type = OMETRIC_COUNTER, .help = "Signs that what an access server counts does not fit.", BY("sign", metering_words) },
	[JUDGE_METERING_VERDICTS] = { .name = "aupd_metering_days", .type = OMETRIC_COUNTER, .help = "What became of a day's signs of one server.", BY("verdict", metering_verdicts) },
	[JUDGE_USAGE_READINGS] = COUNTER("usage_readings", "Readings of the counters of sessions."),
	[JUDGE_USAGE_WRAPPED] = COUNTER("usage_wrapped", "Counters of sessions that fell, which is taken for a wrap."),
	[JUDGE_USAGE_UNKNOWN] = COUNTER("usage_not_known", "Counters of sessions whose use cannot be told."),
	[JUDGE_USAGE_CROWDED] = COUNTER("usage_crowded", "Readings that found no room in the meter."),
	[JUDGE_USAGE_ACCOUNTS] = GAUGE("usage_accounts", "Accounts that are metered."),
	END,
};

static const struct ometric desk[] = { [DESK_REQUESTS] = COUNTER("requests", "Requests to the API."), END };

static const struct ometric hand[] = {
	[HAND_RESULTS] = { .name = "aupd_act_results", .type = OMETRIC_COUNTER, .help = "What the hand told of acts.", BY("result", act_result_words) },
	[HAND_REPEATED] = COUNTER("acts_repeated", "Acts that the journal had begun before."), [HAND_RUNNING] = GAUGE("acts_running", "Acts in hand."),
	[HAND_HOOKS] = { .name = "aupd_deliveries", .type = OMETRIC_COUNTER, .help = "What became of tries to deliver to webhooks.", BY("outcome", hook_outcome_words) }, END,
};

static const struct ometric signer[] = { [SIGNER_SIGNED] = COUNTER("checkpoints_signed", "Checkpoints of the ledger that were signed."),
	[SIGNER_REFUSED] = COUNTER("checkpoints_refused", "Checkpoints that the signer refused."), END };

static const struct ometric nft[] = { [NFT_RUNS] = COUNTER("nft_runs", "Runs of nft."), END };
static const struct ometric fetcher[] = { [FETCHER_TAKEN] = COUNTER("mails_fetched", "Mails that were picked up and taken."),
	[FETCHER_REFUSED] = COUNTER("mails_not_fetched", "Mails that stay in their mailbox because they cannot be taken."),
	[FETCHER_ROUNDS] = COUNTER("fetch_rounds", "Rounds over a mailbox, those that failed too."),
	[FETCHER_FAILURES] = COUNTER("fetch_failures", "Rounds over a mailbox that failed."),
	[FETCHER_FAILING] = GAUGE("mailboxes_failing", "Mailboxes whose last round failed."), END };
static const struct ometric none[] = { END };

/* By the name in the state file: "ear", "judge.1"... */
static const struct ometric *table_of(struct str role)
{
	static const struct ometric *const tables[ROLE_COUNT] = { [ROLE_EAR] = ear, [ROLE_JUDGE] = judge, [ROLE_DESK] = desk, [ROLE_HAND] = hand, [ROLE_SIGNER] = signer,
		[ROLE_NFT] = nft, [ROLE_FETCHER] = fetcher };
	struct str word = str_sub(role, 0, str_chr(role, '.') == SIZE_MAX ? role.len : str_chr(role, '.'));
	for (int i = 0; i < ROLE_COUNT; i++)
		if (str_eq(word, str_of(role_words[i])))
			return tables[i];
	return str_eq(word, STR("keeper")) ? keeper : none;
}

static enum err map(int fd, int protection, const char *role, struct ometrics *ret, struct why *why)
{
	void *page = mmap(NULL, PAGE_BYTES, protection, MAP_SHARED, fd, 0);
	if (page == MAP_FAILED)
		return why_errno(why, "cannot map the page of figures");
	return ometrics_init(ret, role, table_of(str_of(role)), page, FIGURES_MAX) == OK ? OK : why_set(why, ERR_LIMIT, "%s has too many figures", role);
}

enum err figures_create(int *ret_fd, int *ret_reader_fd, struct why *why)
{
	char path[64];
	int fd = memfd_create("aupd-figures", MFD_CLOEXEC), reader = -1;
	if (fd >= 0 && ftruncate(fd, PAGE_BYTES) == 0) {
		(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		reader = open(path, O_RDONLY | O_CLOEXEC);
	}
	if (reader < 0) {
		enum err e = why_errno(why, "cannot make the page of figures");
		net_close(fd);
		return e;
	}
	*ret_fd = fd;
	*ret_reader_fd = reader;
	return OK;
}

enum err figures_write_to(int fd, const char *role, struct ometrics *ret, struct why *why)
{
	return map(fd, PROT_READ | PROT_WRITE, role, ret, why);
}

enum err figures_read_from(int reader_fd, const char *role, struct ometrics *ret, struct why *why)
{
	return map(reader_fd, PROT_READ, role, ret, why);
}
