"""The Python twin: `shop.py server PORT`, `shop.py client PORT CONCURRENCY SECONDS`."""
import json, resource, sys, threading, time
from concurrent import futures
import grpc
import item_pb2, item_pb2_grpc


class Shop(item_pb2_grpc.ShopServicer):
    def Get(self, request, context):
        return item_pb2.Item(
            id=request.id, name="Vintage camera lens", description="You won't have a camera to use it. " * 3,
            picture="/static/img/products/camera-lens.jpg", units=12, nanos=490000000,
            categories=["photography", "vintage"])


def cpu():
    u = resource.getrusage(resource.RUSAGE_SELF)
    return u.ru_utime + u.ru_stime


if sys.argv[1] == "server":
    # Ten workers: what HipsterShop's Python services ask for.
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=10))
    item_pb2_grpc.add_ShopServicer_to_server(Shop(), server)
    server.add_insecure_port("127.0.0.1:" + sys.argv[2])
    server.start()
    server.wait_for_termination()
stub = item_pb2_grpc.ShopStub(grpc.insecure_channel("127.0.0.1:" + sys.argv[2]))
seconds, waits = float(sys.argv[4]), []
start, used = time.monotonic(), cpu()


def calls():
    while time.monotonic() - start < seconds:
        t = time.monotonic()
        stub.Get(item_pb2.Id(id="66VCHSJNUP"))
        waits.append((time.monotonic() - t) * 1e6)


threads = [threading.Thread(target=calls) for _ in range(int(sys.argv[3]))]
for t in threads: t.start()
for t in threads: t.join()
print(json.dumps({"calls": len(waits), "cpu_s": cpu() - used, "p50_us": sorted(waits)[len(waits) // 2]}))
