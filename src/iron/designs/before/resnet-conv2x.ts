import {
  buffer,
  core,
  dmaAwaitTask,
  dmaFreeTask,
  dmaStartTask,
  explicitDesign,
  type ExplicitFifo,
  externalFunction,
  MAX_SIZE,
  npuRtpWrite,
  objectFifo,
  objectFifoLink,
  range,
  runtimeSequence,
  shimDmaSingleBdTask,
  tile,
} from "../../explicit/explicit.ts";
import type { DesignGraph } from "../../graph/graph.ts";
import { ndarray } from "../../graph/types.ts";

/** ResNetConv2x: the conv2_x layers of ResNet, three bottleneck blocks that follow each other. */
export function design(width = 32, height = 32): DesignGraph {
  const narrow = 64;
  const wide = 256;
  const half = narrow / 2;
  const firstWeights1 = narrow * narrow;
  const weights1 = wide * narrow;
  const weights2 = 3 * 3 * narrow * narrow;
  const weights3 = narrow * wide;
  const firstWeights3 = 2 * narrow * wide;
  const firstWeights = firstWeights1 + weights2 + firstWeights3;
  const weights = weights1 + weights2 + weights3;
  const allWeights = firstWeights + 2 * weights;
  const inSize = width * height * narrow;
  const outSize = width * height * wide;

  const actInType = ndarray([width, 1, narrow], "i8");
  const actWideType = ndarray([width, 1, wide], "ui8");
  const act1Type = ndarray([width, 1, narrow], "ui8");
  const act2Type = ndarray([width, 1, half], "ui8");
  const firstWeightsType = ndarray([firstWeights], "i8");
  const weightsType = ndarray([weights], "i8");
  const firstWeights1Type = ndarray([firstWeights1], "i8");
  const weights1Type = ndarray([weights1], "i8");
  const weights2Type = ndarray([weights2], "i8");
  const weights3Type = ndarray([weights3], "i8");
  const firstWeights3Type = ndarray([firstWeights3], "i8");
  const ints = (n: number) => Array.from({ length: n }, () => "i32" as const);
  return explicitDesign("npu1_3col", () => {
    const conv2dk1Init = externalFunction(
      "conv2dk1_i8",
      [actInType, firstWeights1Type, act1Type, ...ints(4)],
      "conv2dk1_i8.o",
    );
    const conv2dk3 = externalFunction(
      "conv2dk3_ui8",
      [act1Type, act1Type, act1Type, weights2Type, act2Type, ...ints(8)],
      "conv2dk3.o",
    );
    const conv2dk1SkipInit = externalFunction(
      "conv2dk1_skip_init_i8",
      [act2Type, act2Type, firstWeights3Type, actWideType, actInType, ...ints(7)],
      "conv2dk1_skip_init.o",
    );
    const conv2dk1 = externalFunction(
      "conv2dk1_ui8",
      [actWideType, weights1Type, act1Type, ...ints(4)],
      "conv2dk1_ui8.o",
    );
    const conv2dk1Skip = externalFunction(
      "conv2dk1_skip_ui8",
      [act2Type, act2Type, weights3Type, actWideType, actWideType, ...ints(5)],
      "conv2dk1_skip.o",
    );

    const shim00 = tile(0, 0);
    const mem01 = tile(0, 1);
    const compute02 = tile(0, 2);
    const compute03 = tile(0, 3);
    const compute04 = tile(0, 4);
    const compute05 = tile(0, 5);
    const shim10 = tile(1, 0);
    const mem11 = tile(1, 1);
    const compute12 = tile(1, 2);
    const compute13 = tile(1, 3);
    const compute14 = tile(1, 4);
    const compute15 = tile(1, 5);
    const shim20 = tile(2, 0);
    const mem21 = tile(2, 1);
    const compute22 = tile(2, 2);
    const compute23 = tile(2, 3);
    const compute24 = tile(2, 4);
    const compute25 = tile(2, 5);

    const rtpType = ndarray([16], "i32");
    const rtp02 = buffer(compute02, rtpType, "rtpComputeTile02");
    const rtp05 = buffer(compute04, rtpType, "rtpComputeTile05");
    const rtp13 = buffer(compute13, rtpType, "rtpComputeTile13");
    const rtp15 = buffer(compute15, rtpType, "rtpComputeTile15");
    const rtp22 = buffer(compute22, rtpType, "rtpComputeTile22");
    const rtp24 = buffer(compute24, rtpType, "rtpComputeTile24");

    // Activations between the blocks, and their skip connections through memory tiles
    const act1 = objectFifo("act1_00_02_01", shim00, [compute02, mem01], [2, 2, 4], actInType);
    const skip0 = objectFifo("skip_0", mem01, compute04, 2, actInType);
    objectFifoLink(act1, skip0);
    const act1a = objectFifo(
      "act1_04_15_11",
      compute04,
      [compute15, mem01],
      [2, 2, 4],
      actWideType,
    );
    const skip1 = objectFifo("skip_1", mem01, compute13, 2, actWideType);
    objectFifoLink(act1a, skip1);
    const act1b = objectFifo(
      "act1_13_22_21",
      compute13,
      [compute22, mem21],
      [2, 2, 4],
      actWideType,
    );
    const skip2 = objectFifo("skip_2", mem21, compute24, 2, actWideType);
    objectFifoLink(act1b, skip2);

    // Activations inside the blocks
    const act2a = objectFifo("act2_02_03_05", compute02, [compute03, compute05], 4, act1Type);
    const act3a = objectFifo("act3_03_04", compute03, compute04, 2, act2Type);
    const act3b = objectFifo("act3_05_04", compute05, compute04, 2, act2Type);
    const act2b = objectFifo("act2_15_12_14", compute15, [compute12, compute14], 4, act1Type);
    const act3c = objectFifo("act3_14_13", compute14, compute13, 2, act2Type);
    const act3d = objectFifo("act3_12_13", compute12, compute13, 2, act2Type);
    const act2c = objectFifo("act2_22_23_25", compute22, [compute23, compute25], 4, act1Type);
    const act3e = objectFifo("act3_23_24", compute23, compute24, 2, act2Type);
    const act3f = objectFifo("act3_25_24", compute25, compute24, 2, act2Type);

    // Weights
    const wts0 = objectFifo("wts_0_L3L2", shim00, mem01, 1, firstWeightsType);
    const wts00 = objectFifo("wts_buf_00", mem01, compute02, 1, firstWeights1Type);
    const wts01 = objectFifo("wts_buf_01", mem01, [compute03, compute05], 1, weights2Type);
    const wts02 = objectFifo("wts_buf_02", mem01, compute04, 1, firstWeights3Type);
    objectFifoLink(wts0, [wts00, wts01, wts02], [], [0, firstWeights1, firstWeights1 + weights2]);
    const wts1 = objectFifo("wts_1_L3L2", shim10, mem11, 1, weightsType);
    const wts10 = objectFifo("wts_buf_10", mem11, compute15, 1, weights1Type);
    const wts11 = objectFifo("wts_buf_11", mem11, [compute12, compute14], 1, weights2Type);
    const wts12 = objectFifo("wts_buf_12", mem11, compute13, 1, weights3Type);
    objectFifoLink(wts1, [wts10, wts11, wts12], [], [0, weights1, weights1 + weights2]);
    const wts2 = objectFifo("wts_2_L3L2", shim20, mem21, 1, weightsType);
    const wts20 = objectFifo("wts_buf_20", mem21, compute22, 1, weights1Type);
    const wts21 = objectFifo("wts_buf_21", mem21, [compute23, compute25], 1, weights2Type);
    const wts22 = objectFifo("wts_buf_22", mem21, compute24, 1, weights3Type);
    objectFifoLink(wts2, [wts20, wts21, wts22], [], [0, weights1, weights1 + weights2]);

    const outFifo = objectFifo("outOFL2L3", compute24, shim10, 2, actWideType);

    // First 1x1 convolutions
    core(compute02, "conv2dk1_i8.o", () => {
      range(MAX_SIZE, () => {
        const elemWeights = wts00.acquire("Consume", 1);
        const scale = rtp02.at(0);
        range(height, () => {
          const elemIn = act1.acquire("Consume", 1);
          const elemOut = act2a.acquire("Produce", 1);
          conv2dk1Init(elemIn, elemWeights, elemOut, width, narrow, narrow, scale);
          act1.release("Consume", 1);
          act2a.release("Produce", 1);
        });
        wts00.release("Consume", 1);
      });
    });
    core(compute15, "conv2dk1_ui8.o", () => {
      range(MAX_SIZE, () => {
        const elemWeights = wts10.acquire("Consume", 1);
        const scale = rtp15.at(0);
        range(height, () => {
          const elemIn = act1a.acquire("Consume", 1);
          const elemOut = act2b.acquire("Produce", 1);
          conv2dk1(elemIn, elemWeights, elemOut, width, wide, narrow, scale);
          act1a.release("Consume", 1);
          act2b.release("Produce", 1);
        });
        wts10.release("Consume", 1);
      });
    });
    core(compute22, "conv2dk1_ui8.o", () => {
      range(MAX_SIZE, () => {
        const elemWeights = wts20.acquire("Consume", 1);
        const scale = rtp22.at(0);
        range(height, () => {
          const elemIn = act1b.acquire("Consume", 1);
          const elemOut = act2c.acquire("Produce", 1);
          conv2dk1(elemIn, elemWeights, elemOut, width, wide, narrow, scale);
          act1b.release("Consume", 1);
          act2c.release("Produce", 1);
        });
        wts20.release("Consume", 1);
      });
    });

    // 3x3 convolutions, half of the output channels on each of two cores
    const conv3x3 = (
      weights: ExplicitFifo,
      input: ExplicitFifo,
      out: ExplicitFifo,
      channel: number,
    ) => {
      range(MAX_SIZE, () => {
        const elemWeights = weights.acquire("Consume", 1);
        const sizes = [width, narrow, half, 3, 3];
        // Top row: nothing above.
        const top = input.acquire("Consume", 2);
        const topOut = out.acquire("Produce", 1);
        conv2dk3(top[0], top[0], top[1], elemWeights, topOut, ...sizes, 0, 11, channel);
        out.release("Produce", 1);
        range(1, height - 1, () => {
          const rows = input.acquire("Consume", 3);
          const elemOut = out.acquire("Produce", 1);
          conv2dk3(rows[0], rows[1], rows[2], elemWeights, elemOut, ...sizes, 1, 11, channel);
          input.release("Consume", 1);
          out.release("Produce", 1);
        });
        // Bottom row: nothing below.
        const last = input.acquire("Consume", 2);
        const lastOut = out.acquire("Produce", 1);
        conv2dk3(last[0], last[1], last[1], elemWeights, lastOut, ...sizes, 2, 11, channel);
        input.release("Consume", 2);
        out.release("Produce", 1);
        weights.release("Consume", 1);
      });
    };
    core(compute03, "conv2dk3.o", () => conv3x3(wts01, act2a, act3a, 0));
    core(compute05, "conv2dk3.o", () => conv3x3(wts01, act2a, act3b, half));
    core(compute14, "conv2dk3.o", () => conv3x3(wts11, act2b, act3c, 0));
    core(compute12, "conv2dk3.o", () => conv3x3(wts11, act2b, act3d, half));
    core(compute23, "conv2dk3.o", () => conv3x3(wts21, act2c, act3e, 0));
    core(compute25, "conv2dk3.o", () => conv3x3(wts21, act2c, act3f, half));

    // Last 1x1 convolutions and the skip connections
    core(compute04, "conv2dk1_skip_init.o", () => {
      range(MAX_SIZE, () => {
        const elemWeights = wts02.acquire("Consume", 1);
        const scale = rtp05.at(0);
        const skipScale = rtp05.at(1);
        const skipConvScale = rtp05.at(2);
        range(height, () => {
          const elemIn0 = act3a.acquire("Consume", 1);
          const elemIn1 = act3b.acquire("Consume", 1);
          const elemOut = act1a.acquire("Produce", 1);
          const elemSkip = skip0.acquire("Consume", 1);
          conv2dk1SkipInit(
            elemIn0,
            elemIn1,
            elemWeights,
            elemOut,
            elemSkip,
            width,
            narrow,
            wide,
            narrow,
            scale,
            skipScale,
            skipConvScale,
          );
          act3a.release("Consume", 1);
          act3b.release("Consume", 1);
          act1a.release("Produce", 1);
          skip0.release("Consume", 1);
        });
        wts02.release("Consume", 1);
      });
    });
    core(compute13, "conv2dk1_skip.o", () => {
      range(MAX_SIZE, () => {
        const elemWeights = wts12.acquire("Consume", 1);
        const scale = rtp13.at(0);
        const skipScale = rtp13.at(1);
        range(height, () => {
          const elemIn0 = act3c.acquire("Consume", 1);
          const elemIn1 = act3d.acquire("Consume", 1);
          const elemOut = act1b.acquire("Produce", 1);
          const elemSkip = skip1.acquire("Consume", 1);
          conv2dk1Skip(
            elemIn0,
            elemIn1,
            elemWeights,
            elemOut,
            elemSkip,
            width,
            narrow,
            wide,
            scale,
            skipScale,
          );
          act3c.release("Consume", 1);
          act3d.release("Consume", 1);
          act1b.release("Produce", 1);
          skip1.release("Consume", 1);
        });
        wts12.release("Consume", 1);
      });
    });
    core(compute24, "conv2dk1_skip.o", () => {
      range(MAX_SIZE, () => {
        const elemWeights = wts22.acquire("Consume", 1);
        const scale = rtp24.at(0);
        const skipScale = rtp24.at(1);
        range(height, () => {
          const elemIn0 = act3e.acquire("Consume", 1);
          const elemIn1 = act3f.acquire("Consume", 1);
          const elemOut = outFifo.acquire("Produce", 1);
          const elemSkip = skip2.acquire("Consume", 1);
          conv2dk1Skip(
            elemIn0,
            elemIn1,
            elemWeights,
            elemOut,
            elemSkip,
            width,
            narrow,
            wide,
            scale,
            skipScale,
          );
          act3e.release("Consume", 1);
          act3f.release("Consume", 1);
          outFifo.release("Produce", 1);
          skip2.release("Consume", 1);
        });
        wts22.release("Consume", 1);
      });
    });

    runtimeSequence(
      [ndarray([inSize], "i8"), ndarray([allWeights], "i8"), ndarray([outSize], "i8")],
      (act, wts, out) => {
        npuRtpWrite("rtpComputeTile02", 0, 1);
        npuRtpWrite("rtpComputeTile05", 0, 1);
        npuRtpWrite("rtpComputeTile05", 1, 0);
        npuRtpWrite("rtpComputeTile05", 2, 1);
        npuRtpWrite("rtpComputeTile15", 0, 1);
        npuRtpWrite("rtpComputeTile13", 0, 1);
        npuRtpWrite("rtpComputeTile13", 1, 0);
        npuRtpWrite("rtpComputeTile22", 0, 1);
        npuRtpWrite("rtpComputeTile24", 0, 1);
        npuRtpWrite("rtpComputeTile24", 1, 0);
        const actTask = shimDmaSingleBdTask(act1, act, { sizes: [1, 1, 1, inSize] });
        const wts0Task = shimDmaSingleBdTask(wts0, wts, { sizes: [1, 1, 1, firstWeights] });
        const wts1Task = shimDmaSingleBdTask(wts1, wts, {
          offset: firstWeights,
          sizes: [1, 1, 1, weights],
        });
        const wts2Task = shimDmaSingleBdTask(wts2, wts, {
          offset: firstWeights + weights,
          sizes: [1, 1, 1, weights],
        });
        const outTask = shimDmaSingleBdTask(outFifo, out, {
          sizes: [1, 1, 1, outSize],
          issueToken: true,
        });
        dmaStartTask(actTask, wts0Task, wts1Task, wts2Task, outTask);
        dmaAwaitTask(outTask);
        dmaFreeTask(actTask, wts0Task, wts1Task, wts2Task);
      },
    );
  });
}
