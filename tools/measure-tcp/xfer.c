// Times TCP transfers between two network namespaces with CLOCK_MONOTONIC and TCP_INFO.
//   xfer server PORT STATE
//   xfer client ADDRESS PORT STATE get|put BYTES cold|warm|idle WARM_UP_BYTES IDLE_US SAMPLES LABEL
// STATE is a file on a shared tmpfs: the server notes there the TCP_INFO it sees when a request
// arrives and when it is done, because for a get the sender's window is the server's.
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

struct request { uint64_t op, bytes; };
struct seen { uint32_t cwnd, ssthresh, rtt, rto; };
struct state { struct seen before, after; };

static char buffer[256 * 1024];

static void die(const char *what) {
  perror(what);
  exit(1);
}

static struct state *share(const char *path) {
  int fd = open(path, O_RDWR | O_CREAT, 0600);
  if (fd < 0 || ftruncate(fd, sizeof(struct state)) < 0) die(path);
  void *p = mmap(0, sizeof(struct state), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (p == MAP_FAILED) die("mmap");
  return p;
}

static struct seen look(int fd) {
  struct tcp_info info;
  socklen_t size = sizeof info;
  memset(&info, 0, sizeof info);
  if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) < 0) die("TCP_INFO");
  return (struct seen){info.tcpi_snd_cwnd, info.tcpi_snd_ssthresh, info.tcpi_rtt, info.tcpi_rto};
}

static int receive(int fd, uint64_t bytes) {
  while (bytes > 0) {
    ssize_t n = read(fd, buffer, bytes < sizeof buffer ? bytes : sizeof buffer);
    if (n <= 0) return -1;
    bytes -= (uint64_t)n;
  }
  return 0;
}

static int receive_into(int fd, void *to, uint64_t bytes) {
  char *at = to;
  while (bytes > 0) {
    ssize_t n = read(fd, at, bytes);
    if (n <= 0) return -1;
    at += n;
    bytes -= (uint64_t)n;
  }
  return 0;
}

static int give(int fd, uint64_t bytes) {
  while (bytes > 0) {
    ssize_t n = write(fd, buffer, bytes < sizeof buffer ? bytes : sizeof buffer);
    if (n <= 0) return -1;
    bytes -= (uint64_t)n;
  }
  return 0;
}

static void serve(int port, struct state *state) {
  int listener = socket(AF_INET, SOCK_STREAM, 0), one = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  if (bind(listener, (struct sockaddr *)&at, sizeof at) < 0 || listen(listener, 64) < 0) die("listen");
  for (;;) {
    int fd = accept(listener, 0, 0);
    if (fd < 0) die("accept");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    struct request ask;
    while (receive_into(fd, &ask, sizeof ask) == 0) {
      state->before = look(fd);
      if (ask.op == 0) {
        if (give(fd, ask.bytes) < 0) break;
      } else {
        if (receive(fd, ask.bytes) < 0 || give(fd, 16) < 0) break;
      }
    }
    close(fd);
  }
}

static int64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void transfer(int fd, int put, uint64_t bytes) {
  struct request ask = {(uint64_t)put, bytes};
  if (put) {
    // Header and first bytes leave together, as one message.
    if (give(fd, 0) < 0) die("put");
    memcpy(buffer, &ask, sizeof ask);
    uint64_t total = sizeof ask + bytes;
    if (give(fd, total) < 0 || receive(fd, 16) < 0) die("put");
  } else {
    if (write(fd, &ask, sizeof ask) != sizeof ask || receive(fd, bytes) < 0) die("get");
  }
}

static void rest(int64_t us) {
  struct timespec t = {us / 1000000, us % 1000000 * 1000};
  while (us > 0 && nanosleep(&t, &t) < 0 && errno == EINTR) {}
}

int main(int argc, char **argv) {
  if (argc == 4 && !strcmp(argv[1], "server")) serve(atoi(argv[2]), share(argv[3]));
  if (argc != 12) return 2;
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(argv[3]))};
  inet_aton(argv[2], &to.sin_addr);
  struct state *state = share(argv[4]);
  int put = !strcmp(argv[5], "put"), cold = !strcmp(argv[7], "cold"), one = 1;
  uint64_t bytes = strtoull(argv[6], 0, 10), warm_up = strtoull(argv[8], 0, 10);
  int64_t idle = atoll(argv[9]);
  for (int i = 0; i < atoi(argv[10]); i++) {
    int64_t began = now();
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(fd, (struct sockaddr *)&to, sizeof to) < 0) die("connect");
    int64_t connected = now();
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    int64_t connect_ns = connected - began;
    if (!cold) {
      transfer(fd, put, warm_up);
      rest(idle);
      connect_ns = 0;
    }
    struct seen mine = look(fd);
    began = now();
    transfer(fd, put, bytes);
    int64_t took = now() - began;
    struct seen before = put ? mine : state->before;
    struct seen after = look(fd);
    printf("\nROW %s,%ld.%06ld,%ld.%06ld,%u,%u,%u,%u,%u\n", argv[11], (long)(connect_ns / 1000000),
           (long)(connect_ns % 1000000), (long)(took / 1000000), (long)(took % 1000000), before.cwnd,
           before.ssthresh, before.rtt, before.rto, put ? after.cwnd : 0);
    fflush(stdout);
    close(fd);
    rest(300000);
  }
  return 0;
}
