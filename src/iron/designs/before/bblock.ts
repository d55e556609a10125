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

/** BBlock: a bottleneck block of ResNet, 1x1, 3x3 and 1x1 convolutions with a skip connection. */
export function design(width = 32, height = 32, channels = 256): DesignGraph {
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
  const weightsType = ndarray([weights], "i8");
  const weights1Type = ndarray([weights1], "i8");
  const weights2Type = ndarray([weights2], "i8");
  const weights3Type = ndarray([weights3], "i8");
  const ints = (n: number) => Array.from({ length: n }, () => "i32" as const);
  return explicitDesign("npu1_1col", () => {
    const conv2dk1 = externalFunction(
      "conv2dk1_i8",
      [actInType, weights1Type, act1Type, ...ints(4)],
      "conv2dk1.o",
    );
    const conv2dk3 = externalFunction(
      "conv2dk3_ui8",
      [act1Type, act1Type, act1Type, weights2Type, act2Type, ...ints(8)],
      "conv2dk3.o",
    );
    const conv2dk1Skip = externalFunction(
      "conv2dk1_skip_i8",
      [act2Type, act2Type, weights3Type, actOutType, actInType, ...ints(5)],
      "conv2dk1_skip.o",
    );

    const shim = tile(0, 0);
    const mem = tile(0, 1);
    const compute2 = tile(0, 2);
    const compute3 = tile(0, 3);
    const compute4 = tile(0, 4);
    const compute5 = tile(0, 5);

    const rtp2 = buffer(compute2, ndarray([16], "i32"), "rtpComputeTile2");
    const rtp4 = buffer(compute4, ndarray([16], "i32"), "rtpComputeTile4");

    // Activations in, and the skip connection through the memory tile
    const actIn = objectFifo("inOF_act_L3L2", shim, [compute2, mem], [2, 2, 4], actInType);
    const skip = objectFifo("skip_buf", mem, compute4, 2, actInType);
    objectFifoLink(actIn, skip);

    // Weights
    const wtsIn = objectFifo("inOF_wts_0_L3L2", shim, mem, 1, weightsType);
    const wts0 = objectFifo("wts_buf_00", mem, compute2, 1, weights1Type);
    const wts1 = objectFifo("wts_buf_01", mem, [compute3, compute5], 1, weights2Type);
    const wts2 = objectFifo("wts_buf_02", mem, compute4, 1, weights3Type);
    objectFifoLink(wtsIn, [wts0, wts1, wts2], [], [0, weights1, weights1 + weights2]);

    // Between the convolutions
    const act235 = objectFifo("act_2_3_5", compute2, [compute3, compute5], [2, 4, 4], act1Type);
    const act34 = objectFifo("act_3_4", compute3, compute4, 2, act2Type);
    const act54 = objectFifo("act_5_4", compute5, compute4, 2, act2Type);
    const outFifo = objectFifo("outOFL2L3", compute4, shim, 2, actOutType);

    // 1x1 convolution
    core(compute2, "conv2dk1.o", () => {
      range(MAX_SIZE, () => {
        const elemWeights = wts0.acquire("Consume", 1);
        const scale = rtp2.at(0);
        range(height, () => {
          const elemIn = actIn.acquire("Consume", 1);
          const elemOut = act235.acquire("Produce", 1);
          conv2dk1(elemIn, elemWeights, elemOut, width, channels, narrow, scale);
          actIn.release("Consume", 1);
          act235.release("Produce", 1);
        });
        wts0.release("Consume", 1);
      });
    });

    // 3x3 convolution, half of the output channels on each of two cores
    const conv3x3 = (out: ExplicitFifo, channel: number) => {
      range(MAX_SIZE, () => {
        const elemWeights = wts1.acquire("Consume", 1);
        const sizes = [width, narrow, half, 3, 3];
        // Top row: nothing above.
        const top = act235.acquire("Consume", 2);
        const topOut = out.acquire("Produce", 1);
        conv2dk3(top[0], top[0], top[1], elemWeights, topOut, ...sizes, 0, 11, channel);
        out.release("Produce", 1);
        range(1, height - 1, () => {
          const rows = act235.acquire("Consume", 3);
          const elemOut = out.acquire("Produce", 1);
          conv2dk3(rows[0], rows[1], rows[2], elemWeights, elemOut, ...sizes, 1, 11, channel);
          act235.release("Consume", 1);
          out.release("Produce", 1);
        });
        // Bottom row: nothing below.
        const last = act235.acquire("Consume", 2);
        const lastOut = out.acquire("Produce", 1);
        conv2dk3(last[0], last[1], last[1], elemWeights, lastOut, ...sizes, 2, 11, channel);
        act235.release("Consume", 2);
        out.release("Produce", 1);
        wts1.release("Consume", 1);
      });
    };
    core(compute3, "conv2dk3.o", () => conv3x3(act34, 0));
    core(compute5, "conv2dk3.o", () => conv3x3(act54, half));

    // 1x1 convolution and the skip connection
    core(compute4, "conv2dk1_skip.o", () => {
      range(MAX_SIZE, () => {
        const elemWeights = wts2.acquire("Consume", 1);
        const scale = rtp4.at(0);
        const skipScale = rtp4.at(1);
        range(height, () => {
          const elemIn0 = act34.acquire("Consume", 1);
          const elemIn1 = act54.acquire("Consume", 1);
          const elemSkip = skip.acquire("Consume", 1);
          const elemOut = outFifo.acquire("Produce", 1);
          conv2dk1Skip(
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
          outFifo.release("Produce", 1);
          act34.release("Consume", 1);
          act54.release("Consume", 1);
          skip.release("Consume", 1);
        });
        wts2.release("Consume", 1);
      });
    });

    runtimeSequence(
      [ndarray([size], "i8"), ndarray([weights], "ui8"), ndarray([size], "i8")],
      (act, wts, out) => {
        npuRtpWrite("rtpComputeTile2", 0, 1);
        npuRtpWrite("rtpComputeTile4", 0, 1);
        npuRtpWrite("rtpComputeTile4", 1, 0);
        const actTask = shimDmaSingleBdTask(actIn, act, { sizes: [1, 1, 1, size] });
        const wtsTask = shimDmaSingleBdTask(wtsIn, wts, { sizes: [1, 1, 1, weights] });
        const outTask = shimDmaSingleBdTask(outFifo, out, {
          sizes: [1, 1, 1, size],
          issueToken: true,
        });
        dmaStartTask(actTask, wtsTask, outTask);
        dmaAwaitTask(outTask);
        dmaFreeTask(actTask, wtsTask);
      },
    );
  });
}
