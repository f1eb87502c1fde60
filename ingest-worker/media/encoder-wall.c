/*
 * The wall around FFmpeg (SPEC §E, E13): a library that the loader brings into its process, and that shuts it in after the last
 * library has been mapped and before main() has read one byte of a stranger's. Nothing of it can be undone by the process.
 * Where a step fails the process ends with status 125: it never runs with half a wall.
 *
 *   cc -O2 -Wall -shared -fPIC -o encoder-wall.so encoder-wall.c
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <fcntl.h>
#include <unistd.h>

#if defined(__x86_64__)
#define OUR_ARCH AUDIT_ARCH_X86_64
/* Of another ABI that the same kernel takes on x86-64; no call of ours has a number so high. */
#define HIGHEST_CALL 0x3fffffff
#elif defined(__aarch64__)
#define OUR_ARCH AUDIT_ARCH_AARCH64
#define HIGHEST_CALL 0x7fffffff
#else
#error "the wall knows the system calls of x86-64 and of 64-bit ARM"
#endif

#define NO_WALL 125

/* Held to ingest-worker/limits.ts by wall.test.ts: encoderMemoryBytes, and showMs and an hour. */
#define MEMORY_BYTES (768UL * 1024 * 1024)
#define CPU_SECONDS (13UL * 60 * 60)
/* Its four pipes, and never one more: no file, socket or pipe can be opened whatever else were to give. */
#define DESCRIPTORS 4

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
/* Both architectures are little-endian: the low half comes first. */
#define LOW_HALF(argument) LOAD(args[argument])
#define ANSWER(action) BPF_STMT(BPF_RET | BPF_K, action)
#define REFUSE(number) ANSWER(SECCOMP_RET_ERRNO | (number))
#define IF_EQUAL(value, then) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), 0, 1), then
#define CALL(name) IF_EQUAL(__NR_##name, ANSWER(SECCOMP_RET_ALLOW))
/* The call, if its argument has all of the bits; or has none of them. Refused otherwise. */
#define CALL_WITH(name, argument, bits)                                                                       \
  BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_##name, 0, 4), LOW_HALF(argument),                                 \
      BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, (bits), 0, 1), ANSWER(SECCOMP_RET_ALLOW), REFUSE(EPERM)
#define CALL_WITHOUT(name, argument, bits)                                                                    \
  BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_##name, 0, 4), LOW_HALF(argument),                                 \
      BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, (bits), 1, 0), ANSWER(SECCOMP_RET_ALLOW), REFUSE(EPERM)
/* The call, if its argument is this value. */
#define CALL_ONLY(name, argument, value, otherwise)                                                           \
  BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_##name, 0, 4), LOW_HALF(argument),                                 \
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), 0, 1), ANSWER(SECCOMP_RET_ALLOW), REFUSE(otherwise)

/*
 * What FFmpeg 5.1 calls once it runs (eleven calls), and what newer ones and newer C libraries call for threads, clocks and memory.
 * A list of what is allowed: a call that is not here, or not yet invented, is refused.
 */
static struct sock_filter calls[] = {
    LOAD(arch),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, OUR_ARCH, 1, 0),
    ANSWER(SECCOMP_RET_KILL_PROCESS),
    LOAD(nr),
    BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, HIGHEST_CALL, 0, 1),
    ANSWER(SECCOMP_RET_KILL_PROCESS),

    /* media in and out of the four pipes */
    CALL(read),
    CALL(write),
    CALL(readv),
    CALL(writev),
    CALL(close),
    CALL(lseek),
    CALL(ppoll),
    CALL(pselect6),
#ifdef __NR_poll
    CALL(poll),
    CALL(select),
#endif
    CALL_ONLY(fcntl, 1, F_GETFL, EPERM),
    CALL_ONLY(ioctl, 1, TCGETS, ENOTTY),

    /* memory, none of it to be executed */
    CALL(brk),
    CALL_WITHOUT(mmap, 2, PROT_EXEC),
    CALL_WITHOUT(mprotect, 2, PROT_EXEC),
    CALL(mremap),
    CALL(munmap),
    CALL(madvise),

    /* threads, never a process; clone3 hides its flags from a filter, and the C library then takes clone */
    CALL_WITH(clone, 0, CLONE_THREAD),
    IF_EQUAL(__NR_clone3, REFUSE(ENOSYS)),
    CALL(futex),
    CALL(set_robust_list),
#ifdef __NR_rseq
    CALL(rseq),
#endif
    CALL(sched_yield),
    CALL(sched_getaffinity),
    CALL_ONLY(prctl, 0, PR_SET_NAME, EPERM),
    CALL(getpid),
    CALL(gettid),

    /* clocks, signals to itself, its end */
    CALL(clock_gettime),
    CALL(clock_getres),
    CALL(clock_nanosleep),
    CALL(nanosleep),
    CALL(gettimeofday),
    CALL(getrusage),
    CALL(getrandom),
    CALL(uname),
    CALL(sysinfo),
    CALL(rt_sigaction),
    CALL(rt_sigprocmask),
    CALL(rt_sigreturn),
    CALL(sigaltstack),
    CALL(restart_syscall),
    CALL(exit),
    CALL(exit_group),

    REFUSE(EPERM),
};

static void limit(int resource, rlim_t most) {
  struct rlimit now;
  if (getrlimit(resource, &now) != 0) _exit(NO_WALL);
  if (now.rlim_max < most) most = now.rlim_max;
  struct rlimit wanted = {most, most};
  if (setrlimit(resource, &wanted) != 0) _exit(NO_WALL);
}

__attribute__((constructor)) static void shut(void) {
  struct sock_fprog program = {sizeof calls / sizeof calls[0], calls};
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_FSIZE, 0);
  limit(RLIMIT_NOFILE, DESCRIPTORS);
  limit(RLIMIT_MEMLOCK, 0);
  limit(RLIMIT_MSGQUEUE, 0);
  limit(RLIMIT_CPU, CPU_SECONDS);
  limit(RLIMIT_DATA, MEMORY_BYTES);
  if (syscall(__NR_close_range, DESCRIPTORS, ~0U, 0) != 0)
    for (int inherited = DESCRIPTORS; inherited < 1024; inherited++) close(inherited);
  /* The loader was started, and its name would stand in lists of processes. */
  prctl(PR_SET_NAME, program_invocation_short_name);
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) _exit(NO_WALL);
  if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) _exit(NO_WALL);
}
