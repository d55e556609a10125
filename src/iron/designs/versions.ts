/** Both versions of every design, by its name in Table 7.1. */
import { design as copyDmaAfter } from "./after/copy-dma.ts";
import { design as copyKernAfter } from "./after/copy-kern.ts";
import { design as copyExtKernAfter } from "./after/copy-ext-kern.ts";
import { design as mtransposeAfter } from "./after/mtranspose.ts";
import { design as vreduceAddAfter } from "./after/vreduce-add.ts";
import { design as vreduceMaxAfter } from "./after/vreduce-max.ts";
import { design as vreduceMinAfter } from "./after/vreduce-min.ts";
import { design as vsopAddAfter } from "./after/vsop-add.ts";
import { design as vsopMulAfter } from "./after/vsop-mul.ts";
import { design as vvopAddAfter } from "./after/vvop-add.ts";
import { design as vvopMulAfter } from "./after/vvop-mul.ts";
import { design as vvopModAfter } from "./after/vvop-mod.ts";
import { design as vvopAddKernAfter } from "./after/vvop-add-kern.ts";
import { design as vvopMulKernAfter } from "./after/vvop-mul-kern.ts";
import { design as msaddAfter } from "./after/msadd.ts";
import { design as mvaddAfter } from "./after/mvadd.ts";
import { design as mvmulAfter } from "./after/mvmul.ts";
import { design as vsoftmaxAfter } from "./after/vsoftmax.ts";
import { design as vreluAfter } from "./after/vrelu.ts";
import { design as conv2dAfter } from "./after/conv2d.ts";
import { design as conv2dFusedReluAfter } from "./after/conv2d-fused-relu.ts";
import { design as gemmAfter } from "./after/gemm.ts";
import { design as bblockAfter } from "./after/bblock.ts";
import { design as resnetConv2xAfter } from "./after/resnet-conv2x.ts";
import { design as colorDetectAfter } from "./after/color-detect.ts";
import { design as edgeDetectAfter } from "./after/edge-detect.ts";
import { design as colorThresholdAfter } from "./after/color-threshold.ts";
import { design as copyDmaBefore } from "./before/copy-dma.ts";
import { design as copyKernBefore } from "./before/copy-kern.ts";
import { design as copyExtKernBefore } from "./before/copy-ext-kern.ts";
import { design as mtransposeBefore } from "./before/mtranspose.ts";
import { design as vreduceAddBefore } from "./before/vreduce-add.ts";
import { design as vreduceMaxBefore } from "./before/vreduce-max.ts";
import { design as vreduceMinBefore } from "./before/vreduce-min.ts";
import { design as vsopAddBefore } from "./before/vsop-add.ts";
import { design as vsopMulBefore } from "./before/vsop-mul.ts";
import { design as vvopAddBefore } from "./before/vvop-add.ts";
import { design as vvopMulBefore } from "./before/vvop-mul.ts";
import { design as vvopModBefore } from "./before/vvop-mod.ts";
import { design as vvopAddKernBefore } from "./before/vvop-add-kern.ts";
import { design as vvopMulKernBefore } from "./before/vvop-mul-kern.ts";
import { design as msaddBefore } from "./before/msadd.ts";
import { design as mvaddBefore } from "./before/mvadd.ts";
import { design as mvmulBefore } from "./before/mvmul.ts";
import { design as vsoftmaxBefore } from "./before/vsoftmax.ts";
import { design as vreluBefore } from "./before/vrelu.ts";
import { design as conv2dBefore } from "./before/conv2d.ts";
import { design as conv2dFusedReluBefore } from "./before/conv2d-fused-relu.ts";
import { design as gemmBefore } from "./before/gemm.ts";
import { design as bblockBefore } from "./before/bblock.ts";
import { design as resnetConv2xBefore } from "./before/resnet-conv2x.ts";
import { design as colorDetectBefore } from "./before/color-detect.ts";
import { design as edgeDetectBefore } from "./before/edge-detect.ts";
import { design as colorThresholdBefore } from "./before/color-threshold.ts";
import type { DesignGraph } from "../graph/graph.ts";
import type { Program } from "../interface/mod.ts";

/** File name and both versions. */
export interface Versions {
  readonly file: string;
  before(): DesignGraph;
  after(): Program;
}

/** By name in Table 7.1. */
export const VERSIONS: Readonly<Record<string, Versions>> = {
  "Copy(DMA)": { file: "copy-dma", before: copyDmaBefore, after: copyDmaAfter },
  "Copy(Kern)": { file: "copy-kern", before: copyKernBefore, after: copyKernAfter },
  "Copy(ExtKern)": { file: "copy-ext-kern", before: copyExtKernBefore, after: copyExtKernAfter },
  "MTranspose": { file: "mtranspose", before: mtransposeBefore, after: mtransposeAfter },
  "VReduce(Add)": { file: "vreduce-add", before: vreduceAddBefore, after: vreduceAddAfter },
  "VReduce(Max)": { file: "vreduce-max", before: vreduceMaxBefore, after: vreduceMaxAfter },
  "VReduce(Min)": { file: "vreduce-min", before: vreduceMinBefore, after: vreduceMinAfter },
  "VSOp(Add)": { file: "vsop-add", before: vsopAddBefore, after: vsopAddAfter },
  "VSOp(Mul)": { file: "vsop-mul", before: vsopMulBefore, after: vsopMulAfter },
  "VVOp(Add)": { file: "vvop-add", before: vvopAddBefore, after: vvopAddAfter },
  "VVOp(Mul)": { file: "vvop-mul", before: vvopMulBefore, after: vvopMulAfter },
  "VVOp(Mod)": { file: "vvop-mod", before: vvopModBefore, after: vvopModAfter },
  "VVOp(AddKern)": { file: "vvop-add-kern", before: vvopAddKernBefore, after: vvopAddKernAfter },
  "VVOp(MulKern)": { file: "vvop-mul-kern", before: vvopMulKernBefore, after: vvopMulKernAfter },
  "MSAdd": { file: "msadd", before: msaddBefore, after: msaddAfter },
  "MVAdd": { file: "mvadd", before: mvaddBefore, after: mvaddAfter },
  "MVMul": { file: "mvmul", before: mvmulBefore, after: mvmulAfter },
  "VSoftMax": { file: "vsoftmax", before: vsoftmaxBefore, after: vsoftmaxAfter },
  "VReLU": { file: "vrelu", before: vreluBefore, after: vreluAfter },
  "Conv2D": { file: "conv2d", before: conv2dBefore, after: conv2dAfter },
  "Conv2D(FusedReLU)": {
    file: "conv2d-fused-relu",
    before: conv2dFusedReluBefore,
    after: conv2dFusedReluAfter,
  },
  "GEMM": { file: "gemm", before: gemmBefore, after: gemmAfter },
  "BBlock": { file: "bblock", before: bblockBefore, after: bblockAfter },
  "ResNetConv2x": { file: "resnet-conv2x", before: resnetConv2xBefore, after: resnetConv2xAfter },
  "ColorDetect": { file: "color-detect", before: colorDetectBefore, after: colorDetectAfter },
  "EdgeDetect": { file: "edge-detect", before: edgeDetectBefore, after: edgeDetectAfter },
  "ColorThreshold": {
    file: "color-threshold",
    before: colorThresholdBefore,
    after: colorThresholdAfter,
  },
};
