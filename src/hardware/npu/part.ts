/** The constants of an XDNA NPU, each with its source and how far it can be trusted. */

/** One constant. Same shape as the other hardware parts' constants. */
export interface NpuConstant {
  readonly value: number;
  /** Unit of `value`: bytes, cycles, Hz, bytes/s, ns or count. */
  readonly unit: string;
  readonly mark: "published" | "datasheet" | "measured" | "calibrated" | "assumed";
  readonly source: string;
}

const TARGET_MODEL = "mlir-aie, include/aie/Dialect/AIE/IR/AIETargetModel.h (AIE2)";
const BENCHMARKS = "mlir-aie, test/benchmarks/README.md (VCK190, cycles at 1 GHz)";
const CALIBRATION = "data/iron/latency_npu1_calibration.csv, seven designs; see src/iron/README.md";

const datasheet = (value: number, unit: string, source = TARGET_MODEL): NpuConstant => ({
  value,
  unit,
  mark: "datasheet",
  source,
});
const measured = (value: number, unit: string): NpuConstant => ({
  value,
  unit,
  mark: "measured",
  source: BENCHMARKS,
});

/** First generation (XDNA, Ryzen 7040 and 8040) and second (XDNA 2): the same tiles. */
export const XDNA = {
  /** Clock of array and streams; the toolkit's own material assumes 1 GHz throughout. */
  clock: {
    value: 1e9,
    unit: "Hz",
    mark: "published",
    source: "mlir-aie, programming_examples/basic/matrix_multiplication/plot_sweep.py",
  } as NpuConstant,
  /** Data memory of a compute tile (L1). */
  coreMemory: datasheet(0x10000, "bytes"),
  /** Stack at the bottom of a compute tile's memory. */
  coreStack: datasheet(1024, "bytes", "mlir-aie, aie.core: default stack_size"),
  /** A memory tile's scratchpad (L2). */
  memMemory: datasheet(0x80000, "bytes"),
  coreLocks: datasheet(16, "count"),
  memLocks: datasheet(64, "count"),
  shimLocks: datasheet(16, "count"),
  coreBds: datasheet(16, "count"),
  /** Even channels reach descriptors 0-23, odd channels 24-47. */
  memBds: datasheet(48, "count"),
  shimBds: datasheet(16, "count"),
  coreChannels: datasheet(2, "count"),
  memChannels: datasheet(6, "count"),
  shimChannels: datasheet(2, "count"),
  /** A 32-bit stream moves one word a cycle. */
  streamBytesPerCycle: datasheet(4, "bytes", "mlir-aie, programming_guide/section-4c/README.md"),
  /** Latency of one stream switch. */
  hop: measured(2, "cycles"),
  /** What a DMA transfer of one buffer takes beyond its words: 530 cycles for 512 words. */
  bufferOverhead: measured(18, "cycles"),
  /** First data of a transfer from DDR: 16 KiB into L1 take 4437 cycles, 4096 of them streaming. */
  ddrLatency: measured(341, "cycles"),
  /** Acquire and release of one lock beyond the core's start. */
  lockOperation: measured(5, "cycles"),
  /** From enabling a core to its first instruction. */
  coreStart: measured(52, "cycles"),
  /** All shim DMA traffic together, both directions. */
  ddrRate: {
    value: 9.25e9,
    unit: "bytes/s",
    mark: "calibrated",
    source: CALIBRATION,
  } as NpuConstant,
  /** Host submits, firmware starts, host is interrupted: what the smallest design takes. */
  launchFloor: {
    value: 126_000,
    unit: "ns",
    mark: "calibrated",
    source: CALIBRATION,
  } as NpuConstant,
} as const;

/** The constants of one NPU; pass another object to sweep them. */
export type NpuPart = { readonly [K in keyof typeof XDNA]: NpuConstant };
