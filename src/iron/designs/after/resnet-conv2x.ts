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
import { TensorAccessPattern } from "../../taplib/mod.ts";

/** ResNetConv2x: the conv2_x layers of ResNet, three bottleneck blocks that follow each other. */
export function design(width = 32, height = 32): Program {
  const narrow = 64;
  const wide = 256;
  const half = narrow / 2;
  const weights2 = 3 * 3 * narrow * narrow;
  // 1x1 convolutions before and after the 3x3 one; the first block's skip has weights too.
  const weights1 = [narrow * narrow, wide * narrow, wide * narrow];
  const weights3 = [2 * narrow * wide, narrow * wide, narrow * wide];
  const weights = weights1.map((n, block) => n + weights2 + weights3[block]);
  const allWeights = weights[0] + weights[1] + weights[2];

  const actInType = ndarray([width, 1, narrow], "i8");
  const actWideType = ndarray([width, 1, wide], "ui8");
  const act1Type = ndarray([width, 1, narrow], "ui8");
  const act2Type = ndarray([width, 1, half], "ui8");
  const weights1Type = weights1.map((n) => ndarray([n], "i8"));
  const weights2Type = ndarray([weights2], "i8");
  const weights3Type = weights3.map((n) => ndarray([n], "i8"));

  const ints = (n: number) => Array.from({ length: n }, () => "i32" as const);
  const conv2dk1Init = new Kernel("conv2dk1_i8", "conv2dk1_i8.o", [
    actInType,
    weights1Type[0],
    act1Type,
    ...ints(4),
  ]);
  const conv2dk1 = new Kernel("conv2dk1_ui8", "conv2dk1_ui8.o", [
    actWideType,
    weights1Type[1],
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
  const conv2dk1SkipInit = new Kernel("conv2dk1_skip_init_i8", "conv2dk1_skip_init.o", [
    act2Type,
    act2Type,
    weights3Type[0],
    actWideType,
    actInType,
    ...ints(7),
  ]);
  const conv2dk1Skip = new Kernel("conv2dk1_skip_ui8", "conv2dk1_skip.o", [
    act2Type,
    act2Type,
    weights3Type[1],
    actWideType,
    actWideType,
    ...ints(5),
  ]);

  // The blocks form a snake over the array: up, down, up.
  const conv1Tiles = [new Tile(0, 2), new Tile(1, 5), new Tile(2, 2)];
  const conv3Tiles = [
    [new Tile(0, 3), new Tile(0, 5)],
    [new Tile(1, 4), new Tile(1, 2)],
    [new Tile(2, 3), new Tile(2, 5)],
  ];
  const skipTiles = [new Tile(0, 4), new Tile(1, 3), new Tile(2, 4)];
  const skipMemTiles = [new Tile(0, 1), new Tile(0, 1), new Tile(2, 1)];

  // Activations between the blocks, and their skip connections through memory tiles
  const act1 = [
    new ObjectFifo(actInType, { name: "act1_00_02_01" }),
    new ObjectFifo(actWideType, { name: "act1_04_15_11" }),
    new ObjectFifo(actWideType, { name: "act1_13_22_21" }),
  ];
  const outFifo = new ObjectFifo(actWideType, { name: "outOFL2L3" });
  const outs = [act1[1], act1[2], outFifo];
  const skips = act1.map((fifo, block) =>
    fifo.cons(4).forward({ placement: skipMemTiles[block], depth: 2, name: `skip_${block}` })
  );

  // Activations inside the blocks
  const act2 = ["act2_02_03_05", "act2_15_12_14", "act2_22_23_25"].map((name) =>
    new ObjectFifo(act1Type, { depth: 4, name })
  );
  const act3 = [
    ["act3_03_04", "act3_05_04"],
    ["act3_14_13", "act3_12_13"],
    ["act3_23_24", "act3_25_24"],
  ].map((names) => names.map((name) => new ObjectFifo(act2Type, { name })));

  // Weights
  const wtsIn = weights.map((n, block) =>
    new ObjectFifo(ndarray([n], "i8"), { depth: 1, name: `wts_${block}_L3L2` })
  );
  const wts = wtsIn.map((fifo, block) =>
    fifo.cons().split([0, weights1[block], weights1[block] + weights2], {
      placement: new Tile(block, 1),
      types: [weights1Type[block], weights2Type, weights3Type[block]],
      names: [0, 1, 2].map((i) => `wts_buf_${block}${i}`),
    })
  );

  const buffer = (name: string) =>
    new GlobalBuffer(ndarray([16], "i32"), { name: `rtpComputeTile${name}`, useWriteRtp: true });
  const conv1Rtps = ["02", "15", "22"].map(buffer);
  const skipRtps = ["05", "13", "24"].map(buffer);

  // First 1x1 convolutions
  const conv1Fn: CoreFn = (ofWeights, ofIn, ofOut, rtp, conv2dk1, channels) => {
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

  // 3x3 convolutions, half of the output channels on each of two cores
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

  // Last 1x1 convolutions and the skip connections
  const skipFn: CoreFn = (ofWeights, ofIn0, ofIn1, ofOut, ofSkip, rtp, kernel, skipConvolution) => {
    const elemWeights = ofWeights.acquire(1);
    const scale = rtp.at(0);
    const skipScale = rtp.at(1);
    const scales = skipConvolution ? [narrow, scale, skipScale, rtp.at(2)] : [scale, skipScale];
    range(height, () => {
      const elemIn0 = ofIn0.acquire(1);
      const elemIn1 = ofIn1.acquire(1);
      const elemOut = ofOut.acquire(1);
      const elemSkip = ofSkip.acquire(1);
      kernel.call(elemIn0, elemIn1, elemWeights, elemOut, elemSkip, width, narrow, wide, ...scales);
      ofIn0.release(1);
      ofIn1.release(1);
      ofOut.release(1);
      ofSkip.release(1);
    });
    ofWeights.release(1);
  };

  const workers: Worker[] = [];
  for (let block = 0; block < 3; block++) {
    const first = block === 0;
    const [wts1, wts2, wts3] = wts[block];
    workers.push(
      new Worker(
        conv1Fn,
        [
          wts1.cons(),
          act1[block].cons(),
          act2[block].prod(),
          conv1Rtps[block],
          first ? conv2dk1Init : conv2dk1,
          first ? narrow : wide,
        ],
        { placement: conv1Tiles[block] },
      ),
    );
    for (let part = 0; part < 2; part++) {
      workers.push(
        new Worker(
          conv3Fn,
          [wts2.cons(), act2[block].cons(), act3[block][part].prod(), conv2dk3, part * half],
          { placement: conv3Tiles[block][part] },
        ),
      );
    }
    workers.push(
      new Worker(
        skipFn,
        [
          wts3.cons(),
          act3[block][0].cons(),
          act3[block][1].cons(),
          outs[block].prod(),
          skips[block].cons(),
          skipRtps[block],
          first ? conv2dk1SkipInit : conv2dk1Skip,
          first,
        ],
        { placement: skipTiles[block] },
      ),
    );
  }

  const rt = new Runtime();
  rt.sequence(
    [
      ndarray([width * height * narrow], "i8"),
      ndarray([allWeights], "i8"),
      ndarray([width * height * wide], "i8"),
    ],
    (act, allWts, out) => {
      rt.inlineOps(() => {
        for (let block = 0; block < 3; block++) {
          conv1Rtps[block].set(0, 1);
          skipRtps[block].set(0, 1);
          skipRtps[block].set(1, 0);
          if (block === 0) {
            skipRtps[block].set(2, 1);
          }
        }
      });
      rt.start(workers);
      rt.fill(act1[0].prod(), act, { placement: new Tile(0, 0) });
      let offset = 0;
      for (let block = 0; block < 3; block++) {
        const tap = new TensorAccessPattern({
          tensorDims: [allWeights],
          offset,
          sizes: [1, 1, 1, weights[block]],
          strides: [0, 0, 0, 1],
        });
        rt.fill(wtsIn[block].prod(), allWts, { tap, placement: new Tile(block, 0) });
        offset += weights[block];
      }
      rt.drain(outFifo.cons(), out, { wait: true, placement: new Tile(1, 0) });
    },
  );
  return new Program("npu1_3col", rt);
}
