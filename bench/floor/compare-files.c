// What a sync with nothing to do cannot do without, and nothing else: `compare-files RECORD` compares the state of each
// file of a record with what is written there. A line of it is `SIZE:MTIME:CTIME:INODE:MODE PATH`, times in nanoseconds,
// as a stamp has them. Ends with 1 at the first difference.
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#ifdef __APPLE__
#define MODIFIED st_mtimespec
#define CHANGED st_ctimespec
#else
#define MODIFIED st_mtim
#define CHANGED st_ctim
#endif

static long long nanoseconds(struct timespec time) { return time.tv_sec * 1000000000LL + time.tv_nsec; }

static int is_same(const char *state, const char *path) {
  struct stat found;
  char now[160];
  if (stat(path, &found) != 0) return 0;
  snprintf(now, sizeof now, "%lld:%lld:%lld:%llu:%u", (long long)found.st_size, nanoseconds(found.MODIFIED),
           nanoseconds(found.CHANGED), (unsigned long long)found.st_ino, (unsigned)found.st_mode);
  return strcmp(now, state) == 0;
}

int main(int count, char **arguments) {
  FILE *record = count == 2 ? fopen(arguments[1], "r") : NULL;
  if (record == NULL) return 2;
  char *line = NULL;
  size_t room = 0;
  while (getline(&line, &room, record) > 0) {
    line[strcspn(line, "\n")] = 0;
    char *path = strchr(line, ' ');
    if (path == NULL) return 2;
    *path = 0;
    if (!is_same(line, path + 1)) return 1;
  }
  return 0;
}
