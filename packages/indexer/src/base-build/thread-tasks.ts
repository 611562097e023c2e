/** What a build and its threads tell each other. */
import type { ArgusSettings } from "../argus/bindings.ts";
import type { AssembleOptions } from "./assemble-base.ts";
import type { KeyRange } from "./pages-of-range.ts";

export interface BuildThreadData {
  readonly databaseUrl: string;
  readonly argus: ArgusSettings;
  /** Folder of compiled code; undefined: this process keeps none. */
  readonly compileCache: string | undefined;
}

export type BuildTask =
  | {
      readonly kind: "derive";
      readonly exported: string;
      readonly range: KeyRange;
      readonly file: string;
    }
  | { readonly kind: "assemble"; readonly options: AssembleOptions };

export interface BuildAnswer {
  /** Sent once, before any task: processor time that the thread took to be there, ms. */
  readonly startCpuMs?: number;
  readonly result?: unknown;
  /** Plain data: errors do not cross threads whole. */
  readonly problem?: { readonly message: string; readonly code: string | undefined };
}
