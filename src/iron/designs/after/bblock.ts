import {
  type CoreFn,
  GlobalBuffer,
  Kernel,
  ndarray,
  ObjectFifo,
  Program,
  range,
  Runtime,
  Tile,
  Worker,
} from "../../interface/mod.ts";

/** BBlock: a bottleneck block of ResNet, 1x1, 3x3 and 1x1 convolutions with a skip connection. */
export function design(width = 32, height = 32, channels = 256): Program {
  const narrow = channels / 4;
  const half = narrow / 2;
  const weights1 = channels * narrow;
  const weights2 = 3 * 3 * narrow * narrow;
  const weights3 = narrow * channels;
  const weights = weights1 + weights2 + weights3;
  const size = width * height * channels;

  const actInType = ndarray([width, 1, channels], "i8");
  const actOutType = ndarray([width, 1, channels], "ui8");
  const act1Type = ndarray([width, 1, narrow], "ui8");
  const act2Type = ndarray([width, 1, half], "ui8");
  const weights1Type = ndarray([weights1], "i8");
  const weights2Type = ndarray([weights2], "i8");
  const weights3Type = ndarray([weights3], "i8");

  const ints = (n: number) => Array.from({ length: n }, () => "i32" as const);
  const conv2dk1 = new Kernel("conv2dk1_i8", "conv2dk1.o", [
    actInType,
    weights1Type,
    act1Type,
    ...ints(4),
  ]);
  const conv2dk3 = new Kernel("conv2dk3_ui8", "conv2dk3.o", [
    act1Type,
    act1Type,
    act1Type,
    weights2Type,
    act2Type,
    ...ints(8),
  ]);
  const conv2dk1Skip = new Kernel("conv2dk1_skip_i8", "conv2dk1_skip.o", [
    act2Type,
    act2Type,
    weights3Type,
    actOutType,
    actInType,
    ...ints(5),
  ]);

  // Activations in, and the skip connection through a memory tile
  const actIn = new ObjectFifo(actInType, { name: "inOF_act_L3L2" });
  const skip = actIn.cons(4).forward({ depth: 2, name: "skip_buf" });

  // Weights
  const wtsIn = new ObjectFifo(ndarray([weights], "i8"), { depth: 1, name: "inOF_wts_0_L3L2" });
  const [wts0, wts1, wts2] = wtsIn.cons().split([0, weights1, weights1 + weights2], {
    types: [weights1Type, weights2Type, weights3Type],
    names: ["wts_buf_00", "wts_buf_01", "wts_buf_02"],
  });

  // Between the convolutions
  const act235 = new ObjectFifo(act1Type, { name: "act_2_3_5" });
  const act34 = new ObjectFifo(act2Type, { name: "act_3_4" });
  const act54 = new ObjectFifo(act2Type, { name: "act_5_4" });
  const outFifo = new ObjectFifo(actOutType, { name: "outOFL2L3" });

  const rtp2 = new GlobalBuffer(ndarray([16], "i32"), {
    name: "rtpComputeTile2",
    useWriteRtp: true,
  });
  const rtp4 = new GlobalBuffer(ndarray([16], "i32"), {
    name: "rtpComputeTile4",
    useWriteRtp: true,
  });

  // 1x1 convolution
  const conv1Fn: CoreFn = (ofWeights, ofIn, ofOut, rtp, conv2dk1) => {
    const elemWeights = ofWeights.acquire(1);
    const scale = rtp.at(0);
    range(height, () => {
      const elemIn = ofIn.acquire(1);
      const elemOut = ofOut.acquire(1);
      conv2dk1.call(elemIn, elemWeights, elemOut, width, channels, narrow, scale);
      ofIn.release(1);
      ofOut.release(1);
    });
    ofWeights.release(1);
  };

  // 3x3 convolution, half of the output channels on each of two cores
  const conv3Fn: CoreFn = (ofWeights, ofIn, ofOut, conv2dk3, channel) => {
    const elemWeights = ofWeights.acquire(1);
    const sizes = [width, narrow, half, 3, 3];
    // Top row: nothing above.
    const top = ofIn.acquire(2);
    const topOut = ofOut.acquire(1);
    conv2dk3.call(top[0], top[0], top[1], elemWeights, topOut, ...sizes, 0, 11, channel);
    ofOut.release(1);
    range(1, height - 1, () => {
      const rows = ofIn.acquire(3);
      const elemOut = ofOut.acquire(1);
      conv2dk3.call(rows[0], rows[1], rows[2], elemWeights, elemOut, ...sizes, 1, 11, channel);
      ofIn.release(1);
      ofOut.release(1);
    });
    // Bottom row: nothing below.
    const last = ofIn.acquire(2);
    const lastOut = ofOut.acquire(1);
    conv2dk3.call(last[0], last[1], last[1], elemWeights, lastOut, ...sizes, 2, 11, channel);
    ofIn.release(2);
    ofOut.release(1);
    ofWeights.release(1);
  };

  // 1x1 convolution and the skip connection
  const skipFn: CoreFn = (ofWeights, ofIn0, ofIn1, ofSkip, ofOut, rtp, conv2dk1Skip) => {
    const elemWeights = ofWeights.acquire(1);
    const scale = rtp.at(0);
    const skipScale = rtp.at(1);
    range(height, () => {
      const elemIn0 = ofIn0.acquire(1);
      const elemIn1 = ofIn1.acquire(1);
      const elemSkip = ofSkip.acquire(1);
      const elemOut = ofOut.acquire(1);
      conv2dk1Skip.call(
        elemIn0,
        elemIn1,
        elemWeights,
        elemOut,
        elemSkip,
        width,
        narrow,
        channels,
        scale,
        skipScale,
      );
      ofOut.release(1);
      ofIn0.release(1);
      ofIn1.release(1);
      ofSkip.release(1);
    });
    ofWeights.release(1);
  };

  const workers = [
    new Worker(conv1Fn, [wts0.cons(), actIn.cons(), act235.prod(), rtp2, conv2dk1]),
    new Worker(conv3Fn, [wts1.cons(), act235.cons(4), act34.prod(), conv2dk3, 0], {
      placement: new Tile(0, 3),
    }),
    new Worker(conv3Fn, [wts1.cons(), act235.cons(4), act54.prod(), conv2dk3, half], {
      placement: new Tile(0, 5),
    }),
    new Worker(
      skipFn,
      [wts2.cons(), act34.cons(), act54.cons(), skip.cons(), outFifo.prod(), rtp4, conv2dk1Skip],
      { placement: new Tile(0, 4) },
    ),
  ];

  const rt = new Runtime();
  rt.sequence(
    [ndarray([size], "i8"), ndarray([weights], "ui8"), ndarray([size], "i8")],
    (act, wts, out) => {
      rt.inlineOps(() => {
        rtp2.set(0, 1);
        rtp4.set(0, 1);
        rtp4.set(1, 0);
      });
      rt.start(workers);
      rt.fill(actIn.prod(), act);
      rt.fill(wtsIn.prod(), wts);
      rt.drain(outFifo.cons(), out, { wait: true });
    },
  );
  return new Program("npu1_1col", rt);
}
