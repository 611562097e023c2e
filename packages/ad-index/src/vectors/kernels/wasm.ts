/** The little of WebAssembly that we use, typed here: its global types come with the DOM library only. */

/** A memory whose buffer never grows and is read by several threads; it travels to workers as it is. */
export interface WasmMemory {
  readonly buffer: SharedArrayBuffer;
}

export interface WasmModule {
  readonly __wasmModule?: never;
}

interface WasmApi {
  readonly Memory: new (limits: { initial: number; maximum: number; shared: boolean }) => WasmMemory;
  readonly Module: new (bytes: Uint8Array) => WasmModule;
  readonly Instance: new (module: WasmModule, imports: object) => { readonly exports: unknown };
  validate(bytes: Uint8Array): boolean;
}

export const wasm: WasmApi = (globalThis as unknown as { WebAssembly: WasmApi }).WebAssembly;

/** Bytes of a page, the unit in which memories are made. */
const PAGE_BYTES = 65_536;

/** Shared, so that workers read a segment in place; a shared memory needs its maximum when it is made. */
export function sharedMemory(bytes: number): WasmMemory {
  const pages = Math.max(1, Math.ceil(bytes / PAGE_BYTES));
  return new wasm.Memory({ initial: pages, maximum: pages, shared: true });
}
