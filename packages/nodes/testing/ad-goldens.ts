/**
 * Golden files of nodes that work on candidates. As the test kit's, and shorter:
 * - `{"$ads": [{"id": 7, "campaignCapPer1Days": 2}]}` is a batch with all columns of a retrieved ad, see `adsOf`;
 * - `{"$kept": [7], "of": "pacedAds"}` is what a filter kept of a batch that stands above it in the file, in that order;
 * - `uses` holds resources that are plain values; those with methods are made of one by `bind`;
 * - a filter's output is the ids it kept, and a line per drop.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CandidateBatch, Node } from "@tenon/graph-core";
import {
  type DroppedCandidate,
  fromGolden,
  type Json,
  type NodeOutputs,
  type RunNodeOptions,
  runPure,
  toGolden,
} from "@tenon/graph-testkit";
import { expect, test } from "vitest";
import { type AdRow, adsOf } from "./ads.ts";

interface AdGolden {
  /** One line: the situation. */
  readonly purpose: string;
  readonly nowMs?: number;
  readonly quality?: number;
  readonly uses?: Readonly<Record<string, Json>>;
  readonly inputs: Readonly<Record<string, Json>>;
  readonly outputs?: Json;
}

export interface AdGoldenOptions extends RunNodeOptions {
  /** Resource name → the resource made of the plain value in the golden's `uses`. Others are used as they stand there. */
  // biome-ignore lint/suspicious/noExplicitAny: the file says what the value is
  readonly bind?: Readonly<Record<string, (plain: any) => unknown>>;
}

/** Registers one test per file below `folder/golden/exemplary` and `folder/golden/edge`. `TENON_UPDATE_GOLDENS=1` rewrites outputs. */
export function runAdGoldens(node: Node, folder: string, { bind = {}, ...options }: AdGoldenOptions = {}): void {
  const files = ["exemplary", "edge"].flatMap((kind) => goldenFiles(join(folder, "golden", kind)));
  if (files.length === 0) throw new Error(`no golden files below ${join(folder, "golden")}`);
  for (const path of files) {
    const golden = JSON.parse(readFileSync(path, "utf8")) as AdGolden;
    test(`${path.slice(folder.length + 1)}: ${golden.purpose}`, async () => {
      const outputs = readable(node, await runPure(node, inputsOf(node, golden), runOptions(golden, bind, options)));
      if (process.env["TENON_UPDATE_GOLDENS"] === "1") {
        writeFileSync(path, `${jsonText({ ...golden, outputs } as unknown as Json)}\n`);
        return;
      }
      expect(outputs).toEqual(golden.outputs);
    });
  }
}

function goldenFiles(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => name.endsWith(".json"));
  return names.sort().map((name) => join(folder, name));
}

function runOptions(
  { nowMs, quality, uses = {} }: AdGolden,
  bind: NonNullable<AdGoldenOptions["bind"]>,
  options: RunNodeOptions,
): RunNodeOptions {
  const bound = Object.entries(uses).map(
    ([name, json]) => [name, (bind[name] ?? ((plain) => plain))(fromGolden(json))] as const,
  );
  return {
    ...options,
    uses: { ...options.uses, ...Object.fromEntries(bound) },
    ...(nowMs !== undefined && { nowMs }),
    ...(quality !== undefined && { quality }),
  };
}

function inputsOf({ definition }: Node, { inputs }: AdGolden): Readonly<Record<string, unknown>> {
  const slots = new Map([...definition.reads, ...definition.soft].map((slot) => [slot.name, slot]));
  const given: Record<string, unknown> = {};
  for (const [name, json] of Object.entries(inputs)) {
    const { $ads, $kept, of } = (json ?? {}) as { $ads?: readonly AdRow[]; $kept?: readonly number[]; of?: string };
    if ($ads !== undefined) given[name] = adsOf($ads);
    else if ($kept !== undefined) given[name] = keptOf(given[of ?? ""] as CandidateBatch, $kept);
    else given[name] = fromGolden(json, slots.get(name));
  }
  return given;
}

function keptOf(batch: CandidateBatch, ids: readonly number[]): CandidateBatch {
  return batch.select(ids.map((id) => batch.rowOfId(id)));
}

function readable(node: Node, outputs: NodeOutputs): Json {
  if (node.kind !== "filter") return toGolden(outputs);
  const { dropped, ...rest } = outputs as Record<string, CandidateBatch> & {
    readonly dropped: readonly DroppedCandidate[];
  };
  const kept = Object.values(rest)[0] as CandidateBatch;
  return {
    kept: Array.from({ length: kept.size }, (_, row) => kept.ids.at(row)),
    dropped: dropped.map((each) => JSON.parse(JSON.stringify(each)) as Json),
  };
}

/** Width that still reads as one line. */
const LINE_CHARACTERS_MAX = 110;

/** JSON with everything that fits on one line on one line: a column, a candidate, a drop. */
function jsonText(json: Json, indent = ""): string {
  const flat = JSON.stringify(json).replaceAll(/("(?:[^"\\]|\\.)*")|([,:])/g, (_, text, mark) => text ?? `${mark} `);
  if (json === null || typeof json !== "object" || indent.length + flat.length <= LINE_CHARACTERS_MAX) return flat;
  const inner = `${indent}  `;
  if (Array.isArray(json)) {
    return `[\n${(json as Json[]).map((each) => `${inner}${jsonText(each, inner)}`).join(",\n")}\n${indent}]`;
  }
  const entries = Object.entries(json).map(([key, each]) => `${inner}${JSON.stringify(key)}: ${jsonText(each, inner)}`);
  return `{\n${entries.join(",\n")}\n${indent}}`;
}
