"""Sets and gets in turn on so many connections: memcached.py PORT CONNECTIONS CALLS."""
import socket, sys, threading

port, at, calls = (int(a) for a in sys.argv[1:])


def run():
    s = socket.create_connection(("127.0.0.1", port))
    for i in range(calls // at // 2):
        s.sendall(b"set k%d 0 0 256\r\n" % (i % 1000) + b"x" * 256 + b"\r\n")
        s.recv(64)
        s.sendall(b"get k%d\r\n" % (i % 1000))
        s.recv(512)


threads = [threading.Thread(target=run) for _ in range(at)]
for t in threads: t.start()
for t in threads: t.join()
