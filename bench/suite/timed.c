// Starts a program and tells what it took: `timed PROGRAM ARGUMENT…` writes one line of JSON to file descriptor 3.
// A small program starts another one sooner than Node can, and its own memory does not count as the other's: a process
// inherits the peak of the one that it was forked from.
#define _GNU_SOURCE
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

static double milliseconds(struct timeval time) { return time.tv_sec * 1e3 + time.tv_usec / 1e3; }

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1e3 + time.tv_nsec / 1e6;
}

int main(int count, char **arguments) {
  if (count < 2) return 2;
  fcntl(3, F_SETFD, FD_CLOEXEC);
  pid_t child;
  int status;
  struct rusage used;
  double start = now();
  int failure = posix_spawnp(&child, arguments[1], NULL, NULL, arguments + 1, environ);
  if (failure != 0) {
    fprintf(stderr, "%s: %s\n", arguments[1], strerror(failure));
    return 127;
  }
  if (wait4(child, &status, 0, &used) < 0) return 126;
  double end = now();
#ifdef __APPLE__
  double megabytes = used.ru_maxrss / 1e6;
#else
  double megabytes = used.ru_maxrss / 1e3;
#endif
  dprintf(3, "{\"wall\":%.4f,\"busy\":%.4f,\"peak\":%.3f}\n", end - start,
          milliseconds(used.ru_utime) + milliseconds(used.ru_stime), megabytes);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
