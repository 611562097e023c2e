/** The kernels, bound to one shared memory. Addresses are bytes in it; see kernels.wat for what each function reads. */

import type { KernelVariant } from "./assemble-kernels.ts";
import { plainKernelBytes, relaxedKernelBytes } from "./kernel-bytes.generated.ts";
import { type WasmMemory, type WasmModule, wasm } from "./wasm.ts";

/** All ranges are scanned. */
export const SCAN_DONE = 0;
/** Survivors must be taken before the scan can go on. */
export const SCAN_FULL = 1;
/** As many rows were read as one call may. */
export const SCAN_PAUSED = 2;

export interface Kernels {
  readonly variant: KernelVariant | "twin";
  keep(state: number): void;
  count(masks: number, maskCount: number, fromWord: number, toWord: number): number;
  scanListed(
    state: number,
    ranges: number,
    rangeCount: number,
    masks: number,
    maskCount: number,
    rowsMax: number,
  ): number;
  scanDense(
    state: number,
    ranges: number,
    rangeCount: number,
    masks: number,
    maskCount: number,
    rowsMax: number,
  ): number;
  scoreAll(base: number, stride: number, query: number, bias: number, count: number, out: number): void;
  assign(
    base: number,
    stride: number,
    count: number,
    centers: number,
    biases: number,
    listCount: number,
    out: number,
  ): void;
  rerank(pairs: number, count: number, base: number, strideBytes: number, query: number, out: number): void;
  rerankDistance(pairs: number, count: number, base: number, strideBytes: number, query: number, out: number): void;
}

const relaxedBytes = Buffer.from(relaxedKernelBytes, "base64");
const plainBytes = Buffer.from(plainKernelBytes, "base64");

/** The fastest variant that this engine runs: asked once, by offering it the bytes. */
export const fastestVariant: KernelVariant = wasm.validate(relaxedBytes) ? "relaxed" : "plain";

const modules = new Map<KernelVariant, WasmModule>();

/** Binds kernels to a shared memory. Throws a `CompileError` for a variant that the engine lacks. */
export function bindKernels(memory: WasmMemory, variant: KernelVariant = fastestVariant): Kernels {
  let module = modules.get(variant);
  if (module === undefined) {
    module = new wasm.Module(variant === "relaxed" ? relaxedBytes : plainBytes);
    modules.set(variant, module);
  }
  const { exports } = new wasm.Instance(module, { env: { memory } });
  return { ...(exports as unknown as Omit<Kernels, "variant">), variant };
}
