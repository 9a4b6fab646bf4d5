/*
 * The fences of a role. See sandbox.h.
 *
 * Landlock by its system calls (no library): a role gets the directories it was handed and nothing else. The seccomp filter
 * denies, it does not allow-list: allow-lists rot with every libc. It looks at the architecture first, for another one of the
 * same machine has the same calls under other numbers.
 */
#include "aupd/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <link.h>
#include <linux/audit.h>
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
/* Since version 3 of the interface; the headers of Debian 12 do not name it. */
static const uint64_t truncate_access = UINT64_C(1) << 14;
/* Since version 2: to move a file from one directory to another, which is never let through where it is not asked for. */
static const uint64_t move_access = UINT64_C(1) << 13;

/* Which descriptors each role may use, and how. */
static const struct { enum role_name role; const char *fd; bool write; } rules[] = {
	{ ROLE_EAR, "spool", true }, { ROLE_EAR, "sealed", true }, { ROLE_JUDGE, "data", true }, { ROLE_JUDGE, "spool", false }, { ROLE_DESK, "data", true },
	{ ROLE_HAND, "hand", true }, { ROLE_FETCHER, "fetcher", true },
};

/* Paths that a role reads beside its descriptors: resolver and certificates for the hand and the fetcher, libraries for nft. */
static const struct { enum role_name role; const char *path; uint64_t access; } paths[] = {
	{ ROLE_HAND, "/etc", READ_ACCESS }, { ROLE_HAND, "/usr/share/ca-certificates", READ_ACCESS }, { ROLE_HAND, "/run/systemd/resolve", READ_ACCESS },
	{ ROLE_FETCHER, "/etc", READ_ACCESS }, { ROLE_FETCHER, "/usr/share/ca-certificates", READ_ACCESS }, { ROLE_FETCHER, "/run/systemd/resolve", READ_ACCESS },
	{ ROLE_NFT, "/usr/lib", READ_ACCESS }, { ROLE_NFT, "/lib", READ_ACCESS }, { ROLE_NFT, "/lib64", READ_ACCESS }, { ROLE_NFT, "/etc", READ_ACCESS },
	{ ROLE_NFT, "/dev/null", LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE },
};

static enum err allow(int ruleset, int fd, uint64_t access, struct why *why)
{
	struct landlock_path_beneath_attr rule = { .allowed_access = access, .parent_fd = fd };
	if (syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0)
		return why_errno(why, "cannot add a landlock rule");
	return OK;
}

static enum err allow_path(int ruleset, const char *path, uint64_t access, struct why *why)
{
	int fd = open(path, O_PATH | O_CLOEXEC);
	if (fd < 0)
		return OK;
	enum err e = allow(ruleset, fd, access, why);
	(void)close(fd);
	return e;
}

/* The program loader of this program, which any other of the system has too. */
static int find_loader(struct dl_phdr_info *info, size_t size, void *ret_path)
{
	(void)size;
	for (int i = 0; i < info->dlpi_phnum; i++)
		if (info->dlpi_phdr[i].p_type == PT_INTERP)
			*(const char **)ret_path = (const char *)(uintptr_t)(info->dlpi_addr + info->dlpi_phdr[i].p_vaddr);
	/* the first one is the program itself */
	return 1;
}

/* nft is the one program that may be run. The loader could run another one, if it could be read: no folder of programs can. */
static enum err allow_nft(int ruleset, const struct role *r, struct why *why)
{
	const uint64_t run = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_EXECUTE;
	const char *loader = NULL;
	(void)dl_iterate_phdr(find_loader, &loader);
	enum err e = loader ? allow_path(ruleset, loader, run, why) : OK;
	return e ? e : allow_path(ruleset, str_c(r->arena, r->share.nft_path), run, why);
}

/* Mail is read there and moved; nothing is written. */
static enum err allow_maildirs(int ruleset, const struct role *r, uint64_t moves, struct why *why)
{
	const uint64_t access = READ_ACCESS | LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG | moves;
	enum err e = OK;
	for (unsigned i = 0; e == OK && i < r->fd_count; i++)
		if (str_starts(r->fds[i].name, STR("maildir.")))
			e = allow(ruleset, r->fds[i].fd, access, why);
	return e;
}

static enum err landlock(enum role_name name, const struct role *r, struct why *why)
{
	long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	uint64_t truncates = version >= 3 ? truncate_access : 0, moves = version >= 2 ? move_access : 0;
	struct landlock_ruleset_attr attr = { .handled_access_fs = all_access | truncates | moves };
	int ruleset = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr.handled_access_fs), 0);
	enum err e = OK;
	if (ruleset < 0) {
		log_warn("this kernel has no landlock: the role can see files");
		return OK;
	}
	for (size_t i = 0; e == OK && i < sizeof(rules) / sizeof(rules[0]); i++)
		if (rules[i].role == name && role_fd(r, rules[i].fd) >= 0)
			e = allow(ruleset, role_fd(r, rules[i].fd), rules[i].write ? write_access | truncates : (uint64_t)READ_ACCESS, why);
	for (size_t i = 0; e == OK && i < sizeof(paths) / sizeof(paths[0]); i++)
		if (paths[i].role == name)
			e = allow_path(ruleset, paths[i].path, paths[i].access, why);
	if (e == OK && name == ROLE_FETCHER)
		e = allow_maildirs(ruleset, r, moves, why);
	if (e == OK && name == ROLE_NFT)
		e = allow_nft(ruleset, r, why);
	if (e == OK && syscall(SYS_landlock_restrict_self, ruleset, 0) != 0)
		e = why_errno(why, "cannot enter the landlock");
	(void)close(ruleset);
	return e;
}

#if defined(__x86_64__)
#define OWN_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define OWN_ARCH AUDIT_ARCH_AARCH64
#elif defined(__riscv) && __riscv_xlen == 64
#define OWN_ARCH AUDIT_ARCH_RISCV64
#elif defined(__powerpc64__) && defined(__LITTLE_ENDIAN__)
#define OWN_ARCH AUDIT_ARCH_PPC64LE
#elif defined(__s390x__)
#define OWN_ARCH AUDIT_ARCH_S390X
#endif

enum { FILTER_MAX = 64, X32_CALLS = 0x40000000 };
enum denied_to { DENIED_ALL, DENIED_PROGRAMS, DENIED_SOCKETS };

/* io_uring would make the calls that are denied here; a taken descriptor would be one that was not handed over. */
static const struct { int call; enum denied_to to; } denied[] = { { SYS_ptrace, DENIED_ALL }, { SYS_process_vm_readv, DENIED_ALL },
	{ SYS_process_vm_writev, DENIED_ALL }, { SYS_pidfd_getfd, DENIED_ALL }, { SYS_bpf, DENIED_ALL }, { SYS_keyctl, DENIED_ALL },
	{ SYS_io_uring_setup, DENIED_ALL }, { SYS_execve, DENIED_PROGRAMS }, { SYS_execveat, DENIED_PROGRAMS }, { SYS_socket, DENIED_SOCKETS },
	{ SYS_connect, DENIED_SOCKETS } };

static bool is_denied(enum role_name name, enum denied_to to)
{
	return to == DENIED_ALL || (to == DENIED_PROGRAMS && name != ROLE_NFT) || (to == DENIED_SOCKETS && (name == ROLE_JUDGE || name == ROLE_SIGNER));
}

static enum err deny_calls(enum role_name name, struct why *why)
{
	static const struct sock_filter deny = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM), permit = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		load = BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
	struct sock_filter f[FILTER_MAX];
	unsigned short n = 0;
#ifdef OWN_ARCH
	f[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch));
	f[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, OWN_ARCH, 1, 0);
	f[n++] = deny;
#endif
	f[n++] = load;
#ifdef __x86_64__
	f[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, X32_CALLS, 0, 1);
	f[n++] = deny;
#endif
	for (size_t i = 0; i < sizeof(denied) / sizeof(denied[0]); i++) {
		if (!is_denied(name, denied[i].to))
			continue;
		f[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)denied[i].call, 0, 1);
		f[n++] = deny;
	}
	f[n++] = permit;
	struct sock_fprog p = { n, f };
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
