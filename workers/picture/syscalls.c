/* A list of what is allowed, as the little program the kernel runs before each system call. */
#include "syscalls.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

#define LOAD(field) \
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (unsigned)offsetof(struct seccomp_data, field))
#define GIVE(answer) BPF_STMT(BPF_RET | BPF_K, (answer))
#define ALLOW(call) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (call), 0, 1), GIVE(SECCOMP_RET_ALLOW)

#ifdef ARCHITECTURE
bool syscalls_confine(void)
{
	/* clang-format off */
	struct sock_filter list[] = {
		LOAD(arch),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0),
		GIVE(SECCOMP_RET_KILL_PROCESS),
		LOAD(nr),
		ALLOW(SYS_read), ALLOW(SYS_write), ALLOW(SYS_lseek), ALLOW(SYS_close),
		ALLOW(SYS_brk), ALLOW(SYS_mmap), ALLOW(SYS_munmap), ALLOW(SYS_mremap),
		ALLOW(SYS_mprotect), ALLOW(SYS_madvise), ALLOW(SYS_futex),
		ALLOW(SYS_clock_gettime), ALLOW(SYS_sched_yield), ALLOW(SYS_gettid),
		ALLOW(SYS_getpid), ALLOW(SYS_tgkill), ALLOW(SYS_rt_sigprocmask),
		ALLOW(SYS_rt_sigaction), ALLOW(SYS_rt_sigreturn), ALLOW(SYS_sigaltstack),
		ALLOW(SYS_exit), ALLOW(SYS_exit_group),
		GIVE(SECCOMP_RET_ERRNO | EPERM),
	};
	/* clang-format on */
	struct sock_fprog program = { sizeof(list) / sizeof(list[0]), list };

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}
#else
/* The numbers of system calls are not known here: what is left are the limits, and that nothing is
 * open. */
bool syscalls_confine(void)
{
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
}
#endif
