/** Gates: what must hold before a base serves. Each says what it measured and what it allows. */
import type { BaseManifest, BaseStatistics, BaseWatermark } from "../base/manifest.ts";

export interface GateResult {
  readonly id: string;
  readonly value: number;
  /** The value that is just allowed. */
  readonly bound: number;
  readonly ok: boolean;
  /** For people: what was found, and against what. */
  readonly detail: string;
}

export interface GateContext {
  /** Of the build. */
  readonly statistics: BaseStatistics;
  readonly watermark: BaseWatermark;
  readonly embeddingVersion: string;
  /** The base that serves now; `undefined` for the first one, for which only absolute gates mean something. */
  readonly current: BaseManifest | undefined;
}

/** May return several results. A gate that throws stops the publishing: what cannot be judged is not published. */
export type Gate = (context: GateContext) => Promise<readonly GateResult[]> | readonly GateResult[];

export async function runGates(gates: readonly Gate[], context: GateContext): Promise<readonly GateResult[]> {
  const results: GateResult[] = [];
  for (const gate of gates) results.push(...(await gate(context)));
  return results;
}

/** `value` may be at most `bound`. */
export function atMost(id: string, value: number, bound: number, detail: string): GateResult {
  return { id, value, bound, ok: value <= bound, detail };
}

/** `value` must be at least `bound`. */
export function atLeast(id: string, value: number, bound: number, detail: string): GateResult {
  return { id, value, bound, ok: value >= bound, detail };
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}
