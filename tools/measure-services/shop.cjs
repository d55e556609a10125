// The Node twin: `shop.cjs server PORT`, `shop.cjs client PORT CONCURRENCY SECONDS`.
const path = require("path");
const grpc = require("@grpc/grpc-js"), loader = require("@grpc/proto-loader");
const { measure } = grpc.loadPackageDefinition(loader.loadSync(path.join(__dirname, "item.proto")));
const [, , mode, port, at, seconds] = process.argv;
if (mode === "server") {
  const server = new grpc.Server();
  server.addService(measure.Shop.service, {
    get: (call, done) =>
      done(null, {
        id: call.request.id,
        name: "Vintage camera lens",
        description: "You won't have a camera to use it. ".repeat(3),
        picture: "/static/img/products/camera-lens.jpg",
        units: 12,
        nanos: 490000000,
        categories: ["photography", "vintage"],
      }),
  });
  server.bindAsync("127.0.0.1:" + port, grpc.ServerCredentials.createInsecure(), (error) => {
    if (error) throw error;
  });
} else {
  const client = new measure.Shop("127.0.0.1:" + port, grpc.credentials.createInsecure());
  const waits = [], from = performance.now(), used = process.cpuUsage();
  const one = () =>
    new Promise((done, fail) => client.get({ id: "66VCHSJNUP" }, (e) => e ? fail(e) : done()));
  const loop = async () => {
    while (performance.now() - from < seconds * 1000) {
      const t = performance.now();
      await one();
      waits.push((performance.now() - t) * 1000);
    }
  };
  Promise.all(Array.from({ length: +at }, loop)).then(() => {
    const { user, system } = process.cpuUsage(used);
    waits.sort((a, b) => a - b);
    console.log(
      JSON.stringify({
        calls: waits.length,
        cpu_s: (user + system) / 1e6,
        p50_us: waits[waits.length >> 1],
      }),
    );
    process.exit(0);
  });
}
