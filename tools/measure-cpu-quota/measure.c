/*
 * Replays a trace of jobs in a cgroup (v1 cpu controller) with a CFS quota and prints when each job
 * was done. Needs root. See README.md.
 *
 *   [GAPS=file] [SPIN=1] measure TRACE QUOTA_US PERIOD_US THREADS [CGROUP_ROOT]
 *
 * stdout: job,arrival_ms,service_ms,start_ms,completed_ms,cpu_start,cpu_end,queued_ms,cpu_dispatch,worker,used_ms
 * GAPS:   job,from_ms,to_ms,cpu_before,cpu_after: where a job was off its CPU for over 0.3 ms
 * SPIN:   burn by counting instead of by reading the thread's CPU clock. A clock reading makes the
 *         kernel account the thread, so that a quota is enforced at once; without it the kernel looks
 *         at the tick only. used_ms is then what a job really used.
 * stderr: the group's cpu.stat over the run, and the steal and other load of the machine
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

struct job { double arrival, service, queued, start, end, used; int cpu0, cpu1, cpu_dispatch, worker; };

static struct job *jobs;
static int n_jobs, head, tail, finished;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t work = PTHREAD_COND_INITIALIZER;
static struct timespec origin;
static char group[512];
static FILE *gaps;
static double spins_per_ms; /* 0: read the clock */

static double since(const struct timespec *t0) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (t.tv_sec - t0->tv_sec) * 1e3 + (t.tv_nsec - t0->tv_nsec) / 1e6;
}

static double cpu_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

static void fail(const char *what) { fprintf(stderr, "%s: %s\n", what, strerror(errno)); exit(1); }

static void put(const char *file, const char *text) {
    char path[600];
    snprintf(path, sizeof path, "%s/%s", group, file);
    FILE *f = fopen(path, "w");
    if (!f || fputs(text, f) < 0 || fclose(f)) fail(path);
}

static void spin(double count) { for (volatile long i = (long)count; i > 0; i--) ; }

static void *worker(void *arg) {
    int me = (int)(long)arg;
    char tid[32];
    snprintf(tid, sizeof tid, "%d", (int)syscall(SYS_gettid));
    put("tasks", tid);
    setpriority(PRIO_PROCESS, syscall(SYS_gettid), -20);
    for (;;) {
        pthread_mutex_lock(&lock);
        while (head == tail && !finished) pthread_cond_wait(&work, &lock);
        if (head == tail) { pthread_mutex_unlock(&lock); return NULL; }
        struct job *j = &jobs[head++];
        pthread_mutex_unlock(&lock);
        double began = cpu_ms(), until = began + j->service;
        j->start = since(&origin);
        j->worker = me;
        j->cpu0 = sched_getcpu();
        if (spins_per_ms > 0) spin(spins_per_ms * j->service);
        double last = j->start;
        int cpu = j->cpu0;
        while (spins_per_ms == 0 && cpu_ms() < until) {
            double now = since(&origin);
            if (now - last > 0.3) {
                int after = sched_getcpu();
                if (gaps) fprintf(gaps, "%d,%.4f,%.4f,%d,%d\n", (int)(j - jobs), last, now, cpu, after);
                now = since(&origin);
                cpu = after;
            }
            last = now;
        }
        j->cpu1 = sched_getcpu();
        j->end = since(&origin);
        j->used = cpu_ms() - began;
    }
}

static void stat_cpu(double *steal, double *busy) {
    long v[10] = {0};
    FILE *f = fopen("/proc/stat", "r");
    if (!f || fscanf(f, "cpu %ld %ld %ld %ld %ld %ld %ld %ld", v, v+1, v+2, v+3, v+4, v+5, v+6, v+7) != 8)
        fail("/proc/stat");
    fclose(f);
    double tick = 1e3 / sysconf(_SC_CLK_TCK);
    *steal = v[7] * tick;
    *busy = (v[0] + v[1] + v[2] + v[5] + v[6]) * tick;
}

int main(int argc, char **argv) {
    if (argc < 5) { fprintf(stderr, "usage: measure TRACE QUOTA_US PERIOD_US THREADS [CGROUP_ROOT]\n"); return 2; }
    FILE *f = fopen(argv[1], "r");
    if (!f) fail(argv[1]);
    char line[256];
    int room = 0;
    while (fgets(line, sizeof line, f)) {
        double a, s;
        if (sscanf(line, "%lf,%lf", &a, &s) != 2) continue;
        if (n_jobs == room) jobs = realloc(jobs, (room = room ? 2 * room : 1024) * sizeof *jobs);
        jobs[n_jobs++] = (struct job){ .arrival = a, .service = s };
    }
    fclose(f);
    int threads = atoi(argv[4]);
    if (getenv("GAPS") && !(gaps = fopen(getenv("GAPS"), "w"))) fail("GAPS");
    if (getenv("SPIN")) {
        double fastest = 1e9;
        for (int i = 0; i < 20; i++) {
            double t = cpu_ms();
            spin(1e6);
            t = cpu_ms() - t;
            if (t < fastest) fastest = t;
        }
        spins_per_ms = 1e6 / fastest;
    }
    mlockall(MCL_CURRENT | MCL_FUTURE);
    snprintf(group, sizeof group, "%s/measure-%d", argc > 5 ? argv[5] : "/sys/fs/cgroup/cpu", (int)getpid());
    if (mkdir(group, 0755)) fail(group);
    put("cpu.cfs_period_us", argv[3]);
    put("cpu.cfs_quota_us", argv[2]);
    put("cpu.shares", "262144");

    struct sched_param normal = { 0 }, fifo = { .sched_priority = 50 };
    pthread_t *pool = calloc(threads, sizeof *pool);
    pthread_attr_t attr;
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, 65536);
    sched_setscheduler(0, SCHED_OTHER, &normal);
    for (int i = 0; i < threads; i++) pthread_create(&pool[i], &attr, worker, (void *)(long)i);
    usleep(300000);
    if (sched_setscheduler(0, SCHED_FIFO, &fifo)) fail("SCHED_FIFO");

    double steal0, steal1, busy0, busy1;
    char path[600];
    snprintf(path, sizeof path, "%s/cpu.stat", group);
    long before[3] = {0}, after[3] = {0};
    f = fopen(path, "r");
    if (fscanf(f, "nr_periods %ld nr_throttled %ld throttled_time %ld", before, before+1, before+2) != 3) fail(path);
    fclose(f);
    stat_cpu(&steal0, &busy0);
    clock_gettime(CLOCK_MONOTONIC, &origin);
    for (int i = 0; i < n_jobs; i++) {
        struct timespec t = origin;
        long ns = t.tv_nsec + (long)(jobs[i].arrival * 1e6);
        t.tv_sec += ns / 1000000000; t.tv_nsec = ns % 1000000000;
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
        jobs[i].queued = since(&origin);
        jobs[i].cpu_dispatch = sched_getcpu();
        pthread_mutex_lock(&lock);
        tail = i + 1;
        pthread_cond_signal(&work);
        pthread_mutex_unlock(&lock);
    }
    pthread_mutex_lock(&lock);
    finished = 1;
    pthread_cond_broadcast(&work);
    pthread_mutex_unlock(&lock);
    for (int i = 0; i < threads; i++) pthread_join(pool[i], NULL);
    stat_cpu(&steal1, &busy1);
    f = fopen(path, "r");
    if (fscanf(f, "nr_periods %ld nr_throttled %ld throttled_time %ld", after, after+1, after+2) != 3) fail(path);
    fclose(f);
    double own = 0;
    for (int i = 0; i < n_jobs; i++) {
        own += jobs[i].service;
        printf("%d,%.4f,%.4f,%.4f,%.4f,%d,%d,%.4f,%d,%d,%.4f\n", i, jobs[i].arrival, jobs[i].service, jobs[i].start,
               jobs[i].end, jobs[i].cpu0, jobs[i].cpu1, jobs[i].queued, jobs[i].cpu_dispatch,
               jobs[i].worker, jobs[i].used);
    }
    fprintf(stderr, "periods %ld throttled %ld throttled_ms %.1f steal_ms %.0f other_ms %.0f own_ms %.0f\n",
            after[0] - before[0], after[1] - before[1], (after[2] - before[2]) / 1e6, steal1 - steal0,
            busy1 - busy0 - own, own);
    for (int i = 0; i < 50 && rmdir(group); i++) usleep(20000);
    return 0;
}
