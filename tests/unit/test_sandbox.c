/*
 * The fences of a role, tried from inside: each role enters its sandbox in a process of its own and does what it may and
 * what it may not. As root too, so that it is the fences that refuse and no permission of a file.
 */
#include "aupd/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tap.h"

#define PROGRAM "/usr/bin/true"
#define OTHER_PROGRAM "/usr/bin/test"

/* What sandbox.c asks of role.c. */
const char *const role_words[] = { "ear", "judge", "desk", "hand", "signer", "nft", "fetcher", NULL };
int role_fd(const struct role *r, const char *name)
{
	for (unsigned i = 0; i < r->fd_count; i++)
		if (str_eq(r->fds[i].name, str_of(name)))
			return r->fds[i].fd;
	return -1;
}

static int top;                 /* the directory of this test */
static const struct role *now;

static bool opens(const char *path, int flags)
{
	int fd = openat(top, path, flags | O_CLOEXEC, 0600);
	if (fd >= 0)
		(void)close(fd);
	return fd >= 0;
}

static bool runs(const char *const *argv)
{
	int status;
	pid_t pid = fork();
	if (!pid) {
		(void)close(STDERR_FILENO);
		(void)execv(argv[0], (char *const *)(uintptr_t)argv);
		_exit(99);
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool read_data(void) { return opens("data/file", O_RDONLY); }
static bool write_data(void) { return opens("data/new", O_WRONLY | O_CREAT); }
static bool read_spool(void) { return opens("spool/file", O_RDONLY); }
static bool write_spool(void) { return opens("spool/file", O_WRONLY | O_TRUNC); }
static bool write_sealed(void) { return opens("sealed/new", O_WRONLY | O_CREAT); }
static bool write_hand(void) { return opens("hand/new", O_WRONLY | O_CREAT); }
static bool read_mail(void) { return opens("maildir/file", O_RDONLY); }
static bool write_mail(void) { return opens("maildir/file", O_WRONLY); }
static bool move_mail(void) { return renameat(top, "maildir/file", top, "maildir/cur/file") == 0 && renameat(top, "maildir/cur/file", top, "maildir/file") == 0; }
static bool read_outside(void) { return opens("outside/file", O_RDONLY) || opens("outside", O_RDONLY | O_DIRECTORY) || opens("/", O_RDONLY | O_DIRECTORY); }
static bool write_outside(void) { return opens("outside/file", O_WRONLY) || opens("outside/new", O_WRONLY | O_CREAT) || mkdirat(top, "outside/d", 0700) == 0; }
static bool remove_outside(void) { return unlinkat(top, "outside/gone", 0) == 0; }
static bool cut_outside(void) { return truncate("outside/file", 1) == 0; }
static bool link_files(void) { return symlinkat("/etc/passwd", now->fd_count ? now->fds[0].fd : top, "link") == 0; }
static bool read_etc(void) { return opens("/etc/passwd", O_RDONLY); }
static bool read_proc(void) { return opens("/proc/1/status", O_RDONLY); }
static bool make_socket(void) { return socket(AF_INET, SOCK_DGRAM, 0) >= 0; }
static bool make_ring(void) { return syscall(SYS_io_uring_setup, 0, NULL) == 0 || errno != EPERM; }
static bool take_fd(void) { return syscall(SYS_pidfd_getfd, -1, 0, 0) == 0 || errno != EPERM; }
static bool trace(void) { return ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0; }
static bool use_keys(void) { return syscall(SYS_keyctl, 0, -3, 0) >= 0 || errno != EPERM; }

static bool read_memory(void)
{
	char a = 1, b = 0;
	struct iovec to = { &b, 1 }, from = { &a, 1 };
	return process_vm_readv(getpid(), &to, 1, &from, 1, 0) == 1;
}

static bool run_program(void) { return runs((const char *const[]){ PROGRAM, NULL }); }
static bool run_other(void) { return runs((const char *const[]){ OTHER_PROGRAM, "x", NULL }); }

static bool run_by_loader(void)
{
	static const char *const loaders[] = { "/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1" };
	for (size_t i = 0; i < sizeof(loaders) / sizeof(loaders[0]); i++)
		if (runs((const char *const[]){ loaders[i], OTHER_PROGRAM, "x", NULL }))
			return true;
	return false;
}

static bool dump_core(void)
{
	struct rlimit core;
	return getrlimit(RLIMIT_CORE, &core) != 0 || core.rlim_max || prctl(PR_GET_DUMPABLE);
}

static bool gain_privileges(void) { return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1 || prctl(PR_GET_SECCOMP) != SECCOMP_MODE_FILTER; }

static const struct { const char *word; bool (*works)(void); } tries[] = { { "read-data", read_data }, { "write-data", write_data }, { "read-spool", read_spool },
	{ "write-spool", write_spool }, { "write-sealed", write_sealed }, { "write-hand", write_hand }, { "read-mail", read_mail }, { "write-mail", write_mail },
	{ "move-mail", move_mail }, { "read-etc", read_etc }, { "read-proc", read_proc },
	{ "read-outside", read_outside }, { "write-outside", write_outside }, { "remove-outside", remove_outside }, { "cut-outside", cut_outside }, { "link", link_files },
	{ "socket", make_socket }, { "io_uring", make_ring }, { "take-fd", take_fd }, { "read-memory", read_memory }, { "keys", use_keys },
	{ "run-nft", run_program }, { "run-other", run_other }, { "run-by-loader", run_by_loader }, { "core", dump_core }, { "privileges", gain_privileges },
	/* the last one: who is traced stands still at each signal */
	{ "trace", trace } };

/* The words of what worked, with a blank behind each. */
static struct str inside(enum role_name name, struct role *r, bool fenced, char *out, size_t room)
{
	int fds[2], status;
	size_t n = 0;
	struct why why;
	if (pipe(fds) != 0)
		return STR_NONE;
	pid_t pid = fork();
	if (!pid) {
		if (fenced && sandbox_enter(name, r, &why) != OK)
			_exit(1);
		now = r;
		for (size_t i = 0; i < sizeof(tries) / sizeof(tries[0]); i++)
			if (tries[i].works() && dprintf(fds[1], "%s ", tries[i].word) < 0)
				_exit(2);
		_exit(0);
	}
	(void)close(fds[1]);
	for (ssize_t got; (got = read(fds[0], out + n, room - n)) > 0;)
		n += (size_t)got;
	(void)close(fds[0]);
	OK_(pid > 0 && waitpid(pid, &status, 0) == pid && status == 0, "the role entered its fences and came to its end");
	return (struct str){ out, n };
}

static bool has_landlock(void)
{
	return syscall(SYS_landlock_create_ruleset, NULL, 0, 1) > 0;
}

#ifdef __x86_64__
/* getpid by the calls of another architecture of the same machine: 0 it works, 1 refused, else this kernel has none. */
static int other_architecture(bool fenced, struct role *r)
{
	int status;
	struct why why;
	pid_t pid = fork();
	if (!pid) {
		long got = 20;
		if (fenced && sandbox_enter(ROLE_SIGNER, r, &why) != OK)
			_exit(2);
		__asm__ volatile("int $0x80" : "+a"(got) : : "memory", "r8", "r9", "r10", "r11");
		_exit(got == -EPERM);
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status) : 3;
}

static void test_architecture(struct role *r)
{
	if (other_architecture(false, r) != 0)
		tap_skip("the calls of another architecture are denied", "this kernel has none");
	else
		IS_INT(other_architecture(true, r), 1, "the calls of another architecture are denied");
}
#endif

static int make(const char *name)
{
	char path[64];
	(void)snprintf(path, sizeof(path), "%s/file", name);
	if (mkdirat(top, name, 0700) != 0 || !opens(path, O_WRONLY | O_CREAT))
		exit(1);
	return openat(top, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static int clear(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

int main(void)
{
	char dir[] = "/tmp/aupd-sandbox.XXXXXX", got[4096];
	if (!mkdtemp(dir) || chdir(dir) != 0)
		return 1;
	top = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int data = make("data"), spool = make("spool"), sealed = make("sealed"), hand = make("hand"), maildir = make("maildir");
	(void)make("outside");
	(void)mkdirat(top, "maildir/cur", 0700);
	(void)opens("outside/gone", O_WRONLY | O_CREAT);
	struct arena *a = arena_new("test", 1 << 20);
	struct role_fd all[] = { { STR("data"), data }, { STR("spool"), spool }, { STR("sealed"), sealed }, { STR("hand"), hand }, { STR("maildir.0"), maildir } };
	/* each is given all descriptors: what it may do with them is its own row */
	static const char *const may[ROLE_COUNT] = {
		[ROLE_EAR] = "read-spool write-spool write-sealed socket ",
		[ROLE_JUDGE] = "read-data write-data read-spool ",
		[ROLE_DESK] = "read-data write-data socket ",
		[ROLE_HAND] = "write-hand read-etc socket ",
		[ROLE_SIGNER] = "",
		[ROLE_NFT] = "read-etc socket run-nft ",
		[ROLE_FETCHER] = "read-mail move-mail read-etc socket ",
	};
	struct role r = { .arena = a, .share.nft_path = STR(PROGRAM) };
	memcpy(r.fds, all, sizeof(all));
	r.fd_count = sizeof(all) / sizeof(all[0]);
	if (!has_landlock())
		tap_skip("the fences hold", "this kernel has no landlock");
	for (int i = 0; has_landlock() && i < ROLE_COUNT; i++) {
		r.name = (enum role_name)i;
		struct str worked = inside(r.name, &r, true, got, sizeof(got));
		IS_STR(worked, str_of(may[i]), role_words[i]);
	}
#ifdef __x86_64__
	test_architecture(&r);
#endif
	/* without fences all of it works: the tries themselves are good */
	struct str worked = inside(ROLE_EAR, &r, false, got, sizeof(got));
	size_t words = 0;
	for (size_t i = 0; i < worked.len; i++)
		words += worked.ptr[i] == ' ';
	OK_(words >= sizeof(tries) / sizeof(tries[0]) - 2, "without fences each of these works");
	printf("# %.*s\n", STR_ARG(worked));
	arena_free(a);
	return nftw(dir, clear, 16, FTW_DEPTH | FTW_PHYS) != 0 || tap_done();
}
