"""CPU time, latency, start and memory of small servers: see README.md. Prints CSV on stdout."""
import json, os, re, socket, subprocess, sys, time, urllib.request

BUILD, NODE, CLASS_PATH = sys.argv[1], sys.argv[2], open(sys.argv[3]).read().strip()
SECONDS = os.environ.get("SECONDS", "6")
TICK = os.sysconf("SC_CLK_TCK")
JAVA = ["java", "--add-opens", "java.base/java.lang=ALL-UNNAMED", "-cp", BUILD + "/java/classes:" + CLASS_PATH]
KINDS = {
    "grpc-go": ([BUILD + "/shop-go"], []),
    "grpc-python": (["/usr/bin/python3", BUILD + "/py/shop.py"], []),
    "grpc-node": (["node", NODE + "/shop.cjs"], []),
    "grpc-java": (JAVA + ["Shop"], []),
    "rest-spring": (JAVA[:1] + ["-Xmx200m"] + JAVA[1:] + ["Rest"], []),
    "rest-jersey": (JAVA + ["Jersey"], ["1", "1"]),
}
RUNTIME = re.compile(r"^(C1 |C2 |GC |G1 |VM |Sweeper|Signal|Reference|Finalizer|Common-|Monitor|Service Thr|Notificat|Worker)")


def threads(pid):
    """CPU seconds by thread: {tid: (name, seconds)}."""
    out = {}
    for tid in os.listdir(f"/proc/{pid}/task"):
        try:
            text = open(f"/proc/{pid}/task/{tid}/stat").read()
        except OSError:
            continue
        name, rest = text[text.index("(") + 1:text.rindex(")")], text[text.rindex(")") + 2:].split()
        out[tid] = (name, (int(rest[11]) + int(rest[12])) / TICK)
    return out


def cpu(pid):
    rest = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
    return (int(rest[11]) + int(rest[12])) / TICK


def status(pid):
    text = open(f"/proc/{pid}/status").read()
    return {k: int(re.search(k + r":\s+(\d+)", text).group(1)) / 1024 for k in ("RssAnon", "RssFile")}


def row(*values):
    print(",".join(str(round(v, 4)) if isinstance(v, float) else str(v) for v in values), flush=True)


def measure(kind, port):
    command, extra = KINDS[kind]
    started = time.monotonic()
    server = subprocess.Popen(command + ["server", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=NODE)
    try:
        while True:
            try:
                if "rest" in kind:  # Tomcat takes connections before it answers
                    urllib.request.urlopen(f"http://127.0.0.1:{port}/" + ("item/1" if "spring" in kind else "images/1/1")).read()
                else:
                    socket.create_connection(("127.0.0.1", port), 0.2).close()
                break
            except OSError:
                time.sleep(0.01)
        wall, used, by = time.monotonic() - started, cpu(server.pid), threads(server.pid)
        m = status(server.pid)
        row(kind, "start", "wall_s", wall)
        row(kind, "start", "cpu_s", used)
        row(kind, "start", "longest_thread_s", max(s for _, s in by.values()))
        row(kind, "start", "anonymous_mib", m["RssAnon"])
        row(kind, "start", "file_mib", m["RssFile"])
        client = lambda at, s: json.loads(subprocess.run(
            command + ["client", str(port), str(at), s] + extra, cwd=NODE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, check=True).stdout)
        idle = cpu(server.pid)
        time.sleep(4)
        row(kind, "idle", "cores", (cpu(server.pid) - idle) / 4)
        # A JVM compiles in its first calls; what it costs after them is "settled", one call at a time.
        for when, at in (("first calls", 1), ("ten at once", 10), ("settled", 1)):
            before, by0 = cpu(server.pid), threads(server.pid)
            # A JVM's client calls twice as long, first to warm up; its CPU time is of the second half.
            r = client(at, SECONDS)
            used, by1 = cpu(server.pid) - before, threads(server.pid)
            runtime = sum(s - by0.get(t, ("", 0))[1] for t, (n, s) in by1.items() if RUNTIME.match(n))
            total = r.get("total_calls", r["calls"])
            row(kind, when, "calls", total)
            row(kind, when, "server_cpu_us_per_call", used / total * 1e6)
            row(kind, when, "of_it_runtime_threads_us", runtime / total * 1e6)
            row(kind, when, "client_cpu_us_per_call", r["cpu_s"] / r["calls"] * 1e6)
            if "callers_cpu_s" in r:
                row(kind, when, "client_threads_us_per_call", r["callers_cpu_s"] / r["calls"] * 1e6)
            row(kind, when, "p50_us", r["p50_us"])
        m = status(server.pid)
        row(kind, "after", "anonymous_mib", m["RssAnon"])
        row(kind, "after", "file_mib", m["RssFile"])
    finally:
        server.terminate()
        server.wait()


print("kind,when,what,value")
for i, kind in enumerate(sys.argv[4:] or KINDS):
    measure(kind, 7100 + i)
