/*
 * What somebody who has taken FFmpeg over would try, in FFmpeg's place. Tries each thing once, against a victim that the test
 * names, and says in one line how many it tried and which it got. Harmless: nothing is left, stopped or written that lasts.
 *
 *   hostile PORT VICTIM SECRET_FILE FOLDER
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static int tried;
static char got[2048];

static void say(const char *name, int had) {
  tried++;
  if (!had) return;
  strcat(got, " ");
  strcat(got, name);
}

/* The kernel took the call, whatever it thought of these arguments. */
static int reached(long answer) { return answer >= 0 || (errno != EPERM && errno != ENOSYS && errno != EMFILE); }

static int reads(const char *path) {
  char byte;
  int file = open(path, O_RDONLY);
  return file >= 0 && read(file, &byte, 1) == 1;
}

static int dials(int kind, int port) {
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int made = socket(AF_INET, kind, 0);
  if (made < 0) return 0;
  if (kind == SOCK_DGRAM) return sendto(made, "?", 1, 0, (struct sockaddr *)&to, sizeof to) == 1;
  return connect(made, (struct sockaddr *)&to, sizeof to) == 0;
}

static int binds(void) {
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int made = socket(AF_INET, SOCK_STREAM, 0);
  return made >= 0 && bind(made, (struct sockaddr *)&at, sizeof at) == 0 && listen(made, 1) == 0;
}

static int dialsAbstract(void) {
  struct sockaddr_un to = {.sun_family = AF_UNIX, .sun_path = "\0vybzz-nobody"};
  int made = socket(AF_UNIX, SOCK_STREAM, 0);
  return made >= 0 && (connect(made, (struct sockaddr *)&to, sizeof to) == 0 || errno == ECONNREFUSED);
}

/* A bounded fork bomb. */
static int forks(void) {
  int made = 0;
  for (int i = 0; i < 20; i++) {
    pid_t child = fork();
    if (child == 0) _exit(0);
    if (child < 0) continue;
    made++;
    waitpid(child, NULL, 0);
  }
  return made > 0;
}

static int clones(void) {
  long child = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
  if (child == 0) _exit(0);
  if (child > 0) waitpid(child, NULL, 0);
  return child > 0;
}

static int inherits(void) {
  for (int fd = 4; fd < 256; fd++)
    if (lseek(fd, 0, SEEK_CUR) >= 0 || errno == ESPIPE) return 1;
  return 0;
}

static int writes(const char *folder) {
  char path[512];
  snprintf(path, sizeof path, "%s/written", folder);
  int file = open(path, O_CREAT | O_WRONLY, 0600);
  signal(SIGXFSZ, SIG_IGN);
  return file >= 0 && write(file, "x", 1) == 1;
}

static int makesFolder(const char *folder) {
  char path[512];
  snprintf(path, sizeof path, "%s/folder", folder);
  return mkdir(path, 0700) == 0;
}

int main(int argc, char **argv) {
  if (argc < 5) return 2;
  int port = atoi(argv[1]);
  pid_t victim = atoi(argv[2]);
  char environ_[64], memory[64], byte;
  struct stat about;
  snprintf(environ_, sizeof environ_, "/proc/%d/environ", victim);
  snprintf(memory, sizeof memory, "/proc/%d/mem", victim);
  struct iovec here = {&byte, 1}, there = {&byte, 1};
  struct rlimit most = {4096, 4096};
  char *none[] = {NULL};

  /* first: what it opens itself comes after */
  say("inherited", inherits());
  say("tcp", dials(SOCK_STREAM, port));
  say("udp", dials(SOCK_DGRAM, 53));
  say("listen", binds());
  say("abstract-unix", dialsAbstract());
  say("netlink", socket(AF_NETLINK, SOCK_RAW, 0) >= 0);
  say("environ", reads(environ_));
  say("mem", open(memory, O_RDONLY) >= 0);
  say("vm-read", process_vm_readv(victim, &here, 1, &there, 1, 0) >= 0 || errno == EFAULT);
  say("ptrace", ptrace(PTRACE_SEIZE, victim, 0, 0) == 0);
  say("kill", kill(victim, 0) == 0);
  say("passwd", reads("/etc/passwd"));
  say("secret", reads(argv[3]));
  say("stat", stat("/etc/passwd", &about) == 0);
  say("write", writes(argv[4]));
  say("mkdir", makesFolder(argv[4]));
  say("memfd", memfd_create("x", 0) >= 0);
  say("descriptor", dup(0) >= 0);
  say("fork", forks());
  say("clone", clones());
  say("exec", reached(execve("/", none, none)));
  say("4-gb", mmap(NULL, 4UL << 30, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED);
  say("code", mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED);
  say("limits", setrlimit(RLIMIT_NOFILE, &most) == 0);
  say("victims-limits", prlimit(victim, RLIMIT_NOFILE, NULL, &most) == 0);
  say("nice", setpriority(PRIO_PROCESS, victim, 0) == 0);
  say("setuid", reached(setuid(12345)));
  say("unshare", unshare(CLONE_NEWUSER) == 0);
  say("mount", reached(syscall(SYS_mount, 0, 0, 0, 0, 0)));
  say("keyctl", reached(syscall(SYS_keyctl, 0, -3, 0, 0, 0)));
  say("bpf", reached(syscall(SYS_bpf, 0, 0, 0)));
  say("io_uring", reached(syscall(SYS_io_uring_setup, 0, 0)));
  fprintf(stderr, "tried %d, got%s\n", tried, *got ? got : " nothing");
  return 0;
}
