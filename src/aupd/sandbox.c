/*
 * The fences of a role. See sandbox.h.
 *
 * Landlock by its system calls (no library): a role gets the directories it was handed and nothing else. The seccomp filter
 * denies, it does not allow-list: allow-lists rot with every libc.
 */
#include "aupd/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <pwd.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { USER_MAX = 64 };
enum { READ_ACCESS = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR };
static const uint64_t write_access = READ_ACCESS | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG |
	LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_REMOVE_DIR;
static const uint64_t all_access = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1;

/* Which descriptors each role may use, and how. */
static const struct { enum role_name role; const char *fd; bool write; } rules[] = {
	{ ROLE_EAR, "spool", true }, { ROLE_EAR, "sealed", true }, { ROLE_JUDGE, "data", true }, { ROLE_JUDGE, "spool", false }, { ROLE_DESK, "data", true },
	{ ROLE_HAND, "hand", true },
};

/* Paths that a role reads beside its descriptors: resolver and certificates for the hand, nft's own needs for nft. */
static const struct { enum role_name role; const char *path; uint64_t access; } paths[] = {
	{ ROLE_HAND, "/etc", READ_ACCESS }, { ROLE_HAND, "/usr/share/ca-certificates", READ_ACCESS }, { ROLE_HAND, "/run/systemd/resolve", READ_ACCESS },
	{ ROLE_NFT, "/usr", READ_ACCESS | LANDLOCK_ACCESS_FS_EXECUTE }, { ROLE_NFT, "/lib", READ_ACCESS | LANDLOCK_ACCESS_FS_EXECUTE },
	{ ROLE_NFT, "/lib64", READ_ACCESS | LANDLOCK_ACCESS_FS_EXECUTE }, { ROLE_NFT, "/etc", READ_ACCESS }, { ROLE_NFT, "/dev/null", READ_ACCESS | LANDLOCK_ACCESS_FS_WRITE_FILE },
};

static enum err allow(int ruleset, int fd, uint64_t access, struct why *why)
{
	struct landlock_path_beneath_attr rule = { .allowed_access = access, .parent_fd = fd };
	if (syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0)
		return why_errno(why, "cannot add a landlock rule");
	return OK;
}

static enum err landlock(enum role_name name, const struct role *r, struct why *why)
{
	struct landlock_ruleset_attr attr = { .handled_access_fs = all_access };
	int ruleset = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);
	enum err e = OK;
	if (ruleset < 0) {
		log_warn("this kernel has no landlock: the role can see files");
		return OK;
	}
	for (size_t i = 0; e == OK && i < sizeof(rules) / sizeof(rules[0]); i++)
		if (rules[i].role == name && role_fd(r, rules[i].fd) >= 0)
			e = allow(ruleset, role_fd(r, rules[i].fd), rules[i].write ? write_access : (uint64_t)READ_ACCESS, why);
	for (size_t i = 0; e == OK && i < sizeof(paths) / sizeof(paths[0]); i++) {
		int fd = paths[i].role == name ? open(paths[i].path, O_PATH | O_CLOEXEC) : -1;
		if (fd < 0)
			continue;
		uint64_t access = paths[i].access;
		if (str_eq(str_of(paths[i].path), STR("/dev/null")))
			access &= ~(uint64_t)LANDLOCK_ACCESS_FS_READ_DIR;
		e = allow(ruleset, fd, access, why);
		(void)close(fd);
	}
	if (e == OK && syscall(SYS_landlock_restrict_self, ruleset, 0) != 0)
		e = why_errno(why, "cannot enter the landlock");
	(void)close(ruleset);
	return e;
}

#define LOAD(member) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, member))
#define DENY(call) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (call), 0, 1), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM)

static enum err deny_calls(enum role_name name, struct why *why)
{
	struct sock_filter no_exec[] = { LOAD(nr), DENY(SYS_execve), DENY(SYS_execveat), DENY(SYS_ptrace), DENY(SYS_process_vm_readv), DENY(SYS_process_vm_writev),
		DENY(SYS_bpf), DENY(SYS_keyctl), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW) };
	struct sock_filter no_socket[] = { LOAD(nr), DENY(SYS_execve), DENY(SYS_execveat), DENY(SYS_ptrace), DENY(SYS_process_vm_readv),
		DENY(SYS_process_vm_writev), DENY(SYS_bpf), DENY(SYS_keyctl), DENY(SYS_socket), DENY(SYS_connect), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW) };
	struct sock_filter no_trace[] = { LOAD(nr), DENY(SYS_ptrace), DENY(SYS_process_vm_readv), DENY(SYS_process_vm_writev), DENY(SYS_bpf),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW) };
	struct sock_fprog p = { sizeof(no_exec) / sizeof(no_exec[0]), no_exec };
	if (name == ROLE_JUDGE || name == ROLE_SIGNER)
		p = (struct sock_fprog){ sizeof(no_socket) / sizeof(no_socket[0]), no_socket };
	if (name == ROLE_NFT)
		p = (struct sock_fprog){ sizeof(no_trace) / sizeof(no_trace[0]), no_trace };
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &p) == 0 ? OK : why_errno(why, "cannot deny system calls");
}

static const struct passwd *user_of(const char *user_prefix, enum role_name name, char out[USER_MAX])
{
	(void)snprintf(out, USER_MAX, "%s-%s", user_prefix, role_words[name]);
	return geteuid() == 0 ? getpwnam(out) : NULL;
}

/* The one capability of the one role, through the change of user and into nft. */
static enum err keep_net_admin(struct why *why)
{
	struct __user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct caps[_LINUX_CAPABILITY_U32S_3] = { { 0, 0, 0 } };
	struct __user_cap_data_struct *c = &caps[CAP_TO_INDEX(CAP_NET_ADMIN)];
	c->permitted = c->effective = c->inheritable = CAP_TO_MASK(CAP_NET_ADMIN);
	if (syscall(SYS_capset, &head, caps) != 0 || prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_NET_ADMIN, 0, 0) != 0)
		return why_errno(why, "cannot keep CAP_NET_ADMIN");
	return OK;
}

enum err sandbox_become(const char *user_prefix, enum role_name name, struct why *why)
{
	char user[USER_MAX];
	const struct passwd *pw = user_of(user_prefix, name, user);
	if (!pw)
		return OK;
	(void)umask(027);
	if (setgroups(0, NULL) != 0 || setresgid(pw->pw_gid, pw->pw_gid, pw->pw_gid) != 0)
		return why_errno(why, "cannot become %s", user);
	if (name == ROLE_NFT && prctl(PR_SET_KEEPCAPS, 1) != 0)
		return why_errno(why, "cannot keep CAP_NET_ADMIN");
	if (setresuid(pw->pw_uid, pw->pw_uid, pw->pw_uid) != 0)
		return why_errno(why, "cannot become %s", user);
	return name == ROLE_NFT ? keep_net_admin(why) : OK;
}

enum err sandbox_give(const char *user_prefix, int dir_fd, enum role_name owner, enum role_name reader, struct why *why)
{
	char user[USER_MAX];
	const struct passwd *pw = user_of(user_prefix, reader, user);
	gid_t group = pw ? pw->pw_gid : 0;
	if (pw)
		pw = user_of(user_prefix, owner, user);
	if (!pw)
		return OK;
	/* the group is handed down to what is made in it; the mode first, while it is ours */
	mode_t mode = owner == reader ? 0700 : 02750;
	struct stat now;
	if (fstat(dir_fd, &now) == 0 && now.st_uid == pw->pw_uid && now.st_gid == group && (now.st_mode & 07777) == mode)
		return OK;
	if (fchown(dir_fd, 0, 0) != 0 || fchmod(dir_fd, mode) != 0 || fchown(dir_fd, pw->pw_uid, group) != 0)
		return why_errno(why, "cannot give a directory to %s", user);
	return OK;
}

enum err sandbox_users(const char *user_prefix, struct why *why)
{
	char user[USER_MAX];
	for (int i = 0; geteuid() == 0 && i < ROLE_COUNT; i++)
		if (!user_of(user_prefix, (enum role_name)i, user))
			return why_set(why, ERR_NOTFOUND, "there is no user %s for a role to run as", user);
	return OK;
}

enum err sandbox_enter(enum role_name name, struct role *r, struct why *why)
{
	struct rlimit none = { 0, 0 };
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return why_errno(why, "cannot set no-new-privs");
	(void)prctl(PR_SET_DUMPABLE, 0);
	(void)setrlimit(RLIMIT_CORE, &none);
	enum err e = landlock(name, r, why);
	return e ? e : deny_calls(name, why);
}
