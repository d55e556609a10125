import com.sun.management.OperatingSystemMXBean;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import measure.Items;
import measure.ShopGrpc;

/** The Java twin over gRPC: server PORT, client PORT CONCURRENCY SECONDS. */
public class Shop {
  public static void main(String[] args) throws Exception {
    InetSocketAddress at = new InetSocketAddress("127.0.0.1", Integer.parseInt(args[1]));
    if (args[0].equals("server")) {
      NettyServerBuilder.forAddress(at).addService(new ShopGrpc.ShopImplBase() {
        @Override public void get(Items.Id id, StreamObserver<Items.Item> out) {
          out.onNext(Items.Item.newBuilder().setId(id.getId()).setName("Vintage camera lens")
              .setDescription("You won't have a camera to use it. ".repeat(3)).setPicture("/static/img/products/camera-lens.jpg")
              .setUnits(12).setNanos(490000000).addCategories("photography").addCategories("vintage").build());
          out.onCompleted();
        }
      }).build().start().awaitTermination();
    }
    ManagedChannel channel = NettyChannelBuilder.forAddress(at).usePlaintext().build();
    Items.Id id = Items.Id.newBuilder().setId("66VCHSJNUP").build();
    Bench.run(args, () -> {
      ShopGrpc.ShopBlockingStub stub = ShopGrpc.newBlockingStub(channel);
      return () -> stub.get(id);
    });
  }
}
