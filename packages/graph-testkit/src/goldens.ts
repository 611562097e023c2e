/**
 * A node's golden files: `golden/exemplary/*.json` (no errors, shown in docs) and `golden/edge/*.json`.
 * Each holds `{ purpose, inputs, nowMs?, quality?, outputs }` or `error` instead of `outputs`.
 * `TENON_UPDATE_GOLDENS=1` writes what the node gives now; the diff is then the review.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Node } from "@tenon/graph-core";
import { expect, test } from "vitest";
import { fromGolden, type Json, toGolden } from "./golden-json.ts";
import { type RunNodeOptions, runPure } from "./run-node.ts";

interface Golden {
  /** One line: the situation. */
  readonly purpose: string;
  readonly inputs: Readonly<Record<string, Json>>;
  readonly nowMs?: number;
  readonly quality?: number;
  readonly outputs?: Json;
  /** Part of the message the node fails with. */
  readonly error?: string;
}

const FOLDERS = ["exemplary", "edge"] as const;

/**
 * Registers one test per golden file below `folder/golden`. Each runs twice on frozen inputs with ambient inputs
 * poisoned, so a golden also proves that the node is pure.
 *
 * @example
 * runGoldens(capByFrequency, import.meta.dirname, { uses: { frequencyPolicy } });
 */
export function runGoldens(node: Node, folder: string, options: RunNodeOptions = {}): void {
  let found = 0;
  for (const kind of FOLDERS) {
    const path = join(folder, "golden", kind);
    if (!existsSync(path)) continue;
    for (const file of readdirSync(path)
      .filter((name) => name.endsWith(".json"))
      .sort()) {
      found++;
      runGolden(node, join(path, file), `golden/${kind}/${file}`, options);
    }
  }
  if (found === 0)
    throw new Error(`no golden files below ${join(folder, "golden")}: write golden/exemplary/<situation>.json`);
}

function runGolden(node: Node, path: string, name: string, options: RunNodeOptions): void {
  const golden = JSON.parse(readFileSync(path, "utf8")) as Golden;
  test(`${name}: ${golden.purpose}`, async () => {
    const { nowMs = options.nowMs, quality = options.quality } = golden;
    const run = () =>
      runPure(node, inputsOf(node, golden), {
        ...options,
        ...(nowMs !== undefined && { nowMs }),
        ...(quality !== undefined && { quality }),
      });
    if (golden.error !== undefined) {
      await expect(run()).rejects.toThrow(golden.error);
      return;
    }
    const outputs = toGolden(await run());
    if (process.env.TENON_UPDATE_GOLDENS === "1") {
      writeFileSync(path, `${JSON.stringify({ ...golden, outputs }, undefined, 2)}\n`);
      return;
    }
    expect(outputs).toEqual(golden.outputs);
  });
}

function inputsOf({ definition }: Node, golden: Golden): Readonly<Record<string, unknown>> {
  const slots = new Map([...definition.reads, ...definition.soft].map((slot) => [slot.name, slot]));
  return Object.fromEntries(
    Object.entries(golden.inputs).map(([name, json]) => [name, fromGolden(json, slots.get(name))]),
  );
}
