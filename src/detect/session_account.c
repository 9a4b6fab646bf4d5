/*
 * Accounts and devices. See session_account.h. Two tables of groups of places: a key is looked for in one group alone.
 */
#include "detect/session_account.h"

#include <stdlib.h>

enum { GROUP = 8 };

struct account {
	uint64_t key;                   /* 0 = free */
	uint64_t devices, devices_before;       /* of this span and of the one before */
	uint32_t seen_s;
	uint16_t open;
	uint16_t span;                  /* of SESSION_DEVICES_KEPT_S since 1970 */
};

struct device {
	uint64_t key, account;
	uint32_t seen_s;
};

struct session_accounts {
	struct account *accounts;
	struct device *devices;
	size_t groups;
};

struct session_accounts *session_accounts_new(size_t capacity)
{
	struct session_accounts *a = calloc(1, sizeof(*a));
	if (!a)
		return NULL;
	a->groups = capacity / GROUP + 1;
	a->accounts = calloc(a->groups * GROUP, sizeof(*a->accounts));
	a->devices = calloc(a->groups * GROUP, sizeof(*a->devices));
	if (a->accounts && a->devices)
		return a;
	session_accounts_free(a);
	return NULL;
}

void session_accounts_free(struct session_accounts *a)
{
	if (!a)
		return;
	free(a->accounts);
	free(a->devices);
	free(a);
}

static struct account *account_of(struct session_accounts *a, uint64_t key, bool make)
{
	struct account *first = &a->accounts[key % a->groups * GROUP], *least = first;
	for (struct account *x = first; x < first + GROUP; x++) {
		if (x->key == key)
			return x;
		/* one with sessions goes last */
		if (least->key && (!x->key || x->open < least->open || (x->open == least->open && x->seen_s < least->seen_s)))
			least = x;
	}
	if (!make)
		return NULL;
	*least = (struct account){ .key = key };
	return least;
}

unsigned session_accounts_begin(struct session_accounts *a, uint64_t account, uint32_t now_s)
{
	struct account *x = account_of(a, account, true);
	x->seen_s = now_s;
	if (x->open < SESSION_ACCOUNT_OPEN_MAX)
		x->open++;
	return x->open;
}

void session_accounts_end(struct session_accounts *a, uint64_t account)
{
	struct account *x = account_of(a, account, false);
	if (x && x->open)
		x->open--;
}

/* The key of a device is a digest: any of its bits are as good as others. */
static void note_device(struct account *x, uint64_t device, uint32_t now_s)
{
	uint16_t span = (uint16_t)(now_s / SESSION_DEVICES_KEPT_S);
	if (x->span != span) {
		x->devices_before = x->span + 1 == span ? x->devices : 0;
		x->devices = 0;
		x->span = span;
	}
	x->devices |= UINT64_C(1) << (device >> 58);
}

unsigned session_accounts_estimate(uint64_t bits)
{
	/* 64 ln(64 / free places), rounded: Whang's linear counting */
	static const uint16_t of_set[65] = { 0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 15, 16, 17, 18, 20, 21, 23, 24, 26, 27, 29, 30, 32, 33, 35, 37, 39, 40, 42, 44, 46, 48,
		51, 53, 55, 58, 60, 63, 65, 68, 71, 74, 78, 81, 85, 89, 93, 97, 101, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100 };
	unsigned n = of_set[__builtin_popcountll(bits)];
	return n < 100 ? n : 100;
}

uint64_t session_accounts_device(struct session_accounts *a, uint64_t account, uint64_t device, uint32_t now_s, unsigned *ret_devices)
{
	struct account *x = account_of(a, account, true);
	struct device *first = &a->devices[device % a->groups * GROUP], *y = NULL, *least = first;
	x->seen_s = now_s;
	note_device(x, device, now_s);
	*ret_devices = session_accounts_estimate(x->devices | x->devices_before);
	for (struct device *d = first; d < first + GROUP && !y; d++) {
		y = d->key == device ? d : NULL;
		least = d->seen_s < least->seen_s ? d : least;
	}
	uint64_t before = y && y->account != account && (uint64_t)y->seen_s + SESSION_DEVICE_KEPT_S > now_s ? y->account : 0;
	*(y ? y : least) = (struct device){ device, account, now_s };
	return before;
}
